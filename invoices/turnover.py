"""The figures of one currency out of its ageing and its sales, and the months they rest on (domain.md 2.2 to 2.6, 2.10). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from invoices.figures import Figure
from invoices.ledger_metrics import (
    NOTHING,
    CountBack,
    LedgerRatio,
    Turn,
    average_days_delinquent,
    bad_debt,
    cei,
    count_back,
    dso,
    ledger_ratio,
)
from invoices.metrics import CURRENT, Ageing, bucket_names
from invoices.months import Month
from invoices.sales import DSO_MONTHS, RATIO_MONTHS, Sales

NO_AGEING = Ageing(dict.fromkeys(bucket_names(), NOTHING), NOTHING)


@dataclass(frozen=True, slots=True)
class Dso:
    """Days sales outstanding over the full `months`, best possible, and the days between; counted back over all there are."""

    months: list[Month]
    turn: Turn
    simple: Figure
    best_possible: Figure
    add: Figure
    counted_back: CountBack | None


def dso_of(ageing: Ageing, sales: Sales) -> Dso:
    """DSO on the last three full months of sales (domain.md 2.2)."""
    months = sales.full(DSO_MONTHS)
    turn = sales.of(months)
    turns = [sales.of([month]) for month in sales.months()]
    simple, best = dso(ageing.net, turn), dso(ageing.buckets[CURRENT], turn)
    return Dso(months, turn, simple, best, average_days_delinquent(simple, best), count_back(ageing.net, turns))


def ratio_of(ageing: Ageing, sales: Sales, target: Decimal) -> LedgerRatio:
    """The ledger ratio on the last twelve full months of sales, or those there are (domain.md 2.11)."""
    return ledger_ratio(ageing.net, [sales.of([month]).sales for month in sales.full(RATIO_MONTHS)], target)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a month had to collect and what it left: the ledger before it and at its end, `current` of that, its write-offs."""

    month: Month
    begin: Decimal
    sales: Decimal
    end: Decimal
    current: Decimal
    written_off: Decimal = NOTHING

    @property
    def cei(self) -> Figure:
        """As the books have it: what was written off is gone, as if it had been collected."""
        return cei(self.begin, self.sales, self.end, self.current)

    @property
    def without_write_offs(self) -> Figure:
        """As if nothing had been written off: that part was not collected."""
        return cei(self.begin, self.sales, self.end + self.written_off, self.current)


@dataclass(frozen=True, slots=True)
class BadDebt:
    """What was written off as bad debt and what came back of it, and what was sold on credit meanwhile."""

    months: Sequence[Month]
    written_off: Decimal
    recovered: Decimal
    sales: Decimal

    @property
    def share(self) -> Figure:
        """In per cent of sales (domain.md 2.10)."""
        return bad_debt(self.written_off, self.recovered, self.sales)
