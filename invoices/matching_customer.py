"""What a line is for where it names no number: by who pays, and by the amount. Pure."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from invoices.matches import Match
from invoices.matching_clues import KNOWN, WELL_KNOWN, Clues
from invoices.matching_deductions import agreed_discount, deducted
from invoices.matching_parts import Rows, capped, comes_to, from_whom, in_order, made, numbers, unit, whole
from invoices.matching_sums import is_no_accident, sets_that_sum

LIKELY_PAYERS = 6
LEAST = 37
MOST_SHOWN = 3


def by_customer(clues: Clues) -> Iterator[Match]:
    """Matches with what is open of the customers it may come from."""
    likely = sorted((pk for pk, known in clues.who.items() if known.sure >= LEAST), key=lambda pk: -clues.sure_of(pk))
    for customer_id in likely[:LIKELY_PAYERS]:
        rows = clues.ledger.open_of(customer_id, clues.line.currency)
        found = [*_one_invoice(clues, customer_id, rows), *_near(clues, customer_id, rows)] if rows else []
        yield from found
        if not any(one.certain for one in found):
            yield from _all(clues, customer_id, rows)
            yield from _some(clues, customer_id, rows)
            yield from _one_deducted(clues, customer_id, rows)
            yield _oldest_first(clues, customer_id, rows)
    yield from _paid_twice(clues)


def by_amount(clues: Clues) -> Iterator[Match]:
    """Matches with any invoice of that very amount; nothing else says so, hence never certain."""
    found = sorted(clues.ledger.by_amount.get((clues.line.currency, clues.line.amount), ()))
    rows = [clues.ledger.invoices[pk] for pk in found]
    near = [row for row in rows if clues.near(row)]
    for row in (near or rows)[:MOST_SHOWN]:
        words = _("%(number)s is for this amount, and nothing else speaks for it.") % {"number": row.number}
        if near:
            words = _("It names something very like %(number)s, which is for this amount.") % {"number": row.number}
        sure = (86 if len(near) == 1 else 60) if near else 60 if len(rows) == 1 else 40
        sure = sure // 2 if clues.speaks_against(row.customer_id) else sure
        yield made(clues, row.customer_id, whole([row], clues.line.amount), sure, "amount", words)


def _one_invoice(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """The customer's invoices of that very amount; of several alike a person chooses, unless one is nearly named."""
    equal = [row for row in rows if clues.line.amount in (row.balance, row.payable)]
    near = [row for row in equal if clues.near(row)]
    pair = not near and bool(equal) and _is_a_pair(clues, rows)
    for row in equal:
        only = near == [row] or len(equal) == 1
        doubts = (clues.payer != customer_id, not only, pair, clues.names_others([row], near=bool(near)))
        words = f"{from_whom(clues, customer_id)} {_('%(number)s is for this amount.') % {'number': row.number}}"
        score = capped(_known(clues, customer_id, named=bool(near)), *doubts) if only else 72
        yield made(clues, customer_id, whole([row], clues.line.amount), score, "amount_of_customer", words)


def _near(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """What it names with a slip, where that is not one invoice of that very amount."""
    near = [row for row in rows if clues.near(row)]
    if not near or (len(near) == 1 and comes_to(near, clues.line.amount)):
        return
    words = _("It names something very like %(numbers)s.") % {"numbers": numbers(near)}
    words = f"{from_whom(clues, customer_id)} {words}"
    if comes_to(near, clues.line.amount):
        doubts = (clues.payer != customer_id, clues.names_others(near, near=True))
        score = capped(_known(clues, customer_id, named=True), *doubts)
        yield made(clues, customer_id, whole(near, clues.line.amount), score, "near", words)
    elif len(near) == 1:
        yield from deducted(clues, customer_id, near, 88)
        yield made(clues, customer_id, in_order(clues.line.amount, near), 80, "near_part", words)


def _all(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """All that is open, or all that is due: nothing but a statement of account comes to that."""
    due = [row for row in rows if row.due_on <= clues.line.booked_on]
    for some, every in ((rows, True), (due, False)):
        if len(some) < 2 or not comes_to(some, clues.line.amount) or (not every and len(some) == len(rows)):
            continue
        words = _("It is all that is open of %(name)s.") if every else _("It is all that is due of %(name)s.")
        words = words % {"name": clues.ledger.customers[customer_id].name}
        doubts = (
            clues.payer != customer_id,
            clues.names_others(some, near=False),
            not every and not _rare(clues, rows, len(some)),
        )
        score = capped(_known(clues, customer_id, named=False), *doubts)
        yield made(clues, customer_id, whole(some, clues.line.amount), score, "all_open" if every else "all_due", words)


def _some(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """Some invoices that come to the amount; sure only where it would be a rare accident and no other set does."""
    most = int(clues.ledger.rules["most_invoices"])
    sums = sets_that_sum(clues.line.amount, [row.payable for row in rows], most)
    for places in sums.sets:
        if len(places) in (1, len(rows)):
            continue
        some, rare = [rows[place] for place in places], _rare(clues, rows, len(places))
        doubts = (clues.payer != customer_id, clues.names_others(some, near=False), not rare, len(sums.sets) > 1)
        words = f"{from_whom(clues, customer_id)} {_('%(numbers)s come to this amount.') % {'numbers': numbers(some)}}"
        score = capped(min(95, _known(clues, customer_id, named=False)), *doubts)
        score = score if rare and len(sums.sets) == 1 else min(score, 80 - 2 * len(places))
        split = tuple((row.id, row.payable) for row in some)
        yield made(clues, customer_id, split, score, "sum", words)


def _one_deducted(clues: Clues, customer_id: int, rows: Rows) -> Iterator[Match]:
    """One invoice, or all, less a discount or charges. As agreed and of one invoice alone, the discount is proof enough."""
    agreed = [row for row in rows if row.balance > clues.line.amount and agreed_discount(clues, customer_id, [row])]
    if len(agreed) == 1:
        doubts = (clues.payer != customer_id, clues.names_others(agreed, near=False), _is_a_pair(clues, rows))
        yield from deducted(clues, customer_id, agreed, capped(_known(clues, customer_id, named=False), *doubts))
        return
    close = [row for row in rows if clues.line.amount < row.balance <= clues.line.amount * 2][:LIKELY_PAYERS]
    for some in [agreed] if agreed else [[row] for row in close] + [rows]:
        yield from deducted(clues, customer_id, some, 68 if clues.payer == customer_id else 48)


def _oldest_first(clues: Clues, customer_id: int, rows: Rows) -> Match:
    """Where nothing says more, the rule of domain.md 6.5; a person has the word."""
    split = in_order(clues.line.amount, rows, disputed=False)
    words = _("No invoice is for this amount: the oldest first.") if split else _("Nothing is open of them: it stays unapplied.")
    score = 50 if clues.payer == customer_id else 30
    return made(clues, customer_id, split, score, "oldest", f"{from_whom(clues, customer_id)} {words}")


def _paid_twice(clues: Clues) -> Iterator[Match]:
    """It names what is paid: nothing of it is for another invoice without the payer's word."""
    for customer_id in sorted(clues.paid):
        if not clues.hits and not clues.speaks_against(customer_id):
            words = _("It names an invoice of %(name)s that is paid: perhaps paid twice.")
            words = words % {"name": clues.ledger.customers[customer_id].name}
            yield made(clues, customer_id, (), 91, "paid_twice", words)


def _known(clues: Clues, customer_id: int, *, named: bool) -> int:
    """How sure an amount is that of this customer; a number that is nearly named makes up for a name that is cut off."""
    sure = clues.sure_of(customer_id)
    if sure >= WELL_KNOWN or (sure >= KNOWN and named):
        return 96
    return 88 if sure >= KNOWN or named else 62


def _is_a_pair(clues: Clues, rows: Rows) -> bool:
    """Whether two of the invoices come to the amount as well."""
    left = {row.payable for row in rows}
    twice = clues.line.amount / 2
    same = sum(row.payable == twice for row in rows) > 1
    return same or any(part != twice and clues.line.amount - part in left for part in left if part < clues.line.amount)


def _rare(clues: Clues, rows: Rows, count: int) -> bool:
    return is_no_accident([row.balance for row in rows], count, unit(clues))
