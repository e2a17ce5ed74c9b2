"""What an invoice or credit note made here says, frozen: no queries, no clock. Its page and its XML say the same."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from invoices.sums import Item, Sums

INVOICE, CREDIT_NOTE = "380", "381"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells, or who buys. `lines` is the address as its country writes it, `street` its first lines."""

    name: str
    legal_name: str
    street: tuple[str, ...]
    city: str
    postal_code: str
    region: str
    country: str
    lines: tuple[str, ...] = ()
    tax_id: str = ""
    registration: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Where to pay. `details` are further lines for accounts without IBAN ("Account 1234567")."""

    holder: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    details: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line: what was sold, `item` in figures, `unit` by UN/ECE Recommendation 20 ("C62": piece), `net` as rounded."""

    position: int
    description: str
    unit: str
    item: Item
    net: Decimal


@dataclass(frozen=True, slots=True)
class Corrected:
    """The invoice a credit note takes back, all of it or a part."""

    number: str
    issued_on: datetime.date


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document. `type_code` by UNTDID 1001; a credit note's amounts are positive, its type says which way they go."""

    number: str
    type_code: str
    issued_on: datetime.date
    due_on: datetime.date
    currency: str
    language: str
    seller: Party
    buyer: Party
    account: Account
    lines: tuple[PaperLine, ...]
    sums: Sums
    terms_days: int = 0
    discount_pct: Decimal | None = None
    discount_days: int | None = None
    delivered_on: datetime.date | None = None
    purchase_order: str = ""
    buyer_reference: str = ""
    quote_reference: str = ""
    exemption_reason: str = ""
    note: str = ""
    conditions: str = ""
    corrects: Corrected | None = None
    logo: str = ""

    @property
    def is_credit(self) -> bool:
        return self.type_code == CREDIT_NOTE

    @property
    def locale(self) -> str:
        """The language as the addressee's country writes numbers and dates: "de-AT"."""
        return f"{self.language}-{self.buyer.country}"

    @property
    def categories(self) -> frozenset[str]:
        """The tax categories its lines are of."""
        return frozenset(line.item.category for line in self.lines)
