"""Opens an electronic invoice of any schema: which it is is found from the content, never from the name of the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from invoices.einvoices import cii, fatturapa, ubl
from invoices.einvoices.content import Content, Enclosure
from invoices.einvoices.kinds import no_claim
from invoices.einvoices.pdf import embedded_invoice, is_pdf
from invoices.einvoices.xmlfile import Element, local, namespace, parse
from invoices.imports.problems import ImportProblem

PKCS7_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
# Documents that look alike and are no invoices to a customer of ours, by the name of their root.
OTHERS = {
    "Order": "UBL Order", "OrderResponse": "UBL OrderResponse", "OrderChange": "UBL OrderChange",
    "OrderCancellation": "UBL OrderCancellation", "OrderResponseSimple": "UBL OrderResponseSimple", "Quotation": "UBL Quotation",
    "DespatchAdvice": "UBL DespatchAdvice", "ReceiptAdvice": "UBL ReceiptAdvice", "Reminder": "UBL Reminder",
    "RemittanceAdvice": "UBL RemittanceAdvice", "Statement": "UBL Statement", "ApplicationResponse": "UBL ApplicationResponse",
    "Catalogue": "UBL Catalogue", "SelfBilledInvoice": "UBL SelfBilledInvoice",
    "SelfBilledCreditNote": "UBL SelfBilledCreditNote",
    "SCRDMCCBDACIOMessageStructure": "Order-X", "CrossIndustryOrder": "CII order",
    "SCRDMCCBDACIDAMessageStructure": "CII despatch advice", "CrossIndustryDespatchAdvice": "CII despatch advice",
    "FatturaElettronicaSemplificata": "simplified FatturaPA", "Facturae": "Facturae", "Finvoice": "Finvoice",
    "EHF": "EHF", "Comprobante": "CFDI", "Faktura": "KSeF FA", "nfeProc": "NF-e", "NFe": "NF-e", "Document": "ISO 20022",
    "BusinessDocument": "e-SLOG", "IssuedInvoice": "e-SLOG", "StandardBusinessDocument": "SBDH",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """An invoice of a file that is not brought in, and why; `number` "" where it could not be read."""

    reason: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class EInvoiceFile:
    """What was found in one file: its invoices, the XML they were read from and the PDF that shows them, if it came along."""

    name: str
    invoices: tuple[Content | Refused, ...]
    xml: bytes
    xml_name: str
    pdf: bytes | None = None
    pdf_name: str = ""
    others: tuple[Enclosure, ...] = ()


def is_einvoice(content: bytes) -> bool:
    """Whether these bytes are for `open_einvoice` to judge: XML, a PDF or a signed FatturaPA; any table is not."""
    head = content[:256].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    return head.startswith(b"<") or is_pdf(content) or is_signed(content)


def is_signed(content: bytes) -> bool:
    """Whether this is a PKCS#7 envelope, as FatturaPA files called .p7m are."""
    return content[:1] == b"\x30" and PKCS7_SIGNED_DATA in content[:64]


def open_einvoice(content: bytes, name: str) -> EInvoiceFile:
    """Every invoice in a file, some perhaps refused; ImportProblem, naming line and field where it can, for a file that is
    no invoice at all."""
    if is_pdf(content):
        found = embedded_invoice(content)
        if found is None:
            raise ImportProblem(_("this PDF carries no electronic invoice, only what people see"))
        return EInvoiceFile(name, _read(found.xml), found.xml, found.name, content, name, found.others)
    if is_signed(content):
        raise ImportProblem(_("a signed file (.p7m): bring in the invoice without its signature"))
    if not content.strip():
        raise ImportProblem(_("the file is empty"))
    if not is_einvoice(content):
        raise ImportProblem(_("this is neither XML nor a PDF"))
    return EInvoiceFile(name, _read(content), content, name)


def _read(xml: bytes) -> tuple[Content | Refused, ...]:
    root = parse(xml)
    found: list[Content | Refused] = []
    for content in _reader(root)(root):
        reason = no_claim(content.type_code) or _gaps(content)
        found.append(Refused(reason, content.number) if reason else content)
    return tuple(found)


def _reader(root: Element) -> Callable[[Element], Iterator[Content]]:
    name, space = local(root), namespace(root)
    if space in ubl.NAMESPACES:
        return ubl.read
    if name in cii.ROOTS:
        return cii.read
    if name == fatturapa.ROOT:
        return fatturapa.read
    if name in OTHERS:
        raise ImportProblem(_("%(what)s: this is no invoice of a kind read here") % {"what": OTHERS[name]})
    raise ImportProblem(_("%(what)s: this XML is no invoice of a schema known here") % {"what": _called(name, space)})


def _called(name: str, space: str) -> str:
    return f"<{name}> ({space})" if space else f"<{name}>"


def _gaps(content: Content) -> str:
    """What an invoice cannot do without and lacks; "" where it has all."""
    lacking = {_("its number"): content.number, _("the buyer's name"): content.buyer.name, _("the currency"): content.currency}
    return ", ".join(_("%(what)s is missing") % {"what": what} for what, value in lacking.items() if not value)
