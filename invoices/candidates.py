"""Reads all that is open of a business for matching, in a fixed number of queries and as plain values (architecture.md)."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import F, Sum

from customers.alike import WHOSE
from customers.models import Business, Customer
from invoices.matches import NOTHING
from invoices.models import (
    CreditNote,
    Dispute,
    Invoice,
    KnownPayer,
    Promise,
    RemittanceAdvice,
    RemittanceLine,
    Settlement,
    SettlementInvoice,
)
from invoices.models.agreement import PromiseState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState
from invoices.open_ledger import (
    Account,
    AwaitedPromise,
    AwaitedSettlement,
    Ledger,
    OpenCredit,
    OpenInvoice,
    Payer,
    WaitingAdvice,
)
from invoices.plan_receipts import awaited_plans
from invoices.receipts import received_by

# Of what is paid the latest so many, so that a number paid twice is known for what it is.
PAID_KEPT = 50_000
CHUNK = 5000


def read_ledger(business: Business) -> Ledger:
    """Everything open of a business, what was agreed about it, who paid before; for `matching.match`. Fifteen queries."""
    ledger = Ledger(rules=business.rules["matching"])
    ledger.add_customers(_customers(business))
    ledger.add_invoices(_invoices(business))
    ledger.add_credits(_credits(business))
    paid = Invoice.objects.filter(business=business, balance=0).order_by("-id")
    for number, customer_id in paid.values_list("number", "customer_id")[:PAID_KEPT]:
        ledger.paid_numbers.add(number, customer_id)
    payers = KnownPayer.objects.filter(business=business).annotate(whose=WHOSE)
    for kind, key, customer_id, times in payers.values_list("kind", "key", "whose", "times"):
        known = ledger.known.setdefault((kind, key), {})
        known[customer_id] = known.get(customer_id, 0) + times
    ledger.plans = awaited_plans(Customer.objects.filter(business=business).values("pk"))
    ledger.settlements = _settlements(business)
    ledger.promises = _promises(business)
    ledger.advices = {advice.id: advice for advice in _advices(business)}
    return ledger


def _customers(business: Business) -> Iterator[Payer]:
    """A customer that was merged lends its names to the one it became."""
    names = ("id", "merged_into_id", "reference", "name", "legal_name", "discount_pct", "discount_days")
    rows = Customer.objects.filter(business=business).order_by(F("merged_into_id").desc(nulls_last=True), "id")
    for pk, merged_into, *rest in rows.values_list(*names).iterator(CHUNK):
        yield Payer(merged_into or pk, *rest)


def _invoices(business: Business) -> Iterator[OpenInvoice]:
    open_disputes = Dispute.objects.filter(business=business, resolved_on=None).order_by()
    disputed = dict(open_disputes.values("invoice_id").annotate(sum=Sum("amount")).values_list("invoice_id", "sum"))
    days: dict[datetime.date, datetime.date] = {}
    names = ("id", "customer_id", "number", "currency", "issued_on", "due_on", "balance")
    rows = Invoice.objects.filter(business=business, balance__gt=0).order_by()
    for pk, customer_id, number, currency, issued_on, due_on, balance in rows.values_list(*names).iterator(CHUNK):
        issued_on, due_on = days.setdefault(issued_on, issued_on), days.setdefault(due_on, due_on)
        yield OpenInvoice(pk, customer_id, number, currency, issued_on, due_on, balance, disputed.get(pk, NOTHING))


def _credits(business: Business) -> Iterator[OpenCredit]:
    rows = CreditNote.objects.filter(business=business, allocated__lt=F("total")).order_by("issued_on", "id")
    for *row, total, allocated in rows.values_list("id", "customer_id", "number", "currency", "total", "allocated"):
        yield OpenCredit(*row, total - allocated)


def _settlements(business: Business) -> dict[Account, AwaitedSettlement]:
    live = Settlement.objects.filter(business=business, state__in=LIVE_SETTLEMENT_STATES).annotate(whose=WHOSE)
    covered: dict[int, dict[int, Decimal]] = defaultdict(dict)
    lines = SettlementInvoice.objects.filter(settlement__in=live).order_by("id")
    for pk, invoice_id, amount in lines.values_list("settlement_id", "invoice_id", "amount"):
        covered[pk][invoice_id] = amount
    names = ("id", "whose", "currency", "amount", "received", "state", "accept_by", "pay_by")
    found = {}
    for pk, customer_id, currency, amount, received, state, accept_by, pay_by in live.values_list(*names):
        until = accept_by if state == SettlementState.OFFERED else pay_by
        found[customer_id, currency] = AwaitedSettlement(amount - received, until, covered[pk])
    return found


def _promises(business: Business) -> dict[Account, tuple[AwaitedPromise, ...]]:
    """The open promises less what came in for them: only the night settles one."""
    waiting = Promise.objects.filter(business=business, state=PromiseState.OPEN).order_by("due_on", "id")
    rows = list(waiting.prefetch_related("lines"))
    received = received_by(rows, business.calendar, business.rules["promise"])
    found: dict[Account, list[AwaitedPromise]] = defaultdict(list)
    for row in rows:
        promised = AwaitedPromise(row.amount, {line.invoice_id: line.amount for line in row.lines.all()})
        left = promised.less(received[row.pk])
        if left.amount:
            found[row.customer_id, row.currency].append(left)
    return {account: tuple(promises) for account, promises in found.items()}


def _advices(business: Business) -> Iterator[WaitingAdvice]:
    waiting = RemittanceAdvice.objects.filter(business=business, line=None)
    rows: dict[int, list[tuple[int | None, Decimal, Decimal]]] = defaultdict(list)
    lines = RemittanceLine.objects.filter(advice__in=waiting).order_by("id")
    for advice_id, invoice_id, amount, discount in lines.values_list("advice_id", "invoice_id", "amount", "discount"):
        rows[advice_id].append((invoice_id, amount, discount))
    names = ("id", "customer_id", "currency", "total", "paid_on", "created_at")
    for pk, customer_id, currency, total, paid_on, created_at in waiting.values_list(*names):
        told_on = paid_on or business.local_date(created_at)
        yield WaitingAdvice(pk, customer_id, currency, total, told_on, tuple(rows[pk]))
