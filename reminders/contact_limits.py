"""When, and how often, a customer may be called or written to (domain.md 7.1, 7.2). Pure: facts and a moment in, findings out."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from arcollect.dates import Calendar

DAY = datetime.timedelta(days=1)
WEEK, MONTH = 7, 30
# Reg F: a consent to be called back holds seven days at most.
CONSENT_DAYS = 7
AUSTRALIA = "AU"
AU_WEEKDAY = (datetime.time(7, 30), datetime.time(21))
AU_WEEKEND = (datetime.time(9), datetime.time(21))
AU_CONTACTS = {WEEK: 3, MONTH: 10}
# A search for the next allowed moment gives up after so many steps: a consent or a person must decide then.
STEPS = 60
Hours = tuple[datetime.time, datetime.time]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing stands against it."""


@dataclass(frozen=True, slots=True)
class Warn:
    """A person may go on who has read `reason`. `until`: the next moment at which nothing stands against it, where known."""

    code: str
    reason: str
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Not without an owner's word (domain.md 7). Fields as of Warn."""

    code: str
    reason: str
    until: datetime.datetime | None = None


Verdict = Allowed | Warn | Block


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, made or taken, on its day where the business is; `consent_from`, `consent_until`: when they agreed to be
    called again."""

    on: datetime.date
    consent_from: datetime.date | None = None
    consent_until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What passed between us lately, by the day it was where the business is.

    `calls`: every call we placed, answered or not. `talks`: every time somebody was reached, by us or them.
    `contacts`: what reached them from us: letters, calls answered, messages left (a call nobody took is none).
    """

    calls: tuple[datetime.date, ...] = ()
    talks: tuple[Talk, ...] = ()
    contacts: tuple[datetime.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules for one customer. `blocks`: what is too often is stopped, not only warned of (not for companies).

    `zones`: every zone the customer may be in, all must allow it; empty: unknown, so `home_zone` is taken with a warning.
    `calendar`: the business days of both sides. `office`: the hours of a workplace's number, None for a private person's.
    """

    zones: tuple[str, ...]
    home_zone: str
    calendar: Calendar
    hard: Hours
    office: Hours | None
    weekdays_only: bool
    australian: bool
    quiet: Hours | None
    blocks: bool
    calls_per_day: int
    calls_per_week: int
    talks_per_week: int
    contacts_per_week: int
    contacts_per_month: int

    @property
    def known_zones(self) -> tuple[ZoneInfo, ...]:
        return tuple(ZoneInfo(name) for name in self.zones or (self.home_zone,))


def call_findings(limits: Limits, history: History, moment: datetime.datetime, *, service: bool = False) -> list[Warn | Block]:
    """All that stands against a call at `moment` (aware). `service`: a courtesy call, an answer: counted, never too many."""
    found = [*_hours(limits, moment, limits.office), *([] if service else _too_many_calls(limits, history, moment))]
    if not limits.zones:
        found.append(Warn("ZONE_UNKNOWN", _("Their time zone is not known: it was read as ours.")))
    return found


def letter_findings(
    limits: Limits, history: History, moment: datetime.datetime, *, service: bool = False, keeps_hours: bool = True
) -> list[Warn | Block]:
    """Everything that stands against an e-mail at `moment`, or with `keeps_hours` off against a letter on paper."""
    hours = _hours(limits, moment, None) if keeps_hours else ()
    return [*hours, *([] if service else _too_many_contacts(limits, history, moment))]


def strictest(found: list[Warn | Block]) -> Verdict:
    """The one verdict: the first block, else the first warning, else nothing stands against it."""
    blocks = [one for one in found if isinstance(one, Block)]
    return (blocks or found or [Allowed()])[0]


def next_call(limits: Limits, history: History, moment: datetime.datetime, *, service: bool = False) -> datetime.datetime | None:
    """The first moment from `moment` on at which only an unknown time zone stands against a call; None where none is near."""
    for _step in range(STEPS):
        found = [one for one in call_findings(limits, history, moment, service=service) if one.code != "ZONE_UNKNOWN"]
        if not found:
            return moment
        later = [one.until for one in found if one.until is not None]
        if len(later) < len(found) or max(later) <= moment:
            return None
        moment = max(later)
    return None


def _hours(limits: Limits, moment: datetime.datetime, office: Hours | None) -> Iterator[Warn | Block]:
    """Hours and days, in every zone the customer may be in; the first finding of each zone."""
    for zone in limits.known_zones:
        finding = _hours_there(limits, moment.astimezone(zone), office)
        if finding is not None:
            yield finding


def _hours_there(limits: Limits, local: datetime.datetime, office: Hours | None) -> Warn | Block | None:
    opens, closes = _legal(limits, local.date())
    if limits.australian and limits.calendar.is_holiday(local.date()):
        return Block("HOLIDAY", _("No contact on a public holiday there."), _at(local.date() + DAY, opens, local))
    if not opens <= local.time() <= closes:
        day = local.date() if local.time() < opens else local.date() + DAY
        words = _("Only between %(opens)s and %(closes)s; it is %(now)s there.")
        said = {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}", "now": f"{local:%H:%M}"}
        return Block("HOURS", words % said, _at(day, _legal(limits, day)[0], local))
    if limits.quiet and _within(local.time(), limits.quiet):
        until = _at(local.date() + (DAY if local.time() > limits.quiet[1] else DAY * 0), limits.quiet[1], local)
        words = _("They asked not to be disturbed from %(opens)s until %(closes)s.")
        return Block("QUIET", words % {"opens": f"{limits.quiet[0]:%H:%M}", "closes": f"{limits.quiet[1]:%H:%M}"}, until)
    if limits.weekdays_only and not limits.calendar.is_business_day(local.date()):
        day = limits.calendar.roll_forward(local.date())
        return Warn("WEEKEND", _("Not on a weekend or holiday."), _at(day, _legal(limits, day)[0], local))
    if office and not office[0] <= local.time() <= office[1]:
        day = local.date() if local.time() < office[0] else limits.calendar.roll_forward(local.date() + DAY)
        words = _("Outside office hours: it is %(now)s there.")
        return Warn("OFFICE_HOURS", words % {"now": f"{local:%H:%M}"}, _at(day, office[0], local))
    return None


def _legal(limits: Limits, day: datetime.date) -> Hours:
    """The hours of a day, edges included; Australia's own narrow ours where they are stricter."""
    if not limits.australian:
        return limits.hard
    opens, closes = AU_WEEKEND if day.weekday() >= 5 else AU_WEEKDAY
    return max(opens, limits.hard[0]), min(closes, limits.hard[1])


def _within(time: datetime.time, quiet: Hours) -> bool:
    """Whether `time` lies in a span that may reach over midnight; its end is free again."""
    begins, ends = quiet
    return begins <= time < ends if begins <= ends else time >= begins or time < ends


def _at(day: datetime.date, time: datetime.time, like: datetime.datetime) -> datetime.datetime:
    return datetime.datetime.combine(day, time, tzinfo=like.tzinfo)


def _too_many_calls(limits: Limits, history: History, moment: datetime.datetime) -> Iterator[Warn | Block]:
    """How often we may ring (domain.md 7.2). Who agreed to be called again on a day is called on it."""
    today = _today(limits, moment)
    talks = sorted((talk for talk in history.talks if talk.on <= today), key=lambda talk: talk.on)
    days = tuple(talk.on for talk in talks)
    if _count(days, today, WEEK) >= limits.talks_per_week and not _consents(talks[-1], today):
        words = _("You spoke with them on %(day)s: the next call is due seven days later.")
        free = _free_again(days, today, WEEK, limits.talks_per_week)
        first = min(free, _consent_from(talks[-1], today) or free)
        yield _verdict(limits, "SPOKEN_7D", words % {"day": days[-1].isoformat()}, first)
    if _count(history.calls, today, 1) >= limits.calls_per_day:
        yield _verdict(limits, "CALLED_TODAY", _("They were called today already."), today + DAY)
    if _count(history.calls, today, WEEK) >= limits.calls_per_week:
        words = _("%(count)s calls in seven days are enough.") % {"count": limits.calls_per_week}
        yield _verdict(limits, "CALLS_7D", words, _free_again(history.calls, today, WEEK, limits.calls_per_week))
    yield from _too_many_contacts(limits, history, moment)


def _too_many_contacts(limits: Limits, history: History, moment: datetime.datetime) -> Iterator[Warn | Block]:
    """How often they may hear from us at all, by letter or by telephone."""
    today = _today(limits, moment)
    for code, days, most in (("CONTACTS_7D", WEEK, limits.contacts_per_week), ("CONTACTS_30D", MONTH, limits.contacts_per_month)):
        if _count(history.contacts, today, days) >= most:
            words = _("They heard from us %(count)s times in %(days)s days: that is enough.") % {"count": most, "days": days}
            yield _verdict(limits, code, words, _free_again(history.contacts, today, days, most))


def _verdict(limits: Limits, code: str, reason: str, first: datetime.date) -> Warn | Block:
    until = _opening(limits, first)
    return Block(code, reason, until) if limits.blocks else Warn(code, reason, until)


def _opening(limits: Limits, first: datetime.date) -> datetime.datetime:
    """The first moment of a legal hour where the customer is, from the beginning of a day where the business is."""
    begins = datetime.datetime.combine(first, datetime.time.min, tzinfo=ZoneInfo(limits.home_zone))
    there = begins.astimezone(limits.known_zones[0])
    opens, closes = _legal(limits, there.date())
    if opens < there.time() <= closes:
        return there
    day = there.date() + (DAY if there.time() > closes else DAY * 0)
    return _at(day, _legal(limits, day)[0], there)


def _today(limits: Limits, moment: datetime.datetime) -> datetime.date:
    """The day by which calls, conversations and letters are counted: one for all of them, whatever the customer's zone."""
    return moment.astimezone(ZoneInfo(limits.home_zone)).date()


def _consents(talk: Talk, today: datetime.date) -> bool:
    """Whether they agreed to be called on this day; the agreement holds seven days."""
    if talk.consent_until is None:
        return False
    return (talk.consent_from or talk.on) <= today <= min(talk.consent_until, talk.on + DAY * CONSENT_DAYS)


def _consent_from(talk: Talk, today: datetime.date) -> datetime.date | None:
    """The day still to come from which they agreed to be called."""
    first = talk.consent_from
    return first if first and first > today and _consents(talk, first) else None


def _count(days: tuple[datetime.date, ...], today: datetime.date, span: int) -> int:
    """How many lie in the `span` days up to today, today included."""
    return sum(today - DAY * span < day <= today for day in days)


def _free_again(days: tuple[datetime.date, ...], today: datetime.date, span: int, most: int) -> datetime.date:
    """The first day on which fewer than `most` of them still count."""
    counted = sorted(day for day in days if today - DAY * span < day <= today)
    return counted[-most] + DAY * span if most else today + DAY * span
