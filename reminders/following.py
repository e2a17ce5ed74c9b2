"""Decides what follows at once from something that happened: which letter, which call, about what (domain.md 3.4). Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.money import format_plain
from customers.models.business import Role
from customers.models.desk import TaskKind
from customers.models.letter import LetterCode
from reminders.cases import Case, Fire, InvoiceFacts
from reminders.freezing import asked_today
from reminders.models import Occasion
from reminders.timetable import DAYS

LETTERS = {
    Occasion.INSTALMENT_DUE: LetterCode.LPI,
    Occasion.PROMISE_BROKEN: LetterCode.LBP,
    Occasion.QUERY_CLOSED: LetterCode.LRES,
    Occasion.INSTALMENT_MISSED: LetterCode.LPD,
}
CALLS = {
    Occasion.PROMISE_BROKEN: TaskKind.BROKEN_PROMISE,
    Occasion.QUERY_CLOSED: TaskKind.CALLBACK,
    Occasion.INSTALMENT_MISSED: TaskKind.CALLBACK,
    Occasion.PLAN_DEFAULTED: TaskKind.DECIDE,
    Occasion.SETTLEMENT_MISSED: TaskKind.DECIDE,
    Occasion.PAYMENT_RETURNED: TaskKind.CALLBACK,
    Occasion.WORSENING: TaskKind.WARNING_CALL,
}
OF_A_PLAN = (Occasion.INSTALMENT_DUE, Occasion.INSTALMENT_MISSED, Occasion.PLAN_DEFAULTED)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to one customer in one currency. `subject` names it in the log ("promise:12"); `about` are the
    invoices concerned; `amount` is what is missing; `facts` go into the letter as they are; `also` are subjects it speaks for.
    `consent_from`, `consent_until`: when they agreed, in the last conversation, to be called again. `within`: the business days
    after it in which the call is due."""

    occasion: Occasion
    subject: str
    customer_id: int
    currency: str
    on: datetime.date
    amount: Decimal
    about: frozenset[int]
    facts: Mapping[str, Any]
    spoken_on: datetime.date | None = None
    consent_from: datetime.date | None = None
    consent_until: datetime.date | None = None
    also: tuple[str, ...] = ()
    within: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make: its kind and role, the first day it may be made and the day it should be, the sum and why."""

    kind: TaskKind
    role: Role
    opens_on: datetime.date
    due_on: datetime.date
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Following:
    """What follows: a call, a letter with its code and what it asks for, or both; before an instalment is due only a letter."""

    happened: Happened
    letter: LetterCode | None
    asks: Fire | None
    call: Call | None


def follow(
    happened: Happened,
    case: Case | None,
    calendar: Calendar,
    today: datetime.date,
    *,
    individual: bool,
    answer_within: int,
) -> Following | None:
    """What follows from `happened` today; None where nothing does: a flag stops it, or nothing is left to ask for.

    It waits for a business day and for no minimum gap (domain.md 3.3). `individual`: a person or sole trader, who is not
    called within seven days of a conversation unless they agreed to it (7.2): the letter goes at once, the call later.
    `answer_within`: the business days in which we speak with them about a query that is closed.
    """
    if case is None or case.block or not case.released or not calendar.is_business_day(today):
        return None
    rows = [row for row in case.invoices if row.id in happened.about and _open(row, happened, today) > 0]
    code, asks = LETTERS.get(happened.occasion), _asks(rows, happened, today)
    at_stake = sum((_open(row, happened, today) for row in rows), Decimal(0))
    if not rows or (asks.lines and at_stake <= case.unapplied):
        return None
    call = _call(happened, calendar, today, individual, answer_within) if happened.occasion in CALLS else None
    return Following(happened, code, asks if code else None, call)


def together(found: Iterable[Happened]) -> list[Happened]:
    """One for each customer and currency of the promises that were broken: the latest speaks for all, nobody gets two letters."""
    broken: dict[tuple[int, str], list[Happened]] = defaultdict(list)
    others = []
    for one in found:
        (broken[one.customer_id, one.currency] if one.occasion == Occasion.PROMISE_BROKEN else others).append(one)
    latest = []
    for group in broken.values():
        *earlier, last = sorted(group, key=lambda one: (one.on, int(one.subject.rpartition(":")[2])))
        latest.append(replace(last, also=tuple(one.subject for one in earlier)))
    return [*latest, *others]


def _open(row: InvoiceFacts, happened: Happened, today: datetime.date) -> Decimal:
    """What of the invoice is at stake: in a plan all that is open, else what may be asked for.

    Money of a plan that came back is called about the same day, though the plan holds (domain.md 3.4).
    """
    if happened.occasion == Occasion.PAYMENT_RETURNED:
        return row.askable(today) or row.planned
    return row.balance if happened.occasion in (*OF_A_PLAN, Occasion.WORSENING) else row.askable(today)


def _asks(rows: list[InvoiceFacts], happened: Happened, today: datetime.date) -> Fire:
    """What the letter lists; of an instalment the plan says it, so that no invoice stands in it as asked for."""
    unlisted = (Occasion.INSTALMENT_DUE, Occasion.INSTALMENT_MISSED, Occasion.WORSENING)
    return asked_today([] if happened.occasion in unlisted else rows, today)


def _call(happened: Happened, calendar: Calendar, today: datetime.date, individual: bool, answer_within: int) -> Call:
    kind = CALLS[happened.occasion]
    # What answers a query of theirs is counted, never too often.
    waits = individual and happened.occasion != Occasion.QUERY_CLOSED
    opens_on = max(today, _permitted_from(happened, today)) if waits else today
    within = answer_within if happened.occasion == Occasion.QUERY_CLOSED else happened.within
    due_on = max(calendar.add(happened.on, within) if within else today, opens_on)
    role = Role.OWNER if kind == TaskKind.DECIDE else Role.BOOKKEEPER
    return Call(kind, role, opens_on, calendar.roll_forward(due_on), happened.amount, _reason(happened))


def _permitted_from(happened: Happened, today: datetime.date) -> datetime.date:
    """The first day a call may be made: a week after the last conversation, its day counted as the first, or the day they
    agreed to (domain.md 7.2)."""
    if happened.spoken_on is None:
        return today
    week, agreed = happened.spoken_on + DAYS(days=7), happened.consent_from or happened.spoken_on
    stands = happened.consent_until is not None and max(agreed, today) <= happened.consent_until
    return min(week, agreed) if stands else week


def _reason(happened: Happened) -> str:
    amount = f"{format_plain(happened.amount, happened.currency)} {happened.currency}"
    words = {
        Occasion.PROMISE_BROKEN: _("Promised, but not received: %(amount)s. Ask what happened and what can be paid today."),
        Occasion.QUERY_CLOSED: _("Their query is closed: ask whether all is well, and for %(amount)s in this week's payments."),
        Occasion.INSTALMENT_MISSED: _("An instalment is missing, %(amount)s: repair the plan rather than end it."),
        Occasion.PLAN_DEFAULTED: _("The payment plan ended with %(amount)s unpaid: decide what comes next."),
        Occasion.SETTLEMENT_MISSED: _("Not settled as agreed, %(amount)s is owed again: let it count, or decide."),
        Occasion.WORSENING: _(
            "Signs of trouble, with %(amount)s open: call before any letter goes. Let them tell how things stand, and note it."
        ),
        Occasion.PAYMENT_RETURNED: _("A payment of %(amount)s came back: call today."),
    }
    return words[happened.occasion] % {"amount": amount}
