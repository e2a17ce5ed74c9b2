"""Reads every overdue invoice with what stands against it, and puts them in the lanes of work (domain.md 5.4)."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Q, When
from django.db.models.query import QuerySet

from arcollect.money import format_plain
from customers.models import Business, Customer
from invoices.lanes import Debt, Lane, Placed, place
from invoices.models import Dispute, Invoice, PlanInvoice, PromiseLine
from invoices.models.agreement import LIVE_PLAN_STATES, PlanState, PromiseState, Proposer
from invoices.segments import treated_as
from invoices.unmatched import on_account

NOTHING = Decimal(0)


def lanes(business: Business, today: datetime.date, currency: str = "") -> list[Placed]:
    """Every overdue invoice in its lane, in a fixed number of queries; of one currency, or of all."""
    overdue = Invoice.objects.filter(business=business, balance__gt=0, due_on__lt=today)
    if currency:
        overdue = overdue.filter(currency=currency)
    return lanes_of(business, overdue, to_match(business), today)


def lanes_of(
    business: Business, overdue: QuerySet[Invoice], unapplied: Mapping[tuple[int, str], Decimal], today: datetime.date
) -> list[Placed]:
    """These overdue invoices in their lanes; of accounts with `unapplied` money they must be all."""
    return place(_debts(business, overdue.order_by(), today), unapplied, today)


def to_match(business: Business) -> dict[tuple[int, str], Decimal]:
    """The accounts with so much money on them that it is worth matching, by customer and currency. Two queries."""
    worth_matching = Decimal(business.rules["unapplied_wait_from"])
    sums = on_account(business, ("customer_id", "currency"))
    return {account: amount for account, amount in sums.items() if amount >= worth_matching}


def section(business: Business, today: datetime.date) -> dict[str, dict[str, Any]]:
    """By currency {"lanes": {lane: {"amount", "count"}}} as it is now; the past cannot be told."""
    sums = lane_sums(lanes(business, today))
    return {currency: {"lanes": found} for currency, found in sums.items()}


def lane_sums(placed: Iterable[Placed]) -> dict[str, dict[str, dict[str, Any]]]:
    """What is in each lane, by currency; every lane is there, empty ones too."""
    sums: dict[str, dict[Lane, list[Any]]] = {}
    for one in placed:
        found = sums.setdefault(one.debt.currency, {lane: [NOTHING, 0] for lane in Lane})[one.lane]
        found[0] += one.debt.amount
        found[1] += 1
    return {
        currency: {
            lane.value: {"amount": format_plain(amount, currency), "count": count} for lane, (amount, count) in found.items()
        }
        for currency, found in sorted(sums.items())
    }


def _debts(business: Business, overdue: QuerySet[Invoice], today: datetime.date) -> list[Debt]:
    clocks, planned, promised = _clocks(business), set(planned_invoices(business)), set(promised_invoices(business))
    people, handed = _customers(business, today), _handed_on(business)
    rows = list(overdue.values_list("pk", "customer_id", "currency", "due_on", "balance"))
    treated = treated_as(business, {row[1] for row in rows}, today)
    nobody = _Person()
    debts = []
    for pk, customer_id, currency, due_on, balance in rows:
        person, known = people.get(customer_id, nobody), treated.get(customer_id)
        debts.append(
            Debt(
                pk,
                customer_id,
                currency,
                due_on,
                balance,
                approach=person.approach,
                segment=known.segment if known else "",
                contested=pk in clocks,
                clock=clocks.get(pk),
                planned=pk in planned,
                promised=pk in promised,
                barred=person.barred or (customer_id, currency) in handed,
                gentle=person.gentle,
            )
        )
    return debts


@dataclass(frozen=True, slots=True)
class _Person:
    """What of a customer decides about the lane."""

    approach: str = ""
    barred: bool = False
    gentle: bool = False


def barred_on(today: datetime.date) -> Q:
    """The customers about whom only the owner decides."""
    return Q(insolvent=True) | Q(deceased=True) | Q(moratorium_until__gte=today) | Q(cease_contact=True)


def _customers(business: Business, today: datetime.date) -> dict[int, _Person]:
    """Those of whom anything is known that matters. One query."""
    barred = barred_on(today)
    rows = Customer.objects.filter(barred | Q(vulnerable=True) | ~Q(approach=""), business=business).order_by()
    marked = rows.annotate(stopped=Case(When(barred, then=True), default=False, output_field=BooleanField()))
    names = ("pk", "approach", "stopped", "vulnerable")
    return {pk: _Person(approach, stopped, gentle) for pk, approach, stopped, gentle in marked.values_list(*names)}


def _clocks(business: Business) -> dict[int, datetime.date | None]:
    """The invoices with an open query, and the earliest day one of them is to be answered or closed. One query."""
    found: dict[int, datetime.date | None] = {}
    rows = Dispute.objects.filter(business=business, resolved_on=None).order_by()
    for pk, answered, answer_by, close_by in rows.values_list("invoice_id", "answered_on", "answer_by", "close_by"):
        clock = close_by if answered else answer_by
        found[pk] = min((day for day in (found.get(pk), clock) if day), default=None)
    return found


def planned_invoices(business: Business) -> QuerySet[Any]:
    """The ids of invoices in a plan on offer, signed or running, or in a proposal that waits for our answer."""
    proposed = Q(plan__state=PlanState.DRAFT, plan__proposed_by=Proposer.CUSTOMER)
    rows = PlanInvoice.objects.filter(proposed | Q(plan__state__in=LIVE_PLAN_STATES), plan__business=business)
    return rows.order_by().values_list("invoice_id", flat=True)


def promised_invoices(business: Business) -> QuerySet[Any]:
    """The ids of invoices an open promise covers."""
    rows = PromiseLine.objects.filter(promise__business=business, promise__state=PromiseState.OPEN)
    return rows.order_by().values_list("invoice_id", flat=True)


def _handed_on(business: Business) -> set[tuple[int, str]]:
    """The accounts somebody else collects (P22). One query."""
    rows = Customer.objects.filter(business=business, hand_offs__ended_on=None, hand_offs__isnull=False).order_by()
    return set(rows.values_list("pk", "hand_offs__currency"))
