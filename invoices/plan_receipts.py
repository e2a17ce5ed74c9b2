"""Reads what came off the invoices of running plans since each was written, in a fixed number of queries (domain.md 6.5)."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Sum

from customers.alike import belonging_to, one_of
from invoices.agreement_terms import reference_of
from invoices.allocation import AwaitedPlan
from invoices.instalments import NOTHING, Receipt
from invoices.models import Allocation, Invoice, Payment, PaymentPlan
from invoices.plan_moves import RUNNING

Key = tuple[int, str]
# Money as it is read: the day, the amount, when we knew of it.
_Row = tuple[datetime.date, Decimal, datetime.datetime]


@dataclass(frozen=True, slots=True)
class Came:
    """What came in, by plan id: receipts, and how many payments were returned; by customer and currency what is in hand, on no
    invoice yet."""

    receipts: Mapping[int, Sequence[Receipt]] = field(default_factory=dict)
    returned: Mapping[int, int] = field(default_factory=dict)
    in_hand: Mapping[Key, Decimal] = field(default_factory=dict)


def came_in(plans: Sequence[PaymentPlan]) -> Came:
    """Payments and credits on the invoices of these plans; `covered` must be prefetched.

    Money we knew of when a plan was written is off its total already, whatever day it bears (T31). Of an invoice that is only
    partly in the plan no more counts than that part. A credit, whatever it was, is what less is open than the plan still asks.
    """
    ids = {line.invoice_id for plan in plans for line in plan.covered.all()}
    if not ids:
        return Came()
    money = _money(ids)
    balances = dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "balance"))
    back = _returned(ids)
    return Came(
        receipts={plan.pk: tuple(_counted(plan, money, balances)) for plan in plans},
        returned={plan.pk: _returned_of(plan, back) for plan in plans},
        in_hand=_in_hand({one_of(plan.customer) for plan in plans}),
    )


def _money(ids: Iterable[int]) -> Mapping[int, Sequence[_Row]]:
    """By invoice, oldest first. It counts from the day it was received, however late it was matched."""
    found: dict[int, list[_Row]] = defaultdict(list)
    rows = Allocation.objects.filter(invoice__in=ids, reversed_on=None, payment__isnull=False)
    names = ("invoice_id", "payment__received_on", "amount", "created_at")
    for invoice_id, *row in rows.order_by("payment__received_on", "id").values_list(*names):
        found[invoice_id].append(tuple(row))
    return found


def _counted(plan: PaymentPlan, money: Mapping[int, Sequence[_Row]], balances: Mapping[int, Decimal]) -> Iterator[Receipt]:
    signed_on = plan.business.local_date(plan.signed_at)
    for line in plan.covered.all():
        room = line.amount
        for on, amount, known_at in money.get(line.invoice_id, ()):
            part = min(room, amount) if known_at > plan.created_at else NOTHING
            if part > 0:
                room -= part
                yield Receipt(on, part)
        if room > balances[line.invoice_id]:
            yield Receipt(signed_on, room - balances[line.invoice_id], credit=True)


def _returned(ids: Iterable[int]) -> list[tuple[int, int, datetime.datetime]]:
    """(invoice id, payment id, when it was booked) of payments that came back."""
    rows = Allocation.objects.filter(invoice__in=ids, reversed_on__isnull=False, payment__returned_on__isnull=False)
    return list(rows.order_by().values_list("invoice_id", "payment_id", "created_at"))


def _returned_of(plan: PaymentPlan, back: Iterable[tuple[int, int, datetime.datetime]]) -> int:
    covered = {line.invoice_id for line in plan.covered.all()}
    return len({payment for invoice, payment, known_at in back if invoice in covered and known_at > plan.created_at})


def _in_hand(customers: Iterable[int]) -> dict[Key, Decimal]:
    rows = Payment.objects.filter(customer__in=customers, returned_on=None, allocated__lt=F("amount")).order_by()
    sums = rows.values("customer_id", "currency").annotate(left=Sum(F("amount") - F("allocated")))
    return {(customer, currency): left for customer, currency, left in sums.values_list("customer_id", "currency", "left")}


def awaited_plans(customer_ids: Collection[int]) -> dict[Key, AwaitedPlan]:
    """The running plans by customer and currency, for allocation; one query where there is none."""
    plans = PaymentPlan.objects.filter(belonging_to(customer_ids), state__in=RUNNING).select_related("customer")
    return {
        (one_of(plan.customer), plan.currency): AwaitedPlan(
            plan.pk,
            reference_of(plan),
            {line.invoice_id: line.amount for line in plan.covered.all()},
            tuple(row.amount - row.paid for row in plan.instalments.all() if row.paid < row.amount),
        )
        for plan in plans.prefetch_related("instalments", "covered")
    }
