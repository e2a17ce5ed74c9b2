"""The one log: written with what it is about, or not at all; read to its end without losing what commits late."""

import datetime
import threading

import pytest
from django.db import connection, transaction

from customers import log
from customers.models import Business, Event
from tests import make

LONG_AGO = datetime.datetime(2024, 2, 29, 9, 30, tzinfo=datetime.UTC)


def test_an_event_says_what_happened_to_whom_by_whom(business, owner):
    customer = make.customer(business)
    event = log.record(business, "test.happened", "invoice:7", customer=customer, actor=owner, amount="10.00")
    stored = Event.objects.get(pk=event.pk)
    assert (stored.kind, stored.subject, stored.customer, stored.actor) == ("test.happened", "invoice:7", customer, owner)
    assert (stored.data, stored.business) == ({"amount": "10.00"}, business)


def test_an_event_is_gone_with_the_transaction_that_wrote_it(business):
    with transaction.atomic():
        log.record(business, "test.happened", "business:1")
        transaction.set_rollback(True)
    assert not Event.objects.filter(kind="test.happened").exists()


def test_many_events_keep_their_order(business):
    log.record_many(business, [Event(business=business, kind="test.many", subject=f"n:{number}") for number in range(5)])
    subjects = Event.objects.filter(kind="test.many").order_by("id").values_list("subject", flat=True)
    assert list(subjects) == ["n:0", "n:1", "n:2", "n:3", "n:4"]


def test_a_past_is_logged_under_its_own_date_and_the_present_is_not(business):
    with log.told_as_of(LONG_AGO):
        log.record(business, "test.past", "business:1")
        log.record_many(business, [Event(business=business, kind="test.past", subject="business:2")])
    now = log.record(business, "test.now", "business:1")
    assert set(Event.objects.filter(kind="test.past").values_list("at", flat=True)) == {LONG_AGO}
    assert Event.objects.get(pk=now.pk).at.year > 2025


def test_an_error_ends_the_past(business):
    with pytest.raises(ZeroDivisionError), log.told_as_of(LONG_AGO):
        raise ZeroDivisionError
    assert Event.objects.get(pk=log.record(business, "test.now", "business:1").pk).at != LONG_AGO


def test_the_horizon_is_the_last_event_of_this_business(business, outsider):
    event = log.record(business, "test.happened", "business:1")
    log.record(outsider.memberships.get().business, "test.happened", "business:2")
    with transaction.atomic():
        assert log.horizon(business) == event.pk


def test_the_horizon_of_an_empty_log_is_nothing(db):
    silent = Business.objects.create(name="Silent", slug="silent")
    with transaction.atomic():
        assert log.horizon(silent) == 0


@pytest.mark.django_db(transaction=True)
def test_the_horizon_waits_for_whoever_is_writing():
    """PostgreSQL hands out ids before it commits them: a reader past its cursor would lose what commits late."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one transaction at a time.")
    business = make.business()
    written, may_commit, seen = threading.Event(), threading.Event(), []

    def write() -> None:
        with transaction.atomic():
            seen.append(log.record(business, "test.late", "business:1").pk)
            written.set()
            may_commit.wait(10)
        connection.close()

    def read() -> None:
        with transaction.atomic():
            seen.append(log.horizon(business))
        connection.close()

    writer, reader = threading.Thread(target=write), threading.Thread(target=read)
    writer.start()
    written.wait(10)
    reader.start()
    reader.join(0.3)
    assert reader.is_alive() and len(seen) == 1
    may_commit.set()
    writer.join(10)
    reader.join(10)
    assert seen[1] == seen[0]
