"""Statutory interest: by which law, at which rates, and for which invoices not."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, owner_view
from customers.models import Business
from customers.profile import save_rules
from customers.views.clock import today_of
from invoices.forms.rate import LawForm, RateForm, WaiverForm
from invoices.interest import Law, reference_day
from invoices.models import Invoice
from invoices.models.interest import Reference, ReferenceRate
from invoices.rates import REFERENCES, claim_interest_again, forget_rate, rates_of, save_rate, shipped, waive_interest


@owner_view
def rate_list(request: HttpRequest) -> HttpResponse:
    """By which law interest is claimed, and the dated table of rates it rests on."""
    form = LawForm(request.POST) if request.method == "POST" else LawForm.of(request.business)
    if form.is_bound and form.is_valid():
        save_rules(business=request.business, values=form.values(), actor=request.user)
        messages.success(request, _("Saved. Letters from the 60-day one on say so."))
        return redirect("rate-list", request.business.slug)
    return render(request, "invoices/rate_list.html", _page(request, form, RateForm()))


@owner_view
@require_POST
def rate_save(request: HttpRequest) -> HttpResponse:
    """Enters a rate, or sets one of the shipped ones right."""
    form = RateForm(request.POST)
    if not form.is_valid():
        return render(request, "invoices/rate_list.html", _page(request, LawForm.of(request.business), form))
    save_rate(business=request.business, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Entered. Every claim from now on goes by it."))
    return redirect("rate-list", request.business.slug)


@owner_view
@require_POST
def rate_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an own rate out again."""
    forget_rate(rate=get_row(request, ReferenceRate.objects.select_related("business"), pk), actor=request.user)
    messages.success(request, _("Taken out. What we came with counts again, where there is one."))
    return redirect("rate-list", request.business.slug)


@owner_view
def interest_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Claims no interest beside this invoice, for a reason."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    form = WaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today = today_of(request)
        waive_interest(invoice=invoice, on=today, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, _("No interest is claimed beside invoice %(number)s.") % {"number": invoice.number})
        return redirect("invoice-detail", request.business.slug, invoice.pk)
    return render(request, "invoices/rate_waive.html", {"form": form, "invoice": invoice})


@owner_view
@require_POST
def interest_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the waiver back."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer"), pk)
    claim_interest_again(invoice=invoice, actor=request.user)
    messages.success(request, _("Interest is claimed beside invoice %(number)s again.") % {"number": invoice.number})
    return redirect("invoice-detail", request.business.slug, invoice.pk)


def _page(request: HttpRequest, law_form: LawForm, rate_form: RateForm) -> dict[str, Any]:
    business = request.business
    chosen = Law(business.rules["statutory_interest"])
    return {
        "law_form": law_form,
        "rate_form": rate_form,
        "claims": chosen != Law.OFF,
        "tables": [_table(business, law) for law in REFERENCES if chosen in (Law.OFF, law)],
        "missing": _missing(business, chosen, business.local_date(timezone.now())),
    }


def _table(business: Business, law: Law) -> dict[str, Any]:
    """The rates of one bank, newest first, each with what we came with and the owner's own row."""
    reference = REFERENCES[law]
    own = {row.on: row for row in ReferenceRate.objects.filter(business=business, reference=reference)}
    rows = [
        {"on": on, "percent": percent, "own": own.get(on), "shipped": shipped(reference).get(on)}
        for on, percent in sorted(rates_of(business, reference).items(), reverse=True)
    ]
    return {"label": Reference(reference).label, "rows": rows}


def _missing(business: Business, law: Law, today: datetime.date) -> datetime.date | None:
    """The day whose rate an invoice that falls late today needs and nobody entered."""
    if law == Law.OFF:
        return None
    needed = reference_day(today, law)
    return None if needed in rates_of(business, REFERENCES[law]) else needed
