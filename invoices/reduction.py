"""The way down to a smaller ledger, planned against actual, and what each hard decision is worth (domain.md 5.4). Pure."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from invoices.models import ReductionPlan

NOTHING = Decimal(0)
WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Glide:
    """From what was owed on `started_on` down to `target`, in equal steps of a week; `running` where somebody began it, else what
    it would be."""

    start: Decimal
    target: Decimal
    weeks: int
    started_on: datetime.date
    running: bool = False

    @property
    def a_week(self) -> Decimal:
        """How much less is to be owed each week; nothing where the ledger is there already."""
        return max(NOTHING, self.start - self.target) / self.weeks

    @property
    def ends_on(self) -> datetime.date:
        """The day by which the target is to be reached."""
        return self.day_of(self.weeks)

    def planned(self, week: int) -> Decimal:
        """What is to be owed at the end of a week: AR0 - (AR0 - target) x w / W; the target itself from the last week on."""
        return self.start - (self.start - self.target) * min(max(week, 0), self.weeks) / self.weeks

    def week_of(self, day: datetime.date) -> int:
        """How many whole weeks have gone by on that day."""
        return max(0, (day - self.started_on).days // 7)

    def day_of(self, week: int) -> datetime.date:
        """The day a week ends on; week 0 is the day it began."""
        return self.started_on + week * WEEK


def glide_of(
    plan: ReductionPlan | None, owed: Decimal | None, target: Decimal | None, today: datetime.date, weeks: int
) -> Glide | None:
    """The plan that runs, else the one that would begin today; None where the ledger is not known, or at its target already."""
    if plan is not None:
        return Glide(plan.start_amount, plan.target, plan.weeks, plan.started_on, running=True)
    if owed is None or target is None or owed <= target:
        return None
    return Glide(owed, target, weeks, today)


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """The end of a week: what was to be owed, what was (None where nobody counted it, or it is still to come)."""

    number: int
    on: datetime.date
    planned: Decimal
    actual: Decimal | None

    @property
    def ahead(self) -> Decimal | None:
        """How much less than planned is owed; below nothing how much more."""
        return None if self.actual is None else self.planned - self.actual


def weeks_of(glide: Glide, counted: Mapping[datetime.date, Decimal], today: datetime.date) -> list[PlanWeek]:
    """Every week from the start (week 0) to the end. `counted`: what was owed on the days it was counted.

    A week takes the day it ends on, else the last one counted in it; one that is not over by `today` takes none. Week 0 of a
    plan that runs is what it began with, whatever the night of that day counted.
    """
    counted = {**counted, glide.started_on: glide.start} if glide.running else counted
    days = {glide.day_of(number): last_in_week(counted, glide.day_of(number)) for number in range(glide.weeks + 1)}
    return [
        PlanWeek(number, on, glide.planned(number), counted[day] if (day := days[on]) and on <= today else None)
        for number in range(glide.weeks + 1)
        for on in [glide.day_of(number)]
    ]


def last_in_week(counted: Collection[datetime.date], on: datetime.date) -> datetime.date | None:
    """The day that stands for the week that ends on `on`: the last one counted in it; None where none was."""
    return max((day for day in counted if on - WEEK < day <= on), default=None)


class Decision(StrEnum):
    """What an owner may do about a debt nobody pays after 90 days."""

    SETTLE = "settle"
    AGENCY = "agency"
    COURT = "court"
    WRITE_OFF = "write_off"

    @property
    def label(self) -> str:
        """What people call it."""
        return str(DECISION_LABELS[self])


DECISION_LABELS = {
    Decision.SETTLE: _("Settle for less"),
    Decision.AGENCY: _("Give it to an agency"),
    Decision.COURT: _("Go to court"),
    Decision.WRITE_OFF: _("Write it off"),
}


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely a decision brings money, `p` 0 to 1; what it costs: a sum, and a share of what comes in; `keeps`: the share of
    the debt that is still asked for."""

    p: Decimal
    cost: Decimal = NOTHING
    cost_pct: Decimal = NOTHING
    keeps: Decimal = Decimal(1)

    def worth(self, amount: Decimal) -> Decimal:
        """The expected value of a decision about this debt: p x amount - cost."""
        expected = self.p * amount * self.keeps
        return expected - expected * self.cost_pct - self.cost


@dataclass(frozen=True, slots=True)
class Worth:
    """A decision with its expected value; `possible`: the owner's settings allow it."""

    decision: Decision
    value: Decimal
    possible: bool = True


def odds_of(rules: Mapping[str, Any]) -> dict[Decision, Odds]:
    """The settings "hard_decisions" as numbers; writing off brings nothing and costs nothing."""
    known = {
        Decision(name): Odds(**{key: Decimal(value) for key, value in one.items()})
        for name, one in rules["hard_decisions"].items()
        if name != Decision.WRITE_OFF
    }
    return {**known, Decision.WRITE_OFF: Odds(NOTHING)}


def worths(amount: Decimal, odds: Mapping[Decision, Odds], final: Mapping[str, Any]) -> list[Worth]:
    """Every decision about a debt, the most valuable first. `final`: which of agency, court and write-off are ever used."""
    found = [Worth(decision, one.worth(amount), bool(final.get(decision, True))) for decision, one in odds.items()]
    return sorted(found, key=lambda worth: -worth.value)


def best(found: list[Worth]) -> Worth:
    """The most valuable decision the settings allow: to settle is always allowed."""
    return next(worth for worth in found if worth.possible)
