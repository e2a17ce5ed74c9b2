"""What the job cluster does when it wakes: one tick a minute asks our own tables what is due (stack.md 3)."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import asdict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers import log
from customers.models import Business
from invoices.models import SyncSource
from invoices.preflight_tasks import close_fixed, open_fixes
from invoices.preflighting import check_open
from invoices.syncing import run_source
from invoices.thanking import send_receipts
from reminders.delivery import deliver
from reminders.heartbeat import claim_mailbox
from reminders.mailbox import MailboxError, fetch_mail
from reminders.models import Heartbeat, Run
from reminders.nightly import escalate
from reminders.resending import resend_bounced
from reminders.scoring import Night, pieces, recount
from reminders.smtp import MailServer
from reminders.weekly import scheduled_on, send_weekly

logger = logging.getLogger(__name__)

# Every schedule there is. Rows are synced from here by `sync_schedules`; nobody edits them in the database.
SCHEDULES = [{"name": "tick", "func": "reminders.tasks.tick", "minutes": 1}]

NIGHTLY, SCORING, WEEKLY = "nightly", "scoring", "weekly"

# A night that died, or in which somebody failed, is tried again soon, but not for ever.
TRY_AGAIN_AFTER = datetime.timedelta(minutes=15)
TRIES_A_DAY = 8

# No further piece of a scoring night is begun once its tick is so old: the next tick goes on. What is left of the ten minutes
# a job may take (`Q_CLUSTER`) is for the piece under way.
SCORES_FOR = datetime.timedelta(minutes=4)


def tick() -> None:
    """Beats the heart, then does for each business what its clock and our tables say is due. Harmless twice or late."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="tick", defaults={"beat_at": now})
    read_mailbox(now)
    read_folders(now)
    businesses = list(Business.objects.all())
    for business in businesses:
        if business.released_on:
            _each(business, now, nightly_when_due, write_anew, hand_over, send_receipts)
    # Counting takes long: it keeps nobody's letters back.
    for business in businesses:
        _each(business, now, score_when_due, recount, weekly_when_due)
    Session.objects.filter(expire_date__lt=now).delete()


def _each(business: Business, now: datetime.datetime, *jobs: Callable[[Business, datetime.datetime], object]) -> None:
    """Does the jobs of a business one after the other; one that fails keeps no other back."""
    for job in jobs:
        try:
            job(business, now)
        except Exception:
            logger.exception("%s failed for business %s", job.__name__, business.pk)


def score_when_due(business: Business, now: datetime.datetime) -> bool:
    """The scoring of the business's new day, once, from its first tick on; the next tick goes on where this one is too old.

    It is taken up again where it died, and of what failed.
    """
    today = business.local_date(now)
    run = _claim(business, SCORING, today, now)
    if run is None:
        return False
    night = Night(**run.summary.get("night", {}))
    for _piece in pieces(business, today, night):
        paused = timezone.now() - now >= SCORES_FOR
        run.summary |= {"night": asdict(night), "paused": paused}
        _show_life(run)
        if paused:
            return True
    run.summary |= {"currencies": night.currencies, "failed": night.failed, "night": asdict(night.without_failed())}
    run.finished_at = timezone.now()
    run.save(update_fields=["summary", "finished_at"])
    return True


def weekly_when_due(business: Business, now: datetime.datetime) -> bool:
    """The weekly summary, once a week; to whom it could not be mailed it is tried again. It waits for the figures of a night
    under way."""
    on = scheduled_on(business, now)
    counting = Run.objects.filter(business=business, job=SCORING, on=business.local_date(now), summary__paused=True)
    run = _claim(business, WEEKLY, on, now) if on and not counting.exists() else None
    if run is None:
        return False
    send_weekly(run, now)
    run.finished_at = timezone.now()
    run.save(update_fields=["summary", "finished_at"])
    return True


def nightly_when_due(business: Business, now: datetime.datetime) -> None:
    """The nightly run, once the business's own morning has come (T02, T40)."""
    if now.astimezone(ZoneInfo(business.time_zone)).hour >= business.rules["morning_hour"]:
        nightly(business, business.local_date(now), now)


def read_mailbox(now: datetime.datetime) -> None:
    """Replies and bounces of all businesses, before anything is sent: what came back stops what would go the same way."""
    if not settings.MAILBOX_URL or not claim_mailbox(now):
        return
    try:
        fetch_mail(settings.MAILBOX_URL, now=now)
    except MailboxError as error:
        logger.warning("The mailbox could not be read: %s", error)
    except Exception:
        logger.exception("Reading the mailbox failed")


def read_folders(now: datetime.datetime) -> None:
    """The sync folders of all businesses, released or not: money that came in stops what would ask for it."""
    for source in SyncSource.objects.filter(active=True).select_related("business"):
        try:
            run_source(source, now)
        except Exception:
            logger.exception("sync source %s failed", source.pk)


def write_anew(business: Business, now: datetime.datetime) -> None:
    """The letters that came back, where there is a way to the customer again."""
    resend_bounced(business, business.local_date(now))


def hand_over(business: Business, now: datetime.datetime) -> None:
    """Whatever is approved and may go out at this hour."""
    deliver(business, MailServer(), today=business.local_date(now), now=now)


def nightly(business: Business, today: datetime.date, now: datetime.datetime) -> bool:
    """The day's escalation and seal, once a day whoever asks. A run that died, or in which customers failed, is taken up again
    within minutes. False where it was done."""
    run = _claim(business, NIGHTLY, today, now)
    if run is None:
        return False
    outcome = escalate(business, today, progress=lambda _done, _all: _show_life(run), brief=True)
    check_at_night(business, today)
    log.seal(business)
    fired = run.summary.get("fired", 0) + len(outcome.fired)
    run.summary |= {"fired": fired, "waiting": len(outcome.waiting), "failed": outcome.failed}
    run.finished_at = timezone.now()
    run.save(update_fields=["summary", "finished_at"])
    return True


def check_at_night(business: Business, today: datetime.date) -> None:
    """Looks at the invoices nobody is reminded of yet, and puts some that will not be paid as they are on the desk.

    A failure here stops neither the reminders nor their seal: the next night looks again.
    """
    try:
        check_open(business=business, on=today)
        close_fixed(business=business, on=today)
        open_fixes(business=business, on=today)
    except Exception:
        logger.exception("Checking the invoices failed for business %s", business.pk)


def _claim(business: Business, job: str, today: datetime.date, now: datetime.datetime) -> Run | None:
    """The row of today's run if it is ours to do."""
    try:
        with transaction.atomic():
            return Run.objects.create(business=business, job=job, on=today, started_at=now)
    except IntegrityError:
        run = Run.objects.get(business=business, job=job, on=today)
    if not may_try_again(run, now):
        return None
    again = 0 if run.summary.get("paused") else 1
    summary = run.summary | {"tries": run.summary.get("tries", 1) + again, "paused": False}
    ours = Run.objects.filter(pk=run.pk, started_at=run.started_at, finished_at=run.finished_at)
    if not ours.update(started_at=now, finished_at=None, summary=summary):
        return None
    run.refresh_from_db()
    return run


def may_try_again(run: Run, now: datetime.datetime) -> bool:
    """Whether a run of today is to be taken up again: it paused; or some minutes ago it died, or customers failed in it (T07)."""
    if run.summary.get("paused"):
        return True
    if run.finished_at is not None and not run.summary.get("failed"):
        return False
    seen_at = datetime.datetime.fromisoformat(run.summary.get("alive_at", run.started_at.isoformat()))
    return run.summary.get("tries", 1) < TRIES_A_DAY and now - max(seen_at, run.started_at) >= TRY_AGAIN_AFTER


def _show_life(run: Run) -> None:
    """A long night is not taken for a dead one."""
    run.summary["alive_at"] = timezone.now().isoformat()
    run.save(update_fields=["summary"])
