"""Why less came than is open: a discount, the banks' charges, a credit note taken off, a slip of some cents. Pure."""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import quantize
from invoices.matches import LIKELY, Match
from invoices.matching_clues import Clues
from invoices.matching_parts import Rows, balances, made, netted, numbers, plain, unit
from invoices.matching_sums import sets_that_sum
from invoices.open_ledger import OpenCredit, OpenInvoice

WriteOffs = tuple[tuple[int, Decimal, str], ...]
# How sure a deduction is that nobody agreed to and no bank reports: a person decides, but it comes first.
GUESSED, NOT_AGREED = 86, 84
# Charges are little beside what was sent; an agreed rate of discount is a half or a whole number.
CHARGES_SHARE = Decimal("0.10")
RATES = [Decimal(step) / 200 for step in range(1, 11)]
MOST_NOTES = 3


def deducted(clues: Clues, customer_id: int, rows: Rows, sure: int) -> Iterator[Match]:
    """Matches of all `rows` with what explains the difference; `sure`: how sure the rows are meant.

    A discount as agreed with this customer and in time, charges as the bank reports them and a credit note that is named leave
    nothing to decide; all else does.
    """
    short = balances(rows) - clues.line.amount
    if short <= 0 or not rows:
        return
    yield from _by_discount(clues, customer_id, rows, sure)
    yield from _by_credit(clues, customer_id, rows, sure)
    yield from _by_charges(clues, customer_id, rows, sure)


def agreed_discount(clues: Clues, customer_id: int, rows: Rows) -> WriteOffs:
    """The discount of each row as agreed and in time, if together with what came it is what is open; else nothing.

    Payers round each invoice or the sum: a unit an invoice may differ, the last one takes it.
    """
    payer = clues.ledger.customers[customer_id]
    if not payer.discount_pct or payer.discount_days is None:
        return ()
    days = datetime.timedelta(days=payer.discount_days + int(clues.ledger.rules["discount_grace_days"]))
    paid_on = min(clues.line.booked_on, clues.line.valued_on)
    in_time = [row for row in rows if paid_on <= row.issued_on + days]
    return _discounts(clues, rows, in_time, payer.discount_pct / 100)


def _discounts(clues: Clues, rows: Rows, granted: Rows, rate: Decimal) -> WriteOffs:
    short = balances(rows) - clues.line.amount
    parts = [(row, quantize(row.balance * rate, row.currency)) for row in granted]
    off = short - sum((part for _row, part in parts), Decimal(0))
    if not parts or abs(off) > unit(clues) * len(parts) or any(part + abs(off) >= row.balance for row, part in parts):
        return ()
    (last, part) = parts[-1]
    return tuple((row.id, amount, "discount") for row, amount in [*parts[:-1], (last, part + off)] if amount > 0)


def _by_discount(clues: Clues, customer_id: int, rows: Rows, sure: int) -> Iterator[Match]:
    taken = agreed_discount(clues, customer_id, rows)
    if taken:
        words = _("%(numbers)s less the discount agreed with them, in time.") % {"numbers": numbers(rows)}
        yield _less(clues, customer_id, rows, taken, sure, "discount", words)
        return
    most = Decimal(str(clues.ledger.rules["discount_pct_up_to"]))
    payer = clues.ledger.customers[customer_id]
    whole, short = balances(rows), balances(rows) - clues.line.amount
    for rate in sorted({rate for rate in [*RATES, (payer.discount_pct or Decimal(0)) / 100] if 0 < rate <= most}):
        if abs(whole * rate - short) > 2 * unit(clues) * len(rows):
            continue
        taken = _discounts(clues, rows, rows, rate)
        if taken:
            words = _("%(numbers)s less %(rate)s %%, which is late or was not agreed.") % {
                "numbers": numbers(rows),
                "rate": f"{(rate * 100).normalize():f}",
            }
            yield _less(clues, customer_id, rows, taken, min(sure, GUESSED), "discount_not_agreed", words)
            return


def _by_charges(clues: Clues, customer_id: int, rows: Rows, sure: int) -> Iterator[Match]:
    short, rules = balances(rows) - clues.line.amount, clues.ledger.rules
    most = max(rows, key=lambda row: row.balance)
    if short == clues.line.charges < most.balance:
        words = _("%(numbers)s less the charges of %(charges)s that the bank reports.")
        kind, rule = "charges", "charges"
    elif short >= most.balance:
        return
    elif short <= Decimal(str(rules["small_balance"])):
        words, kind, rule, sure = _("%(numbers)s, short of %(charges)s."), "small", "small", min(sure, GUESSED)
    elif short <= Decimal(str(rules["charges_up_to"])) and short <= balances(rows) * CHARGES_SHARE:
        words, kind, rule = _("%(numbers)s less %(charges)s, perhaps the charges of a bank."), "charges", "charges_guessed"
        sure = min(sure, NOT_AGREED)
    else:
        return
    words = words % {"numbers": numbers(rows), "charges": plain(clues, short)}
    yield _less(clues, customer_id, rows, ((most.id, short, kind),), sure, rule, words)


def _by_credit(clues: Clues, customer_id: int, rows: Rows, sure: int) -> Iterator[Match]:
    notes = clues.ledger.credits_of(customer_id, clues.line.currency)
    if not notes:
        return
    short = balances(rows) - clues.line.amount
    named = [note for note in notes if note.id in clues.credits]
    if named and sum((note.left for note in named), Decimal(0)) == short:
        yield _less_credit(clues, customer_id, rows, named, sure)
        return
    sums = sets_that_sum(short, [note.left for note in notes], MOST_NOTES)
    for places in sums.sets:
        some = [notes[place] for place in places]
        yield _less_credit(clues, customer_id, rows, some, min(sure, LIKELY - 2 * len(sums.sets)))


def _less_credit(clues: Clues, customer_id: int, rows: Rows, notes: Sequence[OpenCredit], sure: int) -> Match:
    split, taken = netted(rows, notes)
    words = (
        _("%(numbers)s less the credit notes %(notes)s.") if len(notes) > 1 else _("%(numbers)s less the credit note %(notes)s.")
    )
    words = words % {"numbers": numbers(rows), "notes": ", ".join(note.number for note in notes)}
    return made(clues, customer_id, split, sure, "credit", words, credits=taken)


def _less(clues: Clues, customer_id: int, rows: Rows, taken: WriteOffs, sure: int, rule: str, words: str) -> Match:
    given_up = {pk: amount for pk, amount, _kind in taken}
    left: list[OpenInvoice] = list(rows)
    split = tuple((row.id, row.balance - given_up.get(row.id, Decimal(0))) for row in left)
    return made(clues, customer_id, split, sure, rule, words, write_offs=taken)
