"""Which money comes in next: week by week, what that rests on, the rows behind it, and how good the forecast was."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from arcollect.filters import brief
from arcollect.listing import PAGE_SIZE, ListPage, Total
from arcollect.sheets import csv_response
from customers.access import member_view
from customers.models import Business
from customers.views.clock import today_of
from invoices.cash_forecast import UNDATED, WEEKS
from invoices.cash_kept import cash_now
from invoices.cash_rows import slices_within
from invoices.counted import changed_since_counted
from invoices.models import ForecastReview
from reminders.dashboard_charts import cash_weeks
from reminders.forecast_words import judgements
from reminders.overview import Week, weeks
from reminders.reports import REPORTS
from reminders.reports.forecast import CASH_COLUMNS, cash_report, cash_row
from reminders.reports.tables import heads_of, rows_of

KIND = REPORTS["cash"]
NEVER = "undated"
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A week of the page, all that is later, or what has no day: what it is called and the rows behind it."""

    key: str
    label: str
    amount: Decimal


@member_view
def cash_expected(request: HttpRequest) -> HttpResponseBase:
    """`?currency=` and `?week=` (0 the seven days from tomorrow on, "undated") choose the rows; `&format=csv` gives them."""
    business, today = request.business, today_of(request)
    cash = cash_now(business, today, changed_since_counted(business, today))
    currencies = sorted(cash.forecasts, key=lambda code: (code != business.currency, code))
    asked = request.GET.get("currency", "")
    currency = asked if asked in currencies else next(iter(currencies), business.currency)
    found = cash.forecasts.get(currency, {})
    rows = weeks({"forecast": found})
    spans = _spans(rows, found)
    span = next((one for one in spans if one.key == request.GET.get("week")), spans[0])
    place = UNDATED if span.key == NEVER else int(span.key)
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    slices = slices_within(cash, business, currency, place, words, sort)
    if request.GET.get("format") == "csv":
        return csv_response(f"cash-{currency}-{span.key}", CASH_COLUMNS, (cash_row(one).values() for one in slices))
    context = {
        "chart": cash_weeks(rows, currency, [_address(business, currency, str(place)) for place in range(len(rows))]),
        "currency": currency,
        "currencies": currencies,
        "four_weeks": sum((row.total for row in rows[:4]), NOTHING),
        "eight_weeks": sum((row.total for row in rows), NOTHING),
        "later": spans[-2].amount,
        "undated": spans[-1].amount,
        "spans": spans,
        "span": span,
        "list": _list(request, Paginator(slices, PAGE_SIZE).get_page(request.GET.get("page")), currency, span.amount),
        "as_of": cash.on,
        "today": today,
        **_review(business),
    }
    return render(request, "reminders/report_cash.html", context)


def _spans(rows: list[Week], figures: Mapping[str, Any]) -> list[Span]:
    """The weeks, "later", and what has no day."""
    found = [Span(str(place), _("From %(day)s") % {"day": brief(week.since)}, week.total) for place, week in enumerate(rows)]
    later, undated = (Decimal(str(figures.get(name, 0))) for name in ("later", NEVER))
    return [*found, Span(str(WEEKS), _("Later"), later), Span(NEVER, _("Nobody knows when"), undated)]


def _list(request: HttpRequest, page: Any, currency: str, worth: Decimal) -> ListPage:
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    slug, report = request.business.slug, cash_report(page.object_list, {})
    return ListPage(
        rows=[(row, reverse(row.opens[0], args=[slug, row.opens[1]])) for row in rows_of(report, KIND, words="", sort="")],
        page=page,
        words=words,
        choices=[],
        heads=heads_of(report, KIND, sort),
        totals=[Total(_("Counts as"), [(currency, worth)])] if not words else [],
        narrowed=bool(words),
        searchable=True,
        sort=sort,
        hint="",
    )


def _address(business: Business, currency: str, week: str) -> str:
    return f"{reverse('report-cash', args=[business.slug])}?{urlencode({'currency': currency, 'week': week})}#rows"


def _review(business: Business) -> dict[str, Any]:
    """How good the forecasts of the last quarter were, the newest review there is."""
    row = ForecastReview.objects.filter(business=business).first()
    if row is None:
        return {"review": None}
    found = judgements(row.figures)
    return {"review": row, "judgements": found, "model": found[0], "counted": row.figures["model"]}
