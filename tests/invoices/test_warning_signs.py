"""The signs of domain.md 5.1, test C: each alone, and that any three within 60 days alarm."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from arcollect.defaults import DEFAULTS
from invoices.behaviour_cases import Facts, Kept, Talk, Traces
from invoices.warning_signs import WORDS, SignCode, signs
from tests.invoices.behaviour import DAY, TODAY, contested, verdict

pytestmark = pytest.mark.proves("P10")


def ago(days: int) -> date:
    return TODAY - days * DAY


def found(disputer: bool = False, **facts) -> dict[str, date]:
    return {sign.code: sign.on for sign in signs(Facts(**facts), DEFAULTS["deterioration"], TODAY, disputer=disputer)}


def traces(**fields) -> dict[str, date]:
    return found(traces=Traces(**fields))


def test_the_first_part_payment_there_ever_was():
    assert traces(uneven=(ago(5), ago(3))) == {"part_payment": ago(5)}
    assert traces(uneven=(ago(200), ago(3))) == {}


def test_a_newer_invoice_paid_before_an_older_late_one():
    assert traces(skipped=(ago(50), ago(9))) == {"skips_oldest": ago(9)}


def test_a_promise_broken_after_none_for_a_year():
    assert found(promises=(Kept("broken", ago(8)), Kept("kept", ago(90)))) == {"promise_broken": ago(8)}
    assert found(promises=(Kept("broken", ago(8)), Kept("broken", ago(300)))) == {}
    assert found(promises=(Kept("partial", ago(8)),)) == {}


def test_a_payment_that_came_back():
    assert traces(returned=(ago(59),)) == {"returned": ago(59)}
    assert traces(returned=(ago(60),)) == {}


def test_a_query_after_the_due_date_of_somebody_who_has_none_as_a_rule():
    late = {"contested": contested([""], after_due=True)}
    assert found(**late) == {"dispute": late["contested"][0].opened_on}
    assert found(disputer=True, **late) == {}
    assert found(contested=contested([""], after_due=False)) == {}


def test_nobody_reached_three_times_in_a_row():
    vain = tuple(Talk(ago(days), tried=True) for days in (30, 20, 10))
    assert traces(talks=vain) == {"unreachable": ago(10)}
    assert traces(talks=vain[:2]) == {}
    assert traces(talks=(*vain, Talk(ago(15), reached=True))) == {}
    first, last = Talk(ago(10), reached=True, place=2), Talk(ago(10), reached=True, place=4)
    third = Talk(ago(10), tried=True, place=3)
    assert traces(talks=(third, *vain[:2], first)) == {}
    assert traces(talks=(last, third, *vain[:2])) == {"unreachable": ago(10)}


@pytest.mark.parametrize(("sum_of_may", "shows"), [("50", True), ("51", False), ("149", False), ("150", True), ("0", True)])
def test_half_as_much_bought_or_half_as_much_again(sum_of_may, shows):
    before = {date(2025, 11, 1): 100, date(2025, 12, 1): 100} | {date(2026, month, 1): 100 for month in range(1, 5)}
    bought = {day: Decimal(amount) for day, amount in before.items()} | {date(2026, 5, 1): Decimal(sum_of_may)}
    june = {date(2026, 6, 1): sum(bought.values(), Decimal(0)) / 7}
    assert traces(bought={"USD": bought | june}) == ({"orders": date(2026, 5, 31)} if shows else {})


def test_who_does_not_buy_every_month_is_not_measured():
    assert traces(bought={"USD": {date(2026, 1, 1): Decimal(100), date(2026, 6, 1): Decimal(900)}}) == {}


def test_more_time_asked_for():
    assert traces(talks=(Talk(ago(4), reached=True, reason="R15"),)) == {"longer_terms": ago(4)}
    assert traces(asked_for_time=(ago(2),)) == {"longer_terms": ago(2)}


@pytest.mark.parametrize("reason", ["R13", "R14"])
def test_money_is_short(reason):
    assert traces(talks=(Talk(ago(4), reached=True, reason=reason),)) == {"cash_flow": ago(4)}


def test_every_sign_has_words():
    assert set(WORDS) == set(SignCode)


THREE = Traces(uneven=(ago(50),), returned=(ago(20),), talks=(Talk(ago(1), reached=True, reason="R13"),))


def test_any_three_within_sixty_days_alarm_for_everybody():
    seen = verdict(traces=THREE, first_on=ago(90))
    assert (seen.rule, seen.inputs["tests"]) == ("DETERIORATING.C", ["C"])
    assert seen.inputs["signs"][0] == {"code": "cash_flow", "on": ago(1).isoformat()}
    assert verdict(traces=Traces(uneven=THREE.uneven, returned=THREE.returned)).segment == "NEW"


def test_the_same_sign_three_times_is_one_sign():
    assert verdict(traces=Traces(returned=(ago(1), ago(2), ago(3)))).segment == "NEW"


def test_what_showed_before_somebody_acknowledged_it_no_longer_counts():
    assert verdict(traces=THREE, acknowledged_on=ago(20)).segment == "NEW"
    assert verdict(traces=THREE, acknowledged_on=TODAY - timedelta(days=51)).segment == "DETERIORATING"
