"""How late money comes, weighted by amount (domain.md 2.7). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.figures import Figure

NOTHING = Decimal(0)
# The middle of each bucket, as credit bureaus take it.
BUREAU_DAYS = {"1-30": 15, "31-60": 45, "61-90": 75, "90+": 105}


@dataclass(frozen=True, slots=True)
class Paid:
    """A part of a payment that went to an invoice, and how many days after its due date it came: early is below nothing."""

    amount: Decimal
    days: int


@dataclass(slots=True)
class LateSum:
    """Parts added up one by one, so that a year of them need not be kept."""

    amount: Decimal = NOTHING
    signed: Decimal = NOTHING
    floored: Decimal = NOTHING
    days: int = 0
    count: int = 0

    def add(self, amount: Decimal, days: int, times: int = 1) -> None:
        """`amount` came `days` late in `times` parts."""
        self.amount += amount
        self.signed += amount * days
        self.floored += amount * max(0, days)
        self.days += days * times
        self.count += times

    def plus(self, other: "LateSum") -> "LateSum":
        """Both together."""
        return LateSum(
            self.amount + other.amount,
            self.signed + other.signed,
            self.floored + other.floored,
            self.days + other.days,
            self.count + other.count,
        )

    def lateness(self) -> "Lateness":
        """The averages; without a part none of them is known."""
        if self.amount <= 0:
            nobody = Figure(None, _("No payment in this time."))
            return Lateness(nobody, nobody, nobody, 0)
        signed, floored = Figure(self.signed / self.amount), Figure(self.floored / self.amount)
        return Lateness(signed, floored, Figure(Decimal(self.days) / self.count), self.count)


@dataclass(frozen=True, slots=True)
class Lateness:
    """Average days late: `signed` and `floored` ("DBT": early counts nothing) by amount, `unweighted` by part; `count` parts."""

    signed: Figure
    floored: Figure
    unweighted: Figure
    count: int


def lateness(parts: Iterable[Paid]) -> Lateness:
    """The averages over these parts of payments."""
    sums = LateSum()
    for part in parts:
        sums.add(part.amount, part.days)
    return sums.lateness()


def snapshot_dbt(buckets: Mapping[str, Decimal]) -> Figure:
    """Days beyond terms as a credit bureau reads them off an ageing: the middle of each bucket by its share of what is owed."""
    owed = sum(buckets.values(), NOTHING)
    if owed <= 0:
        return Figure(None, _("Nothing is owed."))
    return Figure(sum((buckets.get(name, NOTHING) * days for name, days in BUREAU_DAYS.items()), NOTHING) / owed)
