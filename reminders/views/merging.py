"""Customers that are in the books twice: found, merged, told apart, parted again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from customers.alike import Pair, forget_told_apart, pairs_alike, tell_apart
from customers.models import Customer, CustomerMerge, NotDuplicate
from customers.views.clock import today_of
from reminders.merging import MergeError, merge, obstacle, part

ROWS = Customer.objects.select_related("business")
SIGNS = {
    "tax_id": lazy("same tax id"),
    "email": lazy("same e-mail address"),
    "domain": lazy("e-mail at the same company"),
    "phone": lazy("same phone"),
    "name": lazy("same or nearly the same name"),
    "part_of_name": lazy("one name is part of the other"),
    "address": lazy("same address"),
}
LAST = 20


@member_view
def customer_alike(request: HttpRequest) -> HttpResponse:
    """The customers that may be one, the surest first, side by side; and the last merges, which can be taken back."""
    pairs, count = pairs_alike(request.business)
    merges = CustomerMerge.objects.filter(business=request.business).select_related("kept", "gone", "by")
    apart = NotDuplicate.objects.filter(business=request.business).select_related("first", "second").order_by("-pk")
    context = {"pairs": [_shown(pair) for pair in pairs], "count": count, "merges": merges[:LAST], "apart": apart[:LAST]}
    return render(request, "customers/customer_alike.html", context)


@member_view
def customer_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Makes `other` part of the customer with `pk`; asks first, and says what moves and what stands against it."""
    kept, gone = get_row(request, ROWS, pk), get_row(request, ROWS, other)
    if request.method == "POST":
        try:
            merge(kept=kept, gone=gone, on=today_of(request), actor=request.user)
        except MergeError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("%(gone)s is part of %(kept)s now.") % {"gone": gone, "kept": kept})
            return redirect("customer-detail", request.business.slug, kept.pk)
    context = {"kept": kept, "gone": gone, "obstacle": obstacle(kept, gone), "other_way": obstacle(gone, kept) == ""}
    return render(request, "customers/customer_merge.html", context | _moving(gone))


@member_view
@require_POST
def customer_apart(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """They are two: not suggested again. With `again` in the form: they may be one after all."""
    first, second = get_row(request, ROWS, pk), get_row(request, ROWS, other)
    act = forget_told_apart if "again" in request.POST else tell_apart
    act(first=first, second=second, actor=request.user)
    return redirect("customer-alike", request.business.slug)


@member_view
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Parts two customers again."""
    row = get_row(request, CustomerMerge.objects.select_related("kept", "gone"), pk)
    try:
        part(row=row, now=timezone.now(), actor=request.user)
    except MergeError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("%(gone)s is a customer of its own again.") % {"gone": row.gone})
    return redirect("customer-alike", request.business.slug)


def _shown(pair: Pair) -> dict[str, Any]:
    signs = ", ".join(str(SIGNS[sign]) for sign in pair.suggestion.signs)
    return {"sides": [(pair.first, pair.second), (pair.second, pair.first)], "sure": pair.suggestion.sure, "signs": signs}


def _moving(gone: Customer) -> dict[str, int]:
    return {"invoices": gone.invoices.count(), "payments": gone.payments.count()}
