"""How fresh the money is that letters rest on (T15)."""

import datetime

import pytest

from arcollect.dates import Calendar
from customers.models import ImportBatch
from invoices.certain_lines import book_certain
from invoices.imports.importing import undo_import
from invoices.models import Payment, WriteOff
from reminders.freshness import business_days_since, freshness, last_entered_on, stale
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

FRIDAY = day("2026-03-20")
HOLIDAY = Calendar(closed=frozenset({day("2026-03-23")}))


@pytest.mark.parametrize(
    ("since", "today", "calendar", "days"),
    [
        ("2026-03-20", "2026-03-20", Calendar(), 0),
        ("2026-03-20", "2026-03-22", Calendar(), 0),
        ("2026-03-20", "2026-03-25", Calendar(), 3),
        ("2026-03-20", "2026-03-26", Calendar(), 4),
        ("2026-03-20", "2026-03-26", HOLIDAY, 3),
        ("2020-01-01", "2026-03-26", Calendar(), 30),
        ("2026-03-26", "2026-03-20", Calendar(), 0),
    ],
)
def test_only_business_days_count(since, today, calendar, days):
    assert business_days_since(day(since), day(today), calendar) == days


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


@pytest.mark.proves("T15")
@pytest.mark.parametrize(("today", "old"), [("2026-03-25", False), ("2026-03-26", True)])
def test_money_is_stale_after_three_business_days(business, acme, today, old):
    make.payment(acme, "5", on="2026-01-02")
    Payment.objects.update(created_at=at("2026-03-20T10:00"))
    assert freshness(business, day(today)).entered_on == FRIDAY
    assert stale(business, day(today)) is old


def test_the_days_the_business_is_closed_do_not_count(business, acme):
    make.payment(acme, "5", on="2026-01-02")
    Payment.objects.update(created_at=at("2026-03-20T10:00"))
    business.settings = {"closing_days": [{"from": "2026-03-23", "to": "2026-03-24"}]}
    assert freshness(business, day("2026-03-26")).business_days == 2


def test_the_business_may_wait_longer(business, acme):
    make.payment(acme, "5", on="2026-01-02")
    Payment.objects.update(created_at=at("2026-03-20T10:00"))
    business.settings = {"stale_money_bd": 4}
    assert stale(business, day("2026-03-26")) is False


def test_where_no_money_was_ever_entered_the_days_count_from_the_start_of_the_ledger(business):
    business.released_on = day("2026-03-20")
    assert freshness(business, day("2026-03-25")).entered_on is None
    assert (stale(business, day("2026-03-25")), stale(business, day("2026-03-26"))) == (False, True)


def test_a_ledger_that_has_not_started_is_not_stale(business):
    business.released_on = None
    assert stale(business, day("2026-03-26")) is False


def test_a_file_of_payments_a_credit_note_and_a_write_off_count_the_day_being_the_business_s_own(acme, business):
    business.time_zone = "Australia/Sydney"
    ImportBatch.objects.create(business=business, kind="payments", sha256="1", at=at("2026-03-18T20:00"))
    assert last_entered_on(business) == day("2026-03-19")
    ImportBatch.objects.create(
        business=business, kind="payments", sha256="2", at=at("2026-03-25T20:00"), undone_at=at("2026-03-26T20:00")
    )
    ImportBatch.objects.create(business=business, kind="invoices", sha256="3", at=at("2026-03-25T20:00"))
    assert last_entered_on(business) == day("2026-03-19")
    WriteOff.objects.create(business=business, invoice=make.invoice(acme), kind="small", amount=1, on=day("2026-03-24"))
    assert last_entered_on(business) == day("2026-03-24")
    make.credit_note(acme, "5", on="2026-01-02")
    assert last_entered_on(business) > day("2026-03-24")


def test_another_business_s_money_says_nothing_about_ours(business):
    make.payment(make.customer(make.business("Elsewhere Ltd")), "5", on="2026-01-02")
    assert last_entered_on(business) is None


def test_a_bank_statement_counts_by_its_own_last_day(business, acme):
    """However late it is brought in, it says nothing of the days after it."""
    invoice = make.invoice(acme, "INV-20260001", total="5")
    _stored, batch = store(business, line("5", on="2026-03-16", text="INV-20260001"), to_on=day("2026-03-18"))
    assert book_certain(business=business, on=FRIDAY, batch=batch).matched == 1
    invoice.refresh_from_db()
    assert (invoice.balance, last_entered_on(business)) == (0, day("2026-03-18"))
    make.payment(acme, "5", on="2026-01-02")
    Payment.objects.filter(bank_line=None).update(created_at=at("2026-03-19T10:00"))
    assert last_entered_on(business) == day("2026-03-19")


def test_a_statement_that_was_taken_out_or_ends_in_the_future_says_nothing(business):
    store(business, line("5", on="2026-03-16"), to_on=day("2099-03-18"))
    assert last_entered_on(business) is None
    _stored, batch = store(business, line("6", on="2026-03-16"))
    assert last_entered_on(business) == day("2026-03-16")
    undo_import(batch=batch, now=at("2026-03-20T10:00"))
    assert last_entered_on(business) is None
