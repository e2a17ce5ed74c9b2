"""Why a customer does not pay: the reason codes with their questions, and what follows from each (domain.md 4.1). Pure."""

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from arcollect.dates import Calendar

DATA = Path(__file__).parent / "data"
SOURCE_LANGUAGE = "en"
# Within so many days an excuse is counted (domain.md 4.1, machine table).
COUNTED = datetime.timedelta(days=180)


class Effect(StrEnum):
    """What a reason does or opens. RESEND, TERMS, STATEMENT and SUMMARY say what the confirmation of the call brings along."""

    RESEND = "resend"
    PROMISE = "promise"
    QUERY = "query"
    QUERY_ALL = "query_all"
    PO_REQUIRED = "po_required"
    CONTACT = "contact"
    PAY_RUN = "pay_run"
    VERIFY = "verify"
    MATCH = "match"
    PAUSE = "pause"
    CALLBACK = "callback"
    PLAN = "plan"
    WARN = "warn"
    TERMS = "terms"
    STATEMENT = "statement"
    SUMMARY = "summary"
    OWNER = "owner"
    DECIDE = "decide"
    VULNERABLE = "vulnerable"
    BLOCK = "block"


# How to speak to somebody who gives this reason (domain.md 4.1, machine table).
TONES = {
    "HELPFUL": _("Helpful: it is ours to put right"),
    "NEUTRAL": _("Neutral: facts, no judgement"),
    "FRIENDLY": _("Friendly"),
    "FRIENDLY_FIRM": _("Friendly and clear"),
    "SYMPATHETIC": _("Gentle: listen first"),
    "FIRM": _("Calm and firm"),
    "FORMAL": _("Formal and brief"),
}


class Anchor(StrEnum):
    """Where the follow-up is counted from."""

    CALL = "C"
    PROMISE = "P"
    NAMED = "R"
    AGREED = "A"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for delay. `says` is what one hears, `next` what to do, `verify` what to check, "" where there is nothing;
    `max_uses` 0 means no limit. The rest as data/reasons.toml explains it."""

    code: str
    name: str
    diagnosis: str
    tone: str
    effects: frozenset[Effect]
    anchor: Anchor
    follow_up: int
    max_uses: int
    label: str
    says: str
    questions: tuple[str, ...]
    next: str
    verify: str
    check: str = ""
    query: str = ""
    pause_days: int = 0
    pause_business_days: int = 0

    @property
    def manner(self) -> str:
        """How to speak, in words."""
        return str(TONES[self.tone])

    def follow_up_on(
        self,
        today: datetime.date,
        calendar: Calendar,
        *,
        promised: datetime.date | None = None,
        named: datetime.date | None = None,
    ) -> datetime.date:
        """The business day to look at it again, after today; without the day it counts from, it counts from today.

        What was left to be agreed and was not is looked at when the pause this reason brings is over.
        """
        agreed = named or self.paused_until(today, calendar)
        known = {Anchor.PROMISE: promised, Anchor.NAMED: named or promised, Anchor.AGREED: agreed}
        start = known.get(self.anchor) or today
        day = calendar.roll_forward(start)
        if self.follow_up > 0:
            day = calendar.add(start, self.follow_up)
        for _step in range(-self.follow_up):
            day = calendar.roll_back(day - datetime.timedelta(days=1))
        return max(day, calendar.add(today, 1))

    def paused_until(self, today: datetime.date, calendar: Calendar) -> datetime.date | None:
        """The last day of the pause this reason brings; None where it brings none."""
        if self.pause_business_days:
            return calendar.add(today, self.pause_business_days)
        return today + datetime.timedelta(days=self.pause_days) if self.pause_days else None


@dataclass(frozen=True, slots=True)
class Heard:
    """A reason given in an earlier call; `decider`: to it a decision maker was spoken."""

    code: str
    on: datetime.date
    decider: bool = False


def overused(heard: Iterable[Heard], reasons: Mapping[str, Reason], today: datetime.date) -> str:
    """The code of the excuse that was used more often than it may be within 180 days, since a decision maker was last spoken
    to; "" where none was: then the next call need not ask for one (P08)."""
    counts: dict[str, int] = {}
    for one in sorted(heard, key=lambda one: one.on):
        if one.decider:
            counts.clear()
        elif one.on > today - COUNTED:
            counts[one.code] = counts.get(one.code, 0) + 1
    over = [code for code, times in counts.items() if code in reasons and 0 < reasons[code].max_uses < times]
    return over[-1] if over else ""


@cache
def shipped_reasons(language: str = SOURCE_LANGUAGE) -> Mapping[str, Reason]:
    """The reasons as they are shipped, by code, in `language` where it has them, else in English."""
    return {code: reason_of(code, shipped_values(code, language)) for code in _rules()}


def shipped_values(code: str, language: str = SOURCE_LANGUAGE) -> dict[str, Any]:
    """One reason as the data files have it, in `language` where they have that."""
    return {**_rules()[code], **texts("reasons", SOURCE_LANGUAGE)[code], **texts("reasons", language).get(code, {})}


@cache
def _rules() -> Mapping[str, Any]:
    return tomllib.loads((DATA / "reasons.toml").read_text("utf-8"))


@cache
def texts(name: str, language: str) -> Mapping[str, Any]:
    """The shipped file `name` of a language; nothing where the language has none."""
    path = DATA / language / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def reason_of(code: str, values: Mapping[str, Any]) -> Reason:
    """A Reason from the values of the data files, or of a business's own version of them."""
    plain = {name: value for name, value in values.items() if name not in ("effects", "anchor", "questions")}
    return Reason(
        code=code,
        effects=frozenset(Effect(effect) for effect in values["effects"]),
        anchor=Anchor(values["anchor"]),
        questions=tuple(values["questions"]),
        **plain,
    )
