"""Which money may be expected when, and how surely (domain.md 2.12). Pure: no query, no clock."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from arcollect.money import quantize
from invoices.metrics import CURRENT, EDGES, bucket_of

NOTHING = Decimal(0)
WEEKS = 8
# Stands for the week of what no day can be said of, where a number is wanted.
UNDATED = WEEKS + 1
A_DAY, A_WEEK = datetime.timedelta(days=1), datetime.timedelta(days=7)


class Source(StrEnum):
    """What an expected day rests on, the first that applies counting."""

    INSTALMENT = "instalment"
    PROMISE = "promise"
    HISTORY = "history"
    AGEING = "ageing"


@dataclass(frozen=True, slots=True)
class Item:
    """What is open of an invoice; `planned`: in a signed plan; `promised`: (day, amount) pairs of open promises.

    `forecast_on`: the day its own forecast expects it, `by_others` where too little is known of its customer (n < 3) and it
    rests on what others do; `usual_late`: how many days late its customer pays on average, where enough is known.
    """

    invoice_id: int
    customer_id: int
    currency: str
    due_on: datetime.date
    balance: Decimal
    planned: Decimal = NOTHING
    disputed: Decimal = NOTHING
    promised: Sequence[tuple[datetime.date, Decimal]] = ()
    forecast_on: datetime.date | None = None
    by_others: bool = False
    usual_late: int | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """What is left of an instalment of a signed plan, and the day it is due."""

    plan_id: int
    customer_id: int
    currency: str
    on: datetime.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Kept:
    """How often a customer kept their word: `kept` of `settled` promises, or instalments."""

    kept: int = 0
    settled: int = 0

    def rate(self, prior: Sequence[Any]) -> Decimal:
        """Smoothed toward what is usual: (kept + 3.5) / (n + 5), so that nobody is sure of, or lost, after one promise."""
        return (self.kept + Decimal(prior[0])) / (self.settled + Decimal(prior[1]))


@dataclass(frozen=True, slots=True)
class Rates:
    """How surely money comes: by bucket, and of promises and instalments by customer. `lags`: days by bucket; without: no day."""

    buckets: Mapping[str, Decimal]
    lags: Mapping[str, int]
    prior: Sequence[Any]
    promises: Mapping[int, Kept] = field(default_factory=dict)
    instalments: Mapping[int, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """A slice of what is owed: `amount` of it, the `share` of that to count on, and when; `on` None: no day can be said."""

    customer_id: int
    currency: str
    on: datetime.date | None
    amount: Decimal
    share: Decimal
    source: Source
    invoice_id: int | None = None
    plan_id: int | None = None

    @property
    def worth(self) -> Decimal:
        """What may be counted on."""
        return quantize(self.amount * self.share, self.currency)


def expect(items: Iterable[Item], coming: Iterable[Coming], rates: Rates, as_of: datetime.date) -> Iterator[Expected]:
    """Every slice of what is owed at the end of `as_of`. What is disputed is not expected before it is resolved."""
    tomorrow = as_of + A_DAY
    for one in coming:
        share = rates.instalments.get(one.customer_id, Kept()).rate(rates.prior)
        on = max(one.on, tomorrow)
        yield Expected(one.customer_id, one.currency, on, one.amount, share, Source.INSTALMENT, plan_id=one.plan_id)
    for item in items:
        yield from _slices(item, rates, as_of)


def _slices(item: Item, rates: Rates, as_of: datetime.date) -> Iterator[Expected]:
    tomorrow, left = as_of + A_DAY, item.balance - item.planned - item.disputed
    word = rates.promises.get(item.customer_id, Kept()).rate(rates.prior)
    for on, promised in sorted(item.promised):
        part = min(promised, left)
        if part > 0:
            left -= part
            yield _of(item, max(on, tomorrow), part, word, Source.PROMISE)
    if left > 0:
        bucket = bucket_of((as_of - item.due_on).days)
        on, source = _day(item, bucket, rates, as_of)
        yield _of(item, max(on, tomorrow) if on else None, left, rates.buckets[bucket], source)


def _day(item: Item, bucket: str, rates: Rates, as_of: datetime.date) -> tuple[datetime.date | None, Source]:
    if item.forecast_on:
        return item.forecast_on, Source.AGEING if item.by_others else Source.HISTORY
    if item.usual_late is not None:
        return item.due_on + datetime.timedelta(days=item.usual_late), Source.HISTORY
    if bucket not in rates.lags:
        return None, Source.AGEING
    start = item.due_on if bucket == CURRENT else as_of
    return start + datetime.timedelta(days=rates.lags[bucket]), Source.AGEING


def _of(item: Item, on: datetime.date | None, amount: Decimal, share: Decimal, source: Source) -> Expected:
    return Expected(item.customer_id, item.currency, on, amount, share, source, invoice_id=item.invoice_id)


@dataclass(slots=True)
class Week:
    """Seven days and what may be counted on in them, by what that rests on."""

    since: datetime.date
    by: dict[Source, Decimal] = field(default_factory=lambda: dict.fromkeys(Source, NOTHING))

    @property
    def until(self) -> datetime.date:
        return self.since + A_WEEK - A_DAY

    @property
    def total(self) -> Decimal:
        return sum(self.by.values(), NOTHING)


@dataclass(slots=True)
class Outlook:
    """Of one currency: the weeks from tomorrow on, what comes `later`, and what no day can be said of."""

    weeks: list[Week]
    later: Decimal = NOTHING
    undated: Decimal = NOTHING

    def add(self, week: int, source: Source, worth: Decimal) -> None:
        """Counts in what is expected in a week, as `week_of` numbers them; below nothing: takes it off."""
        if week < WEEKS:
            self.weeks[week].by[source] += worth
        elif week == WEEKS:
            self.later += worth
        else:
            self.undated += worth


def week_of(on: datetime.date | None, as_of: datetime.date) -> int:
    """0 for the seven days from tomorrow on, 1 for the next; WEEKS for all that is later; UNDATED without a day."""
    return UNDATED if on is None else min(WEEKS, (on - as_of - A_DAY).days // 7)


def outlooks(slices: Iterable[Expected], as_of: datetime.date) -> dict[str, Outlook]:
    """By currency."""
    found: dict[str, Outlook] = {}
    for one in slices:
        outlook = found.get(one.currency) or found.setdefault(one.currency, empty_outlook(as_of))
        outlook.add(week_of(one.on, as_of), one.source, one.worth)
    return dict(sorted(found.items()))


def empty_outlook(as_of: datetime.date) -> Outlook:
    """The weeks after that day with nothing in them."""
    return Outlook([Week(as_of + A_DAY + place * A_WEEK) for place in range(WEEKS)])


@dataclass(frozen=True, slots=True)
class Settled:
    """An invoice that is done with: `days` late when it was, and whether it was `paid`, else given up."""

    days: int
    paid: bool


def own_buckets(settled: Sequence[Settled], usual: Mapping[str, Decimal], enough: int, weight: int = 5) -> dict[str, Decimal]:
    """How surely what is in each bucket came in the past of this ledger, shrunk toward the `usual` values, which count as
    `weight` items; with fewer than `enough` settled items the usual values themselves."""
    if len(settled) < enough:
        return dict(usual)
    names, edges = list(usual), [None, *EDGES]
    found = {}
    for name, edge in zip(names, edges, strict=True):
        reached = [one.paid for one in settled if edge is None or one.days > edge]
        found[name] = (sum(reached) + weight * usual[name]) / (len(reached) + weight)
    return found
