"""Reads what is promised and not settled yet."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from customers.models import Business
from invoices.metrics import NOTHING
from invoices.models import Promise
from invoices.models.agreement import PromiseState

SOON = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Promised:
    """The open promises, and those of them that fall due within a week or did already."""

    count: int = 0
    amount: Decimal = NOTHING
    due: int = 0
    due_amount: Decimal = NOTHING


def promised(business: Business, currency: str, today: datetime.date) -> Promised:
    """What is promised and not settled yet, as it is now. One query."""
    rows = Promise.objects.filter(business=business, currency=currency, state=PromiseState.OPEN)
    soon = due_soon(today)
    # Named unlike the column: a sum called "amount" would be summed again.
    found = rows.aggregate(
        count=Count("pk"),
        due=Count("pk", filter=soon),
        sum=Sum("amount", default=NOTHING),
        due_sum=Sum("amount", filter=soon, default=NOTHING),
    )
    return Promised(found["count"], found["sum"], found["due"], found["due_sum"])


def due_soon(today: datetime.date) -> Q:
    """Open promises that fall due within a week, or did already."""
    return Q(within_a_week(today), state=PromiseState.OPEN)


def within_a_week(today: datetime.date) -> Q:
    """Promises whose day is one of the next seven after `today`, or came before."""
    return Q(due_on__lte=today + SOON)
