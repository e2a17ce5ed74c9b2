"""Decides which signs of trouble a customer shows lately, each with its day (domain.md 5.1, test C). Pure."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from invoices.behaviour_cases import Facts
from invoices.models.agreement import PromiseState
from invoices.months import month_end

YEAR = relativedelta(months=12)
# How often they are not reached before it is a sign, and over how many months buying is measured.
UNREACHED = 3
MONTHS = 6
HALF = Decimal("0.5")
SHORT_OF_MONEY = frozenset({"R13", "R14"})
WANTS_LONGER = "R15"


class SignCode(StrEnum):
    """The signs of domain.md 5.1, in its order."""

    PART_PAYMENT = "part_payment"
    SKIPS_OLDEST = "skips_oldest"
    PROMISE_BROKEN = "promise_broken"
    RETURNED = "returned"
    DISPUTE = "dispute"
    UNREACHABLE = "unreachable"
    ORDERS = "orders"
    LONGER_TERMS = "longer_terms"
    CASH_FLOW = "cash_flow"


WORDS = {
    SignCode.PART_PAYMENT: _("Paid in part, or a round sum, for the first time"),
    SignCode.SKIPS_OLDEST: _("Paid a newer invoice before an older late one"),
    SignCode.PROMISE_BROKEN: _("Broke a promise, after none for a year"),
    SignCode.RETURNED: _("A payment came back"),
    SignCode.DISPUTE: _("Raised a query only after the due date, which is not their habit"),
    SignCode.UNREACHABLE: _("Could not be reached three times in a row"),
    SignCode.ORDERS: _("Buys half as much as usual, or half as much again"),
    SignCode.LONGER_TERMS: _("Asked for more time to pay"),
    SignCode.CASH_FLOW: _("Said that money is short, or that they wait for their own customers"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign and the last day it showed."""

    code: SignCode
    on: datetime.date

    @property
    def words(self) -> str:
        """What happened, in words."""
        return str(WORDS[self.code])


@dataclass(frozen=True, slots=True)
class Span:
    """The days signs count in: after `since`, until `today`."""

    since: datetime.date
    today: datetime.date

    def last(self, days: Iterable[datetime.date]) -> datetime.date | None:
        """The latest of these days that lies in it."""
        return max((day for day in days if self.since < day <= self.today), default=None)


def signs(facts: Facts, rules: Mapping[str, Any], today: datetime.date, *, disputer: bool) -> list[Sign]:
    """What showed within 60 days, and since an alarm was last acknowledged; the latest first.

    `rules`: the settings below "deterioration"; `disputer`: for whom a query raised late is nothing new.
    """
    since = today - datetime.timedelta(days=rules["signs_days"])
    span = Span(max(since, facts.acknowledged_on or since), today)
    found = {code: test(facts, span) for code, test in TESTS.items() if not (disputer and code == SignCode.DISPUTE)}
    shown = [Sign(code, on) for code, on in found.items() if on is not None]
    return sorted(shown, key=lambda sign: sign.on, reverse=True)


def part_payment(facts: Facts, span: Span) -> datetime.date | None:
    """The first part or round-sum payment there ever was."""
    days = [day for day in facts.traces.uneven if day <= span.today]
    return span.last([min(days)]) if days else None


def skips_oldest(facts: Facts, span: Span) -> datetime.date | None:
    """A newer invoice paid while an older one was late."""
    return span.last(facts.traces.skipped)


def promise_broken(facts: Facts, span: Span) -> datetime.date | None:
    """A promise broken, and none in the twelve months before it."""
    broken = sorted(one.on for one in facts.promises if one.state == PromiseState.BROKEN)
    first = (day for day in broken if not any(day - YEAR < other < day for other in broken))
    return span.last(first)


def returned(facts: Facts, span: Span) -> datetime.date | None:
    """A payment that came back."""
    return span.last(facts.traces.returned)


def dispute(facts: Facts, span: Span) -> datetime.date | None:
    """A query raised after the due date."""
    return span.last(one.opened_on for one in facts.contested if one.after_due)


def unreachable(facts: Facts, span: Span) -> datetime.date | None:
    """The last of three calls in a row in which nobody was reached."""
    vain = 0
    found = []
    for talk in sorted(facts.traces.talks, key=lambda one: (one.on, one.place, one.reached)):
        if not span.since < talk.on <= span.today:
            continue
        vain = 0 if talk.reached else vain + talk.tried
        if vain >= UNREACHED:
            found.append(talk.on)
    return span.last(found)


def orders(facts: Facts, span: Span) -> datetime.date | None:
    """The last day of a month in which they bought half of the mean of the six before it, or half as much again.

    Who does not buy every month is not measured: their months say nothing.
    """
    return span.last(
        month_end(month) for month in _months(span) if any(_unlike(one, month) for one in facts.traces.bought.values())
    )


def longer_terms(facts: Facts, span: Span) -> datetime.date | None:
    """They proposed a plan of their own, or said that their terms are longer than ours (R15)."""
    said = [talk.on for talk in facts.traces.talks if talk.reason == WANTS_LONGER]
    return span.last([*said, *facts.traces.asked_for_time])


def cash_flow(facts: Facts, span: Span) -> datetime.date | None:
    """They said that they have no money, or wait for somebody else's (R13, R14)."""
    return span.last(talk.on for talk in facts.traces.talks if talk.reason in SHORT_OF_MONEY)


def _months(span: Span) -> Iterable[datetime.date]:
    """The first days of the months that end within the span."""
    month = span.today.replace(day=1)
    while month_end(month) > span.since:
        if month_end(month) <= span.today:
            yield month
        month -= relativedelta(months=1)


def _unlike(bought: Mapping[datetime.date, Decimal], month: datetime.date) -> bool:
    before = [bought.get(month - relativedelta(months=step), Decimal(0)) for step in range(1, MONTHS + 1)]
    if min(before) <= 0:
        return False
    usual = sum(before, Decimal(0)) / MONTHS
    return abs(bought.get(month, Decimal(0)) - usual) >= HALF * usual


TESTS: Mapping[SignCode, Callable[[Facts, Span], datetime.date | None]] = {
    SignCode.PART_PAYMENT: part_payment,
    SignCode.SKIPS_OLDEST: skips_oldest,
    SignCode.PROMISE_BROKEN: promise_broken,
    SignCode.RETURNED: returned,
    SignCode.DISPUTE: dispute,
    SignCode.UNREACHABLE: unreachable,
    SignCode.ORDERS: orders,
    SignCode.LONGER_TERMS: longer_terms,
    SignCode.CASH_FLOW: cash_flow,
}
