"""Reads the open invoices: what stands against asking for each, and what fired before."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arcollect.dates import Calendar
from invoices.models import Dispute, Invoice, Promise, PromiseLine
from invoices.models.agreement import DisputeOutcome, PromiseState
from invoices.reopened import days_in_dispute, pauses
from invoices.standing import Claims, Offer, claims, offer_days
from reminders.cases import NOTHING, InvoiceFacts, Parts
from reminders.models import ReminderLine, StepCode
from reminders.timetable import DAYS

Fired = Mapping[tuple[int, int], tuple[dict[str, datetime.date], list[str]]]
NEVER_FIRED: tuple[dict[str, datetime.date], list[str]] = ({}, [])
KEY = ("customer_id", "currency")
COLUMNS = ("id", "number", "issued_on", "due_on", "total", "balance", "cycle")
MARKS = ("purchase_order", "no_reminders", "entry_hold", "released_on", "delivered_on")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of invoices besides their own rows, by invoice id; what fired by (id, cycle)."""

    against: Claims
    promised: Mapping[int, Parts]
    offered: Mapping[int, Parts]
    fired: Fired
    shifts: Mapping[int, int]
    hurried: Mapping[int, datetime.date]


def open_invoices(
    ids: list[int], calendar: Calendar, rules: Mapping[str, Any], hurried: Mapping[int, datetime.date]
) -> dict[int, dict[str, list[InvoiceFacts]]]:
    """Open invoices by customer and currency, with what stands against asking and what fired before.

    `calendar`: the business's own; `hurried`: the day a promise about an invoice was found broken.
    """
    against, grace = claims(ids), rules["promise"]["grace_bd"]
    promised = {
        invoice_id: tuple((calendar.add(due_on, grace), amount) for due_on, amount in parts)
        for invoice_id, parts in against.promised.items()
    }
    offered = _offered(ids, against.offered, rules["plan"])
    around = Around(against, promised, offered, _fired(ids), _shifts(ids, rules), hurried)
    found: dict[int, dict[str, list[InvoiceFacts]]] = defaultdict(lambda: defaultdict(list))
    # Plain rows: to make a model instance of each would take longer than to decide about it.
    for row in Invoice.objects.filter(customer__in=ids, balance__gt=0).values_list(*KEY, *COLUMNS, *MARKS):
        found[row[0]][row[1]].append(_facts(row[2:], around))
    return found


def _facts(row: tuple[Any, ...], around: Around) -> InvoiceFacts:
    """One open invoice, from its COLUMNS and MARKS."""
    pk, number, issued_on, due_on, total, balance, cycle, *marks = row
    purchase_order, no_reminders, entry_hold, released_on, delivered_on = marks
    days, left_out = around.fired.get((pk, cycle), NEVER_FIRED)
    return InvoiceFacts(
        id=pk,
        number=number,
        purchase_order=purchase_order,
        issued_on=issued_on,
        due_on=due_on,
        total=total,
        balance=balance,
        cycle=cycle,
        disputed=min(balance, around.against.disputed.get(pk, NOTHING)),
        planned=min(balance, around.against.planned.get(pk, NOTHING)),
        promised=around.promised.get(pk, ()),
        offered=around.offered.get(pk, ()),
        settling=tuple(around.against.settling.get(pk, ())),
        fired=days,
        left_out=frozenset(left_out),
        hurried_on=around.hurried.get(pk),
        floor=StepCode.DAY_90 if pk in around.against.defaulted else "",
        shift_days=around.shifts.get(pk, 0),
        no_reminders=no_reminders,
        entry_hold=entry_hold,
        released=released_on is not None,
        delivered_on=delivered_on,
    )


def _offered(ids: list[int], offers: Mapping[int, Sequence[Offer]], rules: Mapping[str, Any]) -> dict[int, Parts]:
    """(blocks through, amount) by invoice of the offers that give the customer time: one in 90 days, until accept-by
    (domain.md 3.4)."""
    if not offers:
        return {}
    days, once = offer_days(ids), DAYS(days=rules["offer_once_per_days"])
    usual = DAYS(days=rules["offer_accept_days"])

    def first(offer: Offer) -> bool:
        known = days[offer.customer_id, offer.currency]
        began = known.get(offer.plan_id, offer.offered_on)
        return not any(began - once < day < began for day in known.values())

    return {
        invoice_id: tuple((offer.accept_by or offer.offered_on + usual, offer.amount) for offer in parts if first(offer))
        for invoice_id, parts in offers.items()
    }


def _fired(ids: list[int]) -> Fired:
    """By (invoice, cycle): the day each step fired, and those of them that a person skipped."""
    lines = ReminderLine.objects.filter(invoice__customer__in=ids, invoice__balance__gt=0)
    fired: dict[tuple[int, int], tuple[dict[str, datetime.date], list[str]]] = defaultdict(lambda: ({}, []))
    rows = lines.values_list("invoice_id", "cycle", "step", "reminder__fired_on", "reminder__skipped_reason")
    for invoice_id, cycle, step, on, skipped in rows:
        days, left_out = fired[invoice_id, cycle]
        days[step] = on
        if skipped:
            left_out.append(step)
    return fired


def _shifts(ids: list[int], rules: Mapping[str, Any]) -> dict[int, int]:
    """Days in dispute, by invoice, where the customer was right or partly right (domain.md 3.4); a day in two counts once.

    Of a query opened again the last outcome counts, and no day it stood closed.
    """
    if not rules["dispute"]["shift_clock_if_upheld"]:
        return {}
    right = [DisputeOutcome.UPHELD, DisputeOutcome.PARTLY]
    fields = ("business", "invoice", "opened_on", "resolved_on", "outcome")
    rows = list(Dispute.objects.filter(customer__in=ids, outcome__in=["", *right]).only(*fields))
    closed = pauses(rows)
    disputed: dict[int, set[datetime.date]] = defaultdict(set)
    for row in rows:
        before = closed.get(row.pk, [])
        if (row.outcome or (before[-1].outcome if before else "")) in right:
            disputed[row.invoice_id] |= days_in_dispute(row, before)
    return {invoice_id: len(days) for invoice_id, days in disputed.items()}


@dataclass(frozen=True, slots=True)
class Promises:
    """What became of promises lately: the day one was last kept, how many were broken, the invoices let down and when."""

    kept: Mapping[tuple[int, str], datetime.date]
    broken: Mapping[int, int]
    hurried: Mapping[int, datetime.date]


def settled_promises(ids: list[int], rules: Mapping[str, Any], today: datetime.date) -> Promises:
    """Promises settled within the window of domain.md 3.4, in two queries. A partly kept one was not kept."""
    since = today - DAYS(days=rules["promise"]["broken_window_days"])
    settled = Promise.objects.filter(
        customer__in=ids,
        state__in=[PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN],
        evaluated_on__gt=since,
        evaluated_on__lte=today,
    ).order_by("evaluated_on")
    kept: dict[tuple[int, str], datetime.date] = {}
    broken: dict[int, int] = defaultdict(int)
    for customer_id, currency, state, on in settled.values_list("customer_id", "currency", "state", "evaluated_on"):
        if state == PromiseState.KEPT:
            kept[customer_id, currency] = on
        broken[customer_id] += state == PromiseState.BROKEN
    unkept = settled.exclude(state=PromiseState.KEPT).order_by()
    lines = PromiseLine.objects.filter(promise__in=unkept.values("pk")).order_by("promise__evaluated_on")
    return Promises(kept, broken, dict(lines.values_list("invoice_id", "promise__evaluated_on")))
