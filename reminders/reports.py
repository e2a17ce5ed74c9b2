"""Reads the reports of `manage.py report`: figures by currency and the rows they are made of (domain.md 2, 3.5)."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from arcollect.money import format_plain
from customers.models import Business, Customer, Task
from customers.models.desk import TaskState
from invoices.history import open_credits, open_invoices
from invoices.metrics import Ageing, age_ledger, total_by_currency
from invoices.models import Dispute, Promise
from invoices.models.agreement import PromiseState
from invoices.reopened import pauses
from invoices.track_record import MEASURED, closed_lately, kept_lately
from reminders.worklist import placed

Figures = dict[str, dict[str, str]]
Rows = list[dict[str, Any]]
SETTLED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN)


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` by currency, `rows` called `rows_name` in JSON, `whole`: figures of no currency. Amounts and dates are text."""

    title: str
    figures: Figures
    rows_name: str
    rows: Rows
    whole: Mapping[str, Any] = field(default_factory=dict)


def ageing(business: Business, as_of: datetime.date) -> Report:
    """What was owed on that day by days past due, by customer and currency (domain.md 2.1)."""
    rule = business.rules["ageing"]
    invoices, credits = open_invoices(business, as_of), open_credits(business, as_of)
    ledger = age_ledger(invoices, credits, as_of, basis=rule["basis"], edges=rule["edges"], mode=rule["credits"])
    totals = {currency: _buckets(one, currency) for currency, one in total_by_currency(ledger).items()}
    names = dict(_names(business))
    rows = [
        {"customer": names[pk][0], "name": names[pk][1], "currency": currency, **_buckets(one, currency)}
        for (pk, currency), one in ledger.items()
    ]
    return Report("Ageing", totals, "customers", sorted(rows, key=lambda row: (row["customer"], row["currency"])))


def promises(business: Business, as_of: datetime.date) -> Report:
    """The promises open on that day or settled in the year up to it, and how many of these were kept (domain.md 2.8).

    The rates run from 0 to 1; a currency without a settled promise has none.
    """
    since = Q(evaluated_on=None) | Q(evaluated_on__gt=as_of - MEASURED)
    found = Promise.objects.filter(since, business=business, made_on__lte=as_of).select_related("customer")
    rows = [_promise_row(promise, as_of) for promise in found.order_by("due_on", "pk")]
    rates = kept_lately(business, as_of)
    figures = {}
    for currency in sorted({row["currency"] for row in rows} | rates.keys()):
        states = [row["state"] for row in rows if row["currency"] == currency]
        rate = rates.get(currency)
        figures[currency] = {state: str(states.count(state)) for state in (PromiseState.OPEN, *SETTLED)} | {
            "count_rate": f"{rate.by_count:.4f}" if rate else "",
            "amount_rate": f"{rate.by_amount:.4f}" if rate else "",
        }
    return Report("Promises", figures, "promises", rows)


def disputes(business: Business, as_of: datetime.date) -> Report:
    """The queries open on that day by currency, and how long those closed within a year took (domain.md 2.9)."""
    opened = Dispute.objects.filter(business=business, opened_on__lte=as_of)
    still = opened.filter(Q(resolved_on=None) | Q(resolved_on__gt=as_of)).select_related("customer", "invoice")
    found = list(still.order_by("opened_on", "pk"))
    closed = pauses(found)
    paused = {pk for pk, times in closed.items() if any(one.covers(as_of) for one in times)}
    rows = [_dispute_row(dispute, as_of) for dispute in found if dispute.pk not in paused]
    figures = {}
    for currency in sorted({row["currency"] for row in rows}):
        theirs = [row for row in rows if row["currency"] == currency]
        amount = sum((Decimal(row["amount"]) for row in theirs), Decimal(0))
        figures[currency] = {
            "open": str(len(theirs)),
            "amount": format_plain(amount, currency),
            "oldest_days": str(max(row["open_days"] for row in theirs)),
            "past_clock": str(sum(row["past_clock"] for row in theirs)),
        }
    return Report("Queries", figures, "disputes", rows, _cycle(business, as_of))


def worklist(business: Business, as_of: datetime.date) -> Report:
    """What is open on the desk now and ready by that day, in the order of the desk (domain.md 3.5)."""
    tasks = Task.objects.filter(business=business, state=TaskState.OPEN).annotate(starts_on=Coalesce("snoozed_until", "opens_on"))
    tasks = tasks.filter(starts_on__lte=as_of)
    known = tasks.select_related("customer").in_bulk()
    rows = [
        {
            "task": item.id,
            "kind": item.kind,
            "customer": known[item.id].customer.reference if known[item.id].customer else "",
            "currency": known[item.id].currency,
            "amount": _text(known[item.id].amount, known[item.id].currency),
            "days_past_due": item.worth.days_past_due,
            "priority": f"{item.priority:.2f}",
            "due_on": item.due_on.isoformat(),
            "role": known[item.id].role,
            "reason": known[item.id].reason,
        }
        for item in placed(business, tasks, as_of)
    ]
    return Report("Worklist", _sums(rows), "tasks", rows, {"open": len(rows)})


REPORTS: dict[str, Callable[[Business, datetime.date], Report]] = {
    "ageing": ageing,
    "promises": promises,
    "disputes": disputes,
    "worklist": worklist,
}


def _names(business: Business) -> Iterable[tuple[int, tuple[str, str]]]:
    for pk, reference, name in Customer.objects.filter(business=business).order_by().values_list("pk", "reference", "name"):
        yield pk, (reference, name)


def _buckets(one: Ageing, currency: str) -> dict[str, str]:
    """The buckets, "unapplied" (nothing or below) and "net" as the currency writes them."""
    figures = {**one.buckets, "unapplied": one.unapplied, "net": one.net}
    return {name: format_plain(value, currency) for name, value in figures.items()}


def _promise_row(promise: Promise, as_of: datetime.date) -> dict[str, Any]:
    settled = promise.evaluated_on is not None and promise.evaluated_on <= as_of
    return {
        "customer": promise.customer.reference,
        "currency": promise.currency,
        "amount": format_plain(promise.amount, promise.currency),
        "received": format_plain(promise.received if settled else Decimal(0), promise.currency),
        "made_on": promise.made_on.isoformat(),
        "due_on": promise.due_on.isoformat(),
        "state": promise.state if settled else PromiseState.OPEN.value,
    }


def _dispute_row(dispute: Dispute, as_of: datetime.date) -> dict[str, Any]:
    currency = dispute.invoice.currency
    clock = dispute.close_by if dispute.answered_on and dispute.answered_on <= as_of else dispute.answer_by
    return {
        "customer": dispute.customer.reference,
        "invoice": dispute.invoice.number,
        "code": dispute.code,
        "currency": currency,
        "amount": format_plain(dispute.amount, currency),
        "opened_on": dispute.opened_on.isoformat(),
        "open_days": (as_of - dispute.opened_on).days,
        "clock": clock.isoformat() if clock else "",
        "past_clock": bool(clock and clock < as_of),
    }


def _cycle(business: Business, as_of: datetime.date) -> dict[str, Any]:
    cycle = closed_lately(business, as_of)
    if cycle is None:
        return {"closed": 0, "mean": None, "median": None, "upheld_rate": None}
    return {
        "closed": cycle.count,
        "mean": f"{cycle.mean:.1f}",
        "median": f"{cycle.median:.1f}",
        "upheld_rate": f"{cycle.upheld:.4f}",
    }


def _text(amount: Decimal | None, currency: str) -> str:
    return format_plain(amount, currency) if amount is not None and currency else ""


def _sums(rows: Rows) -> Figures:
    """How many tasks there are in each currency, and what sum they are about."""
    figures: Figures = {}
    for currency in sorted({row["currency"] for row in rows if row["currency"]}):
        theirs = [row for row in rows if row["currency"] == currency]
        amount = sum((Decimal(row["amount"]) for row in theirs if row["amount"]), Decimal(0))
        figures[currency] = {"tasks": str(len(theirs)), "amount": format_plain(amount, currency)}
    return figures
