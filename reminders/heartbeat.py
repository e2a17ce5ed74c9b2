"""Whether the jobs are alive: a cluster can stop working while its processes stand (stack.md 3)."""

import datetime
from dataclasses import dataclass

from reminders.models import Heartbeat

LATE_AFTER = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last beat of the jobs, None before the first; `alive` while it is recent."""

    beat_at: datetime.datetime | None
    alive: bool


def pulse(now: datetime.datetime) -> Pulse:
    """The jobs' pulse at `now`."""
    beat = Heartbeat.objects.filter(name="tick").values_list("beat_at", flat=True).first()
    return Pulse(beat, beat is not None and now - beat < LATE_AFTER)
