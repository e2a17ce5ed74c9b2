"""Money no invoice has: listed with its next step, left on account for a reason, asked about again."""

from typing import Any

from django.contrib import messages
from django.db.models import F, OuterRef, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models.desk import TaskState
from customers.views.clock import today_of
from invoices.forms.money import LeaveForm
from invoices.models import CreditNote, Invoice, Payment
from invoices.refunding import Source
from invoices.unmatched import ABOUT_MONEY, CREDIT_NOTE, PAYMENT, ask_again, leave_on_account, left_aside, tasks_about


@member_view
def unapplied_list(request: HttpRequest) -> HttpResponseBase:
    """Payments with something left, the oldest first, each with what can become of it."""
    rows = Payment.objects.filter(business=request.business, returned_on=None, allocated__lt=F("amount"))
    rows = rows.annotate(left=F("amount") - F("allocated"), **_known(PAYMENT)).select_related("customer")
    return CASH.respond(request, rows, "invoices/unapplied_list.html", _context(request, "cash"))


@member_view
def unapplied_credits(request: HttpRequest) -> HttpResponseBase:
    """Credit notes with something left, the oldest first."""
    rows = CreditNote.objects.filter(business=request.business, allocated__lt=F("total"))
    rows = rows.annotate(left=F("total") - F("allocated"), **_known(CREDIT_NOTE)).select_related("customer")
    return CREDITS.respond(request, rows, "invoices/unapplied_list.html", _context(request, "credits"))


@member_view
def payment_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leaves what is left of a payment on account."""
    return _leave(request, get_row(request, Payment.objects.select_related("business", "customer"), pk), "money-unapplied")


@member_view
def credit_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leaves what is left of a credit note on account."""
    return _leave(request, get_row(request, CreditNote.objects.select_related("business", "customer"), pk), "money-credits")


@require_POST
@member_view
def payment_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts matching it on the desk again."""
    return _ask(request, get_row(request, Payment.objects.select_related("business", "customer"), pk), "money-unapplied")


@require_POST
@member_view
def credit_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts matching it on the desk again."""
    return _ask(request, get_row(request, CreditNote.objects.select_related("business", "customer"), pk), "money-credits")


def _leave(request: HttpRequest, source: Source, back: str) -> HttpResponse:
    if source.unapplied <= 0:
        messages.error(request, _("Nothing of it is left."))
        return redirect(back, request.business.slug)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today = today_of(request)
        leave_on_account(source=source, reason=form.cleaned_data["reason"], on=today, by=request.user)
        messages.success(request, _("It stays on account. Under “Left on account” it can be taken up again."))
        return redirect(back, request.business.slug)
    return render(request, "invoices/unapplied_leave.html", {"form": form, "source": source, "back": back})


def _ask(request: HttpRequest, source: Source, back: str) -> HttpResponse:
    ask_again(source=source, on=today_of(request), by=request.user)
    messages.success(request, _("Taken up again: it waits to be matched."))
    return redirect(back, request.business.slug)


def _known(prefix: str) -> dict[str, Any]:
    """What the list says of each beside itself: what its customer owes in that currency, and why it was left."""
    owed = Invoice.objects.filter(customer=OuterRef("customer"), currency=OuterRef("currency"), balance__gt=0)
    sums = owed.order_by().values("customer").annotate(sum=Sum("balance")).values("sum")
    about = tasks_about(prefix).filter(business=OuterRef("business"), kind__in=ABOUT_MONEY).order_by("-pk")
    left = about.filter(state=TaskState.CANCELLED).values("outcome")
    return {
        "owed": Subquery(sums[:1]),
        "why_left": Coalesce(Subquery(left[:1]), Value(""), output_field=TextField()),
    }


def _context(request: HttpRequest, which: str) -> dict[str, Any]:
    return {"which": which, "today": today_of(request), "aside": request.GET.get("show") == "aside"}


def _filters(prefix: str) -> list[Filter]:
    aside = left_aside(prefix)
    options = [
        Option("waiting", lazy("Waits"), ~aside),
        Option("aside", lazy("Left on account"), aside),
    ]
    return [Filter("show", lazy("Show"), options, everything=lazy("All"), default="waiting", pills=True)]


def _listing(name: str, prefix: str, dated: str, words: str, worth: str) -> Listing:
    columns = [
        Column("on", lazy("Since"), lambda row: getattr(row, dated), (dated,)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("words", lazy("Reference"), lambda row: getattr(row, words)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("amount", lazy("Of"), lambda row: format_plain(getattr(row, worth), row.currency), (worth,), numeric=True),
        Column("left", lazy("Left"), lambda row: format_plain(row.unapplied, row.currency), ("left",), numeric=True),
        Column("owed", lazy("They owe"), lambda row: format_plain(row.owed or 0, row.currency), numeric=True),
        Column("acts", "", screen=True),
    ]
    return Listing(
        name=name,
        columns=columns,
        sort="on",
        filters=_filters(prefix),
        search=search_in("customer__name", "customer__reference", words),
        hint=lazy("Customer, reference"),
        totals={lazy("Left"): "left"},
    )


CASH = _listing("unapplied", PAYMENT, "received_on", "reference", "amount")
CREDITS = _listing("credits", CREDIT_NOTE, "issued_on", "number", "total")
