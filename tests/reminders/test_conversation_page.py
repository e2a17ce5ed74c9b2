"""The page of one call: what was said, and everything that came of it, each a click away."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Conversation
from reminders.call_notes import CallNotes, PromiseNote, QueryNote
from reminders.calling import log_call
from tests import make
from tests.make import day
from tests.pages import address, read

AT = datetime.datetime(2026, 3, 20, 12, 0, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def said(business, acme, bookkeeper) -> Conversation:
    make.invoice(acme, "INV-1")
    other = make.invoice(acme, "INV-2")
    notes = CallNotes(
        outcome="REACHED",
        reason="R13",
        next_on=day("2026-03-24"),
        spoke_with="Ann Lee",
        answers={"What is coming in, and when?": "A large order in April."},
        paraphrase="A customer of theirs went under.",
        queries=(QueryNote(other, "PRICE", Decimal(100), "15 % off was agreed."),),
        promises=(PromiseNote("USD", Decimal(300), day("2026-03-27")),),
    )
    return log_call(customer=acme, task=None, notes=notes, at=AT, by=bookkeeper, calendar=Calendar())


@pytest.mark.proves("P04", "P07")
def test_what_was_said_and_what_came_of_it(books, business, said):
    page = read(books, business, "conversation-detail", said.pk)
    for words in (
        "Reached: They have no money right now",
        "Ann Lee",
        "What is coming in, and when? A large order in April.",
        "A customer of theirs went under.",
        "$300.00 promised by Mar 27, 2026",
        "A query about INV-2",
        "Early warning",
    ):
        assert words in page


def test_the_story_and_the_next_call_lead_to_it(books, business, acme, said):
    door = address(business, "conversation-detail", said.pk)
    assert door in books.get(address(business, "customer-detail", acme.pk)).content.decode()
    assert door in books.get(address(business, "customer-call", acme.pk)).content.decode()


def test_a_call_in_which_nobody_was_reached(books, business, acme):
    row = Conversation.objects.create(business=business, customer=acme, at=AT, outcome="NO_ANSWER")
    page = read(books, business, "conversation-detail", row.pk)
    assert "No answer" in page
    assert "Nothing besides the note." in page
