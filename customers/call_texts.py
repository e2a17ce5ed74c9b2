"""Reads and writes the words of calls: those we ship, and a business's own in their place (domain.md 4)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from customers import log
from customers.models import Business, CallText, User
from customers.reasons import SOURCE_LANGUAGE, Reason, reason_of, shipped_reasons, shipped_values, texts

# What a business may say in its own words or figures; codes, effects and anchors stay: the program acts on them.
REASON_FIELDS = ("label", "says", "questions", "next", "verify", "tone", "follow_up", "max_uses")


def shipped_text(code: str, language: str) -> dict[str, Any]:
    """What a business may change of a reason or a script, as we ship it. Raises KeyError for a code there is not."""
    if code in shipped_reasons():
        values = shipped_values(code, language)
        return {name: values[name] for name in REASON_FIELDS} | {"active": True}
    return texts("scripts", SOURCE_LANGUAGE)[code] | texts("scripts", language).get(code, {})


def call_text_of(business: Business, code: str) -> dict[str, Any]:
    """The same as this business has it today. One query."""
    return shipped_text(code, business.language) | _own(business).get(code, {})


def script_codes() -> list[str]:
    """The occasions there is a script for, the words that belong to every call first."""
    return list(texts("scripts", SOURCE_LANGUAGE))


def reasons_of(business: Business) -> Mapping[str, Reason]:
    """The reasons by code as this business words them; one it switched off is left out. One query."""
    own = _own(business)
    if not own.keys() & shipped_reasons().keys():
        return shipped_reasons(business.language)
    values = {code: shipped_values(code, business.language) | own.get(code, {}) for code in shipped_reasons()}
    return {code: reason_of(code, one) for code, one in values.items() if one.pop("active", True)}


def scripts_of(business: Business) -> Mapping[str, Mapping[str, Any]]:
    """The call scripts by occasion as this business words them. One query."""
    source, translated = texts("scripts", SOURCE_LANGUAGE), texts("scripts", business.language)
    own = _own(business)
    return {code: words | translated.get(code, {}) | own.get(code, {}) for code, words in source.items()}


def _own(business: Business) -> dict[str, dict[str, Any]]:
    rows = CallText.objects.filter(business=business, language=business.language, current=True)
    return dict(rows.values_list("code", "values"))


@transaction.atomic
def save_call_text(*, business: Business, code: str, values: Mapping[str, Any], actor: User) -> CallText:
    """Stores the business's own words of a reason or a script as a new version; the one before stays to be read."""
    rows = CallText.objects.select_for_update().filter(business=business, code=code, language=business.language)
    last = rows.order_by("-version").first()
    rows.filter(current=True).update(current=False)
    row = CallText.objects.create(
        business=business,
        code=code,
        language=business.language,
        version=last.version + 1 if last else 1,
        values=dict(values),
        saved_by=actor,
    )
    log.record(business, "calltext.saved", f"calltext:{row.pk}", actor=actor, code=code, version=row.version)
    return row


@transaction.atomic
def reset_call_text(*, business: Business, code: str, actor: User) -> bool:
    """Goes back to the words we ship; False where they are used already."""
    rows = CallText.objects.filter(business=business, code=code, language=business.language, current=True)
    if not rows.update(current=False):
        return False
    log.record(business, "calltext.reset", f"business:{business.pk}", actor=actor, code=code)
    return True
