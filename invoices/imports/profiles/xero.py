"""Exports of Xero."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.money import quantize
from invoices.imports.layouts import CUSTOMERS, INVOICES
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, joined, refuse_blank, texts


def _xero_invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """The total where it is filled, else the sum of quantity x unit price less discount plus tax, each line rounded."""
    first = lines[0]
    total = first.get("total")
    if total is None:
        total = sum(map(_xero_line, lines), Decimal(0))
    credit, due = "credit" in (first.get("type") or "").casefold(), first.get("invoiceamountdue")
    # What is not due is paid: by money, which is all "amount paid" knows, or by a credit note.
    paid = first.get("invoiceamountpaid") if due is None or first.get("total") is None else total - due
    if credit and due is not None:
        # What it paid is missing from what is due of the invoices already.
        total = due
    return {
        "customer_name": first["contactname"],
        "number": first["invoicenumber"],
        "issued_on": first["invoicedate"],
        "due_on": first["duedate"],
        "currency": first.get("currency"),
        "total": -abs(total) if credit else total,
        "purchase_order": first.get("reference"),
        "paid": None if credit else paid,
    }


def _sale(line: Line, _above: Preamble) -> Line:
    """Its export of bills has the same columns, and says so in the type alone."""
    word = str(line.get("type") or "").casefold()
    if word.startswith(("bill", "purchase", "payable", "accpay")):
        return {**line, LEFT_OUT: _("payable")}
    used = "credit" in word and line.get("invoiceamountdue") == 0
    return {**line, LEFT_OUT: _("credit note used up")} if used else line


def _xero_line(line: Line) -> Decimal:
    refuse_blank(line, "quantity", "unitamount")
    kept = 1 - (line.get("discount") or Decimal(0)) / 100
    net = quantize(line["quantity"] * line["unitamount"] * kept, line.get("currency") or "XXX")
    return net + (line.get("taxamount") or Decimal(0))


def _xero_contact(lines: Sequence[Line]) -> dict[str, Any]:
    contact = lines[0]
    return {
        "reference": contact["accountnumber"],
        "name": contact["contactname"],
        "contact_name": joined(" ", contact, "firstname", "lastname"),
        "email": contact["emailaddress"],
        "phone": contact.get("phonenumber") or contact.get("mobilenumber"),
        "fax": contact.get("faxnumber"),
        "address": joined("\n", contact, "poaddressline1", "poaddressline2", "poaddressline3", "poaddressline4"),
        "city": contact.get("pocity"),
        "region": contact.get("poregion"),
        "postal_code": contact.get("popostalcode"),
        "country": contact.get("pocountry"),
        "tax_id": contact.get("taxnumber"),
    }


PROFILES = (
    Profile(
        name="xero",
        kind=INVOICES,
        columns={
            **texts("contactname", "reference", "type", "status"),
            "invoicenumber": "id", "invoicedate": "date", "duedate": "date", "currency": "currency", "total": "amount",
            "invoiceamountpaid": "amount", "invoiceamountdue": "amount",
            "quantity": "amount", "unitamount": "amount", "discount": "percent",
            "taxamount": "amount",
        },
        recognised_by=frozenset({"contactname", "invoicenumber", "invoicedate", "duedate", "quantity", "unitamount"}),
        convert=_xero_invoice,
        key=("contactname", "invoicenumber"),
        agree=("invoicedate", "duedate", "total", "currency", "type", "status"),
        status="status",
        number="invoicenumber",
        prepare=_sale,
    ),
    Profile(
        name="xero",
        kind=CUSTOMERS,
        columns={
            **texts("contactname", "emailaddress", "firstname", "lastname", "phonenumber", "mobilenumber", "faxnumber",
                     "poaddressline1", "poaddressline2", "poaddressline3", "poaddressline4", "pocity", "poregion", "popostalcode",
                     "taxnumber"),
            "accountnumber": "id", "pocountry": "country",
        },
        recognised_by=frozenset({"contactname", "accountnumber", "emailaddress", "poaddressline1"}),
        convert=_xero_contact,
    ),
)  # fmt: skip
