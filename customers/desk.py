"""Writes what becomes of a task a person works on: done, cancelled, or put off."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Customer, Event, Task, User
from customers.models.business import Role
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState

# What every task to verify a contact is about, whoever opens it: a customer has one at most.
VERIFY_SUBJECT = "contact"
SNOOZED = "task.snoozed"


class TaskError(ValueError):
    """The task cannot be changed so; the message says why."""


def ready_on(today: datetime.date) -> Q:
    """The open tasks whose day has come and that nobody put off beyond it."""
    not_put_off = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
    return Q(state=TaskState.OPEN, opens_on__lte=today) & not_put_off


@transaction.atomic
def open_task(
    *,
    business: Business,
    kind: TaskKind,
    subject: str,
    opens_on: datetime.date,
    due_on: datetime.date,
    customer: Customer | None = None,
    role: Role = Role.BOOKKEEPER,
    currency: str = "",
    amount: Decimal | None = None,
    reason: str = "",
    actor: User | None = None,
) -> Task:
    """The open task of this kind about `subject`, new where there was none; one that stands is left as it is."""
    task, created = Task.objects.get_or_create(
        business=business,
        customer=customer,
        kind=kind,
        subject=subject,
        state=TaskState.OPEN,
        defaults={
            "role": role,
            "opens_on": opens_on,
            "due_on": due_on,
            "currency": currency,
            "amount": amount,
            "reason": reason,
        },
    )
    if created:
        log.record(business, "task.opened", f"task:{task.pk}", customer=customer, actor=actor, task_kind=str(kind))
    return task


@transaction.atomic
def ask_to_verify(*, customer: Customer, opens_on: datetime.date, due_on: datetime.date, reason: str) -> Task:
    """The open task to verify who gets invoices at a customer, new where there was none: one call answers whoever asked (P17)."""
    asking = Task.objects.filter(customer=customer, kind=TaskKind.VERIFY_AP, state=TaskState.OPEN).first()
    return asking or open_task(
        business=customer.business,
        customer=customer,
        kind=TaskKind.VERIFY_AP,
        subject=VERIFY_SUBJECT,
        opens_on=opens_on,
        due_on=due_on,
        reason=reason,
    )


@transaction.atomic
def complete_task(*, task: Task, outcome: str, on: datetime.date, by: User | None) -> None:
    """Closes an open task with what came of it; `by` is None where the program saw that it is done."""
    _close(task, TaskState.DONE, outcome, on, by)


@transaction.atomic
def cancel_task(*, task: Task, reason: str, on: datetime.date, by: User) -> None:
    """Closes an open task that need not be done, with the reason."""
    _close(task, TaskState.CANCELLED, reason, on, by)


@transaction.atomic
def snooze_task(*, task: Task, until: datetime.date, reason: str, on: datetime.date, by: User) -> None:
    """Puts an open task off until a later day; the reason joins its own, where whoever opens it again sees both."""
    if until <= on:
        raise TaskError(_("A task can only be put off to a day after today."))
    if task.state == TaskState.OPEN and task.snoozed_until == until:
        raise TaskError(_("It is put off until that day already."))
    words = f"{task.reason}\n{until.isoformat()}: {reason}".strip()
    if not Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(snoozed_until=until, reason=words):
        raise TaskError(_("This task is closed already."))
    log.record(
        task.business,
        SNOOZED,
        f"task:{task.pk}",
        customer=task.customer,
        actor=by,
        task_kind=task.kind,
        until=until.isoformat(),
        before=task.snoozed_until.isoformat() if task.snoozed_until else "",
    )


def last_snooze(task: Task) -> dict[str, Any] | None:
    """What the log says of the time a task was last put off, where that is what keeps it from the desk; else None. One query."""
    told = Event.objects.filter(business=task.business_id, subject=f"task:{task.pk}", kind=SNOOZED).order_by("-id")
    last = told.values_list("data", flat=True).first() if task.snoozed_until else None
    still = last is not None and "before" in last and task.snoozed_until.isoformat() == last["until"]
    return last if still else None


@transaction.atomic
def take_back_snooze(*, task: Task, by: User) -> None:
    """The task is as it was before it was last put off: its day, and its reason without the words that joined it.

    Raises TaskError where that is no longer what keeps it: taken back already, put off by something else since, closed.
    """
    last = last_snooze(task)
    if last is None:
        raise TaskError(_("It is not put off any more, or was put off anew."))
    before = datetime.date.fromisoformat(last["before"]) if last["before"] else None
    reason, joined, _words = f"\n{task.reason}".rpartition(f"\n{last['until']}: ")
    still_so = Task.objects.filter(pk=task.pk, state=TaskState.OPEN, snoozed_until=task.snoozed_until)
    if not still_so.update(snoozed_until=before, reason=reason.removeprefix("\n") if joined else task.reason):
        raise TaskError(_("This task is closed already."))
    about = {"customer": task.customer, "actor": by, "task_kind": task.kind}
    log.record(task.business, "task.snooze_taken_back", f"task:{task.pk}", **about)


@transaction.atomic
def assign_task(*, task: Task, to: User | None, by: User) -> None:
    """Gives an open task to a person, or to nobody in particular with None; refuses one that is closed."""
    if not Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(assigned_to=to):
        raise TaskError(_("This task is closed already."))
    given = to.pk if to else None
    log.record(task.business, "task.assigned", f"task:{task.pk}", customer=task.customer, actor=by, task_kind=task.kind, to=given)


@transaction.atomic
def close_about(*, business: Business, subject: str, outcome: str, on: datetime.date, by: User | None) -> None:
    """Closes every open task about `subject` ("dispute:12"): what they asked for was done where it lives."""
    for task in Task.objects.filter(business=business, subject=subject, state=TaskState.OPEN):
        _close(task, TaskState.DONE, outcome, on, by)


@transaction.atomic
def reopen_tasks(*, business: Business, ids: Iterable[int], by: User | None) -> None:
    """Opens tasks again that were closed by something that is taken back; not where the same is open again already."""
    for task in Task.objects.filter(business=business, pk__in=list(ids)).exclude(state=TaskState.OPEN):
        same = {"customer": task.customer_id, "kind": task.kind, "subject": task.subject}
        if Task.objects.filter(business=business, state=TaskState.OPEN, **same).exists():
            continue
        Task.objects.filter(pk=task.pk).update(state=TaskState.OPEN, outcome="", closed_on=None, closed_by=None)
        log.record(business, "task.reopened", f"task:{task.pk}", customer=task.customer, actor=by, task_kind=task.kind)


def _close(task: Task, state: TaskState, words: str, on: datetime.date, by: User | None) -> None:
    """Conditional on the row still being open, so that of two people closing it one is told.

    A letter that waited for it is a draft now, without a call to speak of: nothing else would ever wake it.
    """
    closed = Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(state=state, outcome=words, closed_on=on, closed_by=by)
    if not closed:
        raise TaskError(_("This task is closed already."))
    _wake_letters(task, on)
    log.record(task.business, f"task.{state}", f"task:{task.pk}", customer=task.customer, actor=by, task_kind=task.kind)


def _wake_letters(task: Task, on: datetime.date) -> None:
    """Turns what waited for the task into drafts, each with a task to look at it."""
    waiting = list(task.letters_waiting.filter(state=LetterState.WAITING_FOR_CALL))
    task.letters_waiting.filter(pk__in=[letter.pk for letter in waiting]).update(state=LetterState.DRAFT)
    for letter in waiting:
        open_task(
            business=task.business,
            customer=task.customer,
            kind=TaskKind.REVIEW_LETTER,
            subject=f"letter:{letter.pk}",
            opens_on=on,
            due_on=task.customer.calendar.roll_forward(on),
            currency=letter.currency,
            amount=letter.total or None,
            reason=_("The call was closed without a note: look at the letter before it goes out."),
        )
