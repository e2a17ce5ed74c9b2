"""Says in plain sentences why a customer is counted as they are (domain.md 5): from what the night stored."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from arcollect.filters import day, figure
from invoices.models import CustomerScore
from invoices.models.insight import Segment, SubType
from invoices.warning_signs import WORDS, SignCode

Inputs = Mapping[str, Any]

LEGAL = {
    "insolvent": lazy("They are insolvent."),
    "moratorium": lazy("A moratorium protects them."),
    "deceased": lazy("They have died."),
}


def sign_words(score: CustomerScore) -> str:
    """What raised it, in one sentence: the sign, or the figure, that the rule which matched rests on."""
    return next(iter(why(score)), "")


def why(score: CustomerScore) -> list[str]:
    """Why this segment, what matched first; nothing where an older program stored other inputs."""
    return list(SENTENCES[Segment(score.segment)](score.inputs, score))


def also(score: CustomerScore) -> list[str]:
    """What else the night saw of how they pay, whatever it was counted as."""
    said = set(why(score))
    return [words for words in _everything(score.inputs) if words not in said]


def _everything(inputs: Inputs) -> Iterator[str]:
    yield from _settled(inputs)
    yield from _trend(inputs)
    yield from _signs(inputs)
    yield from _promises(inputs)
    yield from _queries(inputs)
    if inputs.get("oldest_open", 0) > 0:
        days = inputs["oldest_open"]
        words = ngettext("The oldest open invoice is %(days)s day late.", "The oldest open invoice is %(days)s days late.", days)
        yield words % {"days": days}


def _legal(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    yield str(LEGAL.get(inputs["legal"], LEGAL["insolvent"]))


def _breaker(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    if score.rule.endswith(".2"):
        yield _("They broke %(count)s promises in a row lately.") % {"count": inputs["broken_in_a_row"]}
    yield from _promises(inputs)


def _deteriorating(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    if {"A", "B"} & set(inputs["tests"]):
        yield from _trend(inputs)
    yield from _signs(inputs)


def _disputer(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    yield from _queries(inputs)
    if score.sub_type == SubType.OUR_FAULT:
        yield _("They were mostly right: it is ours to put right.")
    elif score.sub_type == SubType.TACTICAL:
        yield _("They were seldom right, and raised most of them only after the due date.")


def _stretcher(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    counts = {"count": inputs["late_much"], "all": inputs["settled"]}
    yield _("They paid %(count)s of %(all)s invoices about a whole term late or more, and always about as late.") % counts
    yield from _settled(inputs)


def _forgetful(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    counts = {"count": inputs["late_prompted"], "all": inputs["late"]}
    yield _("Of %(all)s invoices paid late, %(count)s were paid soon after the first reminder.") % counts
    yield from _settled(inputs)


def _prompt(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    counts = {"count": inputs["by_due"], "all": inputs["settled"]}
    yield (
        _("They paid %(count)s of %(all)s invoices by the due date or within days of it, and nothing is open for long.") % counts
    )


def _new(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    count = inputs["settled"]
    words = ngettext("They paid %(count)s invoice lately: too few to know how they pay.",
                     "They paid %(count)s invoices lately: too few to know how they pay.", count)  # fmt: skip
    yield words % {"count": count}


def _slow(inputs: Inputs, score: CustomerScore) -> Iterator[str]:
    counts = {"count": inputs["late"], "all": inputs["settled"]}
    yield _("They paid %(count)s of %(all)s invoices late, without a pattern.") % counts


def _settled(inputs: Inputs) -> Iterator[str]:
    for currency, days in inputs["weighted"].items():
        shown = {"when": _when(days), "currency": currency}
        yield _("In %(currency)s they pay %(when)s on average, weighed by amount.") % shown


def _trend(inputs: Inputs) -> Iterator[str]:
    trend = inputs["trend"]
    if "A" in inputs["tests"]:
        shown = {"recent": _when(trend["recent"]), "usual": _when(trend["usual"]), "needed": figure(trend["needed"])}
        yield _("The newest three came %(recent)s on average, %(usual)s was usual: %(needed)s days more is an alarm.") % shown
    if "B" in inputs["tests"]:
        shown = {"usual": _when(trend["usual"]), "s": figure(trend["s_most"]), "h": figure(trend["h"])}
        yield _("%(usual)s was usual, and they pay later and later: it added up to %(s)s, and %(h)s is an alarm.") % shown


def _when(days: str) -> str:
    """A stored number of days: "4.5 days late", "2 days early"."""
    count = {"days": figure(days.lstrip("-"))}
    return _("%(days)s days early") % count if days.startswith("-") else _("%(days)s days late") % count


def _signs(inputs: Inputs) -> Iterator[str]:
    for sign in inputs["signs"]:
        on = datetime.date.fromisoformat(sign["on"])
        yield _("%(sign)s: %(day)s.") % {"sign": WORDS[SignCode(sign["code"])], "day": day(on)}


def _promises(inputs: Inputs) -> Iterator[str]:
    if inputs["promises"]:
        counts = {"count": inputs["promises_bad"], "all": inputs["promises"]}
        yield _("Of the last %(all)s promises, %(count)s were not kept, or only in part.") % counts


def _queries(inputs: Inputs) -> Iterator[str]:
    if inputs["disputes"]:
        counts = {"count": inputs["disputes"], "of": inputs["disputed"], "all": inputs["invoices"]}
        yield _("They raised %(count)s queries about %(of)s of %(all)s invoices.") % counts
    if inputs["closed"]:
        counts = {"count": inputs["upheld"], "all": inputs["closed"]}
        yield _("Of %(all)s queries that are closed, they were right in %(count)s.") % counts


SENTENCES: Mapping[Segment, Callable[[Inputs, CustomerScore], Iterator[str]]] = {
    Segment.LEGAL_BLOCK: _legal,
    Segment.PROMISE_BREAKER: _breaker,
    Segment.DETERIORATING: _deteriorating,
    Segment.DISPUTER: _disputer,
    Segment.STRETCHER: _stretcher,
    Segment.FORGETFUL: _forgetful,
    Segment.PROMPT: _prompt,
    Segment.NEW: _new,
    Segment.SLOW: _slow,
}
