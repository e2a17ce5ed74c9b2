"""UBL 2 Invoice and CreditNote, as EN 16931, Peppol BIS 3 and XRechnung profile them."""

import base64
import binascii
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.einvoices.content import Content, Enclosure, Instalment, Line, Party, TaxPart, of_the_whole
from invoices.einvoices.kinds import means_of
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
    problem,
    rate,
    text,
    texts,
)

NAMESPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "CreditNote",
}
SCHEMA = "ubl"
TRUE = ("true", "1")


def read(root: Element) -> Iterator[Content]:
    """The one invoice or credit note in the file. ImportProblem, with the line, where it cannot be read."""
    issued_on = day(root, "IssueDate")
    if issued_on is None:
        raise missing(root, "IssueDate")
    currency = text(root, "DocumentCurrencyCode")
    yield Content(
        schema=SCHEMA,
        number=text(root, "ID"),
        type_code=_type_code(root),
        currency=currency,
        issued_on=issued_on,
        seller=_party(first(root, "AccountingSupplierParty/Party"), root, "AccountingSupplierParty"),
        buyer=_party(first(root, "AccountingCustomerParty/Party"), root, "AccountingCustomerParty"),
        **_sums(root),
        tax=_tax(root, currency),
        dues=tuple(_dues(root)),
        terms=texts(root, "PaymentTerms/Note"),
        delivered_on=day(root, "Delivery/ActualDeliveryDate"),
        account=text(root, "PaymentMeans/PayeeFinancialAccount/ID", 64),
        means=means_of(text(node, "PaymentMeansCode", 10) for node in every(root, "PaymentMeans")),
        **_references(root),
        note=texts(root, "Note"),
        lines=tuple(_line(node) for node in every(root, "InvoiceLine|CreditNoteLine")),
        beside=tuple(_beside(node) for node in every(root, "AllowanceCharge")),
        taxes=tuple(_taxes(root, currency)),
        enclosures=tuple(_enclosures(root)),
    )


def _sums(root: Element) -> dict[str, Decimal | None]:
    """The total stands in for what is payable and the other way round; one of them there must be."""
    sums = first(root, "LegalMonetaryTotal")
    if sums is None:
        raise missing(root, "LegalMonetaryTotal")
    total, payable = amount(sums, "TaxInclusiveAmount"), amount(sums, "PayableAmount")
    if total is None and payable is None:
        raise missing(sums, "TaxInclusiveAmount")
    return {
        "total": payable if total is None else total,
        "payable": payable,
        "prepaid": amount(sums, "PrepaidAmount"),
        "rounding": amount(sums, "PayableRoundingAmount") or Decimal(0),
        "net": amount(sums, "TaxExclusiveAmount"),
    }


def _references(root: Element) -> dict[str, str | tuple[str, ...]]:
    corrected = (text(node, "ID") for node in every(root, "BillingReference/InvoiceDocumentReference"))
    return {
        "buyer_reference": text(root, "BuyerReference", 100),
        "order_reference": text(root, "OrderReference/ID", 100),
        "quote_reference": text(root, "OrderReference/SalesOrderID", 100),
        "corrects": tuple(filter(None, corrected)),
    }


def _type_code(root: Element) -> str:
    """A CreditNote need not name its type."""
    return text(root, "InvoiceTypeCode|CreditNoteTypeCode", 10) or ("381" if root.tag.endswith("}CreditNote") else "380")


def _party(node: Element | None, root: Element, name: str) -> Party:
    if node is None:
        raise missing(root, name)
    legal, place = text(node, "PartyLegalEntity/RegistrationName", 200), first(node, "PostalAddress")
    person = text(node, "Person/FirstName") + " " + text(node, "Person/FamilyName")
    streets = (text(place, "StreetName"), text(place, "AdditionalStreetName"), text(place, "AddressLine/Line"))
    return Party(
        name=text(node, "PartyName/Name", 200) or legal or person.strip()[:200],
        legal_name=legal,
        tax_id=_tax_id(node),
        registration=text(node, "PartyLegalEntity/CompanyID", 100),
        ids=tuple(filter(None, (text(found, "ID", 100) for found in every(node, "PartyIdentification")))),
        street="\n".join(dict.fromkeys(filter(None, streets))),
        city=text(place, "CityName", 100),
        postal_code=text(place, "PostalZone", 20),
        region=text(place, "CountrySubentity", 50),
        country=country(place, "Country/IdentificationCode"),
        contact=text(node, "Contact/Name", 200),
        email=text(node, "Contact/ElectronicMail", 254) or _endpoint(node),
        phone=text(node, "Contact/Telephone", 40),
    )


def _tax_id(node: Element) -> str:
    """The VAT number where there is one, else the number at the local tax office."""
    schemes = list(every(node, "PartyTaxScheme"))
    schemes.sort(key=lambda scheme: text(scheme, "TaxScheme/ID").upper() != "VAT")
    return next(filter(None, (text(scheme, "CompanyID", 50) for scheme in schemes)), "")


def _endpoint(node: Element) -> str:
    """The electronic address where it is one for mail."""
    words = text(node, "EndpointID", 254)
    return words if "@" in words else ""


def _dues(root: Element) -> Iterator[Instalment]:
    """UBL has a place for it in the invoice, in the terms and, the only one of a credit note, in the means of payment."""
    found = day(root, "DueDate")
    if found:
        yield Instalment(due_on=found)
        return
    terms = [(day(node, "PaymentDueDate"), amount(node, "Amount")) for node in every(root, "PaymentTerms")]
    means = [(day(node, "PaymentDueDate"), None) for node in every(root, "PaymentMeans")]
    for due_on, part in dict.fromkeys(terms if any(due_on for due_on, _part in terms) else means):
        if due_on:
            yield Instalment(due_on=due_on, amount=part)


def _tax(root: Element, currency: str) -> Decimal | None:
    """In the currency of the invoice: a second TaxTotal may state the same in that of the accounts."""
    for node in every(root, "TaxTotal/TaxAmount"):
        if node.get("currencyID", currency) == currency:
            return amount_of(node)
    return None


def _taxes(root: Element, currency: str) -> Iterator[TaxPart]:
    for node in every(root, "TaxTotal/TaxSubtotal"):
        stated = first(node, "TaxAmount")
        if stated is None or stated.get("currencyID", currency) == currency:
            yield TaxPart(
                category=text(node, "TaxCategory/ID", 5),
                rate=rate(node, "TaxCategory/Percent"),
                base=amount(node, "TaxableAmount") or Decimal(0),
                tax=amount(node, "TaxAmount") or Decimal(0),
            )


def _line(node: Element) -> Line:
    return Line(
        description=text(node, "Item/Name", 500) or text(node, "Item/Description", 500),
        quantity=figure(node, "InvoicedQuantity|CreditedQuantity", "1"),
        unit_price=price_of_one(node, "Price/PriceAmount", "Price/BaseQuantity"),
        net=amount(node, "LineExtensionAmount") or Decimal(0),
        tax_rate=rate(node, "Item/ClassifiedTaxCategory/Percent"),
    )


def _beside(node: Element) -> Line:
    charge = text(node, "ChargeIndicator").lower() in TRUE
    words, share = text(node, "AllowanceChargeReason", 500), rate(node, "TaxCategory/Percent")
    return of_the_whole(words, amount(node, "Amount"), share, charge=charge)


def _enclosures(root: Element) -> Iterator[Enclosure]:
    for node in every(root, "AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject"):
        reference = node.getparent().getparent()
        name = node.get("filename") or text(reference, "ID")
        yield Enclosure(name=name[:200], content_type=node.get("mimeCode", ""), content=decoded(node))


def decoded(node: Element) -> bytes:
    """The bytes an element holds as base64. ImportProblem, with the line, where it holds something else."""
    try:
        return base64.b64decode("".join(node.itertext()))
    except (binascii.Error, ValueError) as error:
        raise problem(node, _("the attachment cannot be decoded")) from error
