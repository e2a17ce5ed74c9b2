"""Are we getting paid?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import member_view


@member_view
def show_dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "reminders/dashboard.html", {})
