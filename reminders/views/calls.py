"""Noting a call: everything known on one side, what is said and noted on the other."""

import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from arcollect.filters import day
from arcollect.ids import read_id
from customers.access import get_row, member_view
from customers.models import Conversation, Customer, Task
from customers.models.business import Role
from customers.models.desk import CALL_KINDS, Outcome, TaskState
from customers.models.letter import LetterState
from customers.views.tasks import worklist
from invoices.agreeing import AgreementError
from reminders.call_sheet import Sheet, sheet_of
from reminders.calling import CallError, log_call
from reminders.forms.call import CallForm

# So long after opening its sheet a call may be written down.
OPENED, SHEET_LIVES = "reminders.call-sheet", 2 * 60 * 60


@member_view
def call_log(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of one task's call: whom to ring, what is open, what to say; and the form to note it."""
    task = get_row(request, worklist(request.business).filter(customer__isnull=False), pk)
    if task.state != TaskState.OPEN:
        return redirect("task-detail", request.business.slug, task.pk)
    return _respond(request, task.customer, task)


@member_view
def customer_call(request: HttpRequest, pk: int) -> HttpResponse:
    """The same without a task: they rang us, or we ring for something of our own."""
    return _respond(request, get_row(request, Customer.objects.select_related("business"), pk), None)


@member_view
def call_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the form that belongs to the reason in the address: its questions, what to do next, the day to look again."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    sheet = sheet_of(customer, _task(request, customer), request.user, timezone.now())
    form = CallForm(None, sheet=sheet, may_override=request.membership.is_owner, reason=request.GET.get("reason", ""))
    return render(request, "reminders/call_reason.html", {"form": form, "sheet": sheet, "customer": customer})


def _task(request: HttpRequest, customer: Customer) -> Task | None:
    return Task.objects.filter(pk=read_id(request.GET.get("task", "")), customer=customer).first()


def _respond(request: HttpRequest, customer: Customer, task: Task | None) -> HttpResponse:
    if request.method == "POST" and task is not None and task.role == Role.OWNER and not request.membership.is_owner:
        raise PermissionDenied
    now = timezone.now()
    opened = _opened_at(request, customer) or now
    sheet = sheet_of(customer, task, request.user, opened)
    is_post = request.method == "POST"
    form = CallForm(
        request.POST if is_post else None,
        sheet=sheet,
        may_override=request.membership.is_owner,
        reason=request.GET.get("reason", ""),
    )
    if is_post and form.is_valid() and _noted(request, sheet, form, now):
        return redirect("task-list", request.business.slug)
    return render(request, "reminders/call_log.html", _page(request, sheet, form, opened), status=422 if is_post else 200)


def _opened_at(request: HttpRequest, customer: Customer) -> datetime.datetime | None:
    """When the sheet was opened to dial: a call is judged by the moment it was made, not by that of writing it down."""
    try:
        opened = signing.loads(request.POST.get("opened", ""), salt=OPENED, max_age=SHEET_LIVES)
    except signing.BadSignature:
        return None
    return datetime.datetime.fromisoformat(opened["at"]) if opened["customer"] == customer.pk else None


def _noted(request: HttpRequest, sheet: Sheet, form: CallForm, now: datetime.datetime) -> bool:
    """Writes the call and says what follows; False, with what is wrong in the form, where it cannot be written so."""
    customer = sheet.customer
    try:
        conversation = log_call(
            customer=customer,
            task=sheet.task,
            notes=form.notes_taken,
            at=now,
            by=request.user,
            calendar=customer.calendar,
        )
    except (AgreementError, CallError) as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, " ".join(_told(sheet, conversation)))
    return True


def _told(sheet: Sheet, conversation: Conversation) -> list[str]:
    """What follows from the call, for the person who made it."""
    told, customer = [_("Noted: %(customer)s.") % {"customer": sheet.customer}], sheet.customer
    if sheet.task is not None and Task.objects.filter(pk=sheet.task.pk, state=TaskState.OPEN).exists():
        return [*told, _("It comes back on the desk on the next business day.")]
    if conversation.outcome != Outcome.REACHED and sheet.task is not None:
        told.append(_("Nobody could be reached: the letter goes without a call."))
    for promise in conversation.promises.all():
        told.append(_("Promised until %(day)s.") % {"day": day(promise.due_on)})
    if conversation.disputes.exists():
        told.append(_("What they contest is not asked for while it is open."))
    if conversation.plans.exists():
        told.append(_("The plan is on offer."))
    if customer.letters.filter(state=LetterState.DRAFT).exists():
        told.append(_("A letter waits for your look."))
    if conversation.next_on is not None:
        told.append(_("Looked at again %(day)s.") % {"day": day(conversation.next_on)})
    return told


def _page(request: HttpRequest, sheet: Sheet, form: CallForm, opened: datetime.datetime) -> dict[str, Any]:
    customer = sheet.customer
    others = Task.objects.filter(customer=customer, state=TaskState.OPEN, kind__in=CALL_KINDS)
    return {
        "sheet": sheet,
        "task": sheet.task,
        "customer": customer,
        "today": sheet.today,
        "form": form,
        "accounts": sheet.accounts,
        "may_override": form.may_override,
        "stale": sheet.today - datetime.timedelta(days=customer.business.rules["contact_reverify_days"]),
        "other_calls": [] if sheet.task else list(others),
        "opened": signing.dumps({"customer": customer.pk, "at": opened.isoformat()}, salt=OPENED),
    }
