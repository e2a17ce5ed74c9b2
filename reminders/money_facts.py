"""Reads the money that came in: what is not matched yet, and what was paid lately of what was overdue."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, QuerySet, Sum

from invoices.models import Allocation, BankLine, CreditNote, Payment
from invoices.models.statement import LineState
from reminders.cases import NOTHING
from reminders.timetable import DAYS

Key = tuple[int, str]


def unapplied_money(ids: list[int]) -> dict[Key, tuple[Decimal, datetime.date]]:
    """(sum, date of the latest) of unapplied cash and credit notes, by customer and currency."""
    payments = Payment.objects.filter(customer__in=ids, returned_on=None, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(customer__in=ids, allocated__lt=F("total"))
    found: dict[Key, tuple[Decimal, datetime.date]] = {}
    for rows in (
        _left(payments, F("amount") - F("allocated"), "received_on"),
        _left(notes, F("total") - F("allocated"), "issued_on"),
    ):
        for customer_id, currency, left, latest in rows:
            so_far, until = found.get((customer_id, currency), (NOTHING, latest))
            found[customer_id, currency] = (so_far + left, max(until, latest))
    return found


def suggested_money(ids: list[int]) -> dict[Key, tuple[Decimal, datetime.date]]:
    """(sum, date of the latest) of bank lines nobody confirmed yet that may be theirs, by customer and currency."""
    waiting = BankLine.objects.filter(customer__in=ids, state=LineState.OPEN, amount__gt=0)
    rows = _left(waiting, F("amount"), "booked_on")
    return {(customer_id, currency): (amount, latest) for customer_id, currency, amount, latest in rows}


def _left(rows: QuerySet[Any], left: Any, dated: str) -> Iterable[tuple[int, str, Decimal, datetime.date]]:
    grouped = rows.order_by().values("customer_id", "currency").annotate(left=Sum(left), latest=Max(dated))
    return grouped.values_list("customer_id", "currency", "left", "latest")


def part_payments(ids: list[int], rules: Mapping[str, Any], today: datetime.date) -> dict[Key, tuple[Decimal, datetime.date]]:
    """(sum, latest date) of what came in lately on invoices that were overdue, paid in full by it or not (domain.md 3.4)."""
    since = today - DAYS(days=rules["part_payment_pause_days"])
    recent = Allocation.objects.filter(
        invoice__customer__in=ids,
        invoice__due_on__lt=F("on"),
        payment__isnull=False,
        reversed_on=None,
        on__gt=since,
        on__lte=today,
    )
    grouped = recent.order_by().values("invoice__customer_id", "invoice_currency").annotate(sum=Sum("amount"), latest=Max("on"))
    return {
        (customer_id, currency): (amount, latest)
        for customer_id, currency, amount, latest in grouped.values_list(
            "invoice__customer_id", "invoice_currency", "sum", "latest"
        )
    }
