"""Tells the payment plans: one kept so far, one on offer, one at risk, one paid to the end, one that broke. Pure."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from arcollect.dates import Calendar
from invoices.allocation import OpenItem, oldest_first
from invoices.plans import Schedule, deposit_of, parts
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY, NOTHING, Sale

DEPOSIT = Decimal("0.20")
MORE_INSTALMENTS = 4
NEVER = 200 * DAY  # from today: what nobody is going to pay soon


class Course(StrEnum):
    """What becomes of a plan."""

    RUNS = "runs"
    OFFERED = "offered"
    AT_RISK = "at risk"
    KEPT = "kept"
    BROKEN = "broken"


# How many days ago each was offered, and how far its instalments lie apart.
OFFERED_DAYS_AGO = {Course.RUNS: 40, Course.OFFERED: 3, Course.AT_RISK: 46, Course.KEPT: 40, Course.BROKEN: 46}
APART = {Course.BROKEN: 7 * DAY}
# On these days after a broken plan was offered somebody looked what became of it: it was at risk, then over.
LOOKED_AFTER = (25 * DAY, 34 * DAY)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A plan over (number, amount) pairs with (day, amount) instalments; `signed_on` is None while it is only offered."""

    persona: Persona
    currency: str
    total: Decimal
    course: Course
    offered_on: datetime.date
    signed_on: datetime.date | None
    covered: tuple[tuple[str, Decimal], ...]
    instalments: Schedule

    @property
    def looked_at(self) -> tuple[datetime.date, ...]:
        """The days it was judged in the past; the others are judged tonight."""
        return tuple(self.offered_on + after for after in LOOKED_AFTER) if self.course == Course.BROKEN else ()

    @property
    def paid(self) -> int:
        """How many of its instalments come in on their days."""
        return 1 if self.course in (Course.AT_RISK, Course.BROKEN) else len(self.instalments)


def tell_plans(sales: list[Sale], today: datetime.date, calendar: Calendar) -> tuple[list[Sale], list[Agreed]]:
    """The sales, with what comes in by instalments in their receipts, and the plans, one of each course while customers last."""
    plans, told, courses = [], {sale.number: sale for sale in sales}, list(Course)
    for persona in dict.fromkeys(sale.persona for sale in sales if sale.persona.habit == Habit.ON_PLAN):
        course = courses[len(plans) % len(courses)]
        offered_on = calendar.roll_back(today - OFFERED_DAYS_AGO[course] * DAY)
        due = [sale for sale in sales if sale.persona == persona and sale.due_on < offered_on and sale.open_before(today) > 0]
        if not due:
            continue
        plan = _agree(persona, due, course, offered_on, calendar)
        plans.append(plan)
        if plan.signed_on:
            told |= {sale.number: sale for sale in _paid_by(plan, due, today)}
    return list(told.values()), plans


def _agree(persona: Persona, due: list[Sale], course: Course, offered_on: datetime.date, calendar: Calendar) -> Agreed:
    signed_on = None if course == Course.OFFERED else calendar.roll_forward(offered_on + 2 * DAY)
    currency, total = due[0].currency, sum((sale.total for sale in due), NOTHING)
    first, apart = calendar.roll_forward((signed_on or offered_on) + 3 * DAY), APART.get(course, 28 * DAY)
    amounts = _amounts(total, currency, course)
    days = [first, *(calendar.roll_forward(first + apart * number) for number in range(1, len(amounts)))]
    return Agreed(
        persona=persona,
        currency=currency,
        total=total,
        course=course,
        offered_on=offered_on,
        signed_on=signed_on,
        covered=tuple((sale.number, sale.total) for sale in due),
        instalments=tuple(zip(days, amounts, strict=True)),
    )


def _amounts(total: Decimal, currency: str, course: Course) -> list[Decimal]:
    """Half now, half next month; or a deposit and equal instalments (domain.md 6.3)."""
    if course == Course.KEPT:
        return parts(total, 2, currency, "FIRST")
    deposit = deposit_of(total, DEPOSIT, currency)
    return [deposit, *parts(total - deposit, MORE_INSTALMENTS, currency)]


def _paid_by(plan: Agreed, due: list[Sale], today: datetime.date) -> list[Sale]:
    """The sales with the instalments as their receipts, oldest due date first (domain.md 6.5)."""
    receipts: dict[int, list[tuple[datetime.date, Decimal]]] = {position: [] for position in range(len(due))}
    for number, (day, amount) in enumerate(plan.instalments):
        items = [
            OpenItem(position, sale.number, sale.issued_on, sale.due_on, sale.total - sum(part for _, part in receipts[position]))
            for position, sale in enumerate(due)
        ]
        for position, part in oldest_first(amount, items):
            receipts[position].append((day if number < plan.paid else today + NEVER, part))
    return [replace(sale, receipts=tuple(receipts[position])) for position, sale in enumerate(due)]
