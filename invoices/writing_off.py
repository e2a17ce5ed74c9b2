"""Writes off what we give up of invoices, and takes that back where it came in after all."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Business, Customer, Event, User
from customers.models.business import Role
from invoices.allocation import OpenItem
from invoices.balances import BookingError, check_split, date_payment, lock_invoices, raise_balances, store
from invoices.models import Invoice, Payment, WriteOff
from invoices.models.money import WriteOffKind
from invoices.standing import claims

# What the log calls a write-off that is as if it had never been made.
UNBOOKED = "invoice.write_off_unbooked"


@transaction.atomic
def write_off(
    *, invoice: Invoice, amount: Decimal, kind: str, on: datetime.date, reason: str, actor: User | None = None
) -> WriteOff:
    """Gives up `amount` of an invoice. Raises BookingError where that is more than is open."""
    row = WriteOff(business=invoice.business, invoice=invoice, kind=kind, amount=amount, on=on, reason=reason, by=actor)
    write_off_many(business=invoice.business, rows=[row], actor=actor)
    return row


@transaction.atomic
def write_off_many(*, business: Business, rows: Sequence[WriteOff], actor: User | None = None) -> None:
    """Gives up what these unsaved rows say. Raises BookingError, and writes nothing, where one is for more than is open."""
    locked = lock_invoices(business, {row.invoice_id for row in rows})
    for row in rows:
        invoice = locked[row.invoice_id]
        check_split(locked, [(invoice.pk, row.amount)], invoice.customer_id, invoice.currency)
        invoice.balance -= row.amount
    WriteOff.objects.bulk_create(rows, batch_size=1000)
    date_payment(locked)
    store(locked.values())
    log.record_many(business, [_event("invoice.written_off", row, locked[row.invoice_id], actor) for row in rows])


@transaction.atomic
def unbook_write_offs(*, business: Business, ids: Iterable[int], actor: User | None = None) -> int:
    """Takes write-offs out of the books as if they had never been made, with the bank line they were made for; returns how many.

    Unlike `take_back` it starts no new cycle. One that was reversed since stays as it is.
    """
    standing = WriteOff.objects.filter(business=business, pk__in=list(ids), reversed_on=None)
    locked = lock_invoices(business, set(standing.values_list("invoice_id", flat=True)))
    # Read once nobody else can change them: of two clicks one takes them out.
    rows = list(standing)
    for row in rows:
        locked[row.invoice_id].balance += row.amount
        locked[row.invoice_id].paid_on = None
    store(locked.values())
    WriteOff.objects.filter(pk__in=[row.pk for row in rows]).delete()
    log.record_many(business, [_event(UNBOOKED, row, locked[row.invoice_id], actor) for row in rows])
    return len(rows)


@transaction.atomic
def give_up(*, customer: Customer, invoice_ids: Iterable[int], on: datetime.date, reason: str, actor: User) -> list[WriteOff]:
    """Writes off all that is open of these invoices as bad debt (P22).

    Raises BookingError for anybody but an owner, without a reason, and while any of them is in dispute, planned or being settled.
    """
    if not customer.business.memberships.filter(user=actor, role=Role.OWNER).exists():
        raise BookingError(_("Only an owner can write off."))
    rows = list(Invoice.objects.filter(customer=customer, pk__in=list(invoice_ids), balance__gt=0).order_by("pk"))
    if not rows or not reason.strip():
        raise BookingError(_("Say which invoices, and why."))
    against = claims([customer.pk])
    for row in rows:
        if row.pk in against.disputed or row.pk in against.planned or row.pk in against.settling:
            words = _("%(number)s is in dispute, in a payment plan or being settled: end that first.")
            raise BookingError(words % {"number": row.number})
    kind = WriteOffKind.BAD_DEBT
    return [write_off(invoice=row, amount=row.balance, kind=kind, on=on, reason=reason.strip(), actor=actor) for row in rows]


@transaction.atomic
def take_back(*, row: WriteOff, on: datetime.date, actor: User | None = None) -> None:
    """Reverses a write-off as of `on`: its invoice is open by that amount again. What it was until then stays in the books."""
    if not WriteOff.objects.filter(pk=row.pk, reversed_on=None).update(reversed_on=on):
        return
    locked = lock_invoices(row.business, {row.invoice_id})
    raise_balances(locked, [(row.invoice_id, row.amount)])
    _log(row, "invoice.write_off_reversed", actor)


def recover(*, invoice: Invoice, amount: Decimal, payment: Payment, on: datetime.date, actor: User | None = None) -> Decimal:
    """Reverses bad debt of an invoice by `payment`, oldest first, as of `on`; returns how much of `amount` that is.

    What was given up and what came back of it both stay in the books, each on its day (domain.md 2.10): a write-off that comes
    back in part becomes two rows. The caller holds the invoice locked, and raises its balance by what is returned.
    """
    left = amount
    rows = WriteOff.objects.filter(invoice=invoice, kind=WriteOffKind.BAD_DEBT, reversed_on=None)
    for row in rows.select_related("business", "invoice__customer"):
        part = min(left, row.amount)
        if part <= 0:
            break
        if part < row.amount:
            WriteOff.objects.filter(pk=row.pk).update(amount=row.amount - part)
            row.pk = None
        row.amount, row.reversed_on, row.recovered_by = part, max(on, row.on), payment
        row.save()
        _log(row, "invoice.recovered", actor)
        left -= part
    return amount - left


def lose_again(*, payments: Sequence[Payment], invoices: Mapping[int, Invoice], actor: User | None = None) -> None:
    """What these payments had brought in after all is lost as before: they are taken out of the books.

    The caller holds the invoices locked, with what the payments paid of them open again; their balances are lowered, not stored.
    """
    rows = list(WriteOff.objects.filter(recovered_by__in=payments).select_related("business", "invoice__customer"))
    for row in rows:
        invoices[row.invoice_id].balance -= row.amount
        _log(row, "invoice.lost_again", actor)
    WriteOff.objects.filter(pk__in=[row.pk for row in rows]).update(reversed_on=None, recovered_by=None)


def recoverable(customer_id: int, currency: str) -> list[OpenItem]:
    """The customer's invoices given up as bad debt, for money that comes in after all."""
    given_up = WriteOff.objects.filter(
        invoice__customer=customer_id, invoice__currency=currency, kind=WriteOffKind.BAD_DEBT, reversed_on=None
    )
    sums = given_up.order_by().values("invoice").annotate(sum=Sum("amount")).values_list("invoice", "sum")
    rows = Invoice.objects.in_bulk([pk for pk, _sum in sums])
    return [OpenItem(pk, rows[pk].number, rows[pk].issued_on, rows[pk].due_on, amount) for pk, amount in sums]


def _log(row: WriteOff, kind: str, actor: User | None) -> None:
    log.record_many(row.business, [_event(kind, row, row.invoice, actor)])


def _event(kind: str, row: WriteOff, invoice: Invoice, actor: User | None) -> Event:
    return Event(
        business_id=row.business_id,
        customer_id=invoice.customer_id,
        actor=actor,
        kind=kind,
        subject=f"invoice:{invoice.pk}",
        data={"id": row.pk, "write_off": str(row.kind), "amount": format_plain(row.amount, invoice.currency)},
    )
