"""Reads what may be settled, and what came in for a settlement."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q

from customers.alike import belonging_to, one_of
from invoices.allocation import OpenItem
from invoices.models import Allocation, Invoice, Payment, Settlement
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from invoices.settlements import NOTHING, Receipt, counted, met_on
from invoices.standing import claims

Rows = Sequence[tuple[datetime.date, int, Decimal]]


@dataclass(frozen=True, slots=True)
class Came:
    """What came in for a settlement: (day, invoice, amount), oldest first. `waiting`: money in time that no invoice has yet."""

    rows: Rows
    waiting: Decimal
    tolerance: Decimal

    @property
    def total(self) -> Decimal:
        return sum((amount for _on, _invoice_id, amount in self.rows), NOTHING)

    def of(self, invoice_id: int) -> Decimal:
        """What of it came in for one invoice."""
        return sum((amount for _on, pk, amount in self.rows if pk == invoice_id), NOTHING)

    def met_on(self, settlement: Settlement) -> datetime.date | None:
        """The day it was paid as agreed; None where it was not, or not by its day.

        Who pays all of an offer by the day to accept it has accepted it.
        """
        by = settlement.pay_by if settlement.accepted_at else settlement.accept_by
        return met_on(settlement.amount, by, self.tolerance, self.rows)

    def may_be_met(self, settlement: Settlement) -> bool:
        """Whether it would be paid as agreed if money that waits to be matched were for it."""
        in_time = sum((amount for on, _pk, amount in self.rows if on <= settlement.pay_by), NOTHING)
        return in_time + self.waiting >= settlement.amount - self.tolerance


def came_in(settlement: Settlement) -> Came:
    """What was received since the offer and is booked on the invoices it covers; what was returned is no money."""
    covered = dict(settlement.covered.values_list("invoice_id", "amount"))
    later = Q(payment__received_on__gt=settlement.offered_on)
    same_day = Q(payment__received_on=settlement.offered_on, created_at__gte=settlement.created_at)
    booked = Allocation.objects.filter(later | same_day, invoice__in=list(covered), reversed_on=None)
    receipts = [Receipt(*row) for row in booked.values_list("payment__received_on", "invoice_id", "amount")]
    loose = Payment.objects.filter(
        customer=one_of(settlement.customer),
        currency=settlement.currency,
        returned_on=None,
        allocated__lt=F("amount"),
        received_on__gte=settlement.offered_on,
        received_on__lte=settlement.pay_by,
    )
    waiting = sum((row.unapplied for row in loose), NOTHING)
    tolerance = Decimal(settlement.business.rules["settlement"]["tolerance"])
    return Came(counted(receipts, covered), waiting, tolerance)


def awaited_settlement(customer_id: int, currency: str, amount: Decimal) -> list[OpenItem]:
    """What a settlement covers, where this very sum is left to pay of it: such a payment is for it (domain.md 6.5, 6.6)."""
    rows = Settlement.objects.filter(belonging_to([customer_id]), currency=currency, state__in=LIVE_SETTLEMENT_STATES)
    row = rows.select_related("business", "customer").first()
    if row is None or amount != row.amount - came_in(row).total:
        return []
    lines = row.covered.select_related("invoice")
    return [
        OpenItem(one.pk, one.number, one.issued_on, one.due_on, min(line.amount, one.balance))
        for line in lines
        for one in (line.invoice,)
    ]


def settleable(
    customer_id: int, currency: str, today: datetime.date, only: Iterable[int] | None = None
) -> list[tuple[int, Decimal]]:
    """(invoice id, amount) of what is overdue, undisputed and in no plan, oldest first."""
    against = claims([customer_id])
    rows = Invoice.objects.filter(customer=customer_id, currency=currency, balance__gt=0, due_on__lt=today)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    found = []
    for pk, balance in rows.order_by("due_on", "issued_on", "number").values_list("pk", "balance"):
        free = balance - against.disputed.get(pk, NOTHING) - against.planned.get(pk, NOTHING)
        if free > 0:
            found.append((pk, free))
    return found
