"""The whole told story, and its diary: what happens on which day. Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from arcollect.dates import Calendar
from reminders.demo.cast import Persona, invent_cast
from reminders.demo.ledger import DAY, Sale, tell_ledger
from reminders.demo.plans import Agreed, tell_plans
from reminders.demo.reminding import Call, Fired, Promised, tell_reminders
from reminders.escalation import Setting

LIVE_FOR = 365  # days this program has been in use at the first business
MONEY_ENTERED_DAILY = 28  # before these last days the office entered money once a week; invoices, before this program was live
FRIDAY = 4
QUIET_DAYS = 2  # the last days nobody looked: what came due in them waits for tonight's run


@dataclass(frozen=True, slots=True)
class Story:
    """Who, what they bought and paid, what was agreed, what was said and sent."""

    cast: list[Persona]
    sales: list[Sale]
    plans: list[Agreed]
    fired: list[Fired]
    live_since: datetime.date


@dataclass(slots=True)
class Page:
    """One day of the diary, in the order the office works: agreements looked at, reminders, calls, invoices, money."""

    joined: list[Persona] = field(default_factory=list)
    evaluated: list[Promised] = field(default_factory=list)
    fired: list[Fired] = field(default_factory=list)
    calls: list[tuple[Fired, Call]] = field(default_factory=list)
    letters: list[Fired] = field(default_factory=list)
    overtaken: list[Fired] = field(default_factory=list)
    offered: list[Agreed] = field(default_factory=list)
    signed: list[Agreed] = field(default_factory=list)
    judged: list[Agreed] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    opened: list[Sale] = field(default_factory=list)
    resolved: list[Sale] = field(default_factory=list)
    receipts: list[tuple[Sale, datetime.date, Decimal]] = field(default_factory=list)


def tell_story(seed: int, size: int, today: datetime.date, setting: Setting, live_for: int = LIVE_FOR) -> Story:
    """Everything that happened until `today`, and what of it lies ahead; reminders of the last `live_for` days only."""
    cast, calendar = invent_cast(seed, size), setting.calendar
    sales, plans = tell_plans(tell_ledger(cast, seed, today, calendar), today, calendar)
    live_since = calendar.roll_forward(today - live_for * DAY)
    days = _business_days(live_since, today - QUIET_DAYS * DAY, calendar)
    return Story(cast, sales, plans, tell_reminders(sales, plans, setting, seed, days), live_since)


def keep_diary(story: Story, today: datetime.date) -> list[tuple[datetime.date, Page]]:
    """The story day by day until `today`."""
    pages: dict[datetime.date, Page] = defaultdict(Page)
    for persona in story.cast:
        pages[today - persona.since_days * DAY].joined.append(persona)
    for sale in story.sales:
        _enter_sale(pages, sale, story.live_since, today - MONEY_ENTERED_DAILY * DAY)
    for fired in story.fired:
        _enter_fired(pages, fired)
    for plan in story.plans:
        _enter_plan(pages, plan)
    return [(day, pages[day]) for day in sorted(pages) if day <= today]


def _business_days(first: datetime.date, last: datetime.date, calendar: Calendar) -> Iterable[datetime.date]:
    every = (first + count * DAY for count in range((last - first).days + 1))
    return [day for day in every if calendar.is_business_day(day)]


def _enter_sale(
    pages: dict[datetime.date, Page], sale: Sale, invoices_daily_from: datetime.date, money_daily_from: datetime.date
) -> None:
    pages[_entered_on(sale.issued_on, invoices_daily_from)].sales.append(sale)
    for day, amount in sale.receipts:
        pages[_entered_on(day, money_daily_from)].receipts.append((sale, day, amount))
    if sale.objection:
        pages[_entered_on(sale.objection.opened_on, money_daily_from)].opened.append(sale)
        pages[_entered_on(sale.objection.resolved_on, money_daily_from)].resolved.append(sale)


def _entered_on(day: datetime.date, daily_from: datetime.date) -> datetime.date:
    """The Friday of its week, or the day itself where the office enters daily by then."""
    friday = day + (FRIDAY - day.weekday()) % 7 * DAY
    return friday if friday < daily_from else day


def _enter_fired(pages: dict[datetime.date, Page], fired: Fired) -> None:
    pages[fired.on].fired.append(fired)
    for call in fired.calls:
        pages[call.on].calls.append((fired, call))
    if fired.letter_on:
        pages[fired.letter_on].letters.append(fired)
    if fired.overtaken_on:
        pages[fired.overtaken_on].overtaken.append(fired)
    if fired.promise and fired.promise.evaluated_on:
        pages[fired.promise.evaluated_on].evaluated.append(fired.promise)


def _enter_plan(pages: dict[datetime.date, Page], plan: Agreed) -> None:
    pages[plan.offered_on].offered.append(plan)
    if plan.signed_on:
        pages[plan.signed_on].signed.append(plan)
    for day in plan.looked_at:
        pages[day].judged.append(plan)
