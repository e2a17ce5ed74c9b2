"""Says how fresh the money is that letters rest on: who paid last week must not be asked today (T15)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Model, OuterRef, Subquery

from arcollect.dates import Calendar, calendar_of, closing_days
from customers.models import Business, ImportBatch
from invoices.models import BankStatement, CreditNote, Payment, WriteOff


@dataclass(frozen=True, slots=True)
class Freshness:
    """The day money was last entered (None if never), the business days since, and whether that is too long ago."""

    entered_on: datetime.date | None
    business_days: int
    stale: bool


def freshness(business: Business, today: datetime.date) -> Freshness:
    """How fresh the money of a business is on a day of its own zone, in one query.

    Where none was ever entered, the days count from the one its ledger started: what came in with the invoices was true then.
    """
    entered_on, rules = last_entered_on(business), business.rules
    since = entered_on or business.released_on
    days = business_days_since(since, today, _calendar(business, rules)) if since else 0
    return Freshness(entered_on, days, days > rules["stale_money_bd"])


def stale(business: Business, today: datetime.date) -> bool:
    """Whether money was last entered longer ago than letters should rest on (rules["stale_money_bd"], in business days)."""
    return freshness(business, today).stale


def last_entered_on(business: Business) -> datetime.date | None:
    """The day, in the business's zone, of the last payment, credit note, write-off or file of payments somebody entered.

    A bank statement says what came in until its own last day, however late it is brought in.
    """
    files = ImportBatch.objects.filter(kind="payments", undone_at=None)
    by_hand = Payment.objects.filter(business=OuterRef("pk"), bank_line=None)
    # A day may begin twelve hours before that of the clock of the world; a day far ahead is a slip of the bank's.
    known = F("batch__at") + datetime.timedelta(days=1)
    told = BankStatement.objects.filter(business=OuterRef("pk"), to_on__lte=known, batch__undone_at=None)
    row = Business.objects.filter(pk=business.pk).values_list(
        Subquery(by_hand.order_by("-pk").values("created_at")[:1]),
        _latest(CreditNote, "created_at"),
        Subquery(files.filter(business=OuterRef("pk")).order_by("-pk").values("at")[:1]),
        _latest(WriteOff, "on"),
        Subquery(told.order_by("-to_on").values("to_on")[:1]),
    )
    *moments, written_off_on, told_until = row.get()
    days = [business.local_date(moment) for moment in moments if moment]
    return max([*days, *(day for day in (written_off_on, told_until) if day)], default=None)


def business_days_since(since: datetime.date, today: datetime.date, calendar: Calendar) -> int:
    """The business days after `since` up to and with `today`: 0 on the day itself. Pure; stops counting at thirty."""
    days, day = 0, since
    while day < today and days < COUNTED:
        day += datetime.timedelta(days=1)
        days += calendar.is_business_day(day)
    return days


# Beyond this only the date is worth saying.
COUNTED = 30


def _calendar(business: Business, rules: Mapping[str, Any]) -> Calendar:
    return calendar_of(rules["weekend"], [(business.country, business.region)], closing_days(rules["closing_days"]))


def _latest(model: type[Model], dated: str) -> Subquery:
    """The latest entry by id: in the order they were written, without reading them all."""
    return Subquery(model.objects.filter(business=OuterRef("pk")).order_by("-pk").values(dated)[:1])
