"""Tells what went out and what was said: the engine's own decisions, day by day, over the told ledger. Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from customers.models.desk import Outcome
from invoices.models.agreement import PromiseState
from reminders.demo.cast import Habit, Persona
from reminders.demo.ledger import DAY, NOTHING, Sale
from reminders.demo.plans import Agreed
from reminders.escalation import Case, Fire, InvoiceFacts, Setting, courtesy_call, next_step
from reminders.models import StepCode

COURTESY_REMEMBERED = 21  # days back to which courtesy calls are told
LETTER_STEPS = {StepCode.NOTICE, StepCode.DAY_30, StepCode.DAY_60, StepCode.DAY_90}
REASONS = {
    Habit.STRETCHER: ("R15", "R04", "R03"),
    Habit.DETERIORATING: ("R13", "R14"),
    Habit.PROMISE_BREAKER: ("R05", "R13", "R07"),
    Habit.TACTICAL: ("R10", "R09"),
    Habit.ON_PLAN: ("R13",),
    Habit.SLOW: ("R03", "R08", "R02", "R16"),
}
REACHED_AT_ONCE = 0.7
UNREAD_DAYS = 12  # the letters of these last days wait for the bookkeeper's approval
UNMADE_DAYS = 4  # the calls of these last days wait for the bookkeeper to make them


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to talk to somebody."""

    on: datetime.date
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised in a call, by (number, amount), and what came of it; `evaluated_on` is None while it is open."""

    made_on: datetime.date
    due_on: datetime.date
    amount: Decimal
    split: tuple[tuple[str, Decimal], ...]
    through: datetime.date
    state: PromiseState = PromiseState.OPEN
    received: Decimal = NOTHING
    evaluated_on: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that fired, its calls, and the day its letter went out (None: a call alone, or it waits).

    `overtaken_on`: the day the money came before anybody was reached.
    """

    persona: Persona
    case: Case
    on: datetime.date
    fire: Fire
    calls: tuple[Call, ...] = ()
    letter_on: datetime.date | None = None
    overtaken_on: datetime.date | None = None
    promise: Promised | None = None

    @property
    def key(self) -> tuple[str, str, datetime.date, str]:
        """What tells it from every other: customer, currency, day and step."""
        return self.persona.reference, self.case.currency, self.on, self.fire.step


@dataclass(slots=True)
class Memory:
    """What the engine would remember of one customer in one currency."""

    fired: dict[str, dict[str, datetime.date]] = field(default_factory=lambda: defaultdict(dict))
    promises: list[Promised] = field(default_factory=list)
    last_letter_on: datetime.date | None = None
    last_notice_on: datetime.date | None = None
    spoken_since: datetime.date | None = None
    calling_until: datetime.date = datetime.date.min


def tell_reminders(
    sales: Iterable[Sale], plans: Iterable[Agreed], setting: Setting, seed: int, days: Iterable[datetime.date]
) -> list[Fired]:
    """Every step that fired on `days` (business days in order), by day."""
    days, planned = list(days), {plan.persona: plan for plan in plans}
    accounts: dict[tuple[Persona, str], list[Sale]] = defaultdict(list)
    for sale in sales:
        accounts[sale.persona, sale.currency].append(sale)
    told = [
        fired
        for (persona, _), owned in accounts.items()
        for fired in _account(owned, planned.get(persona), setting, Random(f"{seed}:{persona.reference}:calls"), days)
    ]
    return sorted(told, key=lambda fired: (fired.on, fired.persona.reference))


def _account(
    sales: list[Sale], plan: Agreed | None, setting: Setting, random: Random, days: list[datetime.date]
) -> Iterator[Fired]:
    memory, courtesy_from = Memory(), days[-1] - COURTESY_REMEMBERED * DAY
    lives = [(sale.issued_on, sale.due_on, _settled_on(sale), sale) for sale in sales]
    for day in days:
        open_now = [sale for issued_on, _, settled_on, sale in lives if issued_on < day <= settled_on]
        late = any(issued_on < due_on < day <= settled_on for issued_on, due_on, settled_on, _ in lives)
        if not open_now or not (late or day >= courtesy_from):
            continue
        case = _case(open_now, plan, memory, day)
        if day >= courtesy_from and isinstance(call := courtesy_call(case, setting, day), Fire):
            fired = Fired(sales[0].persona, case, day, call)
            yield _remember(_courtesy(fired, setting, random, days[-1]), memory, setting)
        if day > memory.calling_until and isinstance(fire := next_step(case, setting, day), Fire):
            yield _remember(_act(sales, Fired(sales[0].persona, case, day, fire), setting, random, days[-1]), memory, setting)


def _settled_on(sale: Sale) -> datetime.date:
    """The day nothing is left of it."""
    answered = [sale.objection.resolved_on] if sale.objection and sale.objection.credit else []
    return max([on for on, _ in sale.receipts] + answered)


def _case(open_now: list[Sale], plan: Agreed | None, memory: Memory, day: datetime.date) -> Case:
    signed = plan is not None and plan.signed_on is not None and plan.signed_on < day
    in_plan = {number for number, _amount in plan.covered} if signed else set()
    invoices = tuple(
        InvoiceFacts(
            id=int(sale.number.removeprefix("INV-")),
            number=sale.number,
            issued_on=sale.issued_on,
            due_on=sale.due_on,
            total=sale.total,
            balance=sale.open_before(day),
            disputed=sale.disputed_before(day),
            planned=sale.open_before(day) if sale.number in in_plan else NOTHING,
            promised=tuple(_promised(sale, memory, day)),
            fired=dict(memory.fired[sale.number]),
        )
        for sale in open_now
    )
    return Case(
        customer_id=0,
        reference=open_now[0].persona.reference,
        currency=open_now[0].currency,
        invoices=invoices,
        last_letter_on=memory.last_letter_on,
        last_notice_on=memory.last_notice_on,
        spoken_since=memory.spoken_since,
    )


def _promised(sale: Sale, memory: Memory, day: datetime.date) -> Iterator[tuple[datetime.date, Decimal]]:
    for promise in memory.promises:
        if promise.evaluated_on is None or day < promise.evaluated_on:
            yield from ((promise.through, amount) for number, amount in promise.split if number == sale.number)


def _remember(fired: Fired, memory: Memory, setting: Setting) -> Fired:
    for line in fired.fire.lines:
        for step in (*line.skipped, line.step) if line.new else ():
            memory.fired[line.invoice.number][step] = fired.on
    if fired.fire.step in LETTER_STEPS:
        memory.last_letter_on = fired.letter_on or fired.on
        if fired.fire.step == StepCode.NOTICE:
            memory.last_notice_on = fired.on
    if fired.fire.step != StepCode.COURTESY:
        memory.calling_until = max([fired.on, *(call.on for call in fired.calls)])
    reached = [call.on for call in fired.calls if call.outcome == Outcome.REACHED]
    memory.spoken_since = reached[-1] if reached else memory.spoken_since
    if fired.promise and _too_often_broken(memory, fired.promise.made_on, setting):
        fired = replace(fired, promise=None)
    memory.promises += [fired.promise] if fired.promise else []
    return fired


def _courtesy(fired: Fired, setting: Setting, random: Random, last: datetime.date) -> Fired:
    """Reached at once, or on the next business day after a voicemail; the latest wait on the desk."""
    if fired.on > last - UNMADE_DAYS * DAY:
        return fired
    reached, again = Call(fired.on, Outcome.REACHED), setting.calendar.add(fired.on, 1)
    if random.random() < 0.85:
        return replace(fired, calls=(reached,))
    tried = Call(fired.on, Outcome.VOICEMAIL)
    return replace(fired, calls=(tried, replace(reached, on=again)) if again <= last else (tried,))


def _act(sales: list[Sale], fired: Fired, setting: Setting, random: Random, last: datetime.date) -> Fired:
    """The step as the office carried it out: a letter at once, or calls first and the letter after them."""
    step = setting.policy.steps[fired.fire.step]
    if not step.calls:
        called = _calls_in(sales, fired, setting, last)
        unread = step.approve_first and fired.on > last - UNREAD_DAYS * DAY
        return replace(called, letter_on=fired.on if step.letter_code and not unread else None)
    if fired.on > last - UNMADE_DAYS * DAY:
        return fired
    numbers = {line.invoice.number for line in fired.fire.lines}
    paid = [on for sale in sales if sale.number in numbers for on, _ in sale.receipts if on >= fired.on]
    overtaken = min(paid, default=None)
    calls = tuple(_calls(fired.persona, fired.on, min(last, overtaken or last), setting, random))
    attempts = setting.rules["call_attempts_before_no_contact"]
    if calls and (calls[-1].outcome == Outcome.REACHED or len(calls) == attempts):
        promise = _promise(sales, fired, calls[-1], setting, last)
        unread = calls[-1].on > last - UNREAD_DAYS * DAY
        return replace(fired, calls=calls, letter_on=None if unread else calls[-1].on, promise=promise)
    return replace(fired, calls=calls, overtaken_on=overtaken if overtaken and overtaken <= last else None)


def _calls_in(sales: list[Sale], fired: Fired, setting: Setting, last: datetime.date) -> Fired:
    """A promise breaker answers a letter with a call and a promise."""
    day = setting.calendar.add(fired.on, 1)
    if fired.persona.habit != Habit.PROMISE_BREAKER or fired.fire.step not in LETTER_STEPS or day > last:
        return fired
    call = Call(day, Outcome.REACHED, "R05")
    return replace(fired, calls=(call,), promise=_promise(sales, fired, call, setting, last))


def _calls(persona: Persona, day: datetime.date, until: datetime.date, setting: Setting, random: Random) -> Iterator[Call]:
    """One attempt a business day until somebody is reached, three times at most, none after `until`."""
    for _ in range(setting.rules["call_attempts_before_no_contact"]):
        if day > until:
            return
        if random.random() < REACHED_AT_ONCE:
            yield Call(day, Outcome.REACHED, random.choice(REASONS.get(persona.habit, ("R01", "R08"))))
            return
        yield Call(day, random.choice((Outcome.NO_ANSWER, Outcome.VOICEMAIL)))
        day = setting.calendar.add(day, 1)


def _promise(sales: list[Sale], fired: Fired, call: Call, setting: Setting, last: datetime.date) -> Promised | None:
    """What was promised: by a promise breaker within days, by others for the day they do pay, where that is near."""
    persona = fired.persona
    if call.outcome != Outcome.REACHED or persona.habit in {Habit.TACTICAL, Habit.ON_PLAN}:
        return None
    asked = {line.invoice.number: line.amount for line in fired.fire.lines}
    receipts = [(on, amount) for sale in sales if sale.number in asked for on, amount in sale.receipts if on > call.on]
    due_on = setting.calendar.add(call.on, 6)
    if persona.habit != Habit.PROMISE_BREAKER:
        due_on = min((on for on, _ in receipts), default=datetime.date.max)
        if (due_on - call.on).days > setting.rules["promise"]["max_horizon_days"]:
            return None
        paid = {sale.number for sale in sales for on, _ in sale.receipts if on == due_on}
        asked = {number: amount for number, amount in asked.items() if number in paid}
    promised = sum(asked.values(), NOTHING)
    through = setting.calendar.add(due_on, setting.rules["promise"]["grace_bd"])
    promise = Promised(call.on, due_on, promised, tuple(asked.items()), through)
    received = sum((amount for on, amount in receipts if on <= through), NOTHING)
    return _evaluated(promise, min(received, promised), setting, last) if through < last else promise


def _too_often_broken(memory: Memory, on: datetime.date, setting: Setting) -> bool:
    """Whether the office takes no further promise (domain.md 3.4)."""
    rules = setting.rules["promise"]
    window = on - rules["broken_window_days"] * DAY
    broken = [one for one in memory.promises if one.state == PromiseState.BROKEN and window < one.evaluated_on <= on]
    return len(broken) >= rules["broken_limit"]


def _evaluated(promise: Promised, received: Decimal, setting: Setting, last: datetime.date) -> Promised:
    """Kept, partly kept or broken, with the tolerance of domain.md 2.8."""
    rules = setting.rules["promise"]
    tolerance = max(Decimal(rules["tolerance_abs"]), promise.amount * Decimal(rules["tolerance_pct"]))
    state = PromiseState.PARTIAL if received else PromiseState.BROKEN
    if received >= promise.amount - tolerance:
        state = PromiseState.KEPT
    return replace(promise, state=state, received=received, evaluated_on=promise.through + DAY)
