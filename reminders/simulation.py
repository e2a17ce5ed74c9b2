"""What a policy would send over the weeks to come: the engine's own decisions, played through day by day. Writes nothing."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count

from customers.models import Business, Customer
from invoices.models import Invoice
from reminders.escalation import Case, Fire, Setting, courtesy_call, next_look, next_step
from reminders.facts import Settings, cases_of
from reminders.models import StepCode
from reminders.timetable import DAYS, DUNNING, PolicyTerms

SPAN = 90
BATCH = 500
# Above so many open invoices a sample of the customers speaks for all: the owner waits for the answer.
MOST_INVOICES = 5_000
# A case with its setting under the present and under the changed policies.
Both = tuple[Case, Setting, Setting]


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that would fire for one customer in one currency, with what a person would see of it."""

    on: datetime.date
    customer_id: int
    currency: str
    step: str
    letter: bool
    call: bool


@dataclass(slots=True)
class Tally:
    """Letters and calls by day, and how often each step fired."""

    letters: Counter[datetime.date] = field(default_factory=Counter)
    calls: Counter[datetime.date] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)

    def add(self, fired: Fired, times: int = 1) -> None:
        """Counts one fired step, `times` over where a sample speaks for so many."""
        self.letters[fired.on] += times * fired.letter
        self.calls[fired.on] += times * fired.call
        self.steps[str(fired.step)] += times


Counted = tuple[Fired, tuple[Tally, ...]]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The same ledger under the present and the changed policies. `one_in`: of so many customers one was looked at."""

    present: Tally
    changed: Tally
    invoices: int
    one_in: int


@dataclass(frozen=True, slots=True)
class Week:
    """The letters and calls of the seven days from a Monday on, under the present and the changed policies."""

    monday: datetime.date
    letters: tuple[int, int]
    calls: tuple[int, int]


def simulate(cases: Iterable[tuple[Case, Setting]], start: datetime.date, days: int) -> Iterator[Fired]:
    """Every step that fires in the `days` days from `start` on, case by case, if nothing but our own steps happens: nobody pays
    or says anything, every letter goes out and every call is made on its day."""
    for case, setting in cases:
        yield from _played(case, setting, start, start + DAYS(days=days))


def _played(case: Case, setting: Setting, today: datetime.date, end: datetime.date) -> Iterator[Fired]:
    """One case until the day before `end`, looked at only on the days its next look names."""
    while today < end:
        case = _unblocked(case, today)
        decisions = [decide(case, setting, today) for decide in (next_step, courtesy_call)]
        look = min((next_look(case, row, decisions, setting, today) for row in case.invoices), default=end)
        for fire in decisions:
            if isinstance(fire, Fire):
                step = setting.policy.steps[fire.step]
                yield Fired(today, case.customer_id, case.currency, fire.step, bool(step.letter_code), step.calls)
                case = after(case, fire, setting, today)
        today = look


def after(case: Case, fire: Fire, setting: Setting, today: datetime.date) -> Case:
    """The case as it stands once the step has fired and its letter has gone out the same day."""
    reached = {line.invoice.id: line.step for line in fire.lines if line.new}
    invoices = tuple(
        replace(row, fired={**row.fired, reached[row.id]: today}) if row.id in reached else row for row in case.invoices
    )
    case = replace(case, invoices=invoices)
    if fire.step in DUNNING:
        case = replace(case, last_step_on=today)
    if fire.step == StepCode.NOTICE:
        case = replace(case, last_notice_on=today)
    counts = fire.step in DUNNING and setting.policy.steps[fire.step].letter_code
    return replace(case, last_letter_on=today) if counts else case


def _unblocked(case: Case, today: datetime.date) -> Case:
    """A block with a date ends by itself."""
    over = case.block_until is not None and today >= case.block_until
    return replace(case, block="", block_until=None) if over else case


def with_policy(settings: Settings, name: str, terms: PolicyTerms, *, as_default: bool) -> Settings:
    """The settings of a business if the policy of that name were `terms`; `as_default`: and the business's own."""
    takes_over = as_default or settings.default is settings.by_name.get(name)
    return replace(settings, by_name={**settings.by_name, name: terms}, default=terms if takes_over else settings.default)


def rehearse(
    business: Business,
    present: Settings,
    changed: Settings,
    today: datetime.date,
    days: int = SPAN,
    *,
    most: int = MOST_INVOICES,
) -> Rehearsal:
    """Plays the open invoices of a business through under both settings, as if the ledger were released; of more invoices than
    `most`, those of every so manyth customer."""
    unpaid = Invoice.objects.filter(business=business, balance__gt=0).order_by("customer_id")
    by_customer = list(unpaid.values_list("customer_id").annotate(count=Count("pk")))
    invoices = sum(count for _, count in by_customer)
    one_in = -(-invoices // most) or 1
    ids = [customer_id for customer_id, _ in by_customer[::one_in]]
    rehearsal = Rehearsal(Tally(), Tally(), invoices, one_in)
    for start in range(0, len(ids), BATCH):
        customers = list(Customer.objects.filter(pk__in=ids[start : start + BATCH]))
        cases = _cases(business, customers, present, today)
        by_id = {customer.pk: customer for customer in customers}
        both = [tuple(one.setting(by_id[case.customer_id], case) for one in (present, changed)) for case in cases]
        played = [(case, *settings) for case, settings in zip(cases, both, strict=True)]
        for fired, tallies in _compared(rehearsal, played, today, days):
            for tally in tallies:
                tally.add(fired, one_in)
    return rehearsal


def _compared(rehearsal: Rehearsal, cases: Sequence[Both], today: datetime.date, days: int) -> Iterator[Counted]:
    """Each fired step with the tallies it counts in; a case whose policy stays is played once for both."""
    for case, before, then in cases:
        same = before.policy == then.policy
        for setting, tallies in (
            ((before, (rehearsal.present, rehearsal.changed)),)
            if same
            else ((before, (rehearsal.present,)), (then, (rehearsal.changed,)))
        ):
            for fired in simulate([(case, setting)], today, days):
                yield fired, tallies


def _cases(business: Business, customers: Sequence[Customer], settings: Settings, today: datetime.date) -> list[Case]:
    """The cases of these customers; what only waits for the ledger's release does not wait here, and the early-warning call is
    made on its day as every other."""
    found = cases_of(business, customers, settings, today)
    cases = [replace(case, warning=False) for customer in customers for case in found.get(customer.pk, [])]
    if business.released_on is not None:
        return cases
    freed = [tuple(replace(row, entry_hold=False) for row in case.invoices) for case in cases]
    return [replace(case, invoices=rows, released=True) for case, rows in zip(cases, freed, strict=True)]


def weeks(present: Tally, changed: Tally, start: datetime.date, days: int = SPAN) -> list[Week]:
    """The weeks from that of `start` to that of the last day, each from its Monday, the quiet ones too."""
    first = _monday(start)
    count = (_monday(start + DAYS(days=days - 1)) - first).days // 7 + 1
    return [
        Week(
            monday,
            (_of_week(present.letters, monday), _of_week(changed.letters, monday)),
            (_of_week(present.calls, monday), _of_week(changed.calls, monday)),
        )
        for monday in (first + DAYS(days=7 * number) for number in range(count))
    ]


def _of_week(by_day: Counter[datetime.date], monday: datetime.date) -> int:
    return sum(by_day[monday + DAYS(days=number)] for number in range(7))


def _monday(day: datetime.date) -> datetime.date:
    return day - DAYS(days=day.weekday())
