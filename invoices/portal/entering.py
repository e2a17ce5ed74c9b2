"""Writes that the customer looks: they gave the code, so it is no mail scanner, and not one of us (T48, T52)."""

import datetime

from django.db import transaction

from invoices.linking import note_view
from invoices.models import PortalCode, PortalLink
from invoices.planning import mark_viewed


@transaction.atomic
def enter(*, link: PortalLink, code: PortalCode, at: datetime.datetime) -> None:
    """The customer looks at what the link shows, a plan on offer among it, from this moment on (domain.md 6.4, 6.8)."""
    note_view(link=link, code=code, at=at)
    if link.plan is not None:
        mark_viewed(plan=link.plan, at=at)
