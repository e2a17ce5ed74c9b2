"""What a line is for by what was agreed or announced: an advice, a plan, a settlement, a promise (domain.md 6.5). Pure."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate

from django.utils.translation import gettext as _

from invoices.allocation import OpenItem, oldest_first
from invoices.matches import LIKELY, NOTHING, Match, Parts
from invoices.matching_clues import KNOWN, WELL_KNOWN, Clues
from invoices.matching_parts import capped, from_whom, in_order, made, plain
from invoices.open_ledger import WaitingAdvice
from invoices.plans import names_plan


def by_agreement(clues: Clues) -> Iterator[Match]:
    """Matches with advices whose money has not come, and with what the likely payers agreed to."""
    named = set(clues.named_rows)
    yield from _advised(clues, named)
    for customer_id in named | {pk for pk, known in clues.who.items() if known.sure >= KNOWN}:
        yield from _settled(clues, customer_id, named)
        yield from _planned(clues, customer_id, named)
        yield from _promised(clues, customer_id, named)


def _advised(clues: Clues, named: set[int]) -> Iterator[Match]:
    line, days = clues.line, datetime.timedelta(days=int(clues.ledger.rules["advice_days"]))
    fits = [
        advice
        for advice in clues.ledger.advices_of(line.currency, line.amount)
        if abs(line.booked_on - advice.told_on) <= days and advice.customer_id is not None
    ]
    for advice in fits:
        split, write_offs, whole = _as_advised(clues, advice)
        if not split:
            continue
        supported = advice.customer_id in named or clues.sure_of(advice.customer_id) >= KNOWN
        sure = 97 if supported else 80
        doubts = (not whole, len(fits) > 1, clues.speaks_against(advice.customer_id), bool(write_offs))
        words = _("The payer announced %(amount)s, invoice by invoice.") % {"amount": plain(clues, advice.total)}
        sure = capped(sure, *doubts)
        yield made(clues, advice.customer_id, split, sure, "advice", words, write_offs=write_offs, advice_id=advice.id)


def _as_advised(clues: Clues, advice: WaitingAdvice) -> tuple[Parts, tuple[tuple[int, Decimal, str], ...], bool]:
    """The split and the discounts an advice asks for as far as that is open; whether it is all of it."""
    split: dict[int, Decimal] = {}
    given_up: dict[int, Decimal] = {}
    whole = True
    for invoice_id, amount, discount in advice.rows:
        row = clues.ledger.invoices.get(invoice_id)
        fits = row is not None and row.customer_id == advice.customer_id and row.currency == advice.currency
        used = split.get(invoice_id, NOTHING) + given_up.get(invoice_id, NOTHING)
        if not fits or amount <= 0 or used + amount + discount > row.balance:
            whole = False
            continue
        split[row.id] = split.get(row.id, NOTHING) + amount
        if discount > 0:
            given_up[row.id] = given_up.get(row.id, NOTHING) + discount
    if sum(split.values(), NOTHING) > clues.line.amount:
        return (), (), False
    whole = whole and sum(split.values(), NOTHING) == clues.line.amount
    return tuple(split.items()), tuple((pk, part, "discount") for pk, part in given_up.items()), whole


def _settled(clues: Clues, customer_id: int, named: set[int]) -> Iterator[Match]:
    """The very sum that is left to pay of a settlement is for it."""
    line, ledger = clues.line, clues.ledger
    settlement = ledger.settlements.get((customer_id, line.currency))
    if settlement is None or settlement.left != line.amount:
        return
    split = _within(clues, settlement.covered)
    late = max(line.booked_on, line.valued_on) > settlement.until
    sure = 97 if customer_id in named or clues.sure_of(customer_id) >= WELL_KNOWN else LIKELY
    doubts = (late, clues.speaks_against(customer_id), sum((part for _pk, part in split), NOTHING) != line.amount)
    words = _("It is what is left to pay of the settlement with %(name)s.") % {"name": ledger.customers[customer_id].name}
    yield made(clues, customer_id, split, capped(sure, *doubts), "settlement", words)


def _planned(clues: Clues, customer_id: int, named: set[int]) -> Iterator[Match]:
    """For a running plan: it names it, or brings an instalment, or several from the next one on, and names no other invoice."""
    line = clues.line
    plan = clues.ledger.plans.get((customer_id, line.currency))
    if plan is None:
        return
    by_name = names_plan(f"{line.reference} {line.text}", plan.id, plan.reference)
    if not by_name and (customer_id in named or not (line.amount in plan.left or line.amount in set(accumulate(plan.left)))):
        return
    split = _within(clues, plan.covered)
    over = line.amount > sum((part for _pk, part in split), NOTHING)
    equal = any(row.payable == line.amount for row in clues.ledger.open_of(customer_id, line.currency))
    sure = 97 if by_name or clues.sure_of(customer_id) >= WELL_KNOWN else LIKELY
    doubts = (clues.speaks_against(customer_id), over, equal and not by_name, clues.names_strange_number and not by_name)
    words = _("It is for the payment plan %(plan)s.") % {"plan": plan.reference}
    yield made(clues, customer_id, split, capped(sure, *doubts), "plan", words, plan_id=plan.id)


def _promised(clues: Clues, customer_id: int, named: set[int]) -> Iterator[Match]:
    """What was promised for certain invoices is for those; a promise that names none says nothing more than its sum."""
    line = clues.line
    if customer_id in named:
        return
    for promise in clues.ledger.promises.get((customer_id, line.currency), ()):
        if promise.amount != line.amount:
            continue
        rows = clues.ledger.open_of(customer_id, line.currency)
        split = _within(clues, promise.lines) if promise.lines else in_order(line.amount, rows, disputed=False)
        left = line.amount - sum((part for _pk, part in split), NOTHING)
        equal = any(row.payable == line.amount and row.id not in promise.lines for row in rows)
        sure = 96 if promise.lines and clues.sure_of(customer_id) >= WELL_KNOWN else 84
        doubts = (clues.payer != customer_id, bool(left), equal, clues.names_strange_number)
        words = f"{from_whom(clues, customer_id)} {_('They promised this amount.')}"
        yield made(clues, customer_id, split, capped(sure, *doubts), "promise", words)


def _within(clues: Clues, covered: dict[int, Decimal]) -> Parts:
    """The amount over these parts of invoices, oldest first."""
    items: list[OpenItem] = []
    for pk, part in covered.items():
        row = clues.ledger.invoices.get(pk)
        if row is not None and row.balance > 0:
            items.append(replace(row.item, payable=min(row.balance, part)))
    return tuple(oldest_first(clues.line.amount, items))
