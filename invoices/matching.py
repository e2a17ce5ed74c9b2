"""Decides which invoices an amount of money belongs to. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


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
