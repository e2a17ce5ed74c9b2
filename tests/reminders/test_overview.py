"""What the dashboard makes of the nights: changes, the verdict, the way down, the weeks of cash. Pure."""

from datetime import date
from decimal import Decimal

import pytest

from invoices.figures import Figure
from invoices.reduction import Glide
from reminders.charts import Chart, Series
from reminders.overview import (
    Change,
    Day,
    change,
    lanes,
    month_ends,
    month_points,
    nearest,
    step_results,
    verdict,
    wanted_days,
    weekly,
    weeks,
)

TODAY = date(2026, 6, 30)


def counted(on: date, **figures: str | None) -> Day:
    return Day(on, figures)


def test_a_figure_is_a_number_or_says_why_it_is_none():
    one = counted(TODAY, dso="54.6", cei=None, cei_why="No sales on credit in this month.")
    assert one.read("dso") == Figure(Decimal("54.6"))
    assert one.read("cei") == Figure(None, "No sales on credit in this month.")
    assert one.read("add").why == "The nights do not count it yet."
    assert counted(TODAY, cei="0").read("cei").known


def test_a_rate_is_shown_in_per_cent():
    assert counted(TODAY, count_rate="0.5645").percent("count_rate").value == Decimal("56.4")
    assert counted(TODAY, count_rate=None, count_rate_why="None.").percent("count_rate").why == "None."


def test_the_change_is_said_without_a_sign():
    then = counted(date(2026, 5, 31), overdue="1000")
    assert change(Decimal(700), then, "overdue").words("USD") == "$300.00 less than on May 31"
    assert change(Decimal(1200), then, "overdue").words("USD") == "$200.00 more than on May 31"
    assert change(Decimal(1000), then, "overdue").words("USD") == "as on May 31"
    assert change(Decimal(1), then, "owed") is None
    assert change(Decimal(1), None, "owed") is None


@pytest.mark.parametrize(
    ("owed", "overdue", "by", "words", "tone"),
    [
        (0, 0, None, "Nobody owes you anything.", "green"),
        (900, 0, -50, "Yes: nothing is overdue.", "green"),
        (900, 300, None, "33 % of what is owed is overdue.", ""),
        (900, 300, -6, "About as on May 31: as much is overdue.", ""),
        (900, 300, -100, "Better than on May 31: $100.00 less is overdue.", "green"),
        (900, 300, 100, "Worse than on May 31: $100.00 more is overdue.", "amber"),
    ],
)
def test_the_answer_is_one_sentence(owed, overdue, by, words, tone):
    changed = None if by is None else Change(Decimal(by), date(2026, 5, 31))
    said = verdict(Decimal(owed), Decimal(overdue), changed, "USD")
    assert (said.words, said.tone) == (words, tone)


def test_the_day_to_compare_with_is_the_nearest_counted():
    days = [counted(date(2026, 4, 30)), counted(date(2026, 5, 24)), counted(date(2026, 5, 31))]
    assert nearest(days, date(2026, 5, 30)).on == date(2026, 5, 31)
    assert nearest(days, date(2026, 5, 27)).on == date(2026, 5, 24)
    assert nearest(days, date(2026, 2, 1)) is None


def test_a_year_of_month_ends_and_today():
    assert month_ends(date(2026, 3, 31), 3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    days = [counted(date(2026, 5, 31)), counted(date(2026, 6, 2)), counted(date(2026, 6, 29))]
    assert [one.on.day for one in month_points(days, TODAY)] == [31, 29]


def test_few_days_are_read_however_many_nights_there_were():
    assert len(wanted_days(TODAY)) < 50
    assert weekly(date(2026, 6, 16), TODAY) == [date(2026, 6, 16), date(2026, 6, 23), TODAY]


@pytest.mark.proves("P11")
def test_the_way_down_is_that_of_the_oracle_ledger():
    plan = Glide(Decimal(5400), Decimal(3000), 12, date(2026, 6, 30))
    assert (plan.planned(6), plan.planned(12), plan.planned(20), plan.a_week) == (4200, 3000, 3000, 200)
    assert (plan.day_of(6), plan.week_of(date(2026, 8, 13))) == (date(2026, 8, 11), 6)
    assert Glide(Decimal(2000), Decimal(3000), 12, TODAY).a_week == 0


def test_lanes_come_in_the_order_of_work_and_only_where_there_is_some():
    kept = {
        "hard": {"amount": "400.00", "count": 1},
        "match": {"amount": "50.00", "count": 2},
        "firm": {"amount": "0", "count": 0},
    }
    assert [(one.name, one.amount, one.count) for one in lanes({"lanes": kept})] == [("match", 50, 2), ("hard", 400, 1)]


def test_the_weeks_of_cash_keep_what_they_rest_on():
    row = {"from": "2026-07-01", "until": "2026-07-07", "by": {"ageing": "485.00", "promise": "733.33"}}
    (week,) = weeks({"forecast": {"weeks": [row], "later": "0", "undated": "50.00"}})
    assert (week.total, week.by["promise"], week.by["history"]) == (Decimal("1218.33"), Decimal("733.33"), 0)
    assert weeks({}) == []


def test_a_step_that_asked_for_nothing_has_no_share():
    rows = [{"step": "30", "asked": "0.00", "recovered": "0.00", "share": None, "invoices": 0}]
    (one,) = step_results({"steps": rows})
    assert (one.label, one.share, one.share_words) == ("30 days", None, "")


def test_a_chart_and_its_table_say_the_same():
    chart = Chart("x", "line", "End of", ["Apr", "May"], [Series("Owed", [Decimal("1000.5"), None], "bar-2")], "Lines.", "USD")
    assert chart.data["series"][0]["values"] == ["1000.50", None]
    assert chart.rows == [("Apr", "", ["1,000.50"]), ("May", "", ["–"])]
