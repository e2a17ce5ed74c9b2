"""The scoring night: once a day for every business, part by part, and none of them in the way of another."""

import datetime
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from invoices.models import AccountStanding, CustomerScore, InvoiceForecast, LedgerDay
from reminders import forecasting, scoring, scoring_customers, storing_standings, tasks
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
    runs = Run.objects.filter(job="scoring").order_by("business_id")
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


def test_a_night_that_takes_long_goes_on_where_the_tick_before_stopped(business, one_section, monkeypatch):
    done = []

    def write(business, today, after):
        for place in range(after + 1, 4):
            done.append(place)
            yield place

    scoring.WRITERS.append(("long", write))
    monkeypatch.setattr(tasks, "SCORES_FOR", datetime.timedelta(0))
    with time_machine.travel(MIDNIGHT, tick=False):
        tick()
        assert (done, Run.objects.get(job="scoring").finished_at) == ([], None)
        for _ in range(8):
            tick()
    run = Run.objects.get(job="scoring")
    assert (done, run.summary["failed"], run.summary.get("tries", 1)) == ([1, 2, 3], [], 1)
    assert run.finished_at
    assert LedgerDay.objects.get(currency="USD").figures == {"owed": "7.00"}


def test_a_night_that_died_goes_on_after_its_last_piece(business, one_section):
    done = []
    scoring.WRITERS.append(("long", lambda business, today, after: iter([done.append(after)])))
    night = {"currencies": ["USD"], "failed": [], "done": ["standings"], "after": 7, "through": 1}
    run = Run.objects.create(business=business, job="scoring", on=ON, started_at=MIDNIGHT, summary={"night": night})
    with time_machine.travel(MIDNIGHT + datetime.timedelta(minutes=16), tick=False):
        tick()
    run.refresh_from_db()
    assert (done, run.summary["tries"], AccountStanding.objects.exists()) == ([7], 2, False)
    assert run.finished_at


def test_only_what_failed_is_done_again(business, one_section):
    done, fails = [], [True]
    scoring.WRITERS.append(("well", lambda business, today, after: iter([done.append("well")])))
    scoring.WRITERS.append(("badly", lambda business, today, after: iter([1 / 0 if fails else done.append("badly")])))
    for minutes in (0, 20):
        with time_machine.travel(MIDNIGHT + datetime.timedelta(minutes=minutes), tick=False):
            tick()
        fails.clear()
    assert (done, Run.objects.get(job="scoring").summary["failed"]) == (["well", "badly"], [])


def test_letters_go_before_anything_is_counted(business, one_section):
    seen = []
    scoring.WRITERS.append(("looks", lambda *_: iter([seen.append(Run.objects.filter(job="nightly").count())])))
    make.business(released_on=None)
    with time_machine.travel(MIDNIGHT.replace(hour=9), tick=False):
        tick()
    assert seen == [1, 1]


def test_a_night_in_pieces_comes_to_the_same(business, monkeypatch):
    for name in ("Acme", "Birch", "Cedar"):
        customer = make.customer(business, name)
        paid = make.invoice(customer, issued="2026-04-01", due="2026-05-01")
        make.payment(customer, "1000", on="2026-05-09", split={paid: "1000"})
        make.invoice(customer, issued="2026-05-20", due="2026-06-19")
        make.invoice(customer, issued="2026-06-20", due="2026-07-20")

    def kept():
        rows = [AccountStanding.objects.values(), CustomerScore.objects.values(), InvoiceForecast.objects.values()]
        figures = LedgerDay.objects.values_list("currency", "figures")
        return [sorted(({**row, "id": 0} for row in one), key=str) for one in rows], sorted(figures)

    score_night(business, ON)
    whole = kept()
    for model in (AccountStanding, CustomerScore, InvoiceForecast, LedgerDay):
        model.objects.all().delete()
    monkeypatch.setattr(tasks, "SCORES_FOR", datetime.timedelta(0))
    for module, name in ((storing_standings, "BATCH"), (scoring_customers, "BATCH"), (forecasting, "PART")):
        monkeypatch.setattr(module, name, 1)
    ticks = 0
    with time_machine.travel(MIDNIGHT, tick=False):
        while not Run.objects.filter(job="scoring", finished_at__isnull=False).exists():
            ticks += 1
            tick()
    assert kept() == whole
    assert ticks > 3 + 3 + 6 + len(scoring.SECTIONS)


def test_what_is_written_first_is_written_first(business, one_section, monkeypatch):
    done = []
    for name in ("forecasts", "scores"):
        scoring.WRITERS.append((name, lambda business, today, after, name=name: iter([done.append((name, today))])))
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
