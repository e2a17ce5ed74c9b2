"""What is promised, and how well it was kept, for the day's figures (domain.md 2.8)."""

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers.models import Business
from invoices.models import Promise
from invoices.promised import within_a_week
from invoices.track_record import kept_lately

NOTHING = Decimal(0)


def open_on(business: Business, as_of: datetime.date) -> QuerySet[Promise]:
    """The promises that were open at the end of that day."""
    settled_later = Q(evaluated_on=None) | Q(evaluated_on__gt=as_of)
    return Promise.objects.filter(settled_later, business=business, made_on__lte=as_of)


def section(business: Business, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """By currency {"promises": {"open", "open_amount", "due_7", "due_7_amount", "count_rate", "amount_rate", "settled"}}.

    `due_7`: those open whose day is one of the next seven after as_of, or has come. Rates run from 0 to 1 over
    the promises settled within a year; without any they are null, and `rate_why` says so. Two queries.
    """
    due = within_a_week(as_of)
    sums = {"open": Count("pk"), "open_amount": Sum("amount")}
    sums |= {"due_7": Count("pk", filter=due), "due_7_amount": Sum("amount", filter=due)}
    waiting = {row["currency"]: row for row in open_on(business, as_of).order_by().values("currency").annotate(**sums)}
    rates = kept_lately(business, as_of)
    found: dict[str, dict[str, Any]] = {}
    for currency in sorted({*waiting, *rates}):
        row, rate = waiting.get(currency, {}), rates.get(currency)
        figures = {name: row.get(name, 0) for name in ("open", "due_7")}
        figures |= {name: format_plain(row.get(name) or NOTHING, currency) for name in ("open_amount", "due_7_amount")}
        figures["settled"] = rate.count if rate else 0
        figures["count_rate"] = f"{rate.by_count:.4f}" if rate else None
        figures["amount_rate"] = f"{rate.by_amount:.4f}" if rate else None
        found[currency] = {"promises": figures if rate else {**figures, "rate_why": _("No promise was settled within a year.")}}
    return found
