"""Rows of the plain layouts, checked as far as one row can be checked by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from arcollect.money import format_plain, precision, quantize
from invoices.imports.amounts import CURRENCY_CODES
from invoices.imports.cells import split_address
from invoices.imports.problems import CellProblem
from invoices.numbering import number_key

Values = Mapping[str, Any]
# (field, reason) of what is odd about a row that still comes in.
Warned = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer and one contact; `credit_limit` is in the business's currency."""

    line: int
    reference: str
    name: str
    legal_name: str = ""
    contact_name: str = ""
    contact_role: str = ""
    email: str = ""
    phone: str = ""
    fax: str = ""
    address: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""
    language: str = ""
    time_zone: str = ""
    tax_id: str = ""
    terms_days: int | None = None
    credit_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice, or a credit note where `total` is negative. `paid` came in so far, lastly on `paid_on` if that is known.

    `open_only`: the file knows only what is open, and `total` is that.
    """

    line: int
    customer_reference: str
    customer_name: str
    number: str
    issued_on: date
    due_on: date | None
    currency: str
    total: Decimal
    purchase_order: str = ""
    delivered_on: date | None = None
    disputed: bool = False
    settled_on: date | None = None
    paid: Decimal = Decimal(0)
    paid_on: date | None = None
    open_only: bool = False
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money received; without `invoice_number` it is booked to the oldest invoices first."""

    line: int
    customer_reference: str
    customer_name: str
    received_on: date
    amount: Decimal
    currency: str
    method: str = ""
    reference: str = ""
    invoice_number: str = ""


LIMITS = {
    "reference": 100, "customer_reference": 100, "name": 200, "customer_name": 200, "legal_name": 200, "contact_name": 200,
    "number": 100, "invoice_number": 100, "purchase_order": 100, "method": 50, "city": 100, "postal_code": 20, "region": 50,
    "tax_id": 50, "email": 254,
}  # fmt: skip
MAX_AMOUNT = Decimal(10) ** 15


def customer_row(line: int, values: Values, currency: str) -> CustomerRow:
    """From the values of the customers layout; reference and name stand in for each other. Raises CellProblem."""
    _refuse_long(values)
    reference = values.get("reference") or values.get("name")
    if not reference:
        raise CellProblem(_("is missing"), "reference")
    limit = _amount(values, "credit_limit", currency)
    if limit is not None and limit < 0:
        raise CellProblem(_("must not be negative"), "credit_limit")
    known = {key: value for key, value in values.items() if key not in ("reference", "name") and value is not None}
    if known.get("address") and not (known.get("city") or known.get("postal_code")):
        known["address"], known["postal_code"], known["city"] = split_address(known["address"])
    return CustomerRow(line, reference, values.get("name") or reference, **(known | {"credit_limit": limit}))


def is_email(text: str) -> bool:
    """Whether mail could be sent to this one address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def invoice_row(line: int, values: Values, currency: str, today: date) -> InvoiceRow:
    """From the values of the invoices layout; `currency` where the row names none. Raises CellProblem.

    Due before issue stops an invoice we write, an issued one comes in with a warning (domain.md PF05).
    """
    _refuse_long(values)
    _refuse_missing(values, "number", "issued_on", "total")
    if not (values.get("customer_reference") or values.get("customer_name")):
        raise CellProblem(_("is missing"), "customer_reference")
    if not number_key(values["number"]):
        raise CellProblem(_('"%(text)s" has no letter or digit') % {"text": values["number"]}, "number")
    currency = _currency(values, currency)
    row = InvoiceRow(
        line=line,
        customer_reference=values.get("customer_reference") or "",
        customer_name=values.get("customer_name") or "",
        number=values["number"],
        issued_on=values["issued_on"],
        due_on=values.get("due_on"),
        currency=currency,
        total=_amount(values, "total", currency) or Decimal(0),
        purchase_order=values.get("purchase_order") or "",
        delivered_on=values.get("delivered_on"),
        disputed=bool(values.get("disputed")),
        settled_on=values.get("settled_on"),
        paid=_amount(values, "paid", currency) or Decimal(0),
        paid_on=values.get("paid_on"),
        open_only=bool(values.get("open_only")),
        warnings=tuple(values.get("warnings", ())) + _date_warnings(values),
    )
    _check_invoice(row, today)
    return row


def _check_invoice(row: InvoiceRow, today: date) -> None:
    if row.total == 0:
        raise CellProblem(_("is nothing: there is nothing to collect"), "total")
    if row.settled_on and row.settled_on > today:
        raise CellProblem(_("%(day)s is in the future") % {"day": row.settled_on}, "settled_on")
    if row.total > 0 and not 0 <= row.paid <= row.total:
        values = {"paid": format_plain(row.paid, row.currency), "total": format_plain(row.total, row.currency)}
        raise CellProblem(_("%(paid)s is not between nothing and the total of %(total)s") % values, "paid")


def _date_warnings(values: Values) -> tuple[Warned, ...]:
    if values.get("due_on") and values["due_on"] < values["issued_on"]:
        days = {"due": values["due_on"], "issued": values["issued_on"]}
        return (("due_on", _("due %(due)s, before it was issued on %(issued)s") % days),)
    return ()


def payment_row(line: int, values: Values, currency: str, today: date) -> PaymentRow:
    """From the values of the payments layout; `currency` where the row names none. Raises CellProblem."""
    _refuse_long(values, LIMITS | {"reference": 200})
    _refuse_missing(values, "received_on", "amount")
    if not any(values.get(name) for name in ("customer_reference", "customer_name", "invoice_number")):
        raise CellProblem(_("is missing"), "customer_reference")
    if values["received_on"] > today:
        raise CellProblem(_("%(day)s is in the future") % {"day": values["received_on"]}, "received_on")
    currency = _currency(values, currency)
    amount = _amount(values, "amount", currency) or Decimal(0)
    if amount <= 0:
        reason = _("%(amount)s is no money received: enter a refund or a returned payment by hand")
        raise CellProblem(reason % {"amount": format_plain(amount, currency)}, "amount")
    texts = {name: values.get(name) or "" for name in _PAYMENT_TEXTS}
    return PaymentRow(line, received_on=values["received_on"], amount=amount, currency=currency, **texts)


_PAYMENT_TEXTS = ("customer_reference", "customer_name", "method", "reference", "invoice_number")


def _refuse_missing(values: Values, *names: str) -> None:
    for name in names:
        if values.get(name) in (None, ""):
            raise CellProblem(_("is missing"), name)


def _refuse_long(values: Values, limits: Mapping[str, int] = LIMITS) -> None:
    for name, limit in limits.items():
        if len(values.get(name) or "") > limit:
            raise CellProblem(_("is longer than %(limit)d characters") % {"limit": limit}, name)


def _currency(values: Values, default: str) -> str:
    currency = values.get("currency") or default
    if currency not in CURRENCY_CODES:
        raise CellProblem(_('"%(text)s" is not a currency code such as EUR') % {"text": currency}, "currency")
    return currency


def _amount(values: Values, name: str, currency: str) -> Decimal | None:
    """The amount in the currency's precision; an amount that would lose something is refused, never rounded."""
    amount = values.get(name)
    if amount is None:
        return None
    if abs(amount) >= MAX_AMOUNT:
        raise CellProblem(_("%(amount)s is too large") % {"amount": amount}, name)
    rounded = quantize(amount, currency)
    if rounded != amount:
        detail = {"amount": f"{amount:f}", "currency": currency, "digits": precision(currency)}
        raise CellProblem(_("%(amount)s has more decimals than %(currency)s, which has %(digits)d") % detail, name)
    return rounded
