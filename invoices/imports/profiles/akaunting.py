"""Workbooks in the layout of Akaunting's import and export: an invoice's sums and payments stand in sheets of their own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES
from invoices.imports.profiles.profile import Beside, Line, Profile, kinds, refuse_blank, texts


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """The sum called "total" in its own sheet counts: the amount of the first sheet may be before the discount."""
    first = lines[0]
    totals = [line["amount"] for line in first.get("invoice_totals", ()) if line.get("code") == "total"]
    refuse_blank(first, "amount")
    total = totals[0] if totals and totals[0] is not None else first["amount"]
    paid = [line for line in first.get("invoice_transactions", ()) if line.get("amount")]
    differs = _("%(amount)s on the first sheet, %(total)s among the totals: the totals count")
    words = (("total", differs % {"amount": first["amount"], "total": total}),) if total != first["amount"] else ()
    return {
        "customer_name": first["contact_name"],
        "number": first["invoice_number"],
        "issued_on": first["invoiced_at"],
        "due_on": first.get("due_at"),
        "currency": first.get("currency_code"),
        "total": total,
        "purchase_order": first.get("order_number"),
        "paid": sum((line["amount"] for line in paid), Decimal(0)),
        "paid_on": max((line["paid_at"] for line in paid if line.get("paid_at")), default=None),
        "warnings": words,
    }


def _customer(lines: Sequence[Line]) -> dict[str, Any]:
    customer = lines[0]
    return {
        "reference": customer.get("reference") or customer["name"],
        "name": customer["name"],
        "email": customer.get("email"),
        "phone": customer.get("phone"),
        "address": customer.get("address"),
        "city": customer.get("city"),
        "region": customer.get("state"),
        "postal_code": customer.get("zip_code"),
        "country": customer.get("country"),
        "tax_id": customer.get("tax_number"),
    }


PROFILES = (
    Profile(
        name="akaunting",
        kind=INVOICES,
        columns={
            **texts("status", "contact_name", "contact_email", "order_number"),
            **kinds(id="invoice_number", date="invoiced_at|due_at", amount="amount", currency="currency_code"),
        },
        recognised_by=frozenset({"invoice_number", "invoiced_at", "due_at", "amount", "contact_name"}),
        convert=_invoice,
        status="status",
        number="invoice_number",
        beside=(
            Beside("invoice_totals", "invoice_number", kinds(id="invoice_number", text="code", amount="amount")),
            Beside("invoice_transactions", "invoice_number", kinds(id="invoice_number", date="paid_at", amount="amount")),
        ),
    ),
    Profile(
        name="akaunting",
        kind=CUSTOMERS,
        columns={
            **texts("name", "email", "tax_number", "phone", "address", "state", "zip_code", "city"),
            **kinds(id="reference", country="country"),
        },
        recognised_by=frozenset({"name", "email", "tax_number", "zip_code", "currency_code", "enabled"}),
        convert=_customer,
    ),
)
