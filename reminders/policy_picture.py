"""The steps of one invoice as a line of time: what the owner sees while changing a policy. Pure."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from reminders.escalation import Case, InvoiceFacts, Setting
from reminders.models import StepCode
from reminders.simulation import simulate
from reminders.timetable import DUNNING, courtesy_dates

TERMS = (7, 14, 30, 60)
SHORT = {StepCode.COURTESY: "C", StepCode.NOTICE: "N", StepCode.DECIDE: "D"}
# Long enough for the latest step of the longest terms and the owner's decision.
HORIZON_DAYS = 600
# An amount no policy finds too small for a letter.
ENOUGH = Decimal(10) ** 12
# The line begins and ends so many per cent inside the picture, for its first and last mark to have room.
MARGIN = 4
Days = list[tuple[str, datetime.date, bool]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A step on its day. `x`: where it stands, in per cent of the width with a point; `short_terms`: a call halfway through."""

    code: str
    day: datetime.date
    x: str
    short_terms: bool = False

    @property
    def sign(self) -> str:
        """A letter or number that fits into the picture."""
        return SHORT.get(self.code, self.code)


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice: its terms in days, its due date, and its steps. `left_out`: enabled, but the next one overtakes them."""

    terms: int
    due_on: datetime.date
    due_x: str
    marks: tuple[Mark, ...]
    left_out: tuple[str, ...]

    def on(self, code: str) -> Mark | None:
        """The mark of a step."""
        return next((mark for mark in self.marks if mark.code == code), None)


def draw(setting: Setting, issued_on: datetime.date) -> list[Line]:
    """The lines of four invoices issued that day, net 7, 14, 30 and 60, on one scale; nobody pays, all goes out on its day."""
    found = [(terms, list(_days(setting, _invoice(issued_on, terms)))) for terms in TERMS]
    last = max([TERMS[-1], *((day - issued_on).days for _, days in found for _, day, _ in days)])

    def place(day: datetime.date) -> str:
        return f"{MARGIN + (100 - 2 * MARGIN) * (day - issued_on).days / last:.2f}"

    return [_line(setting, _invoice(issued_on, terms), terms, days, place) for terms, days in found]


def _line(setting: Setting, invoice: InvoiceFacts, terms: int, days: Days, place: Callable[[datetime.date], str]) -> Line:
    marks = tuple(Mark(code, day, place(day), short) for code, day, short in days)
    taken = {mark.code for mark in marks}
    left_out = tuple(code for code in DUNNING if code in setting.policy.steps and code not in taken)
    return Line(terms, invoice.due_on, place(invoice.due_on), marks, left_out)


def _invoice(issued_on: datetime.date, terms: int) -> InvoiceFacts:
    due_on = issued_on + datetime.timedelta(days=terms)
    return InvoiceFacts(id=terms, number="", issued_on=issued_on, due_on=due_on, total=ENOUGH, balance=ENOUGH)


def _days(setting: Setting, invoice: InvoiceFacts) -> Iterator[tuple[str, datetime.date, bool]]:
    """(step, day, short terms) in order: the courtesy call by the day it is due, the others as the engine fires them."""
    courtesy = courtesy_dates(invoice.term, setting.policy, setting.calendar, setting.rules)
    if courtesy is not None:
        yield StepCode.COURTESY, courtesy.due_on, courtesy.short_terms
    case = Case(customer_id=0, reference="", currency="", invoices=(invoice,))
    for fired in simulate([(case, setting)], invoice.issued_on, HORIZON_DAYS):
        if fired.step != StepCode.COURTESY:
            yield fired.step, fired.on, False
