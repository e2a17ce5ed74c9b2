"""The invoices to put right, and what a person does about a check of one."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.filters import dated
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.views.clock import today_of
from invoices.editing import correct_invoice
from invoices.forms.correction import CorrectionForm
from invoices.models import Invoice, PreflightCheck
from invoices.models.agreement import Preflight
from invoices.models.preflight import Verdict
from invoices.preflight_words import LIKELY, NAMES
from invoices.preflighting import check_again, check_invoices, tick, to_check, untick
from invoices.track_record import avoidable, own_errors

FINDING = PreflightCheck.objects.filter(verdict__in=[Verdict.WARN, Verdict.BLOCK], ticked_on=None)
ANY = Q()
STOPPING = Q(verdict=Verdict.BLOCK) | Q(check_id__in=LIKELY)


@member_view
def preflight_list(request: HttpRequest) -> HttpResponseBase:
    """The open invoices with something to put right, how often ours were wrong, and what would have spared us most queries."""
    today = today_of(request)
    found = Prefetch("preflight", FINDING.order_by("check_id"), to_attr="findings")
    rows = Invoice.objects.filter(_has(), business=request.business, balance__gt=0).select_related("customer")
    context = {
        "today": today,
        "errors": own_errors(request.business, today),
        "causes": avoidable(request.business, today),
    }
    return LISTING.respond(request, rows.prefetch_related(found), "invoices/preflight_list.html", context)


@require_POST
@member_view
def preflight_run(request: HttpRequest) -> HttpResponse:
    """Checks what is open and not due yet, and what was found before, once more: something may have been put right."""
    check_again(business=request.business, on=today_of(request))
    messages.success(request, _("All of them were checked again."))
    return redirect("preflight-list", request.business.slug)


@require_POST
@member_view
def preflight_tick(request: HttpRequest, pk: int, check: str) -> HttpResponse:
    """Lets a warning pass, or takes that back."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    today = today_of(request)
    check_invoices(business=request.business, invoices=to_check([invoice.pk]), on=today)
    row = PreflightCheck.objects.select_related("business", "invoice__customer").filter(invoice=invoice, check_id=check).first()
    if row is None:
        messages.info(request, _("There is nothing to let pass: it is in order by now."))
    elif request.POST.get("pass") == "no":
        untick(check=row, actor=request.user)
    else:
        tick(check=row, actor=request.user, on=today)
    return redirect("invoice-detail", request.business.slug, invoice.pk)


@member_view
def invoice_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """What an invoice that is out may still be given: the order number, the day of delivery."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    form = CorrectionForm(request.POST or None, instance=invoice)
    if request.method == "POST" and form.is_valid():
        today = today_of(request)
        correct_invoice(invoice=invoice, values=form.cleaned_data, on=today, actor=request.user)
        messages.success(request, _("Saved, and checked again."))
        return redirect("invoice-detail", request.business.slug, invoice.pk)
    return render(request, "invoices/invoice_correct.html", {"form": form, "invoice": invoice})


def _has(kind: Q = ANY) -> Q:
    """Rows with a finding of this kind that nobody let pass."""
    return Q(Exists(FINDING.filter(kind, invoice=OuterRef("pk"))))


def _words(invoice: Any) -> str:
    return " ".join(f"{NAMES[Preflight(check.check_id)]}: {dated(check.reason)}" for check in invoice.findings)


LISTING = Listing(
    name="invoices-to-put-right",
    columns=[
        Column("number", lazy("Invoice"), lambda row: row.number, ("number",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("due", lazy("Due"), lambda row: row.due_on, ("due_on",)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("open", lazy("Open"), lambda row: format_plain(row.balance, row.currency), ("balance",), numeric=True),
        Column("found", lazy("To put right"), _words),
    ],
    sort="due",
    filters=[
        Filter(
            "show",
            lazy("Show"),
            [Option("severe", lazy("What stops payment"), _has(STOPPING))],
            everything=lazy("Everything"),
            default="severe",
            pills=True,
        ),
        Filter(
            "check",
            lazy("Check"),
            [Option(str(check), NAMES[check], _has(Q(check_id=check))) for check in NAMES],
            everything=lazy("Every check"),
        ),
    ],
    search=search_in("number", "number_key", "customer__name", "customer__reference", "purchase_order"),
    hint=lazy("Number, customer, purchase order"),
    totals={lazy("Open"): "balance"},
)
