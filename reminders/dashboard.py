"""Reads what the dashboard shows, in a number of queries that does not grow with the ledger."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, ExpressionWrapper, F, Max, Min, OuterRef, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from customers.models import Business, Letter, Task
from customers.models.business import Role
from customers.models.desk import TaskState
from customers.models.letter import LetterState
from invoices.instalments import COUNTERSIGN
from invoices.metrics import CURRENT, EDGES, NOTHING, bucket_names
from invoices.models import CreditNote, Dispute, Invoice, Payment, PaymentPlan, Signature
from invoices.models.agreement import PlanState, Proposer
from invoices.models.portal import SignedBy
from reminders.freshness import Freshness, freshness
from reminders.heartbeat import Pulse, mailbox_pulse, pulse
from reminders.models import Run
from reminders.worklist import rank

DEBTORS = 5
TASKS = 6
RECEIVED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Bucket:
    """The open invoices of one age in one currency; `share` of all that is owed, in per cent."""

    name: str
    amount: Decimal
    share: int

    @property
    def label(self) -> str:
        """What people call it."""
        return gettext("Not due") if self.name == CURRENT else self.name


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer who owes overdue money, and since when."""

    customer_id: int
    name: str
    overdue: Decimal
    owed: Decimal
    days_late: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where we stand in one currency. `unapplied` came in and is on no invoice yet; `disputed` is part of `owed`."""

    currency: str
    buckets: list[Bucket]
    unapplied: Decimal = NOTHING
    disputed: Decimal = NOTHING
    received: Decimal = NOTHING
    debtors: list[Debtor] = field(default_factory=list)

    @property
    def owed(self) -> Decimal:
        """Everything open."""
        return sum((bucket.amount for bucket in self.buckets), NOTHING)

    @property
    def overdue(self) -> Decimal:
        """What is open and past its due date."""
        return self.owed - self.buckets[0].amount

    @property
    def overdue_share(self) -> int:
        """Overdue in per cent of what is owed."""
        return percent(self.overdue, self.owed)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a person: open tasks whose day has come, the late ones among them, letters to approve or gone astray.

    `queries` of customers are open, `overdue_queries` of them past their clock; `oldest_query` is the age of one in days.
    """

    tasks: list[Task]
    due: int
    late: int
    letters: int
    failed: int
    unconfirmed: int
    queries: int
    overdue_queries: int
    oldest_query: int

    @property
    def astray(self) -> int:
        """Letters that did not arrive, or of which nobody knows."""
        return self.failed + self.unconfirmed


@dataclass(frozen=True, slots=True)
class Health:
    """Whether what the figures rest on is fresh. Days in the business's zone; None where it never happened."""

    pulse: Pulse
    mailbox: Pulse | None
    last_run: datetime.date | None
    money: Freshness


def percent(part: Decimal, whole: Decimal) -> int:
    """The part in whole per cent; 0 of nothing."""
    return round(part * 100 / whole) if whole else 0


def standings(business: Business, today: datetime.date) -> list[Standing]:
    """One a currency, that of the business first, in six queries."""
    ageing = _ageing(business, today)
    unapplied = _unapplied(business)
    disputed = _disputed(business)
    received = _received(business, today)
    debtors = _debtors(business, today)
    currencies = sorted({*ageing, *unapplied, *received}, key=lambda code: (code != business.currency, code))
    return [
        Standing(
            currency=code,
            buckets=ageing.get(code, _buckets(dict.fromkeys(bucket_names(), NOTHING))),
            unapplied=unapplied.get(code, NOTHING),
            disputed=disputed.get(code, NOTHING),
            received=received.get(code, NOTHING),
            debtors=debtors.get(code, []),
        )
        for code in currencies
    ]


def work(business: Business, today: datetime.date, *, as_owner: bool) -> Work:
    """What is on the desk, in a fixed number of queries; a bookkeeper's desk is without what only the owner decides."""
    open_tasks = Task.objects.filter(business=business, state=TaskState.OPEN, opens_on__lte=today)
    ready = open_tasks.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=today))
    if not as_owner:
        ready = ready.exclude(role=Role.OWNER)
    counts = ready.aggregate(due=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    letters = Letter.objects.filter(business=business).aggregate(
        letters=Count("pk", filter=Q(state=LetterState.DRAFT)),
        failed=Count("pk", filter=Q(state=LetterState.FAILED)),
        unconfirmed=Count("pk", filter=Q(state=LetterState.UNCONFIRMED)),
    )
    first = rank(business, ready, today)[:TASKS]
    tasks = Task.objects.select_related("customer").in_bulk(first)
    return Work([tasks[pk] for pk in first], counts["due"], counts["late"], **letters, **_queries(business, today))


def _queries(business: Business, today: datetime.date) -> dict[str, int]:
    """The open queries as `Work` counts them."""
    late = Q(answered_on=None, answer_by__lt=today) | Q(answered_on__isnull=False, close_by__lt=today)
    found = Dispute.objects.filter(business=business, resolved_on=None).aggregate(
        queries=Count("pk"), overdue_queries=Count("pk", filter=late), first=Min("opened_on")
    )
    first = found.pop("first")
    return {**found, "oldest_query": (today - first).days if first else 0}


def plans(business: Business) -> dict[str, int]:
    """Payment plans that need somebody: proposals to answer, agreements for the owner to sign, plans at risk. One query."""
    unsigned = ~Exists(Signature.objects.filter(plan=OuterRef("pk"), party=SignedBy.CREDITOR))
    waits = Q(state=PlanState.SIGNED, terms__rules__active_from=COUNTERSIGN) & unsigned
    return PaymentPlan.objects.filter(business=business).aggregate(
        proposed=Count("pk", filter=Q(state=PlanState.DRAFT, proposed_by=Proposer.CUSTOMER)),
        unsigned=Count("pk", filter=waits),
        at_risk=Count("pk", filter=Q(state=PlanState.AT_RISK)),
    )


def health(business: Business, now: datetime.datetime) -> Health:
    """What the figures rest on, in three queries."""
    run = Run.objects.filter(business=business, finished_at__isnull=False).aggregate(last=Max("on"))["last"]
    money = freshness(business, business.local_date(now))
    return Health(
        pulse=pulse(now),
        mailbox=mailbox_pulse(now),
        last_run=run,
        money=money,
    )


def _ageing(business: Business, today: datetime.date) -> dict[str, list[Bucket]]:
    """The stored balances by days past due: the same buckets as `invoices.metrics.bucket_of`."""
    names = bucket_names()
    ends = [today - datetime.timedelta(days=edge) for edge in EDGES]
    # A bucket holds what fell due before the edge it begins at, and not before the edge it ends at.
    spans = [Q(due_on__gte=ends[0])]
    spans += [Q(due_on__lt=ends[i], due_on__gte=ends[i + 1]) for i in range(len(ends) - 1)]
    spans += [Q(due_on__lt=ends[-1])]
    sums = {f"age_{i}": Sum("balance", filter=span, default=NOTHING) for i, span in enumerate(spans)}
    rows = Invoice.objects.filter(business=business, balance__gt=0).order_by().values("currency").annotate(**sums)
    return {row["currency"]: _buckets({name: row[f"age_{i}"] for i, name in enumerate(names)}) for row in rows}


def _buckets(amounts: dict[str, Decimal]) -> list[Bucket]:
    whole = sum(amounts.values(), NOTHING)
    return [Bucket(name, amount, percent(amount, whole)) for name, amount in amounts.items()]


def _unapplied(business: Business) -> dict[str, Decimal]:
    cash = Payment.objects.filter(business=business, returned_on=None, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(business=business, allocated__lt=F("total"))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for rows, worth in ((cash, "amount"), (notes, "total")):
        left = ExpressionWrapper(F(worth) - F("allocated"), output_field=DecimalField())
        for code, amount in _by_currency(rows.values_list("currency").annotate(left=Sum(left))):
            sums[code] += amount
    return dict(sums)


def _disputed(business: Business) -> dict[str, Decimal]:
    rows = Dispute.objects.filter(business=business, resolved_on=None)
    return dict(_by_currency(rows.values_list("invoice__currency").annotate(sum=Sum("amount"))))


def _received(business: Business, today: datetime.date) -> dict[str, Decimal]:
    since = today - datetime.timedelta(days=RECEIVED_DAYS)
    rows = Payment.objects.filter(business=business, returned_on=None, received_on__gt=since, received_on__lte=today)
    return dict(_by_currency(rows.values_list("currency").annotate(sum=Sum("amount"))))


def _by_currency(rows: Any) -> Iterable[tuple[str, Decimal]]:
    return rows.order_by()


def _debtors(business: Business, today: datetime.date) -> dict[str, list[Debtor]]:
    """The customers who owe most overdue money in each currency: amounts of two currencies are not to be compared."""
    late = Q(due_on__lt=today)
    accounts = (
        Invoice.objects.filter(business=business, balance__gt=0)
        .order_by()
        .values("currency", "customer_id", "customer__name")
        .annotate(owed=Sum("balance"), overdue=Sum("balance", filter=late, default=NOTHING), oldest=Min("due_on"))
        .annotate(rank=Window(RowNumber(), partition_by="currency", order_by=[F("overdue").desc(), "customer_id"]))
        .filter(rank__lte=DEBTORS, overdue__gt=0)
        .order_by("currency", "rank")
    )
    found: dict[str, list[Debtor]] = defaultdict(list)
    for row in accounts:
        days = (today - row["oldest"]).days
        found[row["currency"]].append(Debtor(row["customer_id"], row["customer__name"], row["overdue"], row["owed"], days))
    return dict(found)
