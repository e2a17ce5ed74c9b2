"""The desk: what must be done, and what became of it."""

import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.desk import TaskError, cancel_task, complete_task, snooze_task
from customers.forms.task import CancelForm, DoneForm, SnoozeForm
from customers.models import Business, Membership, Task
from customers.models.business import Role
from customers.models.desk import CALL_KINDS, TaskKind, TaskState

# Where a task about one row is done: the address that does it, and what its button says.
SUBJECT_DOORS = {
    "dispute": ("dispute-resolve", lazy("Close the query")),
    "contact": ("contact-edit", lazy("See the contact")),
    "payment": ("payment-match", lazy("Match it")),
    "letter": ("letter-detail", lazy("See the letter")),
    "invoice": ("invoice-detail", lazy("See the invoice")),
}

# How an open task ends or waits: form, writer, and what the person is told.
ACTS = {
    "complete": (DoneForm, complete_task, lazy("Done.")),
    "cancel": (CancelForm, cancel_task, lazy("Taken off the desk.")),
    "snooze": (SnoozeForm, snooze_task, lazy("Put off.")),
}


@member_view
def task_list(request: HttpRequest) -> HttpResponseBase:
    """Who do I call now, and what else is there to do today?"""
    today = request.business.local_date(timezone.now())
    rows = worklist(request.business)
    still_open = rows.filter(state=TaskState.OPEN)
    context = {
        "today": today,
        "calls": CALL_KINDS,
        "first_call": still_open.filter(starts_on__lte=today, kind__in=CALL_KINDS).order_by("due_on", "-amount", "pk").first(),
        "coming": still_open.filter(starts_on__gt=today).order_by("starts_on", "pk").first(),
    }
    return listing(today, request.membership).respond(request, rows, "customers/task_list.html", context)


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


def worklist(business: Business) -> QuerySet[Task]:
    """The tasks of a business; `starts_on` is the day from which they are on the desk."""
    rows = Task.objects.filter(business=business).select_related("business", "customer", "assigned_to", "closed_by")
    return rows.annotate(starts_on=Coalesce("snoozed_until", "opens_on"))


def listing(today: datetime.date, member: Membership) -> Listing:
    """How the desk is searched, filtered and sorted on this day; a bookkeeper sees the owner's tasks on demand."""
    is_open = Q(state=TaskState.OPEN)
    when = [
        Option("now", lazy("On the desk"), is_open & Q(starts_on__lte=today)),
        Option("calls", lazy("Calls"), is_open & Q(starts_on__lte=today, kind__in=CALL_KINDS)),
        Option("late", lazy("Late"), is_open & Q(due_on__lt=today)),
        Option("later", lazy("Later"), is_open & Q(starts_on__gt=today)),
        Option("closed", lazy("Done"), ~is_open),
    ]
    who = [
        Option("me", lazy("Mine"), Q(assigned_to=member.user_id)),
        Option("books", lazy("The bookkeepers'"), Q(role=Role.BOOKKEEPER)),
        Option("owner", lazy("The owner's"), Q(role=Role.OWNER)),
    ]
    kinds = [Option(kind.value, kind.label, Q(kind=kind)) for kind in TaskKind]
    return Listing(
        name="tasks",
        columns=COLUMNS,
        sort="due",
        filters=[
            Filter("when", lazy("When"), when, default="now", pills=True),
            Filter("kind", lazy("Kind"), kinds, everything=lazy("Every kind")),
            Filter("who", lazy("Whose"), who, everything=lazy("Everybody's"), default="" if member.is_owner else "books"),
        ],
        search=search_in("customer__name", "customer__reference", "reason"),
        hint=lazy("Customer, reason"),
    )


COLUMNS = [
    Column("kind", lazy("What"), lambda task: task.get_kind_display(), ("kind",)),
    Column("customer", lazy("Customer"), lambda task: task.customer.name if task.customer else "", ("customer__name",)),
    Column("reason", lazy("Why"), lambda task: task.reason),
    Column("due", lazy("Due"), lambda task: task.due_on, ("due_on",)),
    Column("currency", lazy("Currency"), lambda task: task.currency, screen=False),
    Column("amount", lazy("Amount"), lambda task: _plain(task), ("amount",), numeric=True),
    Column("outcome", lazy("Outcome"), lambda task: task.outcome_words, screen=False),
]


def _plain(task: Task) -> str:
    return "" if task.amount is None or not task.currency else format_plain(task.amount, task.currency)


def _act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Closes or puts off a task as the form says; the page again, with what is wrong, where it does not."""
    task = get_row(request, worklist(request.business), pk)
    if task.role == Role.OWNER and not request.membership.is_owner:
        raise PermissionDenied
    form_class, write, told = ACTS[act]
    form = form_class(request.POST, prefix=act)
    if not form.is_valid():
        return _page(request, task, {act: form})
    try:
        write(task=task, on=request.business.local_date(timezone.now()), by=request.user, **form.cleaned_data)
    except TaskError as problem:
        form.add_error(None, str(problem))
        return _page(request, task, {act: form})
    messages.success(request, told)
    return redirect("task-list", request.business.slug)


def _page(request: HttpRequest, task: Task, filled: dict[str, Form] | None = None) -> HttpResponse:
    forms = {act: form_class(prefix=act) for act, (form_class, _write, _told) in ACTS.items()} | (filled or {})
    context = {
        "task": task,
        "forms": forms,
        "today": request.business.local_date(timezone.now()),
        "door": SUBJECT_DOORS.get(task.subject.partition(":")[0]),
        "subject_id": task.subject.partition(":")[2],
        "is_call": task.kind in CALL_KINDS,
        "may_act": task.state == TaskState.OPEN and (task.role != Role.OWNER or request.membership.is_owner),
    }
    return render(request, "customers/task_detail.html", context, status=422 if filled else 200)
