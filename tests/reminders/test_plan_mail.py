"""The mail before an instalment: three days ahead, on a business day, by itself and only by mail (domain.md 3.4, T32)."""

import datetime

import pytest
from django.core import mail

from customers.models import Letter
from invoices.booking import return_payment
from reminders.delivery import deliver
from reminders.models import FollowUp
from reminders.nightly import escalate
from reminders.smtp import MailServer
from tests import make
from tests.make import day

# A Monday, a Thursday, a Saturday.
SCHEDULE = {"2026-03-23": "300", "2026-04-23": "300", "2026-05-23": "300"}
NOON = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def customer(business):
    row = make.customer(business)
    make.contact(row)
    return row


@pytest.fixture
def invoice(customer):
    return make.invoice(customer, "INV-1", total="900")


@pytest.fixture
def plan(customer, invoice):
    return make.plan(customer, {invoice: "900"}, SCHEDULE, signed="2026-03-16")


def notices(plan, on: str) -> list[tuple[str, str]]:
    """(day, state) of those written by the end of the night."""
    escalate(plan.business, day(on))
    return [(row.written_on.isoformat(), row.state) for row in Letter.objects.filter(code="LPI").order_by("id")]


@pytest.mark.proves("T32")
def test_it_goes_out_without_anybody_and_names_the_plan(plan):
    assert notices(plan, "2026-03-19") == []
    assert notices(plan, "2026-03-20") == [("2026-03-20", "approved")]
    deliver(plan.business, MailServer(), today=day("2026-03-20"), now=NOON)
    (sent,) = mail.outbox
    assert f"ACME-P{plan.pk}" in sent.body
    assert "instalment 1, $300.00" in " ".join(sent.body.split())
    assert notices(plan, "2026-03-23") == [("2026-03-20", "sent")]


def test_for_a_tuesday_it_goes_on_the_friday(customer, invoice):
    plan = make.plan(customer, {invoice: "900"}, {"2026-05-26": "900"}, signed="2026-05-11")
    assert notices(plan, "2026-05-21") == []
    assert notices(plan, "2026-05-22") == [("2026-05-22", "approved")]


def test_a_night_nobody_looked_is_made_good_until_the_day_itself(plan):
    make.payment(plan.customer, "300", on="2026-03-20", split={plan.covered.get().invoice: "300"})
    assert notices(plan, "2026-04-22") == [("2026-04-22", "approved")]
    FollowUp.objects.all().delete()
    Letter.objects.all().delete()
    assert notices(plan, "2026-04-23") == []


def test_what_was_signed_that_day_needs_no_notice(customer, invoice):
    plan = make.plan(customer, {invoice: "900"}, SCHEDULE, signed="2026-03-20")
    assert notices(plan, "2026-03-20") == []


def test_what_is_paid_ahead_needs_none(plan):
    make.payment(plan.customer, "300", on="2026-03-18", split={plan.covered.get().invoice: "300"})
    assert notices(plan, "2026-03-20") == []


def test_what_is_paid_meanwhile_is_withdrawn(plan):
    notices(plan, "2026-03-20")
    make.payment(plan.customer, "300", on="2026-03-20", split={plan.covered.get().invoice: "300"})
    assert notices(plan, "2026-03-21") == [("2026-03-20", "cancelled")]


@pytest.mark.parametrize("why", ["post", "bounced", "nobody"])
def test_by_post_it_would_come_too_late(plan, customer, why):
    if why == "post":
        customer.channel = "post"
        customer.save()
    else:
        customer.contacts.update(bounced_on=day("2026-03-01")) if why == "bounced" else customer.contacts.all().delete()
    assert notices(plan, "2026-03-20") == []


@pytest.mark.proves("T22")
def test_plan_money_that_came_back_is_called_about_the_same_day(plan):
    payment = make.payment(plan.customer, "300", on="2026-03-18", split={plan.covered.get().invoice: "300"})
    return_payment(payment=payment, on=day("2026-03-20"))
    escalate(plan.business, day("2026-03-20"))
    task = plan.customer.tasks.get(subject=f"payment:{payment.pk}")
    assert (task.kind, task.due_on) == ("callback", day("2026-03-20"))
