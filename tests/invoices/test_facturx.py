"""The PDF that goes out: an archive file people read and programs too, the same bytes every time."""

from io import BytesIO

import pikepdf
import pytest
from facturx import get_facturx_level, get_facturx_xml_from_pdf
from lxml import etree
from pypdf import PdfReader

from invoices.cii import cii_xml
from invoices.einvoices.opening import open_einvoice
from invoices.facturx import facturx_pdf
from invoices.invoice_page import page_context
from tests.invoices.papers import HOLLIS, line, paper

XMP = {"fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#", "pdfaid": "http://www.aiim.org/pdfa/ns/id/"}
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


@pytest.fixture(scope="module")
def short() -> bytes:
    sold = paper(language="de", note="Danke für Ihren Auftrag.")
    return facturx_pdf(sold, cii_xml(sold))


@pytest.mark.proves("P13")
def test_the_file_inside_is_read_back_as_it_was_put_in(short):
    name, xml = get_facturx_xml_from_pdf(short)
    assert (name, xml) == ("factur-x.xml", cii_xml(paper(language="de", note="Danke für Ihren Auftrag.")))
    assert get_facturx_level(etree.fromstring(xml)) == "en16931"


def test_it_is_an_archive_file_with_colours_tags_and_a_language(short):
    with pikepdf.open(BytesIO(short)) as pdf:
        root = pdf.Root
        assert (root.OutputIntents[0].S, bool(root.MarkInfo.Marked), str(root.Lang)) == ("/GTS_PDFA1", True, "de")
        assert "/StructTreeRoot" in root
        [attached] = root.AF
        assert (attached.AFRelationship, str(attached.UF), attached.EF.F.Subtype) == ("/Alternative", "factur-x.xml", "/text/xml")
        fonts = [font.DescendantFonts[0].FontDescriptor for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts and all({"/FontFile2", "/FontFile3"} & set(font.keys()) for font in fonts)


def test_its_metadata_says_what_is_inside(short):
    with pikepdf.open(BytesIO(short)) as pdf:
        xmp = etree.fromstring(pdf.Root.Metadata.read_bytes())
    [rdf] = xmp.iter(RDF)
    fields = {name: rdf.findtext(f".//fx:{name}", namespaces=XMP) for name in ("DocumentFileName", "DocumentType", "Version")}
    assert fields == {"DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0"}
    assert rdf.findtext(".//fx:ConformanceLevel", namespaces=XMP) == "EN 16931"
    told = {key: value for element in rdf for key, value in element.attrib.items()}
    assert (told[f"{{{XMP['pdfaid']}}}part"], told[f"{{{XMP['pdfaid']}}}conformance"]) == ("3", "A")


def test_equal_papers_give_equal_bytes(short):
    sold = paper(language="de", note="Danke für Ihren Auftrag.")
    assert facturx_pdf(sold, cii_xml(sold)) == short


def test_people_read_all_of_it(short):
    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(short)).pages).replace("\xa0", " ").split())
    wanted = ["Rechnung 2026-0007", "Rechnungsdatum 2. März 2026", "Lieferdatum 27. Februar 2026", "Ihre Bestellung PO-4711"]
    wanted += ["Birke Bau AG", "Frau Huber", "8010 Graz", "Österreich", "Cordless drill, 18 V, with case", "19,99", "59,97"]
    wanted += ["105,47", "21,09", "126,56", "1. April 2026", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX"]
    wanted += ["USt-IdNr. DE123456788", "HRB 98765", "Bitte zahlen Sie innerhalb von 30 Tagen", "Danke für Ihren Auftrag."]
    assert [words for words in wanted if words not in text] == []


def test_a_long_one_repeats_its_head_and_ends_with_the_sum():
    many = paper(*[line(f"Part number {n}, galvanised", "1", "2.50") for n in range(1, 101)])
    pages = [page.extract_text() for page in PdfReader(BytesIO(facturx_pdf(many, cii_xml(many)))).pages]
    assert len(pages) > 2
    assert all("Description" in page and f"Page {place} of {len(pages)}" in page for place, page in enumerate(pages, 1))
    assert sum(page.count("galvanised") for page in pages) == 100
    assert "300,00" in pages[-1]


@pytest.mark.parametrize(
    ("sold", "words"),
    [
        (
            paper(line("Consulting", "1", "10", "0", category="AE"), language="de"),
            "Steuerschuldnerschaft des Leistungsempfängers",
        ),
        (paper(line("Consulting", "1", "10", "0", category="E"), exemption_reason="By section 4."), "By section 4."),
        (paper(line("Compressor", "1", "10", "0", category="K"), language="es"), "Entrega intracomunitaria"),
    ],
)
def test_it_says_why_there_is_no_tax(sold, words):
    assert any(words in reason for reason in page_context(sold)["reasons"])


@pytest.mark.parametrize(
    ("currency", "price", "figure"), [("JPY", "125000", "125.000"), ("KWD", "1250.125", "1.250,125"), ("EUR", "0.0375", "0,0375")]
)
def test_amounts_stand_in_the_decimals_of_their_currency(currency, price, figure):
    [row] = page_context(paper(line("Precision gauge", "1", price), currency=currency, language="de"))["rows"]
    assert row[3].replace("\xa0", ".") == figure


def test_where_no_vat_is_known_none_is_spoken_of():
    sold = paper(line("Hand tools", "1", "10", "0", category="O"), seller=HOLLIS)
    assert [column["name"] for column in page_context(sold)["columns"]] == [
        "position",
        "description",
        "quantity",
        "price",
        "amount",
    ]


def test_our_own_reader_reads_all_of_it_back(short):
    """What somebody else's program would book is what we issued: the way out and the way in agree."""
    [read] = open_einvoice(short, "2026-0007.pdf").invoices
    sold = paper(language="de")
    told = (read.number, read.type_code, read.currency, read.issued_on, read.delivered_on, read.order_reference)
    assert told == (sold.number, sold.type_code, sold.currency, sold.issued_on, sold.delivered_on, sold.purchase_order)
    assert (read.net, read.tax, read.total, read.payable) == (sold.sums.net, sold.sums.tax, sold.sums.gross, sold.sums.due)
    assert [due.due_on for due in read.dues] == [sold.due_on]
    assert (read.seller.tax_id, read.buyer.name, read.buyer.country) == ("DE123456788", "Birke Bau AG", "AT")
    assert (read.account, read.note) == (sold.account.iban, "Danke für Ihren Auftrag.")
    rows = [(line.description, line.quantity, line.unit_price, line.net, line.tax_rate) for line in read.lines]
    wanted = [(row.description, row.item.quantity, row.item.unit_price, row.net, row.item.rate) for row in sold.lines]
    assert rows == wanted
    assert [(group.category, group.rate, group.base, group.tax) for group in read.taxes] == [
        (group.category, group.rate, group.base, group.tax) for group in sold.sums.taxes
    ]
