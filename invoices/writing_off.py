"""Writes off what we give up of invoices, and takes that back where it came in after all."""

import datetime
from decimal import Decimal

from django.db import transaction

from arcollect.money import format_plain
from customers import log
from customers.models import User
from invoices.balances import check_split, date_payment, lock_invoices, raise_balances, store
from invoices.models import Invoice, WriteOff


@transaction.atomic
def write_off(
    *, invoice: Invoice, amount: Decimal, kind: str, on: datetime.date, reason: str, actor: User | None = None
) -> WriteOff:
    """Gives up `amount` of an invoice. Raises BookingError where that is more than is open."""
    locked = lock_invoices(invoice.business, {invoice.pk})
    check_split(locked, [(invoice.pk, amount)], invoice.customer_id, invoice.currency)
    row = WriteOff.objects.create(
        business=invoice.business, invoice=invoice, kind=kind, amount=amount, on=on, reason=reason, by=actor
    )
    locked[invoice.pk].balance -= amount
    date_payment(locked)
    store(locked.values())
    _log(row, "invoice.written_off", actor)
    return row


@transaction.atomic
def take_back(*, row: WriteOff, on: datetime.date, actor: User | None = None) -> None:
    """Reverses a write-off as of `on`: its invoice is open by that amount again. What it was until then stays in the books."""
    if not WriteOff.objects.filter(pk=row.pk, reversed_on=None).update(reversed_on=on):
        return
    locked = lock_invoices(row.business, {row.invoice_id})
    raise_balances(locked, [(row.invoice_id, row.amount)])
    _log(row, "invoice.write_off_reversed", actor)


def _log(row: WriteOff, kind: str, actor: User | None) -> None:
    log.record(
        row.business,
        kind,
        f"invoice:{row.invoice_id}",
        customer=row.invoice.customer,
        actor=actor,
        write_off=row.kind,
        amount=format_plain(row.amount, row.invoice.currency),
    )
