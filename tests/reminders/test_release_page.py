"""Starting a ledger in the browser: nothing goes out before the owner has seen what would, chosen, and said so."""

import pytest
import time_machine

from customers.models import Customer, Event, Letter, Task
from invoices.models import Invoice
from reminders.models import LastDecision, Policy, Reminder
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, read, words

TUESDAY = "2026-06-30T12:00:00Z"


@pytest.fixture(autouse=True)
def _a_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def ledger(business):
    """A business not yet released: one invoice ten days late, one 75, and one that is not late."""
    business.released_on = None
    business.save()
    acme, birch = make.customer(business, "Acme"), make.customer(business, "Birch")
    for customer in (acme, birch):
        make.contact(customer)
    make.invoice(acme, "LATE", issued="2026-05-21", due="2026-06-20", total="840")
    make.invoice(acme, "FINE", issued="2026-06-20", due="2026-08-20", total="500")
    make.invoice(birch, "OLD", issued="2026-03-17", due="2026-04-16", total="1200")
    return business


@pytest.fixture
def browser(client_of, owner):
    return client_of(owner)


def ids(*names):
    return [str(pk) for pk in Invoice.objects.filter(number__in=names).values_list("customer_id", flat=True)]


def choose(browser, business, act, *, go=("LATE", "OLD"), rule="60", calls="10", **more):
    """Sends the page with these ticks and the button pressed; gives the page it leads to."""
    sent = {"shown": ids("LATE", "OLD"), "go": ids(*go), "entry_rule": rule, "calls_per_day": calls, "act": act} | more
    return words(browser.post(address(business, "settings-release-choose"), sent, follow=True))


def start(browser, business):
    return words(browser.post(address(business, "settings-release-confirm"), follow=True))


@pytest.mark.proves("T06")
def test_the_owner_sees_what_would_go_out_and_nothing_does(ledger, browser):
    page = read(browser, ledger, "settings-release")
    assert "In the ledger: 3 open invoices" in page
    assert "No payment was ever entered" in page
    assert "What would go out today Calls: 1. Letters: 2." in page
    assert "Birch 60 days 1 $1,200.00" in page
    assert "Acme Friendly notice 1 $840.00" in page
    ledger.refresh_from_db()
    assert ledger.released_on is None
    assert not Reminder.objects.exists()
    assert not LastDecision.objects.exists()


@pytest.mark.proves("T06")
def test_starting_prepares_the_first_reminders_once_more_confirmed(ledger, browser, owner):
    assert "Start reminding customers today?" in choose(browser, ledger, "confirm")
    assert not Reminder.objects.exists()
    assert "Started: 2 reminders are prepared." in start(browser, ledger)
    assert sorted(Reminder.objects.values_list("step", "total")) == [("60", 1200), ("NOTICE", 840)]
    assert Event.objects.get(kind="ledger.released").actor == owner


@pytest.mark.parametrize(("rule", "step"), [("NOTICE", "NOTICE"), ("30", "30"), ("60", "60")])
@pytest.mark.proves("T06")
def test_the_entry_rule_caps_the_first_step_and_is_a_version_of_the_policy(ledger, browser, rule, step):
    choose(browser, ledger, "confirm", rule=rule)
    start(browser, ledger)
    assert Reminder.objects.get(customer__name="Birch").step == step
    policy = Policy.objects.get(current=True, is_default=True)
    assert (policy.entry_cap, policy.version) == (rule, 1 if rule == "60" else 2)


@pytest.mark.proves("T06")
def test_nobody_may_be_let_start_at_ninety(ledger, browser):
    assert "Select a valid choice" in choose(browser, ledger, "confirm", rule="90")
    start(browser, ledger)
    assert {one.step for one in Reminder.objects.all()} == {"60", "NOTICE"}


def test_who_is_left_out_waits_and_is_released_another_day(ledger, browser):
    choose(browser, ledger, "look", go=["LATE"])
    start(browser, ledger)
    assert Reminder.objects.get().customer.name == "Acme"
    assert [row.number for row in Invoice.objects.filter(entry_hold=True)] == ["OLD"]
    page = read(browser, ledger, "settings-release")
    assert "1 invoice came in long overdue and waits for you" in page
    assert "0 customers are in, 1 left out" in page
    sent = {"shown": ids("OLD"), "go": ids("OLD"), "entry_rule": "60", "calls_per_day": "10", "act": "confirm"}
    assert "Release the ticked customers today?" in words(
        browser.post(address(ledger, "settings-release-choose"), sent, follow=True)
    )
    start(browser, ledger)
    assert Reminder.objects.get(customer__name="Birch").step == "60"
    assert not Invoice.objects.filter(entry_hold=True).exists()


def test_what_waits_is_not_released_by_itself_nor_by_a_second_press(ledger, browser):
    choose(browser, ledger, "look", go=["LATE"])
    start(browser, ledger)
    start(browser, ledger)
    escalate(ledger, make.day("2026-08-20"))
    assert Reminder.objects.filter(customer__name="Birch").count() == 0


def test_a_step_is_ticked_and_unticked_as_a_whole(ledger, browser):
    assert "1 customer is in, 1 left out" in choose(browser, ledger, "none:60")
    assert "2 customers are in, 0 left out" in choose(browser, ledger, "all:60", go=["LATE"])
    assert "0 customers are in, 2 left out" in choose(browser, ledger, "none")


def test_ticks_outlive_paging_and_searching(ledger, browser, monkeypatch):
    monkeypatch.setattr("reminders.views.release.SHOWN", 1)
    page = choose(browser, ledger, "page:2", shown=ids("OLD"), go=[])
    assert "2 to 2 of 2" in page
    assert "Acme Friendly notice" in page
    assert "1 customer is in, 1 left out" in page
    page = choose(browser, ledger, "search", shown=ids("LATE"), q="birch")
    assert "1 to 1 of 1" in page
    assert "1 customer is in, 1 left out" in page
    assert "Nothing fits this search." in choose(browser, ledger, "search", shown=[], go=[], q="nobody")


def test_the_throttle_says_when_all_calls_are_made(ledger, browser):
    for number in range(2):
        late = make.customer(ledger, f"Cedar {number}")
        make.invoice(late, issued="2026-03-17", due="2026-04-16", total="300")
    assert "All calls are made by Jul 2, 2026." in choose(browser, ledger, "look", calls="1")
    assert "All calls are made by Jun 30, 2026." in choose(browser, ledger, "look", calls="0")
    assert "greater than or equal to 0" in choose(browser, ledger, "look", calls="-1")
    choose(browser, ledger, "confirm", calls="1")
    start(browser, ledger)
    assert Reminder.objects.filter(step="60").count() == 1


def test_on_a_weekend_the_next_business_day_is_shown(ledger, browser):
    with time_machine.travel("2026-06-27T12:00:00Z", tick=False):
        assert "What would go out in 2 days" in read(browser, ledger, "settings-release")
        assert "Started: the first reminders are prepared in 2 days." in start(browser, ledger)
    assert not Reminder.objects.exists()


def test_starting_twice_does_it_once(ledger, browser):
    start(browser, ledger)
    start(browser, ledger)
    assert Reminder.objects.count() == 2
    assert Letter.objects.filter(code="L1").count() == 1
    assert "The ledger has been live since" in read(browser, ledger, "settings-release")


@pytest.mark.proves("T06", "P09")
def test_what_came_in_later_is_shown_as_the_segment_has_it_and_as_the_night_does_it(ledger, browser):
    ledger.released_on = day("2026-01-05")
    ledger.save()
    Invoice.objects.filter(number="OLD").delete()
    Invoice.objects.update(entry_hold=True)
    assert "What would go out today Calls: 0. Letters: 1." in choose(browser, ledger, "look", go=("LATE",))
    make.score(Customer.objects.get(name="Acme"), "STRETCHER")
    assert "What would go out today Calls: 1. Letters: 1." in read(browser, ledger, "settings-release")
    start(browser, ledger)
    assert Task.objects.get().kind == "notice_call"


def test_a_bookkeeper_does_not_start_it(ledger, books):
    assert books.post(address(ledger, "settings-release-confirm")).status_code == 403
    ledger.refresh_from_db()
    assert ledger.released_on is None
