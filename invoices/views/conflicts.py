"""What the accounts say differently of invoices the customer heard of: all of it, one of it, and how it is settled."""

import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.filters import day, money
from arcollect.listing import Column, Filter, Listing, Option, search_in
from customers.access import get_row, member_view
from customers.models import Business, Customer
from invoices.conflicts import ConflictError, keep_ours, letters_waiting, take_theirs, why_not_theirs
from invoices.models import SyncConflict
from invoices.models.incoming import ConflictState

FIELDS = {
    "issued_on": lazy("Issued"),
    "due_on": lazy("Due"),
    "total": lazy("Total"),
    "customer": lazy("Customer"),
    "state": lazy("State"),
}


@member_view
def conflict_list(request: HttpRequest) -> HttpResponseBase:
    """Every difference, those that wait for a person first."""
    rows = SyncConflict.objects.filter(business=request.business).select_related("invoice__customer", "settled_by")
    return CONFLICTS.respond(request, rows, "invoices/conflict_list.html", {"fields": FIELDS})


@member_view
def conflict_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Ours beside theirs, what either choice does, and the letters it touches."""
    row = _row(request, pk)
    newest = not SyncConflict.objects.filter(invoice=row.invoice_id, pk__gt=row.pk).exists()
    context = {
        "conflict": row,
        "invoice": row.invoice,
        "customer": row.invoice.customer,
        "pairs": pairs(row),
        "refusal": why_not_theirs(row),
        "letters": letters_waiting(row),
        "newest": newest,
    }
    return render(request, "invoices/conflict_detail.html", context)


@require_POST
@member_view
def conflict_theirs(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes over what the accounts say."""
    return _settle(request, pk, take_theirs, _("Taken over. What waits to go out is written with the new figures."))


@require_POST
@member_view
def conflict_ours(request: HttpRequest, pk: int) -> HttpResponse:
    """Leaves the invoice as it is here."""
    return _settle(request, pk, keep_ours, _("Left as it is. The same difference does not come again."))


def _settle(request: HttpRequest, pk: int, write: Any, words: str) -> HttpResponse:
    row, now = _row(request, pk), timezone.now()
    try:
        write(conflict=row, on=request.business.local_date(now), now=now, actor=request.user)
    except ConflictError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, words)
    return redirect("conflict-detail", request.business.slug, row.pk)


def _row(request: HttpRequest, pk: int) -> SyncConflict:
    rows = SyncConflict.objects.select_related("business", "invoice__customer__business", "batch", "settled_by")
    return get_row(request, rows, pk)


def pairs(row: SyncConflict) -> list[dict[str, object]]:
    """For each field its name, ours and theirs, as people write them."""
    return [
        {"label": FIELDS[name], "ours": _words(row, name, ours), "theirs": _words(row, name, theirs)}
        for name, (ours, theirs) in row.changes.items()
    ]


def _words(row: SyncConflict, name: str, text: str) -> str:
    if name == "total":
        return money(Decimal(text), row.invoice.currency)
    if name == "customer":
        return _customer(row.business, text)
    if name == "state":
        return _("open") if text == "open" else _("no invoice any more (%(state)s)") % {"state": text}
    return str(day(datetime.date.fromisoformat(text)))


def _customer(business: Business, pk: str) -> str:
    found = Customer.objects.filter(business=business, pk=int(pk)).first() if pk else None
    return found.name if found else _("a customer not known here")


CONFLICTS = Listing(
    name="differences",
    columns=(
        Column("number", lazy("Invoice"), lambda row: row.invoice.number, sort=("invoice__number",)),
        Column("customer", lazy("Customer"), lambda row: row.invoice.customer.name, sort=("invoice__customer__name",)),
        Column("what", lazy("What differs"), lambda row: ", ".join(str(FIELDS[name]) for name in row.changes)),
        Column("seen", lazy("Seen"), lambda row: row.created_at.date(), sort=("id",)),
        Column("state", lazy("State"), lambda row: row.get_state_display()),
    ),
    sort="-seen",
    filters=(
        Filter(
            "state",
            lazy("State"),
            [Option(state.value, state.label, Q(state=state)) for state in ConflictState],
            everything=lazy("Everything"),
            default="open",
            pills=True,
        ),
    ),
    search=search_in("invoice__number", "invoice__customer__name"),
    hint=lazy("Invoice, customer"),
)
