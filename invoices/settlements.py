"""Decides whether less may be taken in full satisfaction, and whether it was paid as agreed (domain.md 6.6). Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.filters import money
from arcollect.money import quantize

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is offered: `amount` instead of `total`, accepted by one day, there (cleared) by another."""

    total: Decimal
    amount: Decimal
    currency: str
    on: datetime.date
    accept_by: datetime.date
    pay_by: datetime.date


@dataclass(frozen=True, slots=True)
class Receipt:
    """A part of a payment that came in for an invoice a settlement covers."""

    on: datetime.date
    invoice_id: int
    amount: Decimal


def floor_of(total: Decimal, currency: str, rules: Mapping[str, Any]) -> Decimal:
    """The least the owner takes instead of `total`: rules["settlement"]["floor_pct"] of it."""
    return quantize(total * Decimal(rules["settlement"]["floor_pct"]), currency)


def objections(terms: Terms, rules: Mapping[str, Any]) -> list[str]:
    """What speaks against offering this, in words; nothing where it may be offered."""
    return list(_objections(terms, rules))


def _objections(terms: Terms, rules: Mapping[str, Any]) -> Iterator[str]:
    least = floor_of(terms.total, terms.currency, rules)
    if terms.amount != quantize(terms.amount, terms.currency):
        yield _("%(currency)s has no such fractions.") % {"currency": terms.currency}
    if terms.amount >= terms.total:
        yield _("That is no less than is owed: %(total)s.") % {"total": money(terms.total, terms.currency)}
    if terms.amount < least:
        yield _("Your settings take no less than %(least)s of %(total)s; the owner can change that floor there.") % {
            "least": money(least, terms.currency),
            "total": money(terms.total, terms.currency),
        }
    if terms.accept_by < terms.on:
        yield _("The day to accept it by has passed.")
    if terms.pay_by < terms.accept_by:
        yield _("It cannot be due before it is accepted.")


def counted(receipts: Iterable[Receipt], covered: Mapping[int, Decimal]) -> list[tuple[datetime.date, int, Decimal]]:
    """(day, invoice, amount) of what counts, oldest first: of each invoice no more than the settlement covers of it."""
    taken: dict[int, Decimal] = defaultdict(Decimal)
    found = []
    for row in sorted(receipts, key=lambda row: row.on):
        part = min(row.amount, covered.get(row.invoice_id, NOTHING) - taken[row.invoice_id])
        if part > 0:
            taken[row.invoice_id] += part
            found.append((row.on, row.invoice_id, part))
    return found


def met_on(
    amount: Decimal, by: datetime.date, tolerance: Decimal, rows: Iterable[tuple[datetime.date, int, Decimal]]
) -> datetime.date | None:
    """The day by which enough had come in, where that was no later than `by`; a cent beyond the tolerance short is too little."""
    came = NOTHING
    for on, _invoice_id, part in rows:
        came += part
        if on <= by and came >= amount - tolerance:
            return on
    return None
