"""Which step works: money that comes in soon after the last step of an invoice counts for that step."""

import datetime
from decimal import Decimal

import pytest

from invoices import booking
from invoices.models import Invoice
from reminders.models import Policy, Reminder, ReminderLine
from reminders.scoring import score_night
from reminders.standing import latest_day
from reminders.step_results import StepResult, recoveries, section, step_results
from tests import make
from tests.make import day

AS_OF = day("2026-06-30")


def took(invoice: Invoice, step: str, on: str | None, amount: str = "1000", **fields) -> Reminder:
    """A step that was completed on that day."""
    row = Reminder.objects.create(
        business=invoice.business,
        customer=invoice.customer,
        currency=invoice.currency,
        step=step,
        policy=Policy.objects.get(business=invoice.business),
        fired_on=day(on or "2026-06-01"),
        total=Decimal(amount),
        completed_on=day(on) if on else None,
        **fields,
    )
    ReminderLine.objects.create(reminder=row, invoice=invoice, step=step, cycle=1, amount=Decimal(amount), days_past_due=30)
    return row


@pytest.fixture
def acme(business):
    return make.customer(business)


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, due="2026-05-01")


def pay(invoice, amount, on):
    return make.payment(invoice.customer, amount, on=on, split={invoice: amount}, currency=invoice.currency)


def recovered(business) -> dict[str, Decimal]:
    return {row.step: row.recovered for row in step_results(business, AS_OF).get("USD", [])}


def test_money_counts_for_the_last_step_before_it(business, invoice):
    took(invoice, "NOTICE", "2026-05-10")
    took(invoice, "30", "2026-06-01")
    pay(invoice, "100", "2026-05-12")
    pay(invoice, "300", "2026-06-05")
    assert step_results(business, AS_OF)["USD"] == [
        StepResult("NOTICE", Decimal(1000), Decimal(100), 1),
        StepResult("30", Decimal(1000), Decimal(300), 1),
    ]


@pytest.mark.parametrize(
    ("paid_on", "counts"),
    [("2026-05-31", 0), ("2026-06-01", 50), ("2026-06-15", 50), ("2026-06-16", 0)],
)
def test_only_within_fourteen_days(business, invoice, paid_on, counts):
    took(invoice, "30", "2026-06-01")
    pay(invoice, "50", paid_on)
    assert recovered(business) == {"30": counts}


def test_a_step_not_completed_withdrawn_or_long_ago_asked_for_nothing(business, acme, invoice):
    took(invoice, "30", None)
    took(make.invoice(acme), "60", "2026-06-01", withdrawn_on=day("2026-06-02"))
    took(make.invoice(acme), "90", "2026-03-01")
    pay(invoice, "50", "2026-06-05")
    assert step_results(business, AS_OF) == {}


def test_credit_notes_and_what_came_back_are_no_money(business, invoice):
    took(invoice, "30", "2026-06-01")
    booking.apply_credit_note(
        credit_note=make.credit_note(invoice.customer, "60", on="2026-06-02"),
        split=[(invoice.pk, Decimal(60))],
        on=day("2026-06-02"),
    )
    booking.return_payment(payment=pay(invoice, "50", "2026-06-03"), on=day("2026-06-08"))
    assert recovered(business) == {"30": 0}
    assert [row.amount for row in recoveries(business, day("2026-05-01"), day("2026-06-07"))] == [50]


def test_payments_of_invoices_without_a_step_count_for_none(business, acme):
    """In the order of the invoices: before, between and after those with steps."""
    rows = [make.invoice(acme) for _ in range(5)]
    for row in rows:
        pay(row, "10", "2026-06-05")
    for row in (rows[1], rows[3]):
        took(row, "30", "2026-06-01")
    assert [(one.invoice_id, one.amount) for one in recoveries(business, day("2026-05-01"), AS_OF)] == [
        (rows[1].pk, 10),
        (rows[3].pk, 10),
    ]


@pytest.mark.proves("T25")
def test_currencies_stand_apart(business, acme, invoice):
    euro = make.invoice(acme, currency="EUR")
    for row, amount in ((invoice, "100"), (euro, "250")):
        took(row, "30", "2026-06-01")
        pay(row, amount, "2026-06-02")
    found = section(business, AS_OF)
    assert {code: part["steps"][0]["recovered"] for code, part in found.items()} == {"EUR": "250.00", "USD": "100.00"}
    assert found["USD"]["steps"][0] == {
        "step": "30",
        "asked": "1000.00",
        "recovered": "100.00",
        "share": "10.0",
        "invoices": 1,
    }


def test_the_night_keeps_it(business, invoice):
    took(invoice, "30", "2026-06-01")
    score_night(business, AS_OF)
    assert latest_day(business, "USD", AS_OF).figures["steps"][0]["asked"] == "1000.00"


def test_more_invoices_cost_no_more_queries(business, acme, django_assert_num_queries):
    for number in range(12):
        row = make.invoice(acme)
        took(row, "30", "2026-06-01")
        pay(row, "10", f"2026-06-{number + 2:02}")
    with django_assert_num_queries(3):
        step_results(business, AS_OF)
    with django_assert_num_queries(2):
        week = list(recoveries(business, day("2026-05-20"), AS_OF, paid_since=AS_OF - datetime.timedelta(days=17)))
    assert len(week) == 1
