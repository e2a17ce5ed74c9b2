"""Walks through a ledger in time: what was known of a customer when an invoice was issued. Pure: no query, no clock.

Nothing dated on the day an invoice is issued, or later, is looked at: not its own payment, not another's, not another invoice.
"""

import datetime
import heapq
import math
import statistics
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import attrgetter

from invoices.forecast_evidence import (
    TRUST_LEDGER,
    Base,
    Evidence,
    Issued,
    base_of,
    log_odds,
    own,
    size_of,
    terms_group,
)

OWN_PAYMENTS, OWN_OVERDUE = 40, 10
LEDGER_PAYMENTS, TERMS_PAYMENTS = 600, 150
# Of what is overdue it is only known that it takes longer than until now.
STILL_OPEN = 10
# In place of the days since the invoice before, of who never had one: about three years, on the same scale.
NO_GAP = 7.0
WHOLE = -1


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


class Past:
    """The ledger up to a day; it only moves forward."""

    def __init__(self) -> None:
        self._customers: dict[int | str, _Customer] = defaultdict(_Customer)
        self._paid: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=TERMS_PAYMENTS))
        self._late: dict[int, deque[bool]] = defaultdict(lambda: deque(maxlen=TERMS_PAYMENTS))
        self._paid[WHOLE], self._late[WHOLE] = deque(maxlen=LEDGER_PAYMENTS), deque(maxlen=LEDGER_PAYMENTS)
        self._due: list[tuple[datetime.date, int, Issued]] = []
        self._closed: list[tuple[datetime.date, int, Issued]] = []
        self._bases: dict[int, Base] = {}

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
        overdue = [Evidence((on - row.due_on).days + STILL_OPEN, day, size_of(row), row.terms) for row in late]
        theirs = own([*one.paid, *overdue], invoice, day, self._base(terms_group(invoice.terms)))
        whole, is_new = self._base(WHOLE), invoice.issued_on >= on
        gap = math.log1p(day - one.last_issued) if one.last_issued else NO_GAP
        features = (
            *theirs.features,
            math.log1p(len(one.paid) + len(late)),
            gap if is_new else None,
            math.log1p(len(late)),
            math.log1p(one.open) if is_new else None,
            math.log1p(max(0, invoice.terms)),
            self._base(terms_group(invoice.terms)).mean,
            log_odds(whole.chance),
        )
        usual = statistics.median(row.late for row in one.paid) if one.paid else None
        late_share = statistics.fmean(row.late > 0 for row in one.paid) if one.paid else None
        return Seen(theirs.chance, theirs.days, theirs.spread, features, len(one.paid), len(late), usual, late_share)

    def _fall_due(self, invoice: Issued) -> None:
        late = invoice.closed_on is None or invoice.closed_on > invoice.due_on
        if late:
            self._customers[invoice.customer].overdue[invoice.id] = invoice
        if invoice.by_money or late:
            for group in (WHOLE, terms_group(invoice.terms)):
                self._late[group].append(late)
            self._bases.clear()

    def _close(self, invoice: Issued) -> None:
        one = self._customers[invoice.customer]
        one.open -= 1
        one.overdue.pop(invoice.id, None)
        late = invoice.days_late
        if late is None or invoice.closed_on is None:
            return
        one.paid.append(Evidence(late, invoice.closed_on.toordinal(), size_of(invoice), invoice.terms))
        for group in (WHOLE, terms_group(invoice.terms)):
            self._paid[group].append(late)
        self._bases.clear()

    def _base(self, group: int) -> Base:
        """Of a group of terms, shrunk toward the ledger's; that of the WHOLE toward "as often late as not"."""
        if group not in self._bases:
            before, trust = (Base(0.5, 0.0, 0.0), 2.0) if group == WHOLE else (self._base(WHOLE), TRUST_LEDGER)
            self._bases[group] = base_of(self._late[group], self._paid[group], before, trust)
        return self._bases[group]


def walk(
    invoices: Iterable[Issued], past: Past | None = None, wanted: Collection[int] | None = None
) -> Iterator[tuple[Issued, Seen]]:
    """These invoices, or those whose ids are `wanted`, each with what was known of it before the day it was issued, in the order
    of those days; moves `past` along."""
    past = past or Past()
    for day, rows in groupby(in_order(invoices), attrgetter("issued_on")):
        together = list(rows)
        past.move_to(day)
        yield from [(row, past.seen(row, day)) for row in together if wanted is None or row.id in wanted]
        for row in together:
            past.add(row)


def in_order(invoices: Iterable[Issued]) -> list[Issued]:
    """By the day they were issued."""
    return sorted(invoices, key=lambda row: (row.issued_on, row.id))
