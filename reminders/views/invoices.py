"""One invoice with its whole history: what is left of it, who said what, and every step that fired."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import get_row, member_view
from customers.models import Attachment, Document
from customers.views.clock import today_of
from invoices.account import open_invoice
from invoices.closing import closed_by
from invoices.made_here import made_here
from invoices.models import Invoice, InvoiceForecast
from invoices.models.agreement import BLOCKING_PLAN_STATES
from invoices.preflight_panel import panel_of
from invoices.rates import claims_of, waiver_of
from invoices.standing import claims
from reminders.forecast_words import rests_words
from reminders.models import ReminderLine
from reminders.timeline import of_invoice


@member_view
def invoice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left of an invoice and why, the payments that made it so (T24), and each step with its letter (T47)."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer", "detail"), pk)
    today = today_of(request)
    closed = closed_by([] if invoice.balance else [invoice.pk])
    standing = open_invoice(invoice, claims([invoice.customer_id]), today, closed.get(invoice.pk))
    apart = {invoice.pk: standing.disputed + standing.planned}
    steps = ReminderLine.objects.filter(invoice=invoice).select_related("reminder__letter", "reminder__task")
    context = {
        "invoice": invoice,
        "today": today,
        "standing": standing,
        "claim": claims_of(request.business, [invoice.pk], today, apart).get(invoice.pk),
        "waiver": waiver_of(invoice),
        "made": made_here(invoice),
        "preflight": panel_of(invoice, today),
        "lines": invoice.lines.all(),
        "detail": getattr(invoice, "detail", None),
        "papers_inside": _papers_inside(invoice),
        "allocations": invoice.allocations.select_related("payment", "credit_note"),
        "write_offs": invoice.write_offs.select_related("by"),
        "disputes": invoice.disputes.all(),
        "plans": invoice.plan_lines.select_related("plan").order_by("-plan"),
        "cash_with_order": invoice.customer.plans.filter(state__in=BLOCKING_PLAN_STATES).exists(),
        "promises": invoice.promise_lines.select_related("promise").order_by("-promise__made_on"),
        "satisfactions": invoice.satisfactions.all(),
        "steps": steps.order_by("-id").defer("reminder__letter__facts", "reminder__letter__body"),
        "entries": of_invoice(invoice),
        "papers": Attachment.objects.filter(business=request.business, subject=f"invoice:{invoice.pk}").select_related("by"),
        "subject": f"invoice:{invoice.pk}",
        "customer": invoice.customer,
        **_forecast(invoice),
    }
    return render(request, "invoices/invoice_detail.html", context)


def _forecast(invoice: Invoice) -> dict[str, Any]:
    """When the last night expected its money, and what that rests on; nothing of what is paid."""
    found = InvoiceForecast.objects.filter(invoice=invoice).first() if invoice.balance else None
    return {"forecast": found, "rests_on": rests_words(found.rests_on)} if found else {}


def _papers_inside(invoice: Invoice) -> QuerySet[Document] | None:
    """The files that came inside an electronic invoice, without their bytes; None for one that came in a table."""
    return invoice.detail.attachments.defer("bytes").order_by("name") if hasattr(invoice, "detail") else None
