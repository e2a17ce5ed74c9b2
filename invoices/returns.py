"""Finds the payment that money going out takes back, and takes it back: a debit returned, a cheque unpaid (domain.md 3.4)."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Business, User
from invoices import booking
from invoices.balances import BookingError
from invoices.line_booking import claim
from invoices.line_identity import squeezed
from invoices.matches import CERTAIN, Parts
from invoices.matching_names import plain_account, plain_name
from invoices.models import BankLine, Payment
from invoices.models.statement import LineState

# A direct debit nobody allowed may come back for thirteen months; money that only looks alike is asked about for two.
LONGEST, NEAR = datetime.timedelta(days=400), datetime.timedelta(days=62)
# Shorter references are in too many texts.
SHORTEST = 6
WORDS = re.compile(
    r"return|unpaid|bounced|dishonou?red|charge ?back|reversal|reversed|refer to drawer|r(ü|ue|u)ck(last|ruf|gabe)|r-transaktion"
    r"|storno|impay|rejet|devoluci|devuelt|insoluto|teruggeboekt|stornering",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Return:
    """A payment that a line may take back. `sure`: 0 to 100, as of a Match."""

    payment_id: int
    customer_id: int
    sure: int
    rule: str
    reason: str

    @property
    def certain(self) -> bool:
        return self.sure >= CERTAIN

    def as_json(self) -> dict[str, Any]:
        """For BankLine.suggestions of money that went out: told from a Match by "payment_id"."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        return cls(**row)


Candidates = dict[tuple[str, Decimal], list[Payment]]


def candidates_of(business: Business, rows: Iterable[BankLine]) -> Candidates:
    """The payments that stand and are of the sums that went out with these lines, by currency and sum. One query."""
    lines = list(rows)
    if not lines:
        return {}
    standing = Payment.objects.filter(
        business=business,
        returned_on=None,
        amount__in={amount for row in lines for amount in sums_of(row)},
        received_on__lte=max(row.booked_on for row in lines),
        received_on__gte=min(row.booked_on for row in lines) - LONGEST,
    )
    found: defaultdict[tuple[str, Decimal], list[Payment]] = defaultdict(list)
    for payment in (
        standing.select_related("customer", "bank_line").defer("bank_line__suggestions").order_by("-received_on", "-pk")
    ):
        found[payment.currency, payment.amount].append(payment)
    return found


def decide_return(row: BankLine, candidates: Mapping[tuple[str, Decimal], Sequence[Payment]]) -> tuple[Return, ...]:
    """The payments a line may take back, the surest first; nothing for money we paid ourselves. Pure.

    Certain is only what the bank, or its words, say comes back, where one payment alone fits it best.
    """
    told = row.reversal or bool(WORDS.search(f"{row.text} {row.reference}"))
    found = [one for amount in sums_of(row) for one in candidates.get((row.currency, amount), ()) if _possible(row, one, told)]
    rated = sorted(((_likeness(row, one), one) for one in found), key=lambda pair: -pair[0])
    rated = [(likeness, one) for likeness, one in rated if told or likeness]
    alone = len(rated) == 1 or (len(rated) > 1 and rated[0][0] > rated[1][0])
    return tuple(_return(one, likeness, told, alone and place == 0) for place, (likeness, one) in enumerate(rated[:5]))


@transaction.atomic
def return_line(*, line: BankLine, payment: Payment, actor: User | None, on: datetime.date) -> Parts:
    """Takes `payment` back because of `line`: its invoices are open again at their old due dates from the line's own day on.

    Returns what they are open by. `on`: the day it is done. Raises LineTaken for a settled line, BookingError where the payment
    is somebody else's, of another sum, or was returned already.
    """
    if line.amount >= 0 or payment.business_id != line.business_id or payment.currency != line.currency:
        raise BookingError(_("This line cannot take that payment back."))
    if payment.amount not in sums_of(line):
        sums = {"line": format_plain(-line.amount, line.currency), "payment": format_plain(payment.amount, line.currency)}
        raise BookingError(_("%(line)s went out, but the payment is %(payment)s.") % sums)
    claim(line, LineState.RETURNED, actor, takes_back=payment, customer_id=payment.customer_id)
    back = tuple(payment.allocations.filter(reversed_on=None).values_list("invoice_id", "amount"))
    booking.return_payment(payment=payment, on=max(line.booked_on, payment.received_on), actor=actor)
    sums = {"amount": format_plain(line.amount, line.currency), "currency": line.currency, "payment": payment.pk}
    log.record(line.business, "bank_line.returned", f"bank_line:{line.pk}", actor=actor, on=on.isoformat(), **sums)
    return back


def sums_of(row: BankLine) -> set[Decimal]:
    """What the payment may have been: all that went out, or that without what the bank charged for it."""
    return {-row.amount, -row.amount - row.charges} - {Decimal(0)}


def _possible(row: BankLine, payment: Payment, told: bool) -> bool:
    line = payment.bank_line
    same_account = line is None or line.account_id == row.account_id
    return same_account and payment.received_on <= row.booked_on <= payment.received_on + (LONGEST if told else NEAR)


def _likeness(row: BankLine, payment: Payment) -> int:
    """How much a line says of a payment: 2 its reference, 1 who paid, 0 neither."""
    line, text = payment.bank_line, squeezed(f"{row.reference} {row.text} {row.bank_reference}")
    references = [payment.reference, *((line.reference, line.bank_reference, line.text) if line else ())]
    named = any(len(plain) >= SHORTEST and plain in text for plain in map(squeezed, references))
    if named:
        return 2
    payers = {plain_name(payment.customer.name), plain_name(line.payer if line else "")} - {""}
    accounts = {plain_account(line.payer_account if line else "")} - {""}
    return int(plain_name(row.payer) in payers or plain_account(row.payer_account) in accounts)


def _return(payment: Payment, likeness: int, told: bool, best: bool) -> Return:
    """The suggestion. What nobody says comes back may be a refund of ours: it is never certain."""
    if not told:
        words = _("As much went out to them as they had paid on %(day)s: did it come back?")
        return _suggested(payment, 40 + 20 * (likeness == 2), "return_looks", words)
    if likeness == 2:
        return _suggested(
            payment, 99 if best else 70, "return_named", _("The bank takes the payment of %(day)s back, by its reference.")
        )
    if likeness == 1:
        return _suggested(payment, 96 if best else 65, "return_payer", _("The bank takes their payment of %(day)s back."))
    return _suggested(payment, 60, "return_sum", _("The bank takes as much back as was paid on %(day)s."))


def _suggested(payment: Payment, sure: int, rule: str, words: str) -> Return:
    return Return(payment.pk, payment.customer_id, sure, rule, words % {"day": payment.received_on.isoformat()})
