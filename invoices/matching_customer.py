"""What a line is for where it names no number: by who pays, and by the amount. Pure."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from invoices.matches import Match
from invoices.matching_clues import KNOWN, WELL_KNOWN, Clues
from invoices.matching_parts import Rows, balances, capped, from_whom, in_order, made, numbers, unit, whole
from invoices.matching_sums import is_no_accident, sets_that_sum

LIKELY_PAYERS = 3
LEAST = 37
MOST_SHOWN = 3


def by_customer(clues: Clues) -> Iterator[Match]:
    """Matches with what is open of the customers it may come from."""
    likely = sorted((pk for pk, known in clues.who.items() if known.sure >= LEAST), key=lambda pk: -clues.sure_of(pk))
    for customer_id in likely[:LIKELY_PAYERS]:
        rows = clues.ledger.open_of(customer_id, clues.line.currency)
        if rows:
            yield from _one_invoice(clues, customer_id, rows)
            yield from _several(clues, customer_id, rows)
            yield _oldest_first(clues, customer_id, rows)


def by_amount(clues: Clues) -> Iterator[Match]:
    """Matches with any invoice of that very amount; nothing else says so, hence never certain."""
    found = sorted(clues.ledger.by_amount.get((clues.line.currency, clues.line.amount), ()))
    for pk in found[:MOST_SHOWN]:
        row = clues.ledger.invoices[pk]
        near = clues.near(row)
        words = _("%(number)s is for this amount.") % {"number": row.number}
        sure = 86 if near else 60 if len(found) == 1 else 40
        sure = sure // 2 if clues.speaks_against(row.customer_id) else sure
        yield made(clues, row.customer_id, whole([row], clues.line.amount), sure, "amount", words)


def _one_invoice(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    amount, sure = clues.line.amount, clues.sure_of(customer_id)
    equal = [row for row in rows if amount in (row.balance, row.payable)]
    near = [row for row in equal if clues.near(row)]
    pairs = sets_that_sum(amount, [row.balance for row in rows], 2, enough=len(equal) + 1) if len(rows) > 2 and not near else None
    for row in equal:
        only = near == [row] or len(equal) == 1
        doubts = [clues.payer != customer_id, not only, clues.names_strange_number and not near]
        doubts.append(bool(pairs) and any(len(places) > 1 for places in pairs.sets))
        score = 96 if sure >= WELL_KNOWN or (sure >= KNOWN and near) else 88 if sure >= KNOWN else 62
        score = score if only else 72
        words = _("%(number)s is for this amount.") % {"number": row.number}
        words = f"{from_whom(clues, customer_id)} {words}"
        yield made(clues, customer_id, whole([row], amount), capped(score, *doubts), "amount_of_customer", words)


def _several(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    amount, sure, most = clues.line.amount, clues.sure_of(customer_id), int(clues.ledger.rules["most_invoices"])
    if len(rows) < 2:
        return
    if balances(rows) == amount:
        words = _("It is all that is open of %(name)s.") % {"name": clues.ledger.customers[customer_id].name}
        score = 96 if sure >= WELL_KNOWN else 85 if sure >= KNOWN else 61
        doubts = (clues.payer != customer_id, clues.names_strange_number)
        yield made(clues, customer_id, whole(rows, amount), capped(score, *doubts), "all_open", words)
        return
    sums = sets_that_sum(amount, [row.balance for row in rows], most)
    for places in sums.sets:
        if len(places) == 1:
            continue
        some = [rows[place] for place in places]
        rare = is_no_accident([row.balance for row in rows], len(places), unit(clues))
        score = 95 if sure >= WELL_KNOWN and rare else 80 if sure >= KNOWN else 55
        doubts = (clues.payer != customer_id, clues.names_strange_number, len(sums.sets) > 1)
        words = _("%(numbers)s come to this amount.") % {"numbers": numbers(some)}
        words = f"{from_whom(clues, customer_id)} {words}"
        score = capped(score, *doubts) - 2 * len(places) * (not rare)
        yield made(clues, customer_id, whole(some, amount), score, "sum", words)


def _oldest_first(clues: Clues, customer_id: int, rows: Rows) -> Match:
    words = _("No invoice is for this amount: the oldest first.")
    split = in_order(clues.line.amount, rows, disputed=False)
    score = 50 if clues.payer == customer_id else 30
    return made(clues, customer_id, split, score, "oldest", f"{from_whom(clues, customer_id)} {words}")
