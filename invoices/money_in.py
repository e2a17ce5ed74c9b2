"""Reads what came in and whose it is: what waits for a person, what was done by itself, what does not add up."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from customers.models import Business, Task
from customers.models.desk import TaskKind, TaskState
from invoices.models import BankLine, BankStatement, CreditNote, Payment
from invoices.models.statement import LineState
from invoices.smalls import small_balances

# What was booked by itself is told for this long: from one Monday to the next.
LATELY = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pile:
    """How many there are, what they come to in each currency, and the day of the oldest."""

    count: int = 0
    sums: tuple[tuple[str, Decimal], ...] = ()
    oldest: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class MoneyIn:
    """The state of money in. `with_suggestion`: how many of the lines that wait have one; `latest`: the last day told of."""

    waiting: Pile
    with_suggestion: int
    by_itself: Pile
    cash: Pile
    credits: Pile
    refunds: Pile
    smalls: Pile
    uneven: list[BankStatement]
    latest: datetime.date | None
    has_statements: bool


def came_in(business: Business, since: datetime.date, until: datetime.date) -> dict[str, Decimal]:
    """What came in from one day to another, both included, and was not returned: by currency. One query."""
    rows = Payment.objects.filter(business=business, returned_on=None, received_on__range=(since, until))
    return dict(rows.order_by().values_list("currency").annotate(sum=Sum("amount")))


def money_in(business: Business, now: datetime.datetime) -> MoneyIn:
    """All of it in a fixed number of queries."""
    lines = BankLine.objects.filter(business=business)
    to_match = waiting_lines(business)
    by_itself = lines.filter(state=LineState.BOOKED, settled_by=None, settled_at__gte=now - LATELY)
    cash = Payment.objects.filter(business=business, returned_on=None, allocated__lt=F("amount"))
    credits = CreditNote.objects.filter(business=business, allocated__lt=F("total"))
    refunds = Task.objects.filter(business=business, kind=TaskKind.REFUND, state=TaskState.OPEN)
    statements = BankStatement.objects.filter(business=business)
    latest = statements.order_by().aggregate(to=Max("to_on"))["to"] or lines.order_by().aggregate(on=Max("booked_on"))["on"]
    return MoneyIn(
        waiting=_pile(to_match, "booked_on", F("amount")),
        with_suggestion=to_match.exclude(suggestions=[]).count(),
        by_itself=_pile(by_itself, "booked_on", F("amount")),
        cash=_pile(cash, "received_on", F("amount") - F("allocated")),
        credits=_pile(credits, "issued_on", F("total") - F("allocated")),
        refunds=_pile(refunds, "opens_on", F("amount")),
        smalls=_pile(small_balances(business), "due_on", F("balance")),
        uneven=list(_uneven(statements)),
        latest=latest,
        has_statements=latest is not None,
    )


def waiting_lines(business: Business) -> QuerySet[BankLine]:
    """The lines nobody said yet whose they are, the surest suggestion first."""
    return BankLine.objects.filter(business=business, state=LineState.OPEN).order_by("-sure", "booked_on", "pk")


def _uneven(statements: QuerySet[BankStatement]) -> Iterable[BankStatement]:
    return statements.exclude(Q(difference=None) | Q(difference=0)).select_related("account", "batch").order_by("-pk")[:5]


def _pile(rows: QuerySet[Any], dated: str, worth: Any) -> Pile:
    by_currency = list(
        rows.order_by().values("currency").annotate(n=Count("pk"), sum=Sum(worth), oldest=Min(dated)).order_by("currency")
    )
    return Pile(
        count=sum(row["n"] for row in by_currency),
        sums=tuple((row["currency"], row["sum"] or Decimal(0)) for row in by_currency),
        oldest=min((row["oldest"] for row in by_currency), default=None),
    )
