"""The list of invoices, and the switch that stops reminders about one."""

import datetime
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.views.clock import today_of
from invoices.account import OpenInvoice, open_invoice
from invoices.closing import closed_by
from invoices.editing import set_no_reminders
from invoices.models import Dispute, Invoice
from invoices.standing import claims
from invoices.views.by_currency import by_currency

IN_DISPUTE = Q(Exists(Dispute.objects.filter(invoice=OuterRef("pk"), resolved_on=None)))


@member_view
def invoice_list(request: HttpRequest) -> HttpResponseBase:
    """Every invoice: what is open of it and how late it is."""
    today = today_of(request)
    rows = Invoice.objects.filter(business=request.business).select_related("customer")
    extra = by_currency(request.business, request.GET.get("currency", ""))
    return listing(today, extra).respond(request, rows, "invoices/invoice_list.html", {"today": today})


@require_POST
@member_view
def invoice_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops the reminders about an invoice, or lets them go on."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    stopped = request.POST.get("stopped") == "yes"
    set_no_reminders(invoice=invoice, stopped=stopped, actor=request.user)
    words = _("No more reminders about invoice %(number)s.") if stopped else _("Reminders about invoice %(number)s go on.")
    messages.success(request, words % {"number": invoice.number})
    return redirect("invoice-detail", request.business.slug, invoice.pk)


@member_view
def invoice_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored copy of the invoice itself, shown in the browser."""
    invoice = get_row(request, Invoice.objects.select_related("document"), pk)
    if invoice.document is None:
        raise Http404
    response = HttpResponse(bytes(invoice.document.bytes), content_type=invoice.document.content_type)
    response["Content-Disposition"] = content_disposition_header(False, invoice.document.name)
    return response


def listing(today: datetime.date, extra: Sequence[Filter] = ()) -> Listing:
    """How the list of invoices is searched, filtered and sorted on this day."""
    filters = [states(today), ages(today), *extra]
    return Listing(
        name="invoices",
        columns=COLUMNS,
        sort="late",
        filters=filters,
        search=search_in("number", "number_key", "customer__name", "customer__reference", "purchase_order"),
        hint=lazy("Number, customer, purchase order"),
        prepare=_prepare(today),
        totals={lazy("Invoiced"): "total", lazy("Open"): "balance"},
    )


def _prepare(today: datetime.date) -> Callable[[list[Invoice]], list[OpenInvoice]]:
    def prepare(rows: list[Invoice]) -> list[OpenInvoice]:
        against = claims({row.customer_id for row in rows})
        closed = closed_by([row.pk for row in rows if not row.balance])
        return [open_invoice(row, against, today, closed.get(row.pk)) for row in rows]

    return prepare


def states(today: datetime.date) -> Filter:
    """Where an invoice stands on this day; the open ones unless somebody asks for others."""
    options = [
        Option("open", lazy("Open"), Q(balance__gt=0)),
        Option("overdue", lazy("Overdue"), Q(balance__gt=0, due_on__lt=today)),
        Option("disputed", lazy("In dispute"), IN_DISPUTE),
        Option("held", lazy("Held back"), Q(balance__gt=0) & (Q(no_reminders=True) | Q(entry_hold=True))),
        Option("paid", lazy("Closed"), Q(balance=0)),
    ]
    return Filter("show", lazy("Show"), options, everything=lazy("All"), default="open", pills=True)


def ages(today: datetime.date) -> Filter:
    """The ageing buckets of domain.md 2.1, by due date."""

    def late(first: int, last: int) -> Q:
        day = datetime.timedelta(days=1)
        return Q(balance__gt=0, due_on__lte=today - first * day, due_on__gte=today - last * day)

    options = [
        Option("current", lazy("Not due yet"), Q(balance__gt=0, due_on__gte=today)),
        Option("1-30", lazy("1 to 30 days late"), late(1, 30)),
        Option("31-60", lazy("31 to 60 days late"), late(31, 60)),
        Option("61-90", lazy("61 to 90 days late"), late(61, 90)),
        Option("90+", lazy("More than 90 days late"), Q(balance__gt=0, due_on__lt=today - datetime.timedelta(days=90))),
    ]
    return Filter("age", lazy("Age"), options, everything=lazy("Any age"))


COLUMNS = [
    Column("number", lazy("Invoice"), lambda item: item.row.number, ("number",)),
    Column("customer", lazy("Customer"), lambda item: item.row.customer.name, ("customer__name",)),
    Column("reference", lazy("Reference"), lambda item: item.row.customer.reference, screen=False),
    Column("issued", lazy("Issued"), lambda item: item.row.issued_on, ("issued_on",)),
    Column("due", lazy("Due"), lambda item: item.row.due_on, ("due_on",)),
    Column("late", lazy("Days late"), lambda item: item.days_past_due if item.row.balance else "", ("due_on",), numeric=True),
    Column("currency", lazy("Currency"), lambda item: item.row.currency, screen=False),
    Column("total", lazy("Total"), lambda item: format_plain(item.row.total, item.row.currency), ("total",), numeric=True),
    Column("open", lazy("Open"), lambda item: format_plain(item.row.balance, item.row.currency), ("balance",), numeric=True),
    Column("disputed", lazy("In dispute"), lambda item: format_plain(item.disputed, item.row.currency), screen=False),
    Column("state", lazy("State")),
]
