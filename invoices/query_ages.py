"""Reads the open queries by their age against the clock (domain.md 2.9)."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as lazy

from customers.models import Business
from invoices.metrics import NOTHING
from invoices.models import Dispute, Invoice

# Name, first day, last day.
QUERY_AGES = (("week", 0, 7), ("month", 8, 30), ("older", 31, 100_000))
LABELS = {
    "week": lazy("Up to a week old"),
    "month": lazy("8 to 30 days old"),
    "older": lazy("Older than 30 days"),
}


@dataclass(frozen=True, slots=True)
class QueryAge:
    """The open queries of one age: how many, their sum, and how many of them are past their clock."""

    name: str
    count: int
    amount: Decimal
    late: int

    @property
    def label(self) -> str:
        return str(LABELS[self.name])


def queries_by_age(business: Business, currency: str, today: datetime.date) -> list[QueryAge]:
    """The open queries by age, youngest first; ages nothing has are left out. One query."""
    # Asked of each query's own invoice: joined, PostgreSQL would rather read all invoices than look up a few thousand.
    of_invoice = Subquery(Invoice.objects.filter(pk=OuterRef("invoice")).order_by().values("currency"))
    rows = Dispute.objects.filter(business=business, resolved_on=None).alias(currency=of_invoice).filter(currency=currency)
    # By the day they were opened: sums of each age in one row cost Django three times as long to put into words.
    days = rows.order_by().values_list("opened_on")
    sums = days.annotate(count=Count("pk"), sum=Sum("amount"), late=Count("pk", filter=past_clock(today)))
    ages = [QueryAge(name, *_added(sums, today, first, last)) for name, first, last in QUERY_AGES]
    return [age for age in ages if age.count]


def _added(
    days: Iterable[tuple[datetime.date, int, Decimal, int]], today: datetime.date, first: int, last: int
) -> tuple[int, Decimal, int]:
    """(how many, their sum, how many past their clock) of the days that lie `first` to `last` days back."""
    count, amount, late = 0, NOTHING, 0
    for opened_on, opened, in_query, past in days:
        if first <= (today - opened_on).days <= last:
            count, amount, late = count + opened, amount + in_query, late + past
    return count, amount, late


def opened_between(today: datetime.date, first: int, last: int) -> Q:
    """Queries from `first` to `last` days old on that day."""
    oldest = today - datetime.timedelta(days=last)
    return Q(opened_on__lte=today - datetime.timedelta(days=first), opened_on__gte=oldest)


def past_clock(today: datetime.date) -> Q:
    """Of open queries: those nobody answered, or closed, by the day they should have."""
    return Q(answered_on=None, answer_by__lt=today) | Q(close_by__lt=today)
