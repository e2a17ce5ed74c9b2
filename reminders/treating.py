"""Reads by which segment customers are treated, and what their treatment must know besides (domain.md 5)."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from customers.models import Business, Contact
from customers.models.desk import TaskState
from invoices.models.insight import Segment
from invoices.segments import Treated, treated_as
from reminders.models import FollowUp, Occasion
from reminders.treatments import BY_MAIL, CALLED_LATELY


@dataclass(frozen=True, slots=True)
class Treating:
    """By customer id: how they are treated. `readers`: those a mail reaches; `to_warn`: those to be called before all else."""

    treated: Mapping[int, Treated] = field(default_factory=dict)
    readers: frozenset[int] = frozenset()
    to_warn: frozenset[int] = frozenset()


def treating(business: Business, customer_ids: Iterable[int], today: datetime.date) -> Treating:
    """How these customers are treated today; nobody where segments do not act. Four queries at most, none where
    segments do not act."""
    treated = treated_as(business, list(customer_ids), today)
    by_mail = {pk for pk, one in treated.items() if one.segment in BY_MAIL}
    worsening = {pk: one.since for pk, one in treated.items() if one.segment == Segment.DETERIORATING}
    calls = warning_calls(worsening)
    fresh = {pk for pk, since in worsening.items() if pk not in calls and since > today - CALLED_LATELY}
    on_the_desk = {pk for pk, state in calls.items() if state == TaskState.OPEN}
    return Treating(treated, _readers(by_mail), frozenset(fresh | on_the_desk))


def _readers(ids: set[int]) -> frozenset[int]:
    """Those with an e-mail address that works; the post would bring a courtesy too late."""
    if not ids:
        return frozenset()
    contacts = Contact.objects.filter(customer__in=ids, bounced_on=None, email_stopped_on=None).exclude(email="")
    return frozenset(contacts.values_list("customer_id", flat=True))


def warning_calls(worsening: Mapping[int, datetime.date]) -> dict[int, str]:
    """By customer id, the state of the early-warning call asked for since the segment began, or shortly before; "" for none left.

    `worsening`: the day the segment began. Who has no call yet is left out.
    """
    if not worsening:
        return {}
    rows = FollowUp.objects.filter(customer__in=list(worsening), occasion=Occasion.WORSENING).order_by("on", "id")
    latest = {pk: (on, state) for pk, on, state in rows.values_list("customer_id", "on", "task__state")}
    return {pk: state or "" for pk, (on, state) in latest.items() if on > worsening[pk] - CALLED_LATELY}
