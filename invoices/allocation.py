"""Decides which invoices an amount of money belongs to. Pure."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate

from invoices.numbering import number_key
from invoices.plans import names_plan

SHORTEST_NUMBER = 3


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open invoice as allocation sees it; `payable` leaves out what is in dispute."""

    invoice_id: int
    number: str
    issued_on: datetime.date
    due_on: datetime.date
    payable: Decimal


def oldest_first(amount: Decimal, items: Iterable[OpenItem]) -> list[tuple[int, Decimal]]:
    """(invoice id, part) pairs: oldest due date first, ties by invoice date, then number (domain.md 6.5).

    What is left of `amount` after the last item is unapplied cash and in no pair.
    """
    split, left = [], amount
    for item in sorted(items, key=lambda item: (item.due_on, item.issued_on, item.number)):
        part = min(left, item.payable)
        if part > 0:
            split.append((item.invoice_id, part))
            left -= part
    return split


@dataclass(frozen=True, slots=True)
class AwaitedPlan:
    """A plan that runs, as allocation sees it: the parts of invoices it covers, what is left of its instalments, in order."""

    id: int
    reference: str
    covered: Mapping[int, Decimal]
    left: tuple[Decimal, ...]

    def meant_by(self, amount: Decimal, reference: str, others: Iterable[OpenItem]) -> bool:
        """Whether a payment is for the plan: it names it, or is as much as an instalment, or several from the next one on.

        Whoever names another invoice of theirs does not mean the plan, whatever the amount.
        """
        if names_plan(reference, self.id, self.reference):
            return True
        typed = number_key(reference)
        if any(len(key := number_key(item.number)) >= SHORTEST_NUMBER and key in typed for item in others):
            return False
        return amount in self.left or amount in accumulate(self.left)

    def less(self, amount: Decimal) -> "AwaitedPlan":
        """What is awaited after `amount` came in, the next instalments first."""
        left = []
        for row in self.left:
            part = min(row, amount)
            amount -= part
            left.append(row - part)
        return replace(self, left=tuple(row for row in left if row))


def split_of(amount: Decimal, reference: str, items: Sequence[OpenItem], plan: AwaitedPlan | None) -> list[tuple[int, Decimal]]:
    """(invoice id, part) pairs of money nobody designated: what is for the running plan goes to its invoices alone, and what is
    over to none; all else oldest first (domain.md 6.5)."""
    covered = plan.covered if plan else {}
    others = [item for item in items if item.invoice_id not in covered]
    if plan is None or not plan.meant_by(amount, reference, others):
        return oldest_first(amount, items)
    own = [replace(item, payable=min(item.payable, covered[item.invoice_id])) for item in items if item.invoice_id in covered]
    return oldest_first(amount, own)
