"""The charts of the dashboard, made of what was read for it: what each draws, says and lists. Pure."""

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal

from babel.dates import format_date
from django.utils.translation import gettext

from arcollect.filters import brief, money
from arcollect.money import parse_locale
from arcollect.reader import reader_locale
from invoices.metrics import NOTHING
from invoices.reduction import weeks_of
from reminders.charts import Chart, Series
from reminders.overview import SOURCES, Day, Week, month_points, source_label
from reminders.overview_facts import Overview

AGES = ("bar-1", "bar-2", "bar-3", "bar-4", "bar-5")
TONES = dict(zip(SOURCES, ("bar-2", "bar-1", "bar-3", "bar-4"), strict=True))


def ageing(view: Overview, address: Callable[[str], str]) -> Chart:
    """What is owed by age. `address(bucket)`: its invoices."""
    buckets = view.standing.buckets
    told = "; ".join(f"{one.label}: {money(one.amount, view.currency)}" for one in buckets)
    return Chart(
        key="ageing",
        kind="bar",
        head=gettext("Days late"),
        labels=[one.label for one in buckets],
        series=[Series(view.currency, [one.amount for one in buckets], "bar-2")],
        said=gettext("Bars: what is owed by days late. %(told)s.") % {"told": told},
        currency=view.currency,
        links=[address(one.name) for one in buckets],
        colours=AGES,
    )


def trend(view: Overview) -> Chart | None:
    """Owed and overdue at the end of each month; None before two of them were counted."""
    points = month_points(view.days, view.today)
    if len(points) < 2:
        return None
    owed = [one.amount("owed") for one in points]
    overdue = [one.amount("overdue") for one in points]
    first, last = points[0], points[-1]
    told = gettext("Lines: owed from %(owed_then)s to %(owed_now)s, overdue from %(then)s to %(now)s.") % {
        "owed_then": money(first.amount("owed"), view.currency),
        "owed_now": money(last.amount("owed"), view.currency),
        "then": money(first.amount("overdue"), view.currency),
        "now": money(last.amount("overdue"), view.currency),
    }
    return Chart(
        key="trend",
        kind="line",
        head=gettext("End of"),
        labels=_ends(points, view.today),
        series=[Series(gettext("Owed"), owed, "bar-2"), Series(gettext("Overdue"), overdue, "bar-4")],
        said=told,
        currency=view.currency,
    )


def dso(view: Overview, target: int) -> Chart | None:
    """Days it takes to be paid by month, beside what it would be if nobody were late, and the aim."""
    points = [one for one in month_points(view.days, view.today) if one.amount("dso") is not None]
    if len(points) < 2:
        return None
    values = [one.amount("dso") for one in points]
    return Chart(
        key="dso",
        kind="line",
        head=gettext("End of"),
        labels=_ends(points, view.today),
        series=[
            Series(gettext("Days"), values, "bar-2"),
            Series(gettext("If nobody were late"), [one.amount("bpdso") for one in points], "bar-1"),
            Series(gettext("Aim"), [Decimal(target)] * len(points), "bar-3", dashed=True),
        ],
        said=gettext("Lines: days from %(then)s to %(now)s; the aim is %(aim)s.")
        % {"then": values[0], "now": values[-1], "aim": target},
    )


def glide(view: Overview) -> Chart | None:
    """The way down to one month's sales week by week, and what was owed in fact."""
    plan = view.glide
    if plan is None:
        return None
    counted = {one.on: net for one in view.days if (net := one.amount("net")) is not None}
    weeks = weeks_of(plan, counted, view.today)
    told = gettext("Lines: planned from %(start)s down to %(target)s in %(n)d weeks.") % {
        "start": money(plan.start, view.currency),
        "target": money(plan.target, view.currency),
        "n": plan.weeks,
    }
    return Chart(
        key="glide",
        kind="line",
        head=gettext("Week"),
        labels=[brief(week.on) for week in weeks],
        series=[
            Series(gettext("Planned"), [week.planned for week in weeks], "bar-3", dashed=True),
            *([Series(gettext("In fact"), [week.actual for week in weeks], "bar-2")] if plan.running else []),
        ],
        said=told,
        currency=view.currency,
    )


def cash(view: Overview) -> Chart | None:
    """What is expected week by week, by what that rests on."""
    return cash_weeks(view.weeks, view.currency)


def cash_weeks(rows: list[Week], currency: str, links: Sequence[str] = ()) -> Chart | None:
    """The same of these weeks; `links`: the rows behind each."""
    if not rows:
        return None
    used = [source for source in SOURCES if any(week.by[source] for week in rows)]
    total = sum((week.total for week in rows), NOTHING)
    return Chart(
        key="cash",
        kind="stack",
        head=gettext("Week from"),
        labels=[brief(week.since) for week in rows],
        series=[Series(source_label(source), [week.by[source] for week in rows], TONES[source]) for source in used],
        said=gettext("Bars: %(sum)s expected in %(n)d weeks. %(told)s.")
        % {"sum": money(total, currency), "n": len(rows), "told": _told(rows, currency)},
        currency=currency,
        links=links,
    )


def _told(rows: list[Week], currency: str) -> str:
    return "; ".join(f"{brief(week.since)}: {money(week.total, currency)}" for week in rows)


def _ends(points: list[Day], today: datetime.date) -> list[str]:
    """Month ends by their month, the day under way by itself."""
    locale = parse_locale(reader_locale())
    return [
        brief(one.on)
        if (one.on.year, one.on.month) == (today.year, today.month)
        else format_date(one.on, "LLL yy", locale=locale)
        for one in points
    ]
