"""The glide path down and the worth of hard decisions, by the worked figures of domain.md 5.4 (P11)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from invoices.ledger_metrics import ledger_ratio
from invoices.reduction import Decision, Glide, best, odds_of, weeks_of, worths

D = Decimal
START = date(2026, 6, 30)
O1 = Glide(D(5400), D(3000), 12, START)


@pytest.mark.proves("P11")
def test_the_glide_path_of_the_oracle_ledger():
    assert ledger_ratio(O1.start, [D(3000), D(2000), D(4000)]).target == O1.target
    assert (O1.planned(6), O1.a_week, O1.planned(0), O1.planned(12)) == (4200, 200, 5400, 3000)
    assert O1.ends_on == date(2026, 9, 22)


def test_after_the_last_week_the_target_stays():
    assert (O1.planned(13), O1.week_of(START + timedelta(days=13)), O1.week_of(START - timedelta(days=9))) == (3000, 1, 0)


@pytest.mark.proves("P11")
def test_planned_against_actual():
    """Counted on the day itself, on a day before it, and in a week that is not over."""
    counted = {START: D(5400), START + timedelta(days=7): D(5100), START + timedelta(days=12): D(5150)}
    counted[START + timedelta(days=16)] = D(5000)
    weeks = weeks_of(O1, counted, START + timedelta(days=16))
    assert [(week.actual, week.ahead) for week in weeks[:4]] == [(5400, 0), (5100, 100), (5150, -150), (None, None)]
    assert len(weeks) == 13


@given(st.decimals(1, 10**7, places=2), st.decimals(0, 10**7, places=2), st.integers(1, 104), st.integers(0, 110))
def test_the_path_never_leaves_start_and_target(start, target, weeks, week):
    planned = Glide(start, target, weeks, START).planned(week)
    assert min(start, target) <= planned <= max(start, target)


@pytest.mark.proves("P11")
def test_each_hard_decision_has_its_expected_value():
    """Of 1000: settle .70 x 800; agency .40 less a quarter; court .50 less 5 % and 150; writing off nothing."""
    found = {one.decision: one.value for one in worths(D(1000), odds_of(DEFAULTS), {})}
    assert found == {Decision.SETTLE: 560, Decision.AGENCY: 300, Decision.COURT: 325, Decision.WRITE_OFF: 0}


def test_a_small_debt_is_not_worth_a_court():
    found = worths(D(200), odds_of(DEFAULTS), DEFAULTS["final"])
    assert [one.decision for one in found] == ["settle", "agency", "write_off", "court"]
    assert found[-1].value == D("-55")


def test_only_what_the_settings_allow_is_best():
    odds = odds_of({"hard_decisions": {"settle": {"p": "0"}, "court": {"p": "1"}}})
    found = worths(D(100), odds, {"court": False, "write_off": False})
    assert (found[0].decision, best(found).decision) == (Decision.COURT, Decision.SETTLE)
