"""Why did this customer get this letter, or not? The facts seen, the rule applied, the next date."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from customers.access import get_row, member_view
from customers.models import Customer, Letter
from invoices.models import Invoice
from reminders.explaining import remembered
from reminders.models import Reminder, ReminderLine
from reminders.nightly import explain
from reminders.rules import rule_words


@member_view
def customer_why(request: HttpRequest, pk: int) -> HttpResponse:
    """What is decided for a customer on a day (?on=), today unless asked otherwise, and what the last run decided."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    return render(request, "reminders/why_customer.html", _asked(request, customer))


@member_view
def invoice_why(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for one invoice: its steps with what each decision saw, and what is decided for its customer now."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    steps = ReminderLine.objects.filter(invoice=invoice).select_related("reminder__letter", "reminder__policy")
    context = _asked(request, invoice.customer, invoice.currency)
    context |= {"invoice": invoice, "taken": [_taken(line.reminder) for line in steps.order_by("id")]}
    return render(request, "reminders/why_invoice.html", context)


@member_view
def letter_why(request: HttpRequest, pk: int) -> HttpResponse:
    """What the decision behind a letter saw on its day, and what is decided for its customer now."""
    letter = get_row(request, Letter.objects.select_related("business", "customer"), pk)
    reminders = letter.reminders.select_related("letter", "policy").order_by("id")
    context = _asked(request, letter.customer, letter.currency)
    context |= {"letter": letter, "taken": [_taken(reminder) for reminder in reminders], "follow_ups": letter.follow_ups.all()}
    return render(request, "reminders/why_letter.html", context)


def _asked(request: HttpRequest, customer: Customer, currency: str = "") -> dict[str, Any]:
    """What would be decided on the day asked for, in one currency or in all, beside the last run's word."""
    today = customer.business.local_date(timezone.now())
    on = _day(request.GET.get("on", "")) or today
    decisions = [row for row in explain(customer.business, customer, on) if currency in ("", row["currency"])]
    last = customer.last_decisions.order_by("currency")
    return {
        "customer": customer,
        "today": today,
        "on": on,
        "decisions": [row | {"next_on": _day(row["next_on"] or "")} for row in decisions],
        "last": [(row, rule_words(row.rule)) for row in (last.filter(currency=currency) if currency else last)],
    }


def _taken(reminder: Reminder) -> dict[str, Any]:
    """A step that fired, with what its decision saw and the rule it rested on."""
    decision = reminder.decision
    return {"reminder": reminder, "rule": rule_words(decision.get("rule", "")), "facts": remembered(decision)}


def _day(text: str) -> datetime.date | None:
    """An ISO day, or None for anything else: an address typed wrong asks about today."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
