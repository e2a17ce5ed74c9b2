"""Builds matches: how money is spread over invoices, and what is said of it. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import format_plain, unit_of
from invoices.matches import LIKELY, NOTHING, Match, Parts
from invoices.matching_clues import Clues
from invoices.open_ledger import OpenCredit, OpenInvoice

MOST_NUMBERS = 5
Rows = Sequence[OpenInvoice]


def balances(rows: Iterable[OpenInvoice]) -> Decimal:
    return sum((row.balance for row in rows), NOTHING)


def payables(rows: Iterable[OpenInvoice]) -> Decimal:
    return sum((row.payable for row in rows), NOTHING)


def in_order(amount: Decimal, rows: Rows, *, disputed: bool = True) -> Parts:
    """(invoice id, part) of an amount over rows in their order; without `disputed` what is in dispute gets nothing."""
    split, left = [], amount
    for row in rows:
        part = min(left, row.balance if disputed else row.payable)
        if part > 0:
            split.append((row.id, part))
            left -= part
    return tuple(split)


def whole(rows: Rows, amount: Decimal) -> Parts:
    """All of the rows, where `amount` is what is open of them, with or without what is in dispute."""
    if balances(rows) == amount:
        return tuple((row.id, row.balance) for row in rows)
    return tuple((row.id, row.payable) for row in rows if row.payable)


def comes_to(rows: Rows, amount: Decimal) -> bool:
    return amount in (balances(rows), payables(rows))


def netted(rows: Rows, notes: Sequence[OpenCredit]) -> tuple[Parts, tuple[tuple[int, int, Decimal], ...]]:
    """What is left to pay of the rows, and (credit note, invoice, amount) of the notes taken off them, oldest first."""
    left = {row.id: row.balance for row in rows}
    taken = []
    for note in notes:
        rest = note.left
        for row in rows:
            part = min(rest, left[row.id])
            if part > 0:
                taken.append((note.id, row.id, part))
                left[row.id] -= part
                rest -= part
    return tuple((pk, part) for pk, part in left.items() if part), tuple(taken)


def numbers(rows: Rows) -> str:
    """ "INV-1, INV-2 and 3 more" """
    shown = ", ".join(row.number for row in rows[:MOST_NUMBERS])
    more = len(rows) - MOST_NUMBERS
    return _("%(shown)s and %(more)d more") % {"shown": shown, "more": more} if more > 0 else shown


def plain(clues: Clues, amount: Decimal) -> str:
    return f"{format_plain(amount, clues.line.currency)} {clues.line.currency}"


def unit(clues: Clues) -> Decimal:
    return unit_of(clues.line.currency)


def from_whom(clues: Clues, customer_id: int) -> str:
    """How the customer is known, as the first half of a reason."""
    name = clues.ledger.customers[customer_id].name
    known = clues.who.get(customer_id)
    words = {
        "account": _("The account has paid for %(name)s before."),
        "name": _("The payer's name is that of %(name)s."),
        "reference": _("It names the customer number of %(name)s."),
    }
    return words[known.because] % {"name": name} if known else _("It may be from %(name)s.") % {"name": name}


def capped(sure: int, *doubts: bool) -> int:
    """Not certain where there is a doubt."""
    return min(sure, LIKELY) if any(doubts) else sure


def made(clues: Clues, customer_id: int, split: Parts, sure: int, rule: str, reason: str, **more: object) -> Match:
    """A match whose money that is on no invoice stays unapplied."""
    booked = sum((part for _pk, part in split), NOTHING)
    return Match(customer_id, split, sure, rule, reason, clues.line.amount - booked, **more)
