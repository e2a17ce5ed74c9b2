"""Decides what a person should do next about one customer. Pure: what is open and a day in, one action with its reason out."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arcollect.filters import say_date
from customers.models import Letter, Task
from customers.models.desk import CALL_KINDS
from invoices.account import Position
from reminders.models import LastDecision, Verdict


@dataclass(frozen=True, slots=True)
class Action:
    """What to do next. `door` is the name of the address that does it, "" where there is nothing to do but wait."""

    words: str
    why: str = ""
    door: str = ""
    pk: int = 0
    button: str = ""


def next_action(
    *,
    letters: Sequence[Letter],
    tasks: Sequence[Task],
    decisions: Sequence[LastDecision],
    positions: Sequence[Position],
    today: datetime.date,
    handed: str = "",
) -> Action:
    """The most pressing thing first: a call, a letter, any other task; else what we wait for: what is with an agency (`handed`,
    in words), or the engine's word.

    `letters` wait for approval, `tasks` are the open ones in the order they come to the desk, `decisions` the engine's last.
    """
    ready = [task for task in tasks if starts_on(task) <= today]
    calls = [task for task in ready if task.kind in CALL_KINDS]
    if calls:
        return _call(calls[0], today)
    if letters:
        words = _("%(letter)s waits for your approval.") % {"letter": letters[0].get_code_display()}
        return Action(words, door="letter-detail", pk=letters[0].pk, button=_("Look at the letter"))
    if ready:
        return Action(ready[0].get_kind_display(), ready[0].reason, "task-detail", ready[0].pk, _("Open the task"))
    if handed:
        return Action(_("An agency collects it."), handed)
    return _waiting(decisions) or _coming(tasks, positions, today)


def starts_on(task: Task) -> datetime.date:
    """The day from which a task is on the desk."""
    return task.snoozed_until or task.opens_on


def _call(task: Task, today: datetime.date) -> Action:
    words = _("%(call)s, due %(when)s.") % {"call": task.get_kind_display(), "when": say_date(task.due_on, today)}
    return Action(words, task.reason, "call-log", task.pk, _("Call and note it"))


def _waiting(decisions: Sequence[LastDecision]) -> Action | None:
    waits = [decision for decision in decisions if decision.verdict == Verdict.WAIT]
    return Action(_("We wait."), " ".join(decision.reason for decision in waits)) if waits else None


def _coming(tasks: Sequence[Task], positions: Sequence[Position], today: datetime.date) -> Action:
    if tasks:
        params = {"task": tasks[0].get_kind_display(), "when": say_date(starts_on(tasks[0]), today)}
        return Action(_("Next: %(task)s, %(when)s.") % params, tasks[0].reason)
    dates = [item.row.due_on for position in positions for item in position.invoices if item.days_past_due <= 0]
    late = [item.row for position in positions for item in position.invoices if item.days_past_due > 0]
    if late and all(row.entry_hold for row in late):
        return Action(_("Waits for the owner."), _("It came in long overdue: nothing goes out before the owner releases it."))
    if late:
        return Action(_("Nothing to do today."), _("The next step comes by itself."))
    if dates:
        return Action(_("Nothing is late."), _("Next due: %(when)s.") % {"when": say_date(min(dates), today)})
    return Action(_("Nothing is owed."))
