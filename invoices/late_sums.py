"""Reads how late money came within a year (domain.md 2.7)."""

import datetime
from collections import defaultdict
from decimal import Decimal

from django.db.models import Count, F, Sum
from django.db.models.query import QuerySet

from customers.models import Business
from invoices.history import standing_on
from invoices.lateness import LateSum
from invoices.models import Allocation
from invoices.track_record import MEASURED


def late_by_currency(business: Business, as_of: datetime.date) -> dict[str, LateSum]:
    """What came in within a year of that day, by currency. One query, added up by pay day and due date."""
    found: dict[str, LateSum] = defaultdict(LateSum)
    for currency, paid_on, due_on, amount, count in _parts(business, as_of, "invoice_currency"):
        found[currency].add(amount, (paid_on - due_on).days, count)
    return dict(found)


def late_by_account(business: Business, as_of: datetime.date) -> dict[tuple[int, str], LateSum]:
    """The same by (customer id, currency). One query."""
    found: dict[tuple[int, str], LateSum] = defaultdict(LateSum)
    for customer_id, currency, paid_on, due_on, amount, count in _parts(
        business, as_of, "invoice__customer_id", "invoice_currency"
    ):
        found[customer_id, currency].add(amount, (paid_on - due_on).days, count)
    return dict(found)


def _parts(business: Business, as_of: datetime.date, *keys: str) -> "QuerySet[Allocation, tuple[object, ...]]":
    """What payments settled of invoices, by `keys`, the day the money came and the due date: credit notes are no payments, and
    money that lay unmatched came when it came."""
    paid = Allocation.objects.filter(
        standing_on(as_of),
        business=business,
        payment__isnull=False,
        payment__received_on__gt=as_of - MEASURED,
        payment__received_on__lte=as_of,
    )
    parts = paid.order_by().values(*keys, paid=F("payment__received_on"), due=F("invoice__due_on"))
    sums = parts.annotate(sum=Sum("amount"), parts=Count("pk"))
    return sums.values_list(*keys, "paid", "due", "sum", "parts").iterator(chunk_size=5000)


def plus_open(paid: LateSum, overdue: list[tuple[Decimal, int]]) -> LateSum:
    """What was paid, and what is still open and overdue as if it were paid today, so that who never pays does not look prompt.

    `overdue`: (amount, days past due) of what is open.
    """
    still = LateSum()
    for amount, days in overdue:
        if days > 0:
            still.add(amount, days)
    return paid.plus(still)
