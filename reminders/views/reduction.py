"""The way down to one month's sales: the plan, the lanes of work, the hard decisions, and a paper for the team (P11)."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.money import format_plain, quantize
from customers.access import get_row, member_view, owner_view
from customers.profile import save_rules
from customers.views.clock import today_of
from invoices.lane_board import lane_board
from invoices.lanes import Lane
from invoices.models import ReductionPlan
from invoices.reducing import ReductionError, end_plan, start_plan
from invoices.reduction import Decision
from reminders.drawing import drawn
from reminders.forms.reduction import OddsForm, StartForm
from reminders.reduction import Reduction, currencies_of, hard_cases, lane_work, reduction
from reminders.reduction_chart import curve
from reminders.reduction_paper import paper
from reminders.standing import sums_now

ROWS = 5
# The meeting shares out what is listed.
PAPER_ROWS = 60


@member_view
def reduction_plan(request: HttpRequest) -> HttpResponse:
    """Where the plan of one currency stands (?currency=), what brings it down, and what only the owner decides."""
    view, currencies = _asked(request)
    return render(request, "reminders/reduction.html", _page(request, view) | {"currencies": currencies})


@owner_view
@require_POST
def reduction_start(request: HttpRequest) -> HttpResponse:
    """Begins a plan from what is owed at this moment."""
    view, currencies = _asked(request)
    form = StartForm(request.POST)
    if form.is_valid():
        terms = {"currency": view.currency, "start_amount": view.owed, "on": view.today, "actor": request.user}
        try:
            start_plan(business=request.business, **terms, **form.cleaned_data)
        except ReductionError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The plan begins today. Each night counts how far it is."))
            return _back(request, view.currency)
    context = _page(request, view) | {"currencies": currencies, "form": form}
    return render(request, "reminders/reduction.html", context, status=422)


@owner_view
@require_POST
def reduction_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a plan: reached, or given up for another."""
    plan = get_row(request, ReductionPlan.objects.select_related("business"), pk)
    end_plan(plan=plan, on=today_of(request), actor=request.user)
    messages.success(request, _("The plan has ended. Another may begin."))
    return _back(request, plan.currency)


@owner_view
def reduction_odds(request: HttpRequest) -> HttpResponse:
    """How likely each hard decision brings money, and what it costs."""
    business = request.business
    form = OddsForm.of(business.rules, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        save_rules(business=business, values=form.values(business.rules), actor=request.user)
        messages.success(request, _("Saved. Every decision is weighed with it from now on."))
        return redirect("reduction-plan", business.slug)
    return render(request, "reminders/reduction_odds.html", {"form": form})


@member_view
def reduction_file(request: HttpRequest) -> HttpResponse:
    """The plan on paper, for the meeting of the team."""
    view, _currencies = _asked(request)
    board = lane_board(request.business, view.today, view.currency, PAPER_ROWS)
    content = paper(request.business, view, lane_work(board), hard_cases(request.business, board.hard))
    name = f"debt-reduction-{view.currency}-{view.today.isoformat()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _asked(request: HttpRequest) -> tuple[Reduction, Sequence[str]]:
    """The plan of the currency asked for, else of the first, and all there are."""
    business, today = request.business, today_of(request)
    sums = sums_now(business, today)
    currencies = currencies_of(business, sums)
    asked = request.POST.get("currency") or request.GET.get("currency", "")
    return reduction(business, sums, asked if asked in currencies else currencies[0], today), currencies


def _page(request: HttpRequest, view: Reduction) -> dict[str, Any]:
    board = lane_board(request.business, view.today, view.currency, ROWS)
    chart = curve(view) if view.plan else None
    return {
        "view": view,
        "form": StartForm(initial=_offered(request, view)),
        "chart": chart,
        "drawing": drawn(chart) if chart else None,
        "lanes": lane_work(board),
        "cases": hard_cases(request.business, board.hard),
        "lane_names": list(Lane),
        "decision_names": [decision.label for decision in Decision],
        "owner": request.membership.is_owner,
    }


def _offered(request: HttpRequest, view: Reduction) -> dict[str, Any]:
    """What the form to begin a plan holds at first."""
    weeks = request.business.rules["glide_weeks"]
    if view.ratio.target is None:
        return {"weeks": weeks}
    return {"weeks": weeks, "target": format_plain(quantize(view.ratio.target, view.currency), view.currency)}


def _back(request: HttpRequest, currency: str) -> HttpResponse:
    there = redirect("reduction-plan", request.business.slug)
    there["Location"] += f"?currency={currency}"
    return there
