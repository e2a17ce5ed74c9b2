"""Noting a call: everything known on one side, what was said on the other."""

import datetime

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.access import get_row, member_view
from customers.models import Task
from customers.models.business import Role
from customers.models.desk import CALL_KINDS, Outcome, TaskKind, TaskState
from customers.views.tasks import worklist
from invoices.account import kept_promises, positions
from reminders.call_check import numbers_of
from reminders.calling import log_call
from reminders.forms.call import CallForm
from reminders.levels import with_levels
from reminders.timeline import of_customer

# Enough to see whether they keep their word.
PROMISES_SHOWN = 4
# So long after opening its sheet a call may be written down.
OPENED, SHEET_LIVES = "reminders.call-sheet", 2 * 60 * 60


@member_view
def call_log(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of one call task: whom to ring, what is open, what was said before; and the form to note it."""
    task = get_row(request, worklist(request.business).filter(kind__in=CALL_KINDS), pk)
    if task.customer is None:
        raise Http404
    if task.state != TaskState.OPEN:
        return redirect("task-detail", request.business.slug, task.pk)
    numbers = numbers_of(task, task.customer.calendar, _opened_at(request, task))
    today = request.business.local_date(timezone.now())
    is_owner = request.membership.is_owner
    form = CallForm(request.POST or None, customer=task.customer, numbers=numbers, today=today, may_override=is_owner)
    if request.method == "POST" and form.is_valid():
        _log(request, task, form)
        return redirect("task-list", request.business.slug)
    return render(request, "reminders/call_log.html", _sheet(request, task, form, today))


def _opened_at(request: HttpRequest, task: Task) -> datetime.datetime:
    """When the sheet was opened to dial: a call is judged by the moment it was made, not by that of writing it down."""
    try:
        opened = signing.loads(request.POST.get("opened", ""), salt=OPENED, max_age=SHEET_LIVES)
    except signing.BadSignature:
        return timezone.now()
    return datetime.datetime.fromisoformat(opened["at"]) if opened["task"] == task.pk else timezone.now()


def _log(request: HttpRequest, task: Task, form: CallForm) -> None:
    """Writes the call and says what follows."""
    if task.role == Role.OWNER and not request.membership.is_owner:
        raise PermissionDenied
    customer = task.customer
    log_call(task=task, at=timezone.now(), by=request.user, calendar=customer.calendar, **form.cleaned_data)
    task.refresh_from_db()
    messages.success(request, _told(task, form.cleaned_data["outcome"]) % {"customer": customer})


def _told(task: Task, outcome: str) -> str:
    """What follows from the call, for the person who made it."""
    if task.state == TaskState.OPEN:
        return _("Noted. %(customer)s comes back on the desk on the next business day.")
    if outcome != Outcome.REACHED:
        return _("Noted. Nobody at %(customer)s could be reached: the letter waits for approval without a call.")
    if task.kind == TaskKind.COURTESY_CALL:
        return _("Noted. %(customer)s is done.")
    return _("Noted. The letter to %(customer)s that says what was said waits for approval.")


def _sheet(request: HttpRequest, task: Task, form: CallForm, today: datetime.date) -> dict[str, object]:
    customer = task.customer
    standing = positions(customer, today)
    opened = _opened_at(request, task).isoformat()
    return {
        "task": task,
        "customer": customer,
        "today": today,
        "form": form,
        "positions": standing,
        "accounts": with_levels(standing),
        "numbers": form.numbers,
        "may_override": form.may_override,
        "opened": signing.dumps({"task": task.pk, "at": opened}, salt=OPENED),
        "disputes": customer.disputes.filter(resolved_on=None).select_related("invoice"),
        "kept": kept_promises(customer),
        "promises": customer.promises.select_related("contact")[:PROMISES_SHOWN],
        "attempts": task.conversations.select_related("contact", "by"),
        "entries": of_customer(customer)[0][:15],
    }
