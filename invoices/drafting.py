"""Writes invoices being made: the only writer of DraftInvoice and DraftLine until one is issued (`invoices.invoicing`)."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from arcollect.money import quantize
from customers import log
from customers.attachments import attach
from customers.models import Attachment, Customer, User
from invoices.models import DraftInvoice, DraftLine, Invoice, InvoiceLine
from invoices.models.drafting import DraftState
from invoices.paper_words import NO_VAT


class DraftError(ValueError):
    """The draft cannot be changed so; the message says why."""


@dataclass(frozen=True, slots=True)
class LineValues:
    """One line as it was typed."""

    description: str
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    unit_price: Decimal = Decimal(0)
    discount_pct: Decimal = Decimal(0)
    tax_category: str = "S"
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class DraftValues:
    """Everything else an invoice being made says."""

    currency: str
    issue_on: datetime.date
    terms_days: int
    delivered_on: datetime.date | None = None
    purchase_order: str = ""
    buyer_reference: str = ""
    quote_reference: str = ""
    quote_net: Decimal | None = None
    prepaid: Decimal = Decimal(0)
    exemption_reason: str = ""
    note: str = ""


@transaction.atomic
def start_draft(*, customer: Customer, values: DraftValues, lines: Sequence[LineValues], actor: User) -> DraftInvoice:
    """Begins an invoice for a customer."""
    draft = DraftInvoice.objects.create(business=customer.business, customer=customer, by=actor, **asdict(values))
    _put_lines(draft, lines)
    _tell(draft, "draft.started", actor)
    return draft


@transaction.atomic
def edit_draft(*, draft: DraftInvoice, values: DraftValues, lines: Sequence[LineValues], actor: User) -> None:
    """Says all of it anew. Raises DraftError for one that is issued or dropped."""
    locked = lock_draft(draft)
    for name, value in asdict(values).items():
        setattr(locked, name, value)
    locked.save(update_fields=list(asdict(values)))
    locked.lines.all().delete()
    _put_lines(locked, lines)
    _tell(locked, "draft.edited", actor, lines=len(lines))


@transaction.atomic
def copy_invoice(*, invoice: Invoice, on: datetime.date, actor: User) -> DraftInvoice:
    """A draft of this day with the lines of an earlier invoice; what was of that delivery alone is left out."""
    made = DraftInvoice.objects.filter(invoice=invoice).first()
    customer = invoice.customer
    terms = (invoice.due_on - invoice.issued_on).days
    values = DraftValues(
        currency=invoice.currency,
        issue_on=on,
        terms_days=max(0, terms),
        buyer_reference=made.buyer_reference if made else "",
        exemption_reason=made.exemption_reason if made else "",
        note=made.note if made else "",
    )
    lines = [_copied(line) for line in made.lines.all()] if made else _lines_of(invoice)
    return start_draft(customer=customer, values=values, lines=lines, actor=actor)


@transaction.atomic
def drop_draft(*, draft: DraftInvoice, actor: User) -> None:
    """Takes it off the list; it can be taken up again."""
    _move(draft, DraftState.DRAFT, DraftState.DROPPED, "draft.dropped", actor)


@transaction.atomic
def take_up_draft(*, draft: DraftInvoice, actor: User) -> None:
    """Undoes a drop."""
    _move(draft, DraftState.DROPPED, DraftState.DRAFT, "draft.taken_up", actor)


@transaction.atomic
def add_paper(*, draft: DraftInvoice, upload: UploadedFile, actor: User) -> None:
    """Encloses a file, such as a proof of delivery. Raises AttachmentError for what cannot be kept."""
    locked = lock_draft(draft)
    paper = attach(customer=locked.customer, subject=f"draft:{locked.pk}", upload=upload, by=actor)
    locked.attachments.add(paper)


@transaction.atomic
def remove_papers(*, draft: DraftInvoice, papers: Iterable[Attachment], actor: User) -> None:
    """Encloses these files no longer."""
    locked = lock_draft(draft)
    ids = [paper.pk for paper in papers]
    locked.attachments.remove(*ids)
    if ids:
        _tell(locked, "draft.papers_removed", actor, papers=ids)


def lock_draft(draft: DraftInvoice) -> DraftInvoice:
    """The draft as it is now, locked until the transaction ends. Raises DraftError where it is issued or dropped."""
    locked = (
        DraftInvoice.objects.select_for_update(of=("self",)).select_related("business", "customer__business").get(pk=draft.pk)
    )
    if locked.state == DraftState.ISSUED:
        raise DraftError(_("This invoice is issued: it stays as it is. Correct it by a credit note and a new one."))
    if locked.state == DraftState.DROPPED:
        raise DraftError(_("This draft was dropped. Take it up again first."))
    return locked


def first_line(customer: Customer) -> LineValues:
    """What a new line begins with: the tax of the last invoice made for this customer, else the one most used in this business,
    else what is usual in its country. Another customer may be taxed otherwise: exempt, or abroad."""
    tax, written = ("tax_category", "tax_rate"), DraftLine.objects.filter(draft__business=customer.business_id)
    theirs = written.filter(draft__customer=customer).order_by("-draft_id", "position").values(*tax).first()
    usual = written.order_by().values(*tax).annotate(n=Count("pk"), last=Max("pk")).order_by("-n", "-last").values(*tax)
    if known := theirs or usual.first():
        return LineValues("", **known)
    return LineValues("", tax_category="O" if customer.business.country in NO_VAT else "S")


def _put_lines(draft: DraftInvoice, lines: Sequence[LineValues]) -> None:
    rows = [DraftLine(draft=draft, position=place, **asdict(line)) for place, line in enumerate(lines, 1)]
    DraftLine.objects.bulk_create(rows)


def _copied(line: DraftLine) -> LineValues:
    return LineValues(
        line.description, line.quantity, line.unit, line.unit_price, line.discount_pct, line.tax_category, line.tax_rate
    )


def _lines_of(invoice: Invoice) -> list[LineValues]:
    """The lines that came in with an invoice; how the untaxed ones were exempt is for a person to say."""
    untaxed = "O" if invoice.business.country in NO_VAT else "E"
    return [
        LineValues(
            row.description,
            *_counted(row, invoice.currency),
            tax_category="S" if row.tax_rate else untaxed,
            tax_rate=row.tax_rate,
        )
        for row in invoice.lines.all()
    ]


def _counted(row: InvoiceLine, currency: str) -> tuple[Decimal, str, Decimal]:
    """Quantity, unit and price that come to the net of the line again: it may hold a discount our lines would not know of, and a
    price below nothing, which is a negative quantity here (BR-27)."""
    if row.unit_price >= 0 and row.net in (0, quantize(row.quantity * row.unit_price, currency)):
        return row.quantity, "C62", row.unit_price
    return Decimal(1).copy_sign(row.net), "C62", abs(row.net)


def _move(draft: DraftInvoice, before: DraftState, after: DraftState, kind: str, actor: User) -> None:
    if DraftInvoice.objects.filter(pk=draft.pk, state=before).update(state=after):
        _tell(draft, kind, actor)


def _tell(draft: DraftInvoice, kind: str, actor: User, **data: object) -> None:
    log.record(draft.business, kind, f"draft:{draft.pk}", customer=draft.customer, actor=actor, **data)
