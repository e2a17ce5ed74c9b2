"""Keeps the forecast of every open invoice, and how good the forecasts of the last quarter were (domain.md 2.12, 5)."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from customers.models import Business
from invoices.forecast import Forecast, Model, train
from invoices.forecast_evidence import Issued
from invoices.forecast_facts import ledger, still_open
from invoices.forecast_history import Past, Seen
from invoices.forecast_quality import judged, quality
from invoices.models import ForecastReview, Invoice, InvoiceForecast

A_DAY = datetime.timedelta(days=1)
PART = 2000
FORECAST = ["probability_late", "expected_on", "low_on", "high_on", "rests_on", "made_on"]


def store_forecasts(business: Business, today: datetime.date, after: int = 0) -> Iterator[int]:
    """Forecasts every open invoice with a greater id than `after` by what is known on `today`, some at a time, and yields the
    last id of each time; in the end it reviews the last quarter.

    What was forecast of an invoice when it was first looked at stays beside it, and so does what a later day forecast of it.
    Each time is its own transaction.
    """
    known = ledger(business)
    rows = forecasts(business, known, today, after)
    while part := list(islice(rows, PART)):
        _store(business, part, today)
        yield part[-1].invoice_id
    review(business, known, today)


def forecasts(business: Business, known: list[Issued], today: datetime.date, after: int = 0) -> Iterator[InvoiceForecast]:
    """Of every open invoice `after` an id, by what is known of the ledger on `today`; nothing is stored."""
    past = Past()
    model = train(known, today, past)
    past.move_to(today)
    for invoice in still_open(business, after):
        yield _row(business, invoice, model, past, today)


def kept_or_made(business: Business, as_of: datetime.date) -> dict[int, InvoiceForecast]:
    """By invoice: as the last night kept them, or where it was another day's, or an invoice came since, made now. Of a large
    ledger that takes longer than anybody waits for a page: those take what is `kept`."""
    rows = {row.pk: row for row in InvoiceForecast.objects.filter(business=business, invoice__balance__gt=0)}
    opened = Invoice.objects.filter(business=business, balance__gt=0).count()
    if len(rows) == opened and all(as_of - A_DAY <= row.made_on <= as_of for row in rows.values()):
        return rows
    return {row.invoice_id: row for row in forecasts(business, ledger(business), as_of)}


def kept(business: Business, as_of: datetime.date) -> dict[int, InvoiceForecast]:
    """By invoice, as the nights kept them. One that came since is forecast like the newest of its customer that is not overdue,
    or of whom has none like the one in the middle of the ledger; left out where there is neither. Two queries, nothing learned.
    """
    rows = list(InvoiceForecast.objects.filter(business=business, invoice__balance__gt=0).select_related("invoice"))
    not_due = sorted((row for row in rows if row.invoice.due_on >= as_of), key=lambda row: (row.invoice.issued_on, row.pk))
    theirs = {row.invoice.customer_id: row for row in not_due}
    middle = sorted(not_due, key=lambda row: row.expected_on - row.invoice.due_on)[len(not_due) // 2 :][:1]
    new = Invoice.objects.filter(business=business, balance__gt=0, forecast=None) if not_due else ()
    likes = {invoice: theirs.get(invoice.customer_id) or middle[0] for invoice in new}
    made = [_like(row, invoice, as_of, own=invoice.customer_id in theirs) for invoice, row in likes.items()]
    return {row.invoice_id: row for row in [*rows, *made]}


def _like(row: InvoiceForecast, invoice: Invoice, as_of: datetime.date, *, own: bool) -> InvoiceForecast:
    """Not stored: as late, or early, as `row`, and never before tomorrow; `own`: that is of the same customer."""
    expected, low, high = (
        max(as_of + A_DAY, invoice.due_on + (on - row.invoice.due_on)) for on in (row.expected_on, row.low_on, row.high_on)
    )
    return InvoiceForecast(
        business_id=invoice.business_id,
        invoice=invoice,
        probability_late=row.probability_late if invoice.due_on >= as_of else Decimal(1),
        expected_on=expected,
        low_on=low,
        high_on=high,
        rests_on=row.rests_on if own else {},
        made_on=row.made_on,
    )


def review(business: Business, known: list[Issued], today: datetime.date) -> None:
    """Judges the forecasts of the invoices issued in the last full quarter; anew on every night, since more of them are paid.
    What a later night said of that quarter stays."""
    since, until = last_quarter(today)
    found = {name: quality(rows) for name, rows in judged(known, since, until, today).items()}
    figures = {name: asdict(one) for name, one in found.items() if one is not None}
    if not figures or ForecastReview.objects.filter(business=business, until=until, made_on__gt=today).exists():
        return
    row = ForecastReview(business=business, since=since, until=until, figures=figures, made_on=today)
    ForecastReview.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["business", "until"],
        update_fields=["since", "figures", "made_on"],
    )


def last_quarter(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of the last full quarter of a year before `today`."""
    this = datetime.date(today.year, today.month - (today.month - 1) % 3, 1)
    until = this - A_DAY
    return datetime.date(until.year, until.month - 2, 1), until


def _row(business: Business, invoice: Issued, model: Model, past: Past, today: datetime.date) -> InvoiceForecast:
    seen = past.seen(invoice, today)
    found = model.forecast(seen, (today - invoice.due_on).days)
    return InvoiceForecast(
        business=business,
        invoice_id=invoice.id,
        probability_late=Decimal(f"{found.probability_late:.4f}"),
        expected_on=_on(invoice, found.expected),
        low_on=_on(invoice, found.low),
        high_on=_on(invoice, found.high),
        rests_on=rests_on(seen, found),
        made_on=today,
    )


def _as_first(row: InvoiceForecast) -> dict[str, Any]:
    return {
        "made_on": row.made_on.isoformat(),
        "probability_late": str(row.probability_late),
        "expected_on": row.expected_on.isoformat(),
        "low_on": row.low_on.isoformat(),
        "high_on": row.high_on.isoformat(),
    }


def rests_on(seen: Seen, found: Forecast) -> dict[str, Any]:
    """What people are told a forecast rests on: their payments, what of theirs is overdue, and the days each of them says."""
    return {
        "payments": seen.payments,
        "usual": None if seen.usual is None else round(seen.usual),
        "late_share": None if seen.late_share is None else round(seen.late_share, 4),
        "overdue": seen.overdue,
        "days": found.expected,
    }


def _on(invoice: Issued, days: int) -> datetime.date:
    return invoice.due_on + datetime.timedelta(days=days)


@transaction.atomic
def _store(business: Business, rows: Sequence[InvoiceForecast], today: datetime.date) -> None:
    """`rows`: by invoice id, at least one. Of these invoices, those a later day forecast are left alone."""
    theirs = InvoiceForecast.objects.filter(business=business, pk__gte=rows[0].invoice_id, pk__lte=rows[-1].invoice_id)
    known = {pk: (made_on, first) for pk, made_on, first in _locked(theirs)}
    written = [row for row in rows if row.invoice_id not in known or known[row.invoice_id][0] <= today]
    for row in written:
        _made_on, first = known.get(row.invoice_id, (None, {}))
        row.first = first or _as_first(row)
    InvoiceForecast.objects.bulk_create(
        written, update_conflicts=True, unique_fields=["invoice"], update_fields=[*FORECAST, "first"], batch_size=500
    )


def _locked(rows: QuerySet[InvoiceForecast]) -> Iterable[tuple[int, datetime.date, dict[str, Any]]]:
    return rows.order_by("pk").select_for_update().values_list("pk", "made_on", "first")
