"""How fast the ledger turns into money: DSO, best possible DSO, ADD, CEI, ledger ratio, bad debt (domain.md 2.2 to 2.11). Pure.

Amounts of one currency; `sales` are those on credit, tax included (2.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from invoices.figures import Figure

NOTHING, HUNDRED = Decimal(0), Decimal(100)
LEAST_MONTHS = 3
# Up to so many times the target is amber, beyond it red.
AMBER_UP_TO = Decimal("1.5")


class Light(StrEnum):
    """How the ledger ratio stands to its target, one month's sales unless the owner aims elsewhere (2.11)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Turn:
    """What was sold on credit in so many days."""

    sales: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class CountBack:
    """DSO counted back: `days`, exact. `more`: the history ended before all that is owed was explained; `left` of it was not."""

    days: Decimal
    more: bool = False
    left: Decimal = NOTHING


def dso(owed: Decimal, turn: Turn) -> Figure:
    """Days of sales that are owed: owed / sales x days (2.2); of what is not overdue it is the best possible DSO (2.4).

    A ledger below nothing counts as nothing; without sales there is no figure, never infinity.
    """
    if turn.sales <= 0:
        return Figure(None, _("No sales on credit in this time."))
    return Figure(max(NOTHING, owed) * turn.days / turn.sales)


def average_days_delinquent(simple: Figure, best_possible: Figure) -> Figure:
    """ADD: DSO less best possible DSO of the same period, nothing or more (2.5)."""
    if simple.value is None or best_possible.value is None:
        return Figure(None, simple.why or best_possible.why)
    return Figure(max(NOTHING, simple.value - best_possible.value))


def count_back(owed: Decimal, months: Sequence[Turn]) -> CountBack | None:
    """DSO by exhaustion (2.3): the months newest first, each used up by what is owed, the last in part.

    A month without sales adds its days and uses up nothing. None where something is owed and there is no month to count.
    """
    left, days = max(NOTHING, owed), NOTHING
    for month in months:
        if left <= 0:
            break
        if NOTHING < month.sales and left < month.sales:
            return CountBack(days + left * month.days / month.sales)
        left -= max(NOTHING, month.sales)
        days += month.days
    if left > 0 and not months:
        return None
    return CountBack(days, left > 0, left)


def cei(begin: Decimal, sales: Decimal, end: Decimal, end_current: Decimal) -> Figure:
    """Collection effectiveness in per cent, 0 to 100 (2.6): what came in of all that could have.

    `begin`, `end`: the ledger before the first and on the last day; `end_current`: what of it was not overdue. Of more than a
    month `sales` are all of that time, not an average month of it: published sources disagree, and domain.md decides so.
    """
    could = begin + sales - end_current
    if could <= 0:
        return Figure(None, _("Nothing was there to be collected in this time."))
    return Figure(min(HUNDRED, max(NOTHING, (begin + sales - end) * HUNDRED / could)))


@dataclass(frozen=True, slots=True)
class LedgerRatio:
    """What is owed, measured in months of sales (2.11). `target` and `excess` are amounts, None like `average` where unknown."""

    ratio: Figure
    months: int
    average: Decimal | None = None
    target: Decimal | None = None
    excess: Decimal | None = None

    @property
    def light(self) -> Light | None:
        """Green up to the target, amber up to half as much again, else red; None where it is not known."""
        if self.ratio.value is None or self.average is None or self.target is None:
            return None
        return light(self.ratio.value, self.target / self.average)


def ledger_ratio(owed: Decimal, sales: Sequence[Decimal], target: Decimal = Decimal(1)) -> LedgerRatio:
    """Owed / average monthly sales over the full months there are, at least three (2.11).

    `target`: how many months of sales may be owed; `excess`: what is owed beyond that, nothing or more.
    """
    if len(sales) < LEAST_MONTHS:
        return LedgerRatio(Figure(None, _("Less than three months of sales.")), len(sales))
    average = sum(sales, NOTHING) / len(sales)
    if average <= 0:
        return LedgerRatio(Figure(None, _("No sales on credit in this time.")), len(sales))
    allowed = average * target
    return LedgerRatio(Figure(max(NOTHING, owed) / average), len(sales), average, allowed, max(NOTHING, owed - allowed))


def light(ratio: Decimal, target: Decimal = Decimal(1)) -> Light:
    """The traffic light of a ledger ratio beside its target, both in months of sales (2.11)."""
    if ratio <= target:
        return Light.GREEN
    return Light.AMBER if ratio <= target * AMBER_UP_TO else Light.RED


def bad_debt(written_off: Decimal, recovered: Decimal, sales: Decimal) -> Figure:
    """Bad debt in per cent of the sales of the same time, less what came in of it after all (2.10)."""
    if sales <= 0:
        return Figure(None, _("No sales on credit in this time."))
    return Figure((written_off - recovered) * HUNDRED / sales)
