"""What to do next about a customer: the most pressing thing, or what we wait for. Rows only, no database."""

import pytest

from customers.models import Letter, Task
from invoices.account import OpenInvoice, Position
from invoices.models import Invoice
from reminders.models import LastDecision
from reminders.next_action import next_action
from tests.make import day

TODAY = day("2026-03-20")
CALL = Task(pk=1, kind="call_60", opens_on=day("2026-03-18"), due_on=day("2026-03-19"), reason="60 days late.")
OTHER = Task(pk=2, kind="verify_claim", opens_on=day("2026-03-18"), due_on=day("2026-03-19"), reason="They asked us to.")
DRAFT = Letter(pk=3, code="L30", state="draft")
WAIT = LastDecision(verdict="wait", reason="Promise of 500.00 open until 2026-03-27.", currency="USD")


def position(due: str, *, entry_hold: bool = False) -> Position:
    late = (TODAY - day(due)).days
    invoice = Invoice(due_on=day(due), balance=100, total=100, entry_hold=entry_hold)
    return Position("USD", (OpenInvoice(invoice, late, 0, 0, 0),))


def said(**found):
    nothing = {"letters": [], "tasks": [], "decisions": [], "positions": []}
    return next_action(**(nothing | found), today=TODAY)


def test_a_call_comes_before_everything():
    action = said(tasks=[OTHER, CALL], letters=[DRAFT], decisions=[WAIT])
    assert (action.door, action.pk, action.why) == ("call-log", 1, "60 days late.")
    assert action.words == "Listening call, due yesterday."


def test_then_a_letter_that_waits_for_approval():
    action = said(tasks=[OTHER], letters=[DRAFT])
    assert (action.words, action.door, action.pk) == ("30-day letter waits for your approval.", "letter-detail", 3)


def test_then_any_other_task():
    assert said(tasks=[OTHER], decisions=[WAIT]).door == "task-detail"


def test_then_what_we_wait_for_with_its_reason():
    action = said(decisions=[WAIT])
    assert (action.words, action.why, action.door) == ("We wait.", WAIT.reason, "")


@pytest.mark.parametrize("field", ["opens_on", "snoozed_until"])
def test_a_call_not_open_yet_is_announced_not_asked_for(field):
    later = Task(kind="call_60", opens_on=day("2026-03-18"), due_on=day("2026-03-30"))
    setattr(later, field, day("2026-03-25"))
    action = said(tasks=[later])
    assert (action.words, action.door) == ("Next: Listening call, in 5 days.", "")


def test_asked_and_nothing_to_do():
    assert said(positions=[position("2026-03-01")]).words == "Nothing to do today."


def test_what_came_in_long_overdue_waits_for_the_owner():
    held = position("2026-01-01", entry_hold=True)
    assert said(positions=[held]).words == "Waits for the owner."
    assert said(positions=[held, position("2026-03-01")]).words == "Nothing to do today."


def test_nothing_is_late():
    assert said(positions=[position("2026-03-25")]).why == "Next due: in 5 days."


def test_nothing_is_owed():
    assert said().words == "Nothing is owed."
