"""Adds up the lanes of work of one currency in the database, and reads no more debts than a page shows (domain.md 5.4).

The database says of a debt what `invoices.lanes.lane_of` says. Only those that stand in line for money on account, or are in
query, are read and placed one by one: they are few.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from customers.models import Business, Customer
from customers.models.customer import Approach
from invoices.lane_facts import barred_on, lanes_of, planned_invoices, promised_invoices, to_match
from invoices.lanes import FIRM_SEGMENTS, HARD_AFTER, NOTHING, Debt, Lane, Placed, first_in_lane
from invoices.models import CustomerScore, Dispute, Invoice
from invoices.segments import acts, in_force


@dataclass(slots=True)
class Filled:
    """What is in a lane, and the first of it."""

    amount: Decimal = NOTHING
    count: int = 0
    first: list[Placed] = field(default_factory=list)


@dataclass(slots=True)
class Owing:
    """What a customer owes in the lane of hard decisions: in so many invoices, `days` past due at most."""

    amount: Decimal = NOTHING
    invoices: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """Every lane, and of the hard decisions by customer those about most money."""

    lanes: dict[Lane, Filled]
    hard: dict[int, Owing]


class DaysLate(Func):
    """How many days past due an invoice is on a day."""

    output_field = IntegerField()
    template, arg_joiner = "(%(expressions)s)", " - "

    def __init__(self, today: datetime.date) -> None:
        super().__init__(Value(today, DateField()), F("due_on"))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Days are text there."""
        template = "CAST(JULIANDAY(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - JULIANDAY(", **extra)


def lane_board(business: Business, today: datetime.date, currency: str, most: int) -> Board:
    """The lanes with the first `most` debts of each, and so many hard cases, in a fixed number of queries."""
    unapplied = to_match(business)
    paid_in = [customer_id for customer_id, code in unapplied if code == currency]
    queries = Dispute.objects.filter(business=business, resolved_on=None).values("invoice")
    overdue = Invoice.objects.filter(business=business, currency=currency, balance__gt=0, due_on__lt=today)
    placed = lanes_of(business, overdue.filter(Q(customer__in=paid_in) | Q(pk__in=queries)), unapplied, today)
    others = overdue.exclude(customer__in=paid_in).exclude(pk__in=queries)
    rows = others.annotate(lane=_lane(business, today, currency)).order_by()
    found = {lane: Filled() for lane in Lane}
    for lane, amount, count in rows.values_list("lane").annotate(Sum("balance"), Count("pk")):
        found[Lane(lane)] = Filled(amount, count, _first(business, rows, Lane(lane), currency, today, most))
    for one in placed:
        filled = found[one.lane]
        filled.amount += one.debt.amount
        filled.count += 1
        filled.first.append(one)
    for filled in found.values():
        filled.first = sorted(filled.first, key=first_in_lane)[:most]
    return Board(found, _hard(rows, placed, today, most))


def _lane(business: Business, today: datetime.date, currency: str) -> Case:
    """`invoices.lanes.lane_of` of what is not contested, in the words of the database; the first that applies."""
    customers = Customer.objects.filter(business=business).order_by()
    handed = customers.filter(hand_offs__ended_on=None, hand_offs__isnull=False, hand_offs__currency=currency)
    barred = Q(customer__in=customers.filter(barred_on(today)).values("pk")) | Q(customer__in=handed.values("pk"))
    cannot = Q(customer__in=customers.filter(approach=Approach.CANT).values("pk"))
    gentle = Q(customer__in=customers.filter(vulnerable=True).values("pk"))
    firm = Q(customer__in=customers.filter(approach=Approach.WONT).values("pk")) | _firm_segment(business, today)
    return Case(
        When(barred, then=Value(Lane.HARD.value)),
        When(pk__in=planned_invoices(business), then=Value(Lane.PLANS.value)),
        When(pk__in=promised_invoices(business), then=Value(Lane.ADMIN.value)),
        When(due_on__lt=today - datetime.timedelta(days=HARD_AFTER), then=Value(Lane.HARD.value)),
        When(cannot, then=Value(Lane.PLANS.value)),
        When(firm & ~gentle, then=Value(Lane.FIRM.value)),
        default=Value(Lane.ADMIN.value),
    )


def _firm_segment(business: Business, today: datetime.date) -> Q:
    """Who is treated as somebody to be firm with: see `invoices.segments.treated_as`."""
    if not acts(business, today):
        return Q(pk=None)
    held, firm = in_force(business, today), Q(segment__in=FIRM_SEGMENTS)
    scored = CustomerScore.objects.filter(firm, business=business, scored_on__lte=today)
    by_figures = Q(customer__in=scored.values("customer")) & ~Q(customer__in=held.values("customer"))
    return Q(customer__in=held.filter(firm).values("customer")) | by_figures


def _first(
    business: Business, rows: QuerySet[Invoice], lane: Lane, currency: str, today: datetime.date, most: int
) -> list[Placed]:
    """Of a lane the debts that come first: oldest x largest."""
    planned = ExpressionWrapper(Q(pk__in=planned_invoices(business)), BooleanField())
    weight = ExpressionWrapper(F("balance") * DaysLate(today), DecimalField())
    first = rows.filter(lane=lane.value).annotate(planned=planned).order_by(weight.desc(), "due_on", "pk")[:most]
    return [
        Placed(Debt(pk, customer_id, currency, due_on, balance, planned=under_way), lane, (today - due_on).days)
        for pk, customer_id, due_on, balance, under_way in first.values_list("pk", "customer_id", "due_on", "balance", "planned")
    ]


def _hard(rows: QuerySet[Invoice], placed: Iterable[Placed], today: datetime.date, most: int) -> dict[int, Owing]:
    """Those worth most: the more is owed, the more every decision is worth."""
    found = hard_owing(placed)
    sums = rows.filter(lane=Lane.HARD.value).values_list("customer_id")
    largest = sums.annotate(owed=Sum("balance"), n=Count("pk"), since=Min("due_on")).order_by("-owed", "customer_id")[:most]
    for customer_id, owed, count, since in largest:
        found[customer_id] = Owing(owed, count, (today - since).days)
    order = sorted(found, key=lambda pk: (-found[pk].amount, pk))[:most]
    return {pk: found[pk] for pk in order}


def hard_owing(placed: Iterable[Placed]) -> dict[int, Owing]:
    """What each customer owes in the lane of hard decisions, of debts of one currency that were placed one by one."""
    found: dict[int, Owing] = defaultdict(Owing)
    for one in placed:
        if one.lane == Lane.HARD:
            theirs = found[one.debt.customer_id]
            theirs.amount += one.debt.amount
            theirs.invoices += 1
            theirs.days = max(theirs.days, one.days)
    return dict(found)
