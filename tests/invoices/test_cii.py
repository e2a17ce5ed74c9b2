"""The XML inside: valid by the schema, holding what the invoice says and what EN 16931 wants."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from facturx import xml_check_xsd
from lxml import etree

from invoices.cii import NAMESPACES, cii_xml
from invoices.en16931 import problems_of
from invoices.paper import CREDIT_NOTE, Account, Corrected
from tests.invoices.papers import ACCOUNT, BIRCH, HOLLIS, line, paper

US_ACCOUNT = Account("Hollis Tools Inc.", "First Bank", details=("Routing number: 021000021", "Account: 1234567"))
MIXED = (
    line("Cordless drill, 18 V", "3", "19.99"),
    line("Screws 4 x 40, a box", "-12", "0.0375", "10", discount_pct="5"),
    line("Course for three people", "1", "900", "0", category="E"),
)
CREDIT = {"type_code": CREDIT_NOTE, "corrects": Corrected("2026-0007", datetime.date(2026, 3, 2)), "number": "2026-0009"}
SAMPLES = {
    "worked figure": paper(),
    "mixed": paper(
        *MIXED, exemption_reason="§ 4 Nr. 21 UStG", prepaid="20", note="Thanks", discount_pct=Decimal(2), discount_days=10
    ),
    "hundred lines": paper(*[line(f"Part {n}", "1", "2.50", unit="KGM") for n in range(100)]),
    "yen": paper(line("Precision gauge", "2", "125000", "10"), currency="JPY"),
    "dinar": paper(line("Stainless pump", "2", "1250.125", "5"), currency="KWD"),
    "reverse charge": paper(line("Consulting in March", "3", "400", "0", category="AE", unit="DAY"), language="de"),
    "within the community": paper(line("Compressor", "1", "4000", "0", category="K"), language="es"),
    "outside of VAT": paper(line("Hand tools", "4", "25", "0", category="O"), currency="USD", account=US_ACCOUNT),
    "credit note": paper(line("Cordless drill, 18 V", "1", "19.99"), **CREDIT),
    "everything told": paper(buyer_reference="Site 4", quote_reference="Q-88", buyer=replace(BIRCH, street=("A", "B", "C", "D"))),
}


def said(xml: bytes, path: str) -> list[str]:
    return [element.text for element in etree.fromstring(xml).iterfind(path, NAMESPACES)]


@pytest.mark.proves("P13")
@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_valid_by_the_schema_and_breaks_no_rule(name):
    assert xml_check_xsd(cii_xml(SAMPLES[name]), flavor="factur-x", level="en16931")
    assert problems_of(SAMPLES[name]) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", ["urn:cen.eu:en16931:2017"]),
        ("rsm:ExchangedDocument/ram:ID", ["2026-0007"]),
        ("rsm:ExchangedDocument/ram:TypeCode", ["380"]),
        ("rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString", ["20260302"]),
        (".//ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString", ["20260401"]),
        (".//ram:OccurrenceDateTime/udt:DateTimeString", ["20260227"]),
        (".//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", ["PO-4711"]),
        (".//ram:SellerTradeParty/ram:Name", ["Hollis Werkzeuge GmbH"]),
        (".//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']", ["DE123456788"]),
        (".//ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID", ["AT"]),
        (".//ram:IBANID", ["DE89370400440532013000"]),
        (".//ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", ["58"]),
        (".//ram:BilledQuantity", ["3", "1"]),
        (".//ram:NetPriceProductTradePrice/ram:ChargeAmount", ["19.99", "45.5"]),
        (".//ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", ["59.97", "45.50"]),
        (".//ram:TaxBasisTotalAmount", ["105.47"]),
        (".//ram:TaxTotalAmount[@currencyID='EUR']", ["21.09"]),
        (".//ram:GrandTotalAmount", ["126.56"]),
        (".//ram:DuePayableAmount", ["126.56"]),
    ],
)
def test_each_term_of_business_stands_where_it_belongs(path, text):
    assert said(cii_xml(SAMPLES["worked figure"]), path) == text


def test_a_credit_note_names_the_invoice_it_corrects():
    xml = cii_xml(SAMPLES["credit note"])
    assert said(xml, "rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert said(xml, ".//ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["2026-0007"]


def test_a_discount_is_told_so_that_the_net_can_be_reckoned():
    """-12 x 0.0375 = -0.45, less 5 %: -0.43; the allowance makes up the difference."""
    xml = cii_xml(SAMPLES["mixed"])
    assert said(xml, ".//ram:SpecifiedTradeAllowanceCharge/ram:ActualAmount") == ["-0.02"]


def test_outside_of_vat_no_vat_identifier_is_named():
    """BR-O-2."""
    assert said(cii_xml(SAMPLES["outside of VAT"]), ".//ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']") == []


def test_what_xml_cannot_hold_does_not_stop_an_invoice():
    xml = cii_xml(paper(line("Hand\x0b tools, \x01as ordered", "1", "5")))
    assert said(xml, ".//ram:SpecifiedTradeProduct/ram:Name") == ["Hand tools, as ordered"]


def test_equal_papers_give_equal_bytes():
    assert cii_xml(paper()) == cii_xml(paper())


NOWHERE = {"street": (), "city": "", "country": ""}
UNTAXED = line("Consulting in March", "1", "400", "0", category="AE")


@pytest.mark.proves("P13")
@pytest.mark.parametrize(
    ("broken", "rules"),
    [
        (paper(seller=replace(HOLLIS, **NOWHERE)), {"BR-8", "BR-9"}),
        (paper(seller=replace(HOLLIS, tax_id="", registration="")), {"BR-CO-26", "BR-S-2"}),
        (paper(buyer=replace(BIRCH, **NOWHERE)), {"BR-10", "BR-11"}),
        (paper(account=Account()), {"BR-61"}),
        (paper(line(" ", "1", "5")), {"BR-25"}),
        (paper(line("Wrong way round", "1", "-5"), line("Hand tools", "1", "50")), {"BR-27"}),
        (paper(line("Hand tools", "1", "50", "0")), {"BR-S-5"}),
        (paper(line("Hand tools", "1", "50", "0", category="X")), {"BR-CL-17"}),
        (paper(line("Tools", "1", "50", "0", category="O"), line("Drill", "1", "50")), {"BR-O-11"}),
        (paper(UNTAXED, seller=replace(HOLLIS, tax_id="12/345/67890")), {"BR-AE-2"}),
        (paper(UNTAXED, buyer=replace(BIRCH, tax_id="")), {"BR-AE-3"}),
        (paper(line("A course", "1", "50", "0", category="E")), {"BR-E-10"}),
        (paper(line("Compressor", "1", "50", "0", category="K"), delivered_on=None), {"BR-IC-11"}),
        (paper(line("Given away", "1", "0")), {"DUE"}),
        (paper(prepaid="126.56"), {"DUE"}),
    ],
)
def test_what_is_missing_is_named(broken, rules):
    assert {problem.rule for problem in problems_of(broken)} == rules


def test_an_invoice_without_lines_is_none():
    assert "BR-16" in {problem.rule for problem in problems_of(replace(paper(), lines=()))}


def test_sums_are_looked_at_again():
    off = replace(paper().sums, tax=Decimal("21.10"), gross=Decimal("126.57"), nets=(Decimal("59.97"),))
    assert {problem.rule for problem in problems_of(paper(account=ACCOUNT, sums=off))} == {"BR-CO-10", "BR-CO-15", "BR-CO-16"}
