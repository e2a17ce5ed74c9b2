"""Has promises settled, every night: the money is in, the grace is over, a payment came back, or was heard of late."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from arcollect.dates import Calendar
from customers.models import Business, Event
from invoices.agreeing import break_promise, close_promise, in_its_place, mend_promise, reopen_promise
from invoices.models import Payment, Promise
from invoices.models.agreement import PromiseState
from invoices.promises import Verdict
from invoices.receipts import told_since, verdicts_on
from invoices.unbooking import TAKEN_OUT

# What the log says of a payment that is out of the books.
UNBOOKED = [TAKEN_OUT, "payment.unbooked"]
REINSTATED = ["payment.reinstated"]
# From worst to best.
JUDGED = [PromiseState.BROKEN, PromiseState.PARTIAL, PromiseState.KEPT]
# Money may become known weeks after it came in: a statement is not read every day.
LATELY = datetime.timedelta(days=90)


@transaction.atomic
def settle_promises(*, business: Business, calendar: Calendar, today: datetime.date) -> list[Promise]:
    """Settles every open promise whose money is in or whose grace is over (T35, T36); returns them.

    A kept one whose payment was returned since is broken after all (domain.md 3.4). One whose payment is out of the books is
    judged anew: where its day is still to come it is open again. So is a broken one when the bank tells of money that had come
    in within its grace: what counts is the day it came, not the day we heard of it (2.8).
    """
    rules = business.rules["promise"]
    if not Promise.objects.filter(business=business, state__in=[PromiseState.OPEN, *JUDGED]).exists():
        return []
    promises = {row.pk: row for row in _unsettled(business, rules, calendar, today)}
    verdicts = verdicts_on(promises.values(), calendar, rules, today)
    return [row for pk, row in promises.items() if _settle(row, verdicts.get(pk), today)]


def _unsettled(business: Business, rules: Mapping[str, Any], calendar: Calendar, today: datetime.date) -> list[Promise]:
    """Promises that may be settled: the open ones of customers who paid since or let a day pass; kept ones of customers who had
    a payment returned, or taken out of the books, since; lately broken ones of customers of whose money we heard since. Of all
    others nothing can be said that was not said last night."""
    heard = Exists(told_since())
    ripe = Promise.objects.filter(
        Q(due_on__lt=today) | Q(amount__lte=Decimal(rules["tolerance_abs"])) | heard,
        business=business,
        state=PromiseState.OPEN,
    )
    lately = today - LATELY
    # What came in before it was judged, whatever day the bank says it went back: that may lie before the night that judged.
    before = Payment.objects.filter(customer=OuterRef("customer"), received_on__lte=OuterRef("evaluated_on"))
    returned = Exists(before.filter(returned_on__gte=OuterRef("made_on"), returned_on__gt=lately))
    theirs = Event.objects.filter(customer=OuterRef("customer"), at__gte=OuterRef("created_at"), at__date__gt=lately)
    slipped, reinstated = (Exists(theirs.filter(kind__in=kinds)) for kinds in (UNBOOKED, REINSTATED))
    doubtful = Q(returned | slipped, state__in=[PromiseState.KEPT, PromiseState.PARTIAL])
    wronged = Q(heard | reinstated, state__in=[PromiseState.BROKEN, PromiseState.PARTIAL], evaluated_on__gt=lately)
    unsettled = Q(state=PromiseState.OPEN, customer__in=ripe.order_by().values("customer")) | doubtful | wronged
    rows = Promise.objects.filter(unsettled, business=business)
    rows = rows.annotate(slipped=slipped, returned=returned, anew=Exists(in_its_place()))
    rows = rows.select_for_update(of=("self",)).select_related("business", "customer").prefetch_related("lines")
    return [row for row in rows if not _gave_way(row, calendar, rules)]


def _gave_way(promise: Promise, calendar: Calendar, rules: Mapping[str, Any]) -> bool:
    """Whether it broke within its grace because another was made in its place: what comes in is for that one."""
    if promise.state != PromiseState.BROKEN or not promise.anew:
        return False
    return promise.evaluated_on <= calendar.add(promise.due_on, rules["grace_bd"])


def _settle(promise: Promise, verdict: Verdict | None, today: datetime.date) -> bool:
    """Writes what became of one promise; False where it stays as it is."""
    if promise.state == PromiseState.OPEN:
        if verdict is not None:
            close_promise(promise=promise, state=verdict.state, received=verdict.received, on=today)
        return verdict is not None
    if verdict is not None and _better(verdict, promise):
        mend_promise(promise=promise, state=verdict.state, received=verdict.received, on=today)
        return True
    doubted = promise.state != PromiseState.BROKEN and (promise.slipped or promise.returned)
    if not doubted or (verdict is not None and verdict.state in (PromiseState.KEPT, promise.state)):
        return False
    nothing_left = verdict is not None and verdict.state == PromiseState.CANCELLED
    if promise.slipped and not promise.returned and (verdict is None or nothing_left):
        reopen_promise(promise=promise)
        if nothing_left:
            close_promise(promise=promise, state=PromiseState.CANCELLED, received=Decimal(0), on=today)
        return True
    break_promise(promise=promise, received=verdict.received if verdict else Decimal(0), on=today)
    return True


def _better(verdict: Verdict, promise: Promise) -> bool:
    """Whether more came in than it was judged by: not whether less is left to pay because we gave it up."""
    if promise.state == PromiseState.KEPT or verdict.state not in JUDGED:
        return False
    return verdict.received > promise.received and JUDGED.index(verdict.state) >= JUDGED.index(PromiseState(promise.state))
