"""The pile as one PDF: a list in front, then every letter in its order; printed on both sides, each on sheets of its own."""

import subprocess

import pytest

from arcollect.pdf import render_pdf
from customers.documents import store
from customers.models import Letter
from reminders.models import PaperCopy, PrintRun
from reminders.print_pile import pile
from tests import make
from tests.make import day


def copy_of(words: str, pages: int) -> bytes:
    """A small PDF of so many pages that say these words."""
    body = "".join(f"<p style='break-after: page'>{words} page {number}</p>" for number in range(1, pages))
    return render_pdf(f"<html lang=en><title>x</title><body>{body}<p>{words} page {pages}</p></body></html>", stylesheet="")


def letter(business, name: str, pages: int) -> Letter:
    customer = make.customer(business, name, city=f"{name}ville")
    stored = store(business=business, content=copy_of(name, pages), content_type="application/pdf", name=f"{name}.pdf")
    fields = {"state": "sending", "channel": "post", "currency": "USD", "language": "en", "written_on": day("2026-03-16")}
    return Letter.objects.create(business=business, customer=customer, code="L30", document=stored, **fields)


@pytest.fixture
def run(business) -> PrintRun:
    """Three letters of one, two and one pages."""
    row = PrintRun.objects.create(business=business, printed_on=day("2026-03-16"))
    for name, pages in (("Birch", 1), ("Cedar", 2), ("Dogwood", 1)):
        PaperCopy.objects.create(letter=letter(business, name, pages), business=business, run=row)
    return row


def pages_of(content: bytes, tmp_path) -> list[str]:
    """The words on each page, as pdftotext reads them; "" for an empty one."""
    (tmp_path / "pile.pdf").write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "pile.pdf", "-"], capture_output=True, check=True, text=True).stdout
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


def letters_of(run: PrintRun) -> list[Letter]:
    return [copy.letter for copy in run.copies.order_by("letter_id")]


def test_a_list_comes_first_then_every_letter_in_its_order(run, tmp_path):
    cover, *rest = pages_of(pile(run, letters_of(run), duplex=False), tmp_path)
    assert rest == ["Birch page 1", "Cedar page 1", "Cedar page 2", "Dogwood page 1"]
    first, second, _third = letters_of(run)
    assert cover.startswith("Letters to post, Mar 16, 2026 Hollis Tools · 3 letters · 4 pages")
    assert f"1 Birch Birchville 30-day letter {first.pk} 1" in cover
    assert f"2 Cedar Cedarville 30-day letter {second.pk} 2" in cover


def test_printed_on_both_sides_each_letter_begins_on_a_new_sheet(run, tmp_path):
    pages = pages_of(pile(run, letters_of(run), duplex=True), tmp_path)
    assert pages[1:] == ["", "Birch page 1", "", "Cedar page 1", "Cedar page 2", "Dogwood page 1", ""]
    assert pages.index("Cedar page 1") % 2 == pages.index("Dogwood page 1") % 2 == 0


def test_the_same_pile_is_the_same_file(run):
    assert pile(run, letters_of(run), duplex=True) == pile(run, letters_of(run), duplex=True)


def test_behind_a_letter_that_was_mailed_come_the_copies_its_mail_carried(business, run, tmp_path):
    mailed = letters_of(run)[0]
    invoice = make.invoice(mailed.customer, "INV-1")
    content = copy_of("Invoice", 1)
    invoice.document = store(business=business, content=content, content_type="application/pdf", name="INV-1.pdf")
    invoice.save()
    mailed.sent_to, mailed.facts = "ap@acme.example", {"lines": [{"invoice": invoice.pk, "number": "INV-1"}]}
    assert pages_of(pile(run, [mailed], duplex=False), tmp_path)[1:] == ["Birch page 1", "Invoice page 1"]
