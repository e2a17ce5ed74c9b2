"""What was agreed with a customer, or sent to them, before they were merged still counts for the one they became."""

import datetime
from decimal import Decimal

import pytest

from customers.documents import store
from customers.models import Conversation, Letter
from customers.models.letter import LetterState
from invoices.booking import return_payment
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanState, Proposer
from invoices.models.settlement import SettlementState
from invoices.offering import barred as no_plan
from invoices.offering import barred_accounts
from invoices.plan_keeping import settle_plans
from invoices.plan_receipts import awaited_plans
from invoices.planning import end_plan
from invoices.settlement_money import awaited_settlement, came_in
from invoices.settling import accept_settlement, barred, offer_settlement
from reminders.contact_history import history_of
from reminders.facts import cases_of, settings_of
from reminders.hand_offs import objections
from reminders.merging import merge
from reminders.models import StepCode
from tests import make
from tests.make import day
from tests.reminders.test_settlement_pages import fire

TODAY = day("2026-06-30")
NOON = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)


@pytest.fixture
def kept(business):
    return make.customer(business, "Acme Ltd", reference="A1")


@pytest.fixture
def gone(business):
    return make.customer(business, "ACME Limited", reference="A2", kind="individual")


@pytest.fixture
def invoice(gone):
    return make.invoice(gone, "INV-1", issued="2026-02-01", due="2026-03-01", total="600")


@pytest.fixture
def merged(owner, kept, gone):
    """Called once all that is of before is there."""
    return lambda: merge(kept=kept, gone=gone, on=TODAY, actor=owner)


@pytest.fixture
def settled(owner, gone, invoice):
    """540 of the 600 are taken instead, accepted, to be paid by 8 July."""
    terms = {"accept_by": day("2026-06-27"), "pay_by": day("2026-07-08"), "on": day("2026-06-20"), "reached_90": True}
    row = offer_settlement(customer=gone, currency="USD", amount=Decimal(540), actor=owner, **terms)
    accept_settlement(settlement=row, name="Ana López", at=NOON - datetime.timedelta(days=9))
    return row


def now(row):
    row.refresh_from_db()
    return row


@pytest.mark.proves("P05")
def test_a_settlement_is_owed_in_full_again_when_its_payment_comes_back_after_the_merge(kept, gone, invoice, settled, merged):
    payment = make.payment(gone, "540", on="2026-06-25", split={invoice: "540"})
    assert now(invoice).balance == 0
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    assert (now(invoice).balance, now(settled).state) == (600, SettlementState.ACCEPTED)
    assert "already" in barred(kept, "USD")


def test_what_is_left_of_it_is_known_when_it_comes_once_more(kept, gone, invoice, settled, merged):
    payment = make.payment(gone, "540", on="2026-06-25", split={invoice: "540"})
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    assert [item.invoice_id for item in awaited_settlement(kept.pk, "USD", Decimal(540))] == [invoice.pk]
    make.payment(kept, "540", on="2026-07-06")
    assert came_in(now(settled)).waiting == 540


@pytest.fixture
def ended(owner, gone, invoice):
    """A plan that ended unpaid on 20 June."""
    plan = make.plan(gone, {invoice: "600"}, {"2026-06-12": "300", "2026-07-12": "300"}, signed="2026-06-10")
    end_plan(plan=plan, on=day("2026-06-20"), actor=owner)
    return plan


@pytest.mark.proves("T34")
def test_a_plan_that_ended_unpaid_leaves_its_invoices_at_day_90_and_bars_the_next(business, kept, ended, merged):
    merged()
    [case] = cases_of(business, [kept], settings_of(business), TODAY)[kept.pk]
    assert case.invoices[0].floor == StepCode.DAY_90
    assert "ended unpaid" in no_plan(kept, "USD", TODAY)
    assert barred_accounts([kept.pk], kept.business.rules, TODAY) == {(kept.pk, "USD")}


@pytest.fixture
def completed(gone, invoice):
    """A plan paid in one sum, less 60; the plan and the payment."""
    plan = make.plan(gone, {invoice: "600"}, {"2026-06-12": "540"}, signed="2026-06-10", discount=Decimal(60))
    return plan, make.payment(gone, "540", on="2026-06-12", split={invoice: "540"})


@pytest.mark.proves("T22")
def test_a_kept_plan_runs_again_when_its_payment_comes_back_after_the_merge(kept, invoice, completed, merged):
    plan, payment = completed
    assert (now(plan).state, now(invoice).balance) == (PlanState.COMPLETED, 0)
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    assert (now(plan).state, now(invoice).balance) == (PlanState.ACTIVE, 600)
    assert "running already" in no_plan(kept, "USD", TODAY)
    assert awaited_plans([kept.pk])[kept.pk, "USD"].id == plan.pk


def test_money_in_hand_of_the_one_kept_lets_no_plan_be_missed(business, kept, invoice, completed, merged):
    plan, payment = completed
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    make.payment(kept, "540", on="2026-07-03")
    settle_plans(business=business, calendar=business.calendar, today=day("2026-07-20"))
    assert now(plan).state == PlanState.ACTIVE


def test_a_kept_plan_stays_kept_while_the_one_kept_has_another(kept, invoice, completed, merged):
    plan, payment = completed
    merged()
    make.plan(kept, {make.invoice(kept, total="100"): "100"}, {"2026-07-30": "100"}, signed="2026-06-30")
    return_payment(payment=payment, on=day("2026-07-02"))
    assert now(plan).state == PlanState.COMPLETED


def test_a_plan_they_proposed_before_the_merge_still_holds_reminders_back(business, kept, gone, invoice, merged):
    plan = make.plan(gone, {invoice: "600"}, {"2026-07-30": "600"}, proposed_by=Proposer.CUSTOMER)
    PaymentPlan.objects.filter(pk=plan.pk).update(offered_on=day("2026-06-29"), accept_by=day("2026-07-03"))
    merged()
    [case] = cases_of(business, [kept], settings_of(business), TODAY)[kept.pk]
    assert case.invoices[0].under_offer(TODAY) == 600


def sent(of, on: str, code: str = "L30", facts: dict | None = None) -> Letter:
    paper = store(business=of.business, content=b"%PDF", content_type="application/pdf", name="letter.pdf")
    way = {"channel": "post", "state": LetterState.SENT, "sent_on": day(on), "written_on": day(on), "document": paper}
    return Letter.objects.create(
        business=of.business, customer=of, code=code, currency="USD", language="en", facts=facts or {}, **way
    )


@pytest.mark.proves("P22")
def test_the_reply_period_of_a_final_letter_still_keeps_the_debt_from_an_agency(business, kept, gone, invoice, merged):
    fire(invoice, "90", "2026-06-01")
    sent(gone, "2026-06-28", "FINAL", {"final": {"respond_days": 14, "next_steps": []}})
    merged()
    [case] = cases_of(business, [kept], settings_of(business), TODAY)[kept.pk]
    assert objections(kept, case, TODAY) == ["The final letter gives them until Jul 12, 2026."]
    assert objections(kept, case, day("2026-07-13")) == []


@pytest.mark.proves("T23")
def test_letters_and_calls_of_before_count_for_how_often_they_may_be_contacted(kept, gone, merged):
    sent(gone, "2026-06-26")
    sent(kept, "2026-06-28")
    at = NOON - datetime.timedelta(days=3)
    Conversation.objects.create(business=gone.business, customer=gone, outcome="REACHED", at=at)
    merged()
    history = history_of(kept, NOON)
    assert sorted(history.contacts) == [day("2026-06-26"), day("2026-06-27"), day("2026-06-28")]
    assert (history.calls, len(history.talks)) == ((day("2026-06-27"),), 1)
