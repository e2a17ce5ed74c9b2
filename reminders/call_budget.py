"""How many new calls of a released ledger a day may open (domain.md 3.4)."""

import datetime
from dataclasses import dataclass

from django.db.models import Q

from customers.models import Business
from customers.models.desk import TaskKind
from customers.models.letter import LetterCode
from reminders.cases import Decision, Fire, Setting, Wait
from reminders.facts import Settings
from reminders.models import Reminder, StepCode
from reminders.rules import Rule
from reminders.timetable import StepTerms

CALLS = {StepCode.COURTESY, StepCode.DAY_60, StepCode.DAY_90}


@dataclass(slots=True)
class CallBudget:
    """How many new calls of a released ledger may still open today (domain.md 3.4); None for no limit."""

    left: int | None
    next_day: datetime.date

    def grant(self, decision: Decision, setting: Setting) -> Decision:
        """The decision itself, or a Wait where it opens a call for a released invoice and today's number is used up."""
        if self.left is None or not isinstance(decision, Fire) or not opens_call(setting.policy.steps[decision.step]):
            return decision
        if not any(line.invoice.released and not line.invoice.fired for line in decision.lines):
            return decision
        if self.left <= 0:
            return Wait(Rule.CALL_LIMIT, "The day's new calls from the released ledger are all made.", self.next_day)
        self.left -= 1
        return decision


def opens_call(step: StepTerms) -> bool:
    """Whether the step asks somebody to call: a treatment makes a courtesy a mail, and a notice a call (domain.md 5)."""
    return step.calls if step.code == StepCode.NOTICE else step.code in CALLS and not _goes_as_mail(step)


def _goes_as_mail(step: StepTerms) -> bool:
    return step.code == StepCode.COURTESY and bool(step.letter_code)


def budget_of(business: Business, settings: Settings, today: datetime.date, calls_per_day: int | None) -> CallBudget:
    """What is left of today's new calls. `calls_per_day`: as `escalate` takes it. One query."""
    limit = settings.rules["max_new_call_tasks_per_day"] if calls_per_day is None else calls_per_day
    next_day = settings.calendar().add(today, 1)
    if limit == 0:
        return CallBudget(None, next_day)
    opened = Reminder.objects.filter(business=business, fired_on=today, lines__invoice__released_on__isnull=False)
    opened = opened.filter(Q(step__in=CALLS) | Q(task__kind=TaskKind.NOTICE_CALL)).exclude(letter__code=LetterCode.LC)
    return CallBudget(limit - opened.distinct().count(), next_day)
