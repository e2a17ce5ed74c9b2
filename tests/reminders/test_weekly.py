"""The weekly summary: once a week, to each owner who wants it, however often or late the clock comes by."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail

from arcollect.dates import Calendar
from customers.models import Business, Membership
from customers.models.business import Role
from invoices.disputing import open_dispute
from invoices.models import Invoice, LedgerDay, Promise, ReductionPlan
from reminders.models import Run
from reminders.tasks import weekly_when_due
from reminders.weekly import scheduled_on
from tests import make
from tests.make import day
from tests.pages import address

# 16 March 2026 is a Monday.
MONDAY = datetime.datetime(2026, 3, 16, 7, 0, tzinfo=datetime.UTC)
WEEK = datetime.timedelta(days=7)


@pytest.fixture
def business(business) -> Business:
    Business.objects.update(created_at=MONDAY - datetime.timedelta(days=100))
    business.refresh_from_db()
    return business


@pytest.fixture
def ledger(business, acme) -> Business:
    make.invoice(acme, due="2026-03-01", total="1250.50")
    return business


def test_it_says_how_the_business_stands(ledger, acme, owner):
    figures = {
        "owed": "1600.00",
        "overdue": "1600.00",
        "dso": "54.6",
        "cei": None,
        "cei_why": "No sales.",
        "ledger_ratio": "1.74",
    }
    LedgerDay.objects.create(business=ledger, currency="USD", on=day("2026-02-16"), figures=figures)
    LedgerDay.objects.create(business=ledger, currency="USD", on=day("2026-03-16"), figures=figures)
    make.task(acme, "decide", role="owner", reason="Two weeks after the negotiation.", opens="2026-03-01")
    assert weekly_when_due(ledger, MONDAY)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([owner.email], "Weekly summary of Hollis Tools")
    html = sent.alternatives[0][0]
    for words in ("Better than on Feb 16: $349.50 less is overdue.", "54.6", "1.74", "Owner's decision", "Acme", "$1,250.50"):
        assert words in sent.body
        assert words in html.replace("&#x27;", "'")
    assert "not known (No sales.)" in sent.body
    assert address(ledger, "dashboard-summary") in sent.body


NIGHT = {
    "net": "1950.00",
    "target": "900.00",
    "excess": "1050.00",
    "ledger_ratio": "2.17",
    "light": "red",
    "cei": "48.0",
    "cei_without_write_offs": "41.5",
    "promises": {"count_rate": "0.5", "amount_rate": "0.573"},
    "lanes": {"firm": {"amount": "1250.50", "count": 1}},
    "steps": [{"step": "30", "asked": "2000.00", "recovered": "500.00", "share": "25.0", "invoices": 4}],
    "forecast": {
        "weeks": [{"from": "2026-03-17", "until": "2026-03-23", "by": {"promise": "100.00", "ageing": "31.50"}}],
        "later": "0.00",
        "undated": "0.00",
    },
    "team": {
        "since": "2026-03-09",
        "until": "2026-03-15",
        "whole": {"calls": 3, "reached": 2, "letters": 4, "promises": 1, "plans": 0, "money": "250.00"},
        "people": [{"name": "Bea", "calls": 3, "reached": 2, "letters": 0, "promises": 1, "plans": 0, "money": "250.00"}],
    },
}


def test_it_says_what_the_dashboard_says(ledger, acme, owner):
    """The way down, what cash rests on, queries against their clock, who did what and what it brought in."""
    LedgerDay.objects.create(business=ledger, currency="USD", on=day("2026-03-16"), figures=NIGHT)
    begun = {"start_amount": 2100, "target": 900, "weeks": 12, "started_on": day("2026-03-02")}
    ReductionPlan.objects.create(business=ledger, currency="USD", **begun)
    query = {"code": "PRICE", "amount": Decimal(150), "on": day("2026-03-09"), "calendar": Calendar()}
    open_dispute(invoice=Invoice.objects.get(), **query)
    weekly_when_due(ledger, MONDAY)
    (sent,) = mail.outbox
    for words in (
        "far above target",
        "week 2 of 12, $1,900.00 planned by now, $1,950.00 owed.",
        "without what was written off: 41.5 %",
        "Promises $100.00, Age of the invoice $31.50",
        "57.3 % of the money",
        "1 past the clock",
        "After a call or letter: $250.00.",
        "calls 3, letters 0, promises 1, plans 0",
        "$500.00",
    ):
        assert words in sent.body
        assert words in sent.alternatives[0][0]


def test_what_the_team_did_is_counted_in_all_currencies_where_there_are_several(ledger, acme, owner):
    LedgerDay.objects.create(business=ledger, currency="USD", on=day("2026-03-16"), figures=NIGHT)
    said = "Calls, letters, promises and plans are counted in all currencies."
    weekly_when_due(ledger, MONDAY)
    make.invoice(acme, due="2026-03-01", total="20", currency="EUR")
    weekly_when_due(ledger, MONDAY + WEEK)
    alone, several = mail.outbox
    for words in (several.body, several.alternatives[0][0]):
        assert said in words
    assert said not in alone.body + alone.alternatives[0][0]


def test_it_says_what_of_the_promises_is_still_to_come(ledger, acme, owner):
    promise = {"business": ledger, "customer": acme, "currency": "USD", "amount": 100, "made_on": day("2026-03-09")}
    for due in ("2026-03-13", "2026-03-18"):
        Promise.objects.create(due_on=day(due), **promise)
    make.payment(acme, "130", on="2026-03-12")
    weekly_when_due(ledger, MONDAY)
    (sent,) = mail.outbox
    assert "2 promises fall due within a week, still to come: $70.00 (1 past its day)" in sent.body
    assert "2, past their day 1" in sent.alternatives[0][0]


def test_it_comes_once_however_often_the_clock_does(ledger, owner):
    for minutes in range(0, 200, 40):
        weekly_when_due(ledger, MONDAY + datetime.timedelta(minutes=minutes))
    weekly_when_due(ledger, MONDAY + WEEK - datetime.timedelta(minutes=1))
    assert len(mail.outbox) == 1
    assert weekly_when_due(ledger, MONDAY + WEEK)
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("zone", "now", "on"),
    [
        ("UTC", "2026-03-16T06:59Z", "2026-03-09"),
        ("UTC", "2026-03-16T07:00Z", "2026-03-16"),
        ("America/New_York", "2026-03-16T07:00Z", "2026-03-09"),
        ("America/New_York", "2026-03-16T11:00Z", "2026-03-16"),
        ("UTC", "2026-03-19T23:00Z", "2026-03-16"),
    ],
)
def test_the_hour_is_the_business_own_and_a_machine_that_slept_is_late(zone, now, on):
    row = Business(time_zone=zone, created_at=MONDAY - datetime.timedelta(days=100))
    assert scheduled_on(row, datetime.datetime.fromisoformat(now)) == day(on)


def test_a_business_younger_than_its_monday_gets_none_yet():
    row = Business(time_zone="UTC", created_at=MONDAY + datetime.timedelta(days=1))
    assert scheduled_on(row, MONDAY + datetime.timedelta(days=3)) is None


def test_only_owners_who_want_it_get_it(ledger, owner, bookkeeper):
    quiet = make.member(ledger, Role.OWNER, "quiet@example.com")
    Membership.objects.filter(user=quiet).update(weekly_summary=False)
    weekly_when_due(ledger, MONDAY)
    assert [sent.to for sent in mail.outbox] == [[owner.email]]


def test_of_an_empty_ledger_nothing_is_sent_all_week(business, acme, owner):
    assert weekly_when_due(business, MONDAY)
    make.invoice(acme)
    assert not weekly_when_due(business, MONDAY + datetime.timedelta(days=2))
    assert mail.outbox == []


def test_who_could_not_be_reached_is_tried_again_alone(ledger, owner, settings):
    make.member(ledger, Role.OWNER, "second@example.com")
    settings.EMAIL_BACKEND, working = "django.core.mail.backends.smtp.EmailBackend", settings.EMAIL_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    weekly_when_due(ledger, MONDAY)
    assert len(Run.objects.get(job="weekly").summary["failed"]) == 2
    settings.EMAIL_BACKEND = working
    assert not weekly_when_due(ledger, MONDAY + datetime.timedelta(minutes=5))
    assert weekly_when_due(ledger, MONDAY + datetime.timedelta(minutes=30))
    assert sorted(sent.to[0] for sent in mail.outbox) == ["owner@example.com", "second@example.com"]
    assert not weekly_when_due(ledger, MONDAY + datetime.timedelta(hours=5))


def test_a_machine_that_died_after_a_mail_sends_no_second(ledger, owner):
    run = Run.objects.create(business=ledger, job="weekly", on=day("2026-03-16"), started_at=MONDAY)
    Run.objects.filter(pk=run.pk).update(summary={"sent": [owner.pk]})
    assert weekly_when_due(ledger, MONDAY + datetime.timedelta(hours=1))
    assert mail.outbox == []


def test_nothing_of_another_business_is_in_it(ledger, owner, outsider):
    theirs = outsider.memberships.get().business
    make.invoice(make.customer(theirs, "Secret Ltd"), due="2026-03-01", total="777")
    weekly_when_due(ledger, MONDAY)
    assert "Secret Ltd" not in mail.outbox[0].body


def test_each_owner_decides_for_themselves(business, owner, client_of):
    other = make.member(business, Role.OWNER, "second@example.com")
    page = address(business, "dashboard-summary")
    assert "each Monday at 07:00" in client_of(owner).get(page).content.decode()
    client_of(owner).post(page)
    wants = dict(Membership.objects.filter(business=business).values_list("user", "weekly_summary"))
    assert wants == {owner.pk: False, other.pk: True}
    client_of(owner).post(page, {"weekly_summary": "on"})
    assert Membership.objects.get(user=owner).weekly_summary


def test_a_bookkeeper_has_no_such_page(business, bookkeeper, client_of):
    assert client_of(bookkeeper).get(address(business, "dashboard-summary")).status_code == 403
