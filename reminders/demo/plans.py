"""Tells the payment plans: one signed and kept so far, one just offered. Pure."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from arcollect.dates import Calendar
from arcollect.money import quantize
from invoices.matching import OpenItem, oldest_first
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY, NOTHING, Sale

DEPOSIT = Decimal("0.20")
MORE_INSTALMENTS = 4


@dataclass(frozen=True, slots=True)
class Agreed:
    """A plan over (number, amount) pairs with (day, amount) instalments; `signed_on` is None while it is only offered."""

    persona: Persona
    currency: str
    total: Decimal
    offered_on: datetime.date
    signed_on: datetime.date | None
    covered: tuple[tuple[str, Decimal], ...]
    instalments: tuple[tuple[datetime.date, Decimal], ...]


def tell_plans(sales: list[Sale], today: datetime.date, calendar: Calendar) -> tuple[list[Sale], list[Agreed]]:
    """The sales, with what comes in by instalments in their receipts, and the plans: the first signed, the others offered."""
    plans, told = [], {sale.number: sale for sale in sales}
    for persona in dict.fromkeys(sale.persona for sale in sales if sale.persona.habit == Habit.ON_PLAN):
        due = [sale for sale in sales if sale.persona == persona and sale.due_on < today and sale.open_before(today) > 0]
        if not due:
            continue
        plan = _agree(persona, due, today, calendar, signed=not plans)
        plans.append(plan)
        if plan.signed_on:
            told |= {sale.number: sale for sale in _paid_by(plan, due)}
    return list(told.values()), plans


def _agree(persona: Persona, due: list[Sale], today: datetime.date, calendar: Calendar, *, signed: bool) -> Agreed:
    offered_on = calendar.roll_back(today - (40 if signed else 3) * DAY)
    signed_on = calendar.roll_forward(offered_on + 2 * DAY) if signed else None
    currency, total = due[0].currency, sum((sale.total for sale in due), NOTHING)
    first = calendar.roll_forward((signed_on or today) + 3 * DAY)
    days = [first, *(calendar.roll_forward(first + 28 * number * DAY) for number in range(1, MORE_INSTALMENTS + 1))]
    return Agreed(
        persona=persona,
        currency=currency,
        total=total,
        offered_on=offered_on,
        signed_on=signed_on,
        covered=tuple((sale.number, sale.total) for sale in due),
        instalments=tuple(zip(days, _split(total, currency), strict=True)),
    )


def _split(total: Decimal, currency: str) -> list[Decimal]:
    """A deposit and equal instalments; what does not divide goes on the last (domain.md 6.3)."""
    deposit = quantize(total * DEPOSIT, currency)
    cents = int((total - deposit) * 100)
    base = Decimal(cents // MORE_INSTALMENTS) / 100
    equal = [quantize(base, currency)] * (MORE_INSTALMENTS - 1)
    return [deposit, *equal, total - deposit - sum(equal)]


def _paid_by(plan: Agreed, due: list[Sale]) -> list[Sale]:
    """The sales with the instalments as their receipts, oldest due date first (domain.md 6.5)."""
    receipts: dict[int, list[tuple[datetime.date, Decimal]]] = {position: [] for position in range(len(due))}
    for day, amount in plan.instalments:
        items = [
            OpenItem(position, sale.number, sale.issued_on, sale.due_on, sale.total - sum(part for _, part in receipts[position]))
            for position, sale in enumerate(due)
        ]
        for position, part in oldest_first(amount, items):
            receipts[position].append((day, part))
    return [replace(sale, receipts=tuple(receipts[position])) for position, sale in enumerate(due)]
