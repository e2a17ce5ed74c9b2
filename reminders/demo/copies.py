"""Office copies of letters of the past: plain one-page PDFs, cheap to make by the thousand."""

import datetime
import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import BytesIO

import pikepdf

from arcollect.money import format_date, format_money
from customers.models import Business, Letter

A4 = (595, 842)
FONT = pikepdf.Dictionary(
    Type=pikepdf.Name.Font,
    Subtype=pikepdf.Name.Type1,
    BaseFont=pikepdf.Name.Helvetica,
    Encoding=pikepdf.Name.WinAnsiEncoding,
)


def office_copy(business: Business, letter: Letter, day: datetime.date) -> tuple[bytes, str]:
    """(PDF, its SHA-256 in hex): who wrote to whom, when, and which invoices were asked for."""
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=A4)
    page.Contents = pdf.make_stream(_drawn(_lines(business, letter, day)))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=FONT))
    out = BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest()


def _lines(business: Business, letter: Letter, day: datetime.date) -> Iterator[str]:
    language = letter.language
    yield from (business.legal_name, business.street, f"{business.postal_code} {business.city}", "", "")
    customer = letter.customer
    yield from (customer.legal_name, customer.street, f"{customer.postal_code} {customer.city}", "", "")
    yield from (format_date(day, language), f"{letter.code}-{letter.pk}", "", "")
    for line in letter.facts["lines"]:
        due_on = format_date(datetime.date.fromisoformat(line["due_on"]), language, "medium")
        yield f"{line['number']}    {due_on}    {_money(line['collectable'], letter)}"
    yield from ("", _money(str(letter.total), letter))


def _money(amount: str, letter: Letter) -> str:
    return format_money(Decimal(amount), letter.currency, letter.language)


def _drawn(lines: Iterable[str]) -> bytes:
    """The content stream: one line of text below the other."""
    shown = b" ".join(b"(" + _escaped(line) + b") '" for line in lines)
    return b"BT /F1 10.5 Tf 15 TL 70 770 Td " + shown + b" ET"


def _escaped(line: str) -> bytes:
    text = line.encode("cp1252", "replace")
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
