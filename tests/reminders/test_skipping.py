"""Leaving out a step because a person says so, and taking it after all."""

import pytest

from customers.models import Event, Letter, Task
from reminders.models import Reminder, ReminderLine, Watch
from reminders.nightly import escalate
from reminders.skipping import SkipError, coming_steps, skip_step, skipped_steps, take_after_all
from tests import make
from tests.make import day
from tests.pages import address, read

TODAY = day("2026-03-10")  # 24 days late: the 30-day letter comes on 16 March.


@pytest.fixture
def debt(business, acme):
    """Overdue since 14 February, its friendly notice done."""
    row = make.invoice(acme, "INV-1")
    escalate(business, day("2026-02-16"))
    Letter.objects.update(state="cancelled")
    return row


def skip(acme, step="30", today=TODAY, by=None) -> Reminder:
    return skip_step(customer=acme, currency="USD", step=step, reason="They are moving house.", by=by, today=today)


def fired(business, on: str) -> list[str]:
    return [row["step"] for row in escalate(business, day(on)).fired]


def test_a_step_to_come_is_left_out_and_counts_as_taken(business, acme, debt, bookkeeper):
    reminder = skip(acme, by=bookkeeper)
    assert (reminder.letter, reminder.task, reminder.skipped_reason) == (None, None, "They are moving house.")
    assert list(reminder.lines.values_list("invoice", "step", "days_past_due")) == [(debt.pk, "30", 24)]
    event = Event.objects.get(kind="step.skipped")
    assert (event.actor, event.customer, event.data["step"]) == (bookkeeper, acme, "30")
    assert fired(business, "2026-03-16") == []


def test_the_step_after_it_comes_in_its_time(business, acme, debt):
    skip(acme)
    assert fired(business, "2026-04-14") == []
    assert fired(business, "2026-04-15") == ["60"]


def test_another_currency_is_not_touched(business, acme, debt):
    make.invoice(acme, "INV-E", currency="EUR")
    skip(acme)
    assert not ReminderLine.objects.filter(invoice__currency="EUR").exists()


def test_only_what_is_late_is_left_out(business, acme, debt):
    make.invoice(acme, "INV-2", issued="2026-03-01", due="2026-03-31")
    assert skip(acme).lines.get().invoice == debt


def test_a_letter_that_waits_is_cancelled_with_its_step(business, acme, debt):
    escalate(business, day("2026-03-16"))
    reminder = skip(acme, today=day("2026-03-16"))
    assert (reminder.letter.code, Letter.objects.get(code="L30").state) == ("L30", "cancelled")
    assert Task.objects.get(kind="review_letter").state == "cancelled"
    assert ReminderLine.objects.filter(step="30").count() == 1


def test_a_call_that_waits_is_cancelled_with_its_letter(business, acme):
    make.invoice(acme)
    escalate(business, day("2026-04-15"))
    skip(acme, "60", today=day("2026-04-15"))
    assert (Letter.objects.get().state, Task.objects.get().state) == ("cancelled", "cancelled")


def test_a_step_whose_letter_left_the_house_cannot_be_left_out(business, acme, debt):
    escalate(business, day("2026-03-16"))
    Letter.objects.filter(code="L30").update(state="sending")
    with pytest.raises(SkipError, match="No open invoice"):
        skip(acme, today=day("2026-03-16"))


@pytest.mark.parametrize(("step", "why"), [("COURTESY", "Only a reminder step"), ("NOTICE", "No open invoice")])
def test_what_cannot_be_left_out_says_why(acme, debt, step, why):
    with pytest.raises(SkipError, match=why):
        skip(acme, step)


def test_a_step_is_left_out_once(acme, debt):
    skip(acme)
    with pytest.raises(SkipError, match="No open invoice"):
        skip(acme)


def test_a_step_left_out_is_taken_after_all(business, acme, debt, bookkeeper):
    reminder = skip(acme)
    take_after_all(reminder=reminder, by=bookkeeper, today=TODAY)
    assert Event.objects.get(kind="step.resumed").actor == bookkeeper
    assert list(skipped_steps(acme)) == []
    assert fired(business, "2026-03-16") == ["30"]
    with pytest.raises(SkipError):
        take_after_all(reminder=reminder, by=bookkeeper, today=TODAY)


def test_a_step_stays_left_out_once_a_later_one_fired(business, acme, debt):
    reminder = skip(acme)
    escalate(business, day("2026-04-15"))
    with pytest.raises(SkipError, match="later step"):
        take_after_all(reminder=reminder, by=None, today=day("2026-04-15"))


def test_the_engine_looks_again_at_what_was_left_out(business, acme, debt):
    assert Watch.objects.count() == 1
    skip(acme)
    assert Watch.objects.count() == 0


def test_the_steps_to_come_in_their_order(business, acme, debt):
    coming = [(step.step, step.on) for step in coming_steps(acme, TODAY)]
    assert coming == [("30", day("2026-03-16")), ("60", day("2026-04-15")), ("90", day("2026-05-15"))]
    escalate(business, day("2026-03-16"))
    assert [(step.step, step.on) for step in coming_steps(acme, day("2026-03-16"))][:2] == [
        ("30", None),
        ("60", day("2026-04-15")),
    ]


def test_a_person_leaves_a_step_out_and_takes_it_after_all(books, business, acme, debt, bookkeeper, in_march):
    page = read(books, business, "customer-skip", acme.pk)
    assert "30 days, USD: from Mar 20, 2026, for 1 invoice" in page
    form = {"step": "USD:30", "reason": "They are moving house."}
    page = books.post(address(business, "customer-skip", acme.pk), form, follow=True).content.decode()
    assert "They are moving house." in page.split("Left out before")[1]
    assert "Step “30 days” left out" in read(books, business, "customer-detail", acme.pk)
    reminder = Reminder.objects.exclude(skipped_reason="").get()
    assert reminder.by == bookkeeper
    books.post(address(business, "customer-skip-undo", reminder.pk))
    reminder.refresh_from_db()
    assert reminder.withdrawn_on == day("2026-03-20")


def test_leaving_out_needs_a_step_and_a_reason(books, business, acme, debt, in_march):
    answer = books.post(address(business, "customer-skip", acme.pk), {"step": "USD:30", "reason": " "})
    assert (answer.status_code, Reminder.objects.exclude(skipped_reason="").count()) == (422, 0)
    answer = books.post(address(business, "customer-skip", acme.pk), {"step": "USD:NOTICE", "reason": "No."})
    assert answer.status_code == 422
