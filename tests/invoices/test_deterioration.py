"""Whether a customer pays later than they used to, by the worked figures of domain.md 5.1."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from invoices.behaviour_cases import Baseline
from invoices.deterioration import Observed, baseline_size, cusum_path, laid, laid_anew, look, mean_of, sigma_of
from tests.invoices.behaviour import DAY, TODAY, open_for, paid, verdict

pytestmark = pytest.mark.proves("P10")

CUSUM, RULES = DEFAULTS["cusum"], DEFAULTS["deterioration"]
USUAL, LATER = (0, 2, -1, 3, 1, 1), (4, 9, 14, 20)
LONG_AGO = TODAY - timedelta(days=400)


def items(*days_late: int, first: int = 1) -> list[Observed]:
    return [Observed(date(2026, 1, 1) + (first + place) * 7 * DAY, first + place, late) for place, late in enumerate(days_late)]


def test_what_was_usual():
    baseline = laid(items(*USUAL))
    assert (float(mean_of(baseline)), sigma_of(baseline, CUSUM)) == (1.0, 3.0)
    assert sigma_of(baseline, {**CUSUM, "sigma_floor_days": 0}) == pytest.approx(1.414, abs=0.001)


def test_the_sum_of_what_is_later_than_usual_alarms_at_the_third():
    path = list(cusum_path(LATER, laid(items(*USUAL)), CUSUM))
    assert path == pytest.approx([0.5, 2.667, 6.5, 12.333], abs=0.001)
    for known, alarms in ((8, False), (9, True), (10, True)):
        assert look(items(*USUAL, *LATER)[:known], CUSUM, RULES).drifted is alarms


def test_the_newest_three_are_later_than_usual():
    trend = look(items(*USUAL, *LATER), CUSUM, RULES)
    assert (float(trend.shift.recent), float(trend.shift.usual), trend.shift.needed) == (pytest.approx(14.333, abs=0.001), 1, 10)
    assert trend.shifted


@pytest.mark.parametrize(("newest", "alarms"), [((11, 11, 11), True), ((11, 11, 10), False)])
def test_ten_days_later_is_the_least_that_alarms(newest, alarms):
    assert look(items(*USUAL, *newest), CUSUM, RULES).shifted is alarms


def test_whose_days_varied_much_must_shift_by_two_sigmas():
    usual = (0, 20, 0, 20, 0, 20)
    assert look(items(*usual, 25, 25, 25), CUSUM, RULES).shift.needed == pytest.approx(21.909, abs=0.001)
    assert not look(items(*usual, 31, 31, 31), CUSUM, RULES).shifted
    assert look(items(*usual, 32, 32, 32), CUSUM, RULES).shifted


@pytest.mark.parametrize(("count", "size"), [(8, 6), (9, 6), (10, 6), (11, 7), (15, 11), (16, 12), (40, 12)])
def test_the_oldest_say_what_was_usual(count, size):
    assert baseline_size(count, CUSUM) == size


def test_test_b_needs_eight_items_and_test_a_nine():
    seven, eight = items(*USUAL, 90), items(*USUAL, 90, 90)
    assert (look(seven, CUSUM, RULES).path, look(seven, CUSUM, RULES).baseline) == ((), None)
    assert look(eight, CUSUM, RULES).drifted and look(eight, CUSUM, RULES).shift is None
    assert look(items(*USUAL, 90, 90, 90), CUSUM, RULES).shifted


def test_what_was_usual_is_frozen_until_somebody_acknowledges():
    first = look(items(*USUAL, *LATER), CUSUM, RULES)
    more = items(*USUAL, *LATER, 25, 25, 25, 25, 25)
    assert look(more, CUSUM, RULES, first.baseline).baseline == first.baseline
    assert look(more, CUSUM, RULES).baseline.n == 11
    slid = look(more[4:], CUSUM, RULES, first.baseline)
    assert (slid.baseline, slid.items) == (first.baseline, 15)


def test_an_alarm_stands_although_they_pay_better_again():
    trend = look(items(*USUAL, 20, 20, *[-5] * 6), CUSUM, RULES, laid(items(*USUAL)))
    assert trend.path[-1] == 0 and trend.drifted


def test_acknowledged_the_newest_are_what_is_usual_and_the_sum_starts_again():
    known = items(*USUAL, *LATER)
    baseline = laid_anew(known, CUSUM)
    assert (baseline.n, float(mean_of(baseline))) == (6, pytest.approx(49 / 6))
    again = look(known, CUSUM, RULES, baseline)
    assert (again.drifted, again.shifted, again.path) == (False, False, ())
    assert not look(known + items(20, 20, first=11), CUSUM, RULES, baseline).drifted
    assert look(known + items(40, 50, 60, first=11), CUSUM, RULES, baseline).drifted


def test_too_few_to_say_what_is_usual_now():
    assert laid_anew(items(1, 2, 3, 4, 5), CUSUM) is None


def test_a_baseline_is_the_same_after_it_was_stored():
    baseline = laid(items(*USUAL))
    assert Baseline.from_json(baseline.as_json()) == baseline
    assert Baseline.from_json({}) is None


def test_a_good_customer_going_bad():
    seen = verdict(settled=paid(*USUAL, *LATER), first_on=LONG_AGO)
    assert (seen.segment, seen.rule, seen.inputs["tests"]) == ("DETERIORATING", "DETERIORATING.A", ["A", "B"])
    assert seen.inputs["trend"] == {
        "items": 10, "usual": "1.0", "usual_of": 6, "sigma": "3.0",
        "recent": "14.3", "needed": "10.0", "s": "12.3", "s_most": "12.3", "h": "4",
    }  # fmt: skip
    assert seen.baseline is not None and seen.baseline.n == 6


def test_who_is_with_us_for_less_than_a_year_has_no_usual_days_yet():
    seen = verdict(settled=paid(*USUAL, *LATER), first_on=TODAY - timedelta(days=364))
    assert (seen.segment, seen.inputs["tests"], seen.baseline) == ("SLOW", [], None)
    assert verdict(settled=paid(*USUAL, *LATER), first_on=date(2025, 6, 30)).segment == "DETERIORATING"


def test_what_is_open_and_late_counts_as_late_as_it_is_today():
    usual = paid(*USUAL, 0, ago=40)
    assert verdict(settled=usual, unpaid=open_for(3), first_on=LONG_AGO).segment == "PROMPT"
    assert verdict(settled=usual, unpaid=open_for(40), first_on=LONG_AGO).rule == "DETERIORATING.B"


DAYS = st.lists(st.integers(-90, 200), max_size=40)


@given(DAYS, st.randoms(use_true_random=False))
def test_the_order_in_which_items_come_says_nothing(days, shuffle):
    found = items(*days)
    other = list(found)
    shuffle.shuffle(other)
    assert look(other, CUSUM, RULES) == look(found, CUSUM, RULES)


@given(st.lists(st.integers(-90, 200), min_size=8, max_size=30), st.integers(0, 60))
def test_a_later_last_payment_never_takes_an_alarm_away(days, more):
    found = items(*days)
    worse = [*found[:-1], Observed(found[-1].due_on, found[-1].invoice_id, found[-1].days_late + more)]
    before, after = look(found, CUSUM, RULES), look(worse, CUSUM, RULES)
    assert after.drifted >= before.drifted
    assert after.shifted >= before.shifted


@given(st.integers(-90, 200), st.integers(8, 30))
def test_who_always_pays_on_the_same_day_never_alarms(day, count):
    trend = look(items(*[day] * count), CUSUM, RULES)
    assert not trend.drifted and not trend.shifted
