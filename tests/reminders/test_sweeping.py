"""What is queued ends when its reason ends: nobody is called who has paid, nobody written to who is flagged."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.editing import save_customer, set_flags
from customers.models import Letter, Task
from invoices.disputing import open_dispute, resolve_dispute
from reminders.call_notes import CallNotes
from reminders.calling import log_call
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.nightly import escalate
from reminders.outbox import approve
from tests import make
from tests.make import day
from tests.reminders.test_calling import WEDNESDAY

DAY_60 = day("2026-04-15")
NEXT_DAY = day("2026-04-16")


@pytest.fixture
def acme(business):
    """A customer whose 60-day call is open, with the letter that waits for it."""
    customer = make.customer(business)
    make.contact(customer)
    make.invoice(customer, "INV-1", total="1000")
    escalate(business, DAY_60)
    return customer


def queued() -> tuple[str, str]:
    return Task.objects.get(kind="call_60").state, Letter.objects.earliest("id").state


def test_nobody_is_called_who_has_paid(business, acme):
    make.payment(acme, "1000", on="2026-04-15", split={acme.invoices.get(): "1000"})
    escalate(business, NEXT_DAY)
    assert queued() == ("cancelled", "cancelled")
    assert Letter.objects.get().problem == "Nothing of it is left to ask for."


@pytest.mark.proves("T23")
def test_nobody_is_called_who_asked_for_quiet(business, acme, bookkeeper):
    set_flags(customer=acme, values={"cease_contact": True}, actor=bookkeeper)
    escalate(business, NEXT_DAY)
    assert queued() == ("cancelled", "cancelled")


def test_a_final_letter_may_still_go_to_who_asked_for_quiet(business, acme, bookkeeper):
    """domain.md 7.4: the call is off, the letter the owner decided on stays; among the insolvent it goes too."""
    Letter.objects.update(code="FINAL", state="approved", waits_for=None)
    set_flags(customer=acme, values={"cease_contact": True}, actor=bookkeeper)
    escalate(business, NEXT_DAY)
    assert queued() == ("cancelled", "approved")
    set_flags(customer=acme, values={"insolvent": True}, actor=bookkeeper)
    escalate(business, NEXT_DAY)
    assert queued() == ("cancelled", "cancelled")


@pytest.mark.proves("P21")
def test_a_letter_nobody_approved_yet_takes_the_tone_of_the_new_diagnosis(business, acme, bookkeeper):
    assert Letter.objects.get().facts["tone"] == "listening"
    acme.approach = "CANT"
    save_customer(customer=acme, changed=["approach"], actor=bookkeeper)
    escalate(business, NEXT_DAY)
    assert Letter.objects.get().facts["tone"] == "sympathetic"


@pytest.mark.proves("T16", "T38")
def test_a_dispute_takes_the_call_away_and_its_end_brings_it_back(business, acme):
    dispute = open_dispute(invoice=acme.invoices.get(), code="PRICE", amount=Decimal(1000), on=DAY_60, calendar=Calendar())
    escalate(business, NEXT_DAY)
    assert queued() == ("cancelled", "cancelled")
    resolve_dispute(dispute=dispute, outcome="rejected", on=NEXT_DAY)
    assert [row["step"] for row in escalate(business, day("2026-04-17")).fired] == ["60"]


@pytest.mark.proves("T24")
def test_a_part_payment_changes_the_sums_of_what_waits(business, acme):
    make.payment(acme, "200", on="2026-04-15", split={acme.invoices.get(): "200"})
    escalate(business, NEXT_DAY)
    assert queued() == ("open", "waiting_for_call")
    assert (Task.objects.get().amount, Letter.objects.get().total) == (800, 800)
    assert Letter.objects.get().facts["lines"][0]["step"] == "60"


def test_what_is_still_true_stays(business, acme):
    make.invoice(acme, "INV-2", issued="2026-04-10", due="2026-05-10")
    escalate(business, NEXT_DAY)
    assert queued() == ("open", "waiting_for_call")


def test_a_courtesy_call_is_over_once_its_invoice_is_due(business):
    customer = make.customer(business)
    make.invoice(customer)
    escalate(business, day("2026-01-26"))
    make.payment(customer, "1", on="2026-02-16")
    escalate(business, day("2026-02-16"))
    assert Task.objects.get(kind="courtesy_call").state == "cancelled"


def test_a_letter_written_anew_asks_for_no_second_call(business, acme, tmp_path):
    """Reached and approved, then a little money came: the new letter keeps what was said."""
    log_call(
        customer=acme,
        task=Task.objects.get(),
        notes=CallNotes("REACHED", reason="R20", next_on=NEXT_DAY, agreement="Half on Friday."),
        at=WEDNESDAY,
        by=None,
        calendar=Calendar(),
    )
    approve(letter=Letter.objects.get(), by=None, now=WEDNESDAY)
    make.payment(acme, "50", on="2026-04-16", split={acme.invoices.get(): "50"})
    deliver(business, Folder(tmp_path), today=NEXT_DAY, now=WEDNESDAY)
    assert list(Task.objects.filter(kind__startswith="call_").values_list("kind", "state")) == [("call_60", "done")]
    renewed = Letter.objects.latest("id")
    assert (renewed.state, renewed.total, renewed.facts["call"]["agreement"]) == ("draft", 950, "Half on Friday.")


def test_a_letter_does_not_outlive_what_brought_its_step(business):
    """The invoice 60 days late is paid: the letter about the one 30 days late is a 30-day letter, not a 60-day one."""
    customer = make.customer(business)
    old = make.invoice(customer, "OLD", issued="2026-01-01", due="2026-01-15")
    make.invoice(customer, "NEW", issued="2026-01-15", due="2026-02-14")
    escalate(business, day("2026-03-16"))
    assert Letter.objects.get().code == "L60"
    make.payment(customer, "1000", on="2026-03-01", split={old: "1000"})
    escalate(business, day("2026-03-17"))
    assert [letter.code for letter in Letter.objects.exclude(state="cancelled")] == ["L30"]
    assert not Task.objects.filter(kind="call_60", state="open").exists()


def test_a_decision_does_not_outlive_it_either(business):
    """An invoice late by some days stands in its list and keeps it from nothing: it has its own steps."""
    customer = make.customer(business)
    old = make.invoice(customer, "INV-1", total="1000")
    make.invoice(customer, "INV-2", issued="2026-04-20", due="2026-05-20", total="200")
    for on in ("2026-02-16", "2026-03-16", "2026-04-15", "2026-05-15", "2026-05-29"):
        escalate(business, day(on))
    assert Task.objects.get(kind="decide").state == "open"
    make.payment(customer, "1000", on="2026-05-29", split={old: "1000"})
    escalate(business, day("2026-06-01"))
    assert Task.objects.get(kind="decide").state == "cancelled"


def test_the_task_of_looking_at_a_letter_names_the_sum_the_letter_asks_for(business):
    customer = make.customer(business)
    make.contact(customer)
    owed = [make.invoice(customer, number, total="500") for number in ("INV-1", "INV-2")]
    escalate(business, day("2026-03-16"))
    make.payment(customer, "500", on="2026-03-16", split={owed[0]: "500"})
    escalate(business, day("2026-03-17"))
    letter, task = Letter.objects.get(code="L30"), Task.objects.get(kind="review_letter")
    assert (letter.total, task.amount) == (500, 500)
