"""When the steps of one invoice fall due (domain.md 3.1, 3.3). Pure."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arcollect.dates import Calendar
from reminders.models import Basis, StepCode

DAYS = datetime.timedelta
DUNNING = (StepCode.NOTICE, StepCode.DAY_30, StepCode.DAY_60, StepCode.DAY_90)
RANK = {code: rank for rank, code in enumerate([*DUNNING, StepCode.DECIDE])}
# A ledger whose invoices all have dates of their own must not fill the memory.
KNOWN_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class StepTerms:
    """One enabled step of a policy, as the engine needs it; `basis`, `channel` and `tone` as models.Step explains them."""

    code: str
    offset_days: int
    calls: bool = False
    letter_code: str = ""
    approve_first: bool = True
    basis: str = ""
    channel: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """A policy version without the database: its enabled steps by code, thresholds by currency."""

    id: int
    steps: Mapping[str, StepTerms]
    basis: str = Basis.DUE
    min_gap_days: int = 14
    min_balance: Mapping[str, str] | None = None
    entry_cap: str = StepCode.DAY_60
    name: str = ""
    version: int = 0

    def smallest_sum(self, currency: str) -> Decimal:
        """The smallest sum worth a letter in that currency."""
        thresholds = self.min_balance or {}
        return Decimal(thresholds.get(currency, thresholds.get("default", "0")))

    @property
    def gap(self) -> datetime.timedelta:
        return DAYS(days=self.min_gap_days)


@dataclass(frozen=True, slots=True)
class Term:
    """What the timetable needs of an invoice. `shift_days`: days it was rightly disputed, which move steps, not the due date."""

    issued_on: datetime.date
    due_on: datetime.date
    shift_days: int = 0


@dataclass(frozen=True, slots=True)
class CourtesyDates:
    """The day a courtesy call may open, the day it should be made by, and whether the terms were too short for two weeks."""

    opens_on: datetime.date
    due_on: datetime.date
    short_terms: bool = False


def dunning_dates(term: Term, policy: PolicyTerms, calendar: Calendar) -> Iterator[tuple[str, datetime.date]]:
    """(step code, first day it may fire) of the enabled dunning steps in order; they roll forward to a business day."""
    previous = None
    shift = DAYS(days=term.shift_days)
    for code in DUNNING:
        step = policy.steps.get(code)
        if step is None:
            continue
        offset = DAYS(days=step.offset_days)
        if (step.basis or policy.basis) == Basis.INVOICE:
            nominal = max(term.issued_on + offset, term.due_on + DAYS(days=1)) + shift
            earliest = previous + policy.gap if previous else nominal
        else:
            nominal = term.due_on + offset + shift
            earliest = previous or nominal
        previous = calendar.roll_forward(max(nominal, earliest))
        yield step.code, previous


def courtesy_dates(term: Term, policy: PolicyTerms, calendar: Calendar, rules: Mapping[str, Any]) -> CourtesyDates | None:
    """When to make the courtesy call of an invoice; None where its terms are too short for one (domain.md 3.3)."""
    step = policy.steps.get(StepCode.COURTESY)
    length = (term.due_on - term.issued_on).days
    if step is None or length < rules["courtesy_short_min_terms"]:
        return None
    earliest = term.issued_on + DAYS(days=rules["courtesy_min_days_after_issue"])
    by = calendar.roll_back(term.due_on + DAYS(days=step.offset_days))
    short = by < earliest
    if short:
        halfway = calendar.roll_forward(term.issued_on + DAYS(days=length // 2))
        by = min(halfway, calendar.roll_back(term.due_on - DAYS(days=1)))
    # A mail goes on its day; a call may be made somewhat earlier.
    ahead = 0 if step.letter_code else rules["courtesy_open_days_before"]
    opens = calendar.roll_forward(max(by - DAYS(days=ahead), earliest))
    return CourtesyDates(min(opens, by), by, short)


@dataclass(frozen=True, slots=True)
class Timetable:
    """The days of one invoice: (code, first day) of each dunning step, and of its courtesy call.

    `looks`: every day on which something about it may change by itself, in order.
    """

    dunning: tuple[tuple[str, datetime.date], ...]
    courtesy: CourtesyDates | None
    looks: tuple[datetime.date, ...]


@dataclass(frozen=True, slots=True)
class Timetables:
    """Timetables under one policy and calendar; what invoices with the same dates share is worked out once."""

    policy: PolicyTerms
    calendar: Calendar
    rules: Mapping[str, Any]
    known: dict[tuple[datetime.date, datetime.date, int], Timetable] = field(default_factory=dict, repr=False)

    def of(self, issued_on: datetime.date, due_on: datetime.date, shift_days: int) -> Timetable:
        """The timetable of an invoice with these dates, moved by days in a query that was right."""
        key = (issued_on, due_on, shift_days)
        found = self.known.get(key)
        if found is None:
            if len(self.known) >= KNOWN_AT_MOST:
                self.known.clear()
            found = self.known[key] = self._worked_out(Term(*key))
        return found

    def _worked_out(self, term: Term) -> Timetable:
        dunning = tuple(dunning_dates(term, self.policy, self.calendar))
        courtesy = courtesy_dates(term, self.policy, self.calendar, self.rules)
        # From the day it is overdue it counts toward the smallest sum worth a letter, whatever step it has reached.
        days = {term.due_on + DAYS(days=1), *(day for _, day in dunning), *([courtesy.opens_on] if courtesy else [])}
        return Timetable(dunning, courtesy, tuple(sorted(days)))
