"""PDFs that carry their invoice as XML: Factur-X, ZUGFeRD 1 and 2, XRechnung."""

import io
import zlib
from dataclasses import dataclass

import pikepdf
from django.utils.translation import gettext as _

from invoices.einvoices.content import Enclosure
from invoices.imports.problems import ImportProblem

# The names the standards give the XML, the newest first: a file that carries two says the same twice.
NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
LARGEST = 30 * 1024 * 1024
DEFLATED = pikepdf.Name.FlateDecode


@dataclass(frozen=True, slots=True)
class EmbeddedInvoice:
    """What a PDF carries: the invoice's XML under its name, and every other file."""

    xml: bytes
    name: str
    others: tuple[Enclosure, ...]


def is_pdf(content: bytes) -> bool:
    """Whether the bytes claim to be a PDF; a few may stand before its mark."""
    return b"%PDF-" in content[:1024]


def embedded_invoice(content: bytes) -> EmbeddedInvoice | None:
    """The invoice inside a PDF; None where there is none. ImportProblem where the PDF cannot be opened."""
    files = _attachments(content)
    named = {name.lower(): name for name in files}
    chosen = next((named[name] for name in NAMES if name in named), None)
    if chosen is None:
        chosen = next((name for name in files if name.lower().endswith(".xml")), None)
    if chosen is None:
        return None
    others = tuple(Enclosure(name=name[:200], content_type="", content=held) for name, held in files.items() if name != chosen)
    return EmbeddedInvoice(files[chosen], chosen, others)


def _attachments(content: bytes) -> dict[str, bytes]:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return {name: _held(pdf.attachments[name]) for name in pdf.attachments}
    except pikepdf.PasswordError as error:
        raise ImportProblem(_("this PDF is locked with a password")) from error
    except (pikepdf.PdfError, zlib.error, ValueError, KeyError) as error:
        raise ImportProblem(_("this PDF is damaged")) from error


def _held(attached: pikepdf.AttachedFileSpec) -> bytes:
    """The bytes of one attachment. A file that unpacks to a great multiple of itself is refused unread."""
    stream = attached.get_file().obj
    raw, filters = bytes(stream.read_raw_bytes()), stream.get("/Filter")
    if filters is None:
        held = raw
    elif filters in (DEFLATED, [DEFLATED]) and stream.get("/DecodeParms") is None:
        held = zlib.decompressobj().decompress(raw, LARGEST + 1)
    else:
        held = bytes(stream.read_bytes())
    if len(held) > LARGEST:
        raise ImportProblem(_("a file attached to this PDF is too large"))
    return held
