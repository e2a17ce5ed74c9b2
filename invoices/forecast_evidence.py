"""What invoices say of one another: how a customer's own payments are weighed and shrunk. Pure: no query, no clock."""

import datetime
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# What of the past counts, and how much: docs/performance.md says how little other values would change.
HALF_LIFE = 365
# So many payments of its own weigh as much as what is known without them.
TRUST_LEDGER, TRUST_TERMS, TRUST_SIMILAR = 20.0, 1.0, 0.7
SPREAD = 20.0
# Days late beyond these say no more than these.
EARLIEST, LATEST = -60, 90
TERMS = (3, 10, 21, 29, 30, 45)


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice as the ledger knows it. `closed_on`: when its balance became nothing; `by_money`: and that was by payments.

    `amount` is only compared by size with others of the customer, never added up: a float is enough.
    """

    id: int
    customer: int | str
    issued_on: datetime.date
    due_on: datetime.date
    amount: float
    closed_on: datetime.date | None = None
    by_money: bool = True

    @property
    def days_late(self) -> int | None:
        """Between the due date and the payment, below nothing where that came early; None while it is not paid by money."""
        return (self.closed_on - self.due_on).days if self.closed_on and self.by_money else None

    @property
    def terms(self) -> int:
        return (self.due_on - self.issued_on).days


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one earlier invoice of the customer says: `late` days, so long ago, for a sum and terms like these."""

    late: float
    day: int
    size: float
    terms: int


@dataclass(frozen=True, slots=True)
class Base:
    """What a ledger, or its invoices on like terms, say of an invoice nothing else is known of."""

    chance: float
    mean: float
    median: float


@dataclass(frozen=True, slots=True)
class Own:
    """What a customer's own payments say of an invoice."""

    chance: float
    days: float
    spread: float
    features: tuple[float, ...]


def own(found: Sequence[Evidence], invoice: Issued, day: int, base: Base) -> Own:
    """What the customer's own payments say, shrunk toward `base`: first all of them, then those most like this invoice."""
    size, group = size_of(invoice), terms_group(invoice.terms)
    weights = [0.5 ** ((day - row.day) / HALF_LIFE) for row in found]
    like = [
        weight * math.exp(-abs(row.size - size) / 0.3) * (1.0 if terms_group(row.terms) == group else 0.3)
        for weight, row in zip(weights, found, strict=True)
    ]
    days = [clipped(row.late) for row in found]
    plain = _mean([row.late > 0 for row in found], weights, base.chance, TRUST_TERMS)
    slow = _mean([row.late + row.terms > invoice.terms for row in found], weights, base.chance, TRUST_TERMS)
    chance = _mean([row.late > 0 for row in found], like, plain, TRUST_SIMILAR)
    mean = _mean(days, weights, base.mean, TRUST_TERMS)
    similar = _mean(days, like, mean, TRUST_SIMILAR)
    spread = math.sqrt(_mean([(late - mean) ** 2 for late in days], weights, SPREAD**2, TRUST_TERMS))
    median = _median([*zip(days, weights, strict=True), (base.median, TRUST_TERMS / 2)])
    closest = _median([*zip(days, like, strict=True), (median, TRUST_SIMILAR)])
    last = (sum(days[-3:]) + mean) / (len(days[-3:]) + 1)
    features = (log_odds(chance), log_odds(slow), similar / spread, mean, similar, closest, last, spread)
    return Own(chance, closest, spread, features)


def base_of(late: Sequence[bool], paid: Sequence[int], before: Base, trust: float) -> Base:
    """How many were late is known the day after they were due, how late only once they are paid."""
    chance = _mean(late, [1.0] * len(late), before.chance, trust)
    mean = _mean([clipped(days) for days in paid], [1.0] * len(paid), before.mean, trust)
    return Base(chance, mean, clipped(statistics.median(paid)) if len(paid) >= trust / 2 else before.median)


def _mean(values: Sequence[float], weights: Sequence[float], before: float, trust: float) -> float:
    """The weighted mean shrunk toward what was believed `before`, which weighs `trust`."""
    return (sum(v * w for v, w in zip(values, weights, strict=True)) + trust * before) / (sum(weights) + trust)


def _median(pairs: Sequence[tuple[float, float]]) -> float:
    ordered, so_far = sorted(pairs), 0.0
    half = sum(weight for _, weight in ordered) / 2
    for value, weight in ordered:
        so_far += weight
        if so_far >= half:
            return value
    return ordered[-1][0]


def terms_group(terms: int) -> int:
    """Terms of about this length."""
    return sum(terms > edge for edge in TERMS)


def size_of(invoice: Issued) -> float:
    """On a scale where twice as much is always as far away."""
    return math.log(max(abs(invoice.amount), 1.0))


def clipped(days: float) -> float:
    """Within what is told apart."""
    return max(EARLIEST, min(LATEST, days))


def log_odds(chance: float) -> float:
    """Of a chance between 0 and 1, which counts as never quite sure."""
    held = min(0.995, max(0.005, chance))
    return math.log(held / (1 - held))
