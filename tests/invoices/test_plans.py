"""Sums paid in parts: to the cent, on the right days, within the limits (domain.md 6.2, 6.3)."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from arcollect.money import quantize, unit_of
from invoices.plans import (
    Every,
    broken_law,
    broken_limits,
    dates,
    deposit_of,
    half_half,
    instalments,
    limits_for,
    names_plan,
    parts,
    preset_of,
    ready_made,
)

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
    fifths = instalments(D(2500), "EUR", count=4, first_on=TODAY, every=Every.MONTH, deposit=D(500), deposit_on=TODAY)
    assert [amount for _day, amount in fifths] == [500] * 5
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


@given(
    st.integers(2, 12),
    st.integers(200, 99_999_999),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.sampled_from(list(Every)),
    st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    st.sampled_from(["0", "0.20", "0.25", "0.37"]),
)
@pytest.mark.proves("T29", "T30")
def test_a_schedule_comes_to_the_coin_on_days_that_keep_their_anchor(count, coins, currency, every, first_on, share):
    total = coins * unit_of(currency)
    deposit = deposit_of(total, D(share), currency)
    rows = instalments(
        total, currency, count=count, first_on=first_on, every=every, deposit=deposit, deposit_on=first_on - timedelta(days=1)
    )
    assert sum(amount for _day, amount in rows) == total
    assert all(amount > 0 and amount == quantize(amount, currency) for _day, amount in rows)
    days = [day for day, _amount in rows][1 if deposit else 0 :]
    assert days == sorted(set(days))
    if every in (Every.MONTH, Every.QUARTER):
        assert all(day.day == min(first_on.day, monthrange(day.year, day.month)[1]) for day in days)
    else:
        assert {(after - before).days for before, after in pairwise(days)} == {7 if every == Every.WEEK else 14}


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
        ([("2026-07-01", "100"), ("2026-08-01", "50")], "€200.00 or more"),
        ([("2026-07-01", "100")] * 13, "At most 12"),
        ([("2026-07-01", "300"), ("2026-08-01", "40")], "below €50.00"),
        ([("2026-07-01", "100"), ("2026-08-01", "900")], "first payment is below €200.00"),
        ([("2026-07-09", "500"), ("2026-08-01", "500")], "within 7 days"),
        ([("2026-07-01", "500"), ("2027-01-01", "500")], "within 6 months"),
    ],
)
def test_a_plan_beyond_the_limits_says_which(schedule, message):
    rows = tuple((date.fromisoformat(day), D(amount)) for day, amount in schedule)
    assert message in " ".join(broken_limits(rows, "EUR", BUSINESS, TODAY))


def test_a_british_person_pays_within_twelve_instalments_and_twelve_months():
    """Signed on 1 July 2026: the last instalment by 30 June 2027 (domain.md 6.2), whatever a generous creditor allows."""
    generous = DEFAULTS | {"plan": DEFAULTS["plan"] | {"max_months": 36, "max_instalments": 36}}
    person = limits_for(generous, individual=True, preset="UK")
    assert (person.max_instalments, person.max_months) == (12, 12)

    def objections(last: str, count: int = 2) -> list[str]:
        rows = [(TODAY + timedelta(days=place), D(500)) for place in range(count - 1)]
        return broken_law((*rows, (date.fromisoformat(last), D(500))), person, TODAY)

    assert objections("2027-06-30") == objections("2027-06-30", 12) == []
    assert objections("2027-07-01") == ["The last instalment is not within 12 months."]
    assert objections("2027-06-30", 13) == ["At most 12 instalments."]
    company = limits_for(generous, individual=False, preset="UK")
    assert (company.max_months, broken_law(((date(2029, 6, 1), D(500)),), company, TODAY)) == (36, [])


def test_the_preset_follows_the_country_until_the_owner_chose():
    assert [preset_of(country, {"compliance": ""}) for country in ("GB", "US", "DE", "AU", "CH")] == [
        "UK",
        "US",
        "EU",
        "AU",
        "OTHER",
    ]
    assert preset_of("CH", {"compliance": "UK"}) == "UK"


@pytest.mark.parametrize(
    ("reference", "named"),
    [
        ("C-42-P12", True),
        ("c42p12 march", True),
        ("Plan 12", True),
        ("PLAN NO 0012/3", True),
        ("C-42-P12 3rd of April", True),
        ("C-42-P123", False),
        ("12", False),
    ],
)
def test_a_payment_names_its_plan_however_it_is_typed(reference, named):
    assert names_plan(reference, 12, "C-42-P12") == named


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
