"""Reads promises with the money that came in for them, and has them settled, every night."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from arcollect.dates import Calendar
from customers.models import Business
from invoices.agreeing import break_promise, close_promise
from invoices.models import Allocation, Payment, Promise
from invoices.models.agreement import PromiseState
from invoices.promises import Given, Receipt, Verdict, settled

Key = tuple[int, str]


@transaction.atomic
def settle_promises(*, business: Business, calendar: Calendar, today: datetime.date) -> list[Promise]:
    """Settles every open promise whose money is in or whose grace is over (T35, T36); returns them.

    A kept one whose payment was returned since is broken after all (domain.md 3.4).
    """
    rules = business.rules["promise"]
    promises = {row.pk: row for row in _unsettled(business, rules, today)}
    verdicts = _verdicts(promises.values(), calendar, rules, today)
    return [row for pk, row in promises.items() if _settle(row, verdicts.get(pk), today)]


def _unsettled(business: Business, rules: Mapping[str, Any], today: datetime.date) -> QuerySet[Promise]:
    """Promises that may be settled: the open ones of customers who paid since or let a day pass, and kept ones of customers who
    had a payment returned since. Of all others nothing can be said that was not said last night."""
    paid = Payment.objects.filter(customer=OuterRef("customer"), received_on__gte=OuterRef("made_on"))
    ripe = Promise.objects.filter(
        Q(due_on__lt=today) | Q(amount__lte=Decimal(rules["tolerance_abs"])) | Exists(paid),
        business=business,
        state=PromiseState.OPEN,
    )
    returned = Payment.objects.filter(customer=OuterRef("customer"), returned_on__gte=OuterRef("evaluated_on"))
    doubtful = Q(Exists(returned), state__in=[PromiseState.KEPT, PromiseState.PARTIAL])
    unsettled = Q(state=PromiseState.OPEN, customer__in=ripe.order_by().values("customer")) | doubtful
    rows = Promise.objects.filter(unsettled, business=business)
    return rows.select_for_update(of=("self",)).select_related("business", "customer").prefetch_related("lines")


def _settle(promise: Promise, verdict: Verdict | None, today: datetime.date) -> bool:
    """Writes what became of one promise; False where it stays as it is."""
    if promise.state == PromiseState.OPEN:
        if verdict is not None:
            close_promise(promise=promise, state=verdict.state, received=verdict.received, on=today)
        return verdict is not None
    if verdict is not None and verdict.state in (PromiseState.KEPT, promise.state):
        return False
    break_promise(promise=promise, received=verdict.received if verdict else Decimal(0), on=today)
    return True


def _verdicts(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any], today: datetime.date
) -> dict[int, Verdict]:
    """The verdicts by promise; promises that stay open have none."""
    grouped: dict[Key, list[Promise]] = defaultdict(list)
    for promise in promises:
        grouped[promise.customer_id, promise.currency].append(promise)
    rows = [row for group in grouped.values() for row in group]
    receipts = _receipts(rows)
    verdicts: dict[int, Verdict] = {}
    for key, group in grouped.items():
        given = [_given(row, calendar, rules["grace_bd"]) for row in group]
        verdicts |= {one.promise: one for one in settled(given, receipts.get(key, ()), rules, today)}
    return verdicts


def _given(row: Promise, calendar: Calendar, grace_bd: int) -> Given:
    meant_for = frozenset(line.invoice_id for line in row.lines.all())
    return Given(row.pk, row.amount, row.made_on, row.due_on, calendar.add(row.due_on, grace_bd), meant_for)


def _receipts(promises: list[Promise]) -> dict[Key, list[Receipt]]:
    """What the customers paid since their first promise, by customer and currency; returned payments are no money."""
    if not promises:
        return {}
    paid = Payment.objects.filter(
        customer__in={row.customer_id for row in promises},
        received_on__gte=min(row.made_on for row in promises),
        returned_on=None,
    )
    found: dict[Key, list[Receipt]] = defaultdict(list)
    booked = Allocation.objects.filter(payment__in=paid, reversed_on=None).order_by()
    fields = ("payment__customer_id", "invoice_currency", "payment__received_on", "amount", "invoice_id")
    for customer_id, currency, on, amount, invoice_id in booked.values_list(*fields):
        found[customer_id, currency].append(Receipt(on, amount, invoice_id))
    for payment in paid.filter(allocated__lt=F("amount")):
        found[payment.customer_id, payment.currency].append(Receipt(payment.received_on, payment.unapplied))
    return found
