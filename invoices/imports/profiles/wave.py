"""Wave: its list of customers, and its accounting transactions, of which the lines on the receivable accounts count."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, joined, kinds, texts

DEBIT, CREDIT = "debit amount (two column approach)", "credit amount (two column approach)"
RECEIVABLE = "receivable"


def _claim(line: Line, _above: Preamble) -> Line:
    """A debit on a receivable account that names an invoice is that invoice."""
    state = _elsewhere(line) or ("" if line.get(DEBIT) else _("payment"))
    return {**line, LEFT_OUT: state}


def _money(line: Line, _above: Preamble) -> Line:
    return {**line, LEFT_OUT: _elsewhere(line) or ("" if line.get(CREDIT) else _("invoice"))}


def _elsewhere(line: Line) -> str:
    if line.get("bill number") or line.get("vendor"):
        return _("payable")
    account = f"{line.get('account type') or ''} {line.get('account name') or ''}".casefold()
    return "" if RECEIVABLE in account and line.get("invoice number") else _("other booking")


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    invoice = lines[0]
    return {
        "customer_name": invoice["customer"],
        "number": invoice["invoice number"],
        "issued_on": invoice["transaction date"],
        "total": invoice[DEBIT],
    }


def _payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_name": payment["customer"],
        "invoice_number": payment["invoice number"],
        "amount": payment[CREDIT],
        "received_on": payment["transaction date"],
        "reference": payment.get("transaction description"),
    }


def _customer(lines: Sequence[Line]) -> dict[str, Any]:
    customer = lines[0]
    return {
        "reference": customer.get("account_number") or customer["customer_name"],
        "name": customer["customer_name"],
        "contact_name": joined(" ", customer, "contact_first_name", "contact_last_name"),
        "email": customer.get("email"),
        "phone": customer.get("phone") or customer.get("mobile"),
        "fax": customer.get("fax"),
        "address": joined("\n", customer, "address_line_1", "address_line_2"),
        "city": customer.get("city"),
        "region": customer.get("province/state"),
        "postal_code": customer.get("postal_code/zip_code"),
        "country": customer.get("country"),
    }


_BOOKINGS = {
    **texts("account name", "account type", "customer", "vendor", "bill number", "transaction description"),
    **kinds(id="invoice number", date="transaction date", amount=f"{DEBIT}|{CREDIT}"),
}
_MARKS = frozenset({"transaction id", "transaction date", "account name", DEBIT, CREDIT, "customer", "invoice number"})
PROFILES = (
    Profile(
        name="wave", kind=INVOICES, columns=_BOOKINGS, recognised_by=_MARKS, convert=_invoice, prepare=_claim, seen=False,
        number="invoice number",
        lacks=lazy("It has no due dates: the terms of the customer count. Bring in its payments as well."),
    ),
    Profile(name="wave", kind=PAYMENTS, columns=_BOOKINGS, recognised_by=_MARKS, convert=_payment, prepare=_money, seen=False),
    Profile(
        name="wave",
        kind=CUSTOMERS,
        columns={
            **texts("customer_name", "email", "contact_first_name", "contact_last_name", "phone", "mobile", "fax", "city",
                    "address_line_1", "address_line_2", "province/state", "postal_code/zip_code"),
            **kinds(id="account_number", country="country"),
        },
        recognised_by=frozenset({"customer_name", "contact_first_name", "customer_currency", "address_line_1"}),
        convert=_customer,
        seen=False,
    ),
)  # fmt: skip
