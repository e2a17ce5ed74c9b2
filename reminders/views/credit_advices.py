"""What is suggested about the credit of customers, and the owner's answers, without which nothing changes (5.2, 5.3)."""

import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view, owner_view, say_undoable, way_back
from customers.views.clock import today_of
from invoices.advice_words import advice_words, reasons_of
from invoices.models import CreditAdvice
from invoices.models.insight import Advice, AdviceState
from invoices.overruling import OverruleError, accept_advice, decline_advice, take_back_answer
from reminders.forms.overruling import DeclineForm

ROWS = CreditAdvice.objects.select_related("customer", "answered_by")


@member_view
def credit_advices(request: HttpRequest) -> HttpResponseBase:
    """What waits for the owner, the oldest first; what was answered, with the way back."""
    rows = ROWS.filter(business=request.business, customer__merged_into=None)
    context = {"today": today_of(request)}
    return LISTING.respond(request, rows, "customers/credit_advices.html", context)


@owner_view
@require_POST
def credit_advice_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Does what is suggested, and goes back to where the button was."""
    advice = get_row(request, ROWS, pk)
    try:
        accept_advice(advice=advice, on=today_of(request), actor=request.user)
    except OverruleError as problem:
        messages.error(request, str(problem))
    else:
        done = {"customer": advice.customer, "what": advice_words(advice)}
        say_undoable(request, _("%(customer)s: %(what)s Done.") % done, "credit-advice-reopen", advice.pk)
    return way_back(request, "customer-detail", advice.customer_id)


@owner_view
def credit_advice_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why it stays as it is and until when, and notes the answer."""
    advice = get_row(request, ROWS, pk)
    today = today_of(request)
    until = today + datetime.timedelta(days=request.business.rules["segments"]["decline_days"])
    form = DeclineForm(request.POST or None, until=until, note_needed=advice.kind == Advice.HOLD)
    if request.method == "POST" and form.is_valid():
        try:
            decline_advice(advice=advice, on=today, actor=request.user, **form.cleaned_data)
        except OverruleError as problem:
            form.add_error(None, str(problem))
        else:
            say_undoable(request, _("It stays as it is."), "credit-advice-reopen", advice.pk)
            return way_back(request, "customer-detail", advice.customer_id)
    context = {"form": form, "advice": advice, "words": advice_words(advice), "reasons": reasons_of(advice)}
    return render(request, "customers/credit_advice_decline.html", context, status=422 if form.is_bound else 200)


@owner_view
@require_POST
def credit_advice_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an answer back: what it changed is as before, and the advice waits again."""
    advice = get_row(request, ROWS, pk)
    try:
        take_back_answer(advice=advice, actor=request.user)
    except OverruleError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Taken back: it waits for your answer again."))
    return way_back(request, "credit-advices")


def _prepare(rows: list[CreditAdvice]) -> list[CreditAdvice]:
    for row in rows:
        row.words, row.because = advice_words(row), reasons_of(row)
    return rows


LISTING = Listing(
    name="advice-on-credit",
    sort="made",
    columns=[
        Column("made", lazy("Since"), lambda row: row.made_on, ("made_on",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("reference", lazy("Reference"), lambda row: row.customer.reference, screen=False),
        Column("what", lazy("Suggested"), lambda row: row.get_kind_display(), ("kind", "amount")),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("amount", lazy("Amount"), lambda row: _amount(row), screen=False),
        Column("why", lazy("Why"), lambda row: " ".join(row.because)),
        Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
    ],
    filters=[
        Filter(
            "show",
            lazy("Show"),
            [Option(state.value, state.label, Q(state=state)) for state in AdviceState],
            everything=lazy("All"),
            default=AdviceState.OPEN,
            pills=True,
        ),
        Filter(
            "kind",
            lazy("Suggested"),
            [Option(kind.value, kind.label, Q(kind=kind)) for kind in Advice],
            everything=lazy("Everything"),
        ),
    ],
    search=search_in("customer__name", "customer__reference"),
    hint=lazy("Customer"),
    prepare=_prepare,
)


def _amount(row: CreditAdvice) -> str:
    return "" if row.amount is None else format_plain(row.amount, row.currency)
