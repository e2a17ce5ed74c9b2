"""The letter as a PDF: what can be read out of it, how it looks, that it is whole, tagged, self-contained and repeatable."""

import dataclasses
import hashlib
import io
import os
import re
import subprocess
import sys
from decimal import Decimal

import pypdfium2
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader

from arcollect.money import format_money
from arcollect.qr import grouped
from reminders.letter_facts import CODES, LetterFacts
from reminders.letter_page import country_line, order_of, pay_rows, payment_code, window_lines
from reminders.letter_words import source
from reminders.letters import compose, render
from tests.reminders import letter_samples
from tests.reminders.golden import FOLDER, kept_picture, kept_text

LANGUAGES = ("en", "de", "es")
SHOWN = {"L60": "L60-reached", "L90": "L90-cant", "LCALL": "LCALL-promise"}


def pdf(facts: LetterFacts) -> bytes:
    return render(facts, compose(facts, source(facts.code, facts.language)))


def read(facts: LetterFacts) -> str:
    """The text of all pages, no-break spaces as spaces."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(facts))).pages).replace("\xa0", " ")


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.proves("P12")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_text_is_as_kept(code, language):
    text = read(letter_samples.samples(language)[SHOWN.get(code, code)])
    assert text == kept_text(f"pages/{language}-{code}.txt", text)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("a4-first-page", letter_samples.cedar("L90", "de", diagnosis="WONT")),
        ("letter-part-paid", letter_samples.partly_paid("L30", "en")),
    ],
)
def test_page_looks_as_kept(name, facts, tmp_path):
    page = pypdfium2.PdfDocument(pdf(facts))[0].render(scale=1, grayscale=True).to_pil()
    drawn = io.BytesIO()
    page.save(drawn, "PNG")
    kept = Image.open(io.BytesIO(kept_picture(f"pictures/{name}.png", drawn.getvalue())))
    assert page.size == kept.size
    difference = ImageChops.difference(page, kept)
    assert sum(difference.histogram()[64:]) < page.width * page.height * 0.002


@pytest.mark.proves("T28")
def test_same_letter_gives_same_bytes_in_every_process(tmp_path):
    facts = letter_samples.cedar("L90", "de", diagnosis="CANT", portal_url=letter_samples.PORTAL)
    first = pdf(facts)
    assert first == pdf(facts)
    again = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], capture_output=True, check=True, env=os.environ | {"PYTHONHASHSEED": "7"}
    )
    assert again.stdout.decode().strip() == hashlib.sha256(first).hexdigest()


ELSEWHERE = """
import django, hashlib
django.setup()
from tests.reminders import letter_samples, test_letter_pdf
facts = letter_samples.cedar("L90", "de", diagnosis="CANT", portal_url=letter_samples.PORTAL)
import sys; sys.stdout.write(hashlib.sha256(test_letter_pdf.pdf(facts)).hexdigest())
"""


def test_pdf_is_tagged_and_names_language_and_title():
    reader = PdfReader(io.BytesIO(pdf(letter_samples.cedar("L60", "es"))))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 (a PDF object, not a bool)
    assert reader.metadata.title == "Su cuenta con Nordlicht Werkstatt"
    assert {"/H1", "/P", "/Table", "/TH", "/Figure"} <= kinds(root["/StructTreeRoot"])
    assert b"pdfuaid" in root["/Metadata"].get_data()


def kinds(element) -> set[str]:
    """The structure types below an element of the tag tree."""
    found, waiting = set(), [element]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            found.add(str(one.get("/S", "")))
            if "/K" in one and not isinstance(one["/K"], int):
                waiting.append(one["/K"])
    return found


def test_every_font_is_embedded_and_ours():
    reader = PdfReader(io.BytesIO(pdf(letter_samples.facts("L30", "de"))))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys()
        assert re.match(r"/[A-Z]{6}\+Letter-latin(-ext)?(-Semi-Bold)?$", font["/BaseFont"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_sixty_invoices_are_all_there_and_so_is_the_foot(language):
    facts = letter_samples.many(60, "L30", language)
    reader = PdfReader(io.BytesIO(pdf(facts)))
    pages = [page.extract_text().replace("\xa0", " ") for page in reader.pages]
    text = "\n".join(pages)
    assert len(pages) > 1
    for line in (*facts.lines, *facts.not_due):
        assert line.number in text
        assert format_money(line.total, facts.currency, facts.locale, symbol=False) in text
    for number, page in enumerate(pages, start=1):
        assert re.search(rf"(Page|Seite) {number} (of|von) {len(pages)}", page)
        for part in (facts.creditor.legal_name, *facts.creditor.address, facts.creditor.tax_id, facts.creditor.registration):
            assert part in page
    assert facts.creditor.signatory in pages[0]


@pytest.mark.proves("T17", "T24")
@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_in_the_letter_are_the_facts(language):
    facts = letter_samples.cedar("L90", language, diagnosis="CANT")
    text = flat(read(facts))
    for amount in ("1250.00", "-350.00", "900.00", "150.00", "700.00", "300.00", "250.00"):
        assert format_money(Decimal(amount), facts.currency, facts.locale, symbol=False) in text


@pytest.mark.proves("T24")
def test_part_payment_is_listed_and_only_the_rest_asked_for():
    text = flat(read(letter_samples.partly_paid("L30", "en")))
    assert "Amount due $800.00" in text
    assert "Jun 12, 2026 TRF 88120 INV-7 200.00" in text
    assert "1,000.00 200.00 800.00" in text


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_currencies_without_cents_or_with_mils(currency):
    total = {"JPY": "120000", "KWD": "1250.125"}[currency]
    facts = letter_samples.facts("L30", "en", currency=currency, lines=(letter_samples.line(total=total, currency=currency),))
    assert {"JPY": "120,000", "KWD": "1,250.125"}[currency] in read(facts)


def test_missing_address_is_marked():
    lost = letter_samples.Addressee("Brightwater Cafés Inc.", "US")
    assert "Address missing" in read(letter_samples.facts(customer=lost))
    assert "Address missing" not in read(letter_samples.facts())


def test_long_address_is_set_smaller_and_loses_nothing():
    lines = tuple(f"{place}, {'Hof und Hinterhaus ' * 2}{n}" for n, place in enumerate(("Abteilung", "Gebäude", "Stiege", "Tür")))
    customer = dataclasses.replace(letter_samples.CUSTOMERS["de"], name="Gesellschaft " * 7, address=lines)
    facts = letter_samples.facts("L1", "de", customer=customer)
    assert window_lines(facts)["size"] == "small"
    for line in lines:
        assert line in flat(read(facts))


@pytest.mark.parametrize(
    ("address", "country", "line"),
    [
        (("Lindengasse 7", "1070 Wien"), "AT", "Österreich"),
        (("Lindengasse 7", "1070 Wien", "AUSTRIA"), "AT", ""),
        (("Hafenstraße 1", "20457 Hamburg"), "DE", ""),
        ((), "AT", ""),
    ],
)
def test_country_stands_last_on_mail_abroad(address, country, line):
    customer = letter_samples.Addressee("Jemand", country, address)
    assert country_line(letter_samples.facts("L1", "de", customer=customer)) == line


def test_paper_is_a4_or_us_letter():
    sizes = {}
    for language in ("en", "de"):
        box = PdfReader(io.BytesIO(pdf(letter_samples.facts("L1", language)))).pages[0].mediabox
        sizes[language] = (round(box.width), round(box.height))
    assert sizes == {"en": (612, 792), "de": (595, 842)}


def test_nothing_but_the_address_stands_in_the_window():
    """DIN 5008 B: 20 to 110 mm from the left, 45 to 90 mm from the top; a #10 window with the sheet shifted either way."""
    for language, box in (("de", (20, 45, 109, 95)), ("en", (0, 52, 136, 92))):
        facts = letter_samples.facts("L1", language)
        page = pypdfium2.PdfDocument(pdf(facts))[0]
        left, top, right, bottom = (side * 72 / 25.4 for side in box)
        seen = flat(page.get_textpage().get_text_bounded(left, page.get_height() - bottom, right, page.get_height() - top))
        allowed = " ".join((window_lines(facts)["sender"], *window_lines(facts)["lines"]))
        assert set(seen.split()) <= set(allowed.split())
        assert set(facts.customer.name.split()) <= set(seen.split())


def test_logo_stands_in_the_letterhead_with_its_name():
    creditor = dataclasses.replace(letter_samples.CREDITOR, logo_data_uri=letter_samples.logo(), iban="")
    reader = PdfReader(io.BytesIO(pdf(letter_samples.facts("L1", "de", creditor=creditor))))
    assert len(reader.pages[0].images) == 1


@pytest.mark.parametrize(("total", "shown"), [("0.01", True), ("999999999.99", True), ("1000000000.00", False)])
def test_bank_code_only_for_amounts_its_standard_allows(total, shown):
    facts = letter_samples.facts("L30", "de", lines=(letter_samples.line(total=total),))
    assert bool(payment_code(facts)) is shown


def test_code_follows_currency_account_and_payment_page():
    euro = letter_samples.facts("L30", "de")
    assert "€ 1.250,00, Verwendungszweck INV-7" in payment_code(euro)["alt"].replace("\xa0", " ")
    page_only = letter_samples.facts("L30", "en")
    assert payment_code(page_only)["alt"] == "Code that opens the payment page"
    bare = dataclasses.replace(letter_samples.CREDITOR, iban="")
    assert payment_code(letter_samples.facts("L30", "de", creditor=bare)) is None


def test_bank_code_says_what_the_letter_says():
    said = order_of(letter_samples.facts("L30", "de")).decode().split("\n")
    account = ["COBADEFFXXX", "Nordlicht Werkstatt GmbH", "DE89370400440532013000"]
    assert said == ["BCD", "002", "1", "SCT", *account, "EUR1250.00", "", "", "INV-7"]


def test_no_bank_code_longer_than_its_standard_allows():
    creditor = dataclasses.replace(letter_samples.CREDITOR, legal_name="Ж" * 70)
    facts = letter_samples.facts("L30", "de", creditor=creditor)
    assert payment_code(facts)
    assert payment_code(dataclasses.replace(facts, reference="Ж" * 140)) is None


def test_account_holder_stands_only_above_an_account():
    bare = dataclasses.replace(letter_samples.CREDITOR, iban="", bic="", bank_name="")
    assert pay_rows(letter_samples.facts("L30", "de", creditor=bare)) == [("Verwendungszweck", "INV-7")]
    assert pay_rows(letter_samples.facts("L30", "de"))[0] == ("Kontoinhaber", "Nordlicht Werkstatt GmbH")


def test_iban_is_read_in_fours():
    assert grouped("DE89370400440532013000") == "DE89 3704 0044 0532 0130 00"


def test_kept_files_are_all_in_use():
    pages = {f"{language}-{code}.txt" for language in LANGUAGES for code in CODES}
    words = {f"{language}-{name}.txt" for language in LANGUAGES for name in letter_samples.samples(language)}
    assert {path.name for path in (FOLDER / "pages").iterdir()} == pages
    assert {path.name for path in (FOLDER / "words").iterdir()} == words
