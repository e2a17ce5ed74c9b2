"""Writes what a customer answers to a settlement behind their link."""

from django.db import transaction

from invoices.portal.acting import confirmed, tell
from invoices.portal.opening import Portal
from invoices.settling import accept_settlement, decline_settlement


@transaction.atomic
def accept_offer(*, portal: Portal, name: str) -> None:
    """Accepts the settlement of the link (domain.md 6.6)."""
    confirmed(portal)
    accept_settlement(settlement=portal.link.settlement, name=name, at=portal.now)
    tell(portal, "portal.settlement_accepted", settlement=portal.link.settlement_id)


@transaction.atomic
def refuse_offer(*, portal: Portal) -> None:
    """Declines it: the owner decides what comes next."""
    confirmed(portal)
    decline_settlement(settlement=portal.link.settlement, at=portal.now)
    tell(portal, "portal.settlement_declined", settlement=portal.link.settlement_id)
