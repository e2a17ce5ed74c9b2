"""The room of reports: each in one sentence with its figure, and a page a report with the rows it is made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date

from arcollect.listing import PAGE_SIZE, ListPage
from arcollect.sheets import csv_response
from customers.access import member_view
from customers.models import Business
from customers.views.clock import today_of
from invoices import ledger_figures, promise_figures
from reminders.reports import REPORTS, Kind, Report
from reminders.reports.tables import Shown, figures_of, heads_of, in_currency, rows_of, shown_figure
from reminders.standing import latest_day


@dataclass(frozen=True, slots=True)
class Entry:
    """A report in the index: what it says, its page, and its figure where the nights keep one."""

    kind: Kind
    address: str
    figure: Shown | None


@member_view
def report_list(request: HttpRequest) -> HttpResponse:
    """Every report in one sentence, with its figure in the currency of the business as the last night has it."""
    business, today = request.business, today_of(request)
    on, figures = _kept(business, today)
    entries = [
        Entry(kind, _page_of(business, name, kind), shown_figure(kind, figures, business.currency))
        for name, kind in REPORTS.items()
    ]
    return render(request, "reminders/report_list.html", {"entries": entries, "on": on, "today": today})


@member_view
def report_detail(request: HttpRequest, name: str) -> HttpResponseBase:
    """One report as of the day the address asks for (?as_of=), today where it asks for none or one to come.

    What has a page of its own is shown there; here is its file with all rows.
    """
    kind = REPORTS.get(name)
    if kind is None:
        raise Http404
    if kind.page and request.GET.get("format") != "csv":
        return redirect(f"{reverse(kind.page, args=[request.business.slug])}?{request.GET.urlencode()}")
    today = today_of(request)
    as_of = _day_asked(request, kind, today)
    whole = kind.read(request.business, as_of)
    report = in_currency(whole, request.GET.get("currency", ""))
    rows = rows_of(report, kind, words=request.GET.get("q", "").strip(), sort=request.GET.get("sort", ""))
    if request.GET.get("format") == "csv":
        return csv_response(f"{name}-{as_of.isoformat()}", report.columns, (row.plain.values() for row in rows))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = _page(request, kind, report, page)
    context |= {"name": name, "as_of": as_of, "today": today, "currency": request.GET.get("currency", "")}
    context["currencies"] = sorted(whole.figures, key=lambda code: (code != request.business.currency, code))
    return render(request, "reminders/report_detail.html", context)


def _page(request: HttpRequest, kind: Kind, report: Report, page: Any) -> dict[str, Any]:
    """Figures by currency, and the page of rows as the component of lists draws its head and its foot."""
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    heads = heads_of(report, kind, sort)
    shown = ListPage(
        rows=[(row, _address(request, row.opens)) for row in page.object_list],
        page=page,
        words=words,
        choices=[],
        heads=heads,
        totals=[],
        narrowed=bool(words),
        searchable=True,
        sort=sort,
        hint="",
    )
    return {
        "kind": kind,
        "report": report,
        "list": shown,
        "accounts": figures_of(report, kind, request.business.currency),
        "has_rows": bool(report.rows),
    }


def _page_of(business: Business, name: str, kind: Kind) -> str:
    return reverse(kind.page, args=[business.slug]) if kind.page else reverse("report-detail", args=[business.slug, name])


def _address(request: HttpRequest, opens: tuple[str, int] | None) -> str:
    return reverse(opens[0], args=[request.business.slug, opens[1]]) if opens else ""


def _day_asked(request: HttpRequest, kind: Kind, today: datetime.date) -> datetime.date:
    try:
        asked = parse_date(request.GET.get("as_of", "")) if kind.past else None
    except ValueError:  # Looks like a day and is none: 2026-02-31.
        asked = None
    return min(asked or today, today)


def _kept(business: Business, today: datetime.date) -> tuple[datetime.date, Mapping[str, Any]]:
    """The figures of the last night and its day; before the first night those of this moment."""
    night = latest_day(business, business.currency, today)
    if night:
        return night.on, night.figures
    sections = (ledger_figures.section, promise_figures.section)
    found: dict[str, Any] = {}
    for section in sections:
        found |= section(business, today).get(business.currency, {})
    return today, found
