"""Walks through a ledger in time: what was known of a customer when an invoice was issued. Pure: no query, no clock.

Nothing dated on the day an invoice is issued, or later, is looked at: not its own payment, not another's, not another invoice.
"""

import datetime
import heapq
import math
import statistics
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter

# What of the past counts, and how much: see docs/performance.md for what other values would give.
HALF_LIFE = 365
OWN_PAYMENTS, OWN_OVERDUE = 40, 10
LEDGER_PAYMENTS, TERMS_PAYMENTS = 600, 150
# So many payments of its own weigh as much as what is known without them.
TRUST_LEDGER, TRUST_TERMS, TRUST_SIMILAR = 20.0, 1.0, 0.7
SPREAD = 20.0
# Of what is overdue it is only known that it takes longer than until now.
STILL_OPEN = 10
# In place of the days since the invoice before, of who never had one: about three years, on the same scale.
NO_GAP = 7.0
# Days late beyond these say no more than these.
EARLIEST, LATEST = -60, 90
WHOLE = -1
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
class Seen:
    """What was known of an invoice on a day: `chance` of being late and `days` late as the shrunk history says it by itself,
    `spread` in days, and every feature the model may weigh, None where it makes sense of a new invoice only.

    `payments`, `overdue`: how many of theirs it rests on; of their payments `usual`, the median of days late, and `late_share`,
    None without any.
    """

    chance: float
    days: float
    spread: float
    features: tuple[float | None, ...]
    payments: int
    overdue: int
    usual: float | None
    late_share: float | None


FEATURES = (
    "late_when_similar", "late_for_these_terms", "days_by_spread", "days", "days_when_similar", "median_days", "last_days",
    "spread", "payments", "gap", "overdue", "open", "terms", "ledger_days", "ledger_late",
)  # fmt: skip


@dataclass(slots=True)
class _Customer:
    paid: deque[Evidence] = field(default_factory=lambda: deque(maxlen=OWN_PAYMENTS))
    overdue: dict[int, Issued] = field(default_factory=dict)
    open: int = 0
    last_issued: int | None = None


@dataclass(frozen=True, slots=True)
class _Base:
    """What a ledger, or its invoices on like terms, say of an invoice nothing else is known of."""

    chance: float
    mean: float
    median: float


class Past:
    """The ledger up to a day; it only moves forward."""

    def __init__(self) -> None:
        self._customers: dict[int | str, _Customer] = defaultdict(_Customer)
        self._paid: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=TERMS_PAYMENTS))
        self._late: dict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=TERMS_PAYMENTS))
        self._paid[WHOLE], self._late[WHOLE] = deque(maxlen=LEDGER_PAYMENTS), deque(maxlen=LEDGER_PAYMENTS)
        self._due: list[tuple[datetime.date, int, Issued]] = []
        self._closed: list[tuple[datetime.date, int, Issued]] = []
        self._bases: dict[int, _Base] = {}

    def add(self, invoice: Issued) -> None:
        """From now on it counts as issued; its payment only once the past has moved beyond that."""
        one = self._customers[invoice.customer]
        one.open += 1
        one.last_issued = invoice.issued_on.toordinal()
        heapq.heappush(self._due, (invoice.due_on, invoice.id, invoice))
        if invoice.closed_on:
            heapq.heappush(self._closed, (max(invoice.closed_on, invoice.issued_on), invoice.id, invoice))

    def move_to(self, day: datetime.date) -> None:
        """Takes in every payment and every due date before `day`."""
        while self._due and self._due[0][0] < day:
            self._fall_due(heapq.heappop(self._due)[2])
        while self._closed and self._closed[0][0] < day:
            self._close(heapq.heappop(self._closed)[2])

    def seen(self, invoice: Issued, on: datetime.date) -> Seen:
        """What is known of the invoice on `on`, to which the past was moved."""
        one, day = self._customers.get(invoice.customer) or _Customer(), on.toordinal()
        late = [row for row in islice(reversed(one.overdue.values()), OWN_OVERDUE) if row.id != invoice.id]
        overdue = [Evidence((on - row.due_on).days + STILL_OPEN, day, _size(row), row.terms) for row in late]
        own = _own([*one.paid, *overdue], invoice, day, self._base(_group(invoice.terms)))
        whole, is_new = self._base(WHOLE), invoice.issued_on >= on
        gap = math.log1p(day - one.last_issued) if one.last_issued else NO_GAP
        features = (
            *own.features,
            math.log1p(len(one.paid) + len(late)),
            gap if is_new else None,
            math.log1p(len(late)),
            math.log1p(one.open) if is_new else None,
            math.log1p(max(0, invoice.terms)),
            self._base(_group(invoice.terms)).mean,
            log_odds(whole.chance),
        )
        usual = statistics.median(row.late for row in one.paid) if one.paid else None
        late_share = statistics.fmean(row.late > 0 for row in one.paid) if one.paid else None
        return Seen(own.chance, own.days, own.spread, features, len(one.paid), len(late), usual, late_share)

    def _fall_due(self, invoice: Issued) -> None:
        late = invoice.closed_on is None or invoice.closed_on > invoice.due_on
        if late:
            self._customers[invoice.customer].overdue[invoice.id] = invoice
        if invoice.by_money or late:
            for group in (WHOLE, _group(invoice.terms)):
                self._late[group].append(late)
            self._bases.clear()

    def _close(self, invoice: Issued) -> None:
        one = self._customers[invoice.customer]
        one.open -= 1
        one.overdue.pop(invoice.id, None)
        late = invoice.days_late
        if late is None or invoice.closed_on is None:
            return
        one.paid.append(Evidence(late, invoice.closed_on.toordinal(), _size(invoice), invoice.terms))
        for group in (WHOLE, _group(invoice.terms)):
            self._paid[group].append(late)
        self._bases.clear()

    def _base(self, group: int) -> _Base:
        """Of a group of terms, shrunk toward the ledger's; that of the WHOLE toward "as often late as not"."""
        if group not in self._bases:
            before, trust = (_Base(0.5, 0.0, 0.0), 2.0) if group == WHOLE else (self._base(WHOLE), TRUST_LEDGER)
            self._bases[group] = _base(self._late[group], self._paid[group], before, trust)
        return self._bases[group]


def walk(invoices: Iterable[Issued], past: Past | None = None) -> Iterator[tuple[Issued, Seen]]:
    """Every invoice with what was known of it before the day it was issued, in the order of those days; moves `past` along."""
    past = past or Past()
    ordered = sorted(invoices, key=lambda row: (row.issued_on, row.id))
    for day, rows in groupby(ordered, attrgetter("issued_on")):
        together = list(rows)
        past.move_to(day)
        yield from [(row, past.seen(row, day)) for row in together]
        for row in together:
            past.add(row)


@dataclass(frozen=True, slots=True)
class _Own:
    chance: float
    days: float
    spread: float
    features: tuple[float, ...]


def _own(found: Sequence[Evidence], invoice: Issued, day: int, base: _Base) -> _Own:
    """What the customer's own payments say, shrunk toward `base`: first all of them, then those most like this invoice."""
    size, group = _size(invoice), _group(invoice.terms)
    weights = [0.5 ** ((day - row.day) / HALF_LIFE) for row in found]
    like = [
        weight * math.exp(-abs(row.size - size) / 0.3) * (1.0 if _group(row.terms) == group else 0.3)
        for weight, row in zip(weights, found, strict=True)
    ]
    days = [_clip(row.late) for row in found]
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
    return _Own(chance, closest, spread, features)


def _base(late: Sequence[bool], paid: Sequence[int], before: _Base, trust: float) -> _Base:
    """How many were late is known the day after they were due, how late only once they are paid."""
    chance = _mean(late, [1.0] * len(late), before.chance, trust)
    mean = _mean([_clip(days) for days in paid], [1.0] * len(paid), before.mean, trust)
    return _Base(chance, mean, _clip(statistics.median(paid)) if len(paid) >= trust / 2 else before.median)


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


def _group(terms: int) -> int:
    return sum(terms > edge for edge in TERMS)


def _size(invoice: Issued) -> float:
    return math.log(max(abs(invoice.amount), 1.0))


def _clip(days: float) -> float:
    return max(EARLIEST, min(LATEST, days))


def log_odds(chance: float) -> float:
    """Of a chance between 0 and 1, which counts as never quite sure."""
    held = min(0.995, max(0.005, chance))
    return math.log(held / (1 - held))
