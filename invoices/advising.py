"""Writes remittance advices: the only writer of them and their lines, beside `line_booking`, which uses them up."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from arcollect.money import format_plain, quantize
from customers import documents, log
from customers.models import Business, Customer, User
from invoices.balances import BookingError
from invoices.booking import apply_unapplied
from invoices.line_booking import note_given_up, refuse_giving_up
from invoices.matches import Match
from invoices.models import BankLine, Invoice, Payment, RemittanceAdvice, RemittanceLine, WriteOff
from invoices.models.money import WriteOffKind
from invoices.plan_keeping import recount_plans
from invoices.remittance import AdvisedRow, Claim, Remittance
from invoices.writing_off import write_off_many

MOST_CLAIMS = 20_000


def claims_of(business: Business, customer: Customer | None) -> list[Claim]:
    """The open invoices an advice may be about: the customer's, or those of the whole business, the latest first."""
    rows = Invoice.objects.filter(business=business, balance__gt=0).order_by("-id")
    rows = rows.filter(customer=customer) if customer else rows[:MOST_CLAIMS]
    return [Claim(*values) for values in rows.values_list("id", "customer_id", "number", "balance", "currency")]


@transaction.atomic
def keep_advice(
    *, business: Business, customer: Customer | None, remittance: Remittance, text: str, actor: User | None = None
) -> RemittanceAdvice:
    """Keeps an advice until its money comes, with the text it was read from. Raises BookingError where it says nothing.

    `customer` None: the one whose invoices it names, where they are all of one.
    """
    rows = [row for row in remittance.rows if row.amount or row.discount]
    if not rows or remittance.total <= 0:
        raise BookingError(_("Nothing would be paid by this advice."))
    if any(quantize(row.amount, remittance.currency) != row.amount for row in rows):
        raise BookingError(_("An amount has more decimals than the currency."))
    invoices = Invoice.objects.filter(business=business, pk__in=[row.invoice_id for row in rows if row.invoice_id])
    payers = {customer.pk} if customer else set(invoices.values_list("customer_id", flat=True))
    advice = RemittanceAdvice.objects.create(
        business=business,
        customer_id=payers.pop() if len(payers) == 1 else None,
        currency=remittance.currency,
        total=remittance.total,
        paid_on=remittance.paid_on,
        document=documents.store(business=business, content=text.encode(), content_type="text/plain", name="advice.txt"),
        by=actor,
    )
    RemittanceLine.objects.bulk_create(_lines(advice, rows))
    _log("advice.kept", advice, actor)
    return advice


@transaction.atomic
def drop_advice(*, advice: RemittanceAdvice, actor: User | None = None) -> None:
    """Removes an advice that waits. Raises BookingError where its money has come."""
    locked = RemittanceAdvice.objects.select_for_update().filter(pk=advice.pk, line=None).first()
    if locked is None:
        raise BookingError(_("Its money has come, or it was removed already."))
    _log("advice.dropped", locked, actor)
    locked.delete()


@transaction.atomic
def apply_advice(*, advice: RemittanceAdvice, payment: Payment, on: datetime.date, actor: User | None = None) -> None:
    """Books what waits of a payment as the advice says, discounts given up, and lets the advice go.

    Raises BookingError where the advice is used up, the payment is another customer's or not of that sum, an invoice has
    less open than the advice pays of it, or the discounts are more than `actor` may give up.
    """
    # The line first, as whoever takes it back does.
    line = BankLine.objects.select_for_update().filter(pk=payment.bank_line_id).first() if payment.bank_line_id else None
    locked = RemittanceAdvice.objects.select_for_update().filter(pk=advice.pk, line=None).first()
    if locked is None:
        raise BookingError(_("Its money has come, or it was removed already."))
    if payment.pk not in {row.pk for row in payments_for(locked)}:
        raise BookingError(_("That payment is not the money of this advice."))
    rows = list(locked.lines.filter(invoice__isnull=False, amount__gt=0))
    split = [(row.invoice_id, row.amount) for row in rows]
    apply_unapplied(payment=payment, split=split, on=on, actor=actor)
    given_up = _give_up_discounts(locked, rows, on, actor)
    _log("advice.applied", locked, actor)
    if line is not None:
        note_given_up(line, given_up)
        RemittanceAdvice.objects.filter(pk=locked.pk).update(line=line)
    else:
        locked.delete()


def payments_for(advice: RemittanceAdvice) -> list[Payment]:
    """Payments of its customer that wait for an invoice, with the very sum of the advice or of what we know in it."""
    known = sum(advice.lines.filter(invoice__isnull=False, amount__gt=0).values_list("amount", flat=True), Decimal(0))
    waiting = Payment.objects.filter(business=advice.business_id, customer=advice.customer_id, currency=advice.currency)
    rows = waiting.filter(returned_on=None, amount__gt=F("allocated")).select_related("business", "customer")
    return [row for row in rows.order_by("received_on", "pk") if row.unapplied in (advice.total, known)]


def _lines(advice: RemittanceAdvice, rows: Sequence[AdvisedRow]) -> list[RemittanceLine]:
    return [
        RemittanceLine(
            advice=advice, number=row.number[:100], invoice_id=row.invoice_id, amount=row.amount, discount=row.discount
        )
        for row in rows
    ]


def _give_up_discounts(
    advice: RemittanceAdvice, rows: Sequence[RemittanceLine], on: datetime.date, actor: User | None
) -> list[WriteOff]:
    """The discounts, written off as far as `actor` may."""
    given = [
        WriteOff(
            business=advice.business,
            invoice_id=row.invoice_id,
            kind=WriteOffKind.DISCOUNT,
            amount=row.discount,
            on=on,
            reason=WriteOffKind.DISCOUNT.label,
            by=actor,
        )
        for row in rows
        if row.discount > 0
    ]
    if given:
        taken = tuple((row.invoice_id, row.amount, row.kind) for row in given)
        refuse_giving_up(advice.business, [Match(advice.customer_id, (), 0, "advice", "", write_offs=taken)], actor)
        write_off_many(business=advice.business, rows=given, actor=actor)
        recount_plans(business=advice.business, customers=[advice.customer_id], on=on)
    return given


def _log(kind: str, advice: RemittanceAdvice, actor: User | None) -> None:
    log.record(
        advice.business,
        kind,
        f"advice:{advice.pk}",
        customer=advice.customer,
        actor=actor,
        amount=format_plain(advice.total, advice.currency),
        currency=advice.currency,
    )
