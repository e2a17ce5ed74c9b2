"""The search of everything in the top bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from customers.access import member_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices.searching import find


@member_view
def search(request: HttpRequest) -> HttpResponse:
    """Customers and invoices that fit; straight to the page of the only one."""
    words = request.GET.get("q", "").strip()
    found = find(request.business, words)
    if found.only is not None:
        door = "customer-detail" if isinstance(found.only, Customer) else "invoice-detail"
        return redirect(door, request.business.slug, found.only.pk)
    today = today_of(request)
    return render(request, "invoices/search.html", {"found": found, "search_words": words, "today": today})
