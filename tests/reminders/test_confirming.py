"""What goes out after a call: the letter that waited for it, or a confirmation of what was agreed (P18)."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Letter, Task
from customers.profile import save_rules
from reminders.call_notes import CallNotes, PlanNote, PromiseNote, QueryNote
from reminders.calling import log_call
from reminders.models import Reminder
from reminders.nightly import escalate
from reminders.rendering import composed
from tests import make
from tests.make import day

TODAY, FRIDAY = day("2026-04-15"), day("2026-04-24")
NOON = datetime.datetime(2026, 4, 15, 14, 0, tzinfo=datetime.UTC)
ALL_OF_IT = (PromiseNote("USD", Decimal(1000), FRIDAY),)


@pytest.fixture
def invoice(business):
    return make.invoice(make.customer(business), "INV-1")


@pytest.fixture
def call(business, invoice) -> Task:
    """The 60-day call of an invoice due 14 February, with the letter that waits for it."""
    escalate(business, TODAY)
    return Task.objects.get(kind="call_60")


def said(customer, task, *, outcome="REACHED", **notes) -> None:
    words = {"reason": "R08", "next_on": day("2026-04-27")} | notes if outcome == "REACHED" else notes
    log_call(customer=customer, task=task, notes=CallNotes(outcome=outcome, **words), at=NOON, by=None, calendar=Calendar())


def drafts() -> dict[str, Letter]:
    return {letter.code: letter for letter in Letter.objects.filter(state="draft")}


def text(letter: Letter) -> str:
    return composed(letter)[1].plain_text


@pytest.mark.proves("P18")
def test_a_part_promised_stands_in_the_letter_that_waited(call):
    said(call.customer, call, promises=(PromiseNote("USD", Decimal(400), FRIDAY),))
    assert list(drafts()) == ["L60"]
    letter = drafts()["L60"]
    assert letter.total == 600
    assert "We agreed that you will pay $400.00 by April 24, 2026" in text(letter)


@pytest.mark.proves("P18")
def test_all_of_it_promised_is_confirmed_instead(call):
    said(call.customer, call, promises=ALL_OF_IT)
    assert list(drafts()) == ["LCALL"]
    assert "You will pay $1,000.00 by April 24, 2026." in text(drafts()["LCALL"])
    assert Letter.objects.get(code="L60").state == "cancelled"
    assert Reminder.objects.get(step="60").completed_on == TODAY


def test_each_draft_is_on_the_desk_until_somebody_looked(call):
    said(call.customer, call, promises=ALL_OF_IT)
    task = Task.objects.get(kind="review_letter", state="open")
    assert task.subject == f"letter:{drafts()['LCALL'].pk}"


@pytest.mark.proves("P18")
def test_a_call_without_a_letter_of_its_own_is_confirmed_where_something_was_agreed(invoice):
    said(invoice.customer, None, reason="R10", queries=(QueryNote(invoice, "PRICE", Decimal(200)),))
    assert "your query about invoice INV-1 (the price, $200.00)" in text(drafts()["LCALL"])


def test_a_plan_on_offer_is_written_down_with_its_parts(invoice):
    halves = ((TODAY, Decimal(500)), (day("2026-05-15"), Decimal(500)))
    said(invoice.customer, None, reason="R13", plan=PlanNote("USD", halves))
    assert "$500.00 by April 15, 2026 and $500.00 by May 15, 2026. Please confirm it by April 22, 2026" in text(drafts()["LCALL"])


def test_who_refuses_gets_it_in_writing(invoice):
    said(invoice.customer, None, reason="R19")
    assert "So that you have it in writing: $1,000.00 is open for invoice INV-1" in text(drafts()["LCALL"])


def test_nothing_agreed_is_nothing_to_confirm(invoice):
    said(invoice.customer, None, reason="R20")
    assert drafts() == {}


@pytest.mark.parametrize("flag", ["cease_contact", "vulnerable", "insolvent", "deceased"])
def test_a_flag_stops_it(invoice, flag):
    setattr(invoice.customer, flag, True)
    invoice.customer.save()
    said(invoice.customer, None, promises=ALL_OF_IT)
    assert drafts() == {}


def test_who_may_not_owe_it_is_sent_nothing_about_it(call):
    said(call.customer, call, reason="R11")
    assert drafts() == {}
    assert Letter.objects.get().state == "cancelled"


def test_a_business_may_go_without(business, owner, invoice):
    save_rules(business=business, values={"confirm_calls": False}, actor=owner)
    invoice.customer.business.refresh_from_db()
    said(invoice.customer, None, promises=ALL_OF_IT)
    assert drafts() == {}
