"""Reports of what is to come: when each open invoice will be paid, and which cash to expect (domain.md 2.12)."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from arcollect.money import format_plain
from customers.models import Business
from invoices.cash_facts import expected
from invoices.cash_forecast import Expected, Outlook, outlooks
from invoices.models import Invoice, InvoiceForecast
from reminders.forecast_words import rests_words, source_words
from reminders.forecasting import kept_or_made
from reminders.reports.report import Report, Rows, names_of

NOTHING = Decimal(0)
MONTH = 4


def forecast(business: Business, as_of: datetime.date) -> Report:
    """Every open invoice with how probably it is paid late, when it is expected, from when to when, and what that rests on."""
    made = kept_or_made(business, as_of)
    opened = Invoice.objects.filter(business=business, balance__gt=0).select_related("customer").order_by("due_on", "pk")
    rows: Rows = []
    opens: list[tuple[str, int]] = []
    sums: dict[str, dict[str, Decimal]] = {}
    for invoice in opened.only("number", "currency", "balance", "due_on", "customer__reference", "customer__name"):
        found = made.get(invoice.pk)
        rows.append(_forecast_row(invoice, found))
        opens.append(("invoice-detail", invoice.pk))
        one = sums.setdefault(invoice.currency, {"invoices": NOTHING, "amount": NOTHING, "late_amount": NOTHING})
        one["invoices"] += 1
        one["amount"] += invoice.balance
        one["late_amount"] += invoice.balance * (found.probability_late if found else 0)
    figures = {
        currency: {"invoices": str(one["invoices"])}
        | {name: format_plain(one[name], currency) for name in ("amount", "late_amount")}
        for currency, one in sorted(sums.items())
    }
    return Report("Forecast", figures, "invoices", rows, opens=opens)


def cash(business: Business, as_of: datetime.date) -> Report:
    """What may be counted on of what is owed, when, how surely, and what that rests on; by currency, and slice by slice."""
    found = sorted(expected(business, as_of), key=lambda one: (one.on or datetime.date.max, -one.worth))
    figures = {currency: _cash_figures(outlook, currency) for currency, outlook in outlooks(found, as_of).items()}
    return cash_report(business, found, figures)


def cash_report(business: Business, slices: Iterable[Expected], figures: Mapping[str, Any]) -> Report:
    """These slices as rows, each with the page of its invoice or plan. Two queries."""
    found = list(slices)
    names = names_of(business)
    numbers = dict(Invoice.objects.filter(business=business, balance__gt=0).order_by().values_list("pk", "number"))
    rows = [
        {
            "customer": names[one.customer_id][0],
            "name": names[one.customer_id][1],
            "invoice": numbers.get(one.invoice_id, "") if one.invoice_id else "",
            "currency": one.currency,
            "amount": format_plain(one.amount, one.currency),
            "sure": f"{one.share:.4f}",
            "worth": format_plain(one.worth, one.currency),
            "expected_on": one.on.isoformat() if one.on else "",
            "rests_on": source_words(one.source),
        }
        for one in found
    ]
    opens = [("plan-detail", one.plan_id or 0) if one.plan_id else ("invoice-detail", one.invoice_id or 0) for one in found]
    return Report("Cash expected", dict(figures), "slices", rows, opens=opens)


def _forecast_row(invoice: Invoice, found: InvoiceForecast | None) -> dict[str, Any]:
    return {
        "customer": invoice.customer.reference,
        "name": invoice.customer.name,
        "invoice": invoice.number,
        "currency": invoice.currency,
        "amount": format_plain(invoice.balance, invoice.currency),
        "due_on": invoice.due_on.isoformat(),
        "probability_late": f"{found.probability_late:.4f}" if found else None,
        "expected_on": found.expected_on.isoformat() if found else None,
        "low": found.low_on.isoformat() if found else None,
        "high": found.high_on.isoformat() if found else None,
        "rests_on": rests_words(found.rests_on) if found else "",
    }


def _cash_figures(outlook: Outlook, currency: str) -> dict[str, str]:
    amounts = {
        "four_weeks": sum((week.total for week in outlook.weeks[:MONTH]), NOTHING),
        "eight_weeks": sum((week.total for week in outlook.weeks), NOTHING),
        "later": outlook.later,
        "undated": outlook.undated,
    }
    return {name: format_plain(value, currency) for name, value in amounts.items()}
