"""Writes what a business says about itself, and the rules it chose."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from arcollect.defaults import DEFAULTS
from customers import log
from customers.documents import store
from customers.models import Business, User


@transaction.atomic
def save_profile(*, business: Business, changed: Collection[str], actor: User) -> None:
    """Stores the `changed` fields of the business. The log says which, never what: bank details are nobody's timeline."""
    if changed:
        business.save(update_fields=changed)
        log.record(business, "business.edited", f"business:{business.pk}", actor=actor, fields=sorted(changed))


@transaction.atomic
def save_logo(*, business: Business, content: bytes | None, content_type: str = "", actor: User) -> None:
    """Keeps the picture as the logo of letters to come; None takes it away. Letters sent keep theirs."""
    document = store(business=business, content=content, content_type=content_type, name="logo") if content else None
    business.logo = document
    business.save(update_fields=["logo"])
    log.record(
        business, "business.logo_changed", f"business:{business.pk}", actor=actor, sha256=document.sha256 if document else ""
    )


@transaction.atomic
def save_rules(*, business: Business, values: Mapping[str, Any], actor: User) -> None:
    """Stores settings of domain.md 11; one that equals its default is not stored, so that it follows the default."""
    locked = Business.objects.select_for_update().get(pk=business.pk)
    before = locked.rules
    own = {**locked.settings, **values}
    locked.settings = {key: value for key, value in own.items() if DEFAULTS.get(key) != value}
    after = locked.rules
    changes = {key: [before[key], after[key]] for key in values if before[key] != after[key]}
    if changes:
        locked.save(update_fields=["settings"])
        log.record(locked, "business.rules_changed", f"business:{locked.pk}", actor=actor, changes=changes)


@transaction.atomic
def add_closing(*, business: Business, first: datetime.date, last: datetime.date, name: str, actor: User) -> None:
    """Closes the business from `first` to `last`, both included: no step, call or letter on these days."""
    locked = Business.objects.select_for_update().get(pk=business.pk)
    closings = [row for row in locked.rules["closing_days"] if (row["from"], row["to"]) != _ends(first, last)]
    closings.append({"from": first.isoformat(), "to": last.isoformat(), "name": name})
    _store_closings(locked, closings, "business.closing_added", first, last, actor)


@transaction.atomic
def remove_closing(*, business: Business, first: datetime.date, last: datetime.date, actor: User) -> None:
    """Opens the business again on these days; nothing happens where it was not closed so."""
    locked = Business.objects.select_for_update().get(pk=business.pk)
    before = locked.rules["closing_days"]
    closings = [row for row in before if (row["from"], row["to"]) != _ends(first, last)]
    if closings != before:
        _store_closings(locked, closings, "business.closing_removed", first, last, actor)


def _store_closings(
    business: Business,
    closings: Sequence[Mapping[str, str]],
    kind: str,
    first: datetime.date,
    last: datetime.date,
    actor: User,
) -> None:
    """The log gets the days alone: what somebody calls them is free text."""
    business.settings = {**business.settings, "closing_days": sorted(closings, key=lambda row: (row["from"], row["to"]))}
    business.save(update_fields=["settings"])
    days = {"first": first.isoformat(), "last": last.isoformat()}
    log.record(business, kind, f"business:{business.pk}", actor=actor, **days)


def _ends(first: datetime.date, last: datetime.date) -> tuple[str, str]:
    return first.isoformat(), last.isoformat()
