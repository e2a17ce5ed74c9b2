"""Sums paid in parts: to the cent, on the right days, within the limits (domain.md 6.2, 6.3)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from arcollect.money import quantize, unit_of
from invoices.plans import Every, broken_limits, dates, deposit_of, half_half, instalments, limits_for, parts, ready_made

D = Decimal
TODAY = date(2026, 7, 1)
BUSINESS = limits_for(DEFAULTS, individual=False, preset="UK")


def amounts(total: str, count: int, currency: str = "EUR", remainder: str = "LAST") -> list[str]:
    return [str(amount) for amount in parts(D(total), count, currency, remainder)]


@pytest.mark.proves("T29")
def test_the_worked_parts():
    assert amounts("1000.00", 3) == ["333.33", "333.33", "333.34"]
    assert amounts("1000.00", 3, remainder="FIRST") == ["333.34", "333.33", "333.33"]
    assert amounts("100.00", 7) == ["14.28"] * 6 + ["14.32"]
    assert amounts("99.99", 4) == ["24.99", "24.99", "24.99", "25.02"]
    assert amounts("0.05", 3) == ["0.01", "0.01", "0.03"]
    assert amounts("1000", 3, "JPY") == ["333", "333", "334"]
    assert [str(amount) for _day, amount in half_half(D("333.33"), "EUR", TODAY)] == ["166.67", "166.66"]


def test_the_worked_deposits():
    assert deposit_of(D("2345.67"), D("0.25"), "EUR") == D("586.42")
    rest = instalments(D("2345.67"), "EUR", count=5, first_on=TODAY, every=Every.MONTH, deposit=D("586.42"), deposit_on=TODAY)
    assert [str(amount) for _day, amount in rest] == ["586.42"] + ["351.85"] * 5


@given(
    st.decimals("0.50", "99999", places=2),
    st.integers(1, 36),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from(["FIRST", "LAST"]),
)
@pytest.mark.proves("T29")
def test_the_parts_come_to_the_whole_and_none_is_nothing(total, count, currency, remainder):
    total = max(quantize(total, currency), unit_of(currency) * count)
    found = parts(total, count, currency, remainder)
    assert sum(found) == total
    assert min(found) > 0
    assert all(amount == quantize(amount, currency) for amount in found)


def test_too_little_cannot_be_parted():
    with pytest.raises(ValueError, match="3 parts"):
        parts(D("0.02"), 3, "EUR")


@pytest.mark.proves("T30")
def test_months_keep_the_day_they_began_with():
    assert [day.isoformat() for day in dates(date(2027, 1, 31), 5, Every.MONTH)] == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
    ]
    assert dates(date(2027, 11, 30), 5, Every.MONTH)[2:4] == [date(2028, 1, 30), date(2028, 2, 29)]
    assert dates(date(2026, 1, 31), 3, Every.QUARTER) == [date(2026, 1, 31), date(2026, 4, 30), date(2026, 7, 31)]
    assert dates(TODAY, 3, Every.FORTNIGHT) == [date(2026, 7, 1), date(2026, 7, 15), date(2026, 7, 29)]


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ([("2026-07-01", "100"), ("2026-08-01", "50")], "200.00 or more"),
        ([("2026-07-01", "100")] * 13, "At most 12"),
        ([("2026-07-01", "300"), ("2026-08-01", "40")], "below 50.00"),
        ([("2026-07-01", "100"), ("2026-08-01", "900")], "first payment is 200.00"),
        ([("2026-07-09", "500"), ("2026-08-01", "500")], "within 7 days"),
        ([("2026-07-01", "500"), ("2027-01-01", "500")], "within 6 months"),
    ],
)
def test_a_plan_beyond_the_limits_says_which(schedule, message):
    rows = tuple((date.fromisoformat(day), D(amount)) for day, amount in schedule)
    assert message in " ".join(broken_limits(rows, "EUR", BUSINESS, TODAY))


def test_the_law_narrows_what_a_person_may_be_offered():
    consumer = limits_for(DEFAULTS, individual=True, preset="US")
    assert (consumer.max_instalments, BUSINESS.max_instalments) == (4, 12)


@pytest.mark.proves("P24")
@given(st.decimals("1", "50000", places=2))
def test_every_ready_made_plan_fits(total):
    for offer in ready_made(total, "EUR", TODAY, BUSINESS):
        assert sum(amount for _day, amount in offer.instalments) == total
        assert broken_limits(offer.instalments, "EUR", BUSINESS, TODAY) == []


@pytest.mark.proves("P24")
def test_the_usual_plans_of_a_usual_sum():
    keys = [offer.key for offer in ready_made(D(2500), "EUR", TODAY, BUSINESS)]
    assert keys[:2] == ["half_half", "weekly_4"]
    assert "deposit_monthly_4" in keys
