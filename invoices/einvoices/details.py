"""Writes what an electronic invoice says beyond its sum: detail, lines, the XML itself, the PDF and what was enclosed."""

import re
from dataclasses import asdict
from decimal import Decimal

from arcollect.money import quantize
from customers import log
from customers.documents import store
from customers.models import Business, Document, ImportBatch, User
from invoices.einvoices.content import Content, Enclosure, owed
from invoices.einvoices.opening import EInvoiceFile
from invoices.einvoices.pdf import is_pdf
from invoices.models import CreditNote, DraftInvoice, Invoice, InvoiceDetail, InvoiceLine

XML, PDF, OTHER = "application/xml", "application/pdf", "application/octet-stream"
# A PDF enclosed in the XML shows the invoice itself where its name says so.
SHOWS_INVOICE = re.compile(r"invoice|rechnung|fattura|facture|factura|factuur", re.IGNORECASE)
MOST_LINES = 10_000


def write_detail(
    *, invoice: Invoice, content: Content, source: EInvoiceFile, due_from: str, batch: ImportBatch, actor: User | None
) -> bool:
    """Keeps the content of an invoice, in the transaction under way; whether anything was new. The same file again is not.

    An invoice made here says what it says: a copy of it that comes back adds nothing.
    """
    business = invoice.business
    if DraftInvoice.objects.filter(invoice=invoice).exists():
        return False
    xml = store(business=business, content=source.xml, content_type=XML, name=_short(source.xml_name))
    before = InvoiceDetail.objects.filter(invoice=invoice).first()
    if before and before.xml_id == xml.pk:
        return False
    detail, _created = InvoiceDetail.objects.update_or_create(invoice=invoice, defaults=_fields(content, xml, due_from, before))
    _keep_lines(invoice, content)
    picture, others = _papers(business, content, source)
    detail.attachments.set(others)
    if picture and (before or invoice.document_id is None):
        Invoice.objects.filter(pk=invoice.pk).update(document=picture)
    data = {"batch": batch.pk, "schema": content.schema, "type": content.type_code, "xml": xml.pk, "due_from": due_from}
    log.record(business, "invoice.detailed", f"invoice:{invoice.pk}", customer=invoice.customer, actor=actor, **data)
    return True


def keep_credit_copy(*, note: CreditNote, content: Content, source: EInvoiceFile) -> None:
    """Keeps the PDF of a credit note, or its XML where there is none."""
    if note.document_id is not None:
        return
    picture, _others = _papers(note.business, content, source)
    xml = store(business=note.business, content=source.xml, content_type=XML, name=_short(source.xml_name))
    CreditNote.objects.filter(pk=note.pk).update(document=picture or xml)


def _fields(content: Content, xml: Document, due_from: str, before: InvoiceDetail | None) -> dict[str, object]:
    code, sums = content.currency, owed(content)
    return {
        "format": content.schema,
        "type_code": content.type_code,
        "net": _money(content.net, code),
        "tax": _money(content.tax, code),
        "gross": quantize(content.total, code),
        "rounding": quantize(content.rounding, code),
        "withheld": quantize(content.withheld, code),
        "prepaid": sums.prepaid,
        "due_from": due_from or (before.due_from if before else ""),
        "seller": content.seller.name,
        "seller_tax_id": content.seller.tax_id,
        "buyer": content.buyer.name,
        "buyer_tax_id": content.buyer.tax_id,
        "buyer_reference": content.buyer_reference,
        "quote_reference": content.quote_reference,
        "terms_text": content.terms,
        "pay_to_account": content.account,
        "payment_means": content.means,
        "note": content.note,
        "taxes": [{name: str(value) for name, value in asdict(part).items()} for part in content.taxes],
        "xml": xml,
    }


def _keep_lines(invoice: Invoice, content: Content) -> None:
    """The lines as they are sold, and what is taken off their sum or added to it. The tax of a line is worked out from its rate:
    the invoice itself sums tax up by rate."""
    invoice.lines.all().delete()
    rows = [
        InvoiceLine(
            invoice=invoice,
            position=position,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=quantize(line.net, content.currency),
            tax_rate=line.tax_rate,
            tax=quantize(line.net * line.tax_rate / 100, content.currency),
        )
        for position, line in enumerate([*content.lines[:MOST_LINES], *content.beside], 1)
    ]
    InvoiceLine.objects.bulk_create(rows, batch_size=500)


def _papers(business: Business, content: Content, source: EInvoiceFile) -> tuple[Document | None, list[Document]]:
    """(the PDF that shows the invoice, if there is one; every other file that came along)."""
    enclosed = [*content.enclosures, *source.others]
    picture = None
    if source.pdf is not None:
        picture = store(business=business, content=source.pdf, content_type=PDF, name=_short(source.pdf_name))
    else:
        shown = [one for one in enclosed if is_pdf(one.content) and _shows(one, content)]
        if len(shown) == 1:
            picture = _stored(business, shown[0])
            enclosed.remove(shown[0])
    return picture, [_stored(business, one) for one in enclosed]


def _shows(one: Enclosure, content: Content) -> bool:
    return bool(SHOWS_INVOICE.search(one.name)) or content.number.casefold() in one.name.casefold()


def _stored(business: Business, one: Enclosure) -> Document:
    """What it says it is does not count: only a PDF is shown in the browser, everything else is downloaded."""
    content_type = PDF if is_pdf(one.content) else OTHER
    return store(business=business, content=one.content, content_type=content_type, name=_short(one.name) or "attachment")


def _money(amount: Decimal | None, currency: str) -> Decimal | None:
    return None if amount is None else quantize(amount, currency)


def _short(name: str) -> str:
    """The last part of a path, as long as a name may be."""
    return name.rpartition("/")[2][-200:]
