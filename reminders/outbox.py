"""Writes what people do with a letter before it goes out: approve it, hold it, cancel it; and what makes it ready."""

import datetime
from contextlib import suppress

from django.db import transaction
from django.db.models import Q

from customers import log
from customers.models import Business, Letter, Task, User
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders.models import Reminder, ReminderLine, Watch


class OutboxError(ValueError):
    """The letter is not in a state in which this can be done; the message says so."""


@transaction.atomic
def approve(*, letter: Letter, by: User | None, now: datetime.datetime) -> None:
    """Lets a draft go out with the next delivery, and closes the task of reviewing it."""
    changed = Letter.objects.filter(pk=letter.pk, state=LetterState.DRAFT).update(
        state=LetterState.APPROVED, approved_by=by, approved_at=now, problem=""
    )
    if not changed:
        raise OutboxError("Only a letter that waits for approval can be approved.")
    _close_review(letter, by, letter.business.local_date(now))
    log.record(letter.business, "letter.approved", f"letter:{letter.pk}", customer=letter.customer, actor=by)


def approve_all(*, business: Business, by: User | None, now: datetime.datetime) -> int:
    """Approves every draft of a business, FINAL letters too: whoever calls this answers every confirmation.

    Returns how many; a draft that somebody else approves at the same moment is theirs.
    """
    drafts, approved = Letter.objects.filter(business=business, state=LetterState.DRAFT), 0
    for letter in drafts.select_related("business", "customer"):
        with suppress(OutboxError):
            approve(letter=letter, by=by, now=now)
            approved += 1
    return approved


@transaction.atomic
def cancel(*, letter: Letter, reason: str, by: User | None, on: datetime.date) -> None:
    """Takes a letter out of the outbox for good; its step counts as taken, the next one comes in its time."""
    open_states = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED, LetterState.FAILED]
    changed = Letter.objects.filter(pk=letter.pk, state__in=open_states).update(state=LetterState.CANCELLED, problem=reason[:300])
    if not changed:
        raise OutboxError("This letter is on its way or gone: it cannot be cancelled any more.")
    _close_review(letter, by, on)
    log.record(letter.business, "letter.cancelled", f"letter:{letter.pk}", customer=letter.customer, actor=by)


@transaction.atomic
def hold(*, letter: Letter, until: datetime.date, reason: str, by: User | None) -> None:
    """Keeps a letter back until a day; it stays approved or waiting as it was."""
    waiting = Q(state__in=[LetterState.DRAFT, LetterState.APPROVED, LetterState.WAITING_FOR_CALL])
    if not Letter.objects.filter(waiting, pk=letter.pk).update(hold_until=until, hold_reason=reason[:200]):
        raise OutboxError("This letter is on its way or gone: it cannot be held any more.")
    log.record(letter.business, "letter.held", f"letter:{letter.pk}", customer=letter.customer, actor=by, until=until.isoformat())


@transaction.atomic
def withdraw(*, letter: Letter, reason: str, on: datetime.date) -> None:
    """Takes back a letter that is no longer true, with the step it belongs to, so that the engine decides anew."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.CANCELLED, problem=reason[:300])
    reminders = Reminder.objects.filter(letter=letter, withdrawn_on=None)
    lines = ReminderLine.objects.filter(reminder__in=reminders)
    Watch.objects.filter(invoice__in=lines.values("invoice")).delete()
    lines.delete()
    reminders.update(withdrawn_on=on)
    _close_review(letter, None, on)
    log.record(letter.business, "letter.withdrawn", f"letter:{letter.pk}", customer=letter.customer, on=on.isoformat())


def _close_review(letter: Letter, by: User | None, on: datetime.date) -> None:
    review = Task.objects.filter(reminders__letter=letter, kind=TaskKind.REVIEW_LETTER, state=TaskState.OPEN)
    review.update(state=TaskState.DONE, closed_on=on, closed_by=by)


def needs_owner(letter: Letter) -> bool:
    """Whether only an owner may approve it (architecture.md, A letter's way out)."""
    return letter.code == LetterCode.FINAL
