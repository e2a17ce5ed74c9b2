"""Settings of the figures; for the owner alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import owner_view
from customers.profile import save_rules
from reminders.forms.figures import FiguresForm


@owner_view
def edit_figures(request: HttpRequest) -> HttpResponse:
    """How debts age, what is aimed at, when a hold is suggested, and how surely money comes (domain.md 2, 5)."""
    business = request.business
    form = FiguresForm(request.POST if request.method == "POST" else None, business=business)
    if form.is_bound and form.is_valid():
        save_rules(business=business, values=form.values(), actor=request.user)
        messages.success(request, _("Saved. The next night goes by it."))
        return redirect("settings-figures", business.slug)
    return render(request, "reminders/figure_rules.html", {"form": form}, status=422 if form.is_bound else 200)
