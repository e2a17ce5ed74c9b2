"""Decides the next step of one customer in one currency, and says why (domain.md 3.3 to 3.5). Pure."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arcollect.dates import Calendar
from arcollect.money import format_plain
from reminders.models import StepCode
from reminders.timetable import DAYS, RANK, PolicyTerms, Term, courtesy_dates, dunning_dates

NOTHING = Decimal(0)
NOW_DUE = {
    StepCode.NOTICE: "time for a friendly notice",
    StepCode.DAY_30: "time for the 30-day letter",
    StepCode.DAY_60: "time to call and listen",
    StepCode.DAY_90: "time to negotiate",
    StepCode.DECIDE: "two weeks after the negotiation the owner decides",
}
NEVER = datetime.date.max


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An open invoice. `fired`: the day each step fired in its present cycle; `promised`: (blocks through, amount) pairs."""

    id: int
    number: str
    issued_on: datetime.date
    due_on: datetime.date
    total: Decimal
    balance: Decimal
    cycle: int = 1
    disputed: Decimal = NOTHING
    planned: Decimal = NOTHING
    promised: tuple[tuple[datetime.date, Decimal], ...] = ()
    fired: Mapping[str, datetime.date] = field(default_factory=dict)
    shift_days: int = 0
    no_reminders: bool = False
    entry_hold: bool = False
    released: bool = False
    purchase_order: str = ""

    @property
    def term(self) -> Term:
        return Term(self.issued_on, self.due_on, self.shift_days)

    def days_past_due(self, today: datetime.date) -> int:
        """Calendar days since the due date: 0 on it, overdue from 1 on (domain.md, notation; T18)."""
        return (today - self.due_on).days

    def under_promise(self, today: datetime.date) -> Decimal:
        """The part promised for a day that has not passed with its grace."""
        return sum((amount for through, amount in self.promised if today <= through), NOTHING)

    def collectable(self, today: datetime.date) -> Decimal:
        """Open balance less what is disputed, in a plan or promised (domain.md 1); never negative."""
        return max(NOTHING, self.balance - self.disputed - self.planned - self.under_promise(today))

    def askable(self, today: datetime.date) -> Decimal:
        """What may be asked for today: the collectable balance, nothing where reminders are off or an import holds it (T23)."""
        return NOTHING if self.no_reminders or self.entry_hold else self.collectable(today)


@dataclass(frozen=True, slots=True)
class Case:
    """One customer in one currency, with everything that may stop or delay a step."""

    customer_id: int
    reference: str
    currency: str
    invoices: tuple[InvoiceFacts, ...]
    block: str = ""
    block_until: datetime.date | None = None
    unapplied: Decimal = NOTHING
    unapplied_since: datetime.date | None = None
    last_letter_on: datetime.date | None = None
    last_step_on: datetime.date | None = None
    last_notice_on: datetime.date | None = None
    contact_invalid: bool = False
    spoken_since: datetime.date | None = None
    part_paid: Decimal = NOTHING
    part_paid_on: datetime.date | None = None
    released: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision follows besides the facts: the policy, the business days, the thresholds of domain.md 11."""

    policy: PolicyTerms
    calendar: Calendar
    rules: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice asked for, with the step it reached itself; `new`: that step fires now; `skipped`: lower ones that never did."""

    invoice: InvoiceFacts
    step: str
    amount: Decimal
    days_past_due: int
    new: bool
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fire:
    """Fire `step` for the case: `total` is the sum of the lines before unapplied cash."""

    step: str
    lines: tuple[Line, ...]
    total: Decimal
    reason: str
    due_on: datetime.date
    first_contact: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is due but must wait; `until` is None where only an event can end the wait."""

    reason: str
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is due."""

    reason: str


Decision = Fire | Wait | Skip


def next_step(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The dunning step of this case today (domain.md 3.5), or why there is none."""
    overdue = [invoice for invoice in case.invoices if invoice.days_past_due(today) >= 1]
    if not overdue:
        return Skip("Nothing is overdue.")
    asked = [row for row in overdue if row.askable(today) > 0]
    lines = tuple(_line(row, case, setting, today) for row in sorted(asked, key=lambda row: (row.due_on, row.number)))
    total = sum((line.amount for line in lines), NOTHING)
    stopped = _blocked(case, overdue, asked, today) or _too_little(case, total, setting.policy)
    if stopped:
        return stopped
    due = [line for line in lines if line.new]
    if not due:
        return Skip(_asked_already(lines, setting))
    step = max((line.step for line in due), key=RANK.__getitem__)
    return _delayed(case, step, total, setting, today) or _fire(case, step, lines, total, setting, today)


def courtesy_call(case: Case, setting: Setting, today: datetime.date) -> Decision:
    """The courtesy call of this case today, one for all invoices whose calls are some days apart (domain.md 3.3)."""
    candidates = [
        (dates, row)
        for row in case.invoices
        if row.due_on > today and row.askable(today) > 0
        if StepCode.COURTESY not in row.fired
        if (dates := courtesy_dates(row.term, setting.policy, setting.calendar, setting.rules))
        if dates.due_on >= today or (row.due_on - today).days >= setting.rules["courtesy_late_min_days"]
    ]
    if not any(dates.opens_on <= today for dates, _ in candidates):
        return Skip("No courtesy call is due.")
    if case.block or not case.released:
        return _blocked(case, [], [], today) or Skip("No courtesy call is due.")
    if not setting.calendar.is_business_day(today):
        return Wait("Today is not a business day.", setting.calendar.roll_forward(today))
    due_on = max(today, min(dates.due_on for dates, _ in candidates))
    together = setting.calendar.add(due_on, setting.rules["merge_courtesy_bd"])
    lines = tuple(
        Line(row, StepCode.COURTESY, row.collectable(today), row.days_past_due(today), new=True)
        for dates, row in candidates
        if dates.due_on <= together
    )
    total = sum((line.amount for line in lines), NOTHING)
    return Fire(StepCode.COURTESY, lines, total, _courtesy_reason(lines, due_on), due_on)


def next_look(
    case: Case, invoice: InvoiceFacts, decisions: Iterable[Decision], setting: Setting, today: datetime.date
) -> datetime.date:
    """The earliest day after `today` on which a step of this invoice could fire without any event in between.

    A case that fired is looked at again the next day: what it fired moves the days of everything else.
    """
    if any(isinstance(decision, Fire) for decision in decisions):
        return today + DAYS(days=1)
    days = [date for _, date in dunning_dates(invoice.term, setting.policy, setting.calendar)]
    # From the day it is overdue it counts toward the smallest sum worth a letter, whatever step it has reached.
    days.append(invoice.due_on + DAYS(days=1))
    courtesy = courtesy_dates(invoice.term, setting.policy, setting.calendar, setting.rules)
    if courtesy is not None:
        days.append(courtesy.opens_on)
    days += [through + DAYS(days=1) for through, _ in invoice.promised]
    days += [decision.until for decision in decisions if isinstance(decision, Wait) and decision.until]
    decide_on = _decide_on(invoice, setting)
    return min((day for day in [*days, decide_on] if day and day > today), default=NEVER)


def _line(row: InvoiceFacts, case: Case, setting: Setting, today: datetime.date) -> Line:
    """The invoice with the highest step it has reached; it fires if neither it nor a higher one did in this cycle."""
    reached = [code for code, date in dunning_dates(row.term, setting.policy, setting.calendar) if date <= today]
    decide_on = _decide_on(row, setting)
    if decide_on and decide_on <= today:
        reached.append(StepCode.DECIDE)
    fired_rank = max((RANK[code] for code in row.fired if code in RANK), default=-1)
    if fired_rank < 0 and not _heard_from(case, row):
        reached = [code for code in reached if RANK[code] <= RANK[setting.policy.entry_cap]]
    step = reached[-1] if reached else ""
    new = bool(step) and RANK[step] > fired_rank
    skipped = tuple(code for code in reached[:-1] if RANK[code] > fired_rank) if new else ()
    return Line(row, step, row.collectable(today), row.days_past_due(today), new, skipped)


def _decide_on(row: InvoiceFacts, setting: Setting) -> datetime.date | None:
    """The day the owner must decide: so many days after the 90-day step, where nothing came of it (domain.md 3.2, F)."""
    fired = row.fired.get(StepCode.DAY_90)
    if fired is None or StepCode.DECIDE not in setting.policy.steps:
        return None
    return setting.calendar.roll_forward(fired + DAYS(days=setting.rules["decide_after_90_days"]))


def _heard_from(case: Case, row: InvoiceFacts) -> bool:
    """Whether somebody at the customer was spoken to since the invoice was issued."""
    return case.spoken_since is not None and case.spoken_since >= row.issued_on


def _blocked(case: Case, overdue: list[InvoiceFacts], asked: list[InvoiceFacts], today: datetime.date) -> Wait | Skip | None:
    """What stops every step of the case, in words."""
    if not case.released:
        return Wait("The imported ledger waits for the owner to release it.")
    if case.block:
        return Wait(case.block, case.block_until)
    if case.contact_invalid:
        return Wait("The last letter had no address to go to: the contact must be found first.")
    if overdue and not asked:
        return _not_asked(overdue, case.currency, today)
    return None


def _not_asked(overdue: list[InvoiceFacts], currency: str, today: datetime.date) -> Wait:
    """Why nothing of what is overdue may be asked for."""
    reasons, until = [], []
    promised = [(through, amount) for row in overdue for through, amount in row.promised if today <= through]
    if promised:
        through = min(day for day, _ in promised)
        reasons.append(f"promise of {format_plain(sum(a for _, a in promised), currency)} open until {through.isoformat()}")
        until.append(through + DAYS(days=1))
    for reason, stops in (
        ("in dispute", any(row.disputed for row in overdue)),
        ("in a payment plan", any(row.planned for row in overdue)),
        ("marked as not to be reminded", any(row.no_reminders for row in overdue)),
        ("first seen long overdue: waits for the owner to release it", any(row.entry_hold for row in overdue)),
    ):
        if stops:
            reasons.append(reason)
    return Wait("; ".join(reasons), min(until, default=None))


def _too_little(case: Case, total: Decimal, policy: PolicyTerms) -> Wait | None:
    """The threshold is compared with what the letter would show, net of unapplied cash (T17, T26)."""
    net, smallest = total - case.unapplied, policy.smallest_sum(case.currency)
    if net <= 0:
        return Wait(f"Unapplied cash of {format_plain(case.unapplied, case.currency)} covers what is overdue: match it.")
    if net < smallest:
        asked, least = format_plain(net, case.currency), format_plain(smallest, case.currency)
        return Wait(f"{asked} is less than {least}, the smallest sum worth a letter.")
    return None


def _delayed(case: Case, step: str, total: Decimal, setting: Setting, today: datetime.date) -> Wait | None:
    """What puts the step off to a later day."""
    calendar, rules = setting.calendar, setting.rules
    if not calendar.is_business_day(today):
        return Wait("Today is not a business day.", calendar.roll_forward(today))
    if case.unapplied >= Decimal(rules["unapplied_wait_from"]) and case.unapplied_since:
        matched_by = calendar.add(case.unapplied_since, rules["unapplied_wait_bd"])
        if today < matched_by:
            return Wait(f"Unapplied cash of {format_plain(case.unapplied, case.currency)} should be matched first.", matched_by)
    return _paused(case, total, rules, today) or _too_soon(case, step, setting, today)


def _paused(case: Case, total: Decimal, rules: Mapping[str, Any], today: datetime.date) -> Wait | None:
    """A part payment of half or more gives the customer some days (domain.md 3.4)."""
    if case.part_paid_on is None or case.part_paid < (case.part_paid + total) * Decimal(rules["part_payment_pause_ratio"]):
        return None
    until = case.part_paid_on + DAYS(days=rules["part_payment_pause_days"])
    return Wait(f"Part payment of {format_plain(case.part_paid, case.currency)} received.", until) if today < until else None


def _too_soon(case: Case, step: str, setting: Setting, today: datetime.date) -> Wait | None:
    """The gap between letters and steps; a NOTICE for what was never mentioned is exempt, once a week (T10, T11)."""
    if step == StepCode.NOTICE:
        last, gap = case.last_notice_on, DAYS(days=setting.rules["notice_gap_days"])
    else:
        last, gap = max(filter(None, (case.last_letter_on, case.last_step_on)), default=None), setting.policy.gap
    if step == StepCode.DECIDE or last is None or today >= last + gap:
        return None
    until = setting.calendar.roll_forward(last + gap)
    return Wait(f"The last step was on {last.isoformat()}: {gap.days} days must pass.", until)


def _fire(case: Case, step: str, lines: tuple[Line, ...], total: Decimal, setting: Setting, today: datetime.date) -> Fire:
    first = not any(line.invoice.fired for line in lines) and case.last_letter_on is None
    oldest = max(line.days_past_due for line in lines)
    reason = f"{_invoices(lines)} overdue, the oldest by {oldest} days: {NOW_DUE[step]}."
    due_on = setting.calendar.add(today, 2) if step == StepCode.DAY_90 else today
    return Fire(step, lines, total, reason, due_on, first)


def _asked_already(lines: tuple[Line, ...], setting: Setting) -> str:
    """Names the step asked for last and the day of the next one."""
    upcoming = [
        (date, code)
        for line in lines
        for code, date in dunning_dates(line.invoice.term, setting.policy, setting.calendar)
        if RANK[code] > max((RANK[fired] for fired in line.invoice.fired if fired in RANK), default=-1) and code != line.step
    ]
    if not upcoming:
        return "Every step has been taken."
    date, code = min(upcoming)
    return f"Asked already; on {date.isoformat()} it is {NOW_DUE[code]}."


def _courtesy_reason(lines: tuple[Line, ...], due_on: datetime.date) -> str:
    first = min(line.invoice.due_on for line in lines)
    return f"{_invoices(lines)} due from {first.isoformat()}: a courtesy call by {due_on.isoformat()}."


def _invoices(lines: tuple[Line, ...]) -> str:
    return "1 invoice" if len(lines) == 1 else f"{len(lines)} invoices"
