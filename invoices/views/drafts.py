"""Invoices being made: all of them, the form, copies of earlier ones."""

import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices.drafting import DraftError, copy_invoice, edit_draft, first_line, start_draft
from invoices.forms.draft import DraftForm, LineForms
from invoices.models import DraftInvoice, Invoice
from invoices.models.drafting import DraftState
from invoices.paper_facts import item_of
from invoices.preflighting import check_draft
from invoices.sums import Item, Sums, sum_up

ROWS = DraftInvoice.objects.select_related("business", "customer__business", "invoice")


@member_view
def draft_list(request: HttpRequest) -> HttpResponseBase:
    """Every invoice being made, and what became of those that were."""
    rows = DraftInvoice.objects.filter(business=request.business).select_related("customer", "invoice", "by")
    today = today_of(request)
    return LISTING.respond(request, rows.prefetch_related("lines"), "invoices/draft_list.html", {"today": today})


@member_view
def draft_add(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice for a customer, from nothing."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    if request.method != "POST":
        return _page(request, customer, DraftForm(initial=_begun(customer, today)), LineForms.of([first_line(customer)], ""))
    form, lines = DraftForm(request.POST), LineForms.typed(request.POST)
    if _asks_for_lines(request) or not _valid(form, lines):
        return _typed(request, customer, form, lines)
    draft = start_draft(customer=customer, values=form.values(), lines=lines.values(), actor=request.user)
    check_draft(draft=draft, on=today)
    return redirect("draft-check", request.business.slug, draft.pk)


@member_view
def draft_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The same form for one that is there."""
    draft = get_row(request, ROWS, pk)
    if draft.state != DraftState.DRAFT:
        return redirect("draft-check", request.business.slug, draft.pk)
    if request.method != "POST":
        lines = LineForms.of(list(draft.lines.all()), draft.currency)
        return _page(request, draft.customer, DraftForm(initial=DraftForm.of(draft)), lines, draft, sums_of(draft))
    form, lines = DraftForm(request.POST), LineForms.typed(request.POST)
    if _asks_for_lines(request) or not _valid(form, lines):
        return _typed(request, draft.customer, form, lines, draft)
    try:
        edit_draft(draft=draft, values=form.values(), lines=lines.values(), actor=request.user)
        check_draft(draft=get_row(request, ROWS, pk), on=today_of(request))
    except DraftError as problem:
        messages.error(request, str(problem))
    return redirect("draft-check", request.business.slug, draft.pk)


@require_POST
@member_view
def draft_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier invoice again, as a draft of today."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer__business"), pk)
    today = today_of(request)
    draft = copy_invoice(invoice=invoice, on=today, actor=request.user)
    messages.success(request, _("Copied from invoice %(number)s. Change what differs this time.") % {"number": invoice.number})
    return redirect("draft-edit", request.business.slug, draft.pk)


def _begun(customer: Customer, today: datetime.date) -> dict[str, Any]:
    business = customer.business
    terms = business.terms_days if customer.terms_days is None else customer.terms_days
    return {"issue_on": today, "terms_days": terms, "currency": customer.invoiced_in or business.currency}


def _asks_for_lines(request: HttpRequest) -> bool:
    """Whether the button was one that changes the form itself, or only shows what it comes to."""
    return bool({"add", "remove", "preview"} & set(request.POST))


def _valid(form: DraftForm, lines: LineForms) -> bool:
    fine = lines.is_valid()
    return form.is_valid() and fine


def _typed(
    request: HttpRequest, customer: Customer, form: DraftForm, lines: LineForms, draft: DraftInvoice | None = None
) -> HttpResponse:
    """The form as it was typed: with another line, or with what is wrong; and what it comes to so far."""
    sums = _sums(form, lines)
    if {"add", "remove"} & set(request.POST):
        form = DraftForm(initial=request.POST.dict())
        lines = LineForms.rearranged(request.POST, first_line(customer))
    return _page(request, customer, form, lines, draft, sums)


def _page(
    request: HttpRequest,
    customer: Customer,
    form: DraftForm,
    lines: LineForms,
    draft: DraftInvoice | None = None,
    sums: Sums | None = None,
) -> HttpResponse:
    context = {"form": form, "lines": lines, "customer": customer, "draft": draft, "sums": sums}
    context["currency"] = form["currency"].value()
    return render(request, "invoices/draft_form.html", context)


def _sums(form: DraftForm, lines: LineForms) -> Sums | None:
    """What the lines that are in order come to so far."""
    known = form["currency"].value() in dict(form.fields["currency"].choices)
    items = [Item(row.quantity, row.unit_price, row.discount_pct, row.tax_category, row.tax_rate) for row in lines.values()]
    if not known or not items:
        return None
    prepaid = form.cleaned_data.get("prepaid") if form.is_valid() else None
    return sum_up(items, form["currency"].value(), prepaid or Decimal(0))


def sums_of(draft: DraftInvoice) -> Sums:
    """What a draft comes to."""
    return sum_up([item_of(line) for line in draft.lines.all()], draft.currency, draft.prepaid)


def _with_sums(rows: QuerySet[DraftInvoice]) -> list[DraftInvoice]:
    found = list(rows)
    for row in found:
        row.due = sums_of(row).due
    return found


LISTING = Listing(
    name="invoices-being-made",
    columns=[
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("issue", lazy("Dated"), lambda row: row.issue_on, ("issue_on",)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("due", lazy("To pay"), lambda row: format_plain(row.due, row.currency), numeric=True),
        Column("by", lazy("Begun by"), lambda row: str(row.by or "")),
        Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
    ],
    sort="-issue",
    filters=[
        Filter(
            "show",
            lazy("Show"),
            [Option(str(state), state.label, Q(state=state)) for state in DraftState],
            everything=lazy("All"),
            default=str(DraftState.DRAFT),
            pills=True,
        )
    ],
    search=search_in("customer__name", "customer__reference", "purchase_order", "invoice__number"),
    hint=lazy("Customer, order number"),
    prepare=_with_sums,
)
