"""Settlements: all of them, one of them, and what an owner does: offers less, takes it back, lets a late payment count."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view, owner_view, way_back
from customers.desk import TaskError, complete_task
from customers.models import Customer, Task
from customers.models.desk import TaskState
from customers.views.clock import today_of
from invoices.account import currency_asked, positions
from invoices.agreeing import AgreementError
from invoices.models import Settlement
from invoices.models.settlement import SettlementState
from invoices.settlement_money import came_in, settleable
from invoices.settlements import NOTHING, floor_of
from invoices.settling import (
    accept_settlement,
    cancel_settlement,
    decline_settlement,
    offer_settlement,
    waive_miss,
)
from reminders.cases import case_in
from reminders.facts import cases_of, settings_of
from reminders.forms.settlement import SettlementForm, usual_days
from reminders.hand_offs import settle_objection
from reminders.levels import reached_90
from reminders.settlement_letters import write_offer


@member_view
def settlement_list(request: HttpRequest) -> HttpResponseBase:
    """Every settlement, the next to be paid first."""
    rows = Settlement.objects.filter(business=request.business).select_related("customer")
    today = today_of(request)
    return LISTING.respond(request, rows, "reminders/settlement_list.html", {"today": today})


@member_view
def settlement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One settlement: what is taken for what, by when, what came in, and what may be done about it."""
    rows = Settlement.objects.select_related("business", "customer__business", "by")
    settlement = get_row(request, rows, pk)
    came = came_in(settlement)
    context = {
        "settlement": settlement,
        "customer": settlement.customer,
        "lines": settlement.covered.select_related("invoice"),
        "received": came.total,
        "left": max(settlement.amount - came.total, NOTHING),
        "credit": settlement.total - settlement.amount,
        "letters": settlement.customer.letters.filter(facts__settlement__id=settlement.pk),
        "today": today_of(request),
    }
    return render(request, "reminders/settlement_detail.html", context)


@owner_view
def settlement_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers to take less, from step 90 on; says why not where it cannot be. `?currency=`, `?task=`: the decision it answers."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    currency = _currency(request, customer)
    covered = settleable(customer.pk, currency, today)
    total = sum((part for _pk, part in covered), NOTHING)
    initial = usual_days(request.business.rules, today) | {"letter": "call" not in request.GET}
    form = SettlementForm(request.POST or None, covered=covered, currency=currency, initial=initial)
    problem = _problem(request, customer, currency)
    if request.method == "POST" and form.is_valid():
        try:
            if problem:
                raise AgreementError(problem)
            settlement = _offer(request, customer, currency, form)
        except AgreementError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Offered. Nothing of it is asked for until they answer."))
            return redirect("settlement-detail", request.business.slug, settlement.pk)
    context = {
        "form": form,
        "customer": customer,
        "currency": currency,
        "total": total,
        "least": floor_of(total, currency, request.business.rules),
        "problem": problem,
    }
    return render(request, "reminders/settlement_form.html", context)


def _currency(request: HttpRequest, customer: Customer) -> str:
    """The currency in the address, else the one most is open in."""
    today = today_of(request)
    return currency_asked(request.GET.get("currency", ""), positions(customer, today), request.business.currency)


def _problem(request: HttpRequest, customer: Customer, currency: str) -> str:
    """Why nothing can be offered now, or ""."""
    today = today_of(request)
    cases = cases_of(request.business, [customer], settings_of(request.business), today).get(customer.pk, [])
    return settle_objection(customer, currency, case_in(cases, currency), today)


@transaction.atomic
def _offer(request: HttpRequest, customer: Customer, currency: str, form: SettlementForm) -> Settlement:
    """The offer, its letter where one is wanted, and the decision it answers done."""
    today = today_of(request)
    settlement = offer_settlement(
        customer=customer,
        currency=currency,
        on=today,
        reached_90=reached_90(customer, currency),
        actor=request.user,
        **form.terms(),
    )
    if form.cleaned_data["letter"] and write_offer(settlement=settlement, today=today, actor=request.user) is None:
        messages.warning(request, _("No letter was drafted: a flag forbids to write to them."))
    task = read_id(request.GET.get("task", ""))
    rows = Task.objects.filter(pk=task, business=request.business, customer=customer, state=TaskState.OPEN, kind="decide")
    for row in rows:
        complete_task(task=row, outcome=_("A settlement was offered."), on=today, by=request.user)
    return settlement


@require_POST
@member_view
def settlement_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the customer accepted, on the telephone or in writing."""
    name = request.POST.get("name", "")
    told = _("Accepted. Nothing of it is asked for until the day it is to be paid.")
    return _act(
        request, pk, lambda row: accept_settlement(settlement=row, name=name, at=timezone.now(), actor=request.user), told
    )


@require_POST
@member_view
def settlement_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the customer declined."""
    told = _("Noted. The owner decides what comes next.")
    return _act(request, pk, lambda row: decline_settlement(settlement=row, at=timezone.now(), actor=request.user), told)


@owner_view
@require_POST
def settlement_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an offer back."""
    today = today_of(request)
    told = _("Taken back. What it covered is asked for again.")
    return _act(request, pk, lambda row: cancel_settlement(settlement=row, on=today, actor=request.user), told)


@owner_view
@require_POST
def settlement_waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a late or short payment count."""
    today = today_of(request)
    told = _("It counts: the rest is credited.")
    return _act(request, pk, lambda row: waive_miss(settlement=row, on=today, actor=request.user), told)


def _act(request: HttpRequest, pk: int, write: Callable[[Settlement], None], told: str) -> HttpResponse:
    settlement = get_row(request, Settlement.objects.select_related("business", "customer"), pk)
    try:
        write(settlement)
    except (AgreementError, TaskError) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, told)
    return way_back(request, "settlement-detail", settlement.pk)


LISTING = Listing(
    name="settlements",
    sort="due",
    columns=[
        Column("due", lazy("Paid by"), lambda row: row.pay_by, ("pay_by",)),
        Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
        Column("offered", lazy("Offered on"), lambda row: row.offered_on, ("offered_on",)),
        Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
        Column("total", lazy("Owed"), lambda row: format_plain(row.total, row.currency), ("total",), numeric=True),
        Column("amount", lazy("We take"), lambda row: format_plain(row.amount, row.currency), ("amount",), numeric=True),
        Column("received", lazy("Received"), lambda row: format_plain(row.received, row.currency), ("received",), numeric=True),
        Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
    ],
    filters=[
        Filter(
            "show",
            lazy("Show"),
            [
                Option("open", lazy("Open"), Q(state__in=[SettlementState.OFFERED, SettlementState.ACCEPTED])),
                *[
                    Option(state.value, state.label, Q(state=state))
                    for state in SettlementState
                    if state not in ("offered", "accepted")
                ],
            ],
            everything=lazy("All"),
            default="open",
            pills=True,
        )
    ],
    search=search_in("customer__name", "customer__reference"),
    hint=lazy("Customer"),
    totals={lazy("We take"): "amount"},
)
