"""Promises to pay: all of them, one of them, and a promise that came without a call."""

import datetime
from collections.abc import Sequence
from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.filters import day
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Business, Customer
from customers.views.clock import today_of
from invoices.account import positions
from invoices.agreeing import AgreementError, breaks_promises, cancel_promise, make_promise
from invoices.forms.promise import PromiseForm
from invoices.models import Promise
from invoices.models.agreement import PromiseState
from invoices.promised import due_soon
from invoices.receipts import with_received
from invoices.track_record import kept_lately
from invoices.views.by_currency import by_currency


@member_view
def promise_list(request: HttpRequest) -> HttpResponseBase:
    """Every promise, the next to fall due first, and how many were kept within a year."""
    today = today_of(request)
    rows = Promise.objects.filter(business=request.business).select_related("customer", "contact")
    context = {"today": today, "kept": kept_lately(request.business, today)}
    extra = by_currency(request.business, request.GET.get("currency", ""))
    return listing(request.business, today, extra).respond(request, rows, "invoices/promise_list.html", context)


@member_view
def promise_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise: who said what, what it is for, what came in so far and what became of it."""
    rows = Promise.objects.select_related("business", "customer__business", "contact", "conversation", "by")
    (promise,) = with_received(request.business, [get_row(request, rows, pk)])
    context = {
        "promise": promise,
        "customer": promise.customer,
        "lines": promise.lines.select_related("invoice"),
        "today": today_of(request),
    }
    return render(request, "invoices/promise_detail.html", context)


@require_POST
@member_view
def promise_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an open promise away: what it covered is asked for again."""
    promise = get_row(request, Promise.objects.select_related("business", "customer__business"), pk)
    try:
        cancel_promise(promise=promise, on=today_of(request), actor=request.user)
    except AgreementError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Cancelled. What it covered is asked for again."))
    return redirect("promise-detail", request.business.slug, promise.pk)


@member_view
def promise_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A promise that came by mail or in person."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    currencies = [position.currency for position in positions(customer, today) if position.owed]
    form = PromiseForm(
        request.POST or None,
        currencies=currencies or [request.business.currency],
        today=today,
        may_allow=request.membership.is_owner and breaks_promises(customer, today),
    )
    if request.method == "POST" and form.is_valid():
        try:
            promise = make_promise(customer=customer, made_on=today, source="mail", actor=request.user, **form.cleaned_data)
        except AgreementError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Noted: nothing of it is asked for until %(day)s.") % {"day": day(promise.due_on)})
            return redirect("promise-detail", request.business.slug, promise.pk)
    return render(request, "invoices/promise_form.html", {"form": form, "customer": customer})


def listing(business: Business, today: datetime.date, extra: Sequence[Filter] = ()) -> Listing:
    """How promises are searched, filtered and sorted on this day, the next to fall due first. `extra`: more filters."""
    show = [Option(state.value, state.label, Q(state=state)) for state in PromiseState]
    soon = Option("soon", lazy("Due within a week"), due_soon(today))
    return Listing(
        name="promises",
        sort="due",
        columns=COLUMNS,
        filters=[
            Filter(
                "show", lazy("Show"), [show[0], soon, *show[1:]], everything=lazy("All"), default=PromiseState.OPEN, pills=True
            ),
            *extra,
        ],
        search=search_in("customer__name", "customer__reference", "contact__name"),
        hint=lazy("Customer, contact"),
        prepare=partial(with_received, business),
        totals={lazy("Promised"): "amount"},
    )


COLUMNS = [
    Column("due", lazy("Paid by"), lambda row: row.due_on, ("due_on",)),
    Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
    Column("made", lazy("Promised on"), lambda row: row.made_on, ("made_on",)),
    Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
    Column("amount", lazy("Amount"), lambda row: format_plain(row.amount, row.currency), ("amount",), numeric=True),
    # Not to be sorted by: of those still open no field has it.
    Column("received", lazy("Received"), lambda row: format_plain(row.received, row.currency), numeric=True),
    Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
]
