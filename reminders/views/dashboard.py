"""Are we getting paid?"""

from typing import Any

from babel.numbers import get_currency_name
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from arcollect.money import format_plain, parse_locale
from customers.access import member_view
from customers.models.desk import CALL_KINDS
from invoices.models import Invoice
from reminders import dashboard
from reminders.standing import Standing, standings


@member_view
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """What is owed and how old it is, what needs a person today, and whether the figures are fresh."""
    now = timezone.now()
    today = request.business.local_date(now)
    standing = standings(request.business, today)
    context = {
        "today": today,
        "accounts": [_account(one) for one in standing],
        "work": dashboard.work(request.business, today, as_owner=request.membership.is_owner),
        "plans": dashboard.plans(request.business),
        "calls": CALL_KINDS,
        "health": dashboard.health(request.business, now),
        "held": Invoice.objects.filter(business=request.business, balance__gt=0, entry_hold=True).count(),
        "has_customers": bool(standing) or request.business.customers.exists(),
    }
    return render(request, "reminders/dashboard.html", context)


def _account(standing: Standing) -> dict[str, Any]:
    """One currency with its name ("US dollars") in the reader's language, and what the script draws of it."""
    code = standing.currency
    return {
        "standing": standing,
        "name": get_currency_name(code, count=2, locale=parse_locale(get_language() or "en")),
        "bars_id": f"bars-{code}",
        "bars": {
            "labels": [bucket.label for bucket in standing.buckets],
            "amounts": [format_plain(bucket.amount, code) for bucket in standing.buckets],
        },
    }
