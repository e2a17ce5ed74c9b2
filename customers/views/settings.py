"""What an owner sets for a business."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import owner_view


@owner_view
def edit_business(request: HttpRequest) -> HttpResponse:
    return render(request, "customers/settings.html", {})
