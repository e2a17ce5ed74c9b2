"""What an import did, counted as it goes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from invoices.imports.problems import LineProblem

T = TypeVar("T")
# Rows decided and written together: enough to keep the number of queries small, few enough to keep memory flat.
CHUNK = 1000


@dataclass(slots=True)
class Tally:
    """Rows by what became of them. `customers` counts customers that invoices brought along, `replaced` payments that an
    invoice file knew of and that gave way to real ones, `left_out` rows by their state. `conflicts`: invoices shown to a person
    instead of changed; `missing`: numbers of open invoices that a full file does not name.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    customers: int = 0
    replaced: int = 0
    refused: list[LineProblem] = field(default_factory=list)
    warnings: list[LineProblem] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    missing: list[str] = field(default_factory=list)

    def warn(self, line: int, field: str, reason: str) -> None:
        """Notes what a person should look at although the row came in."""
        self.warnings.append(LineProblem(line, field, reason))

    def leave_out(self, state: str) -> None:
        """Counts a row that is no debt."""
        self.left_out[state] = self.left_out.get(state, 0) + 1

    @property
    def changed_anything(self) -> bool:
        return bool(self.created or self.updated or self.customers or self.conflicts)

    @property
    def nothing_usable(self) -> bool:
        """Whether there were rows and every one of them was refused."""
        return bool(self.refused) and not (self.created or self.updated or self.unchanged or self.left_out)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
