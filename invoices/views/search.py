"""The search of everything in the top bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import member_view


@member_view
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "invoices/search.html", {"search_words": request.GET.get("q", "").strip()})
