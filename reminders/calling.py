"""Writes what a call came to, and has what follows from it written, all or nothing."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers import log
from customers.call_texts import reasons_of
from customers.desk import open_task
from customers.editing import doubt_contact, put_right
from customers.models import Conversation, Customer, Letter, Task, User
from customers.models.desk import Outcome, TaskKind, TaskState
from customers.models.letter import LetterState
from customers.reasons import Reason
from reminders.call_effects import write_effects
from reminders.call_notes import CallNotes, ContactNote
from reminders.confirming import write_up
from reminders.contact_limits import CONSENT_DAYS
from reminders.models import Reminder

# Nothing is late yet when these are made: who is reached has no reason for a delay to give.
WITHOUT_REASON = frozenset({TaskKind.COURTESY_CALL, TaskKind.VERIFY_AP})


class CallError(ValueError):
    """The call cannot be written down so; the message says why."""


@transaction.atomic
def log_call(
    *,
    customer: Customer,
    task: Task | None,
    notes: CallNotes,
    at: datetime.datetime,
    by: User | None,
    calendar: Calendar,
) -> Conversation:
    """Writes down one call, for a task or without one, with everything it brought (domain.md 4).

    Somebody reached: what they said opens its objects, sets the diagnosis and the day to look again. Reached, or tried often
    enough (domain.md 3.2), the task is done and its letter a draft. Raises CallError for a call without a reason or a next
    date (a courtesy call needs neither: nothing is late yet), AgreementError for what cannot be agreed; then nothing is written.
    """
    reason = _reason(customer, task, notes)
    if task is not None and not Task.objects.select_for_update().filter(pk=task.pk, state=TaskState.OPEN).exists():
        raise CallError(_("Somebody noted this call already."))
    today = customer.business.local_date(at)
    conversation = _written(customer, task, notes, at, by)
    _log(conversation, notes, by)
    if notes.outcome == Outcome.REACHED:
        write_effects(conversation=conversation, reason=reason, notes=notes, calendar=calendar, today=today, by=by)
    elif notes.outcome == Outcome.WRONG_PERSON:
        _look_for_contact(customer, notes, calendar, today, by)
    if notes.put_right is not None:
        _put_right(customer, notes.put_right, today, by)
    if task is not None:
        _progress(task, conversation, calendar, today, by)
        for other in notes.answers_too if notes.outcome == Outcome.REACHED else ():
            _answer_too(other, task, conversation, calendar, today, by)
    write_up(conversation=conversation, task=task, today=today)
    return conversation


def _reason(customer: Customer, task: Task | None, notes: CallNotes) -> Reason | None:
    """The reason that was given, where the outcome asks for one (domain.md 4.4)."""
    if notes.outcome != Outcome.REACHED:
        return None
    reason = reasons_of(customer.business).get(notes.reason)
    free = task is not None and task.kind in WITHOUT_REASON and not notes.reason
    if reason is None and not free:
        raise CallError(_("Choose the reason they gave; “no reason given” is one too."))
    if notes.next_on is None and not free:
        raise CallError(_("Say on which day it is looked at again."))
    return reason


def _written(customer: Customer, task: Task | None, notes: CallNotes, at: datetime.datetime, by: User | None) -> Conversation:
    callback, words = notes.callback, notes.notes
    if notes.override_reason:
        words = "\n".join(part for part in (words, _("Called all the same: %(why)s") % {"why": notes.override_reason}) if part)
    agreed_to = callback if callback is not None and callback.consent else None
    today = customer.business.local_date(at)
    return Conversation.objects.create(
        business=customer.business,
        customer=customer,
        contact=notes.contact,
        spoke_with=notes.spoke_with,
        task=task,
        at=at,
        outcome=notes.outcome,
        reason=notes.reason,
        answers=dict(notes.answers),
        paraphrase=notes.paraphrase,
        agreement=notes.agreement,
        notes=words,
        inbound=notes.inbound,
        next_on=callback.on if callback else notes.next_on,
        callback_consent_until=min(agreed_to.on, today + datetime.timedelta(days=CONSENT_DAYS)) if agreed_to else None,
        by=by,
    )


def _log(conversation: Conversation, notes: CallNotes, by: User | None) -> None:
    subject, customer = f"conversation:{conversation.pk}", conversation.customer
    noted = {"limits": list(notes.limits)} if notes.limits else {}
    given = {"reason": notes.reason} if notes.reason else {}
    log.record(
        customer.business, "call.logged", subject, customer=customer, actor=by, outcome=str(notes.outcome), **given, **noted
    )
    if notes.override_reason:
        log.record(customer.business, "call.overridden", subject, customer=customer, actor=by, **noted)


def _look_for_contact(customer: Customer, notes: CallNotes, calendar: Calendar, today: datetime.date, by: User | None) -> None:
    """Somebody else answered the number of a contact: it is nobody's verified one, and the right one is to be found, unless
    they named it."""
    if notes.contact is None or notes.inbound:
        return
    doubt_contact(contact=notes.contact, actor=by)
    if notes.put_right is not None:
        return
    open_task(
        business=customer.business,
        customer=customer,
        kind=TaskKind.FIND_CONTACT,
        subject="contact",
        opens_on=today,
        due_on=calendar.add(today, 1),
        reason=_("The number on file reached somebody else: find the right one."),
        actor=by,
    )


def _put_right(customer: Customer, told: ContactNote, today: datetime.date, by: User | None) -> None:
    put_right(
        customer=customer,
        contact=told.contact,
        on=today,
        actor=by,
        name=told.name,
        email=told.email,
        phone=told.phone,
        role=told.role,
    )


def _progress(task: Task, conversation: Conversation, calendar: Calendar, today: datetime.date, by: User | None) -> None:
    """The task is done, or comes back on the next business day; its due date stays, so that late shows as late (T12)."""
    reached = conversation.outcome == Outcome.REACHED
    if not reached and not _tried_enough(task, calendar):
        Task.objects.filter(pk=task.pk).update(snoozed_until=calendar.add(today, 1))
        return
    outcome = "REACHED" if reached else "NO_CONTACT"
    Task.objects.filter(pk=task.pk).update(state=TaskState.DONE, closed_on=today, closed_by=by, outcome=outcome)
    Reminder.objects.filter(task=task, completed_on=None, letter=None).update(completed_on=today)
    log.record(task.business, "task.done", f"task:{task.pk}", customer=conversation.customer, actor=by, task_kind=task.kind)


def _answer_too(
    other: Task, task: Task, conversation: Conversation, calendar: Calendar, today: datetime.date, by: User | None
) -> None:
    """Another call of theirs that this talk answered: done as well, and what waited for it waits for this one's words."""
    if Task.objects.select_for_update().filter(pk=other.pk, customer=task.customer_id, state=TaskState.OPEN).exists():
        Letter.objects.filter(waits_for=other, state=LetterState.WAITING_FOR_CALL).update(waits_for=task)
        _progress(other, conversation, calendar, today, by)


def _tried_enough(task: Task, calendar: Calendar) -> bool:
    """Whether we rang on as many different business days as the rules ask for (domain.md 3.2)."""
    tried = {task.business.local_date(at) for at in task.conversations.filter(inbound=False).values_list("at", flat=True)}
    days = {day for day in tried if calendar.is_business_day(day)}
    return len(days) >= task.business.rules["call_attempts_before_no_contact"]
