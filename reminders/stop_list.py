"""Reads whom not to supply on credit, for those who take orders: advice only, orders are outside this program (domain.md 5.3)."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.models import Business, Customer
from invoices.advice_words import hold_words, segment_words
from invoices.models import CreditAdvice, PaymentPlan
from invoices.models.agreement import BLOCKING_PLAN_STATES
from invoices.models.insight import Advice, AdviceState, Segment
from invoices.segments import treated_as
from reminders.watching import watched

# Their limit is nothing: they pay with the order.
NO_CREDIT = (Segment.LEGAL_BLOCK, Segment.PROMISE_BREAKER)
HELD = lazy("Nothing on credit")
ADVISED = lazy("Hold suggested")
CASH = lazy("Cash with order")


@dataclass(frozen=True, slots=True)
class Stop:
    """A customer not to be supplied on credit: what to do, in words, and why."""

    customer: Customer
    what: str
    why: str
    held: bool


def stopped(business: Business, today: datetime.date) -> QuerySet[Customer]:
    """The customers on hold, those a hold is suggested for, those with a plan that runs, and those who get no credit."""
    advised, plans = _advised(business).values("customer"), _plans(business).values("customer")
    no_credit = watched(business, today, NO_CREDIT).values("customer")
    found = Q(on_hold=True) | Q(pk__in=advised) | Q(pk__in=plans) | Q(pk__in=no_credit)
    return Customer.objects.filter(found, business=business, merged_into=None)


def is_advised(business: Business) -> Q:
    """Those a hold is suggested for."""
    return Q(on_hold=False, pk__in=_advised(business).values("customer"))


def on_plan(business: Business) -> Q:
    """Those with a payment plan that runs."""
    return Q(pk__in=_plans(business).values("customer"))


def stops(business: Business, customers: Sequence[Customer], today: datetime.date) -> list[Stop]:
    """These customers of the list, each with all that speaks against supplying them, in four queries."""
    ids = [customer.pk for customer in customers]
    advised = {row.customer_id: row for row in _advised(business).filter(customer__in=ids)}
    plans = set(_plans(business).filter(customer__in=ids).values_list("customer_id", flat=True))
    treated = treated_as(business, ids, today)
    return [_stop(one, advised.get(one.pk), one.pk in plans, getattr(treated.get(one.pk), "segment", "")) for one in customers]


def _stop(customer: Customer, advice: CreditAdvice | None, on_plan: bool, segment: str) -> Stop:
    what = HELD if customer.on_hold else ADVISED if advice else CASH
    why = [customer.hold_reason] if customer.on_hold else []
    if advice is not None:
        why.append(hold_words(advice))
    if on_plan:
        why.append(_("A payment plan runs: new supply is paid with the order, so that the debt does not grow."))
    if segment in NO_CREDIT and not advice:
        why.append(_("How they pay: %(segment)s.") % {"segment": segment_words(segment)})
    return Stop(customer, str(what), " ".join(dict.fromkeys(filter(None, why))), customer.on_hold)


def _advised(business: Business) -> QuerySet[CreditAdvice]:
    return CreditAdvice.objects.filter(business=business, kind=Advice.HOLD, state=AdviceState.OPEN)


def _plans(business: Business) -> QuerySet[PaymentPlan]:
    return PaymentPlan.objects.filter(business=business, state__in=BLOCKING_PLAN_STATES)
