"""The only writer of debt-reduction plans: begins one, ends one (domain.md 5.4)."""

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain, quantize
from customers import log
from customers.models import Business, User
from invoices.models import ReductionPlan

MOST_WEEKS = 104


class ReductionError(ValueError):
    """The plan cannot be begun like that; the message says why."""


def running_plan(business: Business, currency: str) -> ReductionPlan | None:
    """The plan to bring the ledger down that runs in this currency. One query."""
    return ReductionPlan.objects.filter(business=business, currency=currency, ended_on=None).first()


@transaction.atomic
def start_plan(
    *,
    business: Business,
    currency: str,
    start_amount: Decimal,
    target: Decimal,
    weeks: int,
    on: datetime.date,
    actor: User | None,
) -> ReductionPlan:
    """Begins the way from what is owed to the target. Raises ReductionError where it leads nowhere, or one runs already."""
    start, goal = quantize(start_amount, currency), quantize(target, currency)
    if not 0 <= goal < start:
        raise ReductionError(_("The target must be less than what is owed today, and not below nothing."))
    if not 1 <= weeks <= MOST_WEEKS:
        raise ReductionError(_("A plan takes one week at least and two years at most."))
    try:
        with transaction.atomic():
            plan = ReductionPlan.objects.create(
                business=business,
                currency=currency,
                started_on=on,
                start_amount=start,
                target=goal,
                weeks=weeks,
                started_by=actor,
            )
    except IntegrityError:
        raise ReductionError(_("A plan in this currency is running already: end it first.")) from None
    amounts = {"start": format_plain(start, currency), "target": format_plain(goal, currency), "currency": currency}
    log.record(business, "reduction.started", f"reduction:{plan.pk}", actor=actor, weeks=weeks, **amounts)
    return plan


@transaction.atomic
def end_plan(*, plan: ReductionPlan, on: datetime.date, actor: User | None) -> None:
    """Ends a running plan; one that has ended stays as it ended."""
    if ReductionPlan.objects.filter(pk=plan.pk, ended_on=None).update(ended_on=on):
        log.record(plan.business, "reduction.ended", f"reduction:{plan.pk}", actor=actor, on=on.isoformat())
