"""What the team did in the seven days before a night and what it brought in, kept with the figures of the day as text."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arcollect.money import format_plain
from customers.models import Business
from invoices.metrics import NOTHING
from reminders.team_week import CALL, LETTER, MONEY, PLAN, PROMISE, REACHED, Share, TeamWeek, team_week

COUNTED = (CALL, REACHED, LETTER, PROMISE, PLAN)


def section(business: Business, as_of: datetime.date) -> dict[str, dict[str, Any]]:
    """`team` for the figures of a day (reminders.scoring): the full days before `as_of`, whose night it is."""
    week = team_week(business, as_of - datetime.timedelta(days=1))
    codes = {business.currency, *week.received, *week.whole.sums.get(MONEY, {})}
    return {code: {"team": plain(week, code)} for code in sorted(codes)}


def plain(week: TeamWeek, currency: str) -> dict[str, Any]:
    """A week as text, its sums in one currency; who only closed tasks is left out."""
    people = [{"name": share.name, **_share(share, currency)} for share in week.shares]
    return {
        "since": week.since.isoformat(),
        "until": week.until.isoformat(),
        "whole": _share(week.whole, currency),
        "people": [person for person in people if any(person[name] for name in COUNTED) or Decimal(person["money"])],
    }


def _share(share: Share, currency: str) -> dict[str, Any]:
    sums = share.sums.get(MONEY, {})
    return {**{name: share.counts[name] for name in COUNTED}, "money": format_plain(sums.get(currency, NOTHING), currency)}


@dataclass(frozen=True, slots=True)
class Person:
    """What one of them did. `name`: "" for the program itself; `money`: what came in soon after a call or letter of theirs."""

    name: str
    calls: int
    reached: int
    letters: int
    promises: int
    plans: int
    money: Decimal


@dataclass(frozen=True, slots=True)
class Team:
    """A week of work."""

    since: datetime.date
    until: datetime.date
    whole: Person
    people: list[Person]


def read_team(figures: Mapping[str, Any]) -> Team | None:
    """The week kept with the figures of a day; None where the night kept none."""
    kept = figures.get("team")
    if not kept:
        return None
    return Team(
        datetime.date.fromisoformat(kept["since"]),
        datetime.date.fromisoformat(kept["until"]),
        _person({"name": "", **kept["whole"]}),
        [_person(row) for row in kept["people"]],
    )


def _person(row: Mapping[str, Any]) -> Person:
    return Person(row["name"], *(int(row[name]) for name in COUNTED), Decimal(row["money"]))
