"""Sage 50: transactions of the audit trail, and the customer records."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, first_of, joined, kinds, refuse_blank, texts

# Sage's codes of what a transaction is; those with a P deal with suppliers.
INVOICE, CREDIT, RECEIPTS = "SI", "SC", frozenset({"SR", "SA"})


def _sale(line: Line, _above: Preamble) -> Line:
    code = _code(line)
    if code in RECEIPTS:
        return {**line, LEFT_OUT: _("payment")}
    return line if code in (INVOICE, CREDIT) else {**line, LEFT_OUT: _other(code)}


def _receipt(line: Line, _above: Preamble) -> Line:
    code = _code(line)
    if code in (INVOICE, CREDIT):
        return {**line, LEFT_OUT: _("invoice")}
    return line if code in RECEIPTS else {**line, LEFT_OUT: _other(code)}


def _code(line: Line) -> str:
    return str(line.get("type") or "").upper()


def _other(code: str) -> str:
    if code in ("SP", "SD"):
        return _("refund or discount")
    return _("payable") if code.startswith("P") else _("general ledger")


def _gross(line: Line) -> Decimal:
    refuse_blank(line, "net amount")
    return line["net amount"] + (line.get("tax amount") or Decimal(0))


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """Each line is net and its tax; the invoice is their sum."""
    first = lines[0]
    total = sum(map(_gross, lines), Decimal(0))
    return {
        "customer_reference": first["account reference"],
        "number": first["reference"],
        "issued_on": first["date"],
        "total": -abs(total) if _code(first) == CREDIT else total,
    }


def _payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_reference": payment["account reference"],
        "amount": _gross(payment),
        "received_on": payment["date"],
        "reference": first_of(payment, "reference", "details"),
    }


def _customer(lines: Sequence[Line]) -> dict[str, Any]:
    customer = lines[0]
    return {
        "reference": first_of(customer, "a/c", "account reference"),
        "name": first_of(customer, "name", "account name"),
        "contact_name": customer.get("contact name"),
        "phone": first_of(customer, "telephone", "telephone number"),
        "fax": first_of(customer, "fax", "fax number"),
        "email": first_of(customer, "email", "e-mail"),
        "address": joined("\n", customer, "address line 1", "address line 2", "street 1", "street 2"),
        "city": first_of(customer, "address line 3", "town"),
        "region": first_of(customer, "address line 4", "county"),
        "postal_code": first_of(customer, "address line 5", "postcode"),
        "tax_id": customer.get("vat number"),
        "credit_limit": customer.get("credit limit") or None,
    }


_TRAIL = {
    **texts("type", "details", "nominal a/c ref"),
    **kinds(id="account reference|reference", date="date", amount="net amount|tax amount"),
}
_MARKS = frozenset({"type", "account reference", "nominal a/c ref", "date", "reference", "net amount", "tax amount"})
_RECORD = {
    **texts("name", "account name", "contact name", "telephone", "telephone number", "fax", "fax number", "email", "e-mail",
            "address line 1", "address line 2", "address line 3", "address line 4", "address line 5", "street 1", "street 2",
            "town", "county", "postcode", "vat number"),
    **kinds(id="a/c|account reference", amount="credit limit"),
}  # fmt: skip
PROFILES = (
    Profile(
        name="sage",
        kind=INVOICES,
        columns=_TRAIL,
        recognised_by=_MARKS,
        convert=_invoice,
        key=("type", "account reference", "reference"),
        agree=("date",),
        number="reference",
        prepare=_sale,
        seen=False,
        lacks=lazy("It has no due dates: the terms of the customer count. Bring in its receipts as well."),
    ),
    Profile(
        name="sage", kind=PAYMENTS, columns=_TRAIL, recognised_by=_MARKS, convert=_payment, prepare=_receipt, seen=False,
        lacks=lazy("Receipts do not say which invoice they pay: they go to the oldest ones."),
    ),
    Profile(
        name="sage", kind=CUSTOMERS, columns=_RECORD, recognised_by=frozenset({"a/c", "name", "address line 1", "telephone"}),
        convert=_customer, seen=False,
    ),
    Profile(
        name="sage", kind=CUSTOMERS, columns=_RECORD,
        recognised_by=frozenset({"account reference", "account name", "street 1", "postcode"}), convert=_customer, seen=False,
    ),
)  # fmt: skip
