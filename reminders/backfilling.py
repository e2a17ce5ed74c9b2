"""Tells the figures of days no night counted, from the ledger as it stood then (domain.md 2.1)."""

import datetime
from collections.abc import Callable

from django.db.models import Min

from customers.models import Business
from invoices.models import Invoice, LedgerDay
from reminders.scoring import SECTIONS, Figures, Scored, figures_of

SUNDAY = 6
SUNDAYS = 26
DAY = datetime.timedelta(days=1)


def days_to_tell(today: datetime.date, months: int) -> list[datetime.date]:
    """The last day of each of the last `months` full months, and the last 26 Sundays of that time, oldest first."""
    ends, day = [], today.replace(day=1) - DAY
    for _ in range(months):
        ends.append(day)
        day = day.replace(day=1) - DAY
    last = today - DAY * ((today.weekday() - SUNDAY) % 7 or 7)
    sundays = [last - 7 * DAY * week for week in range(SUNDAYS)]
    return sorted({*ends, *(on for on in sundays if ends and on > ends[-1])})


def backfill(
    business: Business, today: datetime.date, months: int, *, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Scored:
    """Counts each of these days anew and keeps it, but where a night counted it, and before the first invoice.

    Only what can be known afterwards: promises, queries and steps of that day may have changed since.
    """
    scored = Scored()
    first = Invoice.objects.filter(business=business).aggregate(first=Min("issued_on"))["first"]
    nights = set(LedgerDay.objects.filter(business=business, backfilled=False).values_list("on", flat=True))
    days = [on for on in days_to_tell(today, months) if first and on >= first and on not in nights]
    sections = [section for section in SECTIONS if section.of_the_past]
    for done, on in enumerate(days, start=1):
        figures = figures_of(business, on, sections, scored)
        _keep(business, on, figures)
        scored.currencies = sorted({*scored.currencies, *figures})
        progress(done, len(days))
    return scored


def _keep(business: Business, on: datetime.date, figures: Figures) -> None:
    rows = [
        LedgerDay(business=business, currency=currency, on=on, figures=part, backfilled=True)
        for currency, part in figures.items()
        if part
    ]
    keys = ["business", "currency", "on"]
    LedgerDay.objects.bulk_create(rows, update_conflicts=True, unique_fields=keys, update_fields=["figures"])
