"""Reads how far each invoice has come: the latest step that fired for it, with its reminder."""

from collections.abc import Sequence

from invoices.account import OpenInvoice, Position
from reminders.models import ReminderLine

Account = tuple[Position, list[tuple[OpenInvoice, ReminderLine | None]]]


def with_levels(positions: Sequence[Position]) -> list[Account]:
    """Each position with its (open invoice, last step of its present cycle or None) pairs, in one query."""
    cycles = {item.row.pk: item.row.cycle for position in positions for item in position.invoices}
    lines = ReminderLine.objects.filter(invoice__in=cycles).select_related("reminder").order_by("id")
    last = {line.invoice_id: line for line in lines if line.cycle == cycles[line.invoice_id]}
    return [(position, [(item, last.get(item.row.pk)) for item in position.invoices]) for position in positions]
