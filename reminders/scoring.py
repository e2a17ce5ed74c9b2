"""The scoring night: forecasts, scores, accounts and the figures of the day, for every business, before its morning.

It is done piece by piece, so that what a large ledger takes fits into many short jobs. A part that fails is logged and named;
it stops neither the other parts nor the night's reminders.
"""

import datetime
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from customers.models import Business
from invoices import cash_kept, lane_facts, ledger_figures, promise_figures
from invoices.counted import changed_since_counted, counted_through, events_since
from invoices.models import LedgerDay
from reminders import step_results, team_figures
from reminders.forecasting import store_forecasts
from reminders.scoring_customers import score_customers
from reminders.storing_standings import certain_through, store_accounts, store_accounts_of, store_standings

logger = logging.getLogger(__name__)

Figures = dict[str, dict[str, Any]]
# More events than this, and every page would read too many of them to know who changed.
EVENTS_AT_MOST = 2000
# Of more changed customers than this, and every page would add up too many invoices.
MANY_CHANGED = 20


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the figures of a day, by currency. `of_the_past`: it can be told afterwards, from the ledger alone."""

    name: str
    figures: Callable[[Business, datetime.date], Figures]
    of_the_past: bool = False


# Does a part piece by piece: takes business, today and an id, goes on after that, yields the last id it has done of each piece.
Writer = Callable[[Business, datetime.date, int], Iterator[int]]

# What is written before the figures, in this order.
WRITERS: list[tuple[str, Writer]] = [
    ("forecasts", store_forecasts),
    ("scores", score_customers),
    ("cash", cash_kept.store_cash),
]

# What the figures of a day are made of; no two sections give the same name.
SECTIONS: list[Section] = [
    # First: until its sums are there, what was just kept belongs to none.
    Section("forecast", cash_kept.kept_section),
    Section("ledger", ledger_figures.section, of_the_past=True),
    Section("promises", promise_figures.section, of_the_past=True),
    Section("lanes", lane_facts.section),
    Section("steps", step_results.section),
    Section("team", team_figures.section),
]


@dataclass(slots=True)
class Scored:
    """What a night came to: the currencies with figures, and the parts that failed."""

    currencies: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Night(Scored):
    """How far a night has come: the parts that are done, or failed; of the next the last id that is; what its accounts know."""

    done: list[str] = field(default_factory=list)
    after: int = 0
    through: int = 0

    def without_failed(self) -> "Night":
        """The same night where only what failed is still to be done."""
        return Night(self.currencies, [], [name for name in self.done if name not in self.failed])


def score_night(business: Business, today: datetime.date) -> Scored:
    """Does every part of the night of `today`. Done twice it counts anew, and leaves one row."""
    night = Night()
    for _piece in pieces(business, today, night):
        pass
    return night


def pieces(business: Business, today: datetime.date, night: Night) -> Iterator[None]:
    """Does what is left of a night, and yields after each piece: from what `night` says then it may be taken up another time.

    A piece is so many customers, so many invoices, or one section of the figures.
    """
    night.currencies = night.currencies or [business.currency]
    for name, work in _parts(business, today, night):
        if name in night.done:
            continue
        try:
            for last in work(night.after):
                night.after = last
                yield
        except Exception:
            logger.exception("The part %s of the scoring night failed", name)
            night.failed.append(name)
        night.done.append(name)
        night.after = 0
        yield


def _parts(business: Business, today: datetime.date, night: Night) -> Iterator[tuple[str, Callable[[int], Iterator[int]]]]:
    # First what pages wait for: the rest takes longer on a large ledger, and may die.
    yield "standings", partial(_stand, business, today, night)
    for name, write in WRITERS:
        yield name, partial(write, business, today)
    for section in SECTIONS:
        yield section.name, partial(_count, business, today, night, section)


def _stand(business: Business, today: datetime.date, night: Night, after: int) -> Iterator[int]:
    """The accounts, then the row of the day: it says that they are counted, or that they could not be."""
    day = partial(store_day, business=business, on=today, figures={business.currency: {}})
    try:
        night.through = night.through if after else certain_through(business, today)
        yield from store_accounts(business, today, after)
    except Exception:
        day(through=0)
        raise
    day(through=night.through)


def _count(business: Business, today: datetime.date, night: Night, section: Section, _after: int) -> Iterator[int]:
    """One section of the figures, in one piece."""
    figures = section.figures(business, today)
    store_day(business=business, on=today, figures=figures, through=counted_through(business, today))
    night.currencies = sorted({*night.currencies, *figures})
    return iter(())


def figures_of(business: Business, as_of: datetime.date, sections: list[Section], scored: Scored) -> Figures:
    """All these sections of a day by currency; that of the business is always there."""
    figures: Figures = {business.currency: {}}
    for section in sections:
        found = _attempt(section.name, partial(section.figures, business, as_of), scored) or {}
        for currency, part in found.items():
            figures[currency] = figures.get(currency, {}) | part
    return figures


def store_day(*, business: Business, on: datetime.date, figures: Figures, through: int) -> None:
    """Keeps the figures of a night; what a part that fails this time found an hour ago stays."""
    before = {row.currency: row.figures for row in LedgerDay.objects.filter(business=business, on=on, backfilled=False)}
    rows = [
        LedgerDay(business=business, currency=currency, on=on, figures=before.get(currency, {}) | part, through=through)
        for currency, part in figures.items()
    ]
    LedgerDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["business", "currency", "on"],
        update_fields=["figures", "through", "backfilled"],
    )
    # A currency nothing is open in any more is as well counted as the others.
    LedgerDay.objects.filter(business=business, on=on, backfilled=False).update(through=through)


def recount(business: Business, now: datetime.datetime) -> bool:
    """Stores today's accounts, and what is expected of them, anew where so much happened since that pages add up too much: of
    those who changed, and of everybody where these are too many."""
    today = business.local_date(now)
    through = counted_through(business, today)
    if not through:
        return False
    # Before it is read who changed: what happens from here on has a later Event.
    certain = certain_through(business, today)
    changed = changed_since_counted(business, today)
    if changed is None:
        _count_everybody(business, today)
    elif len(changed) > MANY_CHANGED or events_since(business, through, EVENTS_AT_MOST) >= EVENTS_AT_MOST:
        _count_changed(business, today, changed, certain)
    else:
        return False
    return True


def _count_everybody(business: Business, today: datetime.date) -> None:
    through = store_standings(business=business, today=today)
    for _last in cash_kept.store_cash(business, today):
        pass
    store_day(business=business, on=today, figures=cash_kept.kept_section(business, today), through=through)


@transaction.atomic
def _count_changed(business: Business, today: datetime.date, changed: list[int], through: int) -> None:
    store_accounts_of(business, today, changed)
    figures = cash_kept.store_changed(business=business, today=today, changed=changed)
    store_day(business=business, on=today, figures=figures, through=through)


def _attempt(name: str, work: Callable[[], Any], scored: Scored) -> Any:
    try:
        return work()
    except Exception:
        logger.exception("The part %s of the scoring night failed", name)
        scored.failed.append(name)
        return None
