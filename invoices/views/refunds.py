"""Money paid back to customers: noted, listed, taken back."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Task
from customers.models.desk import TaskKind, TaskState
from customers.views.clock import today_of
from invoices.balances import BookingError
from invoices.forms.money import RefundForm
from invoices.models import CreditNote, Invoice, Payment, Refund
from invoices.refunding import Source, pay_back, take_back_refund


@member_view
def payment_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that what is left of a payment went back to the customer."""
    return _refund(request, get_row(request, Payment.objects.select_related("business", "customer"), pk))


@member_view
def credit_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that what is left of a credit note was paid out to the customer."""
    return _refund(request, get_row(request, CreditNote.objects.select_related("business", "customer"), pk))


@member_view
def refund_list(request: HttpRequest) -> HttpResponseBase:
    """What was paid back, the latest first; above it what is due to be."""
    rows = Refund.objects.filter(business=request.business).select_related("customer", "payment", "credit_note", "by")
    due = Task.objects.filter(business=request.business, kind=TaskKind.REFUND, state=TaskState.OPEN)
    context = {"due": due.select_related("customer").order_by("due_on", "pk"), "today": today_of(request)}
    return REFUNDS.respond(request, rows, "invoices/refund_list.html", context)


@member_view
def refund_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that it was not paid back after all; asks first."""
    row = get_row(request, Refund.objects.select_related("business", "customer", "payment", "credit_note"), pk)
    if request.method == "POST":
        try:
            take_back_refund(row=row, on=today_of(request), actor=request.user)
        except BookingError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Taken back: the money waits for an invoice again."))
        return redirect("money-refunds", request.business.slug)
    return render(request, "invoices/refund_take_back.html", {"refund": row})


def _refund(request: HttpRequest, source: Source) -> HttpResponse:
    today = today_of(request)
    form = RefundForm(request.POST or None, left=source.unapplied, currency=source.currency, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            pay_back(source=source, actor=request.user, **form.cleaned_data)
        except BookingError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Noted. It is off the customer's account."))
            return redirect("money-refunds", request.business.slug)
    owing = Invoice.objects.filter(customer=source.customer, currency=source.currency, balance__gt=0)
    context = {"form": form, "source": source, "owing": owing.order_by("due_on", "number")[:5], "people": _payee(source)}
    return render(request, "invoices/refund_form.html", context)


def _payee(source: Source) -> list[tuple[str, str]]:
    """Where the money came from, so that it goes back there: (payer, account) of its bank line."""
    line = source.bank_line if isinstance(source, Payment) else None
    return [(line.payer, line.payer_account)] if line else []


STATES = [
    Option("standing", lazy("Paid back"), Q(reversed_on=None)),
    Option("gone", lazy("Taken back"), ~Q(reversed_on=None)),
]
REFUNDS = Listing(
    name="refunds",
    columns=(
        Column("on", lazy("Paid back"), lambda row: row.on, ("on",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("of", lazy("Out of"), lambda row: str(row.payment or row.credit_note)),
        Column("reference", lazy("Reference"), lambda row: row.reference),
        Column("by", lazy("Who"), lambda row: str(row.by or "")),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("amount", lazy("Amount"), lambda row: format_plain(row.amount, row.currency), ("amount",), numeric=True),
        Column("state", lazy("State"), lambda row: row.reversed_on and f"taken back {row.reversed_on}"),
    ),
    sort="-on",
    filters=(Filter("show", lazy("Show"), STATES, everything=lazy("All"), pills=True),),
    search=search_in("customer__name", "reference"),
    hint=lazy("Customer, reference"),
    totals={lazy("Sum"): "amount"},
)
