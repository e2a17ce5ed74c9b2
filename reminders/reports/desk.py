"""Reports of the desk: promises, queries, and what is to be done (domain.md 2.8, 2.9, 3.5)."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers.models import Business, Task
from customers.models.desk import TaskState
from invoices.agreement_metrics import KeptRate
from invoices.models import Dispute, Promise, PromiseLine
from invoices.models.agreement import PromiseState
from invoices.reopened import pauses
from invoices.track_record import MEASURED, closed_lately, kept_lately
from reminders.reports.report import Figures, Report, Rows
from reminders.worklist import placed

SETTLED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN)
PROMISE_COLUMNS = ["customer", "name", "invoices", "currency", "amount", "received", "made_on", "due_on", "state"]
DISPUTE_COLUMNS = [
    *("customer", "name", "invoice", "code", "currency", "amount"),
    *("opened_on", "open_days", "clock", "past_clock"),
]
TASK_COLUMNS = [
    *("task", "kind", "customer", "name", "currency", "amount", "days_past_due", "priority"),
    *("due_on", "role", "reason"),
]


def promises(business: Business, as_of: datetime.date) -> Report:
    """The promises open on that day or settled in the year up to it, and how many of these were kept (domain.md 2.8).

    The rates run from 0 to 1; a currency without a settled promise has none.
    """
    since = Q(evaluated_on=None) | Q(evaluated_on__gt=as_of - MEASURED)
    found = Promise.objects.filter(since, business=business, made_on__lte=as_of).select_related("customer")
    promised, numbers = list(found.order_by("due_on", "pk")), _numbers(found)
    rows = [_promise_row(promise, numbers[promise.pk], as_of) for promise in promised]
    rates = kept_lately(business, as_of)
    figures = {}
    for currency in sorted({row["currency"] for row in rows} | rates.keys()):
        states = [row["state"] for row in rows if row["currency"] == currency]
        rate = rates.get(currency)
        figures[currency] = {state: str(states.count(state)) for state in (PromiseState.OPEN, *SETTLED)} | {
            **_rates(rate),
        }
    opens = [("promise-detail", promise.pk) for promise in promised]
    return Report("Promises", figures, "promises", PROMISE_COLUMNS, rows, opens=opens)


def disputes(business: Business, as_of: datetime.date) -> Report:
    """The queries open on that day by currency, and how long those closed within a year took (domain.md 2.9)."""
    opened = Dispute.objects.filter(business=business, opened_on__lte=as_of)
    still = opened.filter(Q(resolved_on=None) | Q(resolved_on__gt=as_of)).select_related("customer", "invoice")
    found = list(still.order_by("opened_on", "pk"))
    closed = pauses(found)
    paused = {pk for pk, times in closed.items() if any(one.covers(as_of) for one in times)}
    standing = [dispute for dispute in found if dispute.pk not in paused]
    rows = [_dispute_row(dispute, as_of) for dispute in standing]
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
    opens = [("dispute-detail", dispute.pk) for dispute in standing]
    return Report("Queries", figures, "disputes", DISPUTE_COLUMNS, rows, _cycle(business, as_of), opens)


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
            "name": known[item.id].customer.name if known[item.id].customer else "",
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
    opens = [("task-detail", row["task"]) for row in rows]
    return Report("Worklist", _sums(rows), "tasks", TASK_COLUMNS, rows, {"open": len(rows)}, opens)


def _rates(rate: KeptRate | None) -> dict[str, Any]:
    """How many of the promises were kept, and how much of the money."""
    if rate is None:
        why = _("No promise was settled within a year.")
        return {"count_rate": None, "count_rate_why": why, "amount_rate": None, "amount_rate_why": why}
    return {"count_rate": f"{rate.by_count:.4f}", "amount_rate": f"{rate.by_amount:.4f}"}


def _numbers(promises: QuerySet[Promise]) -> defaultdict[int, list[str]]:
    """The invoices each promise is for, the oldest first. One query."""
    lines = PromiseLine.objects.filter(promise__in=promises.values("pk")).order_by("invoice__due_on", "invoice")
    numbers: defaultdict[int, list[str]] = defaultdict(list)
    for pk, number in lines.values_list("promise_id", "invoice__number"):
        numbers[pk].append(number)
    return numbers


def _promise_row(promise: Promise, numbers: Sequence[str], as_of: datetime.date) -> dict[str, Any]:
    settled = promise.evaluated_on is not None and promise.evaluated_on <= as_of
    return {
        "customer": promise.customer.reference,
        "name": promise.customer.name,
        "invoices": ", ".join(numbers),
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
        "name": dispute.customer.name,
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
        why = _("No query was closed within a year.")
        unknown = dict.fromkeys(("mean", "median", "upheld_rate"))
        return {"closed": 0, **unknown, **{f"{name}_why": why for name in unknown}}
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
