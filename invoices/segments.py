"""Reads which segment a customer is treated as: the owner's word while it holds, else what the last night saw (domain.md 5)."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from customers.models import Business
from invoices.models import CustomerScore, SegmentOverride


@dataclass(frozen=True, slots=True)
class Treated:
    """The segment that counts for a customer today. `since`: the day it began; `by_owner`: set by hand, `until` a day."""

    segment: str
    sub_type: str
    since: datetime.date
    by_owner: bool = False
    until: datetime.date | None = None


def acts(business: Business, today: datetime.date) -> bool:
    """Whether segments count at all: never in the first release of a ledger (architecture.md, Rules)."""
    released = business.released_on
    return business.rules["segments"]["act"] and released is not None and released < today


def treated_as(business: Business, customer_ids: Collection[int], today: datetime.date) -> dict[int, Treated]:
    """By customer id, in two queries; a customer no night has scored yet is left out, everybody where segments do
    not act."""
    if not customer_ids or not acts(business, today):
        return {}
    scores = CustomerScore.objects.filter(business=business, customer__in=customer_ids, scored_on__lte=today)
    found = {
        pk: Treated(segment, sub_type, since)
        for pk, segment, sub_type, since in scores.values_list("customer_id", "segment", "sub_type", "since")
    }
    for override in overrides(business, customer_ids, today):
        found[override.customer_id] = Treated(override.segment, "", override.set_on, by_owner=True, until=override.expires_on)
    return found


def overrides(business: Business, customer_ids: Collection[int], today: datetime.date) -> list[SegmentOverride]:
    """What owners set for these customers and is in force today. One query."""
    held = SegmentOverride.objects.filter(business=business, customer__in=customer_ids, ended_on=None)
    return list(held.filter(set_on__lte=today, expires_on__gte=today))
