"""Reads where we stand with one customer: what is open in each currency, and how much of it may be asked for."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from customers.models import Customer
from invoices.closing import Closing
from invoices.models import CreditNote, Invoice, Payment
from invoices.models.agreement import PromiseState
from invoices.standing import NOTHING, Claims, claims


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice on a day. `days_past_due` is 0 on the due date and negative before it (domain.md, notation); `closing`: how it
    was closed, where nothing of it is open and somebody asked."""

    row: Invoice
    days_past_due: int
    disputed: Decimal
    planned: Decimal
    promised: Decimal
    settling: Decimal = NOTHING
    closing: Closing | None = None

    @property
    def collectable(self) -> Decimal:
        """What may be asked for: open less disputed, planned and promised parts, and what is being settled (domain.md 1, 6.6)."""
        return max(NOTHING, self.row.balance - self.disputed - self.planned - self.promised - self.settling)

    @property
    def claimed(self) -> bool:
        """Whether anything stands against asking for all of it."""
        return bool(self.disputed or self.planned or self.promised or self.settling)


@dataclass(frozen=True, slots=True)
class Position:
    """A customer's account in one currency: the open invoices, oldest due date first, and money not yet matched to any."""

    currency: str
    invoices: tuple[OpenInvoice, ...] = ()
    payments: tuple[Payment, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()

    @property
    def owed(self) -> Decimal:
        return sum((item.row.balance for item in self.invoices), NOTHING)

    @property
    def overdue(self) -> Decimal:
        return sum((item.row.balance for item in self.invoices if item.days_past_due > 0), NOTHING)

    @property
    def collectable(self) -> Decimal:
        """What may be asked for today: the collectable part of what is overdue."""
        return sum((item.collectable for item in self.invoices if item.days_past_due > 0), NOTHING)

    @property
    def unapplied(self) -> Decimal:
        """Cash and credit notes no invoice has yet."""
        return sum((source.unapplied for source in (*self.payments, *self.credit_notes)), NOTHING)

    @property
    def net(self) -> Decimal:
        """Owed less what is unapplied: the ledger of domain.md 1; negative where we owe them."""
        return self.owed - self.unapplied

    @property
    def days_late(self) -> int:
        """Days past due of the oldest open invoice; 0 where none is overdue."""
        return max((item.days_past_due for item in self.invoices), default=0) if self.overdue else 0


def positions(customer: Customer, today: datetime.date) -> list[Position]:
    """The customer's account by currency, in seven queries; the one with most open invoices comes first."""
    open_rows = Invoice.objects.filter(customer=customer, balance__gt=0).order_by("due_on", "issued_on", "number")
    cash = Payment.objects.filter(customer=customer, returned_on=None, allocated__lt=F("amount"))
    notes = CreditNote.objects.filter(customer=customer, allocated__lt=F("total"))
    against = claims([customer.pk])
    invoices, payments, credits = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in open_rows:
        invoices[row.currency].append(open_invoice(row, against, today))
    for payment in cash:
        payments[payment.currency].append(payment)
    for note in notes:
        credits[note.currency].append(note)
    found = [
        Position(code, tuple(invoices[code]), tuple(payments[code]), tuple(credits[code]))
        for code in {*invoices, *payments, *credits}
    ]
    return sorted(found, key=lambda position: (-len(position.invoices), position.currency))


def kept_promises(customer: Customer) -> tuple[int, int]:
    """(kept, settled) promises of a customer; cancelled and superseded ones count as neither (domain.md 2.8)."""
    settled = customer.promises.filter(state__in=[PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN])
    states = list(settled.values_list("state", flat=True))
    return states.count(PromiseState.KEPT), len(states)


def open_invoice(row: Invoice, against: Claims, today: datetime.date, closing: Closing | None = None) -> OpenInvoice:
    """The invoice with what stands against asking for it; no claim is larger than what is still open of it."""
    promised = sum((amount for _, amount in against.promised.get(row.pk, ())), NOTHING)
    settling = sum((amount for through, amount in against.settling.get(row.pk, ()) if today <= through), NOTHING)
    return OpenInvoice(
        row=row,
        days_past_due=(today - row.due_on).days,
        disputed=min(row.balance, against.disputed.get(row.pk, NOTHING)),
        planned=min(row.balance, against.planned.get(row.pk, NOTHING)),
        promised=min(row.balance, promised),
        settling=min(row.balance, settling),
        closing=closing,
    )


def currency_asked(wanted: str, known: Sequence[Position], home: str) -> str:
    """The currency `wanted` where something is open in it, else the one most is open in, else the business's own, `home`."""
    currencies = [position.currency for position in known] or [home]
    return wanted if wanted in currencies else currencies[0]
