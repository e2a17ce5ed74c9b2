"""Reads what a month had to collect, and what was given up of what is owed (domain.md 2.6, 2.10)."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.query import QuerySet

from customers.models import Business
from invoices.history import standing_on
from invoices.ledger_metrics import NOTHING
from invoices.models import WriteOff
from invoices.models.money import WriteOffKind
from invoices.month_ends import Owed, owed_on
from invoices.months import DAY, Month, full_months, months_back
from invoices.sales import RATIO_MONTHS, Sales
from invoices.turnover import BadDebt, Collected


def collected(business: Business, sales: Mapping[str, Sales], months: list[Month]) -> dict[str, list[Collected]]:
    """By currency, what each of these months in a row, newest first, had to collect; only since there are sales.

    A dozen queries, and one a month.
    """
    ends = owed_on(business, [months[-1].first - DAY, *(month.last for month in months)])
    gone = {month: written_off(business, month) for month in months}
    return {
        currency: [_collected(month, currency, ends, one, gone[month]) for month in months if month.last >= one.since]
        for currency, one in sales.items()
    }


def _collected(
    month: Month,
    currency: str,
    ends: Mapping[datetime.date, Mapping[str, Owed]],
    sales: Sales,
    gone: Mapping[str, Decimal],
) -> Collected:
    begin, end = (ends[day].get(currency, Owed()) for day in (month.first - DAY, month.last))
    return Collected(month, begin.net, sales.of([month]).sales, end.net, end.current, gone.get(currency, NOTHING))


def last_month(business: Business, as_of: datetime.date, sales: Mapping[str, Sales]) -> dict[str, Collected]:
    """The last month that was over by then, by currency; a currency that had no sales yet is left out."""
    found = collected(business, sales, full_months(as_of, 1))
    return {currency: rows[0] for currency, rows in found.items() if rows}


def written_off(business: Business, month: Month) -> dict[str, Decimal]:
    """What was given up of invoices in that month, for whatever reason, and still was at its end. One query."""
    rows = WriteOff.objects.filter(standing_on(month.last), business=business, on__gte=month.first)
    return _by_currency(rows)


def bad_debts(business: Business, sales: Mapping[str, Sales], as_of: datetime.date) -> dict[str, BadDebt]:
    """Bad debt within the last twelve months, the one under way up to the day itself, by currency. Two queries.

    A write-off that is taken back, by money or by hand, counts as recovered on that day.
    """
    months = months_back(as_of, full_months(as_of, RATIO_MONTHS)[-1].first)[:RATIO_MONTHS]
    since = months[-1].first
    rows = given_up(business, since, as_of).filter(kind=WriteOffKind.BAD_DEBT)
    gone = _by_currency(rows.filter(on__gte=since))
    back = _by_currency(rows.filter(reversed_on__gte=since, reversed_on__lte=as_of))
    return {
        currency: BadDebt(months, gone.get(currency, NOTHING), back.get(currency, NOTHING), one.of(months).sales)
        for currency, one in sales.items()
    }


def given_up(business: Business, since: datetime.date, as_of: datetime.date) -> QuerySet[WriteOff]:
    """What was given up of invoices, for whatever reason, or came back of it, from `since` to `as_of`."""
    within = Q(on__gte=since) | Q(reversed_on__gte=since, reversed_on__lte=as_of)
    return WriteOff.objects.filter(within, business=business, on__lte=as_of)


def _by_currency(rows: QuerySet[WriteOff]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in rows.order_by().values_list("invoice__currency").annotate(sum=Sum("amount")):
        sums[currency] += amount
    return dict(sums)
