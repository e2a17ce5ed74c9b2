"""Writes money paid back: the only writer of Refund. It counts into what is `allocated` of its payment or credit note."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain, quantize
from customers import log
from customers.desk import close_about
from customers.models import User
from invoices.balances import BookingError
from invoices.models import CreditNote, Payment, Refund
from invoices.plan_keeping import recount_plans
from invoices.settling import recheck_settlements

Source = Payment | CreditNote
PAID_BACK = {"payment": "payment.refunded", "credit_note": "credit_note.refunded"}
TAKEN_BACK = {"payment": "payment.refund_reversed", "credit_note": "credit_note.refund_reversed"}


@transaction.atomic
def pay_back(*, source: Source, amount: Decimal, on: datetime.date, reference: str = "", actor: User | None = None) -> Refund:
    """Notes that `amount` of what no invoice has of `source` went back to the customer on a day.

    Raises BookingError where it is more than is left, no amount of the currency, or before the money came in.
    """
    locked = type(source).objects.select_for_update().get(pk=source.pk)
    _check(locked, amount, on)
    row = Refund.objects.create(
        business=locked.business,
        customer=locked.customer,
        payment=locked if isinstance(locked, Payment) else None,
        credit_note=locked if isinstance(locked, CreditNote) else None,
        amount=amount,
        currency=locked.currency,
        on=on,
        reference=reference,
        by=actor,
    )
    locked.allocated += amount
    locked.save(update_fields=["allocated"])
    _log(row, PAID_BACK, actor)
    if not locked.unapplied:
        close_about(business=locked.business, subject=subject_of(locked), outcome="REFUNDED", on=on, by=actor)
    _recount(row, on)
    return row


@transaction.atomic
def take_back_refund(*, row: Refund, on: datetime.date, actor: User | None = None) -> None:
    """Notes that the money was not paid back after all: it waits for an invoice again. Raises BookingError the second time."""
    if not Refund.objects.filter(pk=row.pk, reversed_on=None).update(reversed_on=on):
        raise BookingError(_("This was taken back already."))
    model = Payment if row.payment_id else CreditNote
    source = model.objects.select_for_update().get(pk=row.payment_id or row.credit_note_id)
    source.allocated -= row.amount
    source.save(update_fields=["allocated"])
    _log(row, TAKEN_BACK, actor)
    _recount(row, on)


def subject_of(source: Source) -> str:
    """How tasks and events name a payment or a credit note."""
    return f"payment:{source.pk}" if isinstance(source, Payment) else f"credit_note:{source.pk}"


def _check(source: Source, amount: Decimal, on: datetime.date) -> None:
    came = source.received_on if isinstance(source, Payment) else source.issued_on
    if amount <= 0 or amount != quantize(amount, source.currency):
        raise BookingError(_("%(amount)s is not an amount somebody can be paid.") % {"amount": f"{amount} {source.currency}"})
    if amount > source.unapplied:
        left = format_plain(source.unapplied, source.currency)
        raise BookingError(_("Only %(left)s is left of it.") % {"left": f"{left} {source.currency}"})
    if on < came:
        raise BookingError(_("It came in on %(day)s: it cannot go back before.") % {"day": came.isoformat()})


def _log(row: Refund, kinds: dict[str, str], actor: User | None) -> None:
    of = "payment" if row.payment_id else "credit_note"
    log.record(
        row.business,
        kinds[of],
        f"{of}:{row.payment_id or row.credit_note_id}",
        customer=row.customer,
        actor=actor,
        refund=row.pk,
        amount=format_plain(row.amount, row.currency),
        currency=row.currency,
        on=row.on.isoformat(),
    )


def _recount(row: Refund, on: datetime.date) -> None:
    """Money on account counts towards settlements and plans: what went back does so no more."""
    recheck_settlements(business=row.business, customer_ids=[row.customer_id], on=on)
    recount_plans(business=row.business, customers=[row.customer_id], on=on)
