"""One payment, or one credit note: where it came from and which invoices have it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from arcollect.filters import day, money
from customers.access import get_row, member_view
from invoices.made_here import made_here
from invoices.models import Allocation, CreditNote, Payment


@member_view
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: when and how it came, what it paid, what of it no invoice has."""
    payment = get_row(request, Payment.objects.select_related("business", "customer", "import_batch"), pk)
    received = {"sum": money(payment.amount, payment.currency), "day": day(payment.received_on)}
    context = {"heading": _("%(sum)s received %(day)s") % received, "payment": payment}
    return _page(request, payment, payment.allocations.all(), context)


@member_view
def credit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One credit note: what it was taken off, what of it is left."""
    note = get_row(request, CreditNote.objects.select_related("business", "customer", "import_batch"), pk)
    shown = {"number": note.number, "sum": money(note.total, note.currency)}
    context = {"heading": _("Credit note %(number)s: %(sum)s") % shown, "note": note, "made": made_here(note)}
    return _page(request, note, note.allocations.all(), context)


def _page(
    request: HttpRequest, source: Payment | CreditNote, allocations: QuerySet[Allocation], context: dict[str, Any]
) -> HttpResponse:
    context |= {"source": source, "customer": source.customer, "allocations": allocations.select_related("invoice")}
    context["refunds"] = source.refunds.all()
    return render(request, "invoices/money_detail.html", context)
