"""Writes a payment plan on offer: over what is open and undisputed, within the creditor's limits (domain.md 6)."""

import datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers.models import Business, Conversation, Customer, User
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError, draft_plan, move_plan, put_on_desk
from invoices.models import Invoice, PaymentPlan
from invoices.models.agreement import LIVE_PLAN_STATES, PlanState
from invoices.plans import Limits, Schedule, broken_limits
from invoices.standing import NOTHING, claims


def plannable(customer_id: int, currency: str, today: datetime.date) -> list[tuple[int, Decimal]]:
    """(invoice id, amount) of what is overdue and undisputed, oldest first; a promised part may be in it, a planned one not."""
    against = claims([customer_id])
    rows = Invoice.objects.filter(customer=customer_id, currency=currency, balance__gt=0, due_on__lt=today)
    found = []
    for pk, balance in rows.order_by("due_on", "issued_on", "number").values_list("pk", "balance"):
        free = balance - against.disputed.get(pk, NOTHING) - against.planned.get(pk, NOTHING)
        if free > 0:
            found.append((pk, free))
    return found


def barred(customer: Customer, currency: str, today: datetime.date) -> str:
    """Why no plan can be offered now, or "": one is live, or one ended unpaid lately (domain.md 6.2)."""
    plans = customer.plans.filter(currency=currency)
    if plans.filter(state__in=LIVE_PLAN_STATES).exists():
        return _("A payment plan is on offer or running already.")
    months = customer.business.rules["plan"]["cooldown_months_after_default"]
    since = today - relativedelta(months=months)
    if plans.filter(state=PlanState.DEFAULTED, ended_on__gt=since).exists():
        return _("A payment plan ended unpaid less than %(months)s months ago.") % {"months": months}
    return ""


@transaction.atomic
def offer_plan(
    *,
    customer: Customer,
    currency: str,
    instalments: Schedule,
    limits: Limits,
    on: datetime.date,
    conversation: Conversation | None = None,
    actor: User | None = None,
) -> PaymentPlan:
    """Offers a plan over everything overdue and undisputed, to be accepted within the usual days; it is on the desk till then.

    Raises AgreementError where one is barred, the instalments do not come to what is owed, or the limits are broken.
    """
    problem = barred(customer, currency, on)
    problems = [problem] if problem else broken_limits(instalments, currency, limits, on)
    if problems:
        raise AgreementError(" ".join(problems))
    covered = plannable(customer.pk, currency, on)
    plan = draft_plan(
        customer=customer,
        currency=currency,
        covered=covered,
        instalments=instalments,
        conversation=conversation,
        actor=actor,
    )
    accept_by = on + datetime.timedelta(days=customer.business.rules["plan"]["offer_accept_days"])
    move_plan(plan=plan, state=PlanState.OFFERED, on=on, accept_by=accept_by, actor=actor)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def expire_offers(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Ends the offers nobody accepted in time, and has the customers rung about it; returns how many."""
    late = PaymentPlan.objects.filter(business=business, state__in=[PlanState.OFFERED, PlanState.VIEWED], accept_by__lt=today)
    rows = list(late.select_for_update(of=("self",)).select_related("business", "customer"))
    for plan in rows:
        move_plan(plan=plan, state=PlanState.EXPIRED, on=today)
        words = _("They did not take the plan on offer: ask what is possible instead.")
        opens_on = calendar.roll_forward(today)
        put_on_desk(plan, TaskKind.CALLBACK, opens_on, opens_on, plan.currency, words, None)
    return len(rows)
