"""Says what a schedule comes to, payment by payment, and where its odd cent is (T29). Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from arcollect.filters import money
from arcollect.money import unit_of

Payments = Sequence[tuple[datetime.date, Decimal]]


@dataclass(frozen=True, slots=True)
class Told:
    """A schedule as a page shows it. `odd`: the sentence about the odd cent, "" where there is none."""

    rows: tuple[tuple[datetime.date, Decimal], ...]
    total: Decimal
    odd: str


def told(payments: Payments, currency: str) -> Told:
    """The payments with their sum, and which of otherwise equal ones is a little more."""
    amounts = [amount for _day, amount in payments]
    return Told(tuple(payments), sum(amounts, Decimal(0)), odd_words(amounts, currency))


def odd_words(amounts: Sequence[Decimal], currency: str) -> str:
    """ "The last payment is 0.01 more, so that all of them come to exactly 1,000.00." """
    place = odd_place(amounts, currency)
    if place is None:
        return ""
    others = amounts[place - 1] if place else amounts[1]
    shown = {
        "more": money(abs(amounts[place] - others), currency),
        "total": money(sum(amounts, Decimal(0)), currency),
        "number": place + 1,
    }
    if place == len(amounts) - 1:
        return gettext("The last payment is %(more)s more, so that all of them come to exactly %(total)s.") % shown
    if place == 0:
        return gettext("The first payment is %(more)s more, so that all of them come to exactly %(total)s.") % shown
    return gettext("Payment %(number)s is %(more)s more, so that all of them come to exactly %(total)s.") % shown


def odd_place(amounts: Sequence[Decimal], currency: str) -> int | None:
    """Which payment carries the remainder of equal parts, None where nothing is over or the parts differ on purpose.

    A remainder is less than one smallest unit a part (domain.md 6.3); a first payment of its own may stand before the parts.
    """
    for start in (0, 1):
        parts = amounts[start:]
        if len(parts) < 2:
            continue
        for place, rest in ((len(parts) - 1, parts[:-1]), (0, parts[1:])):
            over = parts[place] - rest[0]
            if len(set(rest)) == 1 and 0 < over < len(parts) * unit_of(currency):
                return start + place
    return None
