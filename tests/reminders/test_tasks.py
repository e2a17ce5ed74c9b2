"""The tick: what the job cluster does when it wakes."""

import datetime

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule

from customers.models import Business, Letter
from reminders.models import Heartbeat, Reminder, Run
from reminders.tasks import SCHEDULES, may_try_again, nightly, tick
from tests import make
from tests.make import day

MORNING = datetime.datetime(2026, 3, 16, 7, 0, tzinfo=datetime.UTC)


@pytest.mark.proves("T02")
def test_the_night_is_done_once_however_often_the_tick_comes(business):
    make.invoice(make.customer(business))
    with time_machine.travel(MORNING, tick=False):
        for _ in range(4):
            tick()
    run = Run.objects.get(job="nightly")
    assert (Reminder.objects.count(), run.summary["fired"]) == (1, 1)


def test_days_of_downtime_are_one_run(business):
    make.invoice(make.customer(business))
    assert nightly(business, day("2026-03-16"), MORNING)
    later = MORNING + datetime.timedelta(days=4)
    assert nightly(business, day("2026-03-20"), later)
    assert Reminder.objects.count() == 1


def test_a_run_that_died_is_taken_up_again(business):
    Run.objects.create(business=business, job="nightly", on=day("2026-03-16"), started_at=MORNING)
    assert not nightly(business, day("2026-03-16"), MORNING + datetime.timedelta(minutes=14))
    assert nightly(business, day("2026-03-16"), MORNING + datetime.timedelta(minutes=16))
    assert not nightly(business, day("2026-03-16"), MORNING + datetime.timedelta(hours=3))


@pytest.mark.proves("T07")
@pytest.mark.parametrize(
    ("finished", "summary", "minutes", "again"),
    [
        (True, {"failed": []}, 600, False),
        (True, {"failed": [{"customer": "C1", "error": "ValueError"}]}, 14, False),
        (True, {"failed": [{"customer": "C1", "error": "ValueError"}]}, 15, True),
        (True, {"failed": [{"customer": "C1", "error": "ValueError"}], "tries": 8}, 600, False),
        (False, {}, 15, True),
        (False, {"alive_at": (MORNING + datetime.timedelta(minutes=10)).isoformat()}, 20, False),
    ],
)
def test_a_night_that_failed_is_tried_again_soon_but_not_for_ever(finished, summary, minutes, again):
    run = Run(started_at=MORNING, finished_at=MORNING if finished else None, summary=summary)
    assert may_try_again(run, MORNING + datetime.timedelta(minutes=minutes)) is again


@pytest.mark.proves("T07")
def test_a_night_that_fails_does_not_keep_the_letters_back(business, monkeypatch, caplog):
    make.invoice(make.customer(business, street="Hafenstraße 1", city="Kiel"))
    nightly(business, day("2026-03-16"), MORNING)
    Letter.objects.update(state="approved", channel="post")
    monkeypatch.setitem(business.settings, "morning_hour", "six")
    Business.objects.update(settings=business.settings)
    with time_machine.travel(MORNING.replace(hour=12), tick=False):
        tick()
    assert "nightly_when_due failed" in caplog.text
    assert "hand_over failed" not in caplog.text


@pytest.mark.proves("T39", "T40")
@pytest.mark.parametrize(
    ("zone", "now", "ran_on"),
    [
        ("Australia/Canberra", datetime.datetime(2026, 3, 15, 23, 30, tzinfo=datetime.UTC), "2026-03-16"),
        ("America/Los_Angeles", datetime.datetime(2026, 3, 16, 3, 0, tzinfo=datetime.UTC), "2026-03-15"),
        ("Europe/Berlin", datetime.datetime(2026, 3, 29, 4, 0, tzinfo=datetime.UTC), "2026-03-29"),
        ("Europe/Berlin", datetime.datetime(2026, 3, 28, 4, 30, tzinfo=datetime.UTC), None),
    ],
)
def test_the_day_is_the_business_own(db, zone, now, ran_on):
    """Six in the morning is six in the morning, before and after the clocks change."""
    make.business(time_zone=zone)
    with time_machine.travel(now, tick=False):
        tick()
    runs = [str(day) for day in Run.objects.filter(job="nightly").values_list("on", flat=True)]
    assert runs == ([ran_on] if ran_on else [])


def test_the_heart_beats(client, db):
    assert client.get("/health/").status_code == 503
    tick()
    assert client.get("/health/").json()["ok"] is True


def test_a_heart_that_stopped_is_noticed(client, db):
    Heartbeat.objects.create(name="tick", beat_at=timezone.now() - datetime.timedelta(minutes=6))
    assert client.get("/health/").status_code == 503


def test_schedules_are_what_the_list_says(db):
    Schedule.objects.create(name="somebody's own", func="os.getcwd")
    call_command("sync_schedules", verbosity=0)
    call_command("sync_schedules", verbosity=0)
    assert list(Schedule.objects.values_list("name", "func", "minutes")) == [
        (row["name"], row["func"], row["minutes"]) for row in SCHEDULES
    ]


@pytest.mark.proves("T02", "T03")
@pytest.mark.parametrize(
    "change", [{"retry": 60}, {"timeout": 0}, {"queue_limit": 50}, {"max_attempts": 0}, {"catch_up": True}, {"orm": "jobs"}]
)
def test_job_settings_that_would_repeat_work_are_refused(settings, change):
    assert run_checks() == []
    settings.Q_CLUSTER = settings.Q_CLUSTER | change
    assert {error.id[:11] for error in run_checks()} == {"arcollect.E"}
