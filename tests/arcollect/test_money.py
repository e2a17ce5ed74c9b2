"""Amounts in the currency's own precision, and amounts and dates as people of a country write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.money import format_date, format_money, format_plain, precision, quantize


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3)])
def test_precision_is_the_currencys_own(currency, digits):
    assert precision(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "plain"),
    [
        ("1250", "EUR", "1250.00"),
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("0.5", "JPY", "1"),
        ("1E+3", "JPY", "1000"),
        ("1250.1255", "KWD", "1250.126"),
    ],
)
def test_rounding_is_half_up_and_plain_has_every_decimal(amount, currency, plain):
    assert format_plain(Decimal(amount), currency) == plain


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=5), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_rounding_twice_is_rounding_once(amount, currency):
    once = quantize(amount, currency)
    assert quantize(once, currency) == once
    assert abs(once - amount) <= Decimal("0.5").scaleb(-precision(currency))


def test_float_is_refused():
    with pytest.raises(TypeError, match="not float: 0.1"):
        quantize(0.1, "EUR")


@pytest.mark.parametrize(
    ("locale", "currency", "words", "number"),
    [
        ("en-US", "USD", "$1,250.50", "1,250.50"),
        ("en_GB", "USD", "US$1,250.50", "1,250.50"),
        ("de-DE", "EUR", "1.250,50 €", "1.250,50"),
        ("de-AT", "EUR", "€ 1.250,50", "1.250,50"),
        ("de-CH", "CHF", "CHF 1’250.50", "1’250.50"),
        ("es-MX", "USD", "USD 1,250.50", "1,250.50"),
        ("en-US", "JPY", "¥1,251", "1,251"),
        ("en-US", "KWD", "KWD 1,250.500", "1,250.500"),
        ("xx-YY", "USD", "US$1,250.50", "1,250.50"),
    ],
)
def test_money_as_people_write_it(locale, currency, words, number):
    amount = Decimal("1250.5")
    assert format_money(amount, currency, locale).replace("\xa0", " ") == words
    assert format_money(amount, currency, locale, symbol=False) == number


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-US", "October 5, 2026"),
        ("en-SE", "5 October 2026"),
        ("en-BR", "5 October 2026"),
        ("de-BR", "5. Oktober 2026"),
        ("es-ES", "5 de octubre de 2026"),
    ],
)
@pytest.mark.proves("T41")
def test_date_as_people_write_it(locale, words):
    assert format_date(date(2026, 10, 5), locale) == words
