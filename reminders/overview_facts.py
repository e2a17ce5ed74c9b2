"""Reads what the dashboard and the weekly summary show of one currency, in queries that do not grow with the ledger."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery

from customers.models import Business
from invoices.cash_kept import with_changed
from invoices.metrics import NOTHING
from invoices.models import LedgerDay, ReductionPlan
from invoices.money_in import came_in
from invoices.promised import Promised, promised
from invoices.query_ages import QueryAge, queries_by_age
from invoices.reducing import running_plan
from invoices.reduction import Glide, glide_of, last_in_week
from reminders.overview import Change, Day, Verdict, Week, a_month_ago, change, nearest, verdict, wanted_days, weekly, weeks
from reminders.standing import Standing


@dataclass(frozen=True, slots=True)
class Stored:
    """What the nights counted of one currency: the newest day up to today, None before the first, and earlier ones to compare."""

    latest: Day | None
    days: list[Day]


def stored_days(business: Business, currency: str, today: datetime.date, plan_from: datetime.date | None) -> Stored:
    """The days the dashboard shows, oldest first, in one query, or two. `plan_from`: the first day of a plan whose weeks are
    wanted."""
    known = LedgerDay.objects.filter(business=business, currency=currency, on__lte=today)
    newest = known.filter(business=OuterRef("business"), backfilled=False).exclude(figures={}).order_by("-on").values("pk")[:1]
    days = [*wanted_days(today), *(_week_days(known, plan_from, today) if plan_from else [])]
    wanted = known.filter(Q(on__in=days) | Q(pk=Subquery(newest))).exclude(figures={})
    rows = list(wanted.order_by("on").values_list("on", "figures", "backfilled"))
    found = [Day(on, figures, backfilled) for on, figures, backfilled in rows]
    nights = [one for one in found if not one.backfilled]
    return Stored(nights[-1] if nights else None, found)


def _week_days(known: QuerySet[LedgerDay], plan_from: datetime.date, today: datetime.date) -> list[datetime.date]:
    """The day that stands for each week of a plan, of those that say what was owed. Their figures are large: one query reads
    the days alone, so that no more of them are read than there are weeks."""
    counted = set(known.filter(on__gte=plan_from, figures__has_key="net").values_list("on", flat=True))
    return [day for end in weekly(plan_from, today) if (day := last_in_week(counted, end))]


def way_down(plan: ReductionPlan | None, latest: Day | None, today: datetime.date, weeks: int) -> Glide | None:
    """The plan that runs, else the one that would begin today; None where the ledger is not known, or at its target already."""
    owed, target = (latest.amount("net"), latest.amount("target")) if latest else (None, None)
    return glide_of(plan, owed, target, today, weeks)


def received_week(business: Business, currency: str, today: datetime.date) -> Decimal:
    """What came in on the seven full days before today: the week the team's work is shown of. One query."""
    since, until = today - datetime.timedelta(days=7), today - datetime.timedelta(days=1)
    return came_in(business, since, until).get(currency, NOTHING)


@dataclass(frozen=True, slots=True)
class Overview:
    """One currency as the dashboard and the weekly summary show it. `standing` is of this moment, `latest` of the last night."""

    standing: Standing
    today: datetime.date
    latest: Day | None
    days: list[Day]
    plan: ReductionPlan | None
    glide: Glide | None
    queries: list[QueryAge]
    promised: Promised
    received_week: Decimal
    weeks: list[Week]

    @property
    def currency(self) -> str:
        return self.standing.currency

    @property
    def before(self) -> Day | None:
        """The day to compare with: that of a month ago, or the one counted nearest to it."""
        return nearest(self.days, a_month_ago(self.today))

    @property
    def owed_change(self) -> Change | None:
        return change(self.standing.owed, self.before, "owed")

    @property
    def overdue_change(self) -> Change | None:
        return change(self.standing.overdue, self.before, "overdue")

    @property
    def verdict(self) -> Verdict:
        return verdict(self.standing.owed, self.standing.overdue, self.overdue_change, self.currency)

    @property
    def glide_week(self) -> int:
        """The week the plan is in, 0 at its start."""
        return self.glide.week_of(self.today) if self.glide else 0

    @property
    def glide_planned(self) -> Decimal | None:
        """What the plan allows to be owed by now."""
        return self.glide.planned(self.glide_week) if self.glide else None

    @property
    def is_fresh(self) -> bool:
        """Whether the figures of the night are this morning's."""
        return self.latest is not None and self.latest.on == self.today


def overview(business: Business, standing: Standing, today: datetime.date, changed: list[int] | None = None) -> Overview:
    """What there is to show in one currency, in five queries, and eleven where customers `changed` since the night; one more
    where a plan runs, five where promises are due."""
    plan = running_plan(business, standing.currency)
    stored = stored_days(business, standing.currency, today, plan.started_on if plan else None)
    fresh = stored.latest is not None and stored.latest.on == today
    return Overview(
        standing=standing,
        today=today,
        latest=stored.latest,
        days=stored.days,
        plan=plan,
        glide=way_down(plan, stored.latest, today, business.rules["glide_weeks"]),
        queries=queries_by_age(business, standing.currency, today),
        promised=promised(business, standing.currency, today),
        received_week=received_week(business, standing.currency, today),
        weeks=coming_weeks(business, standing.currency, stored.latest, changed if fresh else None),
    )


def coming_weeks(business: Business, currency: str, latest: Day | None, changed: list[int] | None) -> list[Week]:
    """The weeks of the cash forecast as the page behind them says them: the night's, those who changed since counted again."""
    if latest is None or "forecast" not in latest.figures:
        return []
    found = with_changed(business, latest.on, {currency: latest.figures["forecast"]}, changed)
    return weeks({"forecast": found.forecasts[currency]})
