"""The figures of days no night counted are told afterwards, and never over a night's own."""

import pytest

from customers.models import Business
from invoices.counted import counted_through
from invoices.models import LedgerDay
from reminders import backfilling
from reminders.backfilling import backfill, days_to_tell
from reminders.scoring import Section
from reminders.standing import latest_day
from tests import make
from tests.make import day

TODAY = day("2026-06-30")


@pytest.fixture
def told(monkeypatch) -> list:
    """The days the one section of ours was asked for."""
    days = []

    def figures(business: Business, as_of):
        days.append(as_of)
        return {"USD": {"owed": f"{len(days)}.00"}}

    sections = [Section("past", figures, of_the_past=True), Section("now", lambda *_: 1 / 0)]
    monkeypatch.setattr(backfilling, "SECTIONS", sections)
    return days


def test_month_ends_and_the_last_sundays_of_that_time():
    days = days_to_tell(TODAY, 3)
    assert [str(on) for on in days[:4]] == ["2026-03-31", "2026-04-05", "2026-04-12", "2026-04-19"]
    assert (days[-1], len(days)) == (day("2026-06-28"), 15)
    assert len(days_to_tell(TODAY, 24)) == 24 + 26 - 1, "31 May is a Sunday"


def test_a_sunday_itself_is_tonights():
    assert days_to_tell(day("2026-06-28"), 1)[-1] == day("2026-06-21")


def test_each_day_is_kept_once_and_counted_anew(business, told):
    make.invoice(make.customer(business), issued="2026-04-30")
    for _ in range(2):
        assert backfill(business, TODAY, 3).failed == []
    rows = LedgerDay.objects.order_by("on")
    assert {row.on for row in rows} == set(told)
    assert (rows.count(), len(told), rows[0].on, rows[0].figures) == (10, 20, day("2026-04-30"), {"owed": "11.00"})
    assert all(row.backfilled and not row.through for row in rows)


def test_a_nights_own_row_stays(business, told):
    make.invoice(make.customer(business), issued="2026-04-30")
    LedgerDay.objects.create(business=business, currency="USD", on="2026-05-31", figures={"owed": "night"}, through=3)
    backfill(business, TODAY, 3)
    assert day("2026-05-31") not in told
    assert latest_day(business, "USD", TODAY).figures == {"owed": "night"}
    assert counted_through(business, TODAY) == 0


def test_without_invoices_there_is_nothing_to_tell(business, told):
    backfill(business, TODAY, 3)
    assert (told, LedgerDay.objects.count()) == ([], 0)
