"""Reads the money that came in for promises, and has `invoices.promises` say what became of them."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F

from arcollect.dates import Calendar
from invoices.models import Allocation, Payment, Promise
from invoices.promises import Given, Receipt, Verdict, received_so_far, settled

Key = tuple[int, str]


def verdicts_on(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any], today: datetime.date
) -> dict[int, Verdict]:
    """The verdicts by promise; promises that stay open have none. `rules`: the `promise` part; two queries beside the lines."""
    grouped = _grouped(promises)
    receipts = _receipts([row for group in grouped.values() for row in group])
    verdicts: dict[int, Verdict] = {}
    for key, group in grouped.items():
        given = [_given(row, calendar, rules["grace_bd"]) for row in group]
        verdicts |= {one.promise: one for one in settled(given, receipts.get(key, ()), rules, today)}
    return verdicts


def received_by(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any]
) -> dict[int, dict[int | None, Decimal]]:
    """What came in so far for each promise, by invoice; None: on none yet. Two queries beside the lines."""
    grouped = _grouped(promises)
    receipts = _receipts([row for group in grouped.values() for row in group])
    found: dict[int, dict[int | None, Decimal]] = {}
    for key, group in grouped.items():
        found |= received_so_far([_given(row, calendar, rules["grace_bd"]) for row in group], receipts.get(key, ()))
    return found


def _grouped(promises: Iterable[Promise]) -> dict[Key, list[Promise]]:
    grouped: dict[Key, list[Promise]] = defaultdict(list)
    for promise in promises:
        grouped[promise.customer_id, promise.currency].append(promise)
    return grouped


def _given(row: Promise, calendar: Calendar, grace_bd: int) -> Given:
    meant_for = frozenset(line.invoice_id for line in row.lines.all())
    through = calendar.add(row.due_on, grace_bd)
    return Given(row.pk, row.amount, row.made_on, row.due_on, through, meant_for, made_at=row.created_at)


def _receipts(promises: list[Promise]) -> dict[Key, list[Receipt]]:
    """What the customers paid since their first promise, by customer and currency; returned payments are no money."""
    if not promises:
        return {}
    paid = Payment.objects.filter(
        customer__in={row.customer_id for row in promises},
        received_on__gte=min(row.made_on for row in promises),
        returned_on=None,
    )
    found: dict[Key, list[Receipt]] = defaultdict(list)
    booked = Allocation.objects.filter(payment__in=paid, reversed_on=None).order_by()
    payment = ("payment__customer_id", "payment__received_on", "payment__created_at")
    rows = booked.values_list(*payment, "invoice_currency", "amount", "invoice_id")
    for customer_id, on, known_at, currency, amount, invoice_id in rows:
        found[customer_id, currency].append(Receipt(on, amount, invoice_id, known_at))
    for row in paid.filter(allocated__lt=F("amount")):
        found[row.customer_id, row.currency].append(Receipt(row.received_on, row.unapplied, known_at=row.created_at))
    return found
