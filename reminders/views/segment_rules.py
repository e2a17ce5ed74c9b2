"""Settings of segments; for the owner alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import owner_view
from customers.profile import save_rules
from invoices.models import Invoice
from reminders.forms.segments import SegmentsForm


@owner_view
def edit_segments(request: HttpRequest) -> HttpResponse:
    """From where on a customer belongs to a segment, and what is then done differently (domain.md 5)."""
    business = request.business
    in_use = Invoice.objects.filter(business=business, balance__gt=0).order_by().values_list("currency", flat=True).distinct()
    data = request.POST if request.method == "POST" else None
    form = SegmentsForm(data, business=business, currencies=in_use)
    if form.is_bound and form.is_valid():
        save_rules(business=business, values=form.values(), actor=request.user)
        messages.success(request, _("Saved. The next night goes by it."))
        return redirect("settings-segments", business.slug)
    return render(request, "reminders/segment_rules.html", {"form": form}, status=422 if form.is_bound else 200)
