"""What came in: every payment with the day it came and what it was booked on."""

import datetime
from functools import partial

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import member_view
from customers.views.clock import today_of
from invoices.models import Payment
from invoices.views.by_currency import by_currency


@member_view
def money_received(request: HttpRequest) -> HttpResponseBase:
    """Every payment that was not returned, the newest first. `?since=30`: of the last thirty days."""
    today = today_of(request)
    rows = Payment.objects.filter(business=request.business, returned_on=None).select_related("customer")
    filters = [within(today), *by_currency(request.business, request.GET.get("currency", ""))]
    return listing(filters=filters).respond(request, rows, "invoices/money_received.html", {"today": today})


def within(today: datetime.date) -> Filter:
    """Of the last thirty or ninety days, today the last of them, or of the week before today."""

    def since(days: int) -> Q:
        return Q(received_on__gt=today - datetime.timedelta(days=days), received_on__lte=today)

    day = datetime.timedelta(days=1)
    week = Q(received_on__gte=today - 7 * day, received_on__lte=today - day)
    options = [
        Option("week", lazy("Last 7 full days"), week),
        Option("30", lazy("Last 30 days"), since(30)),
        Option("90", lazy("Last 90 days"), since(90)),
    ]
    return Filter("since", lazy("When"), options, everything=lazy("All"), default="30", pills=True)


listing = partial(
    Listing,
    name="received",
    sort="-received",
    columns=[
        Column("received", lazy("Received on"), lambda row: row.received_on, ("received_on",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("reference", lazy("Reference"), lambda row: row.reference),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("amount", lazy("Amount"), lambda row: format_plain(row.amount, row.currency), ("amount",), numeric=True),
        Column("left", lazy("Not matched"), lambda row: format_plain(row.unapplied, row.currency), numeric=True),
    ],
    search=search_in("customer__name", "customer__reference", "reference"),
    hint=lazy("Customer, reference"),
    totals={lazy("Received"): "amount"},
)
