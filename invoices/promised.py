"""Reads what of the promises is still to come, soon."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, Q, Sum

from customers.models import Business
from invoices.metrics import NOTHING
from invoices.models import Promise
from invoices.models.agreement import PromiseState
from invoices.receipts import received_by, told_since

SOON = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Promised:
    """The open promises that fall due within a week or did already: how many, what of them is still to come, and how many of
    them are past their day."""

    due: int = 0
    due_amount: Decimal = NOTHING
    passed: int = 0


def promised(business: Business, currency: str, today: datetime.date) -> Promised:
    """What is promised for the next days and still to come, as it is now. Two queries, and five more where something came in."""
    rows = Promise.objects.filter(due_soon(today), business=business, currency=currency)
    passed = Count("pk", filter=Q(due_on__lt=today))
    found = rows.order_by().aggregate(due=Count("pk"), amount=Sum("amount", default=NOTHING), passed=passed)
    # Of thousands of promises only these need be looked at one by one.
    begun = list(rows.filter(Exists(told_since())).prefetch_related("lines"))
    # What is due later need not be asked: the earliest promise takes what comes in.
    received = received_by(begun, business.calendar, business.rules["promise"]) if begun else {}
    came = sum((part for by_invoice in received.values() for part in by_invoice.values()), NOTHING)
    return Promised(found["due"], found["amount"] - came, found["passed"])


def due_soon(today: datetime.date) -> Q:
    """Open promises that fall due within a week, or did already."""
    return Q(within_a_week(today), state=PromiseState.OPEN)


def within_a_week(today: datetime.date) -> Q:
    """Promises whose day is one of the next seven after `today`, or came before."""
    return Q(due_on__lte=today + SOON)
