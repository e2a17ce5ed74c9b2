"""A call logged: reached or not, and what becomes of the task and the letter that waits for it."""

import datetime

import pytest

from arcollect.dates import Calendar
from customers import desk
from customers.models import Event, Letter, Task
from reminders.calling import log_call
from reminders.nightly import escalate
from reminders.rendering import composed
from tests import make
from tests.make import day

WEDNESDAY = datetime.datetime(2026, 4, 15, 14, 0, tzinfo=datetime.UTC)


@pytest.fixture
def call(business) -> Task:
    """The 60-day call of an invoice due 14 February."""
    make.invoice(make.customer(business))
    escalate(business, day("2026-04-15"))
    return Task.objects.get(kind="call_60")


def tried(call: Task, outcome: str, *, days_later: int = 0, **words: str) -> None:
    log_call(
        task=call, outcome=outcome, at=WEDNESDAY + datetime.timedelta(days=days_later), by=None, calendar=Calendar(), **words
    )
    call.refresh_from_db()


@pytest.mark.proves("P04", "P18")
def test_what_was_said_goes_into_the_letter(call):
    tried(call, "REACHED", reason="R14", paraphrase="Your biggest customer pays late.", agreement="Half on Friday.")
    letter = Letter.objects.get()
    assert (call.state, letter.state) == ("done", "draft")
    assert letter.facts["call"] == {
        "on": "2026-04-15",
        "reached": True,
        "reason": "R14",
        "words": "Your biggest customer pays late.",
        "agreement": "Half on Friday.",
    }
    assert "As we understood you: Your biggest customer pays late. We agreed: Half on Friday." in composed(letter)[1].plain_text
    assert Event.objects.filter(kind="call.logged").count() == 1


def test_a_call_that_reached_nobody_comes_back_the_next_business_day(call):
    tried(call, "NO_ANSWER", days_later=2)
    assert (call.state, call.snoozed_until) == ("open", day("2026-04-20"))
    assert Letter.objects.get().state == "waiting_for_call"


def test_three_attempts_on_three_days_complete_the_step_without_contact(call):
    for later in (0, 1, 2):
        tried(call, "VOICEMAIL", days_later=later)
    assert (call.state, call.outcome) == ("done", "NO_CONTACT")
    assert Letter.objects.get().facts["call"]["reached"] is False


def test_three_attempts_on_one_day_do_not(call):
    for _ in range(3):
        tried(call, "NO_ANSWER")
    assert call.state == "open"


@pytest.mark.proves("T12")
@pytest.mark.parametrize(("close", "words"), [(desk.complete_task, "outcome"), (desk.cancel_task, "reason")])
def test_a_call_closed_from_the_desk_frees_the_letter_that_waits_for_it(call, bookkeeper, close, words):
    close(task=call, on=day("2026-04-16"), by=bookkeeper, **{words: "They called us."})
    letter = Letter.objects.get()
    assert (letter.state, "call" in letter.facts) == ("draft", False)


def test_a_second_note_on_a_call_that_is_done_changes_nothing_of_it(call):
    tried(call, "REACHED", paraphrase="Their biggest customer pays late.")
    tried(call, "NO_ANSWER", days_later=1)
    tried(call, "REACHED", days_later=1)
    assert (call.state, call.snoozed_until, call.closed_on) == ("done", None, day("2026-04-15"))
    assert Event.objects.filter(kind="task.done").count() == 1
