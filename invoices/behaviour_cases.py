"""What is known of how a customer pays, as the rules of domain.md 5 look at it. No rule, no query."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Settled:
    """An invoice fully paid by cash, not by credit. `reminded_on`: the first reminder after its due date, if there was one."""

    invoice_id: int
    due_on: datetime.date
    paid_on: datetime.date
    amount: Decimal
    currency: str
    terms_days: int = 30
    reminded_on: datetime.date | None = None

    @property
    def days_late(self) -> int:
        """Days from the due date to the day it was paid; negative where it came early."""
        return (self.paid_on - self.due_on).days


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An open invoice: what is open of it, and how much of that is disputed."""

    invoice_id: int
    due_on: datetime.date
    amount: Decimal
    currency: str
    disputed: Decimal = NOTHING

    def days_past_due(self, today: datetime.date) -> int:
        """0 on the due date, negative before it."""
        return (today - self.due_on).days


@dataclass(frozen=True, slots=True)
class Contested:
    """A query about an invoice issued on `issued_on`; `outcome` is "" while it is open."""

    invoice_id: int
    issued_on: datetime.date
    due_on: datetime.date
    opened_on: datetime.date
    outcome: str = ""

    @property
    def after_due(self) -> bool:
        """Whether it was raised only when the invoice was late."""
        return self.opened_on > self.due_on


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that was judged: a PromiseState of domain.md 2.8, and the day it was."""

    state: str
    on: datetime.date


@dataclass(frozen=True, slots=True)
class Talk:
    """A call or a message: whether they were reached, or (`tried`) we tried in vain; `reason`: the code they gave; `place`:
    after how many others."""

    on: datetime.date
    tried: bool = False
    reached: bool = False
    reason: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class Traces:
    """What the signs of domain.md 5.1 look for, by day.

    `uneven`: part or round-sum payments, all there ever were; `skipped`: newer paid before an older late one; `asked_for_time`:
    plans they proposed; `bought`: credit sales by currency and first day of the month.
    """

    uneven: tuple[datetime.date, ...] = ()
    skipped: tuple[datetime.date, ...] = ()
    returned: tuple[datetime.date, ...] = ()
    talks: tuple[Talk, ...] = ()
    asked_for_time: tuple[datetime.date, ...] = ()
    bought: Mapping[str, Mapping[datetime.date, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was usual (domain.md 5.1): `n` items with the sum of their days late and of its squares, and the last of them.

    Whole numbers, so that it is the same after it was stored.
    """

    n: int
    total: int
    squares: int
    through: tuple[datetime.date, int]

    def as_json(self) -> dict[str, Any]:
        """For CustomerScore.baseline."""
        on, invoice = self.through
        return {"n": self.n, "sum": self.total, "squares": self.squares, "due_on": on.isoformat(), "invoice": invoice}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self | None:
        """What `as_json` wrote; None of nothing."""
        if not row:
            return None
        through = datetime.date.fromisoformat(row["due_on"]), row["invoice"]
        return cls(row["n"], row["sum"], row["squares"], through)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything `behaviour.segment` looks at. `legal`: "insolvent", "moratorium", "deceased" or "".

    `settled`: of the months of deterioration, 18; `invoices`: how many were issued in the window of segments, 12 months.
    """

    legal: str = ""
    settled: tuple[Settled, ...] = ()
    unpaid: tuple[Unpaid, ...] = ()
    invoices: int = 0
    contested: tuple[Contested, ...] = ()
    promises: tuple[Kept, ...] = ()
    first_on: datetime.date | None = None
    traces: Traces = field(default_factory=Traces)
    baseline: Baseline | None = None
    acknowledged_on: datetime.date | None = None
