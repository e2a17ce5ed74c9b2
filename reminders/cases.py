"""What the engine sees and what it may say: the facts of one customer in one currency, and the three verdicts. Pure."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arcollect.dates import Calendar
from customers.models.letter import LetterCode
from invoices.segments import Treated
from reminders.models import StepCode
from reminders.rules import Rule
from reminders.timetable import DUNNING, RANK, PolicyTerms, Term, Timetable, Timetables

NOTHING = Decimal(0)
Parts = tuple[tuple[datetime.date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An open invoice. `fired`: the day each step fired in its present cycle, `left_out`: those of them a person skipped.

    `promised`, `offered` (in an offered plan) and `settling` (in a settlement): (blocks through, amount) pairs. `hurried_on`: the
    day a promise about it was found broken. `floor`: the step it resumes at, whatever its age, after a plan ended unpaid.
    """

    id: int
    number: str
    issued_on: datetime.date
    due_on: datetime.date
    total: Decimal
    balance: Decimal
    cycle: int = 1
    disputed: Decimal = NOTHING
    planned: Decimal = NOTHING
    promised: Parts = ()
    fired: Mapping[str, datetime.date] = field(default_factory=dict)
    shift_days: int = 0
    no_reminders: bool = False
    entry_hold: bool = False
    released: bool = False
    purchase_order: str = ""
    offered: Parts = ()
    hurried_on: datetime.date | None = None
    floor: str = ""
    left_out: frozenset[str] = frozenset()
    settling: Parts = ()
    delivered_on: datetime.date | None = None

    @property
    def arrived_on(self) -> datetime.date:
        """The day they had both: what they ordered, where its delivery is known, and the invoice."""
        return max(self.issued_on, self.delivered_on or self.issued_on)

    @property
    def term(self) -> Term:
        return Term(self.issued_on, self.due_on, self.shift_days)

    @property
    def fired_rank(self) -> int:
        """The rank of the highest step taken, -1 for none."""
        return max((RANK[code] for code in self.fired if code in RANK), default=-1)

    @property
    def spoken_of(self) -> bool:
        """Whether a letter or call was about it: a step somebody skipped told the customer nothing."""
        return any(code not in self.left_out for code in self.fired)

    @property
    def claimed(self) -> bool:
        """Whether anything may stand against asking for the whole balance; of most invoices nothing does."""
        return bool(self.promised or self.offered or self.disputed or self.planned or self.settling)

    def hurried(self, today: datetime.date) -> bool:
        """Whether a promise about it was broken and nothing followed yet (domain.md 3.4)."""
        if self.hurried_on is None or self.hurried_on > today:
            return False
        return all(self.fired[code] < self.hurried_on for code in DUNNING if code in self.fired)

    def days_past_due(self, today: datetime.date) -> int:
        """Calendar days since the due date: 0 on it, overdue from 1 on (domain.md, notation; T18)."""
        return (today - self.due_on).days

    def under_promise(self, today: datetime.date) -> Decimal:
        """The part promised for a day that has not passed with its grace."""
        return _standing(self.promised, today)

    def under_offer(self, today: datetime.date) -> Decimal:
        """The part in a payment plan the customer may still accept."""
        return _standing(self.offered, today)

    def under_settlement(self, today: datetime.date) -> Decimal:
        """The part in a settlement the customer may still accept, or still pay (domain.md 6.6)."""
        return _standing(self.settling, today)

    def collectable(self, today: datetime.date) -> Decimal:
        """Open balance less what is disputed, in a plan, offered one, being settled or promised (domain.md 1, 3.4, 6.6)."""
        if not self.claimed:
            return self.balance
        aside = self.disputed + self.planned + self.under_promise(today) + self.under_offer(today)
        aside += self.under_settlement(today)
        return max(NOTHING, self.balance - aside)

    def askable(self, today: datetime.date) -> Decimal:
        """What may be asked for today: the collectable balance, nothing where reminders are off or an import holds it (T23)."""
        return NOTHING if self.no_reminders or self.entry_hold else self.collectable(today)


def _standing(parts: Parts, today: datetime.date) -> Decimal:
    return sum((amount for through, amount in parts if today <= through), NOTHING) if parts else NOTHING


@dataclass(frozen=True, slots=True)
class Case:
    """One customer in one currency, with everything that may stop or delay a step.

    `block`: the flag that stops every step, in words, `block_rule` its id. `kept_on`: the day a promise was last kept.
    `unanswered`: a step was taken since anybody there last answered in any way. `money_only`: too many promises were broken.
    `plan_barred`: no new plan can be signed, as one runs or ended unpaid lately (domain.md 6.2).
    `suggested`: money on the bank's statement that may be theirs and waits for a person; `suggested_on`: when the latest came.
    `unverified_from`: the first day on which the contact counts as not verified, where the policy asks for it.
    `treated`: the segment they are treated by; `reads_mail`: whether a mail reaches them, known where their treatment asks;
    `warning`: they are to be called, or were not yet, before anything else is asked for (domain.md 5, DETERIORATING).
    """

    customer_id: int
    reference: str
    currency: str
    invoices: tuple[InvoiceFacts, ...]
    block: str = ""
    block_until: datetime.date | None = None
    unapplied: Decimal = NOTHING
    unapplied_since: datetime.date | None = None
    suggested: Decimal = NOTHING
    suggested_on: datetime.date | None = None
    last_letter_on: datetime.date | None = None
    last_step_on: datetime.date | None = None
    last_notice_on: datetime.date | None = None
    contact_invalid: bool = False
    spoken_since: datetime.date | None = None
    part_paid: Decimal = NOTHING
    part_paid_on: datetime.date | None = None
    released: bool = True
    block_rule: str = ""
    represented: bool = False
    kept_on: datetime.date | None = None
    unanswered: bool = False
    money_only: bool = False
    plan_barred: bool = False
    unverified_from: datetime.date | None = None
    treated: Treated | None = None
    reads_mail: bool = False
    warning: bool = False

    def blocked_for(self, letter_code: str) -> str:
        """Why a letter of this code may not go out; a FINAL one an owner approved may to who asked for quiet (domain.md 7.4)."""
        return "" if self.block_rule == Rule.CEASE and letter_code == LetterCode.FINAL else self.block


def case_in(cases: Iterable[Case], currency: str) -> Case | None:
    """The one of a customer's cases in that currency; None where nothing is open in it."""
    return next((case for case in cases if case.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a decision follows besides the facts: the policy, the business days, the thresholds of domain.md 11."""

    policy: PolicyTerms
    calendar: Calendar
    rules: Mapping[str, Any]
    timetables: Timetables = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "timetables", Timetables(self.policy, self.calendar, self.rules))

    def timetable(self, row: InvoiceFacts) -> Timetable:
        """The days of the steps of an invoice."""
        return self.timetables.of(row.issued_on, row.due_on, row.shift_days)


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice asked for, with the step it reached itself; `new`: that step fires now, by `rule`; `skipped`: lower ones that
    never did."""

    invoice: InvoiceFacts
    step: str
    amount: Decimal
    days_past_due: int
    new: bool
    skipped: tuple[str, ...] = ()
    rule: str = Rule.STEP_DUE


@dataclass(frozen=True, slots=True)
class Fire:
    """Fire `step` for the case: `total` is the sum of the lines before unapplied cash."""

    step: str
    lines: tuple[Line, ...]
    total: Decimal
    reason: str
    due_on: datetime.date
    first_contact: bool = False
    rule: str = Rule.STEP_DUE


@dataclass(frozen=True, slots=True)
class Wait:
    """Something is due but must wait; `until` is None where only an event can end the wait."""

    rule: str
    reason: str
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is due; `next_on` is the day of the next step, where one is to be seen."""

    rule: str
    reason: str
    next_on: datetime.date | None = None


Decision = Fire | Wait | Skip


def decide_on(row: InvoiceFacts, setting: Setting) -> datetime.date | None:
    """The day the owner must decide: so many days after the 90-day step, where nothing came of it (domain.md 3.2, F)."""
    fired = row.fired.get(StepCode.DAY_90)
    if fired is None or StepCode.DECIDE not in setting.policy.steps:
        return None
    return setting.calendar.roll_forward(fired + datetime.timedelta(days=setting.rules["decide_after_90_days"]))
