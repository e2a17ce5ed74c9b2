"""Reports of the debt-reduction plan: every overdue invoice in its lane, and what each hard decision is worth (domain.md 5.4)."""

import datetime
from itertools import groupby

from arcollect.money import format_plain
from customers.models import Business
from invoices.lane_board import hard_owing
from invoices.lane_facts import lane_sums, lanes
from invoices.models import Invoice
from invoices.reduction import Decision
from reminders.reduction import hard_cases
from reminders.reports.report import Report, names_of

LANE_COLUMNS = ["lane", "customer", "name", "invoice", "currency", "amount", "days_past_due", "past_clock"]
CASE_COLUMNS = ["customer", "name", "currency", "amount", "invoices", "days_past_due", *Decision, "best"]


def lane_report(business: Business, as_of: datetime.date) -> Report:
    """Every overdue invoice in the one lane it is worked on in, first what is to be done first; as it stands now."""
    placed, names = lanes(business, as_of), names_of(business)
    numbers = dict(Invoice.objects.filter(business=business, balance__gt=0).order_by().values_list("pk", "number"))
    rows = [
        {
            "lane": one.lane.value,
            "customer": names[one.debt.customer_id][0],
            "name": names[one.debt.customer_id][1],
            "invoice": numbers[one.debt.invoice_id],
            "currency": one.debt.currency,
            "amount": format_plain(one.debt.amount, one.debt.currency),
            "days_past_due": one.days,
            "past_clock": one.breached,
        }
        for one in placed
        if one.debt.invoice_id in numbers
    ]
    sums = {currency: {name: one["amount"] for name, one in found.items()} for currency, found in lane_sums(placed).items()}
    opens = [("invoice-detail", one.debt.invoice_id) for one in placed if one.debt.invoice_id in numbers]
    return Report("Lanes of work", sums, "debts", LANE_COLUMNS, rows, opens=opens)


def hard_decisions(business: Business, as_of: datetime.date) -> Report:
    """What each decision about a debt nobody pays after 90 days is worth, customer by customer; as it stands now."""
    placed = sorted(lanes(business, as_of), key=lambda one: one.debt.currency)
    figures, rows, opens = {}, [], []
    for currency, theirs in groupby(placed, key=lambda one: one.debt.currency):
        cases = hard_cases(business, hard_owing(theirs))
        if not cases:
            continue
        amounts = {"amount": sum(case.amount for case in cases), "best_value": sum(case.best.value for case in cases)}
        figures[currency] = {"cases": len(cases)} | {name: format_plain(one, currency) for name, one in amounts.items()}
        opens += [("customer-detail", case.customer.pk) for case in cases]
        for case in cases:
            values = {str(one.decision): format_plain(one.value, currency) for _name, one in case.values}
            who = {"customer": case.customer.reference, "name": case.customer.name, "currency": currency}
            owed = {"amount": format_plain(case.amount, currency), "invoices": case.invoices, "days_past_due": case.days}
            rows.append(who | owed | values | {"best": case.best.decision.value})
    return Report("Hard decisions", figures, "cases", CASE_COLUMNS, rows, opens=opens)
