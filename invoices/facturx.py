"""An invoice or credit note as Factur-X: a PDF/A-3 page for people with the same content inside for programs."""

import datetime
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string

from arcollect.pdf import Embedded, render_archive_pdf
from invoices.cii import cii_xml
from invoices.invoice_page import page_context, stylesheet
from invoices.paper import Paper

FILE_NAME = "factur-x.xml"
# For the profile EN 16931 the page and the file say the same, neither more than the other.
RELATIONSHIP = "Alternative"


def facturx_pdf(paper: Paper, xml: bytes) -> bytes:
    """The PDF with `xml`, which `cii_xml` made of the same paper, inside. Equal papers, equal bytes."""
    html = render_to_string("invoice/page.html", page_context(paper))
    made_at = datetime.datetime.combine(paper.issued_on, datetime.time(), datetime.UTC)
    return render_archive_pdf(
        html, stylesheet=stylesheet(), embedded=Embedded(FILE_NAME, xml, RELATIONSHIP, made_at, _metadata())
    )


def preview_pdf(paper: Paper) -> bytes:
    """The same document while it is not issued yet."""
    return facturx_pdf(paper, cii_xml(paper))


@cache
def _metadata() -> bytes:
    """What the PDF's metadata says of the file inside, and in which schema it says so (Factur-X 1.0, 6.3)."""
    return (settings.BASE_DIR / "templates" / "invoice" / "facturx.xmp").read_bytes()
