"""What people do with a letter before it goes out."""

import datetime

import pytest

from customers.documents import store
from customers.models import Event, Letter, Task
from reminders import outbox, unconfirmed
from reminders.claiming import give_up
from reminders.models import Reminder, ReminderLine
from reminders.nightly import escalate
from reminders.skipping import skip_reminder
from tests import make
from tests.make import day

NOW = datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def draft(business) -> Letter:
    """The 30-day letter of an invoice due 14 February."""
    make.invoice(make.customer(business))
    escalate(business, day("2026-03-16"))
    return Letter.objects.get()


def test_a_draft_is_approved_and_its_review_done(draft, bookkeeper):
    outbox.approve(letter=draft, by=bookkeeper, now=NOW)
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by, draft.approved_at) == ("approved", bookkeeper, NOW)
    assert Task.objects.get().state == "done"
    assert Event.objects.get(kind="letter.approved").actor == bookkeeper
    assert Event.objects.get(kind="task.done").actor == bookkeeper


def test_a_letter_is_not_approved_twice(draft, bookkeeper):
    outbox.approve(letter=draft, by=bookkeeper, now=NOW)
    with pytest.raises(outbox.OutboxError, match="waits for approval"):
        outbox.approve(letter=draft, by=bookkeeper, now=NOW)


def test_a_cancelled_letter_keeps_its_reason_and_its_step(business, draft, bookkeeper):
    outbox.cancel(letter=draft, reason="They paid in cash.", by=bookkeeper, on=day("2026-03-16"))
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == ("cancelled", "They paid in cash.")
    assert escalate(business, day("2026-03-17")).fired == []


@pytest.mark.parametrize("act", ["cancel", "skip"])
def test_the_task_of_a_letter_no_server_took_ends_with_it(draft, bookkeeper, act):
    give_up(draft, "Too large.", day("2026-03-16"))
    task = Task.objects.get(kind="other")
    if act == "cancel":
        outbox.cancel(letter=draft, reason="They have it.", by=bookkeeper, on=day("2026-03-17"))
    else:
        skip_reminder(reminder=Reminder.objects.get(), reason="They have it.", by=bookkeeper, today=day("2026-03-17"))
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("done", bookkeeper)


def test_a_letter_on_its_way_cannot_be_cancelled(draft, bookkeeper):
    Letter.objects.update(state="sending")
    with pytest.raises(outbox.OutboxError, match="cannot be cancelled"):
        outbox.cancel(letter=draft, reason="", by=bookkeeper, on=day("2026-03-16"))


def test_a_letter_on_its_way_cannot_be_held(draft, bookkeeper):
    Letter.objects.update(state="sending")
    with pytest.raises(outbox.OutboxError, match="cannot be held"):
        outbox.hold(letter=draft, until=day("2026-03-20"), reason="", by=bookkeeper)


def test_a_held_letter_is_let_go_before_its_day(draft, bookkeeper):
    outbox.hold(letter=draft, until=day("2026-03-20"), reason="They call tomorrow.", by=bookkeeper)
    outbox.let_go(letter=draft, by=bookkeeper)
    draft.refresh_from_db()
    assert (draft.hold_until, draft.hold_reason) == (None, "")
    assert Event.objects.get(kind="letter.let_go").actor == bookkeeper


def test_what_is_not_held_cannot_be_let_go(draft):
    with pytest.raises(outbox.OutboxError, match="not held"):
        outbox.let_go(letter=draft, by=None)


def cancelled(letter: Letter, by=None) -> Letter:
    """As its page would read it after somebody cancelled it on the day it was written."""
    outbox.cancel(letter=letter, reason="They paid in cash.", by=by, on=day("2026-03-16"))
    return Letter.objects.select_related("business", "customer").get(pk=letter.pk)


def test_a_letter_cancelled_today_is_taken_up_again(draft, bookkeeper):
    letter = cancelled(draft)
    outbox.take_up(letter=letter, by=bookkeeper, on=day("2026-03-16"))
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == ("draft", "")
    assert Event.objects.get(kind="letter.taken_up").actor == bookkeeper
    with pytest.raises(outbox.OutboxError, match="cancelled today"):
        outbox.take_up(letter=letter, by=bookkeeper, on=day("2026-03-16"))


def test_a_letter_that_waited_for_its_call_waits_for_it_again(business):
    make.invoice(make.customer(business))
    escalate(business, day("2026-04-15"))
    letter = Letter.objects.get()
    assert letter.state == "waiting_for_call"
    outbox.take_up(letter=cancelled(letter), by=None, on=day("2026-03-16"))
    assert Letter.objects.get().state == "waiting_for_call"


def test_a_letter_cancelled_yesterday_stays_cancelled(draft):
    with pytest.raises(outbox.OutboxError, match="cancelled today"):
        outbox.take_up(letter=cancelled(draft), by=None, on=day("2026-03-17"))


def test_a_letter_is_not_taken_up_when_another_was_written_since(business, draft):
    letter = cancelled(draft)
    make.invoice(draft.customer, issued="2026-01-01", due="2026-01-14")
    escalate(business, day("2026-03-30"))
    assert Letter.objects.count() == 2
    with pytest.raises(outbox.OutboxError, match="nothing else happened"):
        outbox.take_up(letter=letter, by=None, on=day("2026-03-16"))


def test_what_the_engine_withdrew_is_nobody_s_to_take_up(draft):
    outbox.withdraw(letter=draft, reason="The balance changed.", on=day("2026-03-16"))
    letter = Letter.objects.get()
    assert not outbox.may_be_taken_up(letter, day("2026-03-16"))


@pytest.fixture
def unsure(draft) -> Letter:
    """A letter whose hand-over broke off in the evening."""
    make.contact(draft.customer)
    pdf = store(business=draft.business, content=b"%PDF", content_type="application/pdf", name="L30.pdf")
    contact = draft.customer.contacts.get()
    Letter.objects.update(state="unconfirmed", claimed_at=NOW, document=pdf, contact=contact, problem="The line broke off.")
    return Letter.objects.select_related("business", "customer", "contact").get()


def test_an_unconfirmed_letter_that_arrived_was_sent_when_it_was_handed_over(unsure, bookkeeper):
    unconfirmed.arrived(letter=unsure, by=bookkeeper, now=NOW + datetime.timedelta(days=2))
    unsure.refresh_from_db()
    assert (unsure.state, unsure.sent_on, unsure.sent_at) == ("sent", day("2026-03-16"), NOW)
    assert (unsure.sent_to, unsure.problem) == ("ap@acme.example", "")
    assert Reminder.objects.get().completed_on == day("2026-03-16")
    assert Event.objects.get(kind="letter.arrived").actor == bookkeeper


def test_an_unconfirmed_letter_that_did_not_arrive_goes_out_again(unsure, bookkeeper):
    unconfirmed.did_not_arrive(letter=unsure, by=bookkeeper)
    unsure.refresh_from_db()
    assert (unsure.state, unsure.claimed_at, unsure.problem) == ("approved", None, "")
    assert Event.objects.get(kind="letter.not_arrived").actor == bookkeeper


@pytest.mark.proves("T14")
def test_an_unconfirmed_letter_is_not_sent_again_after_a_later_step(business, unsure, bookkeeper):
    escalate(business, day("2026-04-15"))
    with pytest.raises(outbox.OutboxError, match="later step"):
        unconfirmed.did_not_arrive(letter=unsure, by=bookkeeper)
    assert Letter.objects.get(pk=unsure.pk).state == "unconfirmed"


def test_an_unconfirmed_letter_may_be_left_at_that_and_its_step_counts(business, unsure, bookkeeper):
    unconfirmed.forget(letter=unsure, by=bookkeeper)
    assert Letter.objects.get().state == "cancelled"
    assert Event.objects.get(kind="letter.forgotten").actor == bookkeeper
    assert escalate(business, day("2026-03-17")).fired == []


def test_an_unconfirmed_letter_is_settled_once(unsure):
    unconfirmed.forget(letter=unsure, by=None)
    for settle in (unconfirmed.did_not_arrive, unconfirmed.forget):
        with pytest.raises(outbox.OutboxError, match="settled this letter already"):
            settle(letter=unsure, by=None)
    with pytest.raises(outbox.OutboxError, match="settled this letter already"):
        unconfirmed.arrived(letter=unsure, by=None, now=NOW)


@pytest.mark.proves("T38")
def test_a_withdrawn_letter_gives_its_step_back(business, draft):
    outbox.withdraw(letter=draft, reason="The balance changed.", on=day("2026-03-16"))
    assert not ReminderLine.objects.exists()
    assert [row["step"] for row in escalate(business, day("2026-03-16")).fired] == ["30"]
    assert Reminder.objects.count() == 2
