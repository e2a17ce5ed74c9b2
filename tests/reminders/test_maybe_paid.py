"""Money at the bank that may be a customer's: nothing goes to them before a person has looked, and nothing waits for ever."""

import datetime
from decimal import Decimal

import pytest

from invoices.certain_lines import book_certain
from invoices.line_booking import book_line, leave_line
from invoices.matches import Match
from invoices.models import BankLine, DraftInvoice
from reminders.claiming import changed
from reminders.delivery import deliver
from reminders.facts import settings_of
from reminders.folder import Folder
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
    row = at_the_bank(business)
    escalate(business, MONDAY)
    leave_line(line=row, actor=bookkeeper, on=MONDAY)
    escalate(business, MONDAY)
    assert acme.letters.exists()


def test_booked_for_somebody_else_the_step_fires_the_same_night(business, acme, bookkeeper):
    row = at_the_bank(business)
    escalate(business, MONDAY)
    other = make.customer(business, "Birch")
    match = Match(other.pk, ((make.invoice(other, "INV-2", total="400").pk, Decimal(400)),), 90, "hand", "By hand.")
    book_line(line=row, match=match, actor=bookkeeper, on=MONDAY)
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


def test_a_mail_before_the_due_date_waits_too(business, acme, bookkeeper):
    make.score(acme, "FORGETFUL")
    row = at_the_bank(business, on=day("2026-02-09"))
    for date in range(9, 12):
        escalate(business, day(f"2026-02-{date:02}"))
    assert not acme.letters.exists()
    leave_line(line=row, actor=bookkeeper, on=day("2026-02-11"))
    escalate(business, day("2026-02-11"))
    assert acme.letters.get().code == "LC"


def test_the_letter_that_asks_whether_all_was_as_ordered_goes_once(business, tmp_path):
    """It asks for no money. Taken back as if it did, it was written anew within the delivery, without end."""
    customer = make.customer(business, "Acme Trading Ltd")
    make.contact(customer)
    invoice = make.invoice(customer, "INV-1", issued="2026-02-16", due="2026-03-18", delivered_on=MONDAY)
    DraftInvoice.objects.create(
        business=business, customer=customer, state="issued", currency="USD", issue_on=MONDAY, terms_days=30, invoice=invoice
    )
    at_the_bank(business)
    escalate(business, MONDAY)
    noon = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)
    assert deliver(business, Folder(tmp_path), today=MONDAY, now=noon).sent == 1
    assert list(customer.letters.values_list("code", "state")) == [("L0", "sent")]
