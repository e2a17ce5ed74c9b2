"""Reports of QuickBooks Online and Desktop, as they are exported: made to be read, with headings, sums and a footer."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.profiles.profile import HEADING, LEFT_OUT, Line, Preamble, Profile, first_of, kinds, refuse_blank, texts

PAYABLE = frozenset({
    "bill", "bill payment", "bill payment (check)", "bill payment (credit card)", "check", "cheque", "expense", "vendor credit",
    "purchase order", "credit card credit", "credit card charge", "supplier credit", "bill pmt -check",
})  # fmt: skip
QUOTES = frozenset({"estimate", "quote", "sales order"})
CREDITS = frozenset({"credit memo", "credit note"})
_LABEL = re.compile(r"(?:phone|mobile|fax|other)\s*:\s*", re.IGNORECASE)


def _invoices_only(line: Line, _above: Preamble) -> Line:
    """An invoice list without a type names invoices alone."""
    word = _type(line)
    if "voided" in str(line.get("memo/description") or line.get("memo") or "").casefold():
        return {**line, LEFT_OUT: "voided"}
    if word in CREDITS and line.get("open balance") == 0:
        return {**line, LEFT_OUT: _("credit note used up")}
    return line if word in {"", "invoice", *CREDITS} else {**line, LEFT_OUT: _state(word)}


def _payments_only(line: Line, _above: Preamble) -> Line:
    return line if _type(line) == "payment" else {**line, LEFT_OUT: _state(_type(line))}


def _state(word: str) -> str:
    if word in PAYABLE:
        return _("payable")
    return _("quote") if word in QUOTES else word


def _type(line: Line) -> str:
    return str(first_of(line, "transaction type", "type") or "").casefold()


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """A list of open invoices has no total: what is open is all it knows."""
    invoice = lines[0]
    opened = first_of(invoice, "open balance")
    total = first_of(invoice, "amount")
    if total is None:
        refuse_blank(invoice, "open balance")
    credit = _type(invoice) in CREDITS
    whole = opened if total is None or credit and opened is not None else total
    return {
        "customer_name": first_of(invoice, "name", "customer", HEADING),
        "number": invoice["num"],
        "issued_on": invoice["date"],
        "due_on": invoice.get("due date"),
        "currency": invoice.get("currency"),
        "total": -abs(whole) if credit else whole,
        "purchase_order": first_of(invoice, "p. o. #", "p.o. number"),
        "paid": None if credit or total is None or opened is None else total - opened,
        "open_only": total is None and not credit,
    }


def _payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    refuse_blank(payment, "amount")
    return {
        "customer_name": first_of(payment, "name", "customer", HEADING),
        "amount": abs(payment["amount"]),
        "received_on": payment["date"],
        "reference": payment.get("num"),
        "currency": payment.get("currency"),
    }


def _contact(lines: Sequence[Line]) -> dict[str, Any]:
    contact = lines[0]
    numbers = _LABEL.sub("\n", str(first_of(contact, "phone numbers", "phone", "main phone") or "")).split("\n")
    return {
        "reference": first_of(contact, "customer full name", "customer"),
        "contact_name": first_of(contact, "full name", "primary contact"),
        "email": first_of(contact, "email", "main email"),
        "phone": next((number.strip() for number in numbers if number.strip()), None),
        "fax": contact.get("fax"),
        "address": first_of(contact, "bill address", "billing address", "bill to"),
    }


_LISTED = {
    **texts("transaction type", "type", "name", "customer", "memo/description", "memo", "p. o. #", "p.o. number"),
    **kinds(id="num", date="date|due date", amount="amount|open balance", currency="currency"),
}
_UNPAID = lazy("It does not say what is paid of an invoice: each comes in as wholly open. Prefer the report Invoice List.")
_UNKNOWN = lazy("It does not say which invoice a payment is for. What an invoice list counted as paid already would count twice.")


def _list(marks: str, **fields: Any) -> Profile:
    kept = {"kind": INVOICES, "convert": _invoice, "prepare": _invoices_only, "number": "num"} | fields
    return Profile(name="quickbooks", columns=_LISTED, recognised_by=frozenset(marks.split("|")), report=True, seen=False, **kept)


def _contacts(marks: str) -> Profile:
    return Profile(
        name="quickbooks",
        kind=CUSTOMERS,
        columns=texts("customer full name", "customer", "phone numbers", "phone", "main phone", "email", "main email",
                      "full name", "primary contact", "bill address", "billing address", "bill to", "fax"),
        recognised_by=frozenset(marks.split("|")),
        convert=_contact,
        seen=False,
    )  # fmt: skip


PROFILES = (
    _list("date|num|due date|amount|open balance"),
    _list("date|num|due date|open balance"),
    _list("date|transaction type|num|name|amount", lacks=_UNPAID),
    _list("date|type|num|name|amount", lacks=_UNPAID),
    _list("date|transaction type|num|name|amount", kind=PAYMENTS, convert=_payment, prepare=_payments_only, lacks=_UNKNOWN),
    _list("date|type|num|name|amount", kind=PAYMENTS, convert=_payment, prepare=_payments_only, lacks=_UNKNOWN),
    _contacts("customer full name|phone numbers|bill address"),
    _contacts("customer|full name|billing address"),
    _contacts("customer|bill to|primary contact"),
)
