"""Reads what open bank lines may be for, as a person is shown it: with names and numbers, without what has been overtaken."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from customers.models import Customer
from invoices.matches import Match
from invoices.models import BankLine, CreditNote, Invoice, Payment
from invoices.models.money import WriteOffKind
from invoices.returns import Return

Raw = Mapping[str, Any]
KEY_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the money and the invoice it is for; `kind`: what else is taken off it, in words, or ""."""

    invoice: Invoice
    amount: Decimal
    kind: object = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing a line may be. `key` names it in a form: a later decision has another one.

    `pieces`: what is paid; `given_up`: what is written off or taken off by credit notes besides; `unapplied`: what is left over;
    `payment`: the one that money going out takes back.
    """

    place: int
    key: str
    sure: int
    reason: str
    customers: tuple[str, ...]
    pieces: tuple[Piece, ...] = ()
    given_up: tuple[Piece, ...] = ()
    unapplied: Decimal = Decimal(0)
    payment: Payment | None = None


@dataclass(frozen=True, slots=True)
class Suggested:
    """A line with what it may be, the surest first."""

    line: BankLine
    suggestions: tuple[Suggestion, ...]

    @property
    def first(self) -> Suggestion | None:
        return self.suggestions[0] if self.suggestions else None

    @property
    def others(self) -> tuple[Suggestion, ...]:
        return self.suggestions[1:]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows suggestions name, by id."""

    customers: Mapping[int, str]
    invoices: Mapping[int, Invoice]
    notes: Mapping[int, CreditNote]
    payments: Mapping[int, Payment]


def suggested(lines: Sequence[BankLine]) -> list[Suggested]:
    """These lines with their suggestions, in four queries. One whose invoices have been paid otherwise meanwhile is left out."""
    rows = _rows([raw for line in lines for raw in line.suggestions], {line.business_id for line in lines})
    return [Suggested(line, tuple(_shown(line.suggestions, rows))) for line in lines]


def key_of(raw: Raw) -> str:
    """What names a suggestion in a form."""
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:KEY_LENGTH]


def chosen(line: BankLine, key: str) -> Match | Return | None:
    """The suggestion a form names; None where it is none of the line's any more."""
    raw = next((raw for raw in line.suggestions if key_of(raw) == key), None)
    if raw is None:
        return None
    return Return.from_json(raw) if "payment_id" in raw else Match.from_json(raw)


def _shown(suggestions: Iterable[Raw], rows: _Rows) -> list[Suggestion]:
    found: list[Suggestion] = []
    for raw in suggestions:
        place = len(found) + 1
        one = _of_return(raw, rows, place) if "payment_id" in raw else _of_match(raw, rows, place)
        if one is not None:
            found.append(one)
    return found


def _of_return(raw: Raw, rows: _Rows, place: int) -> Suggestion | None:
    payment = rows.payments.get(raw["payment_id"])
    if payment is None or payment.returned_on is not None:
        return None
    return Suggestion(place, key_of(raw), raw["sure"], raw["reason"], (payment.customer.name,), payment=payment)


def _of_match(raw: Raw, rows: _Rows, place: int) -> Suggestion | None:
    parts = (match := Match.from_json(raw), *match.others)
    wanted = _per_invoice(parts)
    known = all(part.customer_id in rows.customers for part in parts)
    if not known or not all(pk in rows.invoices and amount <= _payable(rows.invoices[pk]) for pk, amount in wanted.items()):
        return None
    return Suggestion(
        place,
        key_of(raw),
        match.sure,
        match.reason,
        tuple(dict.fromkeys(rows.customers[part.customer_id] for part in parts)),
        tuple(Piece(rows.invoices[pk], amount) for part in parts for pk, amount in part.split),
        tuple(piece for part in parts for piece in _given_up(part, rows)),
        sum((part.unapplied for part in parts), Decimal(0)),
    )


def _per_invoice(parts: Iterable[Match]) -> dict[int, Decimal]:
    """All that a match takes off each invoice."""
    sums: dict[int, Decimal] = {}
    for part in parts:
        taken = [*part.split, *((pk, amount) for pk, amount, _kind in part.write_offs)]
        for pk, amount in [*taken, *((pk, amount) for _note, pk, amount in part.credits)]:
            sums[pk] = sums.get(pk, Decimal(0)) + amount
    return sums


def _payable(invoice: Invoice) -> Decimal:
    """What may come in for it: all that is open or, of one given up as lost, all of it."""
    return invoice.balance or sum((row.amount for row in invoice.write_offs.all() if row.reversed_on is None), Decimal(0))


def _given_up(part: Match, rows: _Rows) -> list[Piece]:
    labels = dict(WriteOffKind.choices)
    written = [Piece(rows.invoices[pk], amount, labels.get(kind, kind)) for pk, amount, kind in part.write_offs]
    return [*written, *(Piece(rows.invoices[pk], amount, rows.notes.get(note, "")) for note, pk, amount in part.credits)]


def _rows(suggestions: Sequence[Raw], businesses: set[int]) -> _Rows:
    matches = [Match.from_json(raw) for raw in suggestions if "payment_id" not in raw]
    parts = [part for match in matches for part in (match, *match.others)]
    owned = {"business__in": businesses}
    customers = Customer.objects.filter(pk__in={part.customer_id for part in parts}, **owned)
    invoices = Invoice.objects.filter(pk__in=_per_invoice(parts), **owned).prefetch_related("write_offs")
    notes = CreditNote.objects.filter(pk__in={note for part in parts for note, _pk, _amount in part.credits}, **owned)
    payments = Payment.objects.filter(pk__in={raw["payment_id"] for raw in suggestions if "payment_id" in raw}, **owned)
    return _Rows(
        dict(customers.values_list("pk", "name")),
        {row.pk: row for row in invoices},
        {row.pk: row for row in notes},
        {row.pk: row for row in payments.select_related("customer")},
    )
