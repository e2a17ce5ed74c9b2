"""Running plans and the money that comes in for them: counted at once, judged at night (domain.md 6.4, 6.5)."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Event, Task
from invoices.agreement_terms import rules_of
from invoices.booking import (
    apply_credit_note,
    apply_unapplied,
    book_payment,
    restate_totals,
    return_payment,
    unbook_many,
)
from invoices.disputing import open_dispute
from invoices.models import PaymentPlan
from invoices.models.agreement import InstalmentState, PlanEnd, PlanState
from invoices.plan_keeping import recount_plans, settle_plans
from invoices.writing_off import write_off
from reminders.verifying import verify
from tests import make
from tests.make import day

MONTHLY = {"2026-03-06": "100", "2026-04-06": "100", "2026-05-06": "100"}


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def invoice(customer):
    return make.invoice(customer, "INV-1", total="300")


@pytest.fixture
def plan(customer, invoice) -> PaymentPlan:
    return make.plan(customer, {invoice: "300"}, MONTHLY, signed="2026-03-02")


def night(plan, on: str) -> PaymentPlan:
    settle_plans(business=plan.business, calendar=plan.business.calendar, today=day(on))
    plan.refresh_from_db()
    return plan


def pay(plan, amount: str, on: str, **fields):
    """Money nobody designated."""
    return book_payment(
        customer=plan.customer,
        received_on=day(on),
        amount=Decimal(amount),
        currency="USD",
        fingerprint=f"{on}-{amount}",
        **fields,
    )


def paid(plan) -> list[tuple[Decimal, str]]:
    return list(plan.instalments.values_list("paid", "state"))


@pytest.mark.proves("T34")
def test_the_first_payment_makes_it_run_the_moment_it_is_booked(plan):
    pay(plan, "100", "2026-03-05")
    plan.refresh_from_db()
    assert (plan.state, plan.active_from) == (PlanState.ACTIVE, day("2026-03-05"))
    assert paid(plan)[0] == (100, InstalmentState.PAID)
    assert Event.objects.get(kind="plan.paid").data["received"] == "100.00"


@pytest.mark.proves("T34")
def test_early_full_payment_closes_it_at_once(plan, invoice):
    pay(plan, "300", "2026-03-05")
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == (PlanState.COMPLETED, day("2026-03-05"))
    invoice.refresh_from_db()
    assert invoice.balance == 0


@pytest.mark.proves("T31")
def test_what_was_paid_before_the_plan_is_no_instalment(customer, invoice):
    make.payment(customer, "60", on="2026-03-05", split={invoice: "60"})
    plan = make.plan(customer, {invoice: "240"}, {"2026-03-06": "120", "2026-04-06": "120"}, signed="2026-03-02")
    recount_plans(business=plan.business, customers=[customer.pk], on=day("2026-03-05"))
    assert paid(plan) == [(0, InstalmentState.PENDING)] * 2


def test_money_matched_later_counts_from_the_day_it_came(plan, invoice):
    payment = make.payment(plan.customer, "100", on="2026-03-06")
    assert paid(plan)[0] == (0, InstalmentState.PENDING)
    assert night(plan, "2026-03-20").state == PlanState.SIGNED
    apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(100))], on=day("2026-03-20"))
    assert paid(plan)[0] == (100, InstalmentState.PAID)


def test_a_credit_shortens_the_plan_from_its_end(plan, invoice):
    note = make.credit_note(plan.customer, "130", on="2026-03-05")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(130))], on=day("2026-03-05"))
    plan.refresh_from_db()
    assert [amount for amount, _state in paid(plan)] == [0, 30, 100]
    assert plan.state == PlanState.ACTIVE


def test_no_more_counts_than_the_part_of_the_invoice_that_is_in_the_plan(customer):
    invoice = make.invoice(customer, "INV-2", total="500")
    plan = make.plan(customer, {invoice: "300"}, MONTHLY, signed="2026-03-02")
    pay(plan, "450", "2026-03-05", split=[(invoice.pk, Decimal(450))])
    plan.refresh_from_db()
    assert (sum(amount for amount, _state in paid(plan)), plan.state) == (300, PlanState.COMPLETED)


@pytest.mark.proves("T22")
def test_a_payment_that_comes_back_opens_its_instalment_again(plan):
    payment = pay(plan, "100", "2026-03-05")
    return_payment(payment=payment, on=day("2026-03-09"))
    assert paid(plan)[0] == (0, InstalmentState.PENDING)
    assert night(plan, "2026-03-16").state == PlanState.AT_RISK


@pytest.mark.proves("T22")
def test_two_payments_that_come_back_end_it(plan):
    for on in ("2026-03-05", "2026-03-06"):
        return_payment(payment=pay(plan, "100", on), on=day("2026-03-09"))
    plan.refresh_from_db()
    assert (plan.state, plan.end_rule, plan.ended_on) == (PlanState.DEFAULTED, PlanEnd.RETURNED, day("2026-03-09"))


@pytest.mark.proves("T22")
def test_a_kept_plan_runs_again_when_its_money_comes_back(plan):
    pay(plan, "200", "2026-03-05")
    payment = pay(plan, "100", "2026-03-06")
    plan.refresh_from_db()
    assert plan.state == PlanState.COMPLETED
    return_payment(payment=payment, on=day("2026-03-10"))
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == (PlanState.ACTIVE, None)


@pytest.mark.proves("T22")
def test_a_kept_plan_runs_again_though_the_bank_dates_the_return_before_its_end(customer, invoice):
    """The money was booked on it on the 8th, so that it ended on the 8th; the bank says it went back on the 6th."""
    plan = discounted(customer, invoice)
    payment = make.payment(customer, "270", on="2026-03-05")
    apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(270))], on=day("2026-03-08"))
    plan.refresh_from_db()
    assert (plan.state, plan.ended_on) == (PlanState.COMPLETED, day("2026-03-08"))
    return_payment(payment=payment, on=day("2026-03-06"))
    plan.refresh_from_db()
    invoice.refresh_from_db()
    assert (plan.state, invoice.balance) == (PlanState.ACTIVE, 300)


def discounted(customer, invoice) -> PaymentPlan:
    instalments = {"2026-03-06": "135", "2026-04-06": "135"}
    return make.plan(customer, {invoice: "300"}, instalments, signed="2026-03-02", discount=Decimal(30))


def test_a_discount_is_theirs_once_the_plan_is_kept(customer, invoice, business):
    plan = discounted(customer, invoice)
    pay(plan, "135", "2026-03-05")
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.write_offs.count()) == (165, 0)
    pay(plan, "135", "2026-04-02")
    invoice.refresh_from_db()
    plan.refresh_from_db()
    assert (plan.state, invoice.balance) == (PlanState.COMPLETED, 0)
    assert [(row.kind, row.amount, row.on) for row in invoice.write_offs.all()] == [("goodwill", 30, day("2026-04-02"))]
    assert not {"instalments", "covered", "balance"} & {row.field for row in verify(business).differences}


def test_a_discount_is_lost_with_the_plan(customer, invoice):
    plan = discounted(customer, invoice)
    pay(plan, "135", "2026-03-05")
    for on in ("2026-04-14", "2026-04-22"):
        night(plan, on)
    assert (plan.state, plan.end_rule) == (PlanState.DEFAULTED, PlanEnd.NOT_CURED)
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.write_offs.count()) == (165, 0)


def test_a_discount_goes_back_with_the_money(customer, invoice):
    plan = discounted(customer, invoice)
    payment = pay(plan, "270", "2026-03-05")
    return_payment(payment=payment, on=day("2026-03-10"))
    invoice.refresh_from_db()
    plan.refresh_from_db()
    assert (plan.state, invoice.balance) == (PlanState.ACTIVE, 300)
    assert [amount for amount, _state in paid(plan)] == [0, 0]


def test_a_discount_goes_back_though_the_customer_has_another_number_by_then(customer, invoice):
    plan = discounted(customer, invoice)
    payment = pay(plan, "270", "2026-03-05")
    customer.reference = "C-999"
    customer.save()
    return_payment(payment=payment, on=day("2026-03-10"))
    invoice.refresh_from_db()
    assert invoice.balance == 300


@pytest.mark.proves("T22")
def test_money_taken_out_of_the_books_is_no_instalment_any_more(plan, business):
    payment = pay(plan, "100", "2026-03-05")
    unbook_many(business=business, payments=[payment])
    assert [amount for amount, _state in paid(plan)] == [0, 0, 0]


@pytest.mark.proves("T22")
def test_a_plan_kept_by_money_that_was_never_there_runs_again_without_its_discount(customer, invoice, business):
    plan = discounted(customer, invoice)
    unbook_many(business=business, payments=[pay(plan, "270", "2026-03-05")])
    invoice.refresh_from_db()
    plan.refresh_from_db()
    assert (plan.state, invoice.balance) == (PlanState.ACTIVE, 300)
    assert [amount for amount, _state in paid(plan)] == [0, 0]


@pytest.mark.proves("T31")
def test_what_was_given_up_before_the_plan_was_written_is_in_its_total_already(customer, owner):
    invoice = make.invoice(customer, "INV-2", total="400")
    write_off(invoice=invoice, amount=Decimal(100), kind="goodwill", on=day("2026-03-02"), reason="Freight", actor=owner)
    plan = make.plan(customer, {invoice: "300"}, MONTHLY, signed="2026-03-02")
    night(plan, "2026-03-02")
    assert [amount for amount, _state in paid(plan)] == [0, 0, 0]


def test_an_invoice_corrected_to_less_shortens_the_plan(plan, invoice, business):
    restate_totals(business=business, totals={invoice.pk: Decimal(250)}, on=day("2026-03-03"))
    night(plan, "2026-03-03")
    assert [amount for amount, _state in paid(plan)] == [0, 0, 50]


def test_a_credit_for_what_is_not_in_the_plan_pays_nothing_of_it(customer):
    invoice = make.invoice(customer, "INV-2", total="500")
    plan = make.plan(customer, {invoice: "300"}, MONTHLY, signed="2026-03-02")
    note = make.credit_note(customer, "200", on="2026-03-05")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(200))], on=day("2026-03-05"))
    assert [amount for amount, _state in paid(plan)] == [0, 0, 0]


@pytest.mark.proves("T32")
def test_a_miss_is_cured_by_the_money_at_once_and_the_call_about_it_is_over(plan):
    night(plan, "2026-03-16")
    assert (plan.state, plan.cure_by) == (PlanState.AT_RISK, day("2026-03-23"))
    task = make.task(plan.customer, subject=f"instalment:{plan.instalments.first().pk}")
    pay(plan, "100", "2026-03-20")
    plan.refresh_from_db()
    task.refresh_from_db()
    assert (plan.state, plan.cure_by, task.state) == (PlanState.ACTIVE, None, "done")
    assert Task.objects.filter(state="open").count() == 0


@pytest.mark.proves("T33")
def test_a_night_that_comes_late_finds_what_the_nights_before_would_have(plan):
    pay(plan, "100", "2026-03-05")
    assert night(plan, "2026-04-28").state == PlanState.AT_RISK
    assert (plan.cure_by, paid(plan)[1][1]) == (day("2026-05-05"), InstalmentState.MISSED)
    pay(plan, "100", "2026-04-29")
    plan.refresh_from_db()
    assert plan.state == PlanState.ACTIVE


def test_the_rules_it_was_signed_with_hold(business):
    business.settings = {"plan": {"grace_bd": 1}}
    signed = PaymentPlan(terms={"rules": {"grace_bd": 5}})
    assert rules_of(signed, business.rules["plan"])["grace_bd"] == 5


def test_a_night_without_plans_costs_one_query(business):
    with CaptureQueriesContext(connection) as queries:
        settle_plans(business=business, calendar=business.calendar, today=day("2026-03-06"))
    assert len([row for row in queries if row["sql"].startswith("SELECT")]) == 1


def test_many_plans_cost_no_more_queries_than_one(business, plan):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            settle_plans(business=business, calendar=business.calendar, today=day("2026-03-03"))
        return len(queries)

    one = cost()
    for number in range(3):
        other = make.customer(business, f"Other {number}")
        make.plan(other, {make.invoice(other, total="300"): "300"}, MONTHLY, signed="2026-03-02")
    assert cost() == one


@pytest.fixture
def other(customer):
    """Older than what is in the plan."""
    return make.invoice(customer, "OLD-9", issued="2025-12-01", due="2025-12-31", total="100")


def parts(payment) -> dict[str, Decimal]:
    return dict(payment.allocations.values_list("invoice__number", "amount"))


@pytest.mark.proves("T32", "T34")
@pytest.mark.parametrize(
    ("amount", "reference", "split"),
    [
        ("100", "", {"INV-1": 100}),
        ("200", "", {"INV-1": 200}),
        ("300", "", {"INV-1": 300}),
        ("70", "ACME-P{plan}", {"INV-1": 70}),
        ("70", "acme p{plan} march", {"INV-1": 70}),
        ("70", "Plan {plan}", {"INV-1": 70}),
        ("400", "Plan no {plan}", {"INV-1": 300}),
        ("100", "OLD-9", {"OLD-9": 100}),
        ("70", "", {"OLD-9": 70}),
        ("130", "", {"OLD-9": 100, "INV-1": 30}),
    ],
)
def test_money_goes_to_the_plan_where_it_is_meant_for_it_else_to_the_oldest(plan, other, amount, reference, split):
    payment = pay(plan, amount, "2026-03-05", reference=reference.format(plan=plan.pk))
    assert parts(payment) == split
    payment.refresh_from_db()
    assert payment.unapplied == Decimal(amount) - sum(split.values())


def test_the_payer_s_word_goes_before_the_plan(plan, other):
    assert parts(pay(plan, "100", "2026-03-05", split=[(other.pk, Decimal(100))])) == {"OLD-9": 100}


def test_another_number_that_begins_alike_is_not_this_plan(plan, other):
    assert parts(pay(plan, "70", "2026-03-05", reference=f"ACME-P{plan.pk}0")) == {"OLD-9": 70}


def test_what_is_disputed_is_skipped(customer, plan, other, invoice):
    open_dispute(invoice=other, code="PRICE", amount=Decimal(100), on=day("2026-03-02"), calendar=customer.calendar)
    assert parts(pay(plan, "70", "2026-03-05")) == {"INV-1": 70}
