"""Decides how a sum is paid in parts: instalments to the cent, limits, ready-made offers (domain.md 6.2, 6.3). Pure."""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from arcollect.filters import money
from arcollect.money import quantize, unit_of

Schedule = tuple[tuple[datetime.date, Decimal], ...]


class Every(StrEnum):
    """How far apart instalments are; months keep the day of the first (30 January, 29 February, 30 March)."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"


DAYS = {Every.WEEK: 7, Every.FORTNIGHT: 14}
MONTHS = {Every.MONTH: 1, Every.QUARTER: 3}

EU = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())
PRESETS = {"US": "US", "GB": "UK", "AU": "AU"} | dict.fromkeys(EU, "EU")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a creditor agrees to (domain.md 6.2). `max_months` counts from the day of signing; amounts in the plan's currency.

    `law_instalments` and `law_months`: what the law allows a person or sole trader, which no owner can widen; 0 for no bound.
    """

    max_months: int
    max_instalments: int
    first_share: Decimal
    first_within_days: int
    min_instalment: Decimal
    min_total: Decimal
    remainder: str = "LAST"
    law_instalments: int = 0
    law_months: int = 0


@dataclass(frozen=True, slots=True)
class ReadyPlan:
    """A plan one may offer as it stands: `key` names it in forms, `label` to people."""

    key: str
    label: str
    instalments: Schedule


def preset_of(country: str, rules: Mapping[str, Any]) -> str:
    """ "US", "UK", "EU", "AU" or "OTHER": what the owner chose, else what the business's country (ISO) suggests."""
    return rules["compliance"] or PRESETS.get(country, "OTHER")


def limits_for(rules: Mapping[str, Any], *, individual: bool, preset: str) -> Limits:
    """The limits of rules["plan"]; of a person or sole trader narrowed by the law of `preset` ("UK", "US", ...: 6.2).

    The British bounds make the difference to regulated credit and stand whatever the owner wants; beyond the American one an
    owner may go who took advice.
    """
    plan = rules["plan"]
    law = {"UK": plan["uk_individual"], "US": plan["us_consumer"]}.get(preset, {}) if individual else {}
    months = law.get("max_months", plan["max_months"])
    binding = preset == "UK" and individual
    return Limits(
        max_months=min(plan["max_months"], months),
        max_instalments=min(plan["max_instalments"], law.get("max_instalments", plan["max_instalments"])),
        first_share=Decimal(plan["first_pct"]),
        first_within_days=plan["first_within_days"],
        min_instalment=Decimal(plan["min_instalment"]),
        min_total=Decimal(plan["min_total"]),
        remainder=plan["remainder"],
        law_instalments=law["max_instalments"] if binding else 0,
        law_months=law["max_months"] if binding else 0,
    )


def parts(total: Decimal, count: int, currency: str, remainder: str = "LAST") -> list[Decimal]:
    """`total` in `count` equal parts of the currency's smallest unit; what is over goes to the last, or to the first.

    1000.00 / 3 -> 333.33, 333.33, 333.34 (T29). Raises ValueError where a part would be nothing.
    """
    base = (total / count).quantize(unit_of(currency), rounding=ROUND_DOWN)
    if base <= 0:
        raise ValueError(f"{total} {currency} cannot be paid in {count} parts")
    amounts = [base] * count
    amounts[0 if remainder == "FIRST" else -1] += total - base * count
    return amounts


def dates(first_on: datetime.date, count: int, every: Every) -> list[datetime.date]:
    """The days of `count` instalments, counted from the first and never from the one before (T30)."""
    if every in DAYS:
        return [first_on + datetime.timedelta(days=DAYS[every] * step) for step in range(count)]
    return [first_on + relativedelta(months=MONTHS[every] * step) for step in range(count)]


def instalments(
    total: Decimal,
    currency: str,
    *,
    count: int,
    first_on: datetime.date,
    every: Every,
    remainder: str = "LAST",
    deposit: Decimal = Decimal(0),
    deposit_on: datetime.date | None = None,
) -> Schedule:
    """(day, amount) of each instalment, the deposit first where there is one; they come to `total` exactly.

    Without a deposit `first_on` is the day of the first instalment; with one, `deposit_on` is the deposit's.
    """
    rest = parts(total - deposit, count, currency, remainder)
    rows = list(zip(dates(first_on, count, every), rest, strict=True))
    return ((deposit_on or first_on, deposit), *rows) if deposit else tuple(rows)


def deposit_of(total: Decimal, share: Decimal, currency: str) -> Decimal:
    """A deposit of that share of the total: 2345.67 at 0.25 -> 586.42."""
    return quantize(total * share, currency)


def half_half(total: Decimal, currency: str, today: datetime.date, remainder_first: bool = True) -> Schedule:
    """Half now, half in a month; the odd cent now (domain.md 6.3: 333.33 -> 166.67 and 166.66)."""
    now, later = parts(total, 2, currency, "FIRST" if remainder_first else "LAST")
    return ((today, now), (today + relativedelta(months=1), later))


def malformed(schedule: Schedule, currency: str, on: datetime.date) -> str:
    """Why this is no schedule anybody could keep, or "": a row of nothing, in smaller coin than there is, in the past, twice."""
    days = [day for day, _amount in schedule]
    if not schedule or min(amount for _day, amount in schedule) <= 0:
        return _("Every instalment is more than nothing.")
    if any(amount != quantize(amount, currency) for _day, amount in schedule):
        return _("An instalment is in coin that %(currency)s does not have.") % {"currency": currency}
    if min(days) < on:
        return _("An instalment cannot be due before today.")
    return "" if days == sorted(set(days)) else _("The instalments follow each other, one on a day.")


def broken_limits(schedule: Schedule, currency: str, limits: Limits, today: datetime.date) -> list[str]:
    """What of a schedule the creditor would not agree to, in words; nothing where it fits."""
    return list(_objections(schedule, currency, limits, today))


def broken_law(schedule: Schedule, limits: Limits, today: datetime.date) -> list[str]:
    """What of a schedule no owner may agree to either, in words (domain.md 6.2)."""
    return list(_bounds(schedule, limits.law_instalments, limits.law_months, today))


def _objections(schedule: Schedule, currency: str, limits: Limits, today: datetime.date) -> Iterator[str]:
    total = sum((amount for _day, amount in schedule), Decimal(0))
    first_on, first = schedule[0]
    if total < limits.min_total:
        yield _("A plan is for %(least)s or more.") % {"least": money(limits.min_total, currency)}
    if min(amount for _day, amount in schedule) < limits.min_instalment:
        yield _("No instalment below %(least)s.") % {"least": money(limits.min_instalment, currency)}
    if first < quantize(total * limits.first_share, currency):
        least = money(quantize(total * limits.first_share, currency), currency)
        yield _("The first payment is below %(least)s.") % {"least": least}
    if first_on > today + datetime.timedelta(days=limits.first_within_days):
        yield _("The first payment is not within %(days)s days.") % {"days": limits.first_within_days}
    yield from _bounds(schedule, limits.max_instalments, limits.max_months, today)


def _bounds(schedule: Schedule, count: int, months: int, today: datetime.date) -> Iterator[str]:
    if count and len(schedule) > count:
        yield _("At most %(count)s instalments.") % {"count": count}
    # "Within twelve months beginning on the day of the agreement" ends the day before its anniversary.
    if months and schedule[-1][0] > today + relativedelta(months=months) - datetime.timedelta(days=1):
        yield _("The last instalment is not within %(months)s months.") % {"months": months}


def names_plan(reference: str, plan_id: int, own: str) -> bool:
    """Whether a payment's reference names the plan: its `own` reference as the agreement says it ("C-42-P12") with or without
    what stands between, or "plan 12", however people type it."""
    wanted = r"[\W_]*".join(re.escape(letter) for letter in own if letter.isalnum())
    return re.search(rf"(?i){wanted}(?!\d)|PLAN\W*(N[OR]\W*)?0*{plan_id}(?!\d)", reference) is not None


def ready_made(total: Decimal, currency: str, today: datetime.date, limits: Limits) -> list[ReadyPlan]:
    """The usual plans for this sum that fit the limits, the shortest first (P24)."""
    offers = [ReadyPlan(key, label, schedule) for key, label, schedule in _usual(total, currency, today, limits)]
    return [offer for offer in offers if not broken_limits(offer.instalments, currency, limits, today)]


def _usual(total: Decimal, currency: str, today: datetime.date, limits: Limits) -> Iterator[tuple[str, str, Schedule]]:
    """(key, label, schedule) of every usual plan, whether it fits or not; sums too small to part are left out."""
    week = today + datetime.timedelta(days=7)
    month = today + relativedelta(months=1)
    deposit = deposit_of(total, max(limits.first_share, Decimal("0.20")), currency)
    shapes: Sequence[tuple[str, str, Mapping[str, Any]]] = (
        ("weekly_4", _("4 weekly payments"), {"count": 4, "first_on": today, "every": Every.WEEK}),
        ("monthly_3", _("3 monthly payments"), {"count": 3, "first_on": today, "every": Every.MONTH}),
        ("monthly_6", _("6 monthly payments"), {"count": 6, "first_on": today, "every": Every.MONTH}),
        (
            "deposit_weekly_4",
            _("A first payment, then 4 weekly ones"),
            {"count": 4, "first_on": week, "every": Every.WEEK, "deposit": deposit, "deposit_on": today},
        ),
        (
            "deposit_monthly_4",
            _("A first payment, then 4 monthly ones"),
            {"count": 4, "first_on": month, "every": Every.MONTH, "deposit": deposit, "deposit_on": today},
        ),
    )
    if total >= 2 * unit_of(currency):
        yield "half_half", _("Half now, half in a month"), half_half(total, currency, today)
    for key, label, terms in shapes:
        if total > 20 * unit_of(currency):
            yield key, label, instalments(total, currency, remainder=limits.remainder, **terms)
