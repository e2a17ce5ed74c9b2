"""What the team did in a week and what it brought in, by person."""

import datetime
from decimal import Decimal

import pytest

from customers.documents import store
from customers.models import Conversation, Letter, Task
from invoices.agreeing import make_promise
from reminders.team_week import deeds, team_week
from tests import make
from tests.make import day
from tests.reminders.test_step_results import took

UNTIL = day("2026-06-28")
NOON = datetime.datetime(2026, 6, 24, 12, tzinfo=datetime.UTC)


@pytest.fixture
def acme(business):
    return make.customer(business)


def call(acme, by, outcome="REACHED", at=NOON, **fields):
    return Conversation.objects.create(business=acme.business, customer=acme, outcome=outcome, at=at, by=by, **fields)


def letter(acme, by, on="2026-06-25"):
    paper = store(business=acme.business, content=b"%PDF", content_type="application/pdf", name="letter.pdf")
    what = {"code": "L30", "channel": "email", "currency": "USD", "language": "en", "total": Decimal(100)}
    sent = {"state": "sent", "sent_on": day(on), "document": paper, "approved_by": by}
    return Letter.objects.create(business=acme.business, customer=acme, written_on=day(on), **what, **sent)


@pytest.fixture
def busy(business, acme, owner, bookkeeper):
    """The bookkeeper called twice, got a promise, a plan signed and a task done; the owner sent a letter that was paid."""
    call(acme, bookkeeper)
    call(acme, bookkeeper, "VOICEMAIL")
    invoice = make.invoice(acme, total="1000")
    make_promise(
        customer=acme, currency="USD", amount=Decimal(200), made_on=day("2026-06-24"), due_on=day("2026-07-01"), actor=bookkeeper
    )
    plan = make.plan(acme, {make.invoice(acme, total="300"): "300"}, {"2026-07-31": "300"}, signed="2026-06-25")
    type(plan).objects.filter(pk=plan.pk).update(by=bookkeeper)
    make.task(acme, state="done", closed_on=day("2026-06-26"), closed_by=bookkeeper)
    took(invoice, "30", "2026-06-22", letter=letter(acme, owner, "2026-06-22"))
    make.payment(acme, "400", on="2026-06-25", split={invoice: "400"})
    make.payment(acme, "50", on="2026-06-26", currency="EUR")
    return acme


def test_each_person_with_what_they_did_the_busiest_first(business, busy, owner, bookkeeper):
    week = team_week(business, UNTIL)
    assert (week.since, week.until) == (day("2026-06-22"), UNTIL)
    assert [share.name for share in week.shares] == [str(bookkeeper), str(owner)]
    books, mine = week.shares
    assert books.counts == {"calls": 2, "reached": 1, "promises": 1, "plans": 1, "tasks": 1}
    assert mine.counts == {"letters": 1, "money": 1}
    assert (books.sums["promises"]["USD"], books.sums["plans"]["USD"], mine.sums["money"]["USD"]) == (200, 300, 400)
    assert week.received == {"USD": 400, "EUR": 50}


def test_every_number_is_the_count_of_its_rows(business, busy):
    week, rows = team_week(business, UNTIL), list(deeds(business, UNTIL - datetime.timedelta(days=6), UNTIL))
    assert week.whole.counts == {kind: sum(row.kind == kind for row in rows) for kind in week.whole.counts}
    assert sum((row.amount for row in rows if row.kind == "money"), Decimal(0)) == week.whole.sums["money"]["USD"]


def test_what_nobody_approved_is_the_programs_own(business, acme, bookkeeper):
    letter(acme, None)
    call(acme, bookkeeper)
    assert [(share.name, dict(share.counts)) for share in team_week(business, UNTIL).shares] == [
        (str(bookkeeper), {"calls": 1, "reached": 1}),
        ("", {"letters": 1}),
    ]


@pytest.mark.parametrize(
    ("at", "counted"),
    [("2026-06-22T04:59", 0), ("2026-06-22T05:00", 1), ("2026-06-29T04:59", 1), ("2026-06-29T05:00", 0)],
)
def test_a_week_is_the_business_own(db, bookkeeper, at, counted):
    """Chicago is five hours behind in June."""
    acme = make.customer(make.business(time_zone="America/Chicago"))
    call(acme, bookkeeper, at=datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC))
    assert team_week(acme.business, UNTIL).whole.counts["calls"] == counted


def test_calls_that_came_in_and_messages_are_no_calls_made(business, acme, bookkeeper):
    call(acme, bookkeeper, inbound=True)
    call(acme, bookkeeper, channel="email")
    assert team_week(business, UNTIL).shares == []


def test_a_full_week_costs_no_more_queries(business, busy, bookkeeper, django_assert_num_queries):
    with django_assert_num_queries(9):
        team_week(business, UNTIL)
    for _ in range(20):
        letter(busy, bookkeeper)
        Task.objects.create(
            business=business,
            customer=busy,
            kind="other",
            subject=str(_),
            opens_on=UNTIL,
            due_on=UNTIL,
            state="done",
            closed_on=UNTIL,
            closed_by=bookkeeper,
        )
    with django_assert_num_queries(9):
        team_week(business, UNTIL)
