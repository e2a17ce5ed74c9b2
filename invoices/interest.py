"""What the law adds to a late invoice between businesses (domain.md 7.8). Pure: facts, rates and a day in, a claim out.

A claim is never part of a balance, a total or a metric: it stands beside them.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arcollect.money import quantize

NOTHING = Decimal(0)
DAY = datetime.timedelta(days=1)
# 365 also in leap years (domain.md 7.8).
YEAR = Decimal(365)
# The fixed sum of the Late Payment of Commercial Debts Regulations by the size of the debt: (below, GBP).
UK_BANDS = ((Decimal(1000), Decimal(40)), (Decimal(10000), Decimal(70)))
UK_LARGE = Decimal(100)
# Directive 2011/7, article 6: so much for each late invoice (C-370/21).
EU_SUM = Decimal(40)


class Law(StrEnum):
    """Whose law adds the interest."""

    OFF = "OFF"
    UK = "UK"
    EU = "EU"


CURRENCIES = {Law.UK: "GBP", Law.EU: "EUR"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """The law with its numbers: `margin` in points a year over the reference `rates` (percent, by the day they are in force).

    `fixed`: the rate of the day the interest starts stays for good; else every half-year has its own.
    """

    law: Law
    margin: Decimal
    rates: Mapping[datetime.date, Decimal]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Debt:
    """One invoice: what was asked on its due date, and what came off it, as (day, amount) pairs in any order."""

    currency: str
    due_on: datetime.date
    amount: Decimal
    reductions: tuple[tuple[datetime.date, Decimal], ...] = ()

    def owed(self, day: datetime.date) -> Decimal:
        """What bears interest for that day: money of a day counts from the day after, and never makes it less than nothing."""
        return max(NOTHING, self.amount - sum((amount for on, amount in self.reductions if on < day), NOTHING))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days with the same principal and the same rate, both ends included; `interest` is not rounded yet."""

    first: datetime.date
    last: datetime.date
    principal: Decimal
    percent: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def interest(self) -> Decimal:
        return self.principal * self.percent / 100 * self.days / YEAR


@dataclass(frozen=True, slots=True)
class Claim:
    """What the law adds to one invoice until a day, in the invoice's currency, with the computation behind it.

    `missing`: the days whose reference rate nobody entered; there is no interest then, and somebody should be told.
    """

    stretches: tuple[Stretch, ...] = ()
    interest: Decimal = NOTHING
    compensation: Decimal = NOTHING
    missing: tuple[datetime.date, ...] = ()

    @property
    def total(self) -> Decimal:
        return self.interest + self.compensation


def claim_on(debt: Debt, scheme: Scheme, until: datetime.date) -> Claim:
    """What may be claimed on `until`, that day included; rounded once, to the currency's precision (domain.md 7.8)."""
    start = debt.due_on + DAY
    if until < start or not debt.owed(start):
        return Claim()
    stretches, missing = [], set()
    for first, last in _stretches(debt, scheme, until):
        reference = reference_day(first if not scheme.fixed else start, scheme.law)
        if reference not in scheme.rates:
            missing.add(reference)
            continue
        percent = max(NOTHING, scheme.rates[reference] + scheme.margin)
        stretches.append(Stretch(first, last, debt.owed(first), percent))
    fixed_sum = compensation(debt.owed(start), debt.currency, scheme.law)
    if missing:
        return Claim(compensation=fixed_sum, missing=tuple(sorted(missing)))
    interest = quantize(sum((stretch.interest for stretch in stretches), NOTHING), debt.currency)
    return Claim(tuple(stretches), interest, fixed_sum)


def compensation(principal: Decimal, currency: str, law: Law) -> Decimal:
    """The fixed sum for a late invoice of that size; nothing in a currency the law does not name."""
    if currency != CURRENCIES.get(law) or principal <= 0:
        return NOTHING
    if law == Law.EU:
        return EU_SUM
    return next((sum_ for below, sum_ in UK_BANDS if principal < below), UK_LARGE)


def reference_day(day: datetime.date, law: Law) -> datetime.date:
    """The day whose rate counts for `day`: the last 30 June or 31 December before it (UK), 1 January or 1 July (EU)."""
    if law == Law.UK:
        return datetime.date(day.year, 6, 30) if day.month > 6 else datetime.date(day.year - 1, 12, 31)
    return datetime.date(day.year, 7 if day.month > 6 else 1, 1)


def is_reference_day(day: datetime.date, law: Law) -> bool:
    """Whether a rate of that day is ever asked for."""
    return reference_day(day + DAY if law == Law.UK else day, law) == day


def _stretches(debt: Debt, scheme: Scheme, until: datetime.date) -> Iterator[tuple[datetime.date, datetime.date]]:
    """(first, last) days between which neither the principal nor the half-year changes; paid days are left out."""
    start, after = debt.due_on + DAY, until + DAY
    turns = {on + DAY for on, _amount in debt.reductions}
    if not scheme.fixed:
        turns |= {datetime.date(year, month, 1) for year in range(start.year, after.year + 1) for month in (1, 7)}
    edges = [start, *sorted(turn for turn in turns if start < turn < after), after]
    for first, following in zip(edges, edges[1:], strict=False):
        if debt.owed(first):
            yield first, following - DAY
