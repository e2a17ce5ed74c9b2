"""Writes what people change about an invoice itself; money is `invoices.booking`'s, agreements are `invoices.agreeing`'s."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from customers import log
from customers.models import User
from invoices.models import Invoice
from invoices.preflighting import check_invoices, to_check

CORRECTABLE = ("purchase_order", "delivered_on")


@transaction.atomic
def set_no_reminders(*, invoice: Invoice, stopped: bool, actor: User) -> None:
    """Stops, or starts again, every reminder about this invoice; it counts from this commit (T23)."""
    changed = Invoice.objects.filter(pk=invoice.pk, no_reminders=not stopped).update(no_reminders=stopped)
    if changed:
        kind = "invoice.reminders_stopped" if stopped else "invoice.reminders_resumed"
        log.record(invoice.business, kind, f"invoice:{invoice.pk}", customer=invoice.customer, actor=actor)


@transaction.atomic
def correct_invoice(*, invoice: Invoice, values: Mapping[str, Any], on: datetime.date, actor: User) -> None:
    """Adds what an invoice that is out may still be given: the order number, the day of delivery; then it is checked anew.

    What is printed on it, its sums and its due date, no correction here changes (re-ageing is forbidden).
    """
    stored = Invoice.objects.select_for_update().get(pk=invoice.pk)
    changes = {name: [getattr(stored, name), values[name]] for name in CORRECTABLE if values[name] != getattr(stored, name)}
    if not changes:
        return
    Invoice.objects.filter(pk=stored.pk).update(**{name: after for name, (_before, after) in changes.items()})
    told = {name: [str(side or "") for side in pair] for name, pair in changes.items()}
    log.record(
        invoice.business,
        "invoice.corrected",
        f"invoice:{invoice.pk}",
        customer=invoice.customer,
        actor=actor,
        fields=sorted(told),
        changes=told,
    )
    check_invoices(business=invoice.business, invoices=to_check([stored.pk]), on=on)
