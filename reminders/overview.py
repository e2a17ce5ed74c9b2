"""What the nights counted of one currency, ready for dashboard and weekly summary. Pure: no query, no clock (domain.md 2)."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext

from arcollect.filters import brief, money
from invoices.figures import Figure
from invoices.lanes import Lane
from invoices.metrics import NOTHING
from invoices.months import DAY, full_months, month_start
from reminders.step_results import StepResult

MONTHS = 12
# A day this far from the one wanted still stands for it: nights may have been missed, and a past filled in has month ends only.
NEAR_ENOUGH = 16
# A change of less than this part of it is none.
ABOUT_THE_SAME = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Day:
    """What a night counted at the end of a day, by the names of domain.md 2; amounts and rates are text."""

    on: datetime.date
    figures: Mapping[str, Any]
    backfilled: bool = False

    def read(self, name: str) -> Figure:
        """The figure of this name; why there is none where the night could not know it, or did not count it."""
        value = self.figures.get(name)
        if value is not None:
            return Figure(Decimal(str(value)))
        return Figure(None, str(self.figures.get(f"{name}_why") or gettext("The nights do not count it yet.")))

    def percent(self, name: str) -> Figure:
        """A rate from 0 to 1 in per cent with one decimal."""
        rate = self.read(name)
        return Figure(round(rate.value * 100, 1)) if rate.value is not None else rate

    def within(self, name: str) -> "Day":
        """The figures one of them consists of, to be read in the same way."""
        return Day(self.on, self.figures.get(name) or {}, self.backfilled)

    def amount(self, name: str) -> Decimal | None:
        """The figure of this name, None where there is none."""
        return self.read(name).value


@dataclass(frozen=True, slots=True)
class Change:
    """By how much a sum differs from what it was on an earlier day; above 0 where it grew."""

    by: Decimal
    since: datetime.date

    @property
    def fell(self) -> bool:
        return self.by < 0

    @property
    def grew(self) -> bool:
        return self.by > 0

    def words(self, currency: str) -> str:
        """ "£3,100.00 less than on 16 May": the sum without a sign, so that nobody has to read one."""
        told = {"sum": money(abs(self.by), currency), "day": brief(self.since)}
        if self.fell:
            return gettext("%(sum)s less than on %(day)s") % told
        if self.grew:
            return gettext("%(sum)s more than on %(day)s") % told
        return gettext("as on %(day)s") % told


def change(now: Decimal, before: Day | None, name: str) -> Change | None:
    """How `now` differs from the figure of that name on the earlier day; None where no such day was counted."""
    then = before.amount(name) if before else None
    return None if then is None or before is None else Change(now - then, before.on)


def month_ends(today: datetime.date, months: int = MONTHS) -> list[datetime.date]:
    """The last days of the `months` months before that of `today`, the oldest first."""
    return [month.last for month in reversed(full_months(month_start(today) - DAY, months))]


def a_month_ago(today: datetime.date) -> datetime.date:
    """The same day of the month before, or its last: 30 June for 31 July."""
    return today - relativedelta(months=1)


def wanted_days(today: datetime.date) -> list[datetime.date]:
    """The days whose figures the dashboard shows whatever plan runs: month ends, and those around a month ago."""
    around = a_month_ago(today)
    near = [around + datetime.timedelta(days=by) for by in range(-NEAR_ENOUGH, NEAR_ENOUGH) if by < (today - around).days]
    return sorted({*month_ends(today), *near})


def weekly(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """`first` and every seventh day after it up to `last`."""
    return [first + datetime.timedelta(days=days) for days in range(0, (last - first).days + 1, 7)]


def nearest(days: Iterable[Day], wanted: datetime.date, within: int = NEAR_ENOUGH) -> Day | None:
    """The day counted nearest to the one wanted, the earlier of two; None where none lies within so many days."""
    close = [one for one in days if abs((one.on - wanted).days) <= within]
    return min(close, key=lambda one: (abs((one.on - wanted).days), one.on), default=None)


def month_points(days: Sequence[Day], today: datetime.date) -> list[Day]:
    """The month ends that were counted, then the newest day of the month that runs."""
    ends = set(month_ends(today))
    points = [one for one in days if one.on in ends]
    newest = max((one for one in days if one.on > max(ends)), key=lambda one: one.on, default=None)
    return [*points, newest] if newest else points


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "Are we getting paid?" in a sentence; `tone`: "green", "amber", or "" where no colour is called for."""

    words: str
    tone: str = ""
    icon: str = "minus"


def verdict(owed: Decimal, overdue: Decimal, changed: Change | None, currency: str) -> Verdict:
    """Whether less is overdue than a month ago; a change below a fiftieth of it is none."""
    if not owed:
        return Verdict(gettext("Nobody owes you anything."), "green", "circle-check")
    if not overdue:
        return Verdict(gettext("Yes: nothing is overdue."), "green", "circle-check")
    if changed is None:
        share = round(overdue * 100 / owed)
        return Verdict(gettext("%(share)d %% of what is owed is overdue.") % {"share": share})
    if abs(changed.by) <= (overdue - changed.by) * ABOUT_THE_SAME:
        return Verdict(gettext("About as on %(day)s: as much is overdue.") % {"day": brief(changed.since)})
    told = {"sum": money(abs(changed.by), currency), "day": brief(changed.since)}
    if changed.fell:
        return Verdict(gettext("Better than on %(day)s: %(sum)s less is overdue.") % told, "green", "trending-down")
    return Verdict(gettext("Worse than on %(day)s: %(sum)s more is overdue.") % told, "amber", "trending-up")


@dataclass(frozen=True, slots=True)
class LaneSum:
    """What a night found in one lane of work: the overdue `amount` and how many invoices."""

    name: str
    amount: Decimal
    count: int

    @property
    def label(self) -> str:
        """What is done in it."""
        return Lane(self.name).label


def lanes(figures: Mapping[str, Any]) -> list[LaneSum]:
    """The lanes that have something in them, in the order they are worked."""
    found = figures.get("lanes") or {}
    rows = [LaneSum(name, Decimal(found[name]["amount"]), int(found[name]["count"])) for name in Lane if name in found]
    return [row for row in rows if row.count]


SOURCES = ("instalment", "promise", "history", "ageing")


@dataclass(frozen=True, slots=True)
class Week:
    """What is expected within seven days, and what that rests on."""

    since: datetime.date
    until: datetime.date
    by: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.by.values(), NOTHING)


def weeks(figures: Mapping[str, Any]) -> list[Week]:
    """The weeks of the cash forecast (domain.md 2.12); none where no night made one."""
    rows = (figures.get("forecast") or {}).get("weeks", [])
    return [
        Week(
            datetime.date.fromisoformat(row["from"]),
            datetime.date.fromisoformat(row["until"]),
            {source: Decimal(str(row["by"].get(source, 0))) for source in SOURCES},
        )
        for row in rows
    ]


def source_label(source: str) -> str:
    """What the expectation rests on."""
    return {
        "instalment": gettext("Signed plans"),
        "promise": gettext("Promises"),
        "history": gettext("How they paid before"),
        "ageing": gettext("Age of the invoice"),
    }[source]


def rests_on(week: Week, currency: str) -> str:
    """What a week rests on, in words: "Promises £100.00, Age of the invoice £31.50"; "" where nothing is expected."""
    parts = ((source, amount) for source, amount in week.by.items() if amount)
    return ", ".join(f"{source_label(source)} {money(amount, currency)}" for source, amount in parts)


def step_results(figures: Mapping[str, Any]) -> list[StepResult]:
    """The steps of the last 90 days in their order."""
    return [
        StepResult(row["step"], Decimal(str(row["asked"])), Decimal(str(row["recovered"])), int(row["invoices"]))
        for row in figures.get("steps") or []
    ]
