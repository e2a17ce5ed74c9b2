"""Leaves out a step of a customer because a person says so: it counts as taken, nothing is sent. Or takes it after all."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.models import Customer, Letter, Task, User
from customers.models.desk import TaskState
from customers.models.letter import LetterState
from reminders.escalation import NOTHING, Case, InvoiceFacts, Setting
from reminders.facts import cases_of, settings_of
from reminders.models import Reminder, ReminderLine, StepCode, Watch
from reminders.outbox import OPEN, close_review
from reminders.timetable import DUNNING, RANK, dunning_dates


class SkipError(ValueError):
    """The step cannot be left out, or not be taken after all; the message says why."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A step that may be left out. `on`: the first day it may fire; None where its letter or call waits already."""

    currency: str
    step: str
    on: datetime.date | None
    invoices: int

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.currency}:{self.step}"

    @property
    def label(self) -> str:
        """What people call the step."""
        return str(StepCode(self.step).label)


def coming_steps(customer: Customer, today: datetime.date) -> list[Coming]:
    """The dunning steps of a customer that wait or come, by currency, the next one first."""
    settings = settings_of(customer.business)
    waiting = _under_way(customer).prefetch_related("lines")
    steps = [Coming(row.currency, row.step, None, len(row.lines.all())) for row in waiting]
    for case in cases_of(customer.business, [customer], settings, today).get(customer.pk, []):
        steps += _still_to_come(case, settings.setting(customer, case), today)
    return steps


@transaction.atomic
def skip_step(*, customer: Customer, currency: str, step: str, reason: str, by: User | None, today: datetime.date) -> Reminder:
    """Leaves out a dunning step of a customer in one currency, with the lower ones that were not taken yet.

    What waits of it is cancelled; else it is written as taken for the invoices it would have asked for. Raises SkipError.
    """
    if step not in DUNNING:
        raise SkipError(_("Only a reminder step can be left out."))
    waiting = _under_way(customer).filter(currency=currency, step=step).order_by("-pk").first()
    if waiting is not None:
        return skip_reminder(reminder=waiting, reason=reason, by=by, today=today)
    settings = settings_of(customer.business)
    cases = cases_of(customer.business, [customer], settings, today).get(customer.pk, [])
    rows = [row for case in cases if case.currency == currency for row in _untaken(case, step, today)]
    if not rows:
        raise SkipError(_("No open invoice has this step before it."))
    reminder = _taken(customer, currency, step, settings.setting(customer).policy.id, rows, today)
    return _mark(reminder, reason, by)


@transaction.atomic
def skip_reminder(*, reminder: Reminder, reason: str, by: User | None, today: datetime.date) -> Reminder:
    """Leaves out a step that fired but has not left the house: its letter and its call are cancelled. Raises SkipError."""
    cancelled = Letter.objects.filter(pk=reminder.letter_id, state__in=OPEN).update(
        state=LetterState.CANCELLED, problem=reason[:300]
    )
    if reminder.letter_id and not cancelled:
        raise SkipError(_("This letter is on its way or gone: its step was taken."))
    closed = Task.objects.filter(pk=reminder.task_id, state=TaskState.OPEN).update(
        state=TaskState.CANCELLED, closed_on=today, closed_by=by, outcome=reason
    )
    if not (cancelled or closed):
        raise SkipError(_("Nothing of this step waits any more."))
    if cancelled:
        close_review(reminder.letter, by, today)
    return _mark(reminder, reason, by)


@transaction.atomic
def take_after_all(*, reminder: Reminder, by: User | None, today: datetime.date) -> None:
    """Gives a step that was left out back to its invoices: the engine decides anew. Raises SkipError where a later step fired."""
    later = Reminder.objects.filter(
        customer=reminder.customer_id, currency=reminder.currency, step__in=DUNNING, withdrawn_on=None, pk__gt=reminder.pk
    )
    ours = Reminder.objects.filter(pk=reminder.pk, withdrawn_on=None).exclude(skipped_reason="")
    if later.exists() or not ours.update(withdrawn_on=today):
        raise SkipError(_("A later step was taken since: this one cannot be taken any more."))
    _look_again(reminder)
    reminder.lines.all().delete()
    _tell("step.resumed", reminder, by)


def skipped_steps(customer: Customer) -> QuerySet[Reminder]:
    """The steps of a customer that stand as left out, the latest first."""
    rows = Reminder.objects.filter(customer=customer, withdrawn_on=None, completed_on=None)
    return rows.exclude(skipped_reason="").select_related("by")


def _under_way(customer: Customer) -> QuerySet[Reminder]:
    """Steps that fired and of which nothing left the house yet."""
    waits = Q(letter__state__in=OPEN) | Q(task__state=TaskState.OPEN, letter=None)
    return Reminder.objects.filter(waits, customer=customer, step__in=DUNNING, withdrawn_on=None, skipped_reason="").order_by(
        "pk"
    )


def _still_to_come(case: Case, setting: Setting, today: datetime.date) -> list[Coming]:
    """The enabled steps before the invoices of a case; `on` is never in the past."""
    found = []
    for code in DUNNING:
        rows = _untaken(case, code, today) if code in setting.policy.steps else []
        days = [dict(dunning_dates(row.term, setting.policy, setting.calendar))[code] for row in rows]
        if rows:
            found.append(Coming(case.currency, code, max(today, min(days)), len(rows)))
    return found


def _untaken(case: Case, step: str, today: datetime.date) -> list[InvoiceFacts]:
    """The invoices the step would ask for: overdue ones, or all where none is, that took neither it nor a higher one."""
    overdue = [row for row in case.invoices if row.days_past_due(today) >= 1]
    return [row for row in overdue or case.invoices if RANK[step] > max((RANK.get(code, -1) for code in row.fired), default=-1)]


def _taken(
    customer: Customer, currency: str, step: str, policy_id: int, rows: Sequence[InvoiceFacts], today: datetime.date
) -> Reminder:
    """The step as the engine would have written it, without letter and task. Raises SkipError where it fires at this moment."""
    reminder = Reminder.objects.create(
        business=customer.business,
        customer=customer,
        currency=currency,
        step=step,
        policy_id=policy_id,
        fired_on=today,
        total=sum((row.collectable(today) for row in rows), NOTHING),
    )
    lines = [
        ReminderLine(
            reminder=reminder,
            invoice_id=row.id,
            step=step,
            cycle=row.cycle,
            amount=row.collectable(today),
            days_past_due=row.days_past_due(today),
        )
        for row in rows
    ]
    try:
        with transaction.atomic():
            ReminderLine.objects.bulk_create(lines)
    except IntegrityError:
        raise SkipError(_("This step was taken just now: look again.")) from None
    return reminder


def _mark(reminder: Reminder, reason: str, by: User | None) -> Reminder:
    reminder.skipped_reason, reminder.by = reason[:200], by
    reminder.save(update_fields=["skipped_reason", "by"])
    _look_again(reminder)
    _tell("step.skipped", reminder, by)
    return reminder


def _look_again(reminder: Reminder) -> None:
    """What the engine knew of the next look at these invoices is no longer so."""
    Watch.objects.filter(invoice__reminder_lines__reminder=reminder).delete()


def _tell(kind: str, reminder: Reminder, by: User | None) -> None:
    log.record(
        reminder.business,
        kind,
        f"reminder:{reminder.pk}",
        customer=reminder.customer,
        actor=by,
        step=str(reminder.step),
        currency=reminder.currency,
        total=format_plain(reminder.total, reminder.currency),
        letter=reminder.letter_id,
        task=reminder.task_id,
    )
