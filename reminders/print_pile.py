"""Puts the letters of a print run into one PDF: a cover that lists them, then every letter in that order."""

import datetime
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import pikepdf
from django.template.loader import get_template
from django.utils.translation import get_language

from arcollect.addresses import paper_for
from arcollect.pdf import render_pdf
from customers.models import Business, Document, Letter
from reminders.copies import with_copies
from reminders.models import PrintRun


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter as the cover lists it: its place in the pile, whom it is for, its number and its pages."""

    place: int
    letter: Letter
    pages: int


def pile(run: PrintRun, letters: Iterable[Letter], *, duplex: bool) -> bytes:
    """One PDF of the stored copies of these letters; `duplex`: cover and letters each begin on the front of a sheet."""
    with ExitStack() as opened:
        copies = [(letter, opened.enter_context(pikepdf.open(BytesIO(_bytes(letter))))) for letter in letters]
        sheets = [Sheet(place, letter, len(copy.pages)) for place, (letter, copy) in enumerate(copies, start=1)]
        front = opened.enter_context(pikepdf.open(BytesIO(cover(run.business, run.printed_on, sheets))))
        with pikepdf.new() as whole:
            for part in (front, *(copy for _letter, copy in copies)):
                whole.pages.extend(part.pages)
                if duplex and len(part.pages) % 2:
                    whole.add_blank_page(page_size=_size(part))
            content = BytesIO()
            whole.save(content, deterministic_id=True)
    return content.getvalue()


def cover(business: Business, printed_on: datetime.date, sheets: list[Sheet]) -> bytes:
    """The list that lies on the pile: customer, city, letter number and pages of each, and how many there are."""
    context = {
        "business": business,
        "printed_on": printed_on,
        "sheets": sheets,
        "pages": sum(sheet.pages for sheet in sheets),
        "paper": paper_for(business.country).lower(),
        "language": get_language() or "en",
    }
    return render_pdf(get_template("reminders/print_cover.html").render(context), stylesheet=_stylesheet())


def _bytes(letter: Letter) -> bytes:
    """The stored copy, read one at a time: lists never load it. Behind a mailed one come the copies its mail carried."""
    stored = bytes(Document.objects.values_list("bytes", flat=True).get(pk=letter.document_id))
    return with_copies(letter, stored) if "@" in letter.sent_to else stored


def _size(copy: pikepdf.Pdf) -> tuple[float, float]:
    """Width and height of the last page: its empty back is as large."""
    left, bottom, right, top = (float(edge) for edge in copy.pages[-1].mediabox)
    return right - left, top - bottom


@cache
def _stylesheet() -> str:
    return get_template("reminders/print_cover.css").render()
