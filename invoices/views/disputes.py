"""Queries: opened, answered, closed; all of them by their clock."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.filters import day
from arcollect.ids import read_id
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Attachment
from customers.views.clock import today_of
from invoices.agreeing import AgreementError
from invoices.disputing import answer_dispute, give_dispute, open_dispute, reopen_dispute, resolve_dispute
from invoices.forms.dispute import DisputeForm, ReopenForm, ResolveForm
from invoices.models import Dispute, Invoice
from invoices.models.agreement import DisputeCode
from invoices.query_ages import LABELS, QUERY_AGES, opened_between, past_clock
from invoices.track_record import avoidable, closed_lately
from invoices.views.by_currency import by_currency


@member_view
def dispute_list(request: HttpRequest) -> HttpResponseBase:
    """Every query by its clock, how long they take, and which checks of the invoice would have spared us most of them."""
    today = today_of(request)
    rows = Dispute.objects.filter(business=request.business).select_related("invoice", "customer", "owner")
    context = {"today": today, "cycle": closed_lately(request.business, today), "causes": avoidable(request.business, today)}
    extra = by_currency(request.business, request.GET.get("currency", ""), "invoice__currency")
    return listing(today, extra).respond(request, rows, "invoices/dispute_list.html", context)


@member_view
def dispute_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One query: what they say, whose it is, its clock, its papers, and what is still asked for."""
    dispute = get_row(request, _rows(), pk)
    return render(request, "invoices/dispute_detail.html", _context(request, dispute))


@require_POST
@member_view
def dispute_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that they had a first answer."""
    dispute = get_row(request, _rows(), pk)
    try:
        answer_dispute(dispute=dispute, on=today_of(request), actor=request.user)
    except AgreementError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Answered. Close it by %(day)s.") % {"day": day(dispute.close_by)})
    return redirect("dispute-detail", request.business.slug, dispute.pk)


@require_POST
@member_view
def dispute_give(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a member the one who finds the answer."""
    dispute = get_row(request, _rows(), pk)
    wanted = read_id(request.POST.get("owner", ""))
    member = request.business.memberships.select_related("user").filter(user_id=wanted).first()
    give_dispute(dispute=dispute, owner=member.user if member else None, actor=request.user)
    messages.success(request, _("Given to %(name)s.") % {"name": member.user} if member else _("It is nobody's now."))
    return redirect("dispute-detail", request.business.slug, dispute.pk)


@member_view
def dispute_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that a customer contests all or part of an invoice: that part is not asked for until the query is closed."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer__business"), pk)
    # Added here: SQLite would add in binary and leave a hair less than is free.
    contested = sum(invoice.disputes.filter(resolved_on=None).values_list("amount", flat=True), Decimal(0))
    form = DisputeForm(request.POST or None, invoice=invoice, free=max(Decimal(0), invoice.balance - contested))
    if request.method == "POST" and form.is_valid() and (dispute := _opened(request, invoice, form)):
        messages.success(request, _("Noted. Answer them by %(day)s.") % {"day": day(dispute.answer_by)})
        return redirect("dispute-detail", request.business.slug, dispute.pk)
    return render(request, "invoices/dispute_form.html", {"form": form, "invoice": invoice})


def _opened(request: HttpRequest, invoice: Invoice, form: DisputeForm) -> Dispute | None:
    """The query as the form has it; None, with the reason in the form, where somebody was faster."""
    try:
        return open_dispute(
            invoice=invoice,
            code=form.cleaned_data["code"],
            amount=form.cleaned_data["amount"],
            on=today_of(request),
            calendar=invoice.customer.calendar,
            summary=form.cleaned_data["summary"],
            actor=request.user,
        )
    except AgreementError as problem:
        form.add_error("amount", str(problem))
        return None


@member_view
def dispute_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a query with what was found: its invoice is asked for again."""
    dispute = get_row(request, _rows(), pk)
    form = ResolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today = today_of(request)
        try:
            resolve_dispute(dispute=dispute, on=today, actor=request.user, **form.cleaned_data)
        except AgreementError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Closed. Now is the time to ask for payment."))
        return redirect("invoice-detail", request.business.slug, dispute.invoice_id)
    return render(request, "invoices/dispute_resolve.html", {"form": form, "dispute": dispute})


@member_view
def dispute_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a closed query again, as the same case: its clocks start anew, what it is about is not asked for."""
    dispute = get_row(request, _rows(), pk)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today, calendar = today_of(request), dispute.customer.calendar
        try:
            again = reopen_dispute(
                dispute=dispute, reason=form.cleaned_data["reason"], on=today, calendar=calendar, actor=request.user
            )
        except AgreementError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Open again. Answer them by %(day)s.") % {"day": day(again.answer_by)})
        return redirect("dispute-detail", request.business.slug, dispute.pk)
    return render(request, "invoices/dispute_reopen.html", {"form": form, "dispute": dispute})


def _rows() -> Any:
    return Dispute.objects.select_related("business", "customer__business", "invoice", "owner", "conversation__by")


def _context(request: HttpRequest, dispute: Dispute) -> dict[str, Any]:
    today = today_of(request)
    subject = f"dispute:{dispute.pk}"
    return {
        "dispute": dispute,
        "invoice": dispute.invoice,
        "customer": dispute.customer,
        "today": today,
        "age": ((dispute.resolved_on or today) - dispute.opened_on).days,
        "undisputed": max(Decimal(0), dispute.invoice.balance - dispute.amount),
        "members": request.business.memberships.select_related("user").order_by("pk"),
        "subject": subject,
        "papers": Attachment.objects.filter(business=request.business, subject=subject).select_related("by"),
    }


def listing(today: datetime.date, extra: Sequence[Filter] = ()) -> Listing:
    """How queries are searched, filtered and sorted on this day, the open one that waits longest first. `extra`: more filters."""
    still_open = Q(resolved_on=None)
    late = still_open & past_clock(today)
    show = [
        Option("open", lazy("Open"), still_open),
        Option("late", lazy("Past their clock"), late),
        Option("closed", lazy("Closed"), ~still_open),
    ]
    codes = [Option(code.value, code.label, Q(code=code)) for code in DisputeCode]
    return Listing(
        name="queries",
        columns=COLUMNS,
        sort="opened",
        filters=[
            Filter("show", lazy("Show"), show, default="open", pills=True),
            Filter("code", lazy("About"), codes, everything=lazy("Anything")),
            _ages(today),
            *extra,
        ],
        search=search_in("customer__name", "invoice__number", "summary"),
        hint=lazy("Customer, invoice, words"),
        totals={lazy("In dispute"): "amount"},
        currency="invoice__currency",
    )


def _ages(today: datetime.date) -> Filter:
    """Since when they are open."""
    options = [Option(name, LABELS[name], opened_between(today, first, last)) for name, first, last in QUERY_AGES]
    return Filter("age", lazy("Age"), options, everything=lazy("Any age"))


COLUMNS = [
    Column("opened", lazy("Opened"), lambda row: row.opened_on, ("opened_on",)),
    Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
    Column("invoice", lazy("Invoice"), lambda row: row.invoice.number, ("invoice__number",)),
    Column("code", lazy("About"), lambda row: row.get_code_display(), ("code",)),
    Column("clock", lazy("Clock"), lambda row: row.close_by if row.answered_on else row.answer_by, ("answer_by",)),
    Column("owner", lazy("Who"), lambda row: str(row.owner or ""), ("owner__email",)),
    Column("currency", lazy("Currency"), lambda row: row.invoice.currency, screen=False),
    Column("amount", lazy("Amount"), lambda row: format_plain(row.amount, row.invoice.currency), ("amount",), numeric=True),
    Column("resolved", lazy("Closed"), lambda row: row.resolved_on or "", screen=False),
    Column("outcome", lazy("Outcome"), lambda row: row.get_outcome_display(), screen=False),
]
