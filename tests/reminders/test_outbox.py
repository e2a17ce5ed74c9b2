"""What people do with a letter before it goes out."""

import datetime

import pytest

from customers.models import Event, Letter, Task
from reminders import outbox
from reminders.models import Reminder, ReminderLine
from reminders.nightly import escalate
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


def test_a_letter_is_not_approved_twice(draft, bookkeeper):
    outbox.approve(letter=draft, by=bookkeeper, now=NOW)
    with pytest.raises(outbox.OutboxError, match="waits for approval"):
        outbox.approve(letter=draft, by=bookkeeper, now=NOW)


def test_a_cancelled_letter_keeps_its_reason_and_its_step(business, draft, bookkeeper):
    outbox.cancel(letter=draft, reason="They paid in cash.", by=bookkeeper, on=day("2026-03-16"))
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == ("cancelled", "They paid in cash.")
    assert escalate(business, day("2026-03-17")).fired == []


def test_a_letter_on_its_way_cannot_be_cancelled(draft, bookkeeper):
    Letter.objects.update(state="sending")
    with pytest.raises(outbox.OutboxError, match="cannot be cancelled"):
        outbox.cancel(letter=draft, reason="", by=bookkeeper, on=day("2026-03-16"))


def test_a_letter_on_its_way_cannot_be_held(draft, bookkeeper):
    Letter.objects.update(state="sending")
    with pytest.raises(outbox.OutboxError, match="cannot be held"):
        outbox.hold(letter=draft, until=day("2026-03-20"), reason="", by=bookkeeper)


@pytest.mark.proves("T38")
def test_a_withdrawn_letter_gives_its_step_back(business, draft):
    outbox.withdraw(letter=draft, reason="The balance changed.", on=day("2026-03-16"))
    assert not ReminderLine.objects.exists()
    assert [row["step"] for row in escalate(business, day("2026-03-16")).fired] == ["30"]
    assert Reminder.objects.count() == 2
