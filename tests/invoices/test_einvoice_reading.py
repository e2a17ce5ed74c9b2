"""Electronic invoices read from bytes: each schema, and everything that is refused by name."""

import base64
from datetime import date
from decimal import Decimal

import pytest

from invoices.einvoices.content import Owed, owed
from invoices.einvoices.opening import Refused, is_einvoice, open_einvoice
from invoices.imports.problems import ImportProblem
from tests.invoices.einvoices import cii, fattura, fattura_body, pdf, ubl


def one(content, name="file"):
    (found,) = open_einvoice(content, name).invoices
    return found


def reason(content):
    with pytest.raises(ImportProblem) as caught:
        open_einvoice(content, "file")
    return str(caught.value)


def booked(content):
    found = owed(one(content))
    return f"{found.total:f}", f"{found.prepaid:f}" + (" settled" if found.settled else "")


def test_a_ubl_invoice_is_read_whole():
    found = one(ubl(buyer_id="C-7", buyer_tax_id="DE123456788", terms="30 days net"))
    assert (found.schema, found.number, found.type_code, found.currency) == ("ubl", "INV-1", "380", "EUR")
    assert (found.issued_on, found.dues[0].due_on, found.delivered_on) == (date(2026, 5, 4), date(2026, 6, 3), date(2026, 5, 2))
    assert (found.total, found.net, found.tax, found.payable) == (Decimal("119.00"), Decimal(100), Decimal(19), Decimal("119.00"))
    assert (found.buyer_reference, found.order_reference, found.note, found.terms) == (
        "B-77",
        "PO-9",
        "Thank you.",
        "30 days net",
    )
    assert found.account == "DE02120300000000202051"
    buyer = found.buyer
    assert (buyer.name, buyer.ids, buyer.tax_id) == ("Birch GmbH", ("C-7",), "DE123456788")
    assert (buyer.street, buyer.postal_code, buyer.city, buyer.country) == ("Ring 5", "89073", "Ulm", "DE")
    assert (buyer.contact, buyer.email, buyer.phone) == ("Ada Brun", "ap@birch.example", "+49 731 12345")


def test_a_price_for_a_hundred_is_a_price_for_one():
    (line,) = one(ubl()).lines
    assert (line.description, line.quantity, line.unit_price, line.tax_rate) == ("Saw blade", 200, Decimal("0.5"), 19)
    (part,) = one(ubl()).taxes
    assert (part.category, part.rate, part.base, part.tax) == ("S", 19, 100, 19)


def test_a_cii_invoice_and_the_tax_in_its_own_currency():
    found = one(cii())
    assert (found.schema, found.number, found.buyer.ids, found.tax) == ("cii", "INV-1", ("C-7",), Decimal("19.00"))
    assert found.dues[0].due_on == date(2026, 6, 3)


def test_the_means_of_payment_in_each_schema():
    means = "<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>{}</ram:TypeCode></ram:SpecifiedTradeSettlementPaymentMeans>"
    italian = "<DettaglioPagamento><ModalitaPagamento>MP19</ModalitaPagamento></DettaglioPagamento>"
    assert one(ubl(means="49", account="")).means == "49"
    assert one(cii(extra=means.format("58") + means.format("59"))).means == "59"
    assert one(fattura(fattura_body("7", payments=italian))).means == "MP19"
    assert one(ubl()).means == ""


def test_a_pdf_is_read_by_what_it_carries():
    sheet = ("hours.csv", b"a,b")
    found = open_einvoice(pdf(cii(), others=[sheet]), "anything.bin")
    assert found.invoices[0].number == "INV-1"
    assert found.pdf.startswith(b"%PDF") and found.xml == cii()
    assert [(other.name, other.content) for other in found.others] == [sheet]


def test_what_unpacks_without_end_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("invoices.einvoices.pdf.LARGEST", 1000)
    assert "too large" in reason(pdf(cii() + b" " * 5000))


def test_of_two_invoices_in_a_pdf_the_newer_standard_counts():
    content = pdf(cii(number="NEW"), others=[("ZUGFeRD-invoice.xml", cii(number="OLD"))])
    assert open_einvoice(content, "x").invoices[0].number == "NEW"


def test_several_invoices_in_one_italian_file():
    found = open_einvoice(fattura(fattura_body("1"), fattura_body("2", code="TD04"), fattura_body("3", code="TD17")), "x")
    assert [one.number for one in found.invoices] == ["1", "2", "3"]
    assert [owed(one).total for one in found.invoices[:2]] == [122, -122]
    assert "self-invoice" in found.invoices[2].reason


def test_an_italian_invoice_in_parts_names_each_date():
    parts = [
        f"<DettaglioPagamento><DataScadenzaPagamento>{day}</DataScadenzaPagamento>"
        "<ImportoPagamento>61.00</ImportoPagamento></DettaglioPagamento>"
        for day in ("2026-06-03", "2026-07-03")
    ]
    found = one(fattura(fattura_body("1", payments="".join(parts))))
    assert [str(due.due_on) for due in found.dues] == ["2026-06-03", "2026-07-03"]
    assert owed(found) == Owed(Decimal("122.00"))


def test_days_of_payment_count_from_the_day_the_file_names():
    days = (
        "<DettaglioPagamento><DataRiferimentoTerminiPagamento>2026-05-31</DataRiferimentoTerminiPagamento>"
        "<GiorniTerminiPagamento>30</GiorniTerminiPagamento></DettaglioPagamento>"
    )
    assert one(fattura(fattura_body("1", payments=days))).dues[0].due_on == date(2026, 6, 30)


def test_what_the_buyer_pays_to_the_tax_office_is_not_owed_to_us():
    held = "<DatiRitenuta><ImportoRitenuta>20.00</ImportoRitenuta></DatiRitenuta>"
    assert booked(fattura(fattura_body("1", split="S"))) == ("100.00", "0.00")
    assert booked(fattura(fattura_body("1", head=held))) == ("102.00", "0.00")


@pytest.mark.parametrize(
    ("content", "total", "prepaid"),
    [
        (ubl(), "119.00", "0.00"),
        (ubl(prepaid="19.00", payable="100.00"), "100.00", "19.00"),
        (ubl(prepaid="119.00", payable="0.00"), "119.00", "119.00 settled"),
        (ubl(prepaid="150.00", payable="-31.00"), "119.00", "150.00 settled"),
        (cii(payable="100.00"), "100.00", "19.00"),
        (ubl(total="119.02", rounding="-0.02", payable="119.00"), "119.00", "0.00"),
        (ubl(prepaid="-20.00", payable="139.00"), "139.00", "-20.00"),
        (ubl(root="CreditNote", code="381"), "-119.00", "0"),
        (ubl(root="CreditNote", code=""), "-119.00", "0"),
        (ubl(code="381"), "-119.00", "0"),
        (ubl(total="-119.00"), "-119.00", "0"),
        (ubl(code="384", total="-8.79"), "-8.79", "0"),
        (ubl(code="384"), "119.00", "0.00"),
        (ubl(root="CreditNote", code="381", total="119.02", rounding="-0.02", payable="119.00"), "-119.00", "0"),
        (fattura(fattura_body("1", code="TD04", split="S")), "-100.00", "0"),
    ],
)
def test_what_is_owed(content, total, prepaid):
    """What the invoice asks for; its whole total, and settled, where nothing is left to pay."""
    assert booked(content) == (total, prepaid)


def beside(content):
    return [(line.description, f"{line.net:f}", f"{line.tax_rate:f}") for line in one(content).beside]


def test_what_is_taken_off_or_added_to_the_sum_of_the_lines_is_read_as_lines():
    part = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>{}</cbc:ChargeIndicator>{}<cbc:Amount>{}</cbc:Amount>"
        "<cac:TaxCategory><cbc:Percent>19</cbc:Percent></cac:TaxCategory></cac:AllowanceCharge>"
    )
    reason = "<cbc:AllowanceChargeReason>Freight</cbc:AllowanceChargeReason>"
    extra = part.format("false", "", "10.00") + part.format("true", reason, "4.50")
    assert beside(ubl(extra=extra)) == [
        ("Discount on the whole invoice", "-10.00", "19.0000"),
        ("Freight", "4.50", "19.0000"),
    ]
    freight = (
        b"<ram:SpecifiedLogisticsServiceCharge><ram:Description>Versand</ram:Description><ram:AppliedAmount>5.80</ram:AppliedAmount>"
        b"<ram:AppliedTradeTax><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:AppliedTradeTax>"
        b"</ram:SpecifiedLogisticsServiceCharge><ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false"
        b"</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>14.73</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>"
    )
    mark = b"<ram:SpecifiedTradePaymentTerms>"
    assert beside(cii().replace(mark, freight + mark)) == [
        ("Discount on the whole invoice", "-14.73", "0"),
        ("Versand", "5.80", "19.0000"),
    ]
    fund = (
        "<DatiCassaPrevidenziale><TipoCassa>TC01</TipoCassa><ImportoContributoCassa>4.00</ImportoContributoCassa>"
        "<AliquotaIVA>22</AliquotaIVA></DatiCassaPrevidenziale>"
    )
    assert beside(fattura(fattura_body("1", head=fund))) == [("Cassa previdenziale TC01", "4.00", "22.0000")]


def test_a_country_is_a_code_or_nothing():
    name = ubl().replace(b"IdentificationCode>DE<", b"IdentificationCode>Germany<")
    assert one(name).buyer.country == "", "GE would be Georgia"


def test_attachments_are_kept():
    held = base64.b64encode(b"%PDF-1.7 hours").decode()
    extra = (
        "<cac:AdditionalDocumentReference><cbc:ID>H</cbc:ID><cac:Attachment>"
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="hours.pdf">{held}'
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    (enclosed,) = one(ubl(extra=extra)).enclosures
    assert (enclosed.name, enclosed.content) == ("hours.pdf", b"%PDF-1.7 hours")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ubl(code="389"), "self-billed invoice (type 389)"),
        (ubl(code="261"), "self-billed invoice (type 261)"),
        (ubl(code="325"), "pro forma"),
        (ubl(number=""), "its number is missing"),
        (ubl(currency=""), "the currency is missing"),
        (ubl(buyer=""), "the buyer's name is missing"),
        (fattura(fattura_body("1", code="TD20")), "self-invoice"),
    ],
)
def test_an_invoice_that_is_no_claim_of_ours_is_refused_by_name(content, words):
    found = one(content)
    assert isinstance(found, Refused) and words in found.reason


FOR_EVER = "<DettaglioPagamento><GiorniTerminiPagamento>999999999</GiorniTerminiPagamento></DettaglioPagamento>"
ORDER = b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'
ORDER_X = b'<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"/>'
BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ORDER, "UBL Order: this is no invoice of a kind read here"),
        (ORDER_X, "Order-X: this is no invoice"),
        (pdf(ORDER_X, name="order-x.xml"), "Order-X: this is no invoice"),
        (b"<SelfBilledInvoice/>", "UBL SelfBilledInvoice"),
        (b'<Invoice xmlns="http://www.ebinterface.at/schema/5p0/"/>', "<Invoice> (http://www.ebinterface.at/schema/5p0/): this"),
        (b"<html><body/></html>", "<html>: this XML is no invoice"),
        (pdf(), "carries no electronic invoice"),
        (b"%PDF-1.7 nonsense", "damaged"),
        (ubl()[:-40], "no well-formed XML"),
        (b"<a>\n<b></a>", "line 2: this is no well-formed XML"),
        (ubl(issued="2026-13-01"), 'line 4: IssueDate: "2026-13-01" is no date'),
        (ubl(issued=""), "IssueDate is missing"),
        (ubl(total="12,50"), '"12,50" is no amount'),
        (ubl(total="NaN"), '"NaN" is no amount'),
        (ubl(due="9999-12-31"), '"9999-12-31" is no date'),
        (ubl().replace(b"<cbc:Percent>19", b"<cbc:Percent>1900"), "1900 is too large"),
        (ubl().replace(b"BaseQuantity>100", b"BaseQuantity>0.000001").replace(b"50.00", b"500000"), "is too large"),
        (fattura(fattura_body("1", payments=FOR_EVER)), "999999999 days are no terms of payment"),
        (fattura(), "FatturaElettronicaBody is missing"),
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"x", "a signed file (.p7m)"),
        (b"", "empty"),
        (b"number,total\n1,2\n", "neither XML nor a PDF"),
    ],
)  # fmt: skip
def test_what_is_no_invoice_is_refused_by_name(content, words):
    assert words in reason(content)


def test_what_looks_like_an_einvoice_is_told_by_its_content():
    assert is_einvoice(ubl()) and is_einvoice(b"\xef\xbb\xbf" + cii()) and is_einvoice(pdf(cii()))
    assert is_einvoice(ubl().decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    assert not is_einvoice(b"number,total\n1,2\n") and not is_einvoice(b"PK\x03\x04")


def test_the_encoding_is_the_files_own():
    text = ubl(buyer="Müller").decode()
    assert one(text.replace("UTF-8", "UTF-16").encode("utf-16")).buyer.name == "Müller"
    assert one(text.replace("UTF-8", "ISO-8859-1").encode("latin-1")).buyer.name == "Müller"
    assert one(b"\xef\xbb\xbf" + text.encode()).buyer.name == "Müller"
