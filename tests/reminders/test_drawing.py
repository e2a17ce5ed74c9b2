"""A chart's lines as an SVG has them: from nothing up to a round amount, unknown values passed over."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from reminders.charts import Chart, Series
from reminders.drawing import HEIGHT, LEFT, RIGHT, TOP, WIDTH, drawn


def chart(*values: int | None, labels: int = 0) -> Chart:
    series = Series("In fact", [None if value is None else Decimal(value) for value in values], "bar-2")
    return Chart("c", "line", "Week", [str(n) for n in range(labels or len(values))], [series], "said", "USD")


def test_the_line_goes_from_edge_to_edge_and_from_top_to_foot():
    found = drawn(chart(100, None, 0))
    foot = found.foot
    assert [mark.label for mark in found.grid] == ["0", "20", "40", "60", "80", "100"]
    assert found.lines[0].path == f"{LEFT}.0,{TOP}.0 {WIDTH - RIGHT}.0,{foot}.0"
    assert foot < HEIGHT


@pytest.mark.parametrize(
    ("value", "top"), [(137952, "150K"), (999, "1K"), (1, "1"), (0, "1"), (-5, "1"), (2_100_000, "2.5M"), (75, "80")]
)
def test_the_highest_line_is_a_round_amount(value, top):
    assert drawn(chart(value, 0)).grid[-1].label == top


def test_what_is_below_nothing_lies_on_the_foot():
    found = drawn(chart(10, -10))
    assert found.lines[0].points[1][1] == f"{found.foot}.0"


def test_many_weeks_keep_few_labels_and_a_single_one_divides_by_nothing():
    assert [mark.label for mark in drawn(chart(1, labels=53)).days] == ["0", "8", "16", "24", "32", "40", "48"]
    assert len(drawn(chart(5)).days) == 1


def test_places_have_a_point_in_every_language():
    with override("de"):
        assert drawn(chart(137952, 1, 2, 3)).lines[0].path.count(",") == 4
