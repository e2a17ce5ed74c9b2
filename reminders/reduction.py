"""Reads the debt-reduction plan of one currency: the way down, the lanes of work, the hard decisions (domain.md 5.4)."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import Business, Customer
from invoices.lane_board import Board, Owing
from invoices.lanes import NOTHING, Lane, Placed
from invoices.ledger_metrics import LedgerRatio, ledger_ratio
from invoices.models import Invoice, LedgerDay, ReductionPlan
from invoices.months import full_months
from invoices.reducing import running_plan
from invoices.reduction import Decision, Glide, PlanWeek, Worth, best, glide_of, last_in_week, odds_of, weeks_of, worths
from invoices.sales import RATIO_MONTHS, Sales, credit_sales
from reminders.account_sums import Key, Sums
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

    @property
    def left_out(self) -> tuple[int, Decimal]:
        """How many debts come after the first, and their sum."""
        return self.count - len(self.first), self.amount - sum(row.placed.debt.amount for row in self.first)


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


def reduction(business: Business, sums: Mapping[Key, Sums], currency: str, today: datetime.date) -> Reduction:
    """The way down: that of the running plan, else the one the owner would be offered. `sums`: what is owed, by (currency,).

    A fixed number of queries.
    """
    here = sums.get((currency,), Sums())
    owed = here.owed - here.unapplied
    target = Decimal(business.rules["ledger_ratio_target"])
    ratio = ledger_ratio(owed, months_of_sales(business, currency, today), target)
    plan = running_plan(business, currency)
    glide = glide_of(plan, owed, ratio.target, today, business.rules["glide_weeks"])
    weeks = _weeks(business, plan, glide, owed, today) if plan and glide else []
    return Reduction(currency, today, owed, ratio, plan, glide, weeks)


def months_of_sales(business: Business, currency: str, today: datetime.date) -> list[Decimal]:
    """What was sold on credit in each of the last full months there are, newest first: as today's night counted it, else as it
    is now. One query, or four."""
    day = LedgerDay.objects.filter(business=business, currency=currency, on=today, backfilled=False).first()
    if day is not None and "sales" in day.figures:
        sold = day.figures["sales"]
        return [Decimal(sold[month.name]) for month in full_months(today, RATIO_MONTHS) if month.name in sold]
    sales = credit_sales(business, today).get(currency) or Sales(today, datetime.date.max)
    return [sales.of([month]).sales for month in sales.full(RATIO_MONTHS)]


def lane_work(board: Board) -> list[LaneWork]:
    """The lanes that have something in them, each with its first debts. One query."""
    wanted = [one.debt.invoice_id for filled in board.lanes.values() for one in filled.first]
    invoices = Invoice.objects.select_related("customer").in_bulk(wanted)
    return [
        LaneWork(
            lane,
            filled.amount,
            filled.count,
            [WorkRow(one, invoices[one.debt.invoice_id]) for one in filled.first if one.debt.invoice_id in invoices],
        )
        for lane, filled in board.lanes.items()
        if filled.count
    ]


def hard_cases(business: Business, owing: Mapping[int, Owing]) -> list[HardCase]:
    """The hard decisions of one currency, a case a customer, those worth most first. One query."""
    odds, final = odds_of(business.rules), business.rules["final"]
    found = {pk: worths(one.amount, odds, final) for pk, one in owing.items()}
    order = sorted(found, key=lambda pk: (-best(found[pk]).value, pk))
    customers = Customer.objects.in_bulk(order)
    return [HardCase(customers[pk], owing[pk].amount, owing[pk].invoices, owing[pk].days, found[pk]) for pk in order]


def cases_left_out(lanes: Sequence[LaneWork], cases: Sequence[HardCase]) -> tuple[int, Decimal]:
    """How many debts of the lane of hard decisions are in none of the cases, and their sum. No query."""
    hard = [work for work in lanes if work.lane == Lane.HARD]
    count = sum(work.count for work in hard) - sum(case.invoices for case in cases)
    return count, sum((work.amount for work in hard), NOTHING) - sum(case.amount for case in cases)


def _weeks(business: Business, plan: ReductionPlan, glide: Glide, owed: Decimal, today: datetime.date) -> list[WeekRow]:
    """Planned and actual week by week: the nights' figures, and today what is owed now."""
    days = [day for day in trend(business, plan.currency, plan.started_on) if day.on <= today]
    counted = {day.on: Decimal(day.figures["net"]) for day in days if day.figures.get("net") is not None}
    counted[today] = owed
    in_lanes = {day.on: _amounts(day.figures["lanes"]) for day in days if day.figures.get("lanes")}
    return [_week_row(week, in_lanes if week.actual is not None else {}) for week in weeks_of(glide, counted, today)]


def _week_row(week: PlanWeek, in_lanes: Mapping[datetime.date, Mapping[str, Decimal]]) -> WeekRow:
    day = last_in_week(in_lanes, week.on)
    return WeekRow(week, in_lanes[day]) if day else WeekRow(week)


def _amounts(found: Mapping[str, Mapping[str, str]]) -> dict[str, Decimal]:
    return {name: Decimal(one["amount"]) for name, one in found.items()}


def currencies_of(business: Business, sums: Mapping[Key, Sums]) -> Sequence[str]:
    """The currencies anything is owed in, that of the business first."""
    codes = {code for (code,), one in sums.items() if one.owed or one.unapplied}
    return sorted({business.currency, *codes}, key=lambda code: (code != business.currency, code))
