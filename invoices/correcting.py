"""Writes what the accounts say of an invoice over what stood here: the one writer of an invoice's own facts after it came in."""

import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Event, User
from invoices import booking
from invoices.models import Invoice

# By field: (before, after).
Changes = Mapping[str, tuple[object, object]]
CORRECTED = ("issued_on", "due_on", "total", "purchase_order", "delivered_on")


@transaction.atomic
def correct_invoices(
    *,
    business: Business,
    changed: Sequence[tuple[Invoice, Changes]],
    on: datetime.date,
    actor: User | None = None,
    batch_id: int | None = None,
) -> None:
    """Gives each invoice its new facts, in memory too, and says so in the log. What was paid of it stays.

    Raises BookingError where a total would fall below what is booked.
    """
    totals = {invoice.pk: changes["total"][1] for invoice, changes in changed if "total" in changes}
    for invoice, changes in changed:
        booked = invoice.total - invoice.balance
        for name, (_before, after) in changes.items():
            setattr(invoice, name, after)
        invoice.balance = invoice.total - booked
    fields = [name for name in CORRECTED if name != "total"]
    Invoice.objects.bulk_update([invoice for invoice, _changes in changed], fields, batch_size=500)
    if totals:
        booking.restate_totals(business=business, totals=totals, on=on)
    log.record_many(business, [_event(invoice, changes, actor, batch_id) for invoice, changes in changed])


def _event(invoice: Invoice, changes: Changes, actor: User | None, batch_id: int | None) -> Event:
    data = {
        "total": format_plain(invoice.total, invoice.currency),
        "currency": invoice.currency,
        "batch": batch_id,
        "changes": _as_text(changes),
    }
    return Event(
        business_id=invoice.business_id,
        customer_id=invoice.customer_id,
        actor=actor,
        kind="invoice.changed",
        subject=f"invoice:{invoice.pk}",
        data=data,
    )


def _as_text(changes: Changes) -> dict[str, list[str]]:
    """Codes, dates and amounts only; a purchase order is what a customer wrote, so only that it changed is kept."""
    return {name: [] if name == "purchase_order" else [str(value) for value in pair] for name, pair in changes.items()}
