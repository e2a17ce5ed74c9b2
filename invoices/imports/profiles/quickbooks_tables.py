"""The tables of QuickBooks Online as its programming interface gives them: one file a table, joined by ids."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.imports.layouts import CUSTOMERS, INVOICES, KINDS, PAYMENTS
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, first_of, kinds, refuse_blank, texts

DELETED = "_fivetran_deleted"


def _kept(line: Line, _above: Preamble) -> Line:
    return {**line, LEFT_OUT: "deleted"} if line.get(DELETED) else line


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """What is not in the balance is paid; on which day only the payments know."""
    invoice = lines[0]
    refuse_blank(invoice, "total_amount", "balance")
    unnumbered = _("has no number; the id %(id)s of the accounts stands for it")
    return {
        "customer_reference": invoice["customer_id"],
        "number": invoice.get("doc_number") or invoice["id"],
        "issued_on": invoice["transaction_date"],
        "due_on": invoice.get("due_date"),
        "currency": invoice.get("currency_id"),
        "total": invoice["total_amount"],
        "purchase_order": invoice.get("custom_p_o_number"),
        "paid": invoice["total_amount"] - invoice["balance"],
        "warnings": () if invoice.get("doc_number") else (("number", unnumbered % {"id": invoice["id"]}),),
    }


def _credit_left(line: Line, _above: Preamble) -> Line:
    used = not line.get(DELETED) and line.get("remaining_credit") == 0
    return {**line, LEFT_OUT: _("credit note used up")} if used else _kept(line, _above)


def _credit(lines: Sequence[Line]) -> dict[str, Any]:
    """As much as is left of it: what it paid is in the balances of the invoices already."""
    credit = lines[0]
    refuse_blank(credit, "total_amount", "remaining_credit")
    part = _("%(left)s of %(total)s is left of it") % {"left": credit["remaining_credit"], "total": credit["total_amount"]}
    return {
        "customer_reference": credit["customer_id"],
        "number": credit.get("doc_number") or credit["id"],
        "issued_on": credit["transaction_date"],
        "currency": credit.get("currency_id"),
        "total": -credit["remaining_credit"],
        "warnings": () if credit["remaining_credit"] == credit["total_amount"] else (("total", part),),
    }


def _customer(lines: Sequence[Line]) -> dict[str, Any]:
    customer = lines[0]
    return {
        "reference": customer["id"],
        "name": first_of(customer, "display_name", "fully_qualified_name", "company_name"),
        "legal_name": customer.get("company_name"),
        "contact_name": " ".join(filter(None, (customer.get("given_name"), customer.get("family_name")))),
        "email": customer.get("email"),
        "phone": first_of(customer, "phone_number", "mobile_number", "alternate_phone_number"),
        "fax": customer.get("fax_number"),
    }


def _money_left(line: Line, _above: Preamble) -> Line:
    """The balances of the invoices know what was applied already: booked again it would count twice."""
    used = not line.get(DELETED) and line.get("unapplied_amount") == 0
    return {**line, LEFT_OUT: _("payment the invoices count already")} if used else _kept(line, _above)


def _payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_reference": payment["customer_id"],
        "amount": first_of(payment, "unapplied_amount", "total_amount") or Decimal(0),
        "received_on": payment["transaction_date"],
        "currency": payment.get("currency_id"),
        "reference": payment.get("reference_number"),
    }


def _part(marks: str, reason: Any) -> tuple[Profile, ...]:
    """A table that is recognised, whatever it is taken for, and cannot come in by itself."""
    common = {"columns": {}, "recognised_by": frozenset(marks.split("|")), "convert": _customer, "unusable": reason}
    return tuple(Profile(name="quickbooks", kind=kind, **common) for kind in KINDS)


PROFILES = (
    Profile(
        name="quickbooks",
        kind=INVOICES,
        columns={
            **texts("custom_p_o_number"),
            **kinds(id="id|customer_id|doc_number", date="transaction_date|due_date", amount="total_amount|balance",
                    currency="currency_id", flag=DELETED),
        },
        recognised_by=frozenset({"id", "doc_number", "customer_id", "due_date", "balance", "total_amount", "transaction_date"}),
        convert=_invoice,
        number="doc_number",
        prepare=_kept,
        lacks=lazy("It names customers by their id: bring in customer_data as well. How much is paid is in it, when is not."),
    ),
    Profile(
        name="quickbooks",
        kind=INVOICES,
        columns={
            **kinds(id="id|customer_id|doc_number", date="transaction_date", amount="total_amount|remaining_credit",
                    currency="currency_id", flag=DELETED),
        },
        recognised_by=frozenset({"id", "doc_number", "customer_id", "remaining_credit", "total_amount", "transaction_date"}),
        convert=_credit,
        number="doc_number",
        prepare=_credit_left,
    ),
    Profile(
        name="quickbooks",
        kind=CUSTOMERS,
        columns={
            **texts("display_name", "fully_qualified_name", "company_name", "given_name", "family_name", "email", "phone_number",
                    "mobile_number", "alternate_phone_number", "fax_number"),
            **kinds(id="id", flag=DELETED),
        },
        recognised_by=frozenset({"id", "display_name", "bill_address_id", "fully_qualified_name"}),
        convert=_customer,
        prepare=_kept,
        lacks=lazy("Addresses and terms are in tables of their own and do not come with it."),
    ),
    Profile(
        name="quickbooks",
        kind=PAYMENTS,
        columns={
            **texts("reference_number"),
            **kinds(id="id|customer_id", date="transaction_date", amount="total_amount|unapplied_amount", currency="currency_id",
                    flag=DELETED),
        },
        recognised_by=frozenset({"id", "customer_id", "total_amount", "unapplied_amount", "transaction_date"}),
        convert=_payment,
        prepare=_money_left,
        lacks=lazy("It does not say which invoices were paid: only what no invoice counts yet comes in."),
    ),
    *_part("invoice_id|detail_type|amount",
           lazy("These are the lines of invoices: bring in invoice_data, which has their totals.")),
    *_part("invoice_id|payment_id|charge_credit_id",
           lazy("This table only links payments with invoices by ids: bring in invoice_data, whose balances know of them.")),
    *_part("payment_id|credit_memo_id|invoice_id|amount",
           lazy("These are the parts of payments, without day or customer: bring in payment_data and invoice_data.")),
    *_part("id|line_1|country_sub_division_code", lazy("These are addresses without the customers they belong to.")),
)  # fmt: skip
