"""DSO, count-back, best possible DSO, ADD, CEI, ledger ratio, bad debt by the figures of domain.md 2, and what holds always."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.figures import Figure
from invoices.ledger_metrics import (
    CountBack,
    Light,
    Turn,
    average_days_delinquent,
    bad_debt,
    cei,
    count_back,
    dso,
    ledger_ratio,
    light,
)

D = Decimal
# O1: June, May, April 2026.
O1_MONTHS = [Turn(D(3000), 30), Turn(D(2000), 31), Turn(D(4000), 30)]
QUARTER = Turn(D(9000), 91)


@pytest.mark.parametrize(
    ("owed", "turn", "days"),
    [
        (5400, QUARTER, "54.6"),
        (15000, Turn(D(10000), 30), "45.0"),
        (1500, QUARTER, "15.2"),
        (4000, Turn(D(10000), 30), "12.0"),
        (-70, QUARTER, "0.0"),
    ],
    ids=["O1", "external", "O1 best possible", "external best possible", "nothing below nothing"],
)
def test_dso_and_best_possible_dso(owed, turn, days):
    assert dso(D(owed), turn).text(1) == days


@pytest.mark.parametrize("sales", [0, -5])
def test_without_sales_there_is_no_dso_but_a_reason(sales):
    assert dso(D(100), Turn(D(sales), 91)).named("dso", 1) == {"dso": None, "dso_why": "No sales on credit in this time."}


@pytest.mark.parametrize(
    ("owed", "current", "turn", "days"), [(5400, 1500, QUARTER, "39.4"), (15000, 4000, Turn(D(10000), 30), "33.0")]
)
def test_average_days_delinquent(owed, current, turn, days):
    assert average_days_delinquent(dso(D(owed), turn), dso(D(current), turn)).text(1) == days


def test_average_days_delinquent_is_nothing_where_credit_outweighs_what_is_late():
    assert average_days_delinquent(Figure(D(10)), Figure(D(12))).value == 0


def test_average_days_delinquent_says_why_it_is_not_known():
    assert average_days_delinquent(Figure(None, "No sales."), Figure(D(3))) == Figure(None, "No sales.")


@pytest.mark.parametrize(
    ("owed", "months", "days"),
    [
        (5400, O1_MONTHS, "64.0"),
        (4000, [Turn(D(3000), 30), Turn(D(0), 31), Turn(D(4000), 30)], "68.5"),
        (212, [Turn(D(sales), 30) for sales in (100, 80, 70)], "73.7"),
        (3000, O1_MONTHS, "30.0"),
        (0, O1_MONTHS, "0.0"),
        (0, [], "0.0"),
    ],
    ids=["O1", "a month without sales", "external", "just a month", "nothing owed", "nothing at all"],
)
def test_count_back(owed, months, days):
    assert Figure(count_back(D(owed), months).days).text(1) == days


def test_count_back_says_when_history_is_exhausted():
    assert count_back(D(9500), O1_MONTHS) == CountBack(D(91), more=True, left=D(500))


def test_count_back_without_any_month_is_not_known():
    assert count_back(D(100), []) is None


@pytest.mark.parametrize(
    ("figures", "percent"),
    [
        ((6000, 3000, 5400, 1500), "48.0"),
        ((6200, 10_890, 6340, 3590), "79.6"),
        ((100, 0, 150, 0), "0.0"),
        ((100, 0, -50, 20), "100.0"),
    ],
    ids=["O1", "the published quarter, on its total sales", "more owed than before", "paid ahead"],
)
def test_cei(figures, percent):
    assert cei(*map(D, figures)).text(1) == percent


def test_cei_without_anything_to_collect_is_not_known():
    assert cei(D(0), D(100), D(100), D(100)) == Figure(None, "Nothing was there to be collected in this time.")


def test_the_ledger_ratio_over_a_year_and_over_three_months():
    year, quarter = ledger_ratio(D(5400), [D(3100)] * 12), ledger_ratio(D(5400), [month.sales for month in O1_MONTHS])
    assert (year.ratio.text(2), year.light) == ("1.74", Light.RED)
    assert (quarter.ratio.text(2), quarter.target, quarter.excess, quarter.months) == ("1.80", 3000, 2400, 3)


def test_the_ledger_ratio_knows_sales_on_credit_only():
    """Sales of 4000 a month, a quarter of them in cash: the target is 3000 (domain.md 2.11)."""
    assert ledger_ratio(D(3000), [D(3000)] * 12).target == 3000


@pytest.mark.parametrize(
    ("sales", "why"),
    [([100, 100], "Less than three months of sales."), ([0, 0, 0], "No sales on credit in this time.")],
)
def test_the_ledger_ratio_says_why_it_is_not_known(sales, why):
    found = ledger_ratio(D(5400), [D(one) for one in sales])
    assert (found.ratio, found.light, found.excess) == (Figure(None, why), None, None)


@pytest.mark.parametrize(
    ("ratio", "colour"), [("0.5", "green"), ("1", "green"), ("1.01", "amber"), ("1.5", "amber"), ("1.51", "red")]
)
def test_the_traffic_light(ratio, colour):
    assert light(D(ratio)) == colour


def test_the_light_goes_by_the_months_the_owner_aims_at():
    """Of 100 a month two months may be owed: 180 is within the aim, 290 somewhat above it, 310 far above."""
    lights = [ledger_ratio(D(owed), [D(100)] * 12, D(2)).light for owed in (180, 290, 310)]
    assert lights == [Light.GREEN, Light.AMBER, Light.RED]


def test_bad_debt():
    assert bad_debt(D(1200), D(200), D(100000)).text(2) == "1.00"
    assert bad_debt(D(1200), D(200), D(0)).value is None


AMOUNTS = st.decimals(-(10**7), 10**7, places=2)
SALES = st.decimals(0, 10**6, places=2)
TURNS = st.builds(Turn, SALES, st.integers(28, 31))


@given(AMOUNTS, AMOUNTS, TURNS)
def test_no_days_are_ever_below_nothing(owed, current, turn):
    simple, best = dso(owed, turn), dso(current, turn)
    found = average_days_delinquent(simple, best)
    assert all(one.value is None or one.value >= 0 for one in (simple, best, found))


@given(AMOUNTS, st.lists(TURNS, max_size=14))
def test_count_back_never_leaves_its_history_nor_loses_money(owed, months):
    found = count_back(owed, months)
    if found is None:
        assert owed > 0 and not months
        return
    assert 0 <= found.days <= sum(month.days for month in months)
    assert found.more == (found.left > 0) == (owed > sum(month.sales for month in months))


@given(SALES, SALES, st.lists(TURNS, min_size=1, max_size=14))
def test_who_owes_more_counts_further_back(owed, more, months):
    assert count_back(owed, months).days <= count_back(owed + more, months).days


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_cei_stays_within_a_hundred(begin, sales, end, current):
    found = cei(begin, sales, end, current)
    assert found.value is None or 0 <= found.value <= 100


@given(AMOUNTS, st.lists(SALES, max_size=12))
def test_what_is_owed_is_target_and_excess_or_less(owed, sales):
    found = ledger_ratio(owed, sales)
    if found.excess is not None:
        assert found.excess >= 0
        assert (found.excess > 0) == (owed > found.target)
