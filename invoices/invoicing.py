"""Issues invoices made here: number, invoice, lines, PDF and XML in one transaction, or nothing of it (domain.md 8)."""

import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _
from facturx import xml_check_xsd

from arcollect.money import format_plain, quantize
from customers import log
from customers.documents import store
from customers.models import Business, Document, User
from invoices.cii import cii_xml
from invoices.drafting import DraftError, lock_draft
from invoices.en16931 import Problem, problems_of
from invoices.facturx import FILE_NAME, facturx_pdf
from invoices.models import CreditNote, DraftInvoice, Invoice, InvoiceDetail, InvoiceLine
from invoices.models.drafting import DraftState
from invoices.numbering import number_key
from invoices.paper import Paper
from invoices.paper_facts import paper_of
from invoices.paper_words import terms_words
from invoices.preflighting import blocks, check_draft, hand_on, unticked
from invoices.series import series_of, take_number, written
from invoices.sums import HUNDRED, UNTAXED, TaxSum

Draw = Callable[[Paper, bytes], bytes]
MADE_HERE = "made here"


class IssueError(DraftError):
    """The draft cannot be issued; the message says why."""


@transaction.atomic
def issue_draft(*, draft: DraftInvoice, actor: User, today: datetime.date, draw: Draw = facturx_pdf) -> Invoice:
    """Turns a draft into an invoice that is owed, and can not be changed any more. `draw`: paper and XML -> PDF.

    Raises IssueError where a check stops it or nobody let a warning pass; the number it took goes back to the series.
    """
    locked = lock_draft(draft)
    _refuse(locked, today)
    number = take_number(locked.business, locked.issue_on)
    refuse_taken(locked.business, number)
    paper = paper_of(locked, number)
    pdf, xml = documents_of(locked.business, paper, draw)
    invoice = _invoice(locked, paper, pdf, today)
    _keep(locked, invoice, paper, xml)
    locked.state, locked.invoice = DraftState.ISSUED, invoice
    locked.save(update_fields=["state", "invoice"])
    hand_on(draft=locked, invoice=invoice)
    log.record(
        locked.business,
        "invoice.issued",
        f"invoice:{invoice.pk}",
        customer=locked.customer,
        actor=actor,
        draft=locked.pk,
        total=format_plain(invoice.total, invoice.currency),
        currency=invoice.currency,
        due_on=str(invoice.due_on),
    )
    return invoice


def expected_number(business: Business, on: datetime.date) -> str:
    """The number the next invoice of this day gets, if nobody is faster."""
    series = series_of(business, on)
    return written(series.pattern, series.next, on.year)


def faults_of(draft: DraftInvoice) -> list[Problem]:
    """What an electronic invoice must not lack and this one does."""
    return problems_of(paper_of(draft, "1"))


def documents_of(business: Business, paper: Paper, draw: Draw) -> tuple[Document, Document]:
    """The PDF and the XML of a paper, kept. Raises an error of the factur-x library where the XML breaks the schema: a mistake of
    ours."""
    xml = cii_xml(paper)
    xml_check_xsd(xml, flavor="factur-x", level="en16931")
    name = f"{paper.number}.pdf".replace("/", "-")
    pdf = store(business=business, content=draw(paper, xml), content_type="application/pdf", name=name)
    return pdf, store(business=business, content=xml, content_type="application/xml", name=FILE_NAME)


def refuse_taken(business: Business, number: str) -> None:
    """Raises IssueError where an invoice or credit note has the number already: one that came in with a file."""
    key = number_key(number)
    if any(model.objects.filter(business=business, number_key=key).exists() for model in (Invoice, CreditNote)):
        words = _("%(number)s is the number of another invoice already. Set the next number of your series higher.")
        raise IssueError(words % {"number": number})


def _refuse(draft: DraftInvoice, today: datetime.date) -> None:
    checks = check_draft(draft=draft, on=today)
    if blocks(checks) or faults_of(draft):
        raise IssueError(_("Something must be put right before this invoice can go out."))
    if unticked(checks):
        raise IssueError(_("Look at the warnings, and tick those that may stay, before this invoice goes out."))


def _invoice(draft: DraftInvoice, paper: Paper, pdf: Document, today: datetime.date) -> Invoice:
    """What is owed is what is due: what was paid before is not. Made long after its due date, it waits like one imported so."""
    hold_from = today - datetime.timedelta(days=draft.business.rules["entry_hold_days"])
    return Invoice.objects.create(
        business=draft.business,
        customer=draft.customer,
        number=paper.number,
        number_key=number_key(paper.number),
        issued_on=paper.issued_on,
        due_on=paper.due_on,
        currency=paper.currency,
        total=paper.sums.due,
        balance=paper.sums.due,
        purchase_order=paper.purchase_order,
        delivered_on=paper.delivered_on,
        document=pdf,
        first_seen_on=today,
        entry_hold=draft.business.released_on is not None and paper.due_on < hold_from,
    )


def _keep(draft: DraftInvoice, invoice: Invoice, paper: Paper, xml: Document) -> None:
    """Its lines and the rest of what it says."""
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=line.position,
            description=line.description,
            quantity=line.item.quantity,
            unit_price=line.item.unit_price,
            net=line.net,
            tax_rate=line.item.rate,
            tax=quantize(line.net * line.item.rate / HUNDRED, paper.currency) if line.item.category not in UNTAXED else 0,
        )
        for line in paper.lines
    )
    detail = _detail(draft, invoice, paper, xml)
    detail.attachments.set(row.document_id for row in draft.attachments.all())


def _detail(draft: DraftInvoice, invoice: Invoice, paper: Paper, xml: Document) -> InvoiceDetail:
    return InvoiceDetail.objects.create(
        invoice=invoice,
        format=MADE_HERE,
        type_code=paper.type_code,
        net=paper.sums.net,
        gross=paper.sums.gross,
        tax=paper.sums.tax,
        prepaid=paper.sums.prepaid,
        seller=paper.seller.legal_name,
        seller_tax_id=paper.seller.tax_id,
        buyer=paper.buyer.legal_name,
        buyer_tax_id=paper.buyer.tax_id,
        buyer_reference=paper.buyer_reference,
        quote_reference=paper.quote_reference,
        quote_net=draft.quote_net,
        terms_text="\n\n".join(filter(None, (terms_words(paper), paper.conditions))),
        pay_to_account=paper.account.iban or " ".join(paper.account.details)[:64],
        note=paper.note,
        taxes=[_tax(group, paper.currency) for group in paper.sums.taxes],
        xml=xml,
    )


def _tax(group: TaxSum, currency: str) -> dict[str, str]:
    return {
        "category": group.category,
        "rate": f"{group.rate.normalize():f}",
        "base": format_plain(group.base, currency),
        "tax": format_plain(group.tax, currency),
    }
