"""Takes bookings back as if never made: credit notes taken off by mistake, payments that did not come back after all, payments
and write-offs entered by mistake.

The other half of `invoices.booking`, and with it the only writer of Payment, Allocation and CreditNote.allocated.
"""

import datetime
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.desk import close_about, reopen_tasks
from customers.models import Business, Task, User
from customers.models.desk import TaskKind, TaskState
from invoices.balances import BookingError, date_payment, lock_invoices, lock_notes, store
from invoices.booking import unbook_many
from invoices.models import Allocation, CreditNote, Payment, WriteOff
from invoices.plan_keeping import recount_plans
from invoices.settling import recheck_settlements
from invoices.writing_off import unbook_write_offs

# What the log calls a payment that was entered by mistake.
TAKEN_OUT = "payment.taken_out"
# What was booked on a day is swept that day or the night after.
A_NIGHT = datetime.timedelta(days=1)


@transaction.atomic
def unbook_credits(*, business: Business, ids: Iterable[int], on: datetime.date, actor: User | None = None) -> None:
    """Gives back what these allocations (ids) took off credit notes: their invoices are as open as before, in the same cycle."""
    rows = list(Allocation.objects.filter(business=business, pk__in=list(ids), reversed_on=None, credit_note__isnull=False))
    if not rows:
        return
    notes = lock_notes(business, {row.credit_note_id for row in rows})
    invoices = lock_invoices(business, {row.invoice_id for row in rows})
    for row in rows:
        notes[row.credit_note_id].allocated -= row.amount
        invoices[row.invoice_id].balance += row.amount
        invoices[row.invoice_id].paid_on = None
    store(invoices.values())
    CreditNote.objects.bulk_update(notes.values(), ["allocated"])
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for note in notes.values():
        log.record(business, "credit_note.unbooked", f"credit_note:{note.pk}", customer=note.customer, actor=actor)
    customers = {note.customer_id for note in notes.values()}
    recheck_settlements(business=business, customer_ids=customers)
    recount_plans(business=business, customers=customers, on=on, unpaid=list(invoices))


@transaction.atomic
def take_out_payment(*, payment: Payment, on: datetime.date, actor: User | None = None) -> None:
    """A payment entered by hand by mistake is as if it had never been entered: its invoices are as open as before, in the same
    cycle, so that no step of theirs fires a second time. The next night judges anew the promises it had kept.

    Raises BookingError for one that came with the bank's lines or a file, which are taken back whole, and for one that was
    returned or paid back.
    """
    if payment.bank_line_id is not None:
        raise BookingError(_("It came in with a line of the bank's: take that line back."))
    if payment.import_batch_id is not None:
        raise BookingError(_("It came in with a file: undo that file."))
    taken_out = [payment]
    unbook_many(business=payment.business, payments=taken_out, actor=actor, event=TAKEN_OUT)
    undo_tasks(business=payment.business, payments=taken_out, on=on, actor=actor)


@transaction.atomic
def undo_tasks(*, business: Business, payments: Sequence[Payment], on: datetime.date, actor: User | None = None) -> None:
    """What was to be done with payments that are out of the books is not to be done any more. What the engine took off the desk
    of their payers since they were entered is to be done again; the next night takes off again what is not."""
    subjects = [f"payment:{payment.pk}" for payment in payments]
    open_ = Task.objects.filter(business=business, subject__in=subjects, state=TaskState.OPEN)
    for subject in set(open_.values_list("subject", flat=True)):
        close_about(business=business, subject=subject, outcome="UNBOOKED", on=on, by=actor)
    if payments:
        since = business.local_date(min(payment.created_at for payment in payments))
        _undo_sweep(business, {payment.customer_id for payment in payments}, since, actor)


@transaction.atomic
def take_out_write_off(*, row: WriteOff, actor: User) -> None:
    """What somebody gave up of an invoice is as open as before, in the same cycle, so that no step of it fires a second time:
    what the engine took off the desk since is to be done again, and the decision it answered is to be taken.

    Raises BookingError for one that came with something else, and for one that stands no more.
    """
    if not row.by_hand:
        raise BookingError(_("It was not decided by itself: take back what it came with."))
    if not unbook_write_offs(business=row.business, ids=[row.pk], actor=actor):
        raise BookingError(_("It is not written off any more."))
    customer = row.invoice.customer_id
    _undo_sweep(row.business, {customer}, row.on, actor, until=row.on + A_NIGHT)
    answered = Task.objects.filter(customer=customer, kind=TaskKind.DECIDE, closed_by=row.by_id, closed_on=row.on)
    decisions = answered.filter(currency=row.invoice.currency, state=TaskState.DONE)
    reopen_tasks(business=row.business, ids=decisions.values_list("pk", flat=True), by=actor)
    recheck_settlements(business=row.business, customer_ids=[customer])
    recount_plans(business=row.business, customers=[customer], on=row.on, unpaid=[row.invoice_id])


def _undo_sweep(
    business: Business, customers: Collection[int], since: datetime.date, by: User | None, *, until: datetime.date | None = None
) -> None:
    """What the engine took off the desk of these customers since that day, or up to `until`, is to be done again."""
    swept = Task.objects.filter(business=business, state=TaskState.CANCELLED, closed_by=None, closed_on__gte=since)
    if until is not None:
        swept = swept.filter(closed_on__lte=until)
    reopen_tasks(business=business, ids=swept.filter(customer__in=customers).values_list("pk", flat=True), by=by)


@transaction.atomic
def reinstate_payment(*, payment: Payment, on: datetime.date, actor: User | None = None) -> None:
    """A payment that was said to have come back counts again, on the invoices it was booked on.

    What others have paid of these meanwhile stays unapplied cash. Raises BookingError for a payment that stands.
    """
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.returned_on is None:
        raise BookingError(f"The payment of {payment.received_on} was not returned.")
    rows = list(payment.allocations.filter(reversed_on=payment.returned_on).order_by("pk"))
    invoices = lock_invoices(payment.business, {row.invoice_id for row in rows})
    standing, left_out = [], set()
    for row in rows:
        if row.amount <= invoices[row.invoice_id].balance:
            invoices[row.invoice_id].balance -= row.amount
            payment.allocated += row.amount
            standing.append(row.pk)
        else:
            left_out.add(row.invoice_id)
    Allocation.objects.filter(pk__in=standing).update(reversed_on=None)
    # It pays nothing of these any more: what was given up of them is not lost again with it.
    payment.recovered.filter(invoice__in=left_out).update(recovered_by=None)
    date_payment(invoices)
    store(invoices.values())
    payment.returned_on = None
    payment.save(update_fields=["allocated", "returned_on"])
    log.record(payment.business, "payment.reinstated", f"payment:{payment.pk}", customer=payment.customer, actor=actor)
    recheck_settlements(business=payment.business, customer_ids=[payment.customer_id])
    recount_plans(business=payment.business, customers=[payment.customer_id], on=on)
