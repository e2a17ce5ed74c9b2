"""What money does to a plan: spread over its instalments, judged by the day (domain.md 6.4, T33, T34)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from invoices.instalments import Receipt, Running, counted, grace_end, judged, spread
from invoices.models.agreement import InstalmentState, PlanEnd, PlanState

D = Decimal
RULES = DEFAULTS["plan"]
WEEKDAYS = Calendar()
# Friday 6 March, Monday 6 April, Wednesday 6 May 2026.
MONTHLY = tuple((date(2026, month, 6), D(100)) for month in (3, 4, 5))


def running(state=PlanState.ACTIVE, states=(InstalmentState.PENDING,) * 3, **fields) -> Running:
    return Running(state, MONTHLY, tuple(states), signed_on=date(2026, 3, 1), active=True, **fields)


def on(month: int, day: int, paid: tuple = (0, 0, 0), plan: Running | None = None, **fields):
    return judged(plan or running(), [D(amount) for amount in paid], RULES, WEEKDAYS, date(2026, month, day), **fields)


def received(*receipts: tuple[int, int, int], extra: str = "LAST") -> list[int]:
    """(month, day, amount) of receipts -> what is paid of each instalment."""
    rows = [Receipt(date(2026, month, day), D(amount)) for month, day, amount in receipts]
    return [int(amount) for amount in spread(MONTHLY, rows, extra)]


@pytest.mark.proves("T34")
@pytest.mark.parametrize(
    ("receipts", "paid"),
    [
        ([(3, 6, 100)], [100, 0, 0]),
        ([(3, 2, 100)], [100, 0, 0]),
        ([(3, 6, 60)], [60, 0, 0]),
        ([(3, 6, 60), (4, 6, 100)], [100, 60, 0]),
        ([(3, 2, 100), (3, 20, 100)], [100, 100, 0]),
        ([(3, 6, 150)], [100, 50, 0]),
        ([(3, 6, 250)], [100, 100, 50]),
        ([(4, 10, 200)], [100, 100, 0]),
        ([(3, 6, 300)], [100, 100, 100]),
        ([(3, 6, 999)], [100, 100, 100]),
    ],
    ids=["on the day", "early", "part", "late rest", "twice early", "over", "much over", "two at once", "all", "too much"],
)
def test_money_fills_what_is_due_then_the_next(receipts, paid):
    assert received(*receipts) == paid


@pytest.mark.proves("T34")
def test_what_is_extra_shortens_the_plan_from_its_end_or_eases_what_comes_next():
    longer = tuple((date(2026, month, 6), D(100)) for month in (3, 4, 5, 6))
    extra = [Receipt(date(2026, 3, 6), D(250))]
    assert spread(longer, extra) == (100, 100, 0, 50)
    assert spread(longer, extra, "NEXT") == (100, 100, 50, 0)


def test_a_credit_pays_nobody_s_instalment():
    assert spread(MONTHLY, [Receipt(date(2026, 3, 10), D(150), credit=True)]) == (0, 50, 100)


@pytest.mark.proves("T34")
@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 900), st.booleans()), max_size=8),
    st.sampled_from(["LAST", "NEXT"]),
)
def test_nothing_is_lost_or_paid_twice(amounts, receipts, extra):
    first = date(2026, 1, 31)
    schedule = tuple((first + timedelta(days=30 * place), D(amount)) for place, amount in enumerate(amounts))
    rows = [Receipt(first + timedelta(days=days), D(amount), credit) for days, amount, credit in receipts]
    paid = spread(schedule, rows, extra)
    assert sum(paid) == min(sum(amounts), sum(amount for _days, amount, _credit in receipts))
    assert all(0 <= got <= amount for got, (_day, amount) in zip(paid, schedule, strict=True))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 900)), max_size=8))
def test_what_is_due_goes_before_what_is_not(receipts):
    first = date(2026, 1, 31)
    schedule = tuple((first + timedelta(days=30 * place), D(200)) for place in range(6))
    rows = [Receipt(first + timedelta(days=days), D(amount)) for days, amount in receipts]
    last = max((row.on for row in rows), default=first)
    paid = spread(schedule, [row for row in rows if row.on == last])
    due = [place for place, (day, _amount) in enumerate(schedule) if day <= last]
    short = [place for place in due if paid[place] < 200]
    assert not short or not any(paid[place] for place in range(short[0] + 1, 6))


def test_grace_is_five_business_days_from_the_day_or_the_next_business_day():
    assert grace_end(date(2026, 3, 6), WEEKDAYS, 5) == date(2026, 3, 13)
    assert grace_end(date(2026, 3, 7), WEEKDAYS, 5) == grace_end(date(2026, 3, 9), WEEKDAYS, 5)
    assert grace_end(date(2026, 3, 7), WEEKDAYS, 5) == date(2026, 3, 16)


def test_who_signs_late_is_not_late_with_the_first():
    plan = replace(running(), signed_on=date(2026, 3, 12))
    assert on(3, 19, plan=plan).states[0] == InstalmentState.LATE


@pytest.mark.parametrize(
    ("month", "day", "paid", "state"),
    [
        (3, 6, 0, InstalmentState.PENDING),
        (3, 6, 40, InstalmentState.PART),
        (3, 7, 0, InstalmentState.LATE),
        (3, 13, 40, InstalmentState.LATE),
        (3, 14, 0, InstalmentState.MISSED),
        (3, 14, 98, InstalmentState.MISSED),
        (3, 14, 99, InstalmentState.PART),
        (3, 14, 100, InstalmentState.PAID),
    ],
)
def test_an_instalment_is_judged_by_money_and_day(month, day, paid, state):
    assert on(month, day, (paid, 0, 0)).states[0] == state


def test_the_tolerance_is_for_the_whole_plan_not_for_each_instalment():
    assert on(4, 30, (D("99.50"), D("99.50"), 0)).states[:2] == (InstalmentState.PART, InstalmentState.PART)
    assert on(4, 30, (D("99.40"), D("99.50"), 0)).states[:2] == (InstalmentState.PART, InstalmentState.MISSED)


def test_a_plan_short_by_a_coin_is_kept():
    assert on(5, 6, (100, 100, 99)).state == PlanState.COMPLETED
    assert on(5, 6, (100, 100, D("98.99"))).state == PlanState.ACTIVE


def test_money_in_hand_that_is_not_matched_yet_is_missed_by_nobody():
    assert on(3, 14, in_hand=D(99)).state == PlanState.ACTIVE
    assert on(3, 14, in_hand=D(98)).state == PlanState.AT_RISK


@pytest.mark.proves("T32")
def test_the_first_miss_puts_the_plan_at_risk_for_a_week():
    judgement = on(3, 14)
    assert (judgement.state, judgement.cure_by) == (PlanState.AT_RISK, date(2026, 3, 21))


AT_RISK = running(PlanState.AT_RISK, [InstalmentState.MISSED, *[InstalmentState.PENDING] * 2], cure_by=date(2026, 3, 21))


def test_a_cured_plan_runs_on():
    assert on(3, 20, (100, 0, 0), AT_RISK).state == PlanState.ACTIVE
    assert counted(AT_RISK, [D(100), D(0), D(0)], RULES).state == PlanState.ACTIVE


def test_the_cure_gone_by_is_no_default_until_the_next_instalment_is_gone_by_too():
    assert on(3, 22, plan=AT_RISK).state == PlanState.AT_RISK
    assert on(4, 6, plan=AT_RISK).state == PlanState.AT_RISK
    judgement = on(4, 7, plan=AT_RISK)
    assert (judgement.state, judgement.rule) == (PlanState.DEFAULTED, PlanEnd.NOT_CURED)


def test_the_last_instalment_has_no_next_one_to_wait_for():
    states = [InstalmentState.PAID, InstalmentState.PAID, InstalmentState.MISSED]
    plan = running(PlanState.AT_RISK, states, cure_by=date(2026, 5, 21))
    assert on(5, 21, (100, 100, 0), plan).state == PlanState.AT_RISK
    assert on(5, 22, (100, 100, 0), plan).rule == PlanEnd.NOT_CURED


def test_a_second_miss_ends_it():
    weekly = tuple((date(2026, 3, day), D(100)) for day in (6, 13, 20))
    states = (InstalmentState.MISSED, InstalmentState.LATE, InstalmentState.PENDING)
    plan = replace(running(PlanState.AT_RISK, states, cure_by=date(2026, 3, 25)), schedule=weekly)
    judgement = on(3, 21, plan=plan)
    assert (judgement.state, judgement.rule) == (PlanState.DEFAULTED, PlanEnd.SECOND_MISSED)


@pytest.mark.proves("T33")
def test_two_misses_found_together_after_a_time_nobody_looked_are_one():
    judgement = on(4, 20)
    assert (judgement.state, judgement.cure_by) == (PlanState.AT_RISK, date(2026, 4, 27))
    told = running(PlanState.AT_RISK, judgement.states, cure_by=judgement.cure_by)
    assert on(4, 21, plan=told).state == PlanState.AT_RISK
    assert on(4, 28, plan=told).state == PlanState.DEFAULTED


def test_two_payments_that_came_back_end_it():
    assert on(3, 2, returned=1).state == PlanState.ACTIVE
    assert on(3, 2, returned=2).rule == PlanEnd.RETURNED


def test_a_signed_plan_runs_from_the_first_payment_or_only_once_it_is_countersigned():
    signed = replace(running(PlanState.SIGNED), active=False)
    assert on(3, 2, plan=signed).state == PlanState.SIGNED
    assert on(3, 2, (1, 0, 0), plan=signed).state == PlanState.ACTIVE
    countersigned = judged(signed, [D(1), D(0), D(0)], RULES | {"active_from": "countersign"}, WEEKDAYS, date(2026, 3, 2))
    assert countersigned.state == PlanState.SIGNED


@pytest.mark.proves("T22")
def test_money_that_goes_back_reopens_its_instalment_and_misses_nothing_by_itself():
    judgement = counted(running(states=[InstalmentState.PAID, *[InstalmentState.PENDING] * 2]), [D(0), D(0), D(0)], RULES)
    assert (judgement.state, judgement.states[0]) == (PlanState.ACTIVE, InstalmentState.PENDING)


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3), st.integers(0, 120))
def test_judging_twice_changes_nothing(paid, days):
    today = date(2026, 3, 1) + timedelta(days=days)
    once = judged(running(), [D(amount) for amount in paid], RULES, WEEKDAYS, today)
    if once.state in (PlanState.ACTIVE, PlanState.AT_RISK):
        again = running(once.state, once.states, cure_by=once.cure_by)
        assert judged(again, once.paid, RULES, WEEKDAYS, today) == once
