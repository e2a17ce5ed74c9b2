"""What the owner says about how a customer pays: otherwise than the figures, as the figures, or that an alarm was seen."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, owner_view, way_back
from customers.models import Customer
from customers.views.clock import today_of
from invoices.overruling import OverruleError, acknowledge, end_override, set_override
from reminders.behaviour_panel import read_panel
from reminders.forms.overruling import OverrideForm
from reminders.scoring_customers import score_some

ROWS = Customer.objects.select_related("business").filter(merged_into=None)


@owner_view
def customer_segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Sets how a customer is treated until a day, whatever the figures say."""
    customer = get_row(request, ROWS, pk)
    today = today_of(request)
    panel = read_panel(customer, today)
    until = today + datetime.timedelta(days=request.business.rules["segments"]["override_days"])
    form = OverrideForm(request.POST or None, until=until, segment=panel.score.segment if panel.score else "")
    if request.method == "POST" and form.is_valid():
        try:
            set_override(customer=customer, on=today, actor=request.user, **form.cleaned_data)
        except OverruleError as problem:
            form.add_error(None, str(problem))
        else:
            score_some(business=request.business, customers=[customer], today=today)
            messages.success(request, _("Saved: it holds until its day, or until you end it."))
            return way_back(request, "customer-detail", customer.pk)
    context = {"form": form, "customer": customer, "behaviour": panel, "today": today}
    return render(request, "customers/customer_segment.html", context, status=422 if form.is_bound else 200)


@owner_view
@require_POST
def customer_segment_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures say again how the customer is treated."""
    customer = get_row(request, ROWS, pk)
    today = today_of(request)
    try:
        end_override(customer=customer, on=today, actor=request.user)
    except OverruleError as problem:
        messages.error(request, str(problem))
    else:
        score_some(business=request.business, customers=[customer], today=today)
        messages.success(request, _("The figures count again."))
    return way_back(request, "customer-detail", customer.pk)


@owner_view
@require_POST
def customer_alarm_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner knows that the customer pays later than before: what they pay like now is what is usual from here on."""
    customer = get_row(request, ROWS, pk)
    today = today_of(request)
    try:
        acknowledge(customer=customer, on=today, actor=request.user)
    except OverruleError as problem:
        messages.error(request, str(problem))
    else:
        score_some(business=request.business, customers=[customer], today=today)
        messages.success(request, _("Noted. If they get worse still, you hear of it again."))
    return way_back(request, "customer-detail", customer.pk)
