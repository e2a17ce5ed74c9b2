"""Reads what is open of each invoice, and how much of it is disputed, in a plan or promised."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from customers.alike import WHOSE, belonging_to
from customers.models import Customer
from invoices.allocation import OpenItem
from invoices.models import Dispute, Invoice, PaymentPlan, PlanInvoice, PromiseLine, SettlementInvoice
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, PlanState, PromiseState, Proposer
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Offer:
    """The part of an invoice in an offered plan; without `accept_by` the usual time to accept runs from the offer.

    What a customer proposed and the owner is to answer stands like an offer until the day of the answer.
    """

    offered_on: datetime.date
    accept_by: datetime.date | None
    amount: Decimal
    customer_id: int
    currency: str
    plan_id: int = 0


@dataclass(frozen=True, slots=True)
class Claims:
    """What stands against asking for invoices: sums by invoice id; promises as (due date, amount) pairs.

    `offered`: parts in plans the customer may still accept; `defaulted`: invoices whose plan ended unpaid; `settling`: parts in
    a settlement on offer or accepted, as (last day to accept it or to pay, amount) pairs.
    """

    disputed: dict[int, Decimal] = field(default_factory=dict)
    planned: dict[int, Decimal] = field(default_factory=dict)
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = field(default_factory=dict)
    offered: dict[int, list[Offer]] = field(default_factory=dict)
    defaulted: frozenset[int] = frozenset()
    settling: dict[int, list[tuple[datetime.date, Decimal]]] = field(default_factory=dict)


def with_agency(customer: Customer, currency: str) -> str:
    """Says that somebody else collects what is owed in this currency, so that nothing is agreed here, or "" (P22)."""
    handed = customer.hand_offs.filter(currency=currency, ended_on=None).exists()
    return _("It is with a collection agency: take it back first.") if handed else ""


def claims_on(invoice_ids: Iterable[int]) -> Claims:
    """The open disputes and promises on these invoices alone, in two queries."""
    ids = list(invoice_ids)
    disputed: dict[int, Decimal] = defaultdict(Decimal)
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    for invoice_id, amount in Dispute.objects.filter(invoice__in=ids, resolved_on=None).values_list("invoice_id", "amount"):
        disputed[invoice_id] += amount
    lines = PromiseLine.objects.filter(invoice__in=ids, promise__state=PromiseState.OPEN)
    for invoice_id, due_on, amount in lines.values_list("invoice_id", "promise__due_on", "amount"):
        promised[invoice_id].append((due_on, amount))
    return Claims(disputed=dict(disputed), promised=dict(promised))


def claims(customer_ids: Iterable[int]) -> Claims:
    """Open disputes, plans offered, live or ended unpaid, open promises and settlements of these customers, in four queries.

    Plans and settlements are found by what they cover: those of who was merged into them keep naming whom they were made with.
    """
    ids = list(customer_ids)
    disputed: dict[int, Decimal] = defaultdict(Decimal)
    planned: dict[int, Decimal] = defaultdict(Decimal)
    offered: dict[int, list[Offer]] = defaultdict(list)
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    defaulted = set()
    for invoice_id, amount in Dispute.objects.filter(customer__in=ids, resolved_on=None).values_list("invoice_id", "amount"):
        disputed[invoice_id] += amount
    proposed = Q(plan__state=PlanState.DRAFT, plan__proposed_by=Proposer.CUSTOMER)
    covered = PlanInvoice.objects.filter(
        proposed | Q(plan__state__in=[*LIVE_PLAN_STATES, PlanState.DEFAULTED]), invoice__customer__in=ids
    )
    plan = ("plan__state", "plan__offered_on", "plan__accept_by", "invoice__customer_id", "plan__currency", "plan_id")
    for invoice_id, amount, state, offered_on, *terms in covered.values_list("invoice_id", "amount", *plan):
        if state in BLOCKING_PLAN_STATES:
            planned[invoice_id] += amount
        elif state == PlanState.DEFAULTED:
            defaulted.add(invoice_id)
        elif offered_on is not None:
            offered[invoice_id].append(Offer(offered_on, terms[0], amount, *terms[1:]))
    lines = PromiseLine.objects.filter(promise__customer__in=ids, promise__state=PromiseState.OPEN)
    for invoice_id, due_on, amount in lines.values_list("invoice_id", "promise__due_on", "amount"):
        promised[invoice_id].append((due_on, amount))
    return Claims(dict(disputed), dict(planned), dict(promised), dict(offered), frozenset(defaulted), _settling(ids))


def _settling(ids: list[int]) -> dict[int, list[tuple[datetime.date, Decimal]]]:
    """Nobody is asked for what a settlement covers while they may still accept it, or pay it (domain.md 6.6)."""
    found: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    lines = SettlementInvoice.objects.filter(invoice__customer__in=ids, settlement__state__in=LIVE_SETTLEMENT_STATES)
    terms = [f"settlement__{name}" for name in ("state", "accept_by", "pay_by")]
    for invoice_id, amount, state, accept_by, pay_by in lines.values_list("invoice_id", "amount", *terms):
        found[invoice_id].append((accept_by if state == SettlementState.OFFERED else pay_by, amount))
    return dict(found)


def offer_days(customer_ids: Iterable[int]) -> dict[tuple[int, str], dict[int, datetime.date]]:
    """By customer and currency: the day each plan (by id) was offered, an answer to an earlier offer the day that one was.

    One talk about a plan, however often it goes to and fro, is one offer. Offers to who was merged into them are theirs.
    """
    offers = PaymentPlan.objects.filter(belonging_to(list(customer_ids)), offered_on__isnull=False)
    days: dict[tuple[int, str], dict[int, datetime.date]] = defaultdict(dict)
    names = (WHOSE, "currency", "id", "offered_on", "replaces_id", "replaces__signed_at")
    for customer_id, currency, pk, offered_on, answered, signed_at in offers.order_by("id").values_list(*names):
        known = days[customer_id, currency]
        known[pk] = known.get(answered, offered_on) if signed_at is None else offered_on
    return days


def open_items(customer_id: int, currency: str) -> list[OpenItem]:
    """The customer's open invoices in one currency for allocation: disputed amounts are skipped (domain.md 6.5)."""
    disputed = claims([customer_id]).disputed
    rows = Invoice.objects.filter(customer=customer_id, currency=currency, balance__gt=0)
    return [
        OpenItem(row.pk, row.number, row.issued_on, row.due_on, max(NOTHING, row.balance - disputed.get(row.pk, NOTHING)))
        for row in rows.only("number", "issued_on", "due_on", "balance")
    ]
