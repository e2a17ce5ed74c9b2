"""Decides what money a plan has had, and what follows for its instalments and for the plan (domain.md 6.4). Pure."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arcollect.dates import Calendar
from invoices.models.agreement import InstalmentState, PlanEnd, PlanState
from invoices.plans import Schedule

NOTHING = Decimal(0)
COUNTERSIGN = "countersign"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Something that came off what a plan covers: money, or a `credit`, which was nobody's payment of an instalment."""

    on: datetime.date
    amount: Decimal
    credit: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """A signed plan as it was left: `states` of its instalments, in their order. `active`: it ran before."""

    state: PlanState
    schedule: Schedule
    states: tuple[InstalmentState, ...]
    signed_on: datetime.date
    active: bool = False
    cure_by: datetime.date | None = None

    @property
    def due(self) -> Schedule:
        """When each is due: what fell due before they signed is due on the day they signed, as the agreement says (6.1)."""
        return tuple((max(day, self.signed_on), amount) for day, amount in self.schedule)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a plan and its instalments are now. `rule`: why it ended unpaid; `cure_by`: until when a miss can be made good."""

    state: PlanState
    paid: tuple[Decimal, ...]
    states: tuple[InstalmentState, ...]
    cure_by: datetime.date | None = None
    rule: PlanEnd | None = None


def spread(schedule: Schedule, receipts: Iterable[Receipt], extra: str = "LAST") -> tuple[Decimal, ...]:
    """What is paid of each instalment (T34). Receipts count in the order of their dates.

    Each goes to what is due by its day, oldest first, then to the next instalment; what it brings beyond that, like any credit,
    reduces the last instalments first, or with `extra` "NEXT" those that come next. What exceeds the plan is not in it.
    """
    left = [amount for _day, amount in schedule]
    for receipt in sorted(receipts, key=lambda one: one.on):
        purse = receipt.amount
        if not receipt.credit:
            wanted = [place for place, (day, _amount) in enumerate(schedule) if day <= receipt.on and left[place]]
            following = next((place for place in range(len(schedule)) if left[place] and place not in wanted), None)
            purse = _take(left, [*wanted, *([] if following is None else [following])], purse)
        others = range(len(schedule))
        _take(left, others if extra == "NEXT" else reversed(others), purse)
    return tuple(amount - rest for (_day, amount), rest in zip(schedule, left, strict=True))


def _take(left: list[Decimal], places: Iterable[int], purse: Decimal) -> Decimal:
    """Pays what is left at these places, in this order, and returns what remains in the purse."""
    for place in places:
        part = min(left[place], purse)
        left[place] -= part
        purse -= part
    return purse


def grace_end(due_on: datetime.date, calendar: Calendar, grace_bd: int) -> datetime.date:
    """The last day on which an instalment is only late: so many business days after its day, or after the next one where that
    is none (6.3)."""
    return calendar.add(calendar.roll_forward(due_on), grace_bd)


def counted(plan: Running, paid: Sequence[Decimal], rules: Mapping[str, Any], returned: int = 0) -> Judgement:
    """What money alone changes, the moment it is booked or comes back: nothing is missed by it that was not missed before."""
    allowance = Decimal(rules["tolerance"])
    states = []
    for (_day, amount), got, before in zip(plan.schedule, paid, plan.states, strict=True):
        if got >= amount:
            states.append(InstalmentState.PAID)
        elif before == InstalmentState.MISSED and amount - got > allowance:
            states.append(InstalmentState.MISSED)
        elif before == InstalmentState.LATE:
            states.append(InstalmentState.LATE)
        else:
            states.append(InstalmentState.PART if got else InstalmentState.PENDING)
    return _judge(plan, tuple(paid), tuple(states), rules, returned, None)


def judged(
    plan: Running,
    paid: Sequence[Decimal],
    rules: Mapping[str, Any],
    calendar: Calendar,
    today: datetime.date,
    *,
    returned: int = 0,
    in_hand: Decimal = NOTHING,
) -> Judgement:
    """What became of a plan by `today`; `rules`: the `plan` part of domain.md 11, `returned`: how many payments came back.

    `in_hand`: their money that is on no invoice yet: nobody misses what we hold and have not matched.
    """
    allowance = Decimal(rules["tolerance"]) + in_hand
    states = []
    for (due_on, amount), got in zip(plan.due, paid, strict=True):
        short = amount - got
        if short <= 0:
            states.append(InstalmentState.PAID)
        elif today <= due_on:
            states.append(InstalmentState.PART if got else InstalmentState.PENDING)
        elif today <= grace_end(due_on, calendar, rules["grace_bd"]):
            states.append(InstalmentState.LATE)
        elif short <= allowance:
            allowance -= short
            states.append(InstalmentState.PART if got else InstalmentState.LATE)
        else:
            states.append(InstalmentState.MISSED)
    return _judge(plan, tuple(paid), tuple(states), rules, returned, today)


def _judge(
    plan: Running,
    paid: tuple[Decimal, ...],
    states: tuple[InstalmentState, ...],
    rules: Mapping[str, Any],
    returned: int,
    today: datetime.date | None,
) -> Judgement:
    """The state of the plan that follows; without `today` by money alone."""
    total, got = sum((amount for _day, amount in plan.schedule), NOTHING), sum(paid, NOTHING)
    if total - got <= Decimal(rules["tolerance"]):
        return Judgement(PlanState.COMPLETED, paid, states)
    if returned >= rules["returned_to_default"]:
        return Judgement(PlanState.DEFAULTED, paid, states, rule=PlanEnd.RETURNED)
    missed = [place for place, state in enumerate(states) if state == InstalmentState.MISSED]
    if not missed:
        return Judgement(_running(plan, rules, got), paid, states)
    if today is None:
        return Judgement(plan.state, paid, states, plan.cure_by)
    if plan.state != PlanState.AT_RISK or plan.cure_by is None:
        cure_by = today + datetime.timedelta(days=rules["cure_days"])
        return Judgement(PlanState.AT_RISK, paid, states, cure_by)
    rule = _ended(plan, missed, rules, today)
    if rule is not None:
        return Judgement(PlanState.DEFAULTED, paid, states, rule=rule)
    return Judgement(PlanState.AT_RISK, paid, states, plan.cure_by)


def _running(plan: Running, rules: Mapping[str, Any], got: Decimal) -> PlanState:
    """A plan with nothing missing: it runs from its first payment on, or once it was countersigned, whichever is the setting."""
    if plan.active or (got and rules["active_from"] != COUNTERSIGN):
        return PlanState.ACTIVE
    return PlanState.SIGNED


def _ended(plan: Running, missed: Sequence[int], rules: Mapping[str, Any], today: datetime.date) -> PlanEnd | None:
    """Why a plan at risk ends today (6.4). Instalments found missing together, after a time when nobody looked, are one miss:
    who was never told is not in default (T33)."""
    known = [place for place in missed if plan.states[place] == InstalmentState.MISSED]
    if known and len(known) < len(missed) and len(missed) >= rules["missed_to_default"]:
        return PlanEnd.SECOND_MISSED
    if today <= plan.cure_by:
        return None
    following = plan.due[missed[0] + 1][0] if missed[0] + 1 < len(plan.due) else None
    return PlanEnd.NOT_CURED if following is None or following < today else None
