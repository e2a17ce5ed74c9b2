"""What an electronic invoice says, whatever schema it came in, and what of it is booked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import quantize
from invoices.einvoices.kinds import CREDIT

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The seller or the buyer. `ids` are the numbers others know them by, the customer number among them."""

    name: str
    legal_name: str = ""
    tax_id: str = ""
    registration: str = ""
    ids: tuple[str, ...] = ()
    street: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `tax` is worked out from its own rate, for schemas give tax by rate only."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    tax_rate: Decimal


def of_the_whole(words: str, amount: Decimal | None, rate: Decimal, *, charge: bool) -> Line:
    """What is added to the sum of the lines, or taken off it, as a line of its own: with them it makes up the net (BR-CO-13)."""
    net = (amount or ZERO) if charge else -(amount or ZERO)
    what = words or (_("Charge on the whole invoice") if charge else _("Discount on the whole invoice"))
    return Line(description=what, quantity=Decimal(1), unit_price=net, net=net, tax_rate=rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxPart:
    """Tax at one rate, as the invoice sums it up."""

    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that came inside the invoice."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of the sum that has a due date of its own; `amount` None where the file does not say how much."""

    due_on: date
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An invoice or credit note as its file states it: amounts carry the file's own signs.

    `payable` None: the file does not say, it is what is left of the total. `withheld`: what the buyer pays to the tax office
    in our place (split payment, withholding), which is never owed to us. `dues`: each due date the file gives. `beside`: the
    discounts and charges of the whole invoice, as lines. `means`: how it is to be paid, as `kinds.DIRECT_DEBIT` names it.
    """

    schema: str
    number: str
    type_code: str
    currency: str
    issued_on: date
    seller: Party
    buyer: Party
    total: Decimal
    payable: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal = ZERO
    withheld: Decimal = ZERO
    net: Decimal | None = None
    tax: Decimal | None = None
    dues: tuple[Instalment, ...] = ()
    terms: str = ""
    delivered_on: date | None = None
    account: str = ""
    means: str = ""
    buyer_reference: str = ""
    order_reference: str = ""
    quote_reference: str = ""
    corrects: tuple[str, ...] = ()
    note: str = ""
    lines: tuple[Line, ...] = ()
    beside: tuple[Line, ...] = ()
    taxes: tuple[TaxPart, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def is_credit(self) -> bool:
        """By its type, or by its sign: a negative invoice gives back."""
        return self.type_code in CREDIT or self.total < 0


@dataclass(frozen=True, slots=True)
class Owed:
    """What is booked: `total`, negative for a credit note. `prepaid`: what lies between the sum of the invoice and what it
    asks for; `settled`: whether nothing is left to pay."""

    total: Decimal
    prepaid: Decimal = ZERO
    settled: bool = False


def owed(content: Content) -> Owed:
    """What this invoice is booked as.

    An invoice is booked with what it asks for: the amount payable, which is its total less what was paid beforehand. So
    letters, ageing and the balance show what is still owed and nothing else (T24), and the invoice's page shows the printed
    total and the prepayment beside it. The prepayment is not booked as a payment: it came in before, for an advance invoice
    or as cash on account, and is in the books as that; a second one would be money that never came. Only where nothing is
    left to pay the invoice is booked with its total and as settled on the day of issue, for its history counts.

    Rounding belongs to the total. What the buyer pays to the tax office in our place is no debt to us and is taken off it.
    More than the total is payable where a sum is carried over from before; then `prepaid` is negative. A credit note is
    booked with its whole total, whichever sign it is written with, and likewise without what was never owed to us.
    """
    gross = _rounded(content.total + content.rounding - content.withheld, content)
    if content.is_credit:
        return Owed(-abs(gross))
    due = gross - (content.prepaid or ZERO) if content.payable is None else _rounded(content.payable, content)
    if due <= 0 < gross:
        return Owed(gross, gross - due, settled=True)
    return Owed(due, gross - due)


def _rounded(amount: Decimal, content: Content) -> Decimal:
    """In the precision of the currency where nothing is lost by it; else as it stands, to be refused with its reason."""
    rounded = quantize(amount, content.currency)
    return rounded if rounded == amount else amount
