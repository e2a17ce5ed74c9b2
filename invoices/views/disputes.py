"""Opening a query about an invoice, and closing it."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from arcollect.filters import day
from customers.access import get_row, member_view
from invoices.agreeing import AgreementError
from invoices.disputing import open_dispute, resolve_dispute
from invoices.forms.dispute import DisputeForm, ResolveForm
from invoices.models import Dispute, Invoice


@member_view
def dispute_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Records that a customer contests all or part of an invoice: that part is not asked for until the query is closed."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer__business"), pk)
    # Added here: SQLite would add in binary and leave a hair less than is free.
    contested = sum(invoice.disputes.filter(resolved_on=None).values_list("amount", flat=True), Decimal(0))
    form = DisputeForm(request.POST or None, invoice=invoice, free=max(Decimal(0), invoice.balance - contested))
    if request.method == "POST" and form.is_valid():
        business = request.business
        dispute = open_dispute(
            invoice=invoice,
            code=form.cleaned_data["code"],
            amount=form.cleaned_data["amount"],
            on=business.local_date(timezone.now()),
            calendar=invoice.customer.calendar,
            summary=form.cleaned_data["summary"],
            actor=request.user,
        )
        messages.success(request, _("Noted. Answer them by %(day)s.") % {"day": day(dispute.answer_by)})
        return redirect("invoice-detail", business.slug, invoice.pk)
    return render(request, "invoices/dispute_form.html", {"form": form, "invoice": invoice})


@member_view
def dispute_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a query with what was found: its invoice is asked for again."""
    dispute = get_row(request, Dispute.objects.select_related("business", "customer", "invoice"), pk)
    form = ResolveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        today = request.business.local_date(timezone.now())
        try:
            resolve_dispute(dispute=dispute, on=today, actor=request.user, **form.cleaned_data)
        except AgreementError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Closed. Now is the time to ask for payment."))
        return redirect("invoice-detail", request.business.slug, dispute.invoice_id)
    return render(request, "invoices/dispute_resolve.html", {"form": form, "dispute": dispute})
