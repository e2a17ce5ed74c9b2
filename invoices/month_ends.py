"""Reads what was owed, and what of it was not overdue, at the end of many days at once: added up from what moved it each day."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.db.models.query import QuerySet

from customers.models import Business
from invoices.ledger_metrics import NOTHING
from invoices.models import Allocation, CreditNote, Invoice, Payment, Refund, WriteOff

Move = tuple[str, datetime.date, Decimal]


@dataclass(frozen=True, slots=True)
class Owed:
    """The ledger of one currency at the end of a day: `net` of what is on account; `current`: what is open and not overdue."""

    net: Decimal = NOTHING
    current: Decimal = NOTHING


def owed_on(business: Business, days: Sequence[datetime.date]) -> dict[datetime.date, dict[str, Owed]]:
    """For each of these days, by currency; in twelve queries, however many days there are.

    The net is what was invoiced less what came in, was credited or given up, each from its day on: how it was booked on
    invoices changes nothing of it.
    """
    net: dict[tuple[str, datetime.date], Decimal] = defaultdict(Decimal)
    for currency, day, amount in _moves(business, max(days)):
        # What moved counts from the first of the days asked for that is not before it.
        first = min((one for one in days if one >= day), default=None)
        if first is not None:
            net[currency, first] += amount
    current = _current(business, days)
    currencies = {currency for currency, _day in net}
    found: dict[datetime.date, dict[str, Owed]] = {}
    sums: dict[str, Decimal] = dict.fromkeys(currencies, NOTHING)
    for day in sorted(days):
        sums = {currency: amount + net[currency, day] for currency, amount in sums.items()}
        found[day] = {currency: Owed(amount, current[currency, day]) for currency, amount in sums.items()}
    return found


def _moves(business: Business, last: datetime.date) -> Iterator[Move]:
    """What raised (above nothing) or lowered the ledger on each day up to `last`."""
    invoices, notes = Invoice.objects.filter(business=business), CreditNote.objects.filter(business=business)
    payments, refunds = Payment.objects.filter(business=business), Refund.objects.filter(business=business)
    given_up = WriteOff.objects.filter(business=business)
    sources = [
        (invoices, "currency", "issued_on", "total", 1),
        (payments, "currency", "received_on", "amount", -1),
        (payments, "currency", "returned_on", "amount", 1),
        (notes, "currency", "issued_on", "total", -1),
        (given_up, "invoice__currency", "on", "amount", -1),
        (given_up, "invoice__currency", "reversed_on", "amount", 1),
        (refunds, "currency", "on", "amount", 1),
        (refunds, "currency", "reversed_on", "amount", -1),
    ]
    for rows, currency, dated, worth, sign in sources:
        by_day = rows.filter(**{f"{dated}__lte": last}).order_by().values_list(currency, dated).annotate(sum=Sum(worth))
        for code, day, amount in by_day.iterator():
            yield code, day, sign * amount


def _current(business: Business, days: Sequence[datetime.date]) -> dict[tuple[str, datetime.date], Decimal]:
    """What was open and not overdue at the end of each day: only what was booked before the due date bears on it."""
    first, last = min(days), max(days)
    found: dict[tuple[str, datetime.date], Decimal] = defaultdict(Decimal)
    issued = Invoice.objects.filter(business=business, issued_on__lte=last, due_on__gte=first).order_by()
    for currency, issued_on, due_on, total in (
        issued.values_list("currency", "issued_on", "due_on").annotate(sum=Sum("total")).iterator()
    ):
        for day in days:
            if issued_on <= day <= due_on:
                found[currency, day] += total
    for model in (Allocation, WriteOff):
        for currency, issued_on, due_on, on, reversed_on, amount in _taken(model.objects.filter(business=business), first, last):
            for day in days:
                if max(issued_on, on) <= day <= due_on and (reversed_on is None or reversed_on > day):
                    found[currency, day] -= amount
    return found


def _taken(rows: QuerySet[Any], first: datetime.date, last: datetime.date) -> Iterator[tuple[Any, ...]]:
    """What was taken off invoices not overdue within these days, by currency and the days that bear on it."""
    stood = Q(reversed_on=None) | Q(reversed_on__gt=first)
    of_these = Q(invoice__due_on__gte=first, invoice__issued_on__lte=last)
    early = rows.filter(stood & of_these, on__lte=last).filter(on__lte=F("invoice__due_on"))
    names = ("invoice__currency", "invoice__issued_on", "invoice__due_on", "on", "reversed_on")
    return early.order_by().values_list(*names).annotate(sum=Sum("amount")).iterator()
