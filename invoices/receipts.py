"""Reads the money that came in for promises, and has `invoices.promises` say what became of them."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet

from arcollect.dates import Calendar
from customers.models import Business
from invoices.models import Allocation, Invoice, Payment, Promise, PromiseLine
from invoices.models.agreement import PromiseState
from invoices.promises import NOTHING, Given, Receipt, Verdict, received_so_far, settled

Key = tuple[int, str]
# What was settled may have been kept with money that came in while another was open: one reaches thirty days, moved on twice.
BESIDE = datetime.timedelta(days=90)
# A promise may be made for what was paid already: the bank tells of it later, but not months later.
UNTOLD = datetime.timedelta(days=31)


def verdicts_on(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any], today: datetime.date
) -> dict[int, Verdict]:
    """The verdicts by promise; promises that stay open have none, whatever state they are in by now. Money that settled another
    promise settles none of these. `rules`: the `promise` part; five queries beside the lines."""
    grouped, receipts = _with_receipts(promises, calendar, rules)
    verdicts: dict[int, Verdict] = {}
    for key, given in grouped.items():
        verdicts |= {one.promise: one for one in settled(given, receipts.get(key, ()), rules, today)}
    return verdicts


def received_by(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any]
) -> dict[int, dict[int | None, Decimal]]:
    """What came in so far for each promise, by invoice; None: on none yet. As `verdicts_on` counts it, in as many queries."""
    grouped, receipts = _with_receipts(promises, calendar, rules)
    found: dict[int, dict[int | None, Decimal]] = {}
    for key, given in grouped.items():
        found |= received_so_far(given, receipts.get(key, ()))
    return found


def told_since() -> QuerySet[Payment]:
    """For a query of promises: the payments of the customer that came in since each was made, or that we knew of only since."""
    since = Q(received_on__gte=OuterRef("made_on")) | Q(created_at__gte=OuterRef("created_at"))
    return Payment.objects.filter(since, customer=OuterRef("customer"), returned_on=None)


def with_received(business: Business, rows: Sequence[Promise]) -> list[Promise]:
    """The rows to be shown, never saved: those still open say what came in for them so far, which only the night stores.

    Seven queries at most, none where none is open.
    """
    waiting = [row for row in rows if row.state == PromiseState.OPEN]
    if waiting:
        # All that these customers promised: no money is shown for two of them.
        theirs = Promise.objects.filter(customer__in={row.customer_id for row in waiting}, state=PromiseState.OPEN)
        received = received_by(theirs.prefetch_related("lines"), business.calendar, business.rules["promise"])
        for row in waiting:
            row.received = sum(received.get(row.pk, {}).values(), NOTHING)
    return list(rows)


def _with_receipts(
    promises: Iterable[Promise], calendar: Calendar, rules: Mapping[str, Any]
) -> tuple[dict[Key, list[Given]], dict[Key, list[Receipt]]]:
    """The promises, with those settled beside them, and what came in since the first, each by customer and currency."""
    asked = list(promises)
    beside = _settled_beside(asked)
    receipts, balances, taken = _receipts([*asked, *beside]), _balances(asked), _taken_by(beside)
    left = {pk: balance - taken.get(pk, NOTHING) for pk, balance in balances.items()}
    grouped: dict[Key, list[Given]] = defaultdict(list)
    for row in asked:
        key, lines = (row.customer_id, row.currency), row.lines.all()
        untouched = frozenset(line.invoice_id for line in lines if balances[line.invoice_id] >= line.amount)
        given = replace(_given(row, calendar, rules["grace_bd"]), untouched=untouched)
        credited = sum((_credited(line, given, receipts.get(key, ()), left[line.invoice_id]) for line in lines), NOTHING)
        grouped[key].append(replace(given, amount=row.amount - credited))
    for row in beside:
        given = _given(row, calendar, rules["grace_bd"])
        grouped[row.customer_id, row.currency].append(replace(given, amount=row.received, settled=True))
    return grouped, receipts


def _settled_beside(promises: Sequence[Promise]) -> list[Promise]:
    """Other promises of these customers that were kept, wholly or in part, with money of the time of these."""
    if not promises:
        return []
    rows = Promise.objects.filter(
        customer__in={row.customer_id for row in promises},
        state__in=[PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN],
        received__gt=0,
        due_on__gte=min(row.made_on for row in promises) - BESIDE,
    )
    return list(rows.exclude(pk__in=[row.pk for row in promises]).prefetch_related("lines"))


def _balances(promises: Sequence[Promise]) -> dict[int, Decimal]:
    ids = {line.invoice_id for row in promises for line in row.lines.all()}
    return dict(Invoice.objects.filter(pk__in=ids).values_list("pk", "balance")) if ids else {}


def _taken_by(promises: Iterable[Promise]) -> dict[int, Decimal]:
    """By invoice, what these promises were kept with."""
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for row in promises:
        for line in row.lines.all():
            taken[line.invoice_id] += min(line.amount, row.received)
    return taken


def _credited(line: PromiseLine, given: Given, receipts: Iterable[Receipt], left: Decimal) -> Decimal:
    """What of the promise there is nothing to pay for any more: what we credit is no promise broken, what they pay late is.

    `left`: what is open of the invoice, less what other promises for it were kept with.
    """
    paid = (receipt.left for receipt in receipts if receipt.invoice == line.invoice_id and receipt.since(given))
    return max(NOTHING, line.amount - left - sum(paid, NOTHING))


def _given(row: Promise, calendar: Calendar, grace_bd: int) -> Given:
    meant_for = frozenset(line.invoice_id for line in row.lines.all())
    through = calendar.add(row.due_on, grace_bd)
    return Given(row.pk, row.amount, row.made_on, row.due_on, through, meant_for, made_at=row.created_at)


def _receipts(promises: Sequence[Promise]) -> dict[Key, list[Receipt]]:
    """What the customers paid since shortly before their first promise, by customer and currency; no money that was returned."""
    if not promises:
        return {}
    paid = Payment.objects.filter(
        customer__in={row.customer_id for row in promises},
        received_on__gte=min(row.made_on for row in promises) - UNTOLD,
        returned_on=None,
    )
    found: dict[Key, list[Receipt]] = defaultdict(list)
    booked = Allocation.objects.filter(payment__in=paid, reversed_on=None).order_by()
    payment = ("payment__customer_id", "payment__received_on", "payment__created_at")
    rows = booked.values_list(*payment, "invoice_currency", "amount", "invoice_id")
    for customer_id, on, known_at, currency, amount, invoice_id in rows:
        found[customer_id, currency].append(Receipt(on, amount, invoice_id, known_at))
    for row in paid.filter(allocated__lt=F("amount")):
        found[row.customer_id, row.currency].append(Receipt(row.received_on, row.unapplied, known_at=row.created_at))
    return found
