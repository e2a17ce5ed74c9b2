"""Reads what of the promises is still to come, soon."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from customers.models import Business
from invoices.metrics import NOTHING
from invoices.models import Promise
from invoices.models.agreement import PromiseState
from invoices.receipts import received_by

SOON = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Promised:
    """The open promises that fall due within a week or did already: how many, what of them is still to come, and how many of
    them are past their day."""

    due: int = 0
    due_amount: Decimal = NOTHING
    passed: int = 0


def promised(business: Business, currency: str, today: datetime.date) -> Promised:
    """What is promised for the next days and still to come, as it is now. One query, and five more where there is any."""
    rows = list(Promise.objects.filter(due_soon(today), business=business, currency=currency).prefetch_related("lines"))
    # What is due later need not be asked: the earliest promise takes what comes in.
    received = received_by(rows, business.calendar, business.rules["promise"])
    left = (row.amount - sum(received[row.pk].values(), NOTHING) for row in rows)
    return Promised(len(rows), sum(left, NOTHING), sum(row.due_on < today for row in rows))


def due_soon(today: datetime.date) -> Q:
    """Open promises that fall due within a week, or did already."""
    return Q(within_a_week(today), state=PromiseState.OPEN)


def within_a_week(today: datetime.date) -> Q:
    """Promises whose day is one of the next seven after `today`, or came before."""
    return Q(due_on__lte=today + SOON)
