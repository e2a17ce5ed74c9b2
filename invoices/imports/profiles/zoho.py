"""Exports of Zoho Books."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, joined, kinds, refuse_blank, texts


def _zoho_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """Total and balance stand on every line; a balance of nothing with a payment date is a paid invoice."""
    first = lines[0]
    total, balance = first["total"], first["balance"]
    refuse_blank(first, "total", "balance")
    settled = balance == 0 and first.get("last payment date")
    return {
        "customer_reference": first["customer id"],
        "customer_name": first["customer name"],
        "number": first["invoice number"],
        "issued_on": first["invoice date"],
        "due_on": first.get("due date"),
        "currency": first.get("currency code"),
        "total": total,
        "purchase_order": first.get("purchaseorder"),
        "settled_on": first["last payment date"] if settled else None,
        "paid": None if settled else total - balance,
        "paid_on": first.get("last payment date"),
    }


def _zoho_contact(lines: Sequence[Line]) -> dict[str, Any]:
    contact = lines[0]
    return {
        "reference": contact["customer id"],
        "name": contact["display name"],
        "legal_name": contact.get("company name"),
        "contact_name": joined(" ", contact, "salutation", "first name", "last name"),
        "contact_role": contact.get("designation"),
        "email": contact.get("emailid"),
        "phone": contact.get("phone") or contact.get("mobilephone"),
        "fax": contact.get("billing fax"),
        "address": joined("\n", contact, "billing attention", "billing address", "billing street2"),
        "city": contact.get("billing city"),
        "region": contact.get("billing state"),
        "postal_code": contact.get("billing code"),
        "country": contact.get("billing country"),
        "terms_days": contact.get("payment terms"),
        # Zoho writes 0.000 where no limit is set.
        "credit_limit": contact.get("credit limit") or None,
    }


def _payment_line(line: Line, _above: Preamble) -> Line:
    """Each line is a part of a payment for one invoice; what is for none stands as unused on all of them."""
    return line if line.get("customerpayment id") else {**line, LEFT_OUT: _("other booking")}


def _payment(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """One row for each invoice it paid, and one for what it did not use."""
    common = {
        "customer_reference": lines[0].get("customerid"),
        "customer_name": lines[0]["customer name"],
        "received_on": lines[0]["date"],
        "currency": lines[0].get("currency code"),
        "method": lines[0].get("mode"),
        "reference": lines[0].get("reference number"),
    }
    parts = [(line["invoice number"], line["amount applied to invoice"]) for line in lines if line.get("invoice number")]
    left = lines[0].get("unused amount") if parts else lines[0]["amount"]
    return [common | {"invoice_number": number, "amount": part} for number, part in [*parts, *([("", left)] if left else [])]]


def _credit_line(line: Line, _above: Preamble) -> Line:
    return line if line.get("balance") or _state(line) != "closed" else {**line, LEFT_OUT: _("credit note used up")}


def _state(line: Line) -> str:
    return str(line.get("credit note status") or "").casefold()


def _credit(lines: Sequence[Line]) -> dict[str, Any]:
    """As much as is left of it: what it paid is in the balances of the invoices already."""
    credit = lines[0]
    refuse_blank(credit, "balance")
    return {
        "customer_reference": credit["customer id"],
        "customer_name": credit["customer name"],
        "number": credit["credit note number"],
        "issued_on": credit["credit note date"],
        "currency": credit.get("currency code"),
        "total": -credit["balance"],
    }


PROFILES = (
    Profile(
        name="zoho",
        kind=INVOICES,
        columns={
            **texts("invoice status", "customer name", "purchaseorder"),
            "invoice number": "id", "customer id": "id", "currency code": "currency", "total": "amount", "balance": "amount",
            "invoice date": "date", "due date": "date", "last payment date": "date",
        },
        recognised_by=frozenset({
            "invoice date", "invoice id", "invoice number", "invoice status", "customer name", "customer id", "total", "balance",
        }),
        convert=_zoho_invoice,
        key=("customer id", "invoice number"),
        agree=("invoice date", "due date", "total", "balance", "currency code", "invoice status"),
        status="invoice status",
        number="invoice number",
    ),
    Profile(
        name="zoho",
        kind=CUSTOMERS,
        columns={
            **texts("display name", "company name", "salutation", "first name", "last name", "designation", "emailid", "phone",
                     "mobilephone", "billing fax", "billing attention", "billing address", "billing street2", "billing city",
                     "billing state", "billing code", "contact type"),
            "customer id": "id", "billing country": "country", "payment terms": "days", "credit limit": "amount",
        },
        recognised_by=frozenset({"display name", "customer id", "emailid", "contact type"}),
        convert=_zoho_contact,
        status="contact type",
    ),
    Profile(
        name="zoho",
        kind=PAYMENTS,
        columns={
            **texts("customer name", "mode", "reference number"),
            **kinds(id="customerpayment id|customerid|invoice number", date="date", currency="currency code",
                    amount="amount|unused amount|amount applied to invoice"),
        },
        recognised_by=frozenset({"customerpayment id", "date", "customer name", "amount", "amount applied to invoice"}),
        convert=_payment,
        key=("customerpayment id",),
        agree=("date", "amount", "currency code"),
        prepare=_payment_line,
        seen=False,
    ),
    Profile(
        name="zoho",
        kind=INVOICES,
        columns={
            **texts("customer name", "credit note status"),
            **kinds(id="credit note number|customer id", date="credit note date", amount="total|balance",
                    currency="currency code"),
        },
        recognised_by=frozenset({"credit note number", "credit note date", "credit note status", "customer id", "balance"}),
        convert=_credit,
        key=("credit note number",),
        agree=("total", "balance"),
        status="credit note status",
        number="credit note number",
        prepare=_credit_line,
        seen=False,
    ),
)  # fmt: skip
