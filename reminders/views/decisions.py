"""The owner's decision on one page: the final letter, a settlement, the agency, a write-off, or to wait (P20, P22)."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from customers.access import get_row, member_view, owner_view, say_undoable
from customers.desk import complete_task
from customers.forms.task import SnoozeForm
from customers.models import Customer, Task
from customers.models.claim import ClaimResult
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from customers.views.clock import today_of
from invoices.account import Position, currency_asked, positions
from invoices.balances import BookingError
from invoices.models import Invoice, WriteOff
from invoices.settlement_money import settleable
from invoices.settlements import NOTHING, floor_of
from invoices.writing_off import give_up
from reminders.cases import case_in
from reminders.facts import cases_of, settings_of
from reminders.final_letters import write_final
from reminders.forms.decision import HandOffForm, WriteOffForm
from reminders.hand_offs import NEXT_STEPS, final_objections, finals_of, objections, reply_days, settle_objection
from reminders.handing_off import HandOffError, close, hand_off, take_back
from reminders.models import Cursor, HandOff
from reminders.outbox import OutboxError
from reminders.sweeping import sweep


@owner_view
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands, what may be done about it and what may not yet, with the reason. `?currency=`, `?task=` as asked."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    return _page(request, customer)


@owner_view
@require_POST
def decision_final(request: HttpRequest, pk: int) -> HttpResponse:
    """Drafts the final letter: the owner's click, and the owner's approval after it."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    try:
        letter = write_final(
            customer=customer, currency=_currency(request, customer), today=today_of(request), actor=request.user
        )
    except OutboxError as problem:
        messages.error(request, str(problem))
        return _back(request, customer)
    _done(request, customer, _("The final letter was written."))
    messages.success(request, _("Drafted. It goes out once you have approved it."))
    return redirect("letter-detail", request.business.slug, letter.pk)


@owner_view
@require_POST
def decision_hand_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives it to the agency."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    form = HandOffForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, {"hand_off": form}, status=422)
    try:
        row = hand_off(
            customer=customer,
            currency=_currency(request, customer),
            on=today_of(request),
            actor=request.user,
            **form.cleaned_data,
        )
    except HandOffError as problem:
        messages.error(request, str(problem))
        return _back(request, customer)
    _done(request, customer, _("It went to the agency."))
    messages.success(request, _("Handed off. Nothing of ours goes out to them in this currency until you take it back."))
    return redirect("handoff-detail", request.business.slug, row.pk)


@owner_view
@require_POST
def decision_write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives up what was ticked, where the settings allow that debts are."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    if not request.business.rules["final"]["write_off"]:
        messages.error(request, _("Your settings say that debts are not written off."))
        return _back(request, customer)
    form = WriteOffForm(request.POST, invoices=_open(customer, _currency(request, customer)))
    if not form.is_valid():
        return _page(request, customer, {"write_off": form}, status=422)
    ids, reason = [row.pk for row in form.cleaned_data["invoices"]], form.cleaned_data["reason"]
    try:
        with transaction.atomic():
            # The engine's lock first, as everywhere: what waited for the money given up is taken off the desk at once.
            Cursor.objects.select_for_update().get_or_create(business=request.business)
            given = give_up(customer=customer, invoice_ids=ids, on=today_of(request), reason=reason, actor=request.user)
            _done(request, customer, _("Written off."))
            sweep(
                business=request.business,
                customer_ids=[customer.pk],
                settings=settings_of(request.business),
                today=today_of(request),
            )
    except BookingError as problem:
        messages.error(request, str(problem))
        return _back(request, customer)
    _say_written_off(request, given)
    return redirect("customer-detail", request.business.slug, customer.pk)


@member_view
def handoff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is with an agency, since when, and the pack it got."""
    row = get_row(request, HandOff.objects.select_related("customer", "pack", "by").defer("pack__bytes"), pk)
    return render(request, "reminders/handoff_detail.html", {"row": row, "customer": row.customer, "today": today_of(request)})


@owner_view
def handoff_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The pack, to be sent."""
    row = get_row(request, HandOff.objects.select_related("pack").filter(pack__isnull=False), pk)
    response = HttpResponse(bytes(row.pack.bytes), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="hand-off-{row.pk}-{row.handed_on.isoformat()}.zip"'
    return response


@owner_view
@require_POST
def handoff_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It is ours again."""
    return _end(request, pk, take_back, _("Taken back. The steps go on."))


@owner_view
@require_POST
def handoff_close(request: HttpRequest, pk: int) -> HttpResponse:
    """The agency is done with it."""
    return _end(request, pk, close, _("Closed. What is still open is yours to decide."))


def _end(request: HttpRequest, pk: int, write: Callable[..., None], told: str) -> HttpResponse:
    row = get_row(request, HandOff.objects.select_related("business", "customer"), pk)
    try:
        write(row=row, on=today_of(request), actor=request.user)
    except HandOffError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, told)
    return redirect("handoff-detail", request.business.slug, row.pk)


def _spoken_on(customer: Customer) -> datetime.date | None:
    """The business's day on which they were last spoken to."""
    last = customer.conversations.filter(outcome="REACHED").aggregate(at=Max("at"))["at"]
    return customer.business.local_date(last) if last else None


def _page(request: HttpRequest, customer: Customer, filled: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    today, currency, rules = today_of(request), _currency(request, customer), request.business.rules
    case = case_in(cases_of(request.business, [customer], settings_of(request.business), today).get(customer.pk, []), currency)
    rows = _open(customer, currency)
    total = sum((part for _pk, part in settleable(customer.pk, currency, today)), NOTHING)
    task = _task(request, customer)
    context = {
        "customer": customer,
        "currency": currency,
        "today": today,
        "position": next((one for one in _positions(request, customer) if one.currency == currency), Position(currency)),
        "asked": customer.letters.filter(currency=currency, state=LetterState.SENT).count(),
        "spoken_on": _spoken_on(customer),
        "claims": list(customer.claims.filter(result=ClaimResult.OPEN)),
        "checked": customer.claims.exclude(result=ClaimResult.OPEN).count(),
        "handed": customer.hand_offs.filter(currency=currency, state="handed").first(),
        "final_problems": final_objections(customer, case, today),
        "final_days": reply_days(customer, rules),
        "next_steps": [setting for setting, _words in NEXT_STEPS if rules["final"][setting]],
        "final_letter": finals_of(customer, currency).first(),
        "settle_problem": settle_objection(customer, currency, case, today),
        "least": floor_of(total, currency, rules),
        "hand_problems": objections(customer, case, today),
        "may_write_off": rules["final"]["write_off"],
        "hand_off": HandOffForm(initial={"agency": rules["final"]["agency_name"]}),
        "write_off": WriteOffForm(invoices=rows),
        "rows": rows,
        "task": task,
        "snooze": SnoozeForm(prefix="snooze"),
        "query": f"?currency={currency}&task={task.pk if task else ''}",
    }
    return render(request, "reminders/decision.html", context | (filled or {}), status=status)


def _open(customer: Customer, currency: str) -> list[Invoice]:
    rows = Invoice.objects.filter(customer=customer, currency=currency, balance__gt=0)
    return list(rows.order_by("due_on", "issued_on", "number"))


def _positions(request: HttpRequest, customer: Customer) -> list[Position]:
    return positions(customer, today_of(request))


def _currency(request: HttpRequest, customer: Customer) -> str:
    """The one asked for, where something is open in it; else the one most is."""
    return currency_asked(request.GET.get("currency", ""), _positions(request, customer), request.business.currency)


def _task(request: HttpRequest, customer: Customer) -> Task | None:
    """The decision that is asked for: the one named in the address, where it is still open."""
    rows = Task.objects.filter(customer=customer, kind=TaskKind.DECIDE, state=TaskState.OPEN)
    return rows.filter(pk=read_id(request.GET.get("task", ""))).first()


def _done(request: HttpRequest, customer: Customer, outcome: str) -> None:
    """The decision it answers is taken."""
    task = _task(request, customer)
    if task is not None:
        complete_task(task=task, outcome=outcome, on=today_of(request), by=request.user)


def _say_written_off(request: HttpRequest, given: list[WriteOff]) -> None:
    words = _("Written off. If money comes in for it later, it is booked as recovered.")
    if len(given) == 1:
        say_undoable(request, words, "write-off-take-out", given[0].pk)
    else:
        messages.success(request, words + " " + _("Each can be taken back on the page of its invoice."))


def _back(request: HttpRequest, customer: Customer) -> HttpResponse:
    response = redirect("decision", request.business.slug, customer.pk)
    response["Location"] += f"?{request.GET.urlencode()}"
    return response
