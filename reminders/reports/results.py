"""Reports of what the work brings in: money after each step, and the week of each person."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from arcollect.money import format_plain
from customers.models import Business, User
from invoices.metrics import NOTHING
from invoices.models import Invoice
from reminders.models import StepCode
from reminders.reports.report import Figures, Report, Rows, names_of
from reminders.step_results import HUNDRED, LOOKED_AT, Recovery, recoveries, step_results
from reminders.team_week import DEEDS, MONEY, PLAN, PROMISE, Deed, deeds, team_week

WEEK = datetime.timedelta(days=6)

PAYMENT_COLUMNS = ["customer", "name", "invoice", "currency", "step", "completed_on", "paid_on", "amount"]
DEED_COLUMNS = ["on", "person", "deed", "customer", "name", "currency", "amount", "what"]


def steps(business: Business, as_of: datetime.date) -> Report:
    """What was asked by the steps completed in the 90 days up to that day, what came in after each, payment by payment."""
    results = step_results(business, as_of)
    used = [code for code in StepCode if any(row.step == code for rows in results.values() for row in rows)]
    figures: Figures = {}
    for currency, found in results.items():
        asked = sum((row.asked for row in found), NOTHING)
        came = {row.step: row.recovered for row in found}
        whole = sum(came.values(), NOTHING)
        figures[currency] = {
            "asked": format_plain(asked, currency),
            "recovered": format_plain(whole, currency),
            "share": f"{whole * HUNDRED / asked:.1f}" if asked else None,
            "invoices": str(sum(row.invoices for row in found)),
            **{code.value: format_plain(came.get(code, NOTHING), currency) for code in used},
        }
    payments = sorted(recoveries(business, as_of - LOOKED_AT, as_of), key=lambda one: (one.paid_on, one.invoice_id))
    opens = [("invoice-detail", one.invoice_id) for one in payments]
    return Report("Steps", figures, "payments", PAYMENT_COLUMNS, _payment_rows(business, payments), opens=opens)


def _payment_rows(business: Business, payments: list[Recovery]) -> Rows:
    numbers = Invoice.objects.filter(pk__in={one.invoice_id for one in payments}).values_list("pk", "number")
    known, names = dict(numbers), names_of(business, {one.customer_id for one in payments})
    return [
        {
            **_of(names, one.customer_id),
            "invoice": known[one.invoice_id],
            "currency": one.currency,
            "step": one.step,
            "completed_on": one.completed_on.isoformat(),
            "paid_on": one.paid_on.isoformat(),
            "amount": format_plain(one.amount, one.currency),
        }
        for one in payments
    ]


def team(business: Business, as_of: datetime.date) -> Report:
    """What was done in the seven days up to that day, deed by deed; the sums in each currency, the counts in all of them."""
    week = team_week(business, as_of)
    codes = {business.currency, *week.received, *(code for sums in week.whole.sums.values() for code in sums)}
    figures: Figures = {}
    for currency in sorted(codes):
        sums = {kind: week.whole.sums.get(kind, {}).get(currency, NOTHING) for kind in (MONEY, PROMISE, PLAN)}
        figures[currency] = {
            "received": format_plain(week.received.get(currency, NOTHING), currency),
            "after_work": format_plain(sums[MONEY], currency),
            "promised": format_plain(sums[PROMISE], currency),
            "planned": format_plain(sums[PLAN], currency),
        }
    counts = {kind: week.whole.counts[kind] for kind in DEEDS if kind != MONEY}
    rows = _deed_rows(business, list(deeds(business, as_of - WEEK, as_of)))
    return Report("Team", figures, "deeds", DEED_COLUMNS, rows, counts)


def _deed_rows(business: Business, done: list[Deed]) -> Rows:
    names = names_of(business, {deed.customer_id for deed in done if deed.customer_id})
    people = {person.pk: str(person) for person in User.objects.filter(pk__in={deed.by for deed in done if deed.by})}
    return [
        {
            "on": deed.on.isoformat(),
            "person": people.get(deed.by, gettext("The program")),
            "deed": deed.kind,
            **_of(names, deed.customer_id),
            "currency": deed.currency,
            "amount": _plain(deed.amount, deed.currency),
            "what": deed.what,
        }
        for deed in done
    ]


def _plain(amount: Decimal | None, currency: str) -> str:
    return format_plain(amount, currency) if amount is not None else ""


def _of(names: Mapping[int, tuple[str, str]], customer_id: int | None) -> dict[str, Any]:
    reference, name = names[customer_id] if customer_id else ("", "")
    return {"customer": reference, "name": name}
