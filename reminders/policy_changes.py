"""What changed between two versions of a policy, in words. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.money import format_money
from customers.models.customer import Channel
from customers.models.letter import LetterCode
from reminders.models import Basis, Step, StepCode, Tone
from reminders.policies import Draft


def changes(before: Draft, after: Draft) -> list[str]:
    """One sentence a change, the policy first, then its steps in their order: "30 days, days: 30 → 45"."""
    return [*_of_policy(before.fields, after.fields), *_of_steps(before.steps, after.steps)]


def _of_policy(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, label, say in (
        ("basis", _("Counts"), lambda value: str(Basis(value).label)),
        ("min_gap_days", _("Gap between letters"), _days),
        ("entry_cap", _("First step at most"), lambda value: str(StepCode(value).label)),
    ):
        if before[name] != after[name]:
            yield _changed(label, say(before[name]), say(after[name]))
    amounts = before["min_balance"], after["min_balance"]
    for currency in sorted({*amounts[0], *amounts[1]}):
        old, new = (_smallest(one, currency) for one in amounts)
        if old != new:
            yield _changed(_("Smallest sum worth a letter"), old, new)


def _of_steps(before: Sequence[Step], after: Sequence[Step]) -> Iterator[str]:
    old, new = ({step.code: step for step in steps} for steps in (before, after))
    for code in StepCode.values:
        if code in old and code in new:
            for name, label, say in _SPOKEN:
                values = getattr(old[code], name), getattr(new[code], name)
                if values[0] != values[1]:
                    yield _changed(f"{StepCode(code).label}, {label}", *map(say, values))


def _changed(what: str, before: str, after: str) -> str:
    return _("%(what)s: %(before)s → %(after)s") % {"what": what, "before": before, "after": after}


def _days(value: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", value) % {"days": value}


def _smallest(amounts: Mapping[str, str], currency: str) -> str:
    if currency not in amounts:
        return _("as for all others in %(currency)s") % {"currency": currency}
    if currency == "default":
        return amounts[currency]
    return format_money(Decimal(amounts[currency]), currency, get_language() or "en")


def _choice(choices: Any, none: object = "") -> Callable[[str], str]:
    """Says a stored choice; `none`: the words for an empty one."""
    return lambda value: str(choices(value).label) if value else str(none)


def _switch(value: bool) -> str:
    return _("on") if value else _("off")


_SPOKEN: list[tuple[str, object, Callable[[Any], str]]] = [
    ("enabled", lazy("switched"), _switch),
    ("offset_days", lazy("days"), str),
    ("basis", lazy("counts"), _choice(Basis, lazy("as the policy"))),
    ("letter_code", lazy("letter"), _choice(LetterCode, lazy("none"))),
    ("calls", lazy("call first"), _switch),
    ("channel", lazy("goes by"), _choice(Channel, lazy("as the customer wants it"))),
    ("tone", lazy("tone"), _choice(Tone, Tone.BY_DIAGNOSIS.label)),
    ("approve_first", lazy("approval first"), _switch),
]
