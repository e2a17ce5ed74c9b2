"""Noting a call in the browser: what is on the sheet, and what follows."""

import pytest
import time_machine

from customers.models import Conversation, Event, Letter, Task
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_april")


@pytest.fixture
def in_april():
    with time_machine.travel("2026-04-15 18:00Z", tick=False):
        yield


@pytest.fixture
def call(business) -> Task:
    """The 60-day call of an invoice due 14 February."""
    acme = make.customer(business, "Acme")
    make.contact(acme, name="Jane", phone="+14155550123")
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, day("2026-04-15"))
    return Task.objects.get(kind="call_60")


@pytest.mark.proves("P15")
def test_the_sheet_shows_whom_to_ring_and_what_is_open(books, business, call):
    page = read(books, business, "call-log", call.pk)
    assert "+1 415-555-0123 Jane Accounts payable" in page
    assert "INV-1 Feb 14, 2026 60" in page


@pytest.mark.proves("P04", "P18")
def test_a_call_that_reached_somebody_closes_the_task_and_writes_the_letter(books, business, bookkeeper, call):
    form = {
        "outcome": "REACHED",
        "contact": call.customer.contacts.get().pk,
        "paraphrase": "Short of cash.",
        "agreement": "Half on Friday.",
    }
    page = books.post(address(business, "call-log", call.pk), form, follow=True).content.decode()
    conversation = Conversation.objects.get()
    assert (conversation.paraphrase, conversation.by, conversation.contact.name) == ("Short of cash.", bookkeeper, "Jane")
    call.refresh_from_db()
    assert (call.state, Letter.objects.get().state) == ("done", "draft")
    assert "says what was said waits for approval" in page


def test_reached_and_nothing_written_down_is_asked_for(books, business, call):
    page = books.post(address(business, "call-log", call.pk), {"outcome": "REACHED", "notes": "friendly"}).content.decode()
    assert "Write down what they said" in page
    assert "friendly" in page
    assert not Conversation.objects.exists()


def test_nobody_reached_comes_back_on_the_desk(books, business, call):
    page = books.post(address(business, "call-log", call.pk), {"outcome": "NO_ANSWER"}, follow=True).content.decode()
    call.refresh_from_db()
    assert (call.state, call.snoozed_until) == ("open", day("2026-04-16"))
    assert "comes back on the desk" in page


def test_a_call_already_closed_is_not_noted_again(books, business, call):
    Task.objects.update(state="cancelled", closed_on=day("2026-04-15"))
    books.post(address(business, "call-log", call.pk), {"outcome": "NO_ANSWER"})
    assert not Conversation.objects.exists()


def test_only_calls_have_a_sheet(books, business, call):
    task = make.task(call.customer, kind="match_cash")
    assert books.get(address(business, "call-log", task.pk)).status_code == 404


def test_somebody_else_s_contact_is_no_choice(books, business, call):
    other = make.contact(make.customer(business, "Birch"))
    form = {"outcome": "NO_ANSWER", "contact": other.pk}
    assert "Select a valid choice" in books.post(address(business, "call-log", call.pk), form).content.decode()


@pytest.fixture
def too_early():
    """Seven in the morning where the number rings."""
    with time_machine.travel("2026-04-15 14:00Z", tick=False):
        yield


NO_ANSWER = {"outcome": "NO_ANSWER"}


def test_a_number_that_may_not_be_rung_now_cannot_be_dialled_and_says_when(books, business, call, too_early):
    page = books.get(address(business, "call-log", call.pk)).content.decode()
    assert "tel:" not in page
    assert "Only between 08:00 and 21:00; it is 07:00 there." in page
    assert "Free from" in page


def test_a_bookkeeper_cannot_note_a_call_that_was_not_allowed(books, business, call, too_early):
    form = NO_ANSWER | {"override_reason": "Because"}
    assert "only an owner may decide otherwise" in books.post(address(business, "call-log", call.pk), form).content.decode()
    assert not Conversation.objects.exists()


def test_an_owner_calls_all_the_same_and_says_why(client_of, owner, business, call, too_early):
    browser = client_of(owner)
    assert "Say why" in browser.post(address(business, "call-log", call.pk), NO_ANSWER).content.decode()
    browser.post(address(business, "call-log", call.pk), NO_ANSWER | {"override_reason": "They asked for an early call"})
    assert "They asked for an early call" in Conversation.objects.get().notes
    trace = Event.objects.get(kind="call.overridden")
    assert (trace.actor, trace.data["limits"]) == (owner, ["HOURS"])


def test_who_rang_us_is_always_noted(books, business, call, too_early):
    books.post(address(business, "call-log", call.pk), NO_ANSWER | {"inbound": "on"})
    assert Conversation.objects.get().inbound


def test_a_call_made_in_time_and_written_down_later_counts_by_when_it_was_made(books, business, call):
    with time_machine.travel("2026-04-15 23:55Z", tick=False):
        page = books.get(address(business, "call-log", call.pk))
    with time_machine.travel("2026-04-16 00:05Z", tick=False):
        books.post(address(business, "call-log", call.pk), NO_ANSWER | {"opened": page.context["opened"]})
    assert Conversation.objects.exists()


def test_a_company_rung_twice_a_day_is_asked_about_once_more(books, business, call):
    books.post(address(business, "call-log", call.pk), NO_ANSWER)
    assert "Read it and tick this" in books.post(address(business, "call-log", call.pk), NO_ANSWER).content.decode()
    books.post(address(business, "call-log", call.pk), NO_ANSWER | {"limits_seen": "on"})
    assert Conversation.objects.count() == 2
    assert Event.objects.filter(kind="call.logged").order_by("-pk")[0].data["limits"] == ["CALLED_TODAY"]


def test_a_consent_to_be_called_again_holds_seven_days(books, business, call):
    spoken = {"outcome": "REACHED", "agreement": "Call on Monday"}
    far = books.post(address(business, "call-log", call.pk), spoken | {"callback_consent_until": "2026-04-23"})
    assert "within the next seven" in far.content.decode()
    books.post(address(business, "call-log", call.pk), spoken | {"callback_consent_until": "2026-04-20"})
    assert Conversation.objects.get().callback_consent_until == day("2026-04-20")
