"""How invoices made here are numbered."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import owner_view
from customers.views.clock import today_of
from invoices.forms.draft import SeriesForm
from invoices.invoicing import expected_number
from invoices.series import SeriesError, gaps_of, save_series, series_of


@owner_view
def series_edit(request: HttpRequest) -> HttpResponse:
    """Pattern, next number, and the numbers nobody has."""
    business, today = request.business, today_of(request)
    series = series_of(business, today)
    form = SeriesForm(request.POST if request.method == "POST" else None, series=series)
    if form.is_bound and form.is_valid() and _saved(request, form, today):
        words = _("Saved. The next invoice gets %(number)s.")
        messages.success(request, words % {"number": expected_number(business, today)})
        return redirect("settings-numbers", business.slug)
    context = {"form": form, "number": expected_number(business, today), "gaps": gaps_of(series)}
    return render(request, "invoices/series_form.html", context)


def _saved(request: HttpRequest, form: SeriesForm, today: datetime.date) -> bool:
    """Whether it could be set so; the form says why not."""
    data = form.cleaned_data
    values = {"pattern": data["pattern"], "next_number": data["next"], "yearly": data["yearly"]}
    try:
        save_series(business=request.business, on=today, actor=request.user, **values)
    except SeriesError as problem:
        form.add_error(None, str(problem))
    return not form.errors
