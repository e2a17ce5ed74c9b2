"""Reports of what is to come: when each open invoice will be paid, and which cash to expect (domain.md 2.12)."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers.models import Business
from invoices.cash_facts import expected
from invoices.cash_forecast import Outlook, outlooks
from invoices.cash_kept import cash_now, outlook_of, rows_of
from invoices.cash_rows import name_all
from invoices.counted import changed_since_counted, counted_through
from invoices.models import ExpectedCash, Invoice, InvoiceForecast
from reminders.forecast_words import rests_words, source_words
from reminders.forecasting import kept, kept_or_made
from reminders.reports.report import Report, Rows

NOTHING = Decimal(0)
MONTH = 4
FORECAST_COLUMNS = [
    *("customer", "name", "invoice", "currency", "amount", "due_on"),
    *("probability_late", "expected_on", "low", "high", "rests_on"),
]
CASH_COLUMNS = ["customer", "name", "invoice", "currency", "amount", "sure", "worth", "expected_on", "rests_on"]


def forecast(business: Business, as_of: datetime.date) -> Report:
    """Every open invoice with how probably it is paid late, when it is expected, from when to when, and what that rests on:
    as the nights forecast it."""
    return _forecast(business, kept(business, as_of))


def forecast_now(business: Business, as_of: datetime.date) -> Report:
    """The same, made anew where the last night's forecasts are of another day or lack an invoice: longer than a page may take."""
    return _forecast(business, kept_or_made(business, as_of))


def _forecast(business: Business, made: Mapping[int, InvoiceForecast]) -> Report:
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
    figures = {currency: _forecast_figures(one, currency, known=bool(made)) for currency, one in sorted(sums.items())}
    return Report("Forecast", figures, "invoices", FORECAST_COLUMNS, rows, opens=opens)


def _forecast_figures(sums: Mapping[str, Decimal], currency: str, *, known: bool) -> dict[str, str | None]:
    found = {"invoices": str(sums["invoices"]), "amount": format_plain(sums["amount"], currency)}
    if known:
        return found | {"late_amount": format_plain(sums["late_amount"], currency)}
    return found | {"late_amount": None, "late_amount_why": _("Nothing was forecast yet: the first forecasts come tonight.")}


def cash(business: Business, as_of: datetime.date) -> Report:
    """What may be counted on of what is owed, when, how surely, and what that rests on; by currency, and slice by slice.

    Of a day whose night is kept it says what the page says; else all that is open is read.
    """
    if counted_through(business, as_of):
        found = cash_now(business, as_of, changed_since_counted(business, as_of))
        if found.on == as_of:
            rows = [*found.rows.select_related("customer", "invoice"), *found.fresh]
            name_all(found.fresh)
            return _cash(rows, {currency: outlook_of(one) for currency, one in found.forecasts.items()})
    slices = list(expected(business, as_of))
    rows = rows_of(business, slices, as_of)
    name_all(rows)
    return _cash(rows, outlooks(slices, as_of))


def _cash(rows: list[ExpectedCash], found: Mapping[str, Outlook]) -> Report:
    rows.sort(key=lambda one: (one.on or datetime.date.max, -one.worth))
    figures = {currency: _cash_figures(outlook, currency) for currency, outlook in sorted(found.items())}
    return cash_report(rows, figures)


def cash_report(slices: Iterable[ExpectedCash], figures: Mapping[str, Any]) -> Report:
    """These slices, read with customer and invoice, as rows, each with the page of its invoice or plan. No query."""
    found = list(slices)
    opens = [("plan-detail", one.plan_id) if one.plan_id else ("invoice-detail", one.invoice_id or 0) for one in found]
    return Report("Cash expected", dict(figures), "slices", CASH_COLUMNS, [cash_row(one) for one in found], opens=opens)


def cash_row(one: ExpectedCash) -> dict[str, Any]:
    """A slice as files have it."""
    return {
        "customer": one.customer.reference,
        "name": one.customer.name,
        "invoice": one.invoice.number if one.invoice else "",
        "currency": one.currency,
        "amount": format_plain(one.amount, one.currency),
        "sure": f"{one.share:.4f}",
        "worth": format_plain(one.worth, one.currency),
        "expected_on": one.on.isoformat() if one.on else "",
        "rests_on": source_words(one.source),
    }


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
