"""Exports of FreshBooks."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES
from invoices.imports.profiles.profile import Line, Profile, joined, refuse_blank, texts


def _freshbooks_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """No line has the invoice's total: it is the sum of the line totals. There is no due date in the file."""
    first = lines[0]
    for line in lines:
        refuse_blank(line, "line total")
    status = first["invoice status"].casefold()
    total = sum((line["line total"] for line in lines), Decimal(0))
    settled_on = first.get("date paid")
    unknown = _("part of it is paid, the file does not say how much: import the payments as well")
    return {
        "customer_name": first["client name"],
        "number": first["invoice #"],
        "issued_on": first["date issued"],
        "currency": first.get("currency"),
        "total": total,
        "settled_on": settled_on,
        "paid": total if status in ("paid", "auto-paid", "autopaid") and not settled_on else None,
        "disputed": status == "disputed",
        "warnings": (("paid", unknown),) if status == "partial" else (),
    }


def _freshbooks_client(lines: Sequence[Line]) -> dict[str, Any]:
    client = lines[0]
    contact = joined(" ", client, "first name", "last name")
    return {
        "reference": client["organization"] or contact,
        "contact_name": contact,
        "email": client.get("email"),
        "phone": client.get("phone"),
        "address": client.get("street"),
        "city": client.get("city"),
        "region": client.get("province/state"),
        "postal_code": client.get("postal code"),
        "country": client.get("country"),
    }


PROFILES = (
    Profile(
        name="freshbooks",
        kind=INVOICES,
        columns={
            **texts("client name", "invoice status"),
            "invoice #": "id", "date issued": "date", "date paid": "date", "line total": "amount", "currency": "currency",
        },
        recognised_by=frozenset({"client name", "invoice #", "date issued", "invoice status", "date paid", "line total"}),
        convert=_freshbooks_invoice,
        key=("client name", "invoice #"),
        agree=("date issued", "date paid", "invoice status", "currency"),
        status="invoice status",
        number="invoice #",
    ),
    Profile(
        name="freshbooks",
        kind=CUSTOMERS,
        columns={
            **texts("organization", "first name", "last name", "email", "phone", "street", "city", "province/state",
                     "postal code"),
            "country": "country",
        },
        recognised_by=frozenset({"organization", "first name", "last name", "province/state", "postal code"}),
        convert=_freshbooks_client,
    ),
)  # fmt: skip
