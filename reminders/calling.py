"""Writes what a call came to, and what follows from it."""

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers import log
from customers.models import Contact, Conversation, Letter, Task, User
from customers.models.desk import Outcome, TaskState
from customers.models.letter import LetterState
from reminders.models import Reminder


@transaction.atomic
def log_call(
    *,
    task: Task,
    outcome: str,
    at: datetime.datetime,
    by: User | None,
    calendar: Calendar,
    contact: Contact | None = None,
    reason: str = "",
    paraphrase: str = "",
    agreement: str = "",
    notes: str = "",
    inbound: bool = False,
    callback_consent_until: datetime.date | None = None,
    limits: Sequence[str] = (),
    override_reason: str = "",
) -> Conversation:
    """Logs one attempt of a call task. Reached, or tried often enough (domain.md 3.2), it is done and its letter a draft.

    `limits`: codes of the contact limits that stood against it; `override_reason`: why an owner let it be made all the same.
    """
    if override_reason:
        notes = "\n".join(part for part in (notes, _("Called all the same: %(why)s") % {"why": override_reason}) if part)
    conversation = Conversation.objects.create(
        business=task.business,
        customer=task.customer,
        contact=contact,
        task=task,
        at=at,
        outcome=outcome,
        reason=reason,
        paraphrase=paraphrase,
        agreement=agreement,
        notes=notes,
        inbound=inbound,
        callback_consent_until=callback_consent_until,
        by=by,
    )
    subject, customer, noted = f"conversation:{conversation.pk}", task.customer, {"limits": list(limits)} if limits else {}
    log.record(task.business, "call.logged", subject, customer=customer, actor=by, outcome=outcome, **noted)
    if override_reason:
        log.record(task.business, "call.overridden", subject, customer=customer, actor=by, **noted)
    today = task.business.local_date(at)
    if outcome == Outcome.REACHED or _tried_enough(task):
        _complete(task, conversation, today, by)
    else:
        Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(snoozed_until=calendar.add(today, 1))
    return conversation


def _tried_enough(task: Task) -> bool:
    """Whether it was tried on as many different days as the rules ask for."""
    days = {task.business.local_date(at) for at in task.conversations.values_list("at", flat=True)}
    return len(days) >= task.business.rules["call_attempts_before_no_contact"]


def _complete(task: Task, conversation: Conversation, today: datetime.date, by: User | None) -> None:
    reached = conversation.outcome == Outcome.REACHED
    closed = Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(
        state=TaskState.DONE, closed_on=today, closed_by=by, outcome="REACHED" if reached else "NO_CONTACT"
    )
    if not closed:
        return
    Reminder.objects.filter(task=task, completed_on=None, letter=None).update(completed_on=today)
    log.record(task.business, "task.done", f"task:{task.pk}", customer=task.customer, actor=by)
    call = {
        "on": today.isoformat(),
        "reached": reached,
        "reason": conversation.reason,
        "words": conversation.paraphrase,
        "agreement": conversation.agreement,
    }
    for letter in Letter.objects.select_for_update().filter(waits_for=task, state=LetterState.WAITING_FOR_CALL):
        letter.facts["call"] = call
        letter.state = LetterState.DRAFT
        letter.save(update_fields=["facts", "state"])
