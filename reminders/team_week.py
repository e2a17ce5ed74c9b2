"""Reads what the team did in some days and what it brought in, by person; each number is the count of its deeds."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import Business, Conversation, Letter, Task, User
from customers.models.desk import Outcome, TaskState
from customers.models.letter import LetterState
from invoices.models import PaymentPlan, Promise
from invoices.money_in import came_in
from reminders.step_results import recoveries

CALL, REACHED, LETTER, PROMISE, PLAN, TASK, MONEY = "calls", "reached", "letters", "promises", "plans", "tasks", "money"
# What is counted, as people call it. Whom a call reached is counted as a call too.
DEEDS = {
    CALL: _("Calls"),
    REACHED: _("Reached"),
    LETTER: _("Letters sent"),
    PROMISE: _("Promises"),
    PLAN: _("Plans signed"),
    TASK: _("Tasks done"),
    MONEY: _("Money after a call or letter of theirs"),
}
# One of each.
DONE = {
    CALL: _("Call"),
    REACHED: _("Reached somebody"),
    LETTER: _("Letter sent"),
    PROMISE: _("Promise"),
    PLAN: _("Plan signed"),
    TASK: _("Task done"),
    MONEY: _("Money after a call or letter"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done on a day, by somebody or by the program itself (None); `amount` where money was named or came."""

    kind: str
    on: datetime.date
    by: int | None
    customer_id: int | None
    currency: str = ""
    amount: Decimal | None = None
    what: str = ""


@dataclass(slots=True)
class Share:
    """What one person did: how often by the kind of deed, and sums by kind and currency."""

    name: str
    counts: Counter[str] = field(default_factory=Counter)
    sums: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """The people with what they did, busiest first, the program itself last; `received`: all that came in, by currency."""

    since: datetime.date
    until: datetime.date
    shares: list[Share]
    whole: Share
    received: dict[str, Decimal]


def team_week(business: Business, until: datetime.date, *, days: int = 7) -> TeamWeek:
    """The `days` up to `until`, that day included, in a fixed number of queries."""
    since = until - datetime.timedelta(days=days - 1)
    by_person: dict[int | None, Share] = defaultdict(lambda: Share(""))
    whole = Share("")
    for deed in deeds(business, since, until):
        for share in (by_person[deed.by], whole):
            share.counts[deed.kind] += 1
            if deed.amount is not None:
                share.sums[deed.kind][deed.currency] += deed.amount
    for person in User.objects.filter(pk__in=[pk for pk in by_person if pk]):
        by_person[person.pk].name = str(person)
    people = [share for pk, share in by_person.items() if pk is not None]
    people.sort(key=lambda share: (-share.counts.total(), share.name))
    itself = [by_person[None]] if None in by_person else []
    return TeamWeek(since, until, people + itself, whole, came_in(business, since, until))


def deeds(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    """Everything counted, kind by kind, oldest first."""
    yield from _talks(business, since, until)
    letters = Letter.objects.filter(business=business, state=LetterState.SENT, sent_on__range=(since, until))
    for row in _rows(letters, "sent_on", "approved_by_id", "currency", "total", "code"):
        yield Deed(LETTER, *row)
    promises = Promise.objects.filter(business=business, made_on__range=(since, until))
    for row in _rows(promises, "made_on", "by_id", "currency", "amount"):
        yield Deed(PROMISE, *row)
    yield from _plans(business, since, until)
    tasks = Task.objects.filter(business=business, state=TaskState.DONE, closed_on__range=(since, until))
    # Without its amount: the same sum stands behind the call, the promise and the letter.
    for on, by, customer_id, kind in _rows(tasks.exclude(closed_by=None), "closed_on", "closed_by_id", "kind"):
        yield Deed(TASK, on, by, customer_id, what=kind)
    earliest = since - datetime.timedelta(days=business.rules["step_credit_days"] + 1)
    for one in recoveries(business, earliest, until, paid_since=since):
        yield Deed(MONEY, one.paid_on, one.by, one.customer_id, one.currency, one.amount, one.step)


def _rows(found: QuerySet, day: str, by: str, *names: str) -> QuerySet:
    return found.order_by(day, "pk").values_list(day, by, "customer_id", *names)


def _talks(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    """Calls made, and once more those that reached somebody."""
    start, end = business_day(business, since), business_day(business, until + datetime.timedelta(days=1))
    calls = Conversation.objects.filter(business=business, channel="call", inbound=False, at__gte=start, at__lt=end)
    for at, by, customer_id, outcome in _rows(calls, "at", "by_id", "outcome"):
        on = business.local_date(at)
        yield Deed(CALL, on, by, customer_id, what=outcome)
        if outcome == Outcome.REACHED:
            yield Deed(REACHED, on, by, customer_id, what=outcome)


def _plans(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    start, end = business_day(business, since), business_day(business, until + datetime.timedelta(days=1))
    plans = PaymentPlan.objects.filter(business=business, signed_at__gte=start, signed_at__lt=end)
    for at, by, customer_id, currency, total in _rows(plans, "signed_at", "by_id", "currency", "total"):
        yield Deed(PLAN, business.local_date(at), by, customer_id, currency, total)


def business_day(business: Business, day: datetime.date) -> datetime.datetime:
    """The moment a day begins where the business is."""
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(business.time_zone))
