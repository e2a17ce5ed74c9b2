"""What the preflight of an invoice goes by, and what it says: plain values, no database (domain.md 8). Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arcollect.defaults import DEFAULTS
from invoices.models.agreement import Preflight
from invoices.models.preflight import Verdict

NOTHING = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of the invoice: `net` as it stands on it; `unit_price` None where only the net is known."""

    description: str
    net: Decimal
    quantity: Decimal = ONE
    unit_price: Decimal | None = None
    tax_rate: Decimal = NOTHING
    discount_pct: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What the invoice says of one tax rate, in per cent."""

    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Buyer:
    """The customer as our account of them says. `exposure`: what they owe beside this invoice, in its currency.

    `limit` is None where there is none, or where it is in another currency than the invoice.
    """

    name: str
    legal_name: str = ""
    company: bool = True
    registration: str = ""
    country: str = ""
    tax_id: str = ""
    po_required: bool = False
    po_rule: str = ""
    terms_accepted_on: datetime.date | None = None
    invoiced_in: str = ""
    discount_pct: Decimal | None = None
    limit: Decimal | None = None
    exposure: Decimal = NOTHING
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Who opens the invoices there: the contact for accounts payable that was verified last, if there is one."""

    known: bool = False
    verified_on: datetime.date | None = None
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Another invoice to the same customer in the same currency."""

    number: str
    issued_on: datetime.date
    total: Decimal
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class PreflightFacts:
    """An invoice, or one being made, with what it is held against on a day.

    `made_here`: it can still be changed, so what is wrong stops it. `number` is "" before it is given; `taken`: another one has
    it; `gap`: numbers before it are missing. `total` is what is to be paid; `net`, `tax` and `gross` are None where unknown.
    `terms_days`: those agreed, None where nobody knows. `pay_to`: the account on the invoice; `accounts`: those approved here.
    `names_account`: whether the content of the invoice is known well enough to say that it names none; `collected`: it needs
    none, the money is taken by direct debit.
    `printed_terms`: the terms of payment on it, None where unknown. `proof`: a paper shows the delivery.
    """

    today: datetime.date
    currency: str
    total: Decimal
    issued_on: datetime.date
    buyer: Buyer
    made_here: bool = False
    number: str = ""
    taken: bool = False
    gap: bool = False
    due_on: datetime.date | None = None
    terms_days: int | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal = NOTHING
    lines: tuple[LineFacts, ...] = ()
    taxes: tuple[TaxFacts, ...] = ()
    purchase_order: str = ""
    quote_reference: str = ""
    quote_net: Decimal | None = None
    buyer_name: str = ""
    buyer_tax_id: str = ""
    seller_tax_id: str = ""
    seller_country: str = ""
    desk: Desk = field(default_factory=Desk)
    delivered_on: datetime.date | None = None
    proof: bool = False
    pay_to: str = ""
    names_account: bool = False
    collected: bool = False
    accounts: tuple[str, ...] = ()
    printed_terms: str | None = None
    terms_attached: bool = False
    texts: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS["preflight"])


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check says, and why in words."""

    check_id: Preflight
    verdict: Verdict
    reason: str = ""

    @property
    def applies(self) -> bool:
        return self.verdict != Verdict.NOT_APPLICABLE


def passed(check_id: Preflight, reason: str = "") -> CheckResult:
    """In order."""
    return CheckResult(check_id, Verdict.PASSED, reason)


def warned(check_id: Preflight, reason: str) -> CheckResult:
    """A person must look at it, and may let it pass."""
    return CheckResult(check_id, Verdict.WARN, reason)


def blocked(check_id: Preflight, reason: str) -> CheckResult:
    """It must be put right before the invoice goes out."""
    return CheckResult(check_id, Verdict.BLOCK, reason)


def unasked(check_id: Preflight, reason: str = "") -> CheckResult:
    """The check has nothing to go by here."""
    return CheckResult(check_id, Verdict.NOT_APPLICABLE, reason)
