"""Leaving out a step of a customer, and taking it after all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from customers.models import Customer
from customers.views.clock import today_of
from reminders.forms.skipping import SkipStepForm
from reminders.models import Reminder
from reminders.skipping import SkipError, coming_steps, skip_step, skipped_steps, take_after_all


@member_view
def customer_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Which steps wait or come, and the form that leaves one out; below it what was left out before."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    steps = coming_steps(customer, today)
    form = SkipStepForm(request.POST or None, steps=steps)
    if request.method == "POST" and form.is_valid():
        currency, _colon, step = form.cleaned_data["step"].partition(":")
        reason = form.cleaned_data["reason"]
        try:
            skip_step(customer=customer, currency=currency, step=step, reason=reason, by=request.user, today=today)
        except SkipError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Left out. The next step comes in its time."))
            return redirect("customer-skip", request.business.slug, pk)
    context = {"customer": customer, "today": today, "form": form, "steps": steps, "skipped": skipped_steps(customer)}
    return render(request, "reminders/step_skip.html", context, status=422 if form.is_bound else 200)


@require_POST
@member_view
def customer_skip_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a step after all that was left out."""
    reminder = get_row(request, Reminder.objects.select_related("business", "customer"), pk)
    try:
        take_after_all(reminder=reminder, by=request.user, today=today_of(request))
    except SkipError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("The step is taken after all: the nightly run decides when."))
    return redirect("customer-skip", request.business.slug, reminder.customer_id)
