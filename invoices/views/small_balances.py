"""What is left of invoices and too small to ask for: an owner writes it off with one click, and takes that back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arcollect.ids import read_ids
from arcollect.listing import Column, Listing, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view, owner_view
from customers.views.clock import today_of
from invoices.balances import BookingError
from invoices.models import WriteOff
from invoices.models.money import WriteOffKind
from invoices.smalls import small_balances, small_limit, write_off_small
from invoices.writing_off import take_back

LATEST = 20


@member_view
def small_list(request: HttpRequest) -> HttpResponseBase:
    """Open invoices of which hardly anything is left, and what was written off of such ones lately."""
    gone = WriteOff.objects.filter(business=request.business, kind=WriteOffKind.SMALL_BALANCE, reversed_on=None)
    context = {
        "limit": small_limit(request.business),
        "written_off": gone.select_related("invoice__customer", "by").order_by("-on", "-pk")[:LATEST],
        "today": today_of(request),
    }
    rows = small_balances(request.business).select_related("customer")
    return SMALL.respond(request, rows, "invoices/small_list.html", context)


@owner_view
@require_POST
def small_write_off(request: HttpRequest) -> HttpResponse:
    """Writes off what is left of the ticked invoices."""
    ids = read_ids(request.POST.getlist("invoice"))
    on = today_of(request)
    try:
        rows = write_off_small(business=request.business, invoice_ids=ids, on=on, actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
    else:
        words = ngettext("%(count)d balance written off.", "%(count)d balances written off.", len(rows))
        messages.success(request, words % {"count": len(rows)})
    return redirect("money-small", request.business.slug)


@owner_view
@require_POST
def small_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the balance again."""
    rows = WriteOff.objects.filter(kind=WriteOffKind.SMALL_BALANCE).select_related("business", "invoice__customer")
    take_back(row=get_row(request, rows, pk), on=today_of(request), actor=request.user)
    messages.success(request, _("Taken back: it is open again."))
    return redirect("money-small", request.business.slug)


SMALL = Listing(
    name="small-balances",
    columns=(
        Column("tick", ""),
        Column("number", lazy("Invoice"), lambda row: row.number, ("number",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("due", lazy("Due"), lambda row: row.due_on, ("due_on",)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("total", lazy("Total"), lambda row: format_plain(row.total, row.currency), ("total",), numeric=True),
        Column("balance", lazy("Left"), lambda row: format_plain(row.balance, row.currency), ("balance",), numeric=True),
    ),
    sort="due",
    search=search_in("number", "customer__name"),
    hint=lazy("Invoice, customer"),
    totals={lazy("Left"): "balance"},
)
