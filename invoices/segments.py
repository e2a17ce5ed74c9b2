"""Reads which segment a customer is treated as: the owner's word while it holds, else what the last night saw (domain.md 5)."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.models import Business
from invoices.models import CustomerScore, SegmentOverride

# Above so many customers all of a business are read: a database takes no such list.
NAMED_AT_MOST = 1000


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


def treated_as(business: Business, customer_ids: Iterable[int], today: datetime.date) -> dict[int, Treated]:
    """By customer id, in two queries; a customer no night has scored yet is left out, everybody where segments do
    not act."""
    customer_ids = frozenset(customer_ids)
    if not customer_ids or not acts(business, today):
        return {}
    scores = CustomerScore.objects.filter(business=business, scored_on__lte=today)
    if len(customer_ids) <= NAMED_AT_MOST:
        scores = scores.filter(customer__in=customer_ids)
    found = {
        pk: Treated(segment, sub_type, since)
        for pk, segment, sub_type, since in scores.values_list("customer_id", "segment", "sub_type", "since")
        if pk in customer_ids
    }
    for override in overrides(business, customer_ids, today):
        found[override.customer_id] = Treated(override.segment, "", override.set_on, by_owner=True, until=override.expires_on)
    return found


def overrides(business: Business, customer_ids: Collection[int], today: datetime.date) -> list[SegmentOverride]:
    """What owners set for these customers and is in force today. One query."""
    held = in_force(business, today)
    if len(customer_ids) <= NAMED_AT_MOST:
        return list(held.filter(customer__in=customer_ids))
    wanted = set(customer_ids)
    return [one for one in held if one.customer_id in wanted]


def in_force(business: Business, today: datetime.date) -> QuerySet[SegmentOverride]:
    """Everything owners set that is in force today."""
    return SegmentOverride.objects.filter(business=business, ended_on=None, set_on__lte=today, expires_on__gte=today)


def is_treated_as(business: Business, segment: str, today: datetime.date) -> Q:
    """Keeps the customers of one segment: by the owner's word where there is one, else by the figures."""
    held = in_force(business, today)
    by_figures = Q(score__segment=segment) & ~Q(pk__in=held.values("customer"))
    return Q(pk__in=held.filter(segment=segment).values("customer")) | by_figures
