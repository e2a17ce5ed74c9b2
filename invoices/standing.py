"""Reads what is open of each invoice, and how much of it is disputed, in a plan or promised."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from invoices.matching import OpenItem
from invoices.models import Dispute, Invoice, PlanInvoice, PromiseLine
from invoices.models.agreement import BLOCKING_PLAN_STATES, PromiseState

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Claims:
    """What stands against asking for invoices: sums by invoice id; promises as (due date, amount) pairs."""

    disputed: dict[int, Decimal] = field(default_factory=dict)
    planned: dict[int, Decimal] = field(default_factory=dict)
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = field(default_factory=dict)


def claims(customer_ids: Iterable[int]) -> Claims:
    """Open disputes, live signed plans and open promises of these customers, in three queries."""
    ids = list(customer_ids)
    disputed: dict[int, Decimal] = defaultdict(Decimal)
    planned: dict[int, Decimal] = defaultdict(Decimal)
    promised: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    for invoice_id, amount in Dispute.objects.filter(customer__in=ids, resolved_on=None).values_list("invoice_id", "amount"):
        disputed[invoice_id] += amount
    covered = PlanInvoice.objects.filter(plan__customer__in=ids, plan__state__in=BLOCKING_PLAN_STATES)
    for invoice_id, amount in covered.values_list("invoice_id", "amount"):
        planned[invoice_id] += amount
    lines = PromiseLine.objects.filter(promise__customer__in=ids, promise__state=PromiseState.OPEN)
    for invoice_id, due_on, amount in lines.values_list("invoice_id", "promise__due_on", "amount"):
        promised[invoice_id].append((due_on, amount))
    return Claims(dict(disputed), dict(planned), dict(promised))


def open_items(customer_id: int, currency: str) -> list[OpenItem]:
    """The customer's open invoices in one currency for allocation: disputed amounts are skipped (domain.md 6.5)."""
    disputed = claims([customer_id]).disputed
    rows = Invoice.objects.filter(customer=customer_id, currency=currency, balance__gt=0)
    return [
        OpenItem(row.pk, row.number, row.issued_on, row.due_on, max(NOTHING, row.balance - disputed.get(row.pk, NOTHING)))
        for row in rows.only("number", "issued_on", "due_on", "balance")
    ]
