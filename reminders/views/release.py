"""Starting the ledger: the owner sees what would go out first, then says so (T06)."""

import datetime
from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from arcollect.filters import say_date
from customers.access import owner_view
from customers.models import Business, Customer
from invoices.models import Invoice
from reminders.facts import settings_of
from reminders.models import StepCode
from reminders.nightly import Outcome, escalate, release

SHOWN = 50


@owner_view
def release_ledger(request: HttpRequest) -> HttpResponse:
    """What the first run would do, on the first business day; a POST lets it. Frees what came in long overdue later on, too."""
    business = request.business
    today = business.local_date(timezone.now())
    first_day = settings_of(business).calendar().roll_forward(today)
    when = say_date(first_day, today)
    held = Invoice.objects.filter(business=business, balance__gt=0, entry_hold=True).count()
    if request.method == "POST":
        release(business=business, today=today, actor=request.user)
        outcome = escalate(business, today)
        count = len(outcome.fired)
        words = ngettext("Started: %(count)d reminder is prepared.", "Started: %(count)d reminders are prepared.", count)
        if first_day > today:
            words = gettext("Started: the first reminders are prepared %(when)s.")
        messages.success(request, words % {"count": count, "when": when})
        return redirect("dashboard", business.slug)
    waiting = business.released_on is None or held
    fired = preview(business, first_day).fired if waiting else []
    context = {
        "today": today,
        "when": when,
        "held": held,
        "waiting": waiting,
        "count": len(fired),
        "steps": by_step(fired),
        "fired": named(business, fired[:SHOWN]),
        "more": len(fired) > SHOWN,
    }
    return render(request, "reminders/release.html", context)


def preview(business: Business, today: datetime.date) -> Outcome:
    """What would fire on that day if the ledger were released now. Writes nothing: what it did is taken back."""
    with transaction.atomic():
        release(business=business, today=today)
        outcome = escalate(business, today, dry_run=True)
        transaction.set_rollback(True)
    business.refresh_from_db()
    return outcome


def by_step(fired: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries of `escalate` summed by step and currency, in the order of the steps."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: Counter[tuple[str, str]] = Counter()
    for entry in fired:
        key = (entry["step"], entry["currency"])
        counts[key] += 1
        sums[key] += Decimal(entry["total"])
    order = {code: position for position, code in enumerate(StepCode.values)}
    return [
        {"label": StepCode(step).label, "currency": currency, "count": count, "sum": sums[step, currency]}
        for (step, currency), count in sorted(counts.items(), key=lambda item: (order[item[0][0]], item[0][1]))
    ]


def named(business: Business, fired: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with the customer's row and the step in words."""
    references = {entry["customer"] for entry in fired}
    rows = {row.reference: row for row in Customer.objects.filter(business=business, reference__in=references)}
    return [
        {
            "customer": rows[entry["customer"]],
            "step": StepCode(entry["step"]).label,
            "invoices": len(entry["invoices"]),
            "total": Decimal(entry["total"]),
            "currency": entry["currency"],
        }
        for entry in fired
    ]
