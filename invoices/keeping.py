"""Has promises settled, every night: the money is in, the grace is over, or a payment came back."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from arcollect.dates import Calendar
from customers.models import Business, Event
from invoices.agreeing import break_promise, close_promise, reopen_promise
from invoices.models import Payment, Promise
from invoices.models.agreement import PromiseState
from invoices.promises import Verdict
from invoices.receipts import verdicts_on
from invoices.unbooking import TAKEN_OUT


@transaction.atomic
def settle_promises(*, business: Business, calendar: Calendar, today: datetime.date) -> list[Promise]:
    """Settles every open promise whose money is in or whose grace is over (T35, T36); returns them.

    A kept one whose payment was returned since is broken after all (domain.md 3.4). One whose payment was entered by mistake is
    judged anew: where its day is still to come it is open again.
    """
    rules, settleable = business.rules["promise"], [PromiseState.OPEN, PromiseState.KEPT, PromiseState.PARTIAL]
    if not Promise.objects.filter(business=business, state__in=settleable).exists():
        return []
    promises = {row.pk: row for row in _unsettled(business, rules, today)}
    verdicts = verdicts_on(promises.values(), calendar, rules, today)
    return [row for pk, row in promises.items() if _settle(row, verdicts.get(pk), today)]


def _unsettled(business: Business, rules: Mapping[str, Any], today: datetime.date) -> QuerySet[Promise]:
    """Promises that may be settled: the open ones of customers who paid since or let a day pass, and kept ones of customers who
    had a payment returned, or taken out of the books, since. Of all others nothing can be said that was not said last night."""
    paid = Payment.objects.filter(customer=OuterRef("customer"), received_on__gte=OuterRef("made_on"))
    ripe = Promise.objects.filter(
        Q(due_on__lt=today) | Q(amount__lte=Decimal(rules["tolerance_abs"])) | Exists(paid),
        business=business,
        state=PromiseState.OPEN,
    )
    returned = Payment.objects.filter(customer=OuterRef("customer"), returned_on__gte=OuterRef("evaluated_on"))
    slips = Event.objects.filter(customer=OuterRef("customer"), kind=TAKEN_OUT, at__date__gte=OuterRef("evaluated_on"))
    doubtful = Q(Exists(returned) | Exists(slips), state__in=[PromiseState.KEPT, PromiseState.PARTIAL])
    unsettled = Q(state=PromiseState.OPEN, customer__in=ripe.order_by().values("customer")) | doubtful
    rows = Promise.objects.filter(unsettled, business=business).annotate(slipped=Exists(slips))
    return rows.select_for_update(of=("self",)).select_related("business", "customer").prefetch_related("lines")


def _settle(promise: Promise, verdict: Verdict | None, today: datetime.date) -> bool:
    """Writes what became of one promise; False where it stays as it is."""
    if promise.state == PromiseState.OPEN:
        if verdict is not None:
            close_promise(promise=promise, state=verdict.state, received=verdict.received, on=today)
        return verdict is not None
    if verdict is not None and verdict.state in (PromiseState.KEPT, promise.state):
        return False
    if verdict is None and promise.slipped:
        reopen_promise(promise=promise)
        return True
    break_promise(promise=promise, received=verdict.received if verdict else Decimal(0), on=today)
    return True
