"""One task: what it is about, and what becomes of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from customers.access import get_row, member_view, say_undoable, way_back
from customers.desk import TaskError, assign_task, cancel_task, complete_task, last_snooze, snooze_task, take_back_snooze
from customers.forms.task import CancelForm, DoneForm, SnoozeForm
from customers.models import Business, Task
from customers.models.business import Role
from customers.models.desk import CALL_KINDS, TaskKind, TaskState
from customers.views.clock import today_of

# Where a task about one row is done: the address that does it, and what its button says.
SUBJECT_DOORS = {
    "account": ("account-change", lazy("See what is to change")),
    "dispute": ("dispute-detail", lazy("See the query")),
    "contact": ("contact-edit", lazy("See the contact")),
    "payment": ("payment-match", lazy("Match it")),
    "credit_note": ("credit-match", lazy("Match it")),
    "letter": ("letter-detail", lazy("See the letter")),
    "invoice": ("invoice-detail", lazy("See the invoice")),
    "claim": ("claim-check", lazy("Note what was found")),
    "promise": ("promise-detail", lazy("See the promise")),
    "settlement": ("settlement-detail", lazy("See the settlement")),
    "paymentplan": ("plan-detail", lazy("See the plan")),
    "line": ("bank-line", lazy("See the line")),
    "conflict": ("conflict-detail", lazy("See what differs")),
    "syncsource": ("sync-detail", lazy("See the folder")),
    "conversation": ("conversation-detail", lazy("See what was said")),
}

# Of these the page of the row is a step too far: the answer itself is behind the button.
KIND_DOORS = {
    TaskKind.PLAN_COUNTER: ("plan-answer", lazy("Answer their proposal")),
    TaskKind.PLAN_COUNTERSIGN: ("plan-detail", lazy("Sign it")),
}

# Of one kind and about one sort of row.
SPECIAL_DOORS = {
    (TaskKind.REFUND, "payment"): ("payment-refund", lazy("Pay it back")),
    (TaskKind.REFUND, "credit_note"): ("credit-refund", lazy("Pay it back")),
}

# How an open task ends or waits: form, writer, and what the person is told.
ACTS = {
    "complete": (DoneForm, complete_task, lazy("Done.")),
    "cancel": (CancelForm, cancel_task, lazy("Taken off the desk.")),
    "snooze": (SnoozeForm, snooze_task, lazy("Put off. Until its day it is under “Later” on the desk.")),
}


@member_view
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One task with what it is about, and the three ways to be done with it."""
    return _page(request, get_row(request, worklist(request.business), pk))


@require_POST
@member_view
def task_complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a task with what came of it."""
    return _act(request, pk, "complete")


@require_POST
@member_view
def task_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes a task that need not be done."""
    return _act(request, pk, "cancel")


@require_POST
@member_view
def task_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a task off until a later day."""
    return _act(request, pk, "snooze")


@require_POST
@member_view
def task_snooze_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back that a task was put off; back where they came from."""
    task = _to_act_on(request, pk)
    try:
        take_back_snooze(task=task, by=request.user)
    except TaskError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Taken back: it is where it was."))
    return way_back(request, "task-detail", task.pk)


@require_POST
@member_view
def task_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a task to a member, or takes it oneself."""
    task = _to_act_on(request, pk)
    wanted = read_id(request.POST.get("to", ""))
    member = request.business.memberships.select_related("user").filter(user_id=wanted).first()
    try:
        assign_task(task=task, to=member.user if member else None, by=request.user)
    except TaskError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It is %(name)s's now.") % {"name": member.user} if member else _("It is nobody's now."))
    return way_back(request, "task-detail", task.pk)


def worklist(business: Business) -> QuerySet[Task]:
    """The tasks of a business; `starts_on` is the day from which they are on the desk."""
    rows = Task.objects.filter(business=business).select_related("business", "customer", "assigned_to", "closed_by")
    return rows.annotate(starts_on=Coalesce("snoozed_until", "opens_on"))


def door_of(task: Task) -> tuple[str, object] | None:
    """(name of the address, words of the button) where the task is done, with the id of its subject; None where it has none."""
    about = task.subject.partition(":")[0]
    return KIND_DOORS.get(task.kind) or SPECIAL_DOORS.get((task.kind, about)) or SUBJECT_DOORS.get(about)


def _to_act_on(request: HttpRequest, pk: int) -> Task:
    """The task, or a 404. Raises PermissionDenied where it is the owner's and somebody else asks."""
    task = get_row(request, worklist(request.business), pk)
    if task.role == Role.OWNER and not request.membership.is_owner:
        raise PermissionDenied
    return task


def _act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Closes or puts off a task as the form says; the page again, with what is wrong, where it does not."""
    task = _to_act_on(request, pk)
    form_class, write, told = ACTS[act]
    form = form_class(request.POST, prefix=act)
    if not form.is_valid():
        return _page(request, task, {act: form})
    try:
        write(task=task, on=today_of(request), by=request.user, **form.cleaned_data)
    except TaskError as problem:
        # The page has no form for a task that is closed, and a button elsewhere leads back to where it is.
        one_click = "next" in request.POST
        if one_click or task.state != TaskState.OPEN:
            messages.error(request, str(problem))
        else:
            form.add_error(None, str(problem))
        return way_back(request, "task-list") if one_click else _page(request, task, {act: form})
    if act == "snooze":
        say_undoable(request, told, "task-snooze-back", task.pk)
    else:
        messages.success(request, told)
    return way_back(request, "task-list")


def _page(request: HttpRequest, task: Task, filled: dict[str, Form] | None = None) -> HttpResponse:
    forms = {act: form_class(prefix=act) for act, (form_class, _write, _told) in ACTS.items()} | (filled or {})
    context = {
        "task": task,
        "forms": forms,
        "today": today_of(request),
        "door": door_of(task),
        "subject_id": task.subject.partition(":")[2],
        "is_call": task.kind in CALL_KINDS,
        "members": request.business.memberships.select_related("user").order_by("pk"),
        "put_off": last_snooze(task),
        "may_act": task.state == TaskState.OPEN and (task.role != Role.OWNER or request.membership.is_owner),
    }
    return render(request, "customers/task_detail.html", context, status=422 if filled else 200)
