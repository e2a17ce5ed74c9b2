"""An invoice as UN/CEFACT Cross Industry Invoice (D16B), the profile EN 16931 of Factur-X. Equal papers, equal bytes."""

import datetime
import re
from decimal import Decimal

from lxml import etree

from arcollect.money import format_plain
from invoices.en16931 import has_vat_id
from invoices.paper import Paper, PaperLine, Party
from invoices.paper_words import exemption, terms_words

PROFILE = "urn:cen.eu:en16931:2017"
STANDARD = "urn:un:unece:uncefact:data:standard"
NAMESPACES = {
    "rsm": f"{STANDARD}:CrossIndustryInvoice:100",
    "ram": f"{STANDARD}:ReusableAggregateBusinessInformationEntity:100",
    "udt": f"{STANDARD}:UnqualifiedDataType:100",
    "qdt": f"{STANDARD}:QualifiedDataType:100",
}
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# UNTDID 4461: SEPA credit transfer, credit transfer, not defined (then the words say how).
SEPA, TRANSFER, IN_WORDS = "58", "30", "1"
# Why there is no tax, by category, in the code list of the Connecting Europe Facility; E needs words alone.
REASON_CODES = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}


def cii_xml(paper: Paper) -> bytes:
    """The document in XML, UTF-8. The elements stand in the order the schema wants."""
    root = etree.Element(_name("rsm:CrossIndustryInvoice"), nsmap=NAMESPACES)
    _put(root, "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", PROFILE)
    document = _put(root, "rsm:ExchangedDocument")
    _put(document, "ram:ID", paper.number)
    _put(document, "ram:TypeCode", paper.type_code)
    _day(_put(document, "ram:IssueDateTime"), paper.issued_on)
    if paper.note.strip():
        _put(document, "ram:IncludedNote/ram:Content", paper.note.strip())
    trade = _put(root, "rsm:SupplyChainTradeTransaction")
    for line in paper.lines:
        _line(_put(trade, "ram:IncludedSupplyChainTradeLineItem"), line, paper.currency)
    _agreement(_put(trade, "ram:ApplicableHeaderTradeAgreement"), paper)
    _delivery(_put(trade, "ram:ApplicableHeaderTradeDelivery"), paper)
    _settlement(_put(trade, "ram:ApplicableHeaderTradeSettlement"), paper)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _line(item: etree._Element, line: PaperLine, currency: str) -> None:
    figures = line.item
    _put(item, "ram:AssociatedDocumentLineDocument/ram:LineID", str(line.position))
    _put(item, "ram:SpecifiedTradeProduct/ram:Name", line.description)
    price = _put(item, "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount")
    price.text = plain(figures.unit_price)
    quantity = _put(item, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", plain(figures.quantity))
    quantity.set("unitCode", line.unit)
    settlement = _put(item, "ram:SpecifiedLineTradeSettlement")
    _tax_kind(settlement, figures.category, figures.rate)
    if figures.discount_pct:
        _discount(_put(settlement, "ram:SpecifiedTradeAllowanceCharge"), line, currency)
    total = format_plain(line.net, currency)
    _put(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", total)


def _discount(allowance: etree._Element, line: PaperLine, currency: str) -> None:
    """BG-27: what the line's net lacks of quantity x price, so that the net stays as it was rounded."""
    gross = line.item.quantity * line.item.unit_price
    _put(allowance, "ram:ChargeIndicator/udt:Indicator", "false")
    _put(allowance, "ram:CalculationPercent", plain(line.item.discount_pct))
    _put(allowance, "ram:BasisAmount", format_plain(gross, currency))
    _put(allowance, "ram:ActualAmount", format_plain(Decimal(format_plain(gross, currency)) - line.net, currency))
    _put(allowance, "ram:ReasonCode", "95")


def _agreement(agreement: etree._Element, paper: Paper) -> None:
    if paper.buyer_reference:
        _put(agreement, "ram:BuyerReference", paper.buyer_reference)
    _party(_put(agreement, "ram:SellerTradeParty"), paper.seller, taxed="O" not in paper.categories, contact=True)
    _party(_put(agreement, "ram:BuyerTradeParty"), paper.buyer, taxed="O" not in paper.categories)
    if paper.quote_reference:
        _put(agreement, "ram:SellerOrderReferencedDocument/ram:IssuerAssignedID", paper.quote_reference)
    if paper.purchase_order:
        _put(agreement, "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", paper.purchase_order)


def _party(element: etree._Element, party: Party, *, taxed: bool, contact: bool = False) -> None:
    """`taxed`: whether its VAT identifier may be named as one, which an invoice outside the scope of VAT must not (BR-O-2)."""
    if party.reference:
        _put(element, "ram:ID", party.reference)
    _put(element, "ram:Name", party.legal_name)
    legal = {"ram:ID": party.registration, "ram:TradingBusinessName": party.name if party.name != party.legal_name else ""}
    if any(legal.values()):
        organization = _put(element, "ram:SpecifiedLegalOrganization")
        _put_known(organization, legal)
    if contact and (party.contact_name or party.phone or party.email):
        person = _put(element, "ram:DefinedTradeContact")
        _put_known(person, {"ram:PersonName": party.contact_name or party.name})
        _put_known(person, {"ram:TelephoneUniversalCommunication/ram:CompleteNumber": party.phone})
        _put_known(person, {"ram:EmailURIUniversalCommunication/ram:URIID": party.email})
    _address(_put(element, "ram:PostalTradeAddress"), party)
    if party.tax_id:
        bare = "".join(party.tax_id.split())
        registration = _put(element, "ram:SpecifiedTaxRegistration/ram:ID", bare)
        registration.set("schemeID", "VA" if taxed and has_vat_id(bare) else "FC")


def _address(address: etree._Element, party: Party) -> None:
    first, second, *rest = [*party.street, "", ""]
    _put_known(
        address,
        {
            "ram:PostcodeCode": party.postal_code,
            "ram:LineOne": first,
            "ram:LineTwo": second,
            "ram:LineThree": ", ".join(line for line in rest if line),
            "ram:CityName": party.city,
            "ram:CountryID": party.country,
            "ram:CountrySubDivisionName": party.region,
        },
    )


def _delivery(delivery: etree._Element, paper: Paper) -> None:
    if "K" in paper.categories:
        _put(delivery, "ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID", paper.buyer.country)
    if paper.delivered_on:
        _day(_put(delivery, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"), paper.delivered_on)


def _settlement(settlement: etree._Element, paper: Paper) -> None:
    _put(settlement, "ram:PaymentReference", paper.number)
    _put(settlement, "ram:InvoiceCurrencyCode", paper.currency)
    _means(settlement, paper)
    for group in paper.sums.taxes:
        tax = _put(settlement, "ram:ApplicableTradeTax")
        _put(tax, "ram:CalculatedAmount", format_plain(group.tax, paper.currency))
        _put(tax, "ram:TypeCode", "VAT")
        _put_known(tax, {"ram:ExemptionReason": exemption(paper, group.category)})
        _put(tax, "ram:BasisAmount", format_plain(group.base, paper.currency))
        _put(tax, "ram:CategoryCode", group.category)
        _put_known(tax, {"ram:ExemptionReasonCode": REASON_CODES.get(group.category, "")})
        if group.category != "O":
            _put(tax, "ram:RateApplicablePercent", plain(group.rate))
    terms = _put(settlement, "ram:SpecifiedTradePaymentTerms")
    _put(terms, "ram:Description", terms_words(paper))
    if not paper.is_credit:
        _day(_put(terms, "ram:DueDateDateTime"), paper.due_on)
    _totals(_put(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation"), paper)
    if paper.corrects:
        corrected = _put(settlement, "ram:InvoiceReferencedDocument")
        _put(corrected, "ram:IssuerAssignedID", paper.corrects.number)
        _day(_put(corrected, "ram:FormattedIssueDateTime"), paper.corrects.issued_on, "qdt")


def _means(settlement: etree._Element, paper: Paper) -> None:
    account = paper.account
    if paper.is_credit:
        return
    means = _put(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    if not account.iban:
        _put(means, "ram:TypeCode", IN_WORDS)
        _put(means, "ram:Information", ", ".join(filter(None, (account.bank, *account.details, account.link))))
        return
    _put(means, "ram:TypeCode", SEPA if paper.currency == "EUR" else TRANSFER)
    payee = _put(means, "ram:PayeePartyCreditorFinancialAccount")
    _put(payee, "ram:IBANID", "".join(account.iban.split()))
    _put_known(payee, {"ram:AccountName": account.holder})
    _put_known(means, {"ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID": account.bic})


def _totals(totals: etree._Element, paper: Paper) -> None:
    sums, currency = paper.sums, paper.currency
    _put(totals, "ram:LineTotalAmount", format_plain(sums.net, currency))
    _put(totals, "ram:TaxBasisTotalAmount", format_plain(sums.net, currency))
    _put(totals, "ram:TaxTotalAmount", format_plain(sums.tax, currency)).set("currencyID", currency)
    _put(totals, "ram:GrandTotalAmount", format_plain(sums.gross, currency))
    if sums.prepaid:
        _put(totals, "ram:TotalPrepaidAmount", format_plain(sums.prepaid, currency))
    _put(totals, "ram:DuePayableAmount", format_plain(sums.due, currency))


def _tax_kind(parent: etree._Element, category: str, rate: Decimal) -> None:
    tax = _put(parent, "ram:ApplicableTradeTax")
    _put(tax, "ram:TypeCode", "VAT")
    _put(tax, "ram:CategoryCode", category)
    if category != "O":
        _put(tax, "ram:RateApplicablePercent", plain(rate if category == "S" else Decimal(0)))


def plain(figure: Decimal) -> str:
    """A quantity, price or rate without noughts at its end: "2.5", "20"."""
    return f"{figure.normalize():f}"


def _day(parent: etree._Element, day: datetime.date, prefix: str = "udt") -> None:
    _put(parent, f"{prefix}:DateTimeString", f"{day:%Y%m%d}").set("format", "102")


def _put_known(parent: etree._Element, values: dict[str, str]) -> None:
    """Puts what is known: an element of the schema may be missing, but not be empty."""
    for path, text in values.items():
        if text:
            _put(parent, path, text)


def _put(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """A new element below new elements of this path; its text where there is one."""
    for name in path.split("/"):
        parent = etree.SubElement(parent, _name(name))
    # What XML cannot hold nobody sees either: control characters out of somebody's table.
    parent.text = UNSEEN.sub("", text) if text else None
    return parent


def _name(name: str) -> str:
    prefix, _colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
