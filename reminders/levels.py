"""Reads how far each invoice has come: the latest step that fired for it, and whether that is far enough to settle for less."""

from collections.abc import Sequence

from customers.models import Customer
from invoices.account import OpenInvoice, Position
from reminders.models import ReminderLine, StepCode
from reminders.timetable import RANK

NINETY = [code for code, rank in RANK.items() if rank >= RANK[StepCode.DAY_90]]
Account = tuple[Position, list[tuple[OpenInvoice, ReminderLine | None]]]


def with_levels(positions: Sequence[Position]) -> list[Account]:
    """Each position with its (open invoice, last step of its present cycle or None) pairs, in one query."""
    cycles = {item.row.pk: item.row.cycle for position in positions for item in position.invoices}
    lines = ReminderLine.objects.filter(invoice__in=cycles).select_related("reminder").order_by("id")
    last = {line.invoice_id: line for line in lines if line.cycle == cycles[line.invoice_id]}
    return [(position, [(item, last.get(item.row.pk)) for item in position.invoices]) for position in positions]


def reached_90(customer: Customer, currency: str) -> bool:
    """Whether an open invoice of theirs came as far as the 90-day step in its present cycle: from there on one may settle."""
    lines = ReminderLine.objects.filter(
        invoice__customer=customer, invoice__currency=currency, invoice__balance__gt=0, step__in=NINETY
    )
    return any(cycle == now for cycle, now in lines.values_list("cycle", "invoice__cycle"))
