"""Writes what people change about an invoice itself; money is `invoices.booking`'s, agreements are `invoices.agreeing`'s."""

from django.db import transaction

from customers import log
from customers.models import User
from invoices.models import Invoice


@transaction.atomic
def set_no_reminders(*, invoice: Invoice, stopped: bool, actor: User) -> None:
    """Stops, or starts again, every reminder about this invoice; it counts from this commit (T23)."""
    changed = Invoice.objects.filter(pk=invoice.pk, no_reminders=not stopped).update(no_reminders=stopped)
    if changed:
        kind = "invoice.reminders_stopped" if stopped else "invoice.reminders_resumed"
        log.record(invoice.business, kind, f"invoice:{invoice.pk}", customer=invoice.customer, actor=actor)
