"""Money that came in, or was credited, and no invoice has yet: matched by a person."""

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import get_row, member_view
from customers.views.clock import today_of
from invoices.allocation import split_of
from invoices.booking import BookingError, Split, apply_credit_note, apply_unapplied
from invoices.forms.matching import MatchForm
from invoices.models import CreditNote, Invoice, Payment
from invoices.plan_receipts import awaited_plans
from invoices.standing import open_items

Apply = Callable[[Split, datetime.date], None]


@member_view
def payment_match(request: HttpRequest, pk: int) -> HttpResponse:
    """Books what is left of a payment against an invoice, or against the oldest ones."""
    payment = get_row(request, Payment.objects.select_related("business", "customer"), pk)
    return _match(request, payment, lambda split, on: apply_unapplied(payment=payment, split=split, on=on, actor=request.user))


@member_view
def credit_match(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes what is left of a credit note off an invoice, or off the oldest ones."""
    note = get_row(request, CreditNote.objects.select_related("business", "customer"), pk)
    return _match(request, note, lambda split, on: apply_credit_note(credit_note=note, split=split, on=on, actor=request.user))


def _match(request: HttpRequest, source: Payment | CreditNote, apply: Apply) -> HttpResponse:
    """The form with what would be booked, or the booking itself."""
    still_open = Invoice.objects.filter(customer=source.customer, currency=source.currency, balance__gt=0)
    invoices = {invoice.pk: invoice for invoice in still_open}
    proposed = _proposed(source)
    form = MatchForm(request.POST or None, invoice_ids=invoices)
    if request.method == "POST" and form.is_valid() and _booked(request, source, form, proposed, apply):
        messages.success(request, _("Matched."))
        return redirect("customer-detail", request.business.slug, source.customer_id)
    context = {"form": form, "source": source, "proposed": [(invoices[pk], part) for pk, part in proposed]}
    return render(request, "invoices/match_form.html", context)


def _proposed(source: Payment | CreditNote) -> list[tuple[int, Decimal]]:
    """What it would be booked on: a payment meant for a running plan on that, all else oldest first (domain.md 6.5)."""
    items, key = open_items(source.customer_id, source.currency), (source.customer_id, source.currency)
    if isinstance(source, CreditNote):
        return split_of(source.unapplied, "", items, None)
    return split_of(source.unapplied, source.reference, items, awaited_plans([source.customer_id]).get(key))


def _booked(request: HttpRequest, source: Payment | CreditNote, form: MatchForm, proposed: Split, apply: Apply) -> bool:
    """Books it as the form says; where it cannot be, the form says why."""
    chosen = form.cleaned_data["invoice"]
    split: list[tuple[int, Decimal]] = list(proposed)
    if chosen is not None:
        split = [(chosen.pk, min(source.unapplied, chosen.balance))]
    try:
        if not source.unapplied or not split:
            raise BookingError(_("Nothing is left to match, or no invoice is open for it."))
        apply(split, today_of(request))
    except BookingError as problem:
        form.add_error(None, str(problem))
        return False
    return True
