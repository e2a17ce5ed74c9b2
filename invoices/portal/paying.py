"""Decides where the money goes: bank details, the code for a banking app, the business's own payment page. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from django.utils.translation import gettext

from arcollect.money import format_plain
from arcollect.qr import grouped, transfer_order
from customers.models import Business
from invoices.agreement_terms import reference_of
from invoices.models import PaymentPlan, PortalLink


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the bank details: `shown` as people read it, `copied` as a bank's form wants it."""

    label: str
    shown: str
    copied: str


@dataclass(frozen=True, slots=True)
class PayTo:
    """How to pay one amount. `link`: the business's own payment page, "" without one; `order`: the transfer for a QR code."""

    amount: Decimal
    currency: str
    reference: str
    rows: tuple[Row, ...]
    link: str
    order: bytes


def pay_to(business: Business, *, amount: Decimal, currency: str, reference: str) -> PayTo:
    """Bank details with the amount and the reference filled in, so that nothing has to be typed."""
    holder = business.account_holder or business.legal_name or business.name
    return PayTo(
        amount=amount,
        currency=currency,
        reference=reference,
        rows=tuple(_rows(business, holder, reference)),
        link=filled_link(business.payment_link, amount=amount, currency=currency, reference=reference),
        order=transfer_order(
            name=holder, iban=business.iban, bic=business.bic, amount=amount, currency=currency, reference=reference
        ),
    )


def _rows(business: Business, holder: str, reference: str) -> list[Row]:
    if not (business.iban or business.account_details or business.bank_name):
        return []
    bare = "".join(business.iban.split())
    rows = [
        Row(gettext("Account holder"), holder, holder),
        Row("IBAN", grouped(bare), bare),
        Row("BIC", business.bic, business.bic),
        Row(gettext("Bank"), business.bank_name, business.bank_name),
        *(_split(line) for line in business.account_details.splitlines()),
        Row(gettext("Reference"), reference, reference),
    ]
    return [row for row in rows if row.copied]


def _split(line: str) -> Row:
    label, colon, value = line.partition(":")
    shown = value.strip() if colon else line.strip()
    return Row(label.strip() if colon else gettext("Account"), shown, shown)


def filled_link(address: str, *, amount: Decimal, currency: str, reference: str) -> str:
    """The payment page with {amount}, {currency} and {reference} filled in; "" for what no browser should open."""
    if not address.startswith(("https://", "http://")):
        return ""
    values = {"{amount}": format_plain(amount, currency), "{currency}": currency, "{reference}": reference}
    for name, value in values.items():
        address = address.replace(name, quote(value, safe=""))
    return address


def reference_for(link: PortalLink, plan: PaymentPlan | None) -> str:
    """What a payment quotes: the number of the running plan's agreement, else of the letter, else of the customer."""
    if plan is not None:
        return reference_of(plan)
    reference = link.customer.reference
    return f"{reference}-{link.letter_id}" if link.letter_id else reference
