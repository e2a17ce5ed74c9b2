"""Whom to watch, and whom not to supply on credit: lists to work with and to hand on."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import member_view
from customers.models import Business
from customers.views.clock import today_of
from invoices.models import CustomerScore, Invoice
from invoices.models.insight import Segment
from invoices.segments import in_force
from invoices.warning_signs import WORDS
from reminders.stop_list import is_advised, on_plan, stopped, stops
from reminders.watching import WATCHED, watched, worries

MONEY = DecimalField(max_digits=18, decimal_places=3)


@member_view
def watch_list(request: HttpRequest) -> HttpResponseBase:
    """Who worries us, with the sign that says so, the newest first."""
    today = today_of(request)
    rows = _with_sums(watched(request.business, today), request.business, today)
    return watch_listing(request.business, today).respond(request, rows, "customers/watch_list.html", {"today": today})


@member_view
def watch_stops(request: HttpRequest) -> HttpResponseBase:
    """Whom not to supply on credit, and why, for those who take orders."""
    today = today_of(request)
    rows = stopped(request.business, today)
    return stop_listing(request.business, today).respond(request, rows, "customers/watch_stops.html", {"today": today})


def _with_sums(rows: QuerySet[CustomerScore], business: Business, today: datetime.date) -> QuerySet[CustomerScore]:
    """The scores with the segment they are `treated` as, and what is `late` and `owed` in the business's currency, to sort by."""
    held = in_force(business, today).filter(customer=OuterRef("customer"))
    still_open = Invoice.objects.filter(
        business=business, customer=OuterRef("customer"), balance__gt=0, currency=business.currency
    )
    sums = still_open.order_by().values("customer").annotate(sum=Sum("balance")).values("sum")
    late = still_open.filter(due_on__lt=today).order_by().values("customer").annotate(sum=Sum("balance")).values("sum")
    nothing = Value(Decimal(0), output_field=MONEY)
    return rows.annotate(
        treated=Coalesce(Subquery(held.values("segment")[:1]), F("segment")),
        treated_since=Coalesce(Subquery(held.values("set_on")[:1]), F("since")),
        owed=Coalesce(Subquery(sums), nothing),
        late=Coalesce(Subquery(late), nothing),
    )


def watch_listing(business: Business, today: datetime.date) -> Listing:
    """How the debtors to watch are searched, filtered and sorted; the file has what the page shows."""
    signs = [Option(code.value, words, Q(inputs__signs__icontains=f'"{code.value}"')) for code, words in WORDS.items()]
    return Listing(
        name="debtors-to-watch",
        sort="-since",
        columns=[
            Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
            Column("reference", lazy("Reference"), lambda row: row.customer.reference, screen=False),
            Column("segment", lazy("How they pay"), lambda row: row.segment.label, ("treated",)),
            Column("sign", lazy("What raised it"), lambda row: row.sign),
            Column("since", lazy("Since"), lambda row: row.since, ("treated_since",)),
            Column("late", lazy("Late"), lambda row: _sums(row.overdue), ("late",), numeric=True),
            Column("owed", lazy("Owed"), lambda row: _sums(row.owed), ("owed",), numeric=True),
        ],
        filters=[
            Filter(
                "segment",
                lazy("How they pay"),
                [Option(segment.value, Segment(segment).label, Q(treated=segment)) for segment in WATCHED],
                everything=lazy("All"),
                pills=True,
            ),
            Filter("sign", lazy("Sign"), signs, everything=lazy("Any sign")),
        ],
        search=search_in("customer__name", "customer__reference"),
        hint=lazy("Customer"),
        prepare=lambda rows: worries(business, rows, today),
    )


def stop_listing(business: Business, today: datetime.date) -> Listing:
    """How the stop list is searched and filtered; the file is what goes to those who take orders."""
    show = [
        Option("held", lazy("On hold"), Q(on_hold=True)),
        Option("advised", lazy("Hold suggested"), is_advised(business)),
        Option("plan", lazy("Plan runs"), on_plan(business)),
    ]
    return Listing(
        name="stop-list",
        sort="customer",
        columns=[
            Column("customer", lazy("Customer"), lambda row: row.customer.name, ("name",)),
            Column("reference", lazy("Reference"), lambda row: row.customer.reference, ("reference",)),
            Column("what", lazy("What to do"), lambda row: row.what, ("-on_hold",)),
            Column("why", lazy("Why"), lambda row: row.why),
        ],
        filters=[Filter("show", lazy("Show"), show, everything=lazy("All"), pills=True)],
        search=search_in("name", "reference", "legal_name"),
        hint=lazy("Name, reference"),
        prepare=lambda rows: stops(business, rows, today),
    )


def _sums(by_currency: Mapping[str, Decimal]) -> str:
    return "; ".join(f"{format_plain(amount, currency)} {currency}" for currency, amount in by_currency.items())
