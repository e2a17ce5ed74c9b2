"""Writes what customers said that is to be checked, and what was found (P07)."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import close_about, open_task
from customers.models import Claim, Conversation, Customer, User
from customers.models.business import Role
from customers.models.claim import ClaimCheck, ClaimResult
from customers.models.desk import TaskKind

# Asking others about a customer is the owner's business, and only for past, completed facts (domain.md 7.9).
OWNER_CHECKS = frozenset({ClaimCheck.TRADE_REFERENCE, ClaimCheck.CREDIT_REPORT})
# So many claims found false within this time say something about the customer (domain.md 4.1).
COUNTED = datetime.timedelta(days=180)
TELLING = 2


class ClaimError(ValueError):
    """The claim cannot be written so; the message says why."""


@transaction.atomic
def open_claim(
    *,
    customer: Customer,
    what: str,
    how: str,
    check_by: datetime.date,
    on: datetime.date,
    reason: str = "",
    conversation: Conversation | None = None,
    actor: User | None = None,
) -> Claim:
    """Notes something the customer said, and puts the check on the desk: of the owner where only the owner may ask."""
    claim = Claim.objects.create(
        business=customer.business,
        customer=customer,
        conversation=conversation,
        reason=reason,
        what=what,
        how=how,
        check_by=check_by,
    )
    log.record(
        customer.business, "claim.opened", f"claim:{claim.pk}", customer=customer, actor=actor, how=str(how), reason=reason
    )
    open_task(
        business=customer.business,
        customer=customer,
        kind=TaskKind.VERIFY_CLAIM,
        subject=f"claim:{claim.pk}",
        role=Role.OWNER if how in OWNER_CHECKS else Role.BOOKKEEPER,
        opens_on=on,
        due_on=check_by,
        reason=what,
        actor=actor,
    )
    return claim


@transaction.atomic
def check_claim(*, claim: Claim, result: str, found: str, on: datetime.date, by: User) -> None:
    """Keeps what was found, once, and ends the check. Raises ClaimError where somebody else was faster."""
    checked = Claim.objects.filter(pk=claim.pk, result=ClaimResult.OPEN).update(
        result=result, found=found, checked_on=on, checked_by=by
    )
    if not checked:
        raise ClaimError(_("This was checked already."))
    subject = f"claim:{claim.pk}"
    close_about(business=claim.business, subject=subject, outcome=str(ClaimResult(result).label), on=on, by=by)
    log.record(claim.business, "claim.checked", subject, customer=claim.customer, actor=by, result=str(result))


def found_false(customer: Customer, today: datetime.date) -> int:
    """How many claims of the last 180 days were not true; from TELLING on they count toward the segment."""
    since = today - COUNTED
    return customer.claims.filter(result=ClaimResult.FALSE, checked_on__gt=since, checked_on__lte=today).count()
