"""Copies of the invoices a letter asks for, where somebody filed them: beside the mail, behind the printed letter."""

import logging
from dataclasses import dataclass
from io import BytesIO

import pikepdf

from customers.models import Letter
from customers.models.letter import LetterCode
from invoices.models import Invoice

logger = logging.getLogger(__name__)

# Only the first letters carry copies: whoever got two of them has the invoice (domain.md 3.2), unless they say otherwise.
COPIED = {LetterCode.L0, LetterCode.LC, LetterCode.L1, LetterCode.L30}
# Mail servers of small businesses refuse more than about ten megabytes, and base64 adds a third.
COPIES_LIMIT = 5 * 1024 * 1024
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Copies:
    """The invoices whose copy goes with a letter, by (invoice id, number), and the numbers of those asked for without one."""

    enclosed: tuple[tuple[int, str], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the letter may say that the copies are enclosed."""
        return bool(self.enclosed) and not self.missing


def copies_of(letter: Letter) -> Copies:
    """Which copies go with `letter`: in its own order, as many as the limit holds. Reads sizes, not the copies."""
    wanted = letter.facts.get("agreed", {}).get("resend", False)
    if letter.code not in COPIED and not wanted:
        return Copies()
    # Who never got an invoice is sent it, though they promised to pay it and it is not asked for any more.
    rows = [*letter.facts["lines"], *(letter.facts["set_aside"] if wanted else ())]
    asked = {line["invoice"]: line["number"] for line in rows}
    filed = Invoice.objects.filter(pk__in=asked, document__content_type=PDF)
    sizes = dict(filed.values_list("pk", "document__size"))
    enclosed, room = [], COPIES_LIMIT
    for invoice_id, number in asked.items():
        size = sizes.get(invoice_id, COPIES_LIMIT + 1)
        if size <= room:
            enclosed.append((invoice_id, number))
            room -= size
    taken = {number for _invoice_id, number in enclosed}
    return Copies(tuple(enclosed), tuple(number for number in asked.values() if number not in taken))


def copy_files(letter: Letter) -> list[tuple[str, bytes]]:
    """(file name, PDF) of each copy, to attach."""
    enclosed = copies_of(letter).enclosed
    rows = Invoice.objects.filter(pk__in=[invoice_id for invoice_id, _number in enclosed])
    contents = dict(rows.values_list("pk", "document__bytes"))
    return [(f"{number}.pdf".replace("/", "-"), bytes(contents[invoice_id])) for invoice_id, number in enclosed]


def with_copies(letter: Letter, pdf: bytes) -> bytes:
    """The letter for the printer: its pages, then those of the copies. A copy that cannot be read is left out."""
    copies = copy_files(letter)
    if not copies:
        return pdf
    with pikepdf.open(BytesIO(pdf)) as whole:
        for name, content in copies:
            try:
                with pikepdf.open(BytesIO(content)) as copy:
                    whole.pages.extend(copy.pages)
            except pikepdf.PdfError:
                logger.warning("Letter %s: the copy %s cannot be read", letter.pk, name)
        merged = BytesIO()
        whole.save(merged, deterministic_id=True)
    return merged.getvalue()
