"""Reads the debt-reduction plan of one currency: the way down, the lanes of work, the hard decisions (domain.md 5.4)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import Business, Customer
from invoices.history import ageings
from invoices.lanes import Lane, Placed
from invoices.ledger_metrics import NOTHING, LedgerRatio
from invoices.models import Invoice, ReductionPlan
from invoices.reducing import running_plan
from invoices.reduction import Decision, Glide, PlanWeek, Worth, best, glide_of, nearest, odds_of, weeks_of, worths
from invoices.sales import Sales, credit_sales
from invoices.turnover import NO_AGEING, ratio_of
from reminders.standing import trend


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A debt of a lane with its invoice and customer."""

    placed: Placed
    invoice: Invoice


@dataclass(frozen=True, slots=True)
class LaneWork:
    """A lane: what is in it, and the first of it."""

    lane: Lane
    amount: Decimal
    count: int
    first: list[WorkRow]


@dataclass(frozen=True, slots=True)
class HardCase:
    """All a customer owes in the lane of hard decisions, `days` past due at most, and what each decision about it is worth."""

    customer: Customer
    amount: Decimal
    invoices: int
    days: int
    worths: list[Worth]

    @property
    def best(self) -> Worth:
        """The most valuable decision the settings allow."""
        return best(self.worths)

    @property
    def values(self) -> list[tuple[str, Worth]]:
        """Every decision by its name, in one order for all cases."""
        order = list(Decision)
        return [(one.decision.label, one) for one in sorted(self.worths, key=lambda worth: order.index(worth.decision))]


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week of the plan, and what was in each lane at its end; empty where no night counted them."""

    week: PlanWeek
    lanes: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[str, Decimal | None]]:
        """What was in each lane, by its short name."""
        return [(lane.short, self.lanes.get(lane)) for lane in Lane]


@dataclass(frozen=True, slots=True)
class Reduction:
    """What the plan of one currency looks like today.

    `plan` None: none runs; `glide` None: nor need one, or the target is not known.
    """

    currency: str
    today: datetime.date
    owed: Decimal
    ratio: LedgerRatio
    plan: ReductionPlan | None
    glide: Glide | None
    weeks: list[WeekRow]

    @property
    def number(self) -> int:
        """The full weeks gone by."""
        return self.glide.week_of(self.today) if self.glide else 0

    @property
    def planned(self) -> Decimal | None:
        """What is to be owed by now: at the end of the last full week."""
        return self.glide.planned(self.number) if self.glide else None

    @property
    def ahead(self) -> Decimal | None:
        """How much less than planned is owed; below nothing: how much more."""
        return None if self.planned is None else self.planned - self.owed

    @property
    def behind(self) -> Decimal | None:
        """How much more than planned is owed."""
        return None if self.ahead is None else -self.ahead


def reduction(business: Business, currency: str, today: datetime.date) -> Reduction:
    """The way down: that of the running plan, else the one the owner would be offered. A fixed number of queries."""
    owed = ageings(business, today).get(currency, NO_AGEING)
    sales = credit_sales(business, today).get(currency) or Sales(today, datetime.date.max)
    ratio = ratio_of(owed, sales, Decimal(business.rules["ledger_ratio_target"]))
    plan = running_plan(business, currency)
    glide = glide_of(plan, owed.net, ratio.target, today, business.rules["glide_weeks"])
    weeks = _weeks(business, plan, glide, owed.net, today) if plan and glide else []
    return Reduction(currency, today, owed.net, ratio, plan, glide, weeks)


def lane_work(placed: Iterable[Placed], most: int) -> list[LaneWork]:
    """The lanes that have something in them, each with its first `most` debts. One query."""
    by_lane: dict[Lane, list[Placed]] = defaultdict(list)
    for one in placed:
        by_lane[one.lane].append(one)
    wanted = [one.debt.invoice_id for rows in by_lane.values() for one in rows[:most]]
    invoices = Invoice.objects.select_related("customer").in_bulk(wanted)
    return [
        LaneWork(
            lane,
            sum((one.debt.amount for one in by_lane[lane]), NOTHING),
            len(by_lane[lane]),
            [WorkRow(one, invoices[one.debt.invoice_id]) for one in by_lane[lane][:most] if one.debt.invoice_id in invoices],
        )
        for lane in Lane
        if by_lane[lane]
    ]


def hard_cases(business: Business, placed: Iterable[Placed], most: int | None = None) -> list[HardCase]:
    """The hard decisions of one currency, a case a customer, those worth most first. One query."""
    of_customer: dict[int, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.lane == Lane.HARD:
            of_customer[one.debt.customer_id].append(one)
    odds, final = odds_of(business.rules), business.rules["final"]
    sums = {pk: sum((one.debt.amount for one in rows), NOTHING) for pk, rows in of_customer.items()}
    found = {pk: worths(amount, odds, final) for pk, amount in sums.items()}
    order = sorted(sums, key=lambda pk: (-best(found[pk]).value, pk))[:most]
    customers = Customer.objects.in_bulk(order)
    return [
        HardCase(customers[pk], sums[pk], len(of_customer[pk]), max(one.days for one in of_customer[pk]), found[pk])
        for pk in order
    ]


def _weeks(business: Business, plan: ReductionPlan, glide: Glide, owed: Decimal, today: datetime.date) -> list[WeekRow]:
    """Planned and actual week by week: the nights' figures, on the first day what it began with, today what is owed now."""
    days = [day for day in trend(business, plan.currency, plan.started_on) if day.on <= today]
    counted = {day.on: Decimal(day.figures["net"]) for day in days if day.figures.get("net") is not None}
    counted |= {plan.started_on: plan.start_amount}
    if today > plan.started_on:
        counted[today] = owed
    in_lanes = {day.on: _amounts(day.figures["lanes"]) for day in days if day.figures.get("lanes")}
    return [_week_row(week, in_lanes if week.actual is not None else {}) for week in weeks_of(glide, counted, today)]


def _week_row(week: PlanWeek, in_lanes: Mapping[datetime.date, Mapping[str, Decimal]]) -> WeekRow:
    day = nearest(in_lanes, week.on)
    return WeekRow(week, in_lanes[day]) if day else WeekRow(week)


def _amounts(found: Mapping[str, Mapping[str, str]]) -> dict[str, Decimal]:
    return {name: Decimal(one["amount"]) for name, one in found.items()}


def currencies_of(business: Business, today: datetime.date) -> Sequence[str]:
    """The currencies anything is owed in, that of the business first."""
    return sorted({business.currency, *ageings(business, today)}, key=lambda code: (code != business.currency, code))
