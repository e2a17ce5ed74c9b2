"""Money at the bank that may be a customer's: nothing goes to them before a person has looked, and nothing waits for ever."""

import datetime

import pytest

from invoices.certain_lines import book_certain
from invoices.line_booking import leave_line
from invoices.models import BankLine
from reminders.claiming import changed
from reminders.facts import settings_of
from reminders.models import LastDecision
from reminders.nightly import escalate
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = [pytest.mark.django_db, pytest.mark.proves("T14", "T17")]
MONDAY = day("2026-02-16")


@pytest.fixture
def acme(business):
    customer = make.customer(business, "Acme Trading Ltd")
    make.contact(customer)
    make.invoice(customer, "INV-1", total="1000")
    return customer


def at_the_bank(business, amount="400", on=MONDAY):
    """Part of what they owe, in their name, with nothing else to tell it by: a suggestion, never booked by itself."""
    _stored, batch = store(business, line(amount, payer="ACME TRADING LTD", on=str(on)))
    book_certain(business=business, batch=batch, on=on)
    row = BankLine.objects.get()
    assert (row.state, row.customer_id) == ("open", business.customers.get().pk)
    return row


def test_no_step_fires_for_a_week(business, acme):
    at_the_bank(business)
    escalate(business, MONDAY)
    decision = LastDecision.objects.get()
    assert (decision.rule, decision.until) == ("MAYBE_PAID", MONDAY + datetime.timedelta(days=7))
    assert "400.00 came in that may be theirs" in decision.reason


def test_after_the_week_the_steps_go_on(business, acme):
    at_the_bank(business)
    escalate(business, MONDAY + datetime.timedelta(days=7))
    assert acme.letters.exists()


def test_said_not_to_be_theirs_the_step_fires_the_same_night(business, acme, bookkeeper):
    leave_line(line=at_the_bank(business), actor=bookkeeper, on=MONDAY)
    escalate(business, MONDAY)
    assert acme.letters.exists()


def test_a_letter_already_on_its_way_is_stopped(business, acme):
    escalate(business, MONDAY)
    letter = acme.letters.get()
    assert changed(letter, acme, settings_of(business), MONDAY) == ""
    at_the_bank(business)
    assert "may be theirs" in changed(letter, acme, settings_of(business), MONDAY)


def test_money_that_went_out_stops_nothing(business, acme):
    store(business, line("-400", payer="ACME TRADING LTD", on="2026-02-16"))
    BankLine.objects.update(customer=acme)
    escalate(business, MONDAY)
    assert acme.letters.exists()
