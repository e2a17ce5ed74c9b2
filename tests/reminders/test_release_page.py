"""Starting a ledger in the browser: nothing goes out before the owner has seen what would, and said so."""

import pytest
import time_machine

from customers.models import Event, Letter
from reminders.models import LastDecision, Reminder
from tests import make


@pytest.fixture(autouse=True)
def _a_tuesday():
    with time_machine.travel("2026-06-30T12:00:00Z", tick=False):
        yield


@pytest.fixture
def ledger(business):
    """A business not yet released, with one invoice ten days late and one that is not."""
    business.released_on = None
    business.save()
    acme = make.customer(business, "Acme")
    make.contact(acme)
    make.invoice(acme, "LATE", issued="2026-05-21", due="2026-06-20", total="840")
    make.invoice(acme, "FINE", issued="2026-06-20", due="2026-08-20", total="500")
    return business


def address(business):
    return f"/b/{business.slug}/settings/start/"


@pytest.mark.proves("T06")
def test_the_owner_sees_what_would_go_out_and_nothing_does(ledger, client_of, owner):
    page = client_of(owner).get(address(ledger)).content.decode()
    assert "1 reminder is prepared today" in page
    assert "$840.00" in page
    ledger.refresh_from_db()
    assert ledger.released_on is None
    assert not Reminder.objects.exists()
    assert not LastDecision.objects.exists()


@pytest.mark.proves("T06")
def test_starting_prepares_the_first_reminders(ledger, client_of, owner):
    page = client_of(owner).post(address(ledger), follow=True).content.decode()
    assert "Started: 1 reminder is prepared." in page
    assert Reminder.objects.get().total == 840
    assert Letter.objects.get().code == "L1"
    assert Event.objects.get(kind="ledger.released").actor == owner


def test_on_a_weekend_the_next_business_day_is_shown(ledger, client_of, owner):
    with time_machine.travel("2026-06-27T12:00:00Z", tick=False):
        page = client_of(owner).get(address(ledger)).content.decode()
        assert "1 reminder is prepared in 2 days" in page
        assert "$840.00" in page
        page = client_of(owner).post(address(ledger), follow=True).content.decode()
    assert "Started: the first reminders are prepared in 2 days." in page
    assert not Reminder.objects.exists()


def test_starting_twice_does_it_once(ledger, client_of, owner):
    browser = client_of(owner)
    browser.post(address(ledger))
    browser.post(address(ledger))
    assert Reminder.objects.count() == 1
    assert "The ledger has been live since" in browser.get(address(ledger)).content.decode()


def test_a_bookkeeper_does_not_start_it(ledger, client_of, bookkeeper):
    assert client_of(bookkeeper).post(address(ledger)).status_code == 403
    ledger.refresh_from_db()
    assert ledger.released_on is None
