"""Are we getting paid?"""

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_name
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.money import parse_locale
from customers.access import member_view, owner_view
from customers.models import Business
from invoices.counted import changed_since_counted
from invoices.metrics import EDGES
from invoices.models import Invoice
from reminders import dashboard, dashboard_charts
from reminders.board import board, target_days
from reminders.overview_facts import Overview, overview
from reminders.owner_decisions import decisions
from reminders.scoring import score_night
from reminders.standing import Standing, standings_with
from reminders.watching import worrying


@member_view
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """What is owed and how old it is, what only the owner decides, and where it goes. `?currency=`: another than the first."""
    business, now = request.business, timezone.now()
    today = business.local_date(now)
    changed = changed_since_counted(business, today)
    found = standings_with(business, today, changed)
    context = {
        "today": today,
        "work": dashboard.work(business, today, as_owner=request.membership.is_owner),
        "plans": dashboard.plans(business),
        "health": dashboard.health(business, now),
        "held": Invoice.objects.filter(business=business, balance__gt=0, entry_hold=True).count(),
        "has_customers": bool(found) or business.customers.exists(),
    }
    if found:
        context |= _shown(business, overview(business, _asked(request, found), today, changed), found, request)
    return render(request, "reminders/dashboard.html", context)


@owner_view
@require_POST
def dashboard_count(request: HttpRequest) -> HttpResponse:
    """Counts now what the night would, where that is done while one waits."""
    business = request.business
    open_now = Invoice.objects.filter(business=business, balance__gt=0).order_by()
    if open_now[COUNTED_AT_ONCE : COUNTED_AT_ONCE + 1].exists():
        messages.info(request, _("Your ledger is too large to be counted while you wait: the figures come tonight."))
    elif score_night(business, business.local_date(timezone.now())).failed:
        messages.warning(request, _("Not everything could be counted. The log of the server says why; the night tries again."))
    else:
        messages.success(request, _("Counted."))
    return redirect("dashboard", business.slug)


@owner_view
def dashboard_summary(request: HttpRequest) -> HttpResponse:
    """Whether the reader gets the weekly summary of this business by e-mail: each owner for themselves."""
    member = request.membership
    if request.method == "POST":
        member.weekly_summary = "weekly_summary" in request.POST
        member.save(update_fields=["weekly_summary"])
        on = _("You get the weekly summary by e-mail.")
        messages.success(request, on if member.weekly_summary else _("You get no weekly summary any more."))
        return redirect("dashboard-summary", request.business.slug)
    rule = request.business.rules["weekly_summary"]
    weekday = parse_locale(get_language() or "en").days["format"]["wide"][rule["weekday"]]
    return render(request, "reminders/dashboard_summary.html", {"weekday": weekday, "hour": f"{rule['hour']:02}:00"})


def _asked(request: HttpRequest, found: Sequence[Standing]) -> Standing:
    """The currency in the address, else the first: the business's own, where anything is owed in it."""
    wanted = request.GET.get("currency", "")
    return next((one for one in found if one.currency == wanted), found[0])


def _shown(business: Business, view: Overview, found: Sequence[Standing], request: HttpRequest) -> dict[str, Any]:
    """One currency in full, and the names of all."""
    locale = parse_locale(get_language() or "en")
    return board(business, view) | {
        "currencies": [(one.currency, get_currency_name(one.currency, count=2, locale=locale)) for one in found],
        "report": {
            **{key: _report(business, name, view.currency) for key, name in BEHIND.items()},
            "team": _report(business, "team", view.currency, view.latest.on - A_DAY if view.latest else None),
            "plan": f"{reverse('reduction-plan', args=[business.slug])}?currency={view.currency}",
        },
        "charts": _charts(view, business),
        "other_ages": business.rules["ageing"]["edges"] != list(EDGES),
        "worries": worrying(business, view.today, WORRIES),
        "decisions": decisions(business, view.today) if request.membership.is_owner else None,
    }


WORRIES = 4
# Of this many open invoices the figures take a few seconds.
COUNTED_AT_ONCE = 5000
BEHIND = {
    "dso": "dso",
    "cei": "cei",
    "ratio": "ledger-ratio",
    "promises": "promises",
    "steps": "steps",
}
# A night counts the full days before it of what the team did.
A_DAY = datetime.timedelta(days=1)


def _report(business: Business, name: str, currency: str, as_of: datetime.date | None = None) -> str:
    """The address of a report in one currency, as of a day where it is not today."""
    day = f"&as_of={as_of.isoformat()}" if as_of else ""
    return f"{reverse('report-detail', args=[business.slug, name])}?currency={currency}{day}"


def _charts(view: Overview, business: Business) -> dict[str, Any]:
    """By name; None where there is nothing to draw yet."""
    invoices = reverse("invoice-list", args=[business.slug])

    def of_age(bucket: str) -> str:
        return f"{invoices}?{urlencode({'show': 'all', 'age': bucket, 'currency': view.currency})}"

    return {
        "ageing": dashboard_charts.ageing(view, of_age),
        "trend": dashboard_charts.trend(view),
        "dso": dashboard_charts.dso(view, target_days(business)),
        "glide": dashboard_charts.glide(view),
        "cash": dashboard_charts.cash(view),
    }
