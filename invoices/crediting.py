"""Writes credit notes made here: they take an issued invoice back, all of it or a part, and are booked against it."""

import datetime
from collections.abc import Mapping, Sequence
from copy import copy
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Document, User
from invoices import booking
from invoices.drafting import DraftError
from invoices.facturx import facturx_pdf
from invoices.invoicing import Draw, documents_of, refuse_taken
from invoices.models import CreditNote, DraftInvoice, DraftLine, Invoice
from invoices.numbering import number_key
from invoices.paper import Paper
from invoices.paper_facts import credit_paper_of
from invoices.series import take_number


class CreditError(DraftError):
    """The invoice cannot be credited so; the message says why."""


@transaction.atomic
def issue_credit_note(
    *,
    invoice: Invoice,
    quantities: Mapping[int, Decimal],
    on: datetime.date,
    note: str,
    actor: User,
    draw: Draw = facturx_pdf,
) -> CreditNote:
    """Takes back `quantities` (id of a draft line -> how many) of an invoice made here, under a number of the same series.

    What is still open of the invoice is credited, the rest waits as money of theirs. Raises CreditError for more than was sold
    and not credited yet.
    """
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    draft = DraftInvoice.objects.select_related("business", "customer__business", "invoice").get(invoice=locked)
    lines = _taken(draft, quantities)
    number = take_number(draft.business, on)
    refuse_taken(draft.business, number)
    paper = credit_paper_of(draft, lines, number=number, on=on, note=note)
    if paper.sums.due <= 0:
        raise CreditError(_("A credit note gives something back: choose a quantity that comes to more than nothing."))
    pdf, _xml = documents_of(draft.business, paper, draw)
    row = _stored(locked, lines, paper, pdf)
    _tell(row, actor)
    part = min(row.total, locked.balance)
    if part:
        booking.apply_credit_note(credit_note=row, split=[(locked.pk, part)], on=on, actor=actor)
    return row


def left_of(draft: DraftInvoice) -> list[tuple[DraftLine, Decimal]]:
    """Every line with how much of it no credit note took back yet; in two queries."""
    taken: dict[str, Decimal] = {}
    for note in draft.invoice.corrections.all():
        for pk, quantity in note.taken_back.items():
            taken[pk] = taken.get(pk, Decimal(0)) + Decimal(quantity)
    return [(line, line.quantity - taken.get(str(line.pk), Decimal(0))) for line in draft.lines.all()]


def _taken(draft: DraftInvoice, quantities: Mapping[int, Decimal]) -> list[DraftLine]:
    """The lines with the quantity that is taken back of each."""
    found = []
    for line, left in left_of(draft):
        quantity = quantities.get(line.pk, Decimal(0))
        if abs(quantity) > abs(left) or quantity * left < 0:
            words = _("Of line %(place)d only %(left)s is left to credit.")
            raise CreditError(words % {"place": line.position, "left": f"{left.normalize():f}"})
        if quantity:
            taken = copy(line)
            taken.quantity = quantity
            found.append(taken)
    if not found:
        raise CreditError(_("Nothing is chosen to be credited."))
    return found


def _stored(invoice: Invoice, lines: Sequence[DraftLine], paper: Paper, pdf: Document) -> CreditNote:
    return CreditNote.objects.create(
        business_id=invoice.business_id,
        customer_id=invoice.customer_id,
        number=paper.number,
        number_key=number_key(paper.number),
        issued_on=paper.issued_on,
        currency=paper.currency,
        total=paper.sums.due,
        document=pdf,
        corrects=invoice,
        taken_back={str(line.pk): f"{line.quantity.normalize():f}" for line in lines},
    )


def _tell(row: CreditNote, actor: User) -> None:
    log.record(
        row.business,
        "credit_note.issued",
        f"credit_note:{row.pk}",
        customer=row.customer,
        actor=actor,
        invoice=row.corrects_id,
        total=format_plain(row.total, row.currency),
        currency=row.currency,
    )
