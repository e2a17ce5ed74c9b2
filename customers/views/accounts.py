"""A change of the account the business is paid on: looked at by a second person, confirmed or dropped (domain.md PF09)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from customers.approving import BANK_FIELDS, AccountError, confirm_change, drop_change, refusal
from customers.models import AccountChange, Business

ROWS = AccountChange.objects.select_related("business", "asked_by", "confirmed_by", "dropped_by")


@member_view
def account_change(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to change, who asked for it, and whether the reader may confirm it."""
    change = get_row(request, ROWS, pk)
    rows = [
        (Business._meta.get_field(name).verbose_name, getattr(request.business, name), change.values[name])
        for name in BANK_FIELDS
        if name in change.values
    ]
    problem = refusal(change, request.user, timezone.now())
    return render(request, "customers/account_change.html", {"change": change, "rows": rows, "problem": problem})


@require_POST
@member_view
def account_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person agrees: the new details count."""
    return _decide(request, pk, confirm_change, _("Confirmed. Letters, invoices and the customers' pages name the new account."))


@require_POST
@member_view
def account_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The old details stay."""
    return _decide(request, pk, drop_change, _("Dropped. The old account stays."))


def _decide(request: HttpRequest, pk: int, write: Callable[..., object], told: str) -> HttpResponse:
    """Ends a change as `write` does, and says so, or why it cannot be."""
    change = get_row(request, ROWS, pk)
    try:
        write(change=change, actor=request.user, now=timezone.now())
    except AccountError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, told)
    return redirect("account-change", request.business.slug, change.pk)
