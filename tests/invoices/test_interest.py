"""Statutory interest: the worked figures of domain.md 7.8, and what must hold for any debt."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.interest import Debt, Law, Scheme, claim_on, compensation, is_reference_day, reference_day
from tests.make import day

BANK = {day("2025-06-30"): Decimal("4.25"), day("2025-12-31"): Decimal("3.75"), day("2026-06-30"): Decimal("3.50")}
ECB = {day("2026-01-01"): Decimal("2.15"), day("2026-07-01"): Decimal("2.40")}
UK = Scheme(Law.UK, Decimal(8), BANK, fixed=True)
SPLIT = replace(UK, fixed=False)
EU = Scheme(Law.EU, Decimal(8), ECB)


def debt(amount, due, *paid, currency="GBP"):
    return Debt(currency, day(due), Decimal(amount), tuple((day(on), Decimal(part)) for on, part in paid))


def test_uk_ninety_one_days():
    claim = claim_on(debt("5000.00", "2026-03-31"), UK, day("2026-06-30"))
    (stretch,) = claim.stretches
    assert (stretch.days, stretch.percent) == (91, Decimal("11.75"))
    assert (claim.interest, claim.compensation, claim.total) == (Decimal("146.47"), 70, Decimal("216.47"))


def test_uk_a_part_payment_lowers_what_bears_interest_from_the_day_after():
    claim = claim_on(debt("5000.00", "2026-03-31", ("2026-04-30", "2000")), UK, day("2026-06-30"))
    assert [(stretch.days, stretch.principal) for stretch in claim.stretches] == [(30, 5000), (61, 3000)]
    assert (claim.interest, claim.compensation) == (Decimal("107.20"), 70)


def test_uk_forty_five_days():
    scheme = replace(UK, rates={day("2024-06-30"): Decimal("5.25")})
    assert claim_on(debt("2000", "2024-08-01"), scheme, day("2024-09-15")).interest == Decimal("32.67")


@pytest.mark.parametrize(("amount", "fixed"), [("999.99", 40), ("1000", 70), ("9999.99", 70), ("10000", 100)])
def test_uk_bands(amount, fixed):
    assert compensation(Decimal(amount), "GBP", Law.UK) == fixed


def test_uk_keeps_its_first_rate_or_splits_at_each_half_year():
    late = debt("1000", "2026-06-20")
    assert [stretch.percent for stretch in claim_on(late, UK, day("2026-07-10")).stretches] == [Decimal("11.75")]
    split = claim_on(late, SPLIT, day("2026-07-10")).stretches
    assert [(s.days, s.percent) for s in split] == [(10, Decimal("11.75")), (10, Decimal("11.50"))]


def test_eu_floats_with_the_half_year():
    claim = claim_on(debt("1000", "2026-05-31", currency="EUR"), EU, day("2026-07-31"))
    assert [(s.days, s.percent) for s in claim.stretches] == [(30, Decimal("10.15")), (31, Decimal("10.40"))]
    assert (claim.interest, claim.compensation, claim.total) == (Decimal("17.18"), 40, Decimal("57.18"))


@pytest.mark.parametrize(
    ("asked", "law", "reference"),
    [
        ("2026-01-01", Law.UK, "2025-12-31"),
        ("2026-06-30", Law.UK, "2025-12-31"),
        ("2026-07-01", Law.UK, "2026-06-30"),
        ("2026-12-31", Law.UK, "2026-06-30"),
        ("2026-06-30", Law.EU, "2026-01-01"),
        ("2026-07-01", Law.EU, "2026-07-01"),
    ],
)
def test_the_rate_of_which_day(asked, law, reference):
    """UK: the one in force *before* the day the interest starts; EU: that of the half-year's first day."""
    assert reference_day(day(asked), law) == day(reference)
    assert is_reference_day(day(reference), law)
    assert not is_reference_day(day("2026-02-05"), law)


def test_no_interest_before_or_on_the_due_date():
    assert claim_on(debt("1000", "2026-06-30"), UK, day("2026-06-30")).total == 0
    assert claim_on(debt("1000", "2026-06-30", ("2026-06-30", "1000")), UK, day("2026-08-30")).total == 0


def test_a_missing_half_year_gives_no_interest_and_says_so():
    claim = claim_on(debt("1000", "2026-05-31", currency="EUR"), EU, day("2027-02-01"))
    assert (claim.interest, claim.compensation, claim.missing) == (0, 40, (day("2027-01-01"),))


def test_the_fixed_sum_is_for_the_laws_own_currency_alone():
    claim = claim_on(debt("1000", "2026-05-31", currency="USD"), EU, day("2026-07-31"))
    assert (claim.interest, claim.compensation) == (Decimal("17.18"), 0)


def test_a_yen_has_no_cents():
    assert claim_on(debt("100000", "2026-05-31", currency="JPY"), EU, day("2026-07-31")).interest == 1718


def test_a_reference_rate_below_nothing_does_not_turn_the_claim_round():
    scheme = replace(EU, rates={day("2026-01-01"): Decimal("-9")})
    assert claim_on(debt("1000", "2026-05-01", currency="EUR"), scheme, day("2026-06-30")).interest == 0


amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(99999), places=2)
late_days = st.integers(min_value=0, max_value=200)
paid = st.lists(st.tuples(st.integers(min_value=-5, max_value=250), amounts), max_size=4)
schemes = st.sampled_from([UK, SPLIT, EU])
DUE = day("2026-01-10")


def after(days):
    return DUE + datetime.timedelta(days=days)


@given(amounts, paid, late_days, schemes)
def test_a_claim_is_never_negative_and_never_shrinks_with_the_days(amount, parts, days, scheme):
    late = Debt("GBP", DUE, amount, tuple((after(on), part) for on, part in parts))
    claim, later = claim_on(late, scheme, after(days)), claim_on(late, scheme, after(days + 1))
    assert 0 <= claim.interest <= later.interest
    assert 0 <= claim.compensation <= later.compensation


@given(amounts, paid, late_days, schemes)
def test_the_stretches_are_every_unpaid_day_once(amount, parts, days, scheme):
    late = Debt("GBP", DUE, amount, tuple((after(on), part) for on, part in parts))
    claim = claim_on(late, scheme, after(days))
    covered = [s.first + datetime.timedelta(days=n) for s in claim.stretches for n in range(s.days)]
    assert covered == [after(n) for n in range(1, days + 1) if late.owed(after(n))]
    by_day = sum((late.owed(on) * s.percent / 36500 for s in claim.stretches for on in days_of(s)), Decimal(0))
    assert abs(by_day - claim.interest) <= Decimal("0.0051")


def days_of(stretch):
    return [stretch.first + datetime.timedelta(days=n) for n in range(stretch.days)]


@given(amounts, amounts, late_days, schemes)
def test_two_halves_of_a_debt_bear_what_the_whole_does(one, other, days, scheme):
    """Up to a rounding of each."""
    parts = [claim_on(Debt("GBP", DUE, amount), scheme, after(days)).interest for amount in (one, other, one + other)]
    assert abs(parts[0] + parts[1] - parts[2]) <= Decimal("0.02")


@given(amounts, st.integers(min_value=1, max_value=200), st.integers(min_value=0, max_value=200))
def test_a_payment_never_raises_the_claim(amount, days, paid_after):
    whole, paid_down = Debt("GBP", DUE, amount), Debt("GBP", DUE, amount, ((after(paid_after), amount / 2),))
    assert claim_on(paid_down, SPLIT, after(days)).interest <= claim_on(whole, SPLIT, after(days)).interest
