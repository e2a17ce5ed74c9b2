"""The list of customers with what each owes, in one currency at a time: sums of two currencies are never added."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Case, DecimalField, F, FilteredRelation, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import member_view
from customers.models import Business, Customer
from customers.views.clock import today_of
from invoices.counted import changed_since_counted
from invoices.models import Invoice
from invoices.models.insight import Segment
from invoices.segments import is_treated_as
from invoices.views.by_currency import currencies

MONEY = DecimalField(max_digits=18, decimal_places=3)
FLAGGED = Q(no_reminders=True) | Q(cease_contact=True) | Q(vulnerable=True) | Q(insolvent=True) | Q(deceased=True)
FLAGGED |= Q(moratorium_until__isnull=False) | ~Q(represented_by="")


@member_view
def customer_list(request: HttpRequest) -> HttpResponseBase:
    """Who owes us, how much of it is late, and since when."""
    today = today_of(request)
    known = currencies(request.business)
    chosen = request.GET.get("currency")
    currency = chosen if chosen in known else known[0]
    rows = owing(request.business, currency, today)
    context = {"today": today, "currency": currency}
    return listing(request.business, currency, known, today).respond(request, rows, "customers/customer_list.html", context)


def owing(business: Business, currency: str, today: datetime.date) -> QuerySet[Customer]:
    """The customers with `owed`, `overdue` and `oldest` (due date of the oldest late invoice, or None) in one currency: as the
    night stored it, added up from their invoices for those who changed since."""
    changed = changed_since_counted(business, today)
    now = _added_up(business, currency, today)
    stored = {"owed": F("stored__current") + F("stored__overdue"), "overdue": F("stored__overdue")}
    stored["oldest"] = Case(When(stored__overdue__gt=0, then=F("stored__oldest_due_on")))
    if changed is not None:
        now = {name: Case(When(pk__in=changed, then=now[name]), default=stored[name]) for name in now}
    nothing = Value(0, output_field=MONEY)
    rows = Customer.objects.filter(business=business, merged_into=None)
    of_today = FilteredRelation("standings", condition=Q(standings__currency=currency, standings__on=today))
    return rows.annotate(stored=of_today).annotate(
        currency=Value(currency),
        owed=Coalesce(now["owed"], nothing),
        overdue=Coalesce(now["overdue"], nothing),
        oldest=now["oldest"],
        # Databases disagree on where nothing sorts: the never late come after today's.
        oldest_sort=Case(When(oldest=None, then=Value(today)), default=F("oldest")),
    )


def _added_up(business: Business, currency: str, today: datetime.date) -> dict[str, Any]:
    """The three figures from the invoices themselves."""
    still_open = Invoice.objects.filter(business=business, customer=OuterRef("pk"), balance__gt=0, currency=currency)
    by_customer = still_open.order_by().values("customer")
    late = by_customer.filter(due_on__lt=today)
    return {
        "owed": Subquery(by_customer.annotate(sum=Sum("balance")).values("sum")),
        "overdue": Subquery(late.annotate(sum=Sum("balance")).values("sum")),
        "oldest": Subquery(late.annotate(first=Min("due_on")).values("first")),
    }


def listing(business: Business, currency: str, known: Sequence[str], today: datetime.date) -> Listing:
    """How the list of customers is searched, filtered and sorted."""
    show = [
        Option("overdue", lazy("Late"), Q(overdue__gt=0)),
        Option("owing", lazy("Owing"), Q(owed__gt=0)),
        Option("hold", lazy("On hold"), Q(on_hold=True)),
        Option("flagged", lazy("Flagged"), FLAGGED),
        Option("settled", lazy("Owing nothing"), Q(owed=0)),
    ]
    pays = [Option(segment.value, segment.label, is_treated_as(business, segment, today)) for segment in Segment]
    filters = [
        Filter("show", lazy("Show"), show, everything=lazy("All"), pills=True),
        Filter("pays", lazy("How they pay"), pays, everything=lazy("However they pay")),
    ]
    if len(known) > 1:
        # Every option keeps every customer: the choice decides which currency's sums stand beside them.
        options = [Option(code, code, Q()) for code in known]
        filters.append(Filter("currency", lazy("Currency"), options, default=currency))
    return Listing(
        name="customers",
        columns=columns(currency),
        sort="-overdue",
        filters=filters,
        search=search_in("name", "reference", "legal_name", "city"),
        hint=lazy("Name, reference, town"),
        prepare=lambda rows: [_with_days_late(row, today) for row in rows],
        totals={lazy("Owed"): "owed", lazy("Late"): "overdue"},
    )


def columns(currency: str) -> list[Column]:
    """Amounts are all in `currency`, which the heads name once."""
    in_currency = {"currency": currency}
    return [
        Column("name", lazy("Customer"), lambda row: row.name, ("name",)),
        Column("reference", lazy("Reference"), lambda row: row.reference, ("reference",)),
        Column("city", lazy("Town"), lambda row: row.city, screen=False),
        Column("country", lazy("Country"), lambda row: row.country, screen=False),
        Column("flags", lazy("Flags")),
        Column("late", lazy("Days late"), lambda row: row.days_late or "", ("-oldest_sort",), numeric=True),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("overdue", _("Late, %(currency)s") % in_currency, _plain("overdue"), ("overdue",), numeric=True),
        Column("owed", _("Owed, %(currency)s") % in_currency, _plain("owed"), ("owed",), numeric=True),
    ]


def _plain(name: str) -> Callable[[Customer], str]:
    return lambda row: format_plain(getattr(row, name), row.currency)


def _with_days_late(row: Customer, today: datetime.date) -> Customer:
    row.days_late = (today - row.oldest).days if row.oldest else 0
    return row
