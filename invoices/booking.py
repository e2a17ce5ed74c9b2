"""Writes what came in: the only writer of Payment and Allocation, beside `invoices.writing_off` of every stored balance."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from arcollect.money import format_plain, quantize
from customers import log
from customers.desk import close_about
from customers.models import Business, Customer, Event, ImportBatch, User
from invoices.allocation import oldest_first, split_of
from invoices.balances import BookingError, Split, check_parts, check_split, date_payment, lock_invoices, raise_balances, store
from invoices.models import Allocation, BankLine, CreditNote, Invoice, Payment, Refund
from invoices.plan_keeping import recount_plans
from invoices.plan_receipts import awaited_plans
from invoices.settlement_money import awaited_settlement
from invoices.settling import recheck_settlements
from invoices.standing import open_items
from invoices.writing_off import lose_again, recover, recoverable


@dataclass(frozen=True, slots=True)
class Booking:
    """An unsaved Payment and the (invoice id, part) pairs it is booked against."""

    payment: Payment
    split: Split


def fingerprint(*parts: object) -> str:
    """SHA-256 of the parts: tells a payment imported twice from two equal payments (style.md anti-pattern 6)."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


@transaction.atomic
def book_payment(
    *,
    customer: Customer,
    received_on: datetime.date,
    amount: Decimal,
    currency: str,
    fingerprint: str,
    split: Split | None = None,
    method: str = "",
    reference: str = "",
    actor: User | None = None,
    batch: ImportBatch | None = None,
    bank_line: BankLine | None = None,
) -> Payment:
    """Books one payment: as `split` designates, else to a running plan or oldest due date first; the rest stays unapplied cash
    (domain.md 6.5). `bank_line`: the line of a statement it came in with."""
    payment = Payment(
        business=customer.business,
        customer=customer,
        received_on=received_on,
        amount=amount,
        currency=currency,
        method=method,
        reference=reference,
        fingerprint=fingerprint,
        import_batch=batch,
        bank_line=bank_line,
    )
    if split is None:
        split = _by_default(customer.pk, currency, amount, reference)
    book_many(business=customer.business, bookings=[Booking(payment, split)], actor=actor)
    return payment


@transaction.atomic
def book_many(*, business: Business, bookings: Sequence[Booking], actor: User | None = None) -> None:
    """Books many payments of one business at once. Raises BookingError, and writes nothing, where one of them cannot be."""
    invoices = lock_invoices(business, {invoice_id for booking in bookings for invoice_id, _ in booking.split})
    for booking in bookings:
        booking.payment.allocated = sum((part for _, part in booking.split), Decimal(0))
        _check(booking, invoices)
    Payment.objects.bulk_create([booking.payment for booking in bookings], batch_size=1000)
    _recover([(booking, booking.payment.received_on) for booking in bookings], invoices, actor)
    allocations = [
        _allocation(invoices[invoice_id], part, on=booking.payment.received_on, payment=booking.payment)
        for booking in bookings
        for invoice_id, part in booking.split
    ]
    Allocation.objects.bulk_create(allocations, batch_size=1000)
    _lower_balances(invoices, allocations)
    log.record_many(business, [_booked(booking, actor) for booking in bookings])
    recheck_settlements(business=business, customer_ids={booking.payment.customer_id for booking in bookings})
    if bookings:
        payers = {booking.payment.customer_id for booking in bookings}
        recount_plans(business=business, customers=payers, on=max(booking.payment.received_on for booking in bookings))


@transaction.atomic
def apply_unapplied(*, payment: Payment, split: Split, on: datetime.date, actor: User | None = None) -> None:
    """Books unapplied cash of `payment` against invoices, valued `on`."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.returned_on is not None:
        raise BookingError(
            f"The payment of {payment.received_on} was returned on {payment.returned_on}: there is nothing to book."
        )
    invoices = lock_invoices(payment.business, {invoice_id for invoice_id, _ in split})
    payment.allocated += sum((part for _, part in split), Decimal(0))
    _check(Booking(payment, split), invoices)
    _recover([(Booking(payment, split), on)], invoices, actor)
    payment.save(update_fields=["allocated"])
    _book_split(invoices, split, on=on, payment=payment)
    log.record(
        payment.business, "payment.applied", f"payment:{payment.pk}", customer=payment.customer, actor=actor, split=_plain(split)
    )
    recheck_settlements(business=payment.business, customer_ids=[payment.customer_id])
    if not payment.unapplied:
        close_about(business=payment.business, subject=f"payment:{payment.pk}", outcome="MATCHED", on=on, by=actor)
    recount_plans(business=payment.business, customers=[payment.customer_id], on=on)


@transaction.atomic
def apply_credit_note(*, credit_note: CreditNote, split: Split, on: datetime.date, actor: User | None = None) -> list[Allocation]:
    """Takes `split` of a credit note off invoices of the same customer and currency, valued `on`."""
    note = CreditNote.objects.select_for_update().get(pk=credit_note.pk)
    invoices = lock_invoices(note.business, {invoice_id for invoice_id, _ in split})
    taken = sum((part for _, part in split), Decimal(0))
    if taken > note.total - note.allocated:
        left = format_plain(note.total - note.allocated, note.currency)
        raise BookingError(f"Credit note {note.number} has only {left} left, not {format_plain(taken, note.currency)}.")
    check_split(invoices, split, note.customer_id, note.currency)
    note.allocated += taken
    note.save(update_fields=["allocated"])
    rows = _book_split(invoices, split, on=on, credit_note=note)
    log.record(
        note.business, "credit_note.applied", f"credit_note:{note.pk}", customer=note.customer, actor=actor, split=_plain(split)
    )
    recheck_settlements(business=note.business, customer_ids=[note.customer_id], on=on)
    recount_plans(business=note.business, customers=[note.customer_id], on=on)
    return rows


@transaction.atomic
def return_payment(*, payment: Payment, on: datetime.date, actor: User | None = None) -> None:
    """Takes a returned payment back: its invoices are open again at their old due dates (domain.md 3.4)."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.returned_on is not None:
        raise BookingError(f"The payment of {payment.received_on} was already returned on {payment.returned_on}.")
    _refuse_repaid(payment.refunds.filter(reversed_on=None))
    allocations = list(payment.allocations.filter(reversed_on=None))
    invoices = lock_invoices(payment.business, {allocation.invoice_id for allocation in allocations})
    payment.allocations.filter(reversed_on=None).update(reversed_on=on)
    payment.allocated, payment.returned_on = Decimal(0), on
    payment.save(update_fields=["allocated", "returned_on"])
    raise_balances(invoices, ((allocation.invoice_id, allocation.amount) for allocation in allocations))
    subject = f"payment:{payment.pk}"
    close_about(business=payment.business, subject=subject, outcome="RETURNED", on=on, by=actor)
    log.record(payment.business, "payment.returned", subject, customer=payment.customer, actor=actor, on=str(on))
    recheck_settlements(business=payment.business, customer_ids=[payment.customer_id], on=on)
    # By the invoices too: the bank's day of the return may lie before the day a plan was found to be kept.
    recount_plans(business=payment.business, customers=[payment.customer_id], on=on, unpaid=list(invoices))


@transaction.atomic
def unbook_many(
    *, business: Business, payments: Sequence[Payment], actor: User | None = None, event: str = "payment.unbooked"
) -> None:
    """Takes payments out of the books as if they had never been entered: their invoices are as open as before, in the same cycle.

    For an import or a bank line that is undone, for a stand-in that gives way to the real payment, and for a slip. `event`: what
    the log calls it. Raises BookingError for one that was returned, or is paid back.
    """
    # Read anew and locked: what came back, or was booked on another invoice, meanwhile would be given to balances twice or never.
    ids = [payment.pk for payment in payments]
    payments = list(Payment.objects.select_for_update(of=("self",)).select_related("customer").filter(pk__in=ids).order_by("pk"))
    for payment in payments:
        if payment.returned_on is not None:
            raise BookingError(
                f"The payment of {payment.received_on} was returned on {payment.returned_on}: it stays in the books."
            )
    refunds = Refund.objects.filter(payment__in=payments)
    _refuse_repaid(refunds.filter(reversed_on=None))
    refunds.delete()
    # One that came back and was reinstated may have left a part behind that does not count any more.
    allocations = list(Allocation.objects.filter(payment__in=payments, reversed_on=None).select_for_update())
    invoices = lock_invoices(business, {allocation.invoice_id for allocation in allocations})
    for allocation in allocations:
        invoices[allocation.invoice_id].balance += allocation.amount
    Allocation.objects.filter(payment__in=payments).delete()
    lose_again(payments=payments, invoices=invoices, actor=actor)
    date_payment(invoices)
    store(invoices.values())
    log.record_many(business, [_unbooked(payment, actor, event) for payment in payments])
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).delete()
    payers = {payment.customer_id for payment in payments}
    recheck_settlements(business=business, customer_ids=payers)
    if payments:
        last = max(payment.received_on for payment in payments)
        recount_plans(business=business, customers=payers, on=last, unpaid=list(invoices))


@transaction.atomic
def restate_totals(*, business: Business, totals: Mapping[int, Decimal], on: datetime.date) -> None:
    """Corrects the totals of invoices (id -> new total); what was paid of them stays. The caller logs why.

    An invoice that becomes paid by it is paid `on`, one that is open again starts a new cycle. Raises BookingError where
    less than is booked would be left.
    """
    invoices = lock_invoices(business, totals)
    for pk, total in totals.items():
        invoice, booked = invoices[pk], invoices[pk].total - invoices[pk].balance
        if total < booked:
            least, asked = format_plain(booked, invoice.currency), format_plain(total, invoice.currency)
            raise BookingError(f"Invoice {invoice.number} cannot come to {asked}: {least} of it is booked.")
        invoice.cycle += invoice.balance == 0 and total > booked
        invoice.total, invoice.balance = total, total - booked
        invoice.paid_on = None if invoice.balance else invoice.paid_on or on
    Invoice.objects.bulk_update(invoices.values(), ["total", "balance", "paid_on", "cycle"], batch_size=500)


def _by_default(customer_id: int, currency: str, amount: Decimal, reference: str) -> Split:
    """Where nobody says: a settlement it pays, a running plan that is meant, else what is open, oldest first; then what was
    given up as lost.

    What a payment for a plan brings beyond it is no other invoice's without the payer's word (domain.md 6.5).
    """
    settled = awaited_settlement(customer_id, currency, amount)
    if settled:
        return oldest_first(amount, settled)
    plan = awaited_plans([customer_id]).get((customer_id, currency))
    split = split_of(amount, reference, open_items(customer_id, currency), plan)
    left = amount - sum((part for _pk, part in split), Decimal(0))
    if not left or (plan is not None and all(pk in plan.covered for pk, _part in split)):
        return split
    return [*split, *oldest_first(left, recoverable(customer_id, currency))]


def _recover(bookings: Sequence[tuple[Booking, datetime.date]], invoices: Mapping[int, Invoice], actor: User | None) -> None:
    """Money for invoices given up as lost opens them again by as much as it pays of them on its day.

    Raises BookingError where it is more than is open then.
    """
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for booking, on in bookings:
        for invoice_id, part in booking.split:
            invoice = invoices[invoice_id]
            taken[invoice_id] += part
            short = taken[invoice_id] - invoice.balance
            if short > 0:
                invoice.balance += recover(invoice=invoice, amount=short, payment=booking.payment, on=on, actor=actor)
        check_split(invoices, booking.split, booking.payment.customer_id, booking.payment.currency)


def _check(booking: Booking, invoices: Mapping[int, Invoice]) -> None:
    payment = booking.payment
    if payment.amount <= 0 or payment.amount != quantize(payment.amount, payment.currency):
        raise BookingError(f"{payment.amount} {payment.currency} is not an amount somebody can pay.")
    if payment.allocated > payment.amount:
        booked, amount = format_plain(payment.allocated, payment.currency), format_plain(payment.amount, payment.currency)
        raise BookingError(f"{booked} booked of a payment of only {amount}.")
    check_parts(invoices, booking.split, payment.customer_id, payment.currency)


def _allocation(
    invoice: Invoice,
    part: Decimal,
    *,
    on: datetime.date,
    payment: Payment | None = None,
    credit_note: CreditNote | None = None,
) -> Allocation:
    source = payment or credit_note
    return Allocation(
        business_id=invoice.business_id,
        invoice=invoice,
        payment=payment,
        credit_note=credit_note,
        amount=part,
        on=on,
        invoice_currency=invoice.currency,
        source_currency=source.currency,
    )


def _book_split(
    invoices: Mapping[int, Invoice],
    split: Split,
    *,
    on: datetime.date,
    payment: Payment | None = None,
    credit_note: CreditNote | None = None,
) -> list[Allocation]:
    rows = [_allocation(invoices[pk], part, on=on, payment=payment, credit_note=credit_note) for pk, part in split]
    Allocation.objects.bulk_create(rows)
    _lower_balances(invoices, rows)
    return rows


def _lower_balances(invoices: Mapping[int, Invoice], allocations: Sequence[Allocation]) -> None:
    """Takes the stored allocations off the balances."""
    changed = {}
    for allocation in allocations:
        invoice = changed[allocation.invoice_id] = invoices[allocation.invoice_id]
        invoice.balance -= allocation.amount
        if invoice.balance < 0:
            raise BookingError(f"More is booked on invoice {invoice.number} than is open.")
    date_payment(changed)
    store(changed.values())


def _refuse_repaid(refunds: QuerySet[Refund]) -> None:
    """Money that went back to the customer cannot also have come back from them, or never have been here."""
    repaid = refunds.first()
    if repaid is not None:
        amount = format_plain(repaid.amount, repaid.currency)
        raise BookingError(f"{amount} {repaid.currency} of it was paid back on {repaid.on}: take that back first.")


def _unbooked(payment: Payment, actor: User | None, kind: str) -> Event:
    return Event(
        business_id=payment.business_id,
        customer_id=payment.customer_id,
        actor=actor,
        kind=kind,
        subject=f"payment:{payment.pk}",
        data={"amount": format_plain(payment.amount, payment.currency), "currency": payment.currency},
    )


def _booked(booking: Booking, actor: User | None) -> Event:
    payment = booking.payment
    return Event(
        business_id=payment.business_id,
        customer_id=payment.customer_id,
        actor=actor,
        kind="payment.booked",
        subject=f"payment:{payment.pk}",
        data={
            "amount": format_plain(payment.amount, payment.currency),
            "currency": payment.currency,
            "received_on": payment.received_on.isoformat(),
            "split": _plain(booking.split),
        },
    )


def _plain(split: Split) -> list[list[str]]:
    """The pairs as JSON keeps them: invoice id and amount as strings."""
    return [[str(invoice_id), f"{part:f}"] for invoice_id, part in split]
