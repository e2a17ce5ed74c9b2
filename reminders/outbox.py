"""Writes what people do with a letter before it goes out: approve it, hold it, cancel it, take it up again."""

import datetime
from contextlib import suppress

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers import log
from customers.desk import open_task
from customers.models import Business, Event, Letter, Task, User
from customers.models.business import Role
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterCode, LetterState
from reminders.models import FollowUp, Reminder, ReminderLine, Watch


class OutboxError(ValueError):
    """The letter is not in a state in which this can be done; the message says so."""


CANCELLED = "letter.cancelled"
# What may still be stopped: nobody outside has it.
OPEN = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED, LetterState.FAILED]


@transaction.atomic
def approve(*, letter: Letter, by: User | None, now: datetime.datetime, stale: bool = False) -> None:
    """Lets a draft go out with the next delivery, and closes the task of reviewing it.

    `stale`: the person was told that money was not entered for days and sends it anyway (T15). Raises OutboxError.
    """
    changed = Letter.objects.filter(pk=letter.pk, state=LetterState.DRAFT).update(
        state=LetterState.APPROVED, approved_by=by, approved_at=now, problem=""
    )
    if not changed:
        raise OutboxError(_("Only a letter that waits for approval can be approved."))
    close_review(letter, by, letter.business.local_date(now))
    warned = {"stale": True} if stale else {}
    log.record(letter.business, "letter.approved", f"letter:{letter.pk}", customer=letter.customer, actor=by, **warned)


def approve_all(*, business: Business, by: User | None, now: datetime.datetime) -> int:
    """Approves every draft of a business, FINAL letters too: whoever calls this answers every confirmation.

    Words that somebody wrote before the sums changed are dropped, for nobody looks whether they still fit: the letter goes in
    its own text. Returns how many; a draft that somebody else approves at the same moment is theirs.
    """
    drafts, approved = Letter.objects.filter(business=business, state=LetterState.DRAFT), 0
    for letter in drafts.select_related("business", "customer"):
        with suppress(OutboxError), transaction.atomic():
            _drop_doubted_words(letter, by)
            approve(letter=letter, by=by, now=now)
            approved += 1
    return approved


def _drop_doubted_words(letter: Letter, by: User | None) -> None:
    """A `problem` on an edited draft says that its words want another look."""
    doubted = Letter.objects.filter(pk=letter.pk, state=LetterState.DRAFT, edited=True).exclude(problem="")
    if doubted.update(subject="", body="", edited=False):
        log.record(letter.business, "letter.unedited", f"letter:{letter.pk}", customer=letter.customer, actor=by)


@transaction.atomic
def cancel(*, letter: Letter, reason: str, by: User | None, on: datetime.date) -> None:
    """Takes a letter out of the outbox; its step counts as taken, the next one comes in its time. Raises OutboxError."""
    changed = Letter.objects.filter(pk=letter.pk, state__in=OPEN).update(state=LetterState.CANCELLED, problem=reason[:300])
    if not changed:
        raise OutboxError(_("This letter is on its way or gone: it cannot be cancelled any more."))
    close_review(letter, by, on)
    log.record(letter.business, CANCELLED, f"letter:{letter.pk}", customer=letter.customer, actor=by, on=on.isoformat())


def may_be_taken_up(letter: Letter, today: datetime.date) -> bool:
    """Whether a letter can go back to the outbox: a person cancelled it today, and nothing happened to its step since."""
    if letter.state != LetterState.CANCELLED:
        return False
    last = Event.objects.filter(business=letter.business_id, subject=f"letter:{letter.pk}").order_by("-pk").first()
    if last is None or (last.kind, last.data.get("on")) != (CANCELLED, today.isoformat()):
        return False
    ours = Reminder.objects.filter(letter=letter, withdrawn_on=None).order_by("-pk").first()
    others = Reminder.objects.filter(customer=letter.customer_id, currency=letter.currency, withdrawn_on=None)
    later = Letter.objects.filter(customer=letter.customer_id, currency=letter.currency, pk__gt=letter.pk)
    return not later.exists() and (ours is None or not others.filter(pk__gt=ours.pk).exists())


@transaction.atomic
def take_up(*, letter: Letter, by: User | None, on: datetime.date) -> None:
    """Puts a letter cancelled the same day back where it waited: for its call while that is open, else for approval.

    Raises OutboxError where something happened since.
    """
    call = Task.objects.filter(pk=letter.waits_for_id, state=TaskState.OPEN)
    state = LetterState.WAITING_FOR_CALL if call.exists() else LetterState.DRAFT
    again = Letter.objects.filter(pk=letter.pk, state=LetterState.CANCELLED)
    if not may_be_taken_up(letter, on) or not again.update(state=state, problem="", approved_by=None, approved_at=None):
        raise OutboxError(_("Only a letter cancelled today can be taken up again, while nothing else happened."))
    log.record(letter.business, "letter.taken_up", f"letter:{letter.pk}", customer=letter.customer, actor=by)


@transaction.atomic
def hold(*, letter: Letter, until: datetime.date, reason: str, by: User | None) -> None:
    """Keeps a letter back until a day, on which it may go; it stays approved or waiting as it was. Raises OutboxError."""
    waiting = Q(state__in=[LetterState.DRAFT, LetterState.APPROVED, LetterState.WAITING_FOR_CALL])
    if not Letter.objects.filter(waiting, pk=letter.pk).update(hold_until=until, hold_reason=reason[:200]):
        raise OutboxError(_("This letter is on its way or gone: it cannot be held any more."))
    log.record(letter.business, "letter.held", f"letter:{letter.pk}", customer=letter.customer, actor=by, until=until.isoformat())


@transaction.atomic
def let_go(*, letter: Letter, by: User | None) -> None:
    """Ends the hold of a letter before its day. Raises OutboxError where it is not held."""
    held = Letter.objects.filter(pk=letter.pk, hold_until__isnull=False, state__in=OPEN)
    if not held.update(hold_until=None, hold_reason=""):
        raise OutboxError(_("This letter is not held."))
    log.record(letter.business, "letter.let_go", f"letter:{letter.pk}", customer=letter.customer, actor=by)


@transaction.atomic
def withdraw(*, letter: Letter, reason: str, on: datetime.date) -> None:
    """Takes back a letter that is no longer true, with the step it belongs to, so that the engine decides anew.

    What followed from an event is written anew.
    """
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.CANCELLED, problem=reason[:300])
    reminders = Reminder.objects.filter(letter=letter, withdrawn_on=None)
    lines = ReminderLine.objects.filter(reminder__in=reminders)
    Watch.objects.filter(invoice__in=lines.values("invoice")).delete()
    lines.delete()
    reminders.update(withdrawn_on=on)
    FollowUp.objects.filter(letter=letter).update(letter=None, redraft=True)
    close_review(letter, None, on)
    log.record(letter.business, "letter.withdrawn", f"letter:{letter.pk}", customer=letter.customer, on=on.isoformat())


def open_review(letter: Letter, today: datetime.date) -> None:
    """The task of looking at a draft no step has one for: it was born of a call, or of something that happened."""
    open_task(
        business=letter.business,
        customer=letter.customer,
        kind=TaskKind.REVIEW_LETTER,
        subject=f"letter:{letter.pk}",
        role=Role.OWNER if needs_owner(letter) else Role.BOOKKEEPER,
        opens_on=today,
        due_on=letter.customer.calendar.roll_forward(today),
        currency=letter.currency,
        amount=letter.total or None,
        reason=_("Look at it before it goes out: %(letter)s.") % {"letter": letter.get_code_display()},
    )


def reviews_of(letter: Letter) -> QuerySet[Task]:
    """The open tasks of looking at this letter, and of one no mail server took."""
    own = Q(subject=f"letter:{letter.pk}", kind__in=[TaskKind.REVIEW_LETTER, TaskKind.OTHER])
    reviews = own | Q(reminders__letter=letter, kind=TaskKind.REVIEW_LETTER)
    return Task.objects.filter(reviews, business=letter.business_id, state=TaskState.OPEN).distinct()


def close_review(letter: Letter, by: User | None, on: datetime.date) -> None:
    """The task of looking at this letter is done, and so is the one of a letter no mail server took."""
    for task in reviews_of(letter):
        if Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(state=TaskState.DONE, closed_on=on, closed_by=by):
            log.record(
                letter.business, "task.done", f"task:{task.pk}", customer=letter.customer, actor=by, task_kind=str(task.kind)
            )


def needs_owner(letter: Letter) -> bool:
    """Whether only an owner may approve it (architecture.md, A letter's way out)."""
    return letter.code == LetterCode.FINAL
