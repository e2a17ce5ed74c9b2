"""Reads what is owed by age, not matched and in dispute, summed in the database by currency, by customer, or by both."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Least

from customers.models import Business
from invoices.metrics import EDGES, NOTHING
from invoices.models import AccountStanding, Dispute, Invoice
from invoices.unmatched import EVERYBODY, on_account

# The columns of an AccountStanding that hold its buckets, youngest first: those of `invoices.metrics.bucket_names`.
AGES = ("current", "late_30", "late_60", "late_90", "late_more")
CURRENCY = ("currency",)
ACCOUNT = ("customer_id", "currency")
Key = tuple[Any, ...]


@dataclass(slots=True)
class Sums:
    """What is open by age, youngest first, and what stands beside it."""

    ages: tuple[Decimal, ...] = (NOTHING,) * len(AGES)
    unapplied: Decimal = NOTHING
    disputed: Decimal = NOTHING
    oldest_due_on: datetime.date | None = None

    @property
    def owed(self) -> Decimal:
        """Everything open."""
        return sum(self.ages, NOTHING)

    @property
    def overdue(self) -> Decimal:
        """What is open and past its due date."""
        return sum(self.ages[1:], NOTHING)

    def add(self, other: "Sums") -> None:
        """Counts the sums of other accounts in; `oldest_due_on` means nothing afterwards."""
        self.ages = tuple(one + more for one, more in zip(self.ages, other.ages, strict=True))
        self.unapplied += other.unapplied
        self.disputed += other.disputed


def live_sums(business: Business, today: datetime.date, *, by: Key = CURRENCY, whose: Q = EVERYBODY) -> dict[Key, Sums]:
    """Added up from the rows themselves, in four queries. `whose`: a condition on `customer`; keys hold the fields `by`."""
    found: dict[Key, Sums] = defaultdict(Sums)
    for row in _ages(business, today, by, whose):
        ages = tuple(row[name] for name in AGES)
        found[tuple(row[name] for name in by)] = Sums(ages, oldest_due_on=row["oldest"])
    for key, amount in on_account(business, by, whose).items():
        found[key].unapplied = amount
    for key, amount in _disputed(business, by, whose):
        found[key].disputed = amount
    return dict(found)


def stored_sums(rows: QuerySet[AccountStanding]) -> dict[Key, Sums]:
    """The same by (currency,) from what the night stored, in one query."""
    names = (*AGES, "unapplied", "disputed")
    # Not called as the columns are: a sum of that name would be summed again.
    sums = {f"sum_{name}": Sum(name) for name in names}
    found = {}
    for row in rows.order_by().values("currency").annotate(**sums):
        values = [row[f"sum_{name}"] for name in names]
        found[row["currency"],] = Sums(tuple(values[: len(AGES)]), *values[len(AGES) :])
    return found


def _ages(business: Business, today: datetime.date, by: Key, whose: Q) -> Iterable[dict[str, Any]]:
    """The stored balances by days past due: the same buckets as `invoices.metrics.bucket_of`."""
    ends = [today - datetime.timedelta(days=edge) for edge in EDGES]
    # A bucket holds what fell due before the edge it begins at, and not before the edge it ends at.
    spans = [Q(due_on__gte=ends[0])]
    spans += [Q(due_on__lt=ends[i], due_on__gte=ends[i + 1]) for i in range(len(ends) - 1)]
    spans += [Q(due_on__lt=ends[-1])]
    sums = {name: Sum("balance", filter=span, default=NOTHING) for name, span in zip(AGES, spans, strict=True)}
    rows = Invoice.objects.filter(whose, business=business, balance__gt=0).order_by()
    return rows.values(*by).annotate(**sums, oldest=Min("due_on"))


def _disputed(business: Business, by: Key, whose: Q) -> Iterable[tuple[Key, Decimal]]:
    """What is contested, of no invoice more than is open of it."""
    queries = Dispute.objects.filter(invoice=OuterRef("pk"), resolved_on=None).order_by()
    contested = Subquery(queries.values("invoice").annotate(sum=Sum("amount")).values("sum"))
    rows = Invoice.objects.filter(whose, Exists(queries), business=business, balance__gt=0).annotate(contested=contested)
    for row in rows.order_by().values(*by).annotate(sum=Sum(Least("contested", "balance"))):
        yield tuple(row[name] for name in by), row["sum"]
