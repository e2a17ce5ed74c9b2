"""The two service steps around a new invoice, where the policy has them on (domain.md 3.2: P0 and P1)."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from customers.models import Letter, Task
from invoices.drafting import DraftValues, LineValues, start_draft
from invoices.preflighting import check_draft
from reminders.cases import Case, Fire, InvoiceFacts, Setting, Skip, Wait
from reminders.escalation import next_look
from reminders.models import Reminder, Step, StepCode
from reminders.nightly import escalate
from reminders.rendering import composed
from reminders.rules import Rule
from reminders.service_steps import contact_check, satisfaction_letter
from reminders.timetable import PolicyTerms, StepTerms
from tests import make
from tests.make import day

STEPS = {code: StepTerms(code, 0) for code in (StepCode.VERIFY_AP, StepCode.SATISFACTION)}
SETTING = Setting(PolicyTerms(id=1, steps=STEPS), Calendar(), DEFAULTS)
ROW = InvoiceFacts(1, "INV-1", day("2026-03-16"), day("2026-04-15"), Decimal(100), Decimal(100))
MONDAY = day("2026-03-16")


def case(row: InvoiceFacts = ROW, **facts) -> Case:
    return Case(1, "C1", "USD", (row,), **({"unverified_from": datetime.date.min} | facts))


@pytest.mark.proves("P16")
@pytest.mark.parametrize(
    ("row", "on", "verdict", "rule"),
    [
        (ROW, "2026-03-16", Fire, Rule.SATISFACTION_DUE),
        (ROW, "2026-03-20", Fire, Rule.SATISFACTION_DUE),
        (ROW, "2026-03-21", Wait, Rule.NO_BUSINESS_DAY),
        (ROW, "2026-03-23", Skip, Rule.NO_SERVICE_DUE),
        (replace(ROW, fired={StepCode.SATISFACTION: MONDAY}), "2026-03-16", Skip, Rule.NO_SERVICE_DUE),
        (replace(ROW, issued_on=day("2026-03-18")), "2026-03-16", Skip, Rule.NO_SERVICE_DUE),
        (replace(ROW, disputed=Decimal(100)), "2026-03-16", Skip, Rule.NO_SERVICE_DUE),
    ],
)
def test_the_satisfaction_letter(row, on, verdict, rule):
    decision = satisfaction_letter(case(row), SETTING, day(on))
    assert (type(decision), decision.rule) == (verdict, rule)


@pytest.mark.proves("P17")
@pytest.mark.parametrize(
    ("unverified_from", "on", "verdict"),
    [
        (datetime.date.min, "2026-03-16", Fire),
        (day("2026-03-16"), "2026-03-16", Fire),
        (day("2026-03-17"), "2026-03-16", Skip),
        (None, "2026-03-16", Skip),
        (datetime.date.min, "2026-04-15", Skip),
    ],
)
def test_the_check_of_the_contact(unverified_from, on, verdict):
    assert type(contact_check(case(unverified_from=unverified_from), SETTING, day(on))) is verdict


def test_the_day_a_contact_goes_stale_is_a_day_to_look():
    found = case(unverified_from=day("2026-03-25"))
    decisions = (contact_check(found, SETTING, MONDAY), satisfaction_letter(found, SETTING, day("2026-03-23")))
    assert next_look(found, ROW, decisions, SETTING, MONDAY) == day("2026-03-25")


@pytest.mark.parametrize("facts", [{"block": "Quiet.", "block_rule": Rule.CEASE}, {"released": False}])
def test_what_stops_everything_stops_them(facts):
    for decide in (satisfaction_letter, contact_check):
        assert isinstance(decide(case(**facts), SETTING, MONDAY), Wait)


@pytest.fixture
def invoice(business):
    Step.objects.filter(code__in=[StepCode.VERIFY_AP, StepCode.SATISFACTION]).update(enabled=True)
    customer = make.customer(business, "Acme")
    make.contact(customer)
    return make.invoice(customer, "INV-1", issued="2026-03-16", due="2026-04-15", total="10")


@pytest.mark.proves("P16", "P17", "T01")
def test_a_new_invoice_brings_its_letter_and_a_call_once(business, invoice):
    for on in ("2026-03-16", "2026-03-16", "2026-03-17"):
        escalate(business, day(on))
    (letter,) = Letter.objects.all()
    (task,) = Task.objects.all()
    assert (letter.code, letter.state, task.kind) == ("L0", "approved", "verify_ap")
    assert "INV-1" in composed(letter)[1].plain_text
    assert sorted(Reminder.objects.values_list("step", flat=True)) == ["SATISFACTION", "VERIFY_AP"]


@pytest.mark.proves("P17")
def test_one_call_answers_whoever_asked_for_it_in_whatever_currency(business, invoice, owner):
    values, lines = DraftValues(currency="EUR", issue_on=MONDAY, terms_days=30), [LineValues("Steel brackets")]
    draft = start_draft(customer=invoice.customer, values=values, lines=lines, actor=owner)
    check_draft(draft=draft, on=MONDAY)
    make.invoice(invoice.customer, "INV-2", issued="2026-03-16", due="2026-04-15", total="90", currency="EUR")
    escalate(business, MONDAY)
    task = Task.objects.get(kind="verify_ap")
    assert set(Reminder.objects.filter(step="VERIFY_AP").values_list("currency", "task")) == {("USD", task.pk), ("EUR", task.pk)}


def test_a_verified_contact_needs_no_call(business, invoice):
    invoice.customer.contacts.update(verified_on=day("2026-01-01"))
    escalate(business, MONDAY)
    assert not Task.objects.exists()


def test_the_notice_the_day_after_the_due_date_does_not_wait_for_them(business, invoice):
    for on in ("2026-03-16", "2026-04-16"):
        escalate(business, day(on))
    assert [letter.code for letter in Letter.objects.order_by("id")] == ["L0"]  # 10.00 is too little for a letter
    make.invoice(invoice.customer, "INV-2", issued="2026-03-16", due="2026-04-15", total="90")
    escalate(business, day("2026-04-16"))
    assert "L1" in Letter.objects.values_list("code", flat=True)
