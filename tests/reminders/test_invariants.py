"""Invariants of the engine: whatever happens, a step fires once an invoice and cycle, a night runs once a business."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from reminders.models import LastDecision, Policy, Reminder, ReminderLine, Run, Step
from tests import make
from tests.make import day

ON = day("2026-03-16")


@pytest.fixture
def reminder(business) -> Reminder:
    policy = Policy.objects.get(business=business)
    row = {"business": business, "customer": make.customer(business), "currency": "USD"}
    return Reminder.objects.create(step="30", policy=policy, fired_on=ON, total=10, **row)


def must_refuse(change) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.proves("T01", "T04")
def test_a_step_fires_once_an_invoice_and_cycle(reminder):
    row = {"reminder": reminder, "invoice": make.invoice(reminder.customer), "amount": 10, "days_past_due": 30}
    ReminderLine.objects.create(step="30", cycle=1, **row)
    must_refuse(lambda: ReminderLine.objects.create(step="30", cycle=1, **row))
    assert ReminderLine.objects.create(step="60", cycle=1, **row).pk
    assert ReminderLine.objects.create(step="30", cycle=2, **row).pk


@pytest.mark.proves("T02")
def test_a_night_is_claimed_once(business):
    Run.objects.create(business=business, job="nightly", on=ON)
    must_refuse(lambda: Run.objects.create(business=business, job="nightly", on=ON))


def test_a_business_has_one_current_default_policy(business):
    must_refuse(lambda: Policy.objects.create(business=business, name="OTHER", is_default=True))
    must_refuse(lambda: Policy.objects.create(business=business, name="STANDARD", version=2))
    must_refuse(lambda: Policy.objects.create(business=business, name="STANDARD", version=1, current=False))


def test_a_policy_has_each_step_once(business):
    policy = Policy.objects.get(business=business)
    must_refuse(lambda: Step.objects.create(policy=policy, code="30", offset_days=31))


def test_there_is_one_latest_word_on_a_case(reminder):
    row = {"business": reminder.business, "customer": reminder.customer, "currency": "USD", "decided_on": ON}
    LastDecision.objects.create(verdict="wait", reason="x", **row)
    must_refuse(lambda: LastDecision.objects.create(verdict="skip", reason="y", **row))


def test_the_policy_a_reminder_used_stays(reminder):
    with pytest.raises(ProtectedError):
        reminder.policy.delete()
