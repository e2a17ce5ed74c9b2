"""Reads from the log when queries opened again had stood closed: each is one case, from its first day to its last close."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from customers.models import Event
from invoices.models import Dispute

REOPENED = "dispute.reopened"


class Pause(NamedTuple):
    """A query stood closed from `closed_on` until it was opened again; `outcome`: how it had ended."""

    closed_on: datetime.date
    reopened_on: datetime.date
    outcome: str

    def covers(self, on: datetime.date) -> bool:
        """Whether it was closed on the evening of that day."""
        return self.closed_on <= on < self.reopened_on


def pauses(disputes: Iterable[Dispute]) -> dict[int, list[Pause]]:
    """The times these queries stood closed, oldest first, by their ids; those never opened again are left out. One query."""
    subjects: dict[int, list[str]] = defaultdict(list)
    for dispute in disputes:
        subjects[dispute.business_id].append(f"dispute:{dispute.pk}")
    found: dict[int, list[Pause]] = defaultdict(list)
    for business_id, theirs in subjects.items():
        rows = Event.objects.filter(business=business_id, subject__in=theirs, kind=REOPENED).order_by("id")
        for subject, data in rows.values_list("subject", "data"):
            closed_on, reopened_on = (datetime.date.fromisoformat(data[name]) for name in ("closed_on", "on"))
            found[int(subject.partition(":")[2])].append(Pause(closed_on, reopened_on, data["outcome"]))
    return found


def days_in_dispute(dispute: Dispute, closed: Iterable[Pause]) -> set[datetime.date]:
    """The days it was open; of one that is open now those until it was last closed."""
    ends = [*((one.closed_on, one.reopened_on) for one in closed), (dispute.resolved_on, None)]
    days, start = set(), dispute.opened_on
    for end, again in ends:
        if end is not None:
            days.update(start + datetime.timedelta(days=n) for n in range((end - start).days))
            start = again
    return days
