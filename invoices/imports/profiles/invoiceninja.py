"""Exports of Invoice Ninja."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.profiles.profile import Line, Profile, joined, texts


def _invoiceninja_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """The amount stands on every line; items are only compared, because some exports repeat a line word for word."""
    first = lines[0]
    items = [tuple(line.get(name) for name in _NINJA_ITEM) for line in lines]
    repeated = len(items) > len(set(items))
    warning = _("an item stands there more than once, word for word: the amount of the invoice counts, not its items")
    return {
        "customer_name": first["client"],
        "number": first["invoice number"],
        "issued_on": first["invoice date"],
        "due_on": first["due date"],
        "total": first["amount"],
        "paid": first["paid"],
        "purchase_order": first.get("po number"),
        "warnings": (("total", warning),) if repeated else (),
    }


_NINJA_ITEM = ("item product", "item notes", "item cost", "item quantity")


def _invoiceninja_client(lines: Sequence[Line]) -> dict[str, Any]:
    client = lines[0]
    return {
        "reference": client.get("id number"),
        "name": client["name"],
        "contact_name": joined(" ", client, "first name", "last name"),
        "email": client.get("email"),
        "phone": client.get("phone (2)") or client.get("phone"),
        "address": joined("\n", client, "billing street", "billing apt/suite"),
        "city": client.get("billing city"),
        "region": client.get("billing state/province"),
        "postal_code": client.get("billing postal code"),
        "country": client.get("billing country"),
        "tax_id": client.get("vat number"),
    }


def _invoiceninja_payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_name": payment["client"],
        "invoice_number": payment["invoice number"],
        "amount": payment["amount"],
        "received_on": payment["date"],
        "reference": payment.get("transaction reference"),
        "method": payment.get("type"),
    }


PROFILES = (
    Profile(
        name="invoiceninja",
        kind=INVOICES,
        columns={
            **texts("client", "po number", "status", *_NINJA_ITEM),
            "invoice number": "id", "invoice date": "date", "due date": "date", "amount": "amount", "paid": "amount",
        },
        recognised_by=frozenset({
            "client", "invoice number", "amount", "paid", "status", "invoice date", "due date", "item cost",
        }),
        convert=_invoiceninja_invoice,
        key=("client", "invoice number"),
        agree=("amount", "paid", "status", "invoice date", "due date", "po number"),
        status="status",
        number="invoice number",
    ),
    Profile(
        name="invoiceninja",
        kind=CUSTOMERS,
        columns={
            **texts("name", "first name", "last name", "email", "phone", "phone (2)", "billing street", "billing apt/suite",
                     "billing city", "billing state/province", "billing postal code", "vat number"),
            "id number": "id", "billing country": "country",
        },
        recognised_by=frozenset({"name", "balance", "paid to date", "billing street", "billing apt/suite"}),
        convert=_invoiceninja_client,
    ),
    Profile(
        name="invoiceninja",
        kind=PAYMENTS,
        columns={
            **texts("client", "transaction reference", "type"),
            "invoice number": "id", "amount": "amount", "date": "date",
        },
        recognised_by=frozenset({"client", "invoice number", "amount", "date"}),
        convert=_invoiceninja_payment,
    ),
)  # fmt: skip
