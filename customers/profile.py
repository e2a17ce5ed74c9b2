"""Writes what a business says about itself, and the rules it chose."""

from collections.abc import Collection, Mapping
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
