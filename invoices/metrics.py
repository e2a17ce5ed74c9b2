"""What the figures say, decided from facts and a day. Pure: no query, no clock (domain.md 2)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

NOTHING = Decimal(0)
CURRENT = "current"
EDGES = (0, 30, 60, 90)


class Basis(StrEnum):
    """From which day an invoice ages."""

    DUE = "DUE"
    INVOICE = "INVOICE"


class Credits(StrEnum):
    """How money not yet booked on an invoice shows in an ageing (domain.md 2.1)."""

    SEPARATE = "SEPARATE"
    OLDEST_FIRST = "OLDEST_FIRST"
    BY_DATE = "BY_DATE"


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """What is open of one invoice on the day of the ageing, in its own currency."""

    customer_id: int
    currency: str
    issued_on: datetime.date
    due_on: datetime.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Credit:
    """Unapplied cash or an open credit note: a positive amount of one customer, dated."""

    customer_id: int
    currency: str
    on: datetime.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Ageing:
    """Sums by bucket, youngest first; `unapplied` is what stands against them, nothing or below; `net` is what remains."""

    buckets: dict[str, Decimal]
    unapplied: Decimal

    @property
    def owed(self) -> Decimal:
        """All buckets together."""
        return sum(self.buckets.values(), NOTHING)

    @property
    def net(self) -> Decimal:
        """What is owed less what is unapplied."""
        return self.owed + self.unapplied


def bucket_names(edges: Sequence[int] = EDGES, basis: str = Basis.DUE) -> list[str]:
    """ "current", "1-30", "31-60", "61-90", "90+"; by invoice date "0-30" comes first and nothing is current."""
    spans = [f"{low + 1}-{high}" for low, high in zip(edges, edges[1:], strict=False)]
    if basis == Basis.INVOICE:
        return [f"0-{edges[1]}", *spans[1:], f"{edges[-1]}+"]
    return [CURRENT, *spans, f"{edges[-1]}+"]


def bucket_of(days: int, edges: Sequence[int] = EDGES, basis: str = Basis.DUE) -> str:
    """The bucket of something `days` old: 0 is current, 1 and 30 are "1-30", 90 is "61-90", 91 is "90+"."""
    position = sum(days > edge for edge in edges)
    if basis == Basis.INVOICE:
        position = max(0, position - 1)
    return bucket_names(edges, basis)[position]


def age_ledger(
    invoices: Iterable[OpenInvoice],
    credits: Iterable[Credit],
    as_of: datetime.date,
    *,
    basis: str = Basis.DUE,
    edges: Sequence[int] = EDGES,
    mode: str = Credits.SEPARATE,
) -> dict[tuple[int, str], Ageing]:
    """The ageing of each (customer, currency) on `as_of` (domain.md 2.1). Credits never cross customers or currencies."""
    names = bucket_names(edges, basis)
    sums: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(names, NOTHING))
    unapplied: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        start = invoice.issued_on if basis == Basis.INVOICE else invoice.due_on
        sums[invoice.customer_id, invoice.currency][bucket_of((as_of - start).days, edges, basis)] += invoice.amount
    for credit in credits:
        account = (credit.customer_id, credit.currency)
        if mode == Credits.BY_DATE:
            sums[account][bucket_of((as_of - credit.on).days, edges, basis)] -= credit.amount
        else:
            unapplied[account] -= credit.amount
    accounts = dict.fromkeys([*sums, *unapplied])
    aged = {account: Ageing(sums[account], unapplied[account]) for account in accounts}
    return {account: net_oldest_first(one) for account, one in aged.items()} if mode == Credits.OLDEST_FIRST else aged


def net_oldest_first(ageing: Ageing) -> Ageing:
    """The same with what is unapplied taken from the oldest bucket down; a surplus makes the youngest negative."""
    buckets, left = dict(ageing.buckets), -ageing.unapplied
    names = list(buckets)
    for name in reversed(names):
        taken = min(left, buckets[name])
        buckets[name] -= taken
        left -= taken
    buckets[names[0]] -= left
    return Ageing(buckets, NOTHING)


def total_by_currency(ledger: dict[tuple[int, str], Ageing]) -> dict[str, Ageing]:
    """The sums of all customers for each currency, by its code."""
    totals: dict[str, Ageing] = {}
    for (_, currency), one in sorted(ledger.items(), key=lambda entry: entry[0][1]):
        sofar = totals.get(currency, Ageing(dict.fromkeys(one.buckets, NOTHING), NOTHING))
        buckets = {name: sofar.buckets[name] + value for name, value in one.buckets.items()}
        totals[currency] = Ageing(buckets, sofar.unapplied + one.unapplied)
    return totals
