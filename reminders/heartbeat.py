"""Whether the jobs are alive, and the mailbox is read: a cluster can stop working while its processes stand (stack.md 3)."""

import datetime
from dataclasses import dataclass

from django.conf import settings

from reminders.models import Heartbeat

LATE_AFTER = datetime.timedelta(minutes=5)
MAILBOX, MAILBOX_TRIED = "mailbox", "mailbox.tried"
MAILBOX_EVERY = datetime.timedelta(minutes=2)
MAILBOX_LATE_AFTER = datetime.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last beat, None before the first; `alive` while it is recent."""

    beat_at: datetime.datetime | None
    alive: bool


def pulse(now: datetime.datetime) -> Pulse:
    """The jobs' pulse at `now`."""
    return _pulse("tick", LATE_AFTER, now)


def mailbox_pulse(now: datetime.datetime) -> Pulse | None:
    """When the mailbox was last read; None where there is none to read."""
    return _pulse(MAILBOX, MAILBOX_LATE_AFTER, now) if settings.MAILBOX_URL else None


def claim_mailbox(now: datetime.datetime) -> bool:
    """Whether it is time to read the mailbox, and ours to do: of several clusters one reads it."""
    _row, created = Heartbeat.objects.get_or_create(name=MAILBOX_TRIED, defaults={"beat_at": now})
    due = Heartbeat.objects.filter(name=MAILBOX_TRIED, beat_at__lte=now - MAILBOX_EVERY)
    return created or bool(due.update(beat_at=now))


def _pulse(name: str, late_after: datetime.timedelta, now: datetime.datetime) -> Pulse:
    beat = Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()
    return Pulse(beat, beat is not None and now - beat < late_after)
