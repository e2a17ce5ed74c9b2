"""Decides the next step of one customer in one currency, and says why (domain.md 3.3 to 3.5). Pure."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from reminders.cases import NOTHING, Case, Decision, Fire, InvoiceFacts, Line, Setting, Skip, Wait, decide_on
from reminders.models import StepCode
from reminders.rules import Rule
from reminders.timetable import DAYS, RANK, CourtesyDates
from reminders.treatments import changes_on
from reminders.waiting import blocked, delayed, maybe_paid, stopped, too_little, warned_first

NOW_DUE = {
    StepCode.NOTICE: "time for a friendly notice",
    StepCode.DAY_30: "time for the 30-day letter",
    StepCode.DAY_60: "time to call and listen",
    StepCode.DAY_90: "time to negotiate",
    StepCode.DECIDE: "two weeks after the negotiation the owner decides",
}
BECAUSE = {
    Rule.STEP_HURRIED: "a promise was not kept, ",
    Rule.PLAN_DEFAULTED: "the payment plan ended unpaid, ",
}
NEVER = datetime.date.max


def next_step(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The dunning step of this case today (domain.md 3.5), or why there is none."""
    overdue = [invoice for invoice in case.invoices if invoice.days_past_due(today) >= 1]
    if not overdue:
        return Skip(Rule.NOTHING_OVERDUE, "Nothing is overdue.", _first_step_on(case, setting, today))
    asked = [row for row in overdue if row.askable(today) > 0]
    lines = tuple(_line(row, case, setting, today) for row in sorted(asked, key=lambda row: (row.due_on, row.number)))
    total = sum((line.amount for line in lines), NOTHING)
    waits = blocked(case, overdue, asked, today) or too_little(case, total, setting.policy)
    if waits:
        return waits
    due = [line for line in lines if line.new]
    if not due:
        return _asked_already(lines, setting, today)
    if waits := warned_first(case, today):
        return waits
    top = max(due, key=lambda line: RANK[line.step])
    return delayed(case, top.step, total, setting, today) or _fire(case, top, lines, total, setting, today)


def courtesy_call(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The courtesy call, or mail, of this case today, one for all invoices whose own are some days apart (domain.md 3.3)."""
    candidates = [
        (dates, row)
        for row in case.invoices
        if row.due_on > today and row.askable(today) > 0
        if StepCode.COURTESY not in row.fired
        if (dates := setting.timetable(row).courtesy)
        if dates.due_on >= today or (row.due_on - today).days >= setting.rules["courtesy_late_min_days"]
    ]
    if not any(dates.opens_on <= today for dates, _ in candidates):
        opens_on = min((dates.opens_on for dates, _ in candidates), default=None)
        return Skip(Rule.NO_COURTESY_DUE, "No courtesy call is due.", opens_on)
    waits = stopped(case) or warned_first(case, today) or _not_worth_it(case, candidates, setting, today)
    if waits:
        return waits
    if not setting.calendar.is_business_day(today):
        return Wait(Rule.NO_BUSINESS_DAY, "Today is not a business day.", setting.calendar.roll_forward(today))
    return _call(candidates, setting, today)


def _not_worth_it(
    case: Case, candidates: list[tuple[CourtesyDates, InvoiceFacts]], setting: Setting, today: datetime.date
) -> Wait | None:
    """A mail about what is too little for a letter, or covered by money we hold, is not written, and none before a person has
    looked whose money came in; a call is made all the same."""
    if not setting.policy.steps[StepCode.COURTESY].letter_code:
        return None
    if unsure := maybe_paid(case, setting.rules, today):
        return unsure
    waits = too_little(case, _call(candidates, setting, today).total, setting.policy)
    return replace(waits, until=today + DAYS(days=1)) if waits else None


def _call(candidates: list[tuple[CourtesyDates, InvoiceFacts]], setting: Setting, today: datetime.date) -> Fire:
    due_on = max(today, min(dates.due_on for dates, _ in candidates))
    together = setting.calendar.add(due_on, setting.rules["merge_courtesy_bd"])
    mail = bool(setting.policy.steps[StepCode.COURTESY].letter_code)
    rule = Rule.COURTESY_MAIL_DUE if mail else Rule.COURTESY_DUE
    lines = tuple(
        Line(row, StepCode.COURTESY, row.collectable(today), row.days_past_due(today), new=True, rule=rule)
        for dates, row in candidates
        if dates.due_on <= together
    )
    total = sum((line.amount for line in lines), NOTHING)
    return Fire(StepCode.COURTESY, lines, total, _courtesy_reason(lines, due_on, mail=mail), due_on, rule=rule)


def next_looks(case: Case, decisions: Sequence[Decision], setting: Setting, today: datetime.date) -> dict[int, datetime.date]:
    """The day to look again at each open invoice of a case, by its id: where it fired, tomorrow at all of them."""
    if any(isinstance(decision, Fire) for decision in decisions):
        return dict.fromkeys((row.id for row in case.invoices), today + DAYS(days=1))
    return {row.id: next_look(case, row, decisions, setting, today) for row in case.invoices}


def next_look(
    case: Case, invoice: InvoiceFacts, decisions: Iterable[Decision], setting: Setting, today: datetime.date
) -> datetime.date:
    """The earliest day after `today` on which a step of this invoice could fire without any event in between.

    A case that fired is looked at again the next day: what it fired moves the days of everything else.
    """
    if any(isinstance(decision, Fire) for decision in decisions):
        return today + DAYS(days=1)
    days = list(setting.timetable(invoice).looks)
    days += [through + DAYS(days=1) for through, _ in (*invoice.promised, *invoice.offered, *invoice.settling)]
    days += [decision.until for decision in decisions if isinstance(decision, Wait) and decision.until]
    deciding = decide_on(invoice, setting)
    if deciding is not None:
        days.append(deciding)
    if StepCode.SATISFACTION in setting.policy.steps:
        days.append(invoice.arrived_on)
    days += filter(None, (case.unverified_from, changes_on(case.treated)))
    return min((day for day in days if day > today), default=NEVER)


def _line(row: InvoiceFacts, case: Case, setting: Setting, today: datetime.date) -> Line:
    """The invoice with the highest step it has reached; it fires if neither it nor a higher one did in this cycle."""
    dates, taken = setting.timetable(row).dunning, row.fired_rank
    by_age = max((RANK[code] for code, date in dates if date <= today), default=-1)
    if taken < 0 and not _heard_from(case, row):
        by_age = min(by_age, RANK[setting.policy.entry_cap])
    top, rule = _pushed(row, by_age, [RANK[code] for code, _ in dates], today)
    reached = [code for code, _ in dates if RANK[code] <= top]
    deciding = decide_on(row, setting)
    if deciding and deciding <= today:
        reached.append(StepCode.DECIDE)
    step = reached[-1] if reached else ""
    new = bool(step) and RANK[step] > taken
    skipped = tuple(code for code in reached[:-1] if RANK[code] > taken) if new else ()
    return Line(row, step, row.collectable(today), row.days_past_due(today), new, skipped, rule)


def _pushed(row: InvoiceFacts, by_age: int, ranks: list[int], today: datetime.date) -> tuple[int, str]:
    """(rank reached, rule): a broken promise calls for the next step at once, a plan that ended unpaid for 90 (domain.md 3.4)."""
    if row.floor and RANK[row.floor] > by_age:
        return RANK[row.floor], Rule.PLAN_DEFAULTED
    if row.hurried(today):
        following = min((rank for rank in ranks if rank > row.fired_rank), default=-1)
        if following > by_age:
            return following, Rule.STEP_HURRIED
    return by_age, Rule.STEP_DUE


def _heard_from(case: Case, row: InvoiceFacts) -> bool:
    """Whether somebody at the customer was spoken to since the invoice was issued."""
    return case.spoken_since is not None and case.spoken_since >= row.issued_on


def _fire(case: Case, top: Line, lines: tuple[Line, ...], total: Decimal, setting: Setting, today: datetime.date) -> Fire:
    first = case.last_letter_on is None and not any(line.invoice.spoken_of for line in lines)
    oldest = max(line.days_past_due for line in lines)
    because = BECAUSE.get(top.rule, "")
    reason = f"{_invoices(lines)} overdue, the oldest by {oldest} days: {because}{NOW_DUE[top.step]}."
    due_on = setting.calendar.add(today, 2) if top.step == StepCode.DAY_90 else today
    return Fire(top.step, lines, total, reason, due_on, first, top.rule)


def upcoming(row: InvoiceFacts, setting: Setting, today: datetime.date) -> tuple[datetime.date, str] | None:
    """(day, step) of the next step of this invoice; None where every step is taken.

    One whose day has come and that was not taken yet is the next, with that day.
    """
    dates = [(date, code) for code, date in setting.timetable(row).dunning]
    deciding = decide_on(row, setting)
    if deciding:
        dates.append((deciding, StepCode.DECIDE))
    open_steps = [(date, code) for date, code in dates if RANK[code] > row.fired_rank]
    waiting = [(date, code) for date, code in open_steps if date <= today]
    return waiting[-1] if waiting else min(open_steps, default=None)


def _first_step_on(case: Case, setting: Setting, today: datetime.date) -> datetime.date | None:
    """The day of the first dunning step of what is not overdue yet."""
    found = (upcoming(row, setting, today) for row in case.invoices if row.askable(today) > 0)
    return min((date for date, _ in filter(None, found)), default=None)


def _asked_already(lines: tuple[Line, ...], setting: Setting, today: datetime.date) -> Skip:
    """Names the day of the next step, and which it is."""
    found = min(filter(None, (upcoming(line.invoice, setting, today) for line in lines)), default=None)
    if found is None:
        return Skip(Rule.ALL_STEPS_TAKEN, "Every step has been taken.")
    date, code = found
    if any(line.step for line in lines):
        return Skip(Rule.ASKED_ALREADY, f"Asked already; on {date.isoformat()} it is {NOW_DUE[code]}.", date)
    return Skip(Rule.NOT_YET, f"On {date.isoformat()} it is {NOW_DUE[code]}.", date)


def _courtesy_reason(lines: tuple[Line, ...], due_on: datetime.date, *, mail: bool) -> str:
    first = min(line.invoice.due_on for line in lines)
    if mail:
        return f"{_invoices(lines)} due from {first.isoformat()}: a mail before the due date instead of a call."
    return f"{_invoices(lines)} due from {first.isoformat()}: a courtesy call by {due_on.isoformat()}."


def _invoices(lines: tuple[Line, ...]) -> str:
    return "1 invoice" if len(lines) == 1 else f"{len(lines)} invoices"
