"""Remittance advices: read into a split, kept until their money comes, removed, or booked with money that is there already."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from arcollect.listing import Column, Listing, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices.advising import apply_advice, claims_of, drop_advice, keep_advice, payments_for
from invoices.balances import BookingError
from invoices.forms.advice import AdviceForm
from invoices.models import Invoice, Payment, RemittanceAdvice
from invoices.remittance import Remittance, read_remittance


@member_view
def advice_list(request: HttpRequest) -> HttpResponseBase:
    """What payers announced and has not come yet, the latest first."""
    rows = RemittanceAdvice.objects.filter(business=request.business, line=None).select_related("customer")
    context = {"today": today_of(request)}
    return ADVICES.respond(request, rows.prefetch_related("lines"), "invoices/advice_list.html", context)


@member_view
def advice_add(request: HttpRequest) -> HttpResponse:
    """Reads an advice of whoever owes what it names."""
    return _read(request, None)


@member_view
def customer_advice_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads an advice of one customer: only their invoices are looked for in it."""
    return _read(request, get_row(request, Customer.objects.select_related("business"), pk))


@member_view
def advice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was announced, and the payments that could be its money."""
    advice = get_row(request, RemittanceAdvice.objects.select_related("business", "customer", "line"), pk)
    waits = advice.line is None
    lines = advice.lines.select_related("invoice__customer")
    context = {"advice": advice, "lines": lines, "waits": waits, "payments": payments_for(advice) if waits else []}
    return render(request, "invoices/advice_detail.html", context)


@require_POST
@member_view
def advice_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Removes an advice that waits; its text can be pasted again."""
    advice = get_row(request, RemittanceAdvice.objects.select_related("business", "customer"), pk)
    try:
        drop_advice(advice=advice, actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Removed: nothing is expected by it any more."))
    return redirect("advice-list", request.business.slug)


@require_POST
@member_view
def advice_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Books a payment that waits as the advice says."""
    advice = get_row(request, RemittanceAdvice.objects.select_related("business", "customer"), pk)
    chosen = read_id(request.POST.get("payment", ""))
    payment = get_row(request, Payment.objects.select_related("business", "customer"), chosen)
    on = today_of(request)
    try:
        apply_advice(advice=advice, payment=payment, on=on, actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
        return redirect("advice-detail", request.business.slug, advice.pk)
    messages.success(request, _("Matched as they wrote."))
    return redirect("payment-detail", request.business.slug, payment.pk)


def _read(request: HttpRequest, customer: Customer | None) -> HttpResponse:
    """The form; what was read from it, to look at; the advice itself once that was confirmed."""
    form = AdviceForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "customer": customer}
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        claims = claims_of(request.business, customer)
        owed_in = {claim.currency for claim in claims}
        currency = owed_in.pop() if len(owed_in) == 1 else request.business.currency
        found = read_remittance(text, claims, currency)
        if "keep" in request.POST and (advice := _kept(request, customer, found, text)):
            return redirect("advice-detail", request.business.slug, advice.pk)
        context |= {"found": found, "lines": _with_invoices(request, found), "form": AdviceForm(initial={"text": text})}
    return render(request, "invoices/advice_form.html", context)


def _kept(request: HttpRequest, customer: Customer | None, found: Remittance, text: str) -> RemittanceAdvice | None:
    try:
        advice = keep_advice(business=request.business, customer=customer, remittance=found, text=text, actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
        return None
    messages.success(request, _("Kept. It is used as soon as the money comes."))
    return advice


def _with_invoices(request: HttpRequest, found: Remittance) -> list[dict[str, Any]]:
    """Each row beside its invoice."""
    ids = [row.invoice_id for row in found.rows if row.invoice_id]
    invoices = Invoice.objects.filter(business=request.business).select_related("customer").in_bulk(ids)
    return [{"row": row, "invoice": invoices.get(row.invoice_id)} for row in found.rows]


ADVICES = Listing(
    name="advices",
    columns=(
        Column("told", lazy("Told"), lambda row: row.created_at.date(), ("created_at",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name if row.customer else "", ("customer__name",)),
        Column("invoices", lazy("For"), lambda row: ", ".join(line.number for line in row.lines.all())),
        Column("paid", lazy("Paid on"), lambda row: row.paid_on, ("paid_on",)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("total", lazy("Sum"), lambda row: format_plain(row.total, row.currency), ("total",), numeric=True),
    ),
    sort="-told",
    search=search_in("customer__name", "customer__reference", "lines__number"),
    hint=lazy("Customer, invoice"),
    totals={lazy("Sum"): "total"},
)
