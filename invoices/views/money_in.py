"""The first page of money in, and the field through which a payment is entered by hand in ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from customers.access import member_view
from customers.models import Business, Customer
from customers.views.clock import today_of
from invoices.models import Invoice
from invoices.money_in import money_in
from invoices.searching import find

OFFERED = 12


@dataclass(frozen=True, slots=True)
class Payable:
    """What a payment may be for: one open invoice, or a customer's oldest ones; `address` is the form, filled in."""

    customer: Customer
    invoice: Invoice | None
    address: str


@member_view
def money_page(request: HttpRequest) -> HttpResponse:
    """What came in, and whose is it? With the next step of each pile."""
    now = timezone.now()
    context = {"money": money_in(request.business, now), "today": request.business.local_date(now)}
    return render(request, "invoices/money_in.html", context)


@member_view
def money_enter(request: HttpRequest) -> HttpResponse:
    """What the words in the field fit; straight to the filled form where it is one thing. As a fragment while one types."""
    words = request.GET.get("q", "").strip()
    found = payables(request.business, words)
    typing = request.headers.get("HX-Request") == "true"
    if len(found) == 1 and not typing:
        return redirect(found[0].address)
    template = "invoices/money_found.html" if typing else "invoices/money_enter.html"
    return render(request, template, {"found": found[:OFFERED], "words": words, "today": today_of(request)})


def payables(business: Business, words: str) -> Sequence[Payable]:
    """The open invoices and customers the words fit: by number, amount, name or reference; of a sole customer one by one."""
    found = find(business, words)
    invoices = [row for row in found.invoices if row.balance]
    if len(found.customers) == 1 and not invoices:
        theirs = Invoice.objects.filter(customer=found.customers[0], balance__gt=0).select_related("customer")
        invoices = list(theirs.order_by("due_on", "number")[:OFFERED])
    named = [Payable(row.customer, row, _address(business, row.customer_id, row.pk)) for row in invoices]
    if len(named) == 1 and len(found.customers) <= 1:
        return named
    return [*named, *(Payable(row, None, _address(business, row.pk)) for row in found.customers)]


def _address(business: Business, customer_id: int, invoice_id: int | None = None) -> str:
    about = f"&invoice={invoice_id}" if invoice_id else ""
    return f"{reverse('payment-add', args=[business.slug, customer_id])}?from=money{about}"
