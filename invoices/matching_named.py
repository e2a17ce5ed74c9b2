"""What a line is for by the numbers it names (domain.md 6.5: the payer's designation wins). Pure."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.matches import CERTAIN, LIKELY, Match
from invoices.matching_clues import KNOWN, Clues
from invoices.matching_deductions import deducted
from invoices.matching_parts import (
    Rows,
    balances,
    capped,
    comes_to,
    in_order,
    made,
    numbers,
    payables,
    plain,
    whole,
)
from invoices.matching_sums import sets_that_sum
from invoices.matching_text import FAIR, STRONG, WEAK, stated_amounts
from invoices.open_ledger import OpenInvoice


def by_number(clues: Clues) -> Iterator[Match]:
    """Matches for the open invoices it names, customer by customer; and for all of them together where they are of several."""
    named = clues.named_rows
    if len(named) > 1:
        yield from _of_several(clues, named)
    for customer_id, rows in named.items():
        yield from _of_one(clues, customer_id, rows)
        best = [row for row in rows if clues.strength_of(row.id) == STRONG]
        if 0 < len(best) < len(rows):
            yield from (replace(one, sure=min(one.sure, LIKELY)) for one in _of_one(clues, customer_id, best))


def _of_one(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """What these invoices of one customer, all of them named, may be paid with it."""
    yield from _exactly(clues, customer_id, rows)
    yield from _as_stated(clues, customer_id, rows)
    yield from _some_of_them(clues, customer_id, rows)
    less = list(deducted(clues, customer_id, rows, exact_sure(clues, customer_id, rows)))
    yield from less
    yield from _in_part(clues, customer_id, rows, deducted=bool(less))
    yield from _with_more(clues, customer_id, rows)


def exact_sure(clues: Clues, customer_id: int, rows: Rows) -> int:
    """How sure it is where numbers and amount agree: an accident of both is next to impossible."""
    least = min(clues.strength_of(row.id) for row in rows)
    if clues.speaks_against(customer_id):
        return {STRONG: 96, FAIR: 85}.get(least, 70)
    if clues.sure_of(customer_id) >= KNOWN:
        return {STRONG: 99, FAIR: 99}.get(least, 96)
    return {STRONG: 98, FAIR: 96}.get(least, 85)


def part_sure(clues: Clues, customer_id: int, rows: Rows) -> int:
    """How sure it is where only the numbers say so: a slip in one of them names another invoice."""
    least = min(clues.strength_of(row.id) for row in rows)
    if clues.speaks_against(customer_id):
        return 70 if least >= FAIR else 50
    if clues.sure_of(customer_id) >= KNOWN:
        return {STRONG: 96, FAIR: 90}.get(least, 80)
    return {STRONG: 85, FAIR: 78}.get(least, 60)


def _exactly(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    if comes_to(rows, clues.line.amount):
        words = _("It names %(numbers)s, and that is what is open.") % {"numbers": numbers(rows)}
        yield made(clues, customer_id, whole(rows, clues.line.amount), exact_sure(clues, customer_id, rows), "number", words)


def _some_of_them(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """Part of what was found in the text may be a date or a customer number that looks like an invoice's."""
    amount = clues.line.amount
    if len(rows) < 2 or comes_to(rows, amount):
        return
    sums = sets_that_sum(amount, [row.balance for row in rows], len(rows) - 1)
    for places in sums.sets[:2]:
        some = [rows[place] for place in places]
        noise = all(clues.strength_of(row.id) == WEAK for row in rows if row not in some)
        sure = exact_sure(clues, customer_id, some) if noise and len(sums.sets) == 1 else 85
        words = _("It names %(numbers)s among others, and those come to the amount.") % {"numbers": numbers(some)}
        yield made(clues, customer_id, whole(some, amount), sure, "numbers_some", words)


def _as_stated(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """The payer says beside each number how much is for it, and that comes to the amount."""
    stated = stated_amounts(clues.text, clues.hits)
    parts = tuple((row.id, part) for row in rows for part in [stated.get(row.id)] if part and part <= row.balance)
    if len(rows) < 2 or len(parts) < len(rows) or sum(part for _pk, part in parts) != clues.line.amount:
        return
    words = _("It names %(numbers)s, and how much is for each.") % {"numbers": numbers(rows)}
    yield made(clues, customer_id, parts, exact_sure(clues, customer_id, rows), "stated", words)


def _in_part(clues: Clues, customer_id: int, rows: Rows, *, deducted: bool) -> Iterator[Match]:
    """Less than is open of what it names, without a deduction that explains it: paid in part, oldest first among several."""
    amount = clues.line.amount
    if amount >= payables(rows) or _is_noise(clues, customer_id, rows):
        return
    others = clues.ledger.open_of(customer_id, clues.line.currency)
    rival = any(row.payable == amount for row in others)
    unsaid = any(row.id not in {one.id for one in rows} and clues.strength_of(row.id) for row in others)
    little = balances(rows) - amount <= Decimal(str(clues.ledger.rules["charges_up_to"]))
    sure = part_sure(clues, customer_id, rows) if len(rows) == 1 and not deducted else 75
    words = _("It names %(numbers)s, and is %(short)s short of what is open.") % {
        "numbers": numbers(rows),
        "short": plain(clues, balances(rows) - amount),
    }
    sure = capped(sure, rival, unsaid, little, clues.names_strange_number)
    yield made(clues, customer_id, in_order(amount, rows), sure, "part", words)


def _with_more(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    amount, taken = clues.line.amount, balances(rows)
    if amount <= taken or _is_noise(clues, customer_id, rows):
        return
    ids = {row.id for row in rows}
    others = [row for row in clues.ledger.open_of(customer_id, clues.line.currency) if row.id not in ids]
    yield from _with_others(clues, customer_id, rows, others)
    # What is over goes to no other invoice without the payer's word; it may have been meant for one that is not smaller.
    alone = all(row.payable > amount - taken for row in others) and not clues.names_strange_number
    sure = part_sure(clues, customer_id, rows)
    sure = sure if alone else min(sure, 78)
    words = _("It names %(numbers)s, and brings %(over)s more than is open.") % {
        "numbers": numbers(rows),
        "over": plain(clues, amount - taken),
    }
    yield made(clues, customer_id, whole(rows, taken), sure, "over", words)


def _with_others(clues: Clues, customer_id: int, rows: Rows, others: Rows) -> Iterator[Match]:
    """What is over is what is open of others: of one that is named with a slip or was cut off, or as it happens."""
    rest = clues.line.amount - balances(rows)
    near = [row for row in others if clues.near(row)]
    if near and comes_to(near, rest):
        sure = 96 if part_sure(clues, customer_id, rows) >= CERTAIN else 85
        words = _("It names %(numbers)s, and something very like %(near)s: together that is the amount.")
        words = words % {"numbers": numbers(rows), "near": numbers(near)}
        yield made(clues, customer_id, whole(rows, balances(rows)) + whole(near, rest), sure, "number_near", words)
        return
    sums = sets_that_sum(rest, [row.payable for row in others], int(clues.ledger.rules["most_invoices"]))
    for places in sums.sets:
        more = [others[place] for place in places]
        words = _("It names %(numbers)s; %(others)s would make up the amount.")
        words = words % {"numbers": numbers(rows), "others": numbers(more)}
        split = whole(rows, balances(rows)) + tuple((row.id, row.payable) for row in more)
        yield made(clues, customer_id, split, 86 - 2 * len(places) * len(sums.sets), "number_and_sum", words)


def _is_noise(clues: Clues, customer_id: int, rows: Rows) -> bool:
    """Whether nothing speaks for these invoices but digits that may be anything."""
    return not clues.sure_of(customer_id) and all(clues.strength_of(row.id) == WEAK for row in rows)


def _of_several(clues: Clues, named: dict[int, list[OpenInvoice]]) -> Iterator[Match]:
    """One payment for invoices of several customers, as agencies and groups of companies make it."""
    rows = [row for own in named.values() for row in own]
    if not comes_to(rows, clues.line.amount):
        return
    words = _("It names %(numbers)s of %(count)d customers, and that is what is open.") % {
        "numbers": numbers(rows),
        "count": len(named),
    }
    sure = 97 if clues.strong([row.id for row in rows]) else 85
    total = clues.line.amount == balances(rows)
    parts = [
        Match(customer_id, tuple((row.id, row.balance if total else row.payable) for row in own), sure, "customers", words)
        for customer_id, own in named.items()
    ]
    first, *others = parts
    yield Match(first.customer_id, first.split, sure, "customers", words, others=tuple(others))
