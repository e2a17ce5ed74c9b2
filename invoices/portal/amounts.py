"""Reads an amount as people type it on a telephone, whichever way they part it. Pure."""

import re
from decimal import Decimal

from arcollect.money import precision

NOISE = re.compile(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'\N{RIGHT SINGLE QUOTATION MARK}]|[^\d.,'-]+")
# Thousands are parted by one sign, and the cents by another.
AMOUNT = re.compile(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})*|\d+)(?:(?!\2)[.,](\d+))?")
ONE_POINT = re.compile(r"(\d+)[.,](\d+)")


def read_amount(text: str, currency: str) -> Decimal | None:
    """1250.00 of "1.250,00 €", "1,250.00", "1250" or "1 250,00"; None for what is no amount of this currency.

    A point before three digits parts thousands, but in a currency of three decimals, and after a lone nought.
    """
    bare = NOISE.sub("", text)
    single = ONE_POINT.fullmatch(bare)
    if single and (precision(currency) == 3 or single[1] == "0"):
        whole, cents = single.groups()
    elif found := AMOUNT.fullmatch(bare):
        whole, cents = re.sub(r"[.,]", "", found[1]), found[3] or ""
    else:
        return None
    return Decimal(f"{whole}.{cents or 0}") if len(cents) <= precision(currency) else None
