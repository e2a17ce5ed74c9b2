"""Where the odd cent of a schedule is, said on every page that shows one (T29)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from arcollect.money import unit_of
from invoices.plans import parts
from invoices.portal.amounts import read_amount
from invoices.portal.schedules import odd_place, odd_words


@pytest.mark.proves("T29")
@pytest.mark.parametrize(
    ("total", "count", "currency", "remainder", "place"),
    [
        ("100.00", 3, "EUR", "LAST", 2),
        ("100.00", 3, "EUR", "FIRST", 0),
        ("0.05", 3, "EUR", "LAST", 2),
        ("99.99", 4, "EUR", "LAST", 3),
        ("1000", 3, "JPY", "LAST", 2),
        ("100.00", 4, "EUR", "LAST", None),
        ("333.33", 2, "EUR", "FIRST", 0),
    ],
)
def test_the_payment_with_the_odd_cent(total, count, currency, remainder, place):
    assert odd_place(parts(Decimal(total), count, currency, remainder), currency) == place


def test_a_first_payment_of_its_own_does_not_hide_it():
    assert odd_place([Decimal("20.00"), *parts(Decimal("80.00"), 3, "EUR")], "EUR") == 3


def test_parts_that_differ_on_purpose_have_no_odd_cent():
    assert odd_place([Decimal(50), Decimal(30), Decimal(20)], "EUR") is None


@pytest.mark.proves("T29")
@given(cents=some.integers(2, 10**9), count=some.integers(2, 12))
def test_it_is_named_whenever_there_is_one(cents, count):
    total = Decimal(cents) / 100
    if total / count < unit_of("EUR"):
        return
    amounts = parts(total, count, "EUR")
    over = cents % count
    assert (odd_place(amounts, "EUR") is None) == (over == 0)
    assert bool(odd_words(amounts, "EUR")) == bool(over)


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("1.250,00 €", "EUR", "1250.00"),
        ("1,250.00", "USD", "1250.00"),
        ("1 250,5", "EUR", "1250.5"),
        ("1.250", "EUR", "1250"),
        ("0.500", "EUR", None),
        ("0.500", "KWD", "0.500"),
        ("1.250", "KWD", "1.250"),
        ("1.234.567,89", "EUR", "1234567.89"),
        ("1'250.00", "CHF", "1250.00"),
        ("12.345.6", "EUR", None),
        ("1250.5", "JPY", None),
        ("soon", "EUR", None),
        ("-5", "EUR", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, currency, amount):
    assert read_amount(typed, currency) == (None if amount is None else Decimal(amount))
