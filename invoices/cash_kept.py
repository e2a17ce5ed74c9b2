"""Keeps what is expected every night, so that no page reads every open invoice; the only writer of ExpectedCash."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from customers.models import Business
from customers.spans import spans
from invoices.cash_facts import Whose, expected, figures, of, rates, with_words_kept
from invoices.cash_forecast import Expected, Outlook, Rates, Source, Week, empty_outlook, outlooks, week_of
from invoices.models import ExpectedCash, LedgerDay

# So many customers are written in one transaction, so many rows in one statement.
BATCH, PART = 500, 2000
KEPT_DIGITS = Decimal("0.0001")
# Below this name the figures of a day say how surely money came in that night, so that what changes in the day is weighed alike.
RATES = "rates"
# By (week, source): what is expected then.
Sums = dict[tuple[int, str], Decimal]


def store_cash(business: Business, today: datetime.date, after: int = 0) -> Iterator[int]:
    """Counts the slices of the customers with a greater id than `after` anew, some customers at a time, and yields the last id
    of each time, which is its own transaction. What a later day expected stays, and nothing is counted.
    """
    if _kept_later(business, today):
        return
    known = rates(business, today)
    for first, last in spans(business, after, BATCH):
        _store(business, today, {"range": (first, last)}, known)
        yield last


@transaction.atomic
def _store(business: Business, today: datetime.date, whose: Whose, known: Rates) -> None:
    ExpectedCash.objects.filter(of("customer", whose), business=business).delete()
    slices = expected(business, today, whose, known)
    while part := list(islice(slices, PART)):
        ExpectedCash.objects.bulk_create(rows_of(business, part, today))


def rows_of(business: Business, slices: Iterable[Expected], today: datetime.date) -> list[ExpectedCash]:
    """These slices as they are kept."""
    return [
        ExpectedCash(
            business=business,
            customer_id=one.customer_id,
            invoice_id=one.invoice_id,
            plan_id=one.plan_id,
            currency=one.currency,
            counted_on=today,
            week=week_of(one.on, today),
            on=one.on,
            amount=one.amount,
            share=one.share.quantize(KEPT_DIGITS, ROUND_DOWN),  # Nothing is kept as surer than it is.
            worth=one.worth,
            source=one.source,
        )
        for one in slices
    ]


def kept_section(business: Business, today: datetime.date) -> dict[str, dict[str, Any]]:
    """By currency {"forecast": see `invoices.cash_facts.figures`}, added up from what is kept of `today`, with the rates it rests
    on; nothing where a later day is kept. Twelve queries.

    Raises ValueError where what is kept of a customer is of an earlier day. A currency in which nothing is expected any more is
    said to have nothing.
    """
    if _kept_later(business, today):
        return {}
    rows = ExpectedCash.objects.filter(business=business)
    if rows.exclude(counted_on=today).exists():
        raise ValueError(f"What is expected was not counted whole on {today}.")
    found = {currency: empty_outlook(today) for currency in _said(business, today)}
    for currency, sums in _sums(rows).items():
        _add(found.setdefault(currency, empty_outlook(today)), sums)
    known = _plain_rates(rates(business, today))
    return {currency: {"forecast": figures(outlook, currency) | {RATES: known}} for currency, outlook in sorted(found.items())}


def _kept_later(business: Business, today: datetime.date) -> bool:
    return ExpectedCash.objects.filter(business=business, counted_on__gt=today).exists()


def _said(business: Business, on: datetime.date) -> list[str]:
    """The currencies in which something was expected earlier in the day."""
    days = LedgerDay.objects.filter(business=business, on=on, backfilled=False, figures__has_key="forecast")
    return list(days.values_list("currency", flat=True))


def _sums(rows: QuerySet[ExpectedCash]) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for currency, week, source, worth in (
        rows.order_by().values_list("currency", "week", "source").annotate(sum_worth=Sum("worth"))
    ):
        found.setdefault(currency, {})[week, source] = worth
    return found


def _add(outlook: Outlook, sums: Sums, sign: int = 1) -> None:
    for (week, source), worth in sums.items():
        outlook.add(week, Source(source), sign * worth)


def _plain_rates(known: Rates) -> dict[str, Any]:
    buckets = {name: str(rate) for name, rate in known.buckets.items()}
    return {"buckets": buckets, "lags": dict(known.lags), "prior": [str(one) for one in known.prior]}


@dataclass(frozen=True, slots=True)
class Cash:
    """What is expected now, as pages say it: `forecasts` by currency (as LedgerDay.figures has them), of the night of `on`.

    `rows`: the slices kept of customers nobody touched since; `fresh`: those of all others, as they are now.
    """

    on: datetime.date
    forecasts: Mapping[str, Mapping[str, Any]]
    rows: QuerySet[ExpectedCash]
    fresh: list[ExpectedCash]


def cash_now(business: Business, today: datetime.date, changed: list[int] | None) -> Cash:
    """The last night's forecast, counted again for the customers `changed` since (see `invoices.counted`); None: of too many,
    so that the night's must do until the jobs count anew. Before any night what there is now. A fixed number of queries.
    """
    on, kept = _last_night(business, today)
    if on is None:
        slices = list(expected(business, today))
        forecasts = {currency: figures(outlook, currency) for currency, outlook in outlooks(slices, today).items()}
        return Cash(today, forecasts, ExpectedCash.objects.none(), rows_of(business, slices, today))
    return with_changed(business, on, kept, changed if on == today else None)


def with_changed(business: Business, on: datetime.date, kept: Mapping[str, Mapping[str, Any]], changed: list[int] | None) -> Cash:
    """What the night of `on` kept by currency, with the customers `changed` since as they are now. Eleven queries at most."""
    rows = ExpectedCash.objects.filter(business=business, counted_on=on)
    if not changed or not kept:
        return Cash(on, kept, rows, [])
    whose = {"in": changed}
    known = _rates_of(next(iter(kept.values())), business, on, whose)
    fresh = rows_of(business, expected(business, on, whose, known), on)
    before, forecasts = _sums(rows.filter(customer__in=changed)), dict(kept)
    for currency in {*before, *(one.currency for one in fresh)}:
        outlook = outlook_of(kept[currency]) if currency in kept else empty_outlook(on)
        _add(outlook, before.get(currency, {}), -1)
        for one in fresh:
            if one.currency == currency:
                outlook.add(one.week, Source(one.source), one.worth)
        forecasts[currency] = figures(outlook, currency)
    return Cash(on, forecasts, rows.exclude(customer__in=changed), fresh)


@transaction.atomic
def store_changed(*, business: Business, today: datetime.date, changed: list[int]) -> dict[str, dict[str, Any]]:
    """Keeps what is expected of the customers `changed` since the night of `today` as it is now, and returns the figures with
    that, by currency as `kept_section` does; none where that night has no sums yet."""
    days = LedgerDay.objects.filter(business=business, on=today, backfilled=False).values_list("currency", "figures")
    kept = {currency: figures["forecast"] for currency, figures in days if "forecast" in figures}
    found = with_changed(business, today, kept, changed)
    fresh = found.fresh if kept else rows_of(business, expected(business, today, {"in": changed}), today)
    ExpectedCash.objects.filter(business=business, customer__in=changed).delete()
    ExpectedCash.objects.bulk_create(fresh, batch_size=PART)
    known = next((one[RATES] for one in kept.values() if RATES in one), {})
    told = {RATES: known} if known else {}
    return {currency: {"forecast": {**one, **told}} for currency, one in found.forecasts.items()}


def _last_night(business: Business, today: datetime.date) -> tuple[datetime.date | None, dict[str, Mapping[str, Any]]]:
    """The newest night that counted what is expected, and that by currency; of today in one query."""
    nights = LedgerDay.objects.filter(business=business, backfilled=False)
    for on in _days(nights, today):
        rows = nights.filter(on=on).values_list("currency", "figures")
        found = {currency: one["forecast"] for currency, one in rows if "forecast" in one}
        if found:
            return on, found
    return None, {}


def _days(nights: QuerySet[LedgerDay], today: datetime.date) -> Iterator[datetime.date]:
    yield today
    told = nights.filter(on__lt=today, figures__has_key="forecast").order_by("-on").values_list("on", flat=True).first()
    if told:
        yield told


def _rates_of(forecast: Mapping[str, Any], business: Business, on: datetime.date, whose: Whose) -> Rates:
    """As the night had them, but for how these customers keep their word."""
    told = forecast.get(RATES)
    if told is None:
        return rates(business, on)
    known = Rates({name: Decimal(rate) for name, rate in told["buckets"].items()}, told["lags"], told["prior"])
    return with_words_kept(known, business, on, whose)


def outlook_of(forecast: Mapping[str, Any]) -> Outlook:
    """The figures as `invoices.cash_facts.figures` writes them, read back."""
    weeks = [
        Week(
            datetime.date.fromisoformat(week["from"]),
            {source: Decimal(str(week["by"].get(source, 0))) for source in Source},
        )
        for week in forecast["weeks"]
    ]
    return Outlook(weeks, Decimal(str(forecast["later"])), Decimal(str(forecast["undated"])))
