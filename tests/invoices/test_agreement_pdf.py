"""The paper that is signed: everything on it, tagged, on the right sheet, the same bytes every time."""

from io import BytesIO

import pikepdf
import pytest
from pypdf import PdfReader

from customers.documents import store
from invoices.agreement_page import agreement_pdf
from invoices.agreement_terms import terms_of
from tests import agreements, make

PIXEL = bytes.fromhex("47494638396101000100800000050404000000" + "2c00000000010001000002024401003b")
SHEETS = {"a4": (595, 842), "letter": (612, 792)}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def drawn(acme, *amounts: str, **fields) -> bytes:
    acme.save()
    plan = agreements.offered(acme, *amounts, prepared=False, **fields)
    return agreement_pdf(terms_of(plan), "f" * 64)


@pytest.mark.proves("P19")
def test_all_of_it_is_on_the_page(business, acme):
    business.signatory, business.email, business.legal_name = "Jane Hollis", "jane@hollis.example", "Hollis Tools Inc."
    business.save()
    plan = agreements.offered(acme, "250.00", "50.01", instalments={"2026-03-25": "100.01", "2026-04-25": "200.00"})
    text = " ".join(pages(bytes(plan.document.bytes)))
    wanted = ["Hollis Tools Inc.", "Acme", "INV-1", "INV-2", "250.00", "50.01", "100.01", "200.00", "$300.01"]
    wanted += ["March 25, 2026", "April 25, 2026"]
    wanted += ["Jane Hollis", "jane@hollis.example", "I may bind Acme.", plan.terms["reference"], plan.terms_sha256]
    wanted += [clause["title"] for clause in plan.terms["clauses"]]
    assert [words for words in wanted if words.replace(" ", "") not in text.replace(" ", "")] == []


@pytest.mark.proves("T28")
def test_equal_terms_give_equal_bytes(acme):
    plan = agreements.offered(acme, "300")
    assert bytes(plan.document.bytes) == agreement_pdf(plan.terms, plan.terms_sha256)


def test_it_can_be_read_aloud(acme):
    acme.language = "de"
    with pikepdf.open(BytesIO(drawn(acme, "300"))) as pdf:
        assert pdf.Root.MarkInfo.Marked and pdf.Root.Lang == "de"
        assert "Zahlungsvereinbarung" in str(pdf.docinfo["/Title"])


@pytest.mark.parametrize(("country", "sheet"), [("US", "letter"), ("DE", "a4"), ("GB", "a4")])
def test_on_the_customer_s_paper(acme, country, sheet):
    acme.country = country
    box = PdfReader(BytesIO(drawn(acme, "300"))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == SHEETS[sheet]


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_two_pages_for_twelve_payments_and_fourteen_invoices(acme, language):
    acme.language = language
    months = {f"2026-{month:02}-28": "50" for month in range(4, 13)} | {f"2027-{month:02}-28": "50" for month in range(1, 4)}
    paper = pages(drawn(acme, *["42.85"] * 13, "42.95", instalments=months))
    assert len(paper) == 2
    assert all(f"INV-{number}" in paper[0] for number in range(1, 15))


def test_a_long_list_of_invoices_follows_at_the_end(acme):
    paper = pages(drawn(acme, *["10"] * 30))
    assert len(paper) == 3
    assert "30 invoices, listed at the end" in paper[0] and "INV-1" not in paper[0]
    assert all(f"INV-{number}" in paper[2] for number in range(1, 31)) and "300.00" in paper[2]


def test_a_part_of_an_invoice_says_so(acme):
    invoice = make.invoice(acme, "INV-7", total="500")
    plan = make.plan(acme, {invoice: "300"}, {"2026-03-25": "300"}, offered="2026-03-20")
    text = pages(agreement_pdf(terms_of(plan), ""))[0]
    assert "Of it here (USD)" in text and "500.00" in text and "300.00" in text


def test_names_are_text_and_never_markup(acme):
    acme.legal_name = "<b>Acme</b> & {creditor} <script>"
    assert "<b>Acme</b> & {creditor} <script>" in pages(drawn(acme, "300"))[0]


def test_the_creditor_s_logo(business, acme):
    business.logo = store(business=business, content=PIXEL, content_type="image/gif", name="logo.gif")
    business.save()
    plan = agreements.offered(acme, "300")
    assert len(PdfReader(BytesIO(bytes(plan.document.bytes))).pages[0].images) == 1
    assert plan.terms["creditor"]["logo_sha256"] == business.logo.sha256
