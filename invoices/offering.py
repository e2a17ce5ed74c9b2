"""Reads what a payment plan may be about, and whether a customer may have one (domain.md 6.2)."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils.translation import gettext as _

from customers.alike import WHOSE, belonging_to, one_and_merged, one_of
from customers.models import Customer
from customers.models.customer import Kind
from invoices.models import Invoice, PaymentPlan, Settlement
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, PlanState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from invoices.plans import Limits, limits_for, preset_of
from invoices.standing import NOTHING, claims, with_agency

Covered = list[tuple[int, Decimal]]


def limits_of(customer: Customer) -> Limits:
    """What a plan of this customer must keep to: the creditor's rules, narrowed by the law where they are a person (6.2)."""
    business = customer.business
    rules = business.rules
    return limits_for(rules, individual=customer.kind != Kind.COMPANY, preset=preset_of(business.country, rules))


def barred_by_age(rules: Mapping[str, Any], today: datetime.date) -> datetime.date:
    """What fell due before this day is too old for a plan: acknowledging it might revive a claim that has lapsed (6.1)."""
    return today - relativedelta(years=rules["plan"]["limitation_years"])


def plannable(customer: Customer, currency: str, today: datetime.date) -> Covered:
    """(invoice id, amount) of what is overdue, undisputed and not too old, oldest first; a promised part may be in it, a
    planned one not."""
    against = claims([customer.pk])
    since = barred_by_age(customer.business.rules, today)
    rows = Invoice.objects.filter(customer=customer, currency=currency, balance__gt=0, due_on__lt=today, due_on__gte=since)
    found = []
    for pk, balance in rows.order_by("due_on", "issued_on", "number").values_list("pk", "balance"):
        free = balance - against.disputed.get(pk, NOTHING) - against.planned.get(pk, NOTHING)
        if free > 0:
            found.append((pk, free))
    return found


def chosen(covered: Covered, only: Iterable[int] | None) -> Covered:
    """Those of the pairs whose invoice is in `only`; all of them without it."""
    wanted = None if only is None else set(only)
    return [(pk, part) for pk, part in covered if wanted is None or pk in wanted]


def left_of(plan: PaymentPlan) -> Covered:
    """(invoice id, amount) of what is still open of the invoices a running plan covers, oldest first."""
    disputed = claims([one_of(plan.customer)]).disputed
    found = []
    for line in plan.covered.select_related("invoice").order_by("invoice__due_on", "invoice__issued_on", "invoice__number"):
        free = min(line.amount, line.invoice.balance - disputed.get(line.invoice_id, NOTHING))
        if free > 0:
            found.append((line.invoice_id, free))
    return found


def outgrown(plan: PaymentPlan) -> bool:
    """Whether less is open and undisputed of its invoices than when the plan was written: what it says is no longer owed."""
    disputed = claims([one_of(plan.customer)]).disputed
    lines = plan.covered.select_related("invoice")
    return any(line.invoice.balance - disputed.get(line.invoice_id, NOTHING) < line.amount for line in lines)


def barred(customer: Customer, currency: str, today: datetime.date, replaces: PaymentPlan | None = None) -> str:
    """Why no plan can be offered now, or "": one is live, or ended unpaid lately, or an agency has it (domain.md 6.2).

    `replaces`: the plan the new one takes the place of, which therefore stands in nobody's way.
    """
    ours = {"customer__in": one_and_merged(customer), "currency": currency}
    plans = PaymentPlan.objects.filter(**ours)
    live = plans.filter(state__in=LIVE_PLAN_STATES)
    if (live.exclude(pk=replaces.pk) if replaces else live).exists():
        return _("A payment plan is on offer or running already.")
    if Settlement.objects.filter(**ours, state__in=LIVE_SETTLEMENT_STATES).exists():
        return _("A settlement is on offer or accepted.")
    if handed := with_agency(customer, currency):
        return handed
    if plans.filter(_ended_unpaid_lately(customer.business.rules, today)).exists():
        months = customer.business.rules["plan"]["cooldown_months_after_default"]
        return _("A payment plan ended unpaid less than %(months)s months ago.") % {"months": months}
    return ""


def barred_accounts(customer_ids: Iterable[int], rules: Mapping[str, Any], today: datetime.date) -> set[tuple[int, str]]:
    """(customer id, currency) of those whose plan, or one of who was merged into them, bars another: one runs, or ended unpaid
    lately. One query.

    Unlike `barred` it lets one on offer pass: that one can still be signed.
    """
    bars = Q(state__in=BLOCKING_PLAN_STATES) | _ended_unpaid_lately(rules, today)
    plans = PaymentPlan.objects.filter(bars, belonging_to(list(customer_ids))).order_by()
    return set(plans.values_list(WHOSE, "currency"))


def _ended_unpaid_lately(rules: Mapping[str, Any], today: datetime.date) -> Q:
    since = today - relativedelta(months=rules["plan"]["cooldown_months_after_default"])
    return Q(state=PlanState.DEFAULTED, ended_on__gt=since)


def reschedules_of(plan: PaymentPlan) -> int:
    """How often the running plan was changed already: the signed versions before it."""
    count, earlier = 0, plan.replaces
    while earlier is not None:
        count += earlier.signed_at is not None
        earlier = earlier.replaces
    return count


def reschedule_barred(plan: PaymentPlan) -> str:
    """Why this plan cannot be changed, or "" (domain.md 6.2: one re-schedule)."""
    if plan.state not in BLOCKING_PLAN_STATES:
        return _("Only a plan that runs can be changed.")
    most = plan.business.rules["plan"]["max_reschedules"]
    return "" if reschedules_of(plan) < most else _("This plan was changed before: it is kept now, or ends.")
