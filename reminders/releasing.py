"""Starts an imported ledger with care: reads who would get what, by which entry rule, and writes what the owner chose (T06)."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from arcollect.dates import Calendar
from customers.models import Business, Customer, User
from customers.profile import save_rules
from invoices.models import Invoice
from reminders.call_budget import opens_call
from reminders.cases import Case, Fire, Setting
from reminders.escalation import courtesy_call, next_step
from reminders.facts import Settings, cases_of, settings_of
from reminders.models import Policy, StepCode
from reminders.nightly import BATCH, release
from reminders.policies import draft_of, save_policy

NOTHING = Decimal(0)
# The highest step somebody who never heard from us may begin with: never the 90-day one (domain.md 3.4, "Imported late").
ENTRY_RULES = (StepCode.NOTICE, StepCode.DAY_30, StepCode.DAY_60)


@dataclass(frozen=True, slots=True)
class Item:
    """What one customer would get in one currency on the first day; without a `step` nothing yet, for the `reason`."""

    currency: str
    step: str
    reason: str
    invoices: int
    total: Decimal
    letter: bool = False
    calls: bool = False

    @property
    def label(self) -> Any:
        return StepCode(self.step).label if self.step else ""


@dataclass(frozen=True, slots=True)
class Starter:
    """A customer with everything they would get; `goes` as far as the owner's tick says."""

    id: int
    reference: str
    name: str
    items: tuple[Item, ...]
    goes: bool = True

    @property
    def total(self) -> Decimal:
        """For the order of the list alone: what is first in it should be what matters most."""
        return max(item.total for item in self.items)


@dataclass(frozen=True, slots=True)
class StepSum:
    """A step of the first day: how many customers it asks, how many of these are left out, calls, letters and sums."""

    step: str
    customers: int
    left_out: int
    calls: int
    letters: int
    totals: tuple[tuple[str, Decimal], ...]

    @property
    def label(self) -> Any:
        return StepCode(self.step).label


def entry_rules(business: Business) -> list[str]:
    """The entry rules the default policy leaves to choose from, and none it has switched off."""
    steps = settings_of(business).default.steps
    return [code for code in ENTRY_RULES if code in steps]


def waiting_customers(business: Business) -> list[int]:
    """The ids of those a release is about: everybody who owes, or in a live ledger those whose invoices are held."""
    rows = Invoice.objects.filter(business=business, balance__gt=0)
    if business.released_on is not None:
        rows = rows.filter(entry_hold=True)
    return sorted(set(rows.values_list("customer_id", flat=True)))


def outlook(business: Business, day: datetime.date, rules: Sequence[str]) -> dict[str, list[Starter]]:
    """Who would get what on `day` if everything were released now, for each entry rule. Reads in batches, writes nothing.

    Each is asked as their segment has it, by the same steps as in the night (domain.md 5).
    Those who are asked for most come first, by step; those who would get nothing yet stand at the end with the reason.
    """
    settings, ids = settings_of(business), waiting_customers(business)
    found: dict[str, list[Starter]] = {rule: [] for rule in rules}
    for start in range(0, len(ids), BATCH):
        customers = list(Customer.objects.filter(pk__in=ids[start : start + BATCH]))
        cases = cases_of(business, customers, settings, day)
        for customer in customers:
            waiting = [(case, settings.setting(customer, case)) for case in _waiting(cases.get(customer.pk, []), business)]
            calls = list(_courtesy(waiting, day))
            for rule in rules:
                items = (*_dunning([(case, _under(setting, settings, rule)) for case, setting in waiting], day), *calls)
                if items:
                    found[rule].append(Starter(customer.pk, customer.reference, customer.name, items))
    return {rule: sorted(starters, key=_weight) for rule, starters in found.items()}


def by_step(starters: Iterable[Starter]) -> list[StepSum]:
    """The starters summed by step, in the order of the steps; what is left out is counted and not summed."""
    rows: dict[str, list[tuple[Starter, Item]]] = defaultdict(list)
    for starter in starters:
        for item in starter.items:
            if item.step:
                rows[item.step].append((starter, item))
    return [_sum(step, rows[step]) for step in StepCode.values if step in rows]


def calls_made_by(calls: int, per_day: int, first_day: datetime.date, calendar: Calendar) -> datetime.date | None:
    """The business day by which that many calls are made, so many a day; 0 a day is no limit. None without calls."""
    if not calls:
        return None
    return calendar.add(first_day, -(-calls // per_day) - 1 if per_day else 0)


@transaction.atomic
def start_ledger(
    *,
    business: Business,
    today: datetime.date,
    entry_rule: str,
    calls_per_day: int,
    leave_out: Collection[int],
    actor: User,
) -> int:
    """Saves the entry rule (as a version of the default policy) and the throttle, and releases. Returns how many invoices.

    PolicyError where somebody saved the policy in the meantime. The overdue invoices of those left out wait on.
    """
    policy = Policy.objects.get(business=business, current=True, is_default=True)
    draft = draft_of(policy)
    save_policy(policy=policy, draft=replace(draft, fields={**draft.fields, "entry_cap": entry_rule}), actor=actor)
    save_rules(business=business, values={"max_new_call_tasks_per_day": calls_per_day}, actor=actor)
    business.refresh_from_db(fields=["settings"])
    return release(business=business, today=today, actor=actor, leave_out=leave_out)


def _under(setting: Setting, settings: Settings, rule: str) -> Setting:
    """The same under another entry rule, which is the default policy's alone: customers with a policy of their own keep its."""
    if setting.policy.id != settings.default.id:
        return setting
    return replace(setting, policy=replace(setting.policy, entry_cap=rule))


def _waiting(cases: Iterable[Case], business: Business) -> Iterator[Case]:
    """The cases a release is about, as they would be after it; in a live ledger only those of which an invoice is held."""
    for case in cases:
        if business.released_on is None or any(row.entry_hold for row in case.invoices):
            rows = tuple(replace(row, entry_hold=False, released=True) for row in case.invoices)
            yield replace(case, invoices=rows, released=True)


def _dunning(cases: Iterable[tuple[Case, Setting]], day: datetime.date) -> Iterator[Item]:
    for case, setting in cases:
        decision = next_step(case, setting, day)
        if isinstance(decision, Fire):
            yield _item(case, decision, setting)
        elif any(row.due_on < day for row in case.invoices):
            yield _nothing_yet(case, decision.reason, day)


def _courtesy(cases: Iterable[tuple[Case, Setting]], day: datetime.date) -> Iterator[Item]:
    for case, setting in cases:
        decision = courtesy_call(case, setting, day)
        if isinstance(decision, Fire):
            yield _item(case, decision, setting)


def _item(case: Case, fire: Fire, setting: Setting) -> Item:
    step = setting.policy.steps[fire.step]
    figures = {"letter": bool(step.letter_code), "calls": opens_call(step)}
    return Item(case.currency, str(fire.step), fire.reason, len(fire.lines), fire.total, **figures)


def _nothing_yet(case: Case, reason: str, day: datetime.date) -> Item:
    late = [row for row in case.invoices if row.due_on < day]
    return Item(case.currency, "", reason, len(late), sum((row.balance for row in late), NOTHING))


def _weight(starter: Starter) -> tuple[int, Decimal, str]:
    order = StepCode.values
    return (-max(order.index(item.step) if item.step else -1 for item in starter.items), -starter.total, starter.name)


def _sum(step: str, rows: list[tuple[Starter, Item]]) -> StepSum:
    going = [item for starter, item in rows if starter.goes]
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for item in going:
        totals[item.currency] += item.total
    return StepSum(
        step=step,
        customers=len({starter.id for starter, _item in rows}),
        left_out=len({starter.id for starter, _item in rows if not starter.goes}),
        calls=sum(item.calls for item in going),
        letters=sum(item.letter for item in going),
        totals=tuple(sorted(totals.items())),
    )
