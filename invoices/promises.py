"""Decides what became of promises to pay: kept, partly kept, broken (domain.md 2.8). Pure."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from invoices.models.agreement import PromiseState

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Given:
    """A promise of one customer in one currency. `through`: the last day of its grace; `invoices`: those it is meant for;
    `made_at`: when it was written down; `untouched`: those of the invoices of which all that was promised is still open;
    `settled`: it was judged before, and `amount` is what it was kept with."""

    id: int
    amount: Decimal
    made_on: datetime.date
    due_on: datetime.date
    through: datetime.date
    invoices: frozenset[int] = frozenset()
    made_at: datetime.datetime | None = None
    untouched: frozenset[int] = frozenset()
    settled: bool = False


@dataclass(slots=True)
class Receipt:
    """Money that came in: what of a payment was booked on one invoice, or (`invoice` None) on none yet. `left` is used up;
    `known_at`: since when we know of it."""

    on: datetime.date
    left: Decimal
    invoice: int | None = None
    known_at: datetime.datetime | None = None

    def since(self, promise: Given) -> bool:
        """Whether it came after the promise was made. What was booked on an invoice, or came on the day itself, counts too where
        we did not have it when the promise was made: they had paid, and the bank told us later. Not where all that was promised
        is still open: then it was only entered anew."""
        paid = self.invoice is not None and self.invoice not in promise.untouched
        untold = paid or self.on == promise.made_on
        if self.on <= promise.made_on and untold and self.known_at and promise.made_at:
            return self.known_at >= promise.made_at
        return promise.made_on <= self.on


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise that is settled, with what came in for it."""

    promise: int
    state: PromiseState
    received: Decimal = field(default=NOTHING)


def settled(
    promises: Sequence[Given], receipts: Iterable[Receipt], rules: Mapping[str, Any], today: datetime.date
) -> list[Verdict]:
    """The promises of one customer in one currency that are settled by `today`; those still open are left out.

    `rules`: the `promise` part of domain.md 11. What was settled before keeps what it had, then the earliest promise takes what
    came in first, so that no money keeps two; cash not booked yet counts: nobody is called a promise breaker for a payment we
    have in hand. One of which nothing is left to pay is cancelled.
    """
    purse = _purse(receipts)
    verdicts = []
    for promise in _in_order(promises):
        received = sum(_taken(promise, purse).values(), NOTHING)
        if promise.settled:
            continue
        if promise.amount <= 0:
            verdicts.append(Verdict(promise.id, PromiseState.CANCELLED))
            continue
        if received >= promise.amount - tolerance(promise.amount, rules):
            verdicts.append(Verdict(promise.id, PromiseState.KEPT, received))
        elif today > promise.through:
            verdicts.append(Verdict(promise.id, PromiseState.PARTIAL if received else PromiseState.BROKEN, received))
    return verdicts


def tolerance(amount: Decimal, rules: Mapping[str, Any]) -> Decimal:
    """How much less than promised still keeps a promise: 1.00 or 1 %, whichever is more."""
    return max(Decimal(rules["tolerance_abs"]), amount * Decimal(rules["tolerance_pct"]))


def received_so_far(promises: Sequence[Given], receipts: Iterable[Receipt]) -> dict[int, dict[int | None, Decimal]]:
    """What came in for each promise of one customer in one currency, by invoice; None: on none yet. As `settled` counts it."""
    purse = _purse(receipts)
    taken = {promise.id: _taken(promise, purse) for promise in _in_order(promises)}
    return {promise.id: taken[promise.id] for promise in promises if not promise.settled}


def _in_order(promises: Iterable[Given]) -> list[Given]:
    return sorted(promises, key=lambda one: (not one.settled, one.due_on, one.made_on, one.id))


def _purse(receipts: Iterable[Receipt]) -> list[Receipt]:
    """Copies, to be used up: what is booked first."""
    return sorted((replace(one) for one in receipts), key=lambda one: (one.invoice is None, one.on))


def _taken(promise: Given, purse: list[Receipt]) -> dict[int | None, Decimal]:
    """What came in for the promise between the day it was made and the end of its grace, taken out of the purse."""
    received: dict[int | None, Decimal] = {}
    left = promise.amount
    for receipt in purse:
        meant = receipt.invoice is None or receipt.invoice in promise.invoices
        if left and receipt.left and meant and receipt.since(promise) and receipt.on <= promise.through:
            part = min(receipt.left, left)
            receipt.left -= part
            left -= part
            received[receipt.invoice] = received.get(receipt.invoice, NOTHING) + part
    return received
