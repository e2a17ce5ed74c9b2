"""What the job cluster does when it wakes: one tick a minute asks our own tables what is due (stack.md 3)."""

import datetime
import logging
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers import log
from customers.models import Business
from reminders.delivery import deliver
from reminders.models import Heartbeat, Run
from reminders.nightly import escalate
from reminders.smtp import MailServer

logger = logging.getLogger(__name__)

# Every schedule there is. Rows are synced from here by `sync_schedules`; nobody edits them in the database.
SCHEDULES = [{"name": "tick", "func": "reminders.tasks.tick", "minutes": 1}]

UNFINISHED_AFTER = datetime.timedelta(hours=2)


def tick() -> None:
    """Beats the heart, then does for each business what its clock and our tables say is due. Harmless twice or late."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"beat_at": now})
    for business in Business.objects.exclude(released_on=None):
        for job in (nightly_when_due, hand_over):
            try:
                job(business, now)
            except Exception:
                logger.exception("%s failed for business %s", job.__name__, business.pk)
    Session.objects.filter(expire_date__lt=now).delete()


def nightly_when_due(business: Business, now: datetime.datetime) -> None:
    """The nightly run, once the business's own morning has come (T02, T40)."""
    if now.astimezone(ZoneInfo(business.time_zone)).hour >= business.rules["morning_hour"]:
        nightly(business, business.local_date(now), now)


def hand_over(business: Business, now: datetime.datetime) -> None:
    """Whatever is approved and may go out at this hour."""
    deliver(business, MailServer(), today=business.local_date(now), now=now)


def nightly(business: Business, today: datetime.date, now: datetime.datetime) -> bool:
    """The day's escalation and seal, once a day whoever asks; a run that died is taken up again. False where it was done."""
    run = _claim(business, today, now)
    if run is None:
        return False
    outcome = escalate(business, today)
    log.seal(business)
    run.summary = {"fired": len(outcome.fired), "waiting": len(outcome.waiting), "failed": outcome.failed}
    run.finished_at = timezone.now()
    run.save(update_fields=["summary", "finished_at"])
    return True


def _claim(business: Business, today: datetime.date, now: datetime.datetime) -> Run | None:
    """The row of today's run if it is ours to do."""
    try:
        with transaction.atomic():
            return Run.objects.create(business=business, job="nightly", on=today, started_at=now)
    except IntegrityError:
        stale = Run.objects.filter(
            business=business, job="nightly", on=today, finished_at=None, started_at__lt=now - UNFINISHED_AFTER
        )
        return Run.objects.get(business=business, job="nightly", on=today) if stale.update(started_at=now) else None
