"""Does work on many rows at once, whatever one of them comes to: the one at fault keeps no other back (T07)."""

import logging
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)


def by_halves(work: Callable[[Sequence[int]], None], ids: Sequence[int]) -> dict[int, Exception]:
    """Does `work` with these ids; where it raises it is done again by halves, until the one at fault stands alone. Returns the
    errors by id.

    `work` must leave nothing behind where it raises. Where the database itself is gone all of them are listed: halves would only
    wait for the same answer.
    """
    try:
        work(ids)
    except Exception as error:
        logger.exception("A batch of %s customers could not be done", len(ids))
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        half = len(ids) // 2
        if half and not isinstance(error, OperationalError | InterfaceError):
            return by_halves(work, ids[:half]) | by_halves(work, ids[half:])
        return dict.fromkeys(ids, error)
    return {}
