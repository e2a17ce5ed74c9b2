"""Invariants of money and agreements: the database refuses what no writer would write (architecture.md, Invariants)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from arcollect.dates import Calendar
from invoices.disputing import open_dispute
from invoices.models import (
    Allocation,
    CreditNote,
    Dispute,
    Instalment,
    Invoice,
    Payment,
    PaymentPlan,
    PlanInvoice,
    Promise,
    WriteOff,
)
from invoices.models.agreement import LIVE_PLAN_STATES, PlanState
from invoices.plan_moves import draft_plan
from tests import make
from tests.make import day

ON = day("2026-03-02")


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def invoice(customer) -> Invoice:
    return make.invoice(customer, "INV-1", total="300")


@pytest.fixture
def payment(customer, invoice) -> Payment:
    return make.payment(customer, "100", on="2026-02-20", split={invoice: "60"})


@pytest.fixture
def plan(customer, invoice) -> PaymentPlan:
    covered, instalments = [(invoice.pk, Decimal(300))], [(ON, Decimal(300))]
    return draft_plan(customer=customer, currency="USD", covered=covered, instalments=instalments)


def must_refuse(name: str, change) -> None:
    """The database says no; SQLite names the constraint of a CHECK, PostgreSQL that of both kinds."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    assert name in str(error.value) or "UNIQUE constraint failed" in str(error.value)


@pytest.mark.parametrize("balance", ["-0.01", "300.01"])
def test_a_balance_lies_between_nothing_and_the_total(invoice, balance):
    must_refuse("balance_within_total", lambda: Invoice.objects.filter(pk=invoice.pk).update(balance=Decimal(balance)))


def test_an_invoice_comes_to_something(customer):
    must_refuse("invoice_total_positive", lambda: make.invoice(customer, total="0"))


def test_a_number_is_used_once_in_a_business(business, customer, invoice, outsider):
    birch = make.customer(business, "Birch")
    must_refuse("one_invoice_a_number", lambda: make.invoice(birch, "INV-1"))
    assert make.invoice(make.customer(outsider.memberships.get().business), "INV-1").pk


@pytest.mark.parametrize("allocated", ["-0.01", "100.01"])
def test_no_more_is_allocated_than_was_paid(payment, allocated):
    change = Payment.objects.filter(pk=payment.pk).update
    must_refuse("payment_allocated_within_amount", lambda: change(allocated=Decimal(allocated)))


@pytest.mark.parametrize("allocated", ["-0.01", "30.01"])
def test_no_more_is_allocated_than_was_credited(customer, allocated):
    note = make.credit_note(customer, "30", on="2026-02-20")
    change = CreditNote.objects.filter(pk=note.pk).update
    must_refuse("credit_allocated_within_total", lambda: change(allocated=Decimal(allocated)))


def test_a_payment_is_of_something(payment):
    must_refuse("payment_amount_positive", lambda: Payment.objects.filter(pk=payment.pk).update(amount=0, allocated=0))


@pytest.mark.proves("T25")
@pytest.mark.parametrize("side", ["invoice_currency", "source_currency"])
def test_money_stays_in_its_currency(payment, side):
    must_refuse("allocation_within_one_currency", lambda: payment.allocations.update(**{side: "EUR"}))


def test_an_allocation_has_one_source(customer, payment):
    note = make.credit_note(customer, "30", on="2026-02-20")
    must_refuse("allocation_has_one_source", lambda: payment.allocations.update(credit_note=note))
    must_refuse("allocation_has_one_source", lambda: payment.allocations.update(payment=None))


def test_an_allocation_is_of_something(payment):
    must_refuse("allocation_amount_positive", lambda: payment.allocations.update(amount=0))


def test_what_money_was_booked_on_cannot_be_deleted(invoice, payment):
    for row in (invoice, payment):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])
            connection.check_constraints()
    assert Allocation.objects.count() == 1


def test_a_write_off_is_of_something(business, invoice):
    row = {"business": business, "invoice": invoice, "kind": "small", "on": ON, "reason": "x"}
    must_refuse("write_off_amount_positive", lambda: WriteOff.objects.create(amount=0, **row))


def test_a_dispute_is_about_something_and_ends_with_an_outcome(invoice):
    row = open_dispute(invoice=invoice, code="PRICE", amount=Decimal(10), on=ON, calendar=Calendar())
    change = Dispute.objects.filter(pk=row.pk).update
    must_refuse("dispute_amount_positive", lambda: change(amount=0))
    must_refuse("dispute_resolved_with_outcome", lambda: change(resolved_on=ON))
    must_refuse("dispute_resolved_with_outcome", lambda: change(outcome="upheld"))


def test_a_promise_is_in_a_state_we_know(business, customer):
    row = {"business": business, "customer": customer, "currency": "USD", "made_on": ON, "due_on": ON}
    must_refuse("promise_state_known", lambda: Promise.objects.create(amount=1, state="perhaps", **row))
    must_refuse("promise_amount_positive", lambda: Promise.objects.create(amount=0, **row))


@pytest.mark.parametrize("state", LIVE_PLAN_STATES)
def test_one_live_plan_a_customer_and_currency(business, customer, plan, state):
    PaymentPlan.objects.filter(pk=plan.pk).update(state=PlanState.ACTIVE)
    row = {"business": business, "customer": customer, "total": 5, "state": state}
    must_refuse("one_live_plan", lambda: PaymentPlan.objects.create(currency="USD", **row))
    assert PaymentPlan.objects.create(currency="EUR", **row).pk


def test_a_plan_that_ended_makes_room_for_another(business, customer, plan):
    PaymentPlan.objects.filter(pk=plan.pk).update(state=PlanState.DEFAULTED)
    assert PaymentPlan.objects.create(business=business, customer=customer, currency="USD", total=5, state=PlanState.ACTIVE).pk


@pytest.mark.parametrize("paid", ["-0.01", "300.01"])
def test_no_more_is_paid_of_an_instalment_than_it_is(plan, paid):
    change = Instalment.objects.filter(plan=plan).update
    must_refuse("instalment_paid_within_amount", lambda: change(paid=Decimal(paid)))


def test_an_instalment_and_a_cover_come_once(plan, invoice):
    must_refuse("one_instalment_a_position", lambda: Instalment.objects.create(plan=plan, position=1, due_on=ON, amount=1))
    must_refuse("one_plan_line_an_invoice", lambda: PlanInvoice.objects.create(plan=plan, invoice=invoice, amount=1))
