"""How invoices made here are numbered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.access import owner_view
from invoices.forms.draft import SeriesForm
from invoices.invoicing import expected_number
from invoices.series import SeriesError, gaps_of, save_series, series_of


@owner_view
def series_edit(request: HttpRequest) -> HttpResponse:
    """Pattern, next number, and the numbers nobody has."""
    business, today = request.business, request.business.local_date(timezone.now())
    series = series_of(business, today)
    begun = {"pattern": series.pattern, "yearly": series.year is not None, "next": series.next}
    form = SeriesForm(request.POST if request.method == "POST" else None, initial=begun)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        leaves_gap = data["next"] > series.next and series.pk and data["pattern"] == series.pattern
        if leaves_gap and not data["gap"]:
            words = _(
                "Numbers from %(first)d to %(last)d would be missing: tax offices ask about gaps. Tick the box if it must be."
            )
            form.add_error("next", words % {"first": series.next, "last": data["next"] - 1})
        else:
            try:
                save_series(
                    business=business,
                    on=today,
                    pattern=data["pattern"],
                    next_number=data["next"],
                    yearly=data["yearly"],
                    actor=request.user,
                )
            except SeriesError as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(
                    request, _("Saved. The next invoice gets %(number)s.") % {"number": expected_number(business, today)}
                )
                return redirect("settings-numbers", business.slug)
    context = {"form": form, "number": expected_number(business, today), "gaps": gaps_of(series)}
    return render(request, "invoices/series_form.html", context)
