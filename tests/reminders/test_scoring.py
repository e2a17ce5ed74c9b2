"""The scoring night: once a day for every business, part by part, and none of them in the way of another."""

import datetime
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from invoices.models import AccountStanding, LedgerDay
from reminders import scoring
from reminders.models import Run
from reminders.scoring import Section, score_night
from reminders.standing import latest_day, trend
from reminders.tasks import tick
from tests import make

ON = datetime.date(2026, 6, 30)
MIDNIGHT = datetime.datetime(2026, 6, 30, 0, 1, tzinfo=datetime.UTC)


@pytest.fixture
def one_section(monkeypatch):
    """What other parts count is proved where they are: here the figures are one of our own."""
    found = [Section("a", lambda business, as_of: {"EUR": {"owed": "5.00"}, "USD": {"owed": "7.00"}})]
    monkeypatch.setattr(scoring, "SECTIONS", found)
    monkeypatch.setattr(scoring, "WRITERS", [])
    return found


def test_every_business_is_scored_once_soon_after_its_own_midnight(db, one_section):
    london = make.business(time_zone="Europe/London", released_on=None)
    make.business(time_zone="America/New_York")
    with time_machine.travel(MIDNIGHT, tick=False):
        for _ in range(3):
            tick()
    runs = Run.objects.filter(job="scoring").order_by("business")
    assert [str(on) for on in runs.values_list("on", flat=True)] == ["2026-06-30", "2026-06-29"]
    assert all(run.finished_at and not run.summary["failed"] for run in runs)
    assert LedgerDay.objects.filter(business=london, on=ON).count() == 2


def test_a_part_that_fails_stops_no_other_and_is_tried_again(business, one_section, caplog):
    make.invoice(make.customer(business))
    one_section.append(Section("broken", lambda business, as_of: 1 / 0))
    with time_machine.travel(MIDNIGHT, tick=False):
        tick()
    assert "The part broken of the scoring night failed" in caplog.text
    assert Run.objects.get(job="scoring").summary["failed"] == ["broken"]
    assert (AccountStanding.objects.count(), LedgerDay.objects.get(currency="USD").figures) == (1, {"owed": "7.00"})
    one_section[-1] = Section("broken", lambda business, as_of: {"USD": {"mended": True}})
    with time_machine.travel(MIDNIGHT + datetime.timedelta(minutes=20), tick=False):
        tick()
    assert Run.objects.get(job="scoring").summary["failed"] == []
    assert LedgerDay.objects.get(currency="USD").figures == {"owed": "7.00", "mended": True}


def test_what_is_written_first_is_written_first(business, one_section, monkeypatch):
    done = []
    for name in ("forecasts", "scores"):
        scoring.WRITERS.append((name, lambda *, business, today, name=name: done.append((name, today))))
    score_night(business, ON)
    assert done == [("forecasts", ON), ("scores", ON)]


def test_sections_join_by_currency_and_the_own_is_always_there(business, monkeypatch):
    monkeypatch.setattr(scoring, "WRITERS", [])
    sections = [Section("a", lambda *_: {"EUR": {"x": "1"}}), Section("b", lambda *_: {"EUR": {"y": "2"}})]
    monkeypatch.setattr(scoring, "SECTIONS", sections)
    assert score_night(business, ON).currencies == ["EUR", "USD"]
    assert latest_day(business, "EUR", ON).figures == {"x": "1", "y": "2"}
    assert latest_day(business, "USD", ON) is None


def test_the_days_are_told_oldest_first(business, one_section):
    for days in (2, 0, 1):
        LedgerDay.objects.create(business=business, currency="USD", on=ON - datetime.timedelta(days=days), figures={"x": days})
    assert [day.figures["x"] for day in trend(business, "USD", ON - datetime.timedelta(days=1))] == [1, 0]
    assert latest_day(business, "USD", ON - datetime.timedelta(days=1)).figures == {"x": 1}


def test_the_command_does_the_same_by_hand(business, one_section, capsys):
    call_command("score", "--on", "2026-06-30", "--format", "json")
    assert json.loads(capsys.readouterr().out) == {"on": "2026-06-30", "currencies": ["EUR", "USD"], "failed": []}
    one_section.append(Section("broken", lambda business, as_of: 1 / 0))
    with pytest.raises(CommandError, match="Failed: broken"):
        call_command("score", "--on", "2026-06-30")
