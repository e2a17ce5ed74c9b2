"""Business days: weekends, holidays of one or two places, closing days."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import DAY, Calendar, calendar_of, closing_days
from tests.make import day

WEEKENDS_ONLY = Calendar()
ENGLAND = calendar_of([5, 6], [("GB", "ENG")])
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2035, 12, 31))


@pytest.mark.parametrize(
    "text, rolled",
    [("2026-02-14", "2026-02-16"), ("2026-02-15", "2026-02-16"), ("2026-02-16", "2026-02-16"), ("2026-06-13", "2026-06-15")],
)
def test_dunning_steps_roll_forward(text, rolled):
    """The oracle of domain.md 3.3: D Saturday 02-14, the NOTICE on Monday 02-16."""
    assert WEEKENDS_ONLY.roll_forward(day(text)) == day(rolled)


@pytest.mark.parametrize(
    "text, rolled", [("2026-01-31", "2026-01-30"), ("2026-02-01", "2026-01-30"), ("2026-01-30", "2026-01-30")]
)
def test_courtesy_calls_roll_back(text, rolled):
    """The oracle of domain.md 3.3: D-14 is Saturday 01-31, the call on Friday 01-30."""
    assert WEEKENDS_ONLY.roll_back(day(text)) == day(rolled)


@pytest.mark.parametrize(
    "start, count, end",
    [
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 1, "2026-03-09"),
        ("2026-03-09", 0, "2026-03-09"),
        ("2026-03-09", 5, "2026-03-16"),
    ],
)
def test_business_days_are_counted_after_the_start(start, count, end):
    assert WEEKENDS_ONLY.add(day(start), count) == day(end)


def test_a_public_holiday_is_no_business_day():
    assert not ENGLAND.is_business_day(day("2026-12-25"))
    assert ENGLAND.roll_forward(day("2026-12-25")) == day("2026-12-29")


def test_a_region_has_holidays_of_its_own():
    assert not calendar_of([5, 6], [("DE", "BY")]).is_business_day(day("2026-01-06"))
    assert calendar_of([5, 6], [("DE", "BE")]).is_business_day(day("2026-01-06"))


def test_a_holiday_of_either_place_counts():
    both = calendar_of([5, 6], [("GB", "ENG"), ("US", "")])
    assert not both.is_business_day(day("2026-07-03")) and not both.is_business_day(day("2026-12-28"))


def test_unknown_places_have_no_holidays():
    assert calendar_of([5, 6], [("ZZ", ""), ("", "")]).is_business_day(day("2026-12-25"))


def test_an_unknown_region_has_the_holidays_of_its_country():
    assert not calendar_of([5, 6], [("DE", "Nowhere")]).is_business_day(day("2026-12-25"))


def test_closing_days_count():
    closed = calendar_of([5, 6], [], closed=[day("2026-08-03")])
    assert closed.roll_forward(day("2026-08-01")) == day("2026-08-04")


def test_a_weekend_may_be_friday_and_saturday():
    gulf = calendar_of([4, 5], [])
    assert gulf.is_business_day(day("2026-03-08")) and not gulf.is_business_day(day("2026-03-06"))


def test_equal_calendars_are_one():
    assert calendar_of([5, 6], [("GB", ""), ("", ""), ("GB", "")]) == calendar_of([6, 5], [("GB", "")])


@given(DAYS)
def test_rolling_stops_at_the_nearest_business_day(start):
    later, earlier = ENGLAND.roll_forward(start), ENGLAND.roll_back(start)
    assert ENGLAND.is_business_day(later) and ENGLAND.is_business_day(earlier)
    between = [earlier + DAY * count for count in range(1, (later - earlier).days)]
    assert not any(ENGLAND.is_business_day(one) for one in between)


@given(DAYS, st.integers(1, 30), st.integers(1, 30))
def test_adding_twice_is_adding_the_sum(start, first, second):
    assert ENGLAND.add(ENGLAND.add(start, first), second) == ENGLAND.add(start, first + second)


def test_closings_are_days_both_ends_included():
    days = closing_days(
        [{"from": "2026-12-24", "to": "2026-12-26", "name": "Between the years"}, {"from": "2026-05-15", "to": "2026-05-15"}]
    )
    assert sorted(days) == [day("2026-05-15"), day("2026-12-24"), day("2026-12-25"), day("2026-12-26")]


def test_a_closing_without_end_still_ends():
    assert max(closing_days([{"from": "2026-01-01", "to": "2099-12-31"}])) == day("2027-01-02")


def test_a_closing_that_ends_before_it_starts_closes_nothing():
    assert closing_days([{"from": "2026-05-15", "to": "2026-05-14"}]) == frozenset()
