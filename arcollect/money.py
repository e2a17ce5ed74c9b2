"""Amounts and dates as people write them. Amounts are Decimal in the currency's own precision, dates are calendar dates."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.numbers import format_currency, get_currency_precision

# Babel leaves out CLDR's space between a currency spelt in letters and the number: "KWD1,250.000".
GLUED_CODE = re.compile(r"(?<=[^\W\d_])(?=-?\d)")


@cache
def precision(currency: str) -> int:
    """Digits after the point of an ISO 4217 currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


@cache
def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-precision(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount rounded half up to the currency's precision (domain.md, notation). Refuses float: its cents are already lost."""
    if isinstance(amount, float):
        raise TypeError(f"An amount must be Decimal, not float: {amount!r}")
    return Decimal(amount).quantize(unit_of(currency), rounding=ROUND_HALF_UP)


def format_plain(amount: Decimal, currency: str) -> str:
    """For machines, the currency's own decimals and a point: "1250.00", "1250" (JPY), "1250.000" (KWD)."""
    return f"{quantize(amount, currency):f}"


def format_money(amount: Decimal, currency: str, locale: str, *, symbol: bool = True) -> str:
    """For people, in the manner of `locale` ("de-AT", "en_US"): "1.250,00 €"; without `symbol` only the number."""
    tongue = parse_locale(locale)
    # A decimal pattern has no place for the sign, and Babel still gives it the currency's own number of decimals.
    pattern = None if symbol else tongue.decimal_formats[None].pattern
    words = format_currency(quantize(amount, currency), currency, format=pattern, locale=tongue)
    return GLUED_CODE.sub("\N{NO-BREAK SPACE}", words)


def format_date(day: date, locale: str, style: str = "long") -> str:
    """A calendar date in the manner of `locale`; `style` is Babel's "short", "medium", "long" or "full"."""
    return babel_date(day, format=style, locale=parse_locale(locale))


@cache
def parse_locale(name: str) -> Locale:
    """The Babel locale for "de-AT" or "de_AT". A pair nobody listed falls back to the language ("de_BR" -> "de"), English to
    its form outside America ("en_FR" -> "en_001": 5 October, not October 5); an unknown language to English."""
    language, _, country = name.replace("-", "_").partition("_")
    world = "en_001" if language == "en" and country else language
    for candidate in (f"{language}_{country}" if country else language, world, "en_001"):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    raise ValueError(f"No locale for {name!r}")
