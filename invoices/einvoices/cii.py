"""UN/CEFACT Cross Industry Invoice: Factur-X and ZUGFeRD 2 in all their profiles, and ZUGFeRD 1 with the older names."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from invoices.einvoices.content import Content, Enclosure, Instalment, Line, Party, TaxPart, of_the_whole
from invoices.einvoices.kinds import means_of
from invoices.einvoices.ubl import TRUE, decoded
from invoices.einvoices.xmlfile import (
    Element,
    amount,
    amount_of,
    country,
    day,
    every,
    figure,
    first,
    missing,
    price_of_one,
    rate,
    text,
    texts,
)

# Root element -> the name of the schema.
ROOTS = {"CrossIndustryInvoice": "cii", "CrossIndustryDocument": "zugferd1"}
# The older name stands second throughout.
_DEAL = "SupplyChainTradeTransaction|SpecifiedSupplyChainTradeTransaction"
_HEAD = "ExchangedDocument|HeaderExchangedDocument"
_SUMS = "SpecifiedTradeSettlementHeaderMonetarySummation|SpecifiedTradeSettlementMonetarySummation"
_LINE_SUMS = "SpecifiedTradeSettlementLineMonetarySummation|SpecifiedTradeSettlementMonetarySummation"


def read(root: Element) -> Iterator[Content]:
    """The one invoice or credit note in the file. ImportProblem, with the line, where it cannot be read."""
    head, deal = _needed(root, _HEAD), _needed(root, _DEAL)
    agreed = _needed(deal, "ApplicableHeaderTradeAgreement|ApplicableSupplyChainTradeAgreement")
    settled = _needed(deal, "ApplicableHeaderTradeSettlement|ApplicableSupplyChainTradeSettlement")
    sums = _needed(settled, _SUMS)
    issued_on = day(head, "IssueDateTime/DateTimeString|DateTime")
    if issued_on is None:
        raise missing(head, "IssueDateTime")
    currency = text(settled, "InvoiceCurrencyCode")
    yield Content(
        schema=ROOTS[root.tag.rpartition("}")[2]],
        number=text(head, "ID"),
        type_code=text(head, "TypeCode", 10),
        currency=currency,
        issued_on=issued_on,
        seller=_party(_needed(agreed, "SellerTradeParty")),
        buyer=_party(_needed(agreed, "BuyerTradeParty")),
        **_sums(sums),
        tax=_tax(sums, currency),
        dues=tuple(_dues(settled)),
        terms=texts(settled, "SpecifiedTradePaymentTerms/Description"),
        delivered_on=_delivered_on(deal),
        account=_account(settled),
        means=means_of(text(node, "TypeCode", 10) for node in every(settled, "SpecifiedTradeSettlementPaymentMeans")),
        **_references(agreed, settled),
        note=texts(head, "IncludedNote/Content"),
        lines=tuple(_line(node) for node in every(deal, "IncludedSupplyChainTradeLineItem") if _is_sold(node)),
        beside=tuple(_beside(settled)),
        taxes=tuple(_tax_part(node) for node in every(settled, "ApplicableTradeTax") if _has_base(node)),
        enclosures=tuple(_enclosures(agreed)),
    )


def _needed(node: Element, name: str) -> Element:
    """The element of that name, whichever of its two names it has; ImportProblem where there is none."""
    found = first(node, name)
    if found is None:
        raise missing(node, name.partition("|")[0])
    return found


def _sums(sums: Element) -> dict[str, Decimal | None]:
    """The total stands in for what is payable and the other way round; one of them there must be."""
    total, payable = amount(sums, "GrandTotalAmount"), amount(sums, "DuePayableAmount")
    if total is None and payable is None:
        raise missing(sums, "GrandTotalAmount")
    return {
        "total": payable if total is None else total,
        "payable": payable,
        "prepaid": amount(sums, "TotalPrepaidAmount"),
        "rounding": amount(sums, "RoundingAmount") or Decimal(0),
        "net": amount(sums, "TaxBasisTotalAmount"),
    }


def _references(agreed: Element, settled: Element) -> dict[str, str | tuple[str, ...]]:
    quoted = (_number_of(agreed, name) for name in ("SellerOrderReferencedDocument", "QuotationReferencedDocument"))
    return {
        "buyer_reference": text(agreed, "BuyerReference", 100),
        "order_reference": _number_of(agreed, "BuyerOrderReferencedDocument"),
        "quote_reference": next(filter(None, quoted), ""),
        "corrects": tuple(filter(None, (_number(node) for node in every(settled, "InvoiceReferencedDocument")))),
    }


def _party(node: Element) -> Party:
    place, person = first(node, "PostalTradeAddress"), first(node, "DefinedTradeContact")
    streets = dict.fromkeys(filter(None, (text(place, f"Line{part}") for part in ("One", "Two", "Three"))))
    return Party(
        name=text(node, "Name", 200) or text(node, "SpecifiedLegalOrganization/TradingBusinessName", 200),
        legal_name=text(node, "SpecifiedLegalOrganization/TradingBusinessName", 200),
        tax_id=_tax_id(node),
        registration=text(node, "SpecifiedLegalOrganization/ID", 100),
        ids=tuple(dict.fromkeys(filter(None, (_id(found) for found in every(node, "ID|GlobalID"))))),
        street="\n".join(streets),
        city=text(place, "CityName", 100),
        postal_code=text(place, "PostcodeCode", 20),
        region=text(place, "CountrySubDivisionName", 50),
        country=country(place, "CountryID"),
        contact=text(person, "PersonName", 200) or text(person, "DepartmentName", 200),
        email=text(person, "EmailURIUniversalCommunication/URIID|CompleteNumber", 254) or _endpoint(node),
        phone=text(person, "TelephoneUniversalCommunication/CompleteNumber", 40),
    )


def _id(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())[:100]


def _tax_id(node: Element) -> str:
    """The VAT number (scheme VA) where there is one, else the number at the local tax office."""
    numbers = [found for found in every(node, "SpecifiedTaxRegistration/ID") if _id(found)]
    numbers.sort(key=lambda found: found.get("schemeID", "").upper() != "VA")
    return _id(numbers[0])[:50] if numbers else ""


def _endpoint(node: Element) -> str:
    words = text(node, "URIUniversalCommunication/URIID", 254)
    return words if "@" in words else ""


def _dues(settled: Element) -> Iterator[Instalment]:
    found = [
        (day(node, "DueDateDateTime/DateTimeString|DateTime"), amount(node, "PartialPaymentAmount"))
        for node in every(settled, "SpecifiedTradePaymentTerms")
    ]
    for due_on, part in dict.fromkeys(found):
        if due_on:
            yield Instalment(due_on=due_on, amount=part)


def _delivered_on(deal: Element) -> date | None:
    path = "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString|DateTime"
    return day(first(deal, "ApplicableHeaderTradeDelivery|ApplicableSupplyChainTradeDelivery"), path)


def _account(settled: Element) -> str:
    """The IBAN, else the number at the bank, of whom the money is to go to."""
    account = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
    return text(settled, f"{account}/IBANID", 64) or text(settled, f"{account}/ProprietaryID", 64)


def _number(node: Element) -> str:
    return text(node, "IssuerAssignedID|ID", 100)


def _number_of(agreed: Element, name: str) -> str:
    return text(agreed, f"{name}/IssuerAssignedID|ID", 100)


def _tax(sums: Element, currency: str) -> Decimal | None:
    """In the currency of the invoice: a second TaxTotalAmount may state the same in that of the accounts."""
    for node in every(sums, "TaxTotalAmount"):
        if node.get("currencyID", currency) == currency:
            return amount_of(node)
    return None


def _has_base(node: Element) -> bool:
    """Tax whose base a file leaves out cannot be told by its rate."""
    return amount(node, "BasisAmount") is not None


def _tax_part(node: Element) -> TaxPart:
    return TaxPart(
        category=text(node, "CategoryCode", 5),
        rate=rate(node, "RateApplicablePercent|ApplicablePercent"),
        base=amount(node, "BasisAmount") or Decimal(0),
        tax=amount(node, "CalculatedAmount") or Decimal(0),
    )


def _is_sold(node: Element) -> bool:
    """ZUGFeRD has lines that hold a note only, and headings over groups of lines, which would count what they group twice."""
    document = first(node, "AssociatedDocumentLineDocument")
    heading = text(document, "LineStatusReasonCode") in ("GROUP", "INFORMATION")
    return not heading and first(node, "SpecifiedTradeProduct|SpecifiedLineTradeSettlement") is not None


def _line(node: Element) -> Line:
    agreed = first(node, "SpecifiedLineTradeAgreement|SpecifiedSupplyChainTradeAgreement")
    settled = first(node, "SpecifiedLineTradeSettlement|SpecifiedSupplyChainTradeSettlement")
    price = first(agreed, "NetPriceProductTradePrice")
    return Line(
        description=text(node, "SpecifiedTradeProduct/Name", 500) or text(node, "SpecifiedTradeProduct/Description", 500),
        quantity=figure(node, "SpecifiedLineTradeDelivery|SpecifiedSupplyChainTradeDelivery/BilledQuantity", "1"),
        unit_price=price_of_one(price, "ChargeAmount", "BasisQuantity"),
        net=amount(first(settled, _LINE_SUMS), "LineTotalAmount") or Decimal(0),
        tax_rate=rate(settled, "ApplicableTradeTax/RateApplicablePercent|ApplicablePercent"),
    )


def _beside(settled: Element) -> Iterator[Line]:
    """Discounts and charges of the whole invoice; what delivery costs has an element of its own."""
    for node in every(settled, "SpecifiedTradeAllowanceCharge"):
        share = rate(node, "CategoryTradeTax/RateApplicablePercent|ApplicablePercent")
        charge = text(node, "ChargeIndicator/Indicator").lower() in TRUE
        yield of_the_whole(text(node, "Reason", 500), amount(node, "ActualAmount"), share, charge=charge)
    for node in every(settled, "SpecifiedLogisticsServiceCharge"):
        share = rate(node, "AppliedTradeTax/RateApplicablePercent|ApplicablePercent")
        yield of_the_whole(text(node, "Description", 500), amount(node, "AppliedAmount"), share, charge=True)


def _enclosures(agreed: Element) -> Iterator[Enclosure]:
    for node in every(agreed, "AdditionalReferencedDocument/AttachmentBinaryObject"):
        name = node.get("filename") or _number(node.getparent())
        yield Enclosure(name=name[:200], content_type=node.get("mimeCode", ""), content=decoded(node))
