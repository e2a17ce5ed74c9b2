"""Behind the link once there is nothing to plan: a plan runs, is paid in full, or cannot be had; the words fit (P05)."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Business
from invoices.disputing import open_dispute
from invoices.models import Promise
from invoices.models.agreement import PlanState
from invoices.plan_moves import move_plan
from tests import make
from tests.invoices.portal import visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")
PARTS = {"2026-03-19": "150", "2026-04-20": "150"}
CHEERS = "Good that you say so."


@pytest.fixture
def late(acme):
    return make.invoice(acme, "INV-1", total="300")


@pytest.mark.proves("P05")
def test_while_a_plan_runs_its_page_shows_it_and_whom_to_call(acme, late):
    make.plan(acme, {late: "300"}, PARTS, signed="2026-03-18")
    said = words(visitor(acme, late).get("portal-plan"))
    assert "Your payment plan is running." in said and "$0.00 of $300.00 paid" in said
    assert CHEERS not in said and "Choose this" not in said


def test_with_other_dates_to_sign_it_says_so(acme, late):
    plan = make.plan(acme, {late: "300"}, PARTS, signed="2026-03-18")
    make.plan(acme, {late: "300"}, {"2026-05-20": "300"}, offered="2026-03-20", replaces=plan)
    assert "Until you sign them, the present days hold." in words(visitor(acme, late).get("portal-plan"))


@pytest.mark.proves("P05")
def test_paid_in_full_the_first_page_says_thank_you(acme, late):
    plan = make.plan(acme, {late: "300"}, PARTS, signed="2026-03-18")
    page = visitor(acme, late)
    make.payment(acme, "300", on="2026-03-20", split={late: "300"})
    plan.refresh_from_db()
    assert plan.state == "completed"
    assert "Your payment plan is paid in full. Thank you." in words(page.get())[:200]
    said = words(page.get("portal-plan"))
    assert "Your payment plan is paid in full. Thank you." in said and CHEERS not in said


def test_with_something_else_open_it_still_says_thank_you(acme, late):
    make.plan(acme, {late: "300"}, PARTS, signed="2026-03-18")
    other = make.invoice(acme, "INV-2", total="80")
    page = visitor(acme, late, other)
    make.payment(acme, "300", on="2026-03-20", split={late: "300"})
    said = words(page.get())
    assert said.index("$80.00") < said.index("Your payment plan is paid in full. Thank you.")


def test_without_a_plan_it_thanks_for_the_payment(acme, late):
    page = visitor(acme, late)
    make.payment(acme, "300", on="2026-03-20", split={late: "300"})
    said = words(page.get("portal-plan"))
    assert "Everything here is paid. Thank you." in said and CHEERS not in said


def test_all_in_query_waits_for_our_answer(acme, late):
    open_dispute(invoice=late, code="PRICE", amount=Decimal(300), on=day("2026-03-20"), calendar=Calendar())
    said = words(visitor(acme, late).get("portal-plan"))
    assert "We look into your question first." in said and "overdue" not in said


def test_too_little_for_the_usual_plans_may_still_be_proposed(acme):
    said = words(visitor(acme, make.invoice(acme, "INV-1", total="60")).get("portal-plan"))
    assert "None of our usual plans fits this amount." in said and "Propose something else" in said


def test_while_a_plan_may_be_had_both_ways_are_offered(acme, late):
    assert "Name a day, or pay in parts, for example in two halves" in words(visitor(acme, late).get())


def test_after_a_plan_that_ended_unpaid_only_a_day_is_offered(acme, late):
    ended_unpaid(acme, late)
    page = visitor(acme, late)
    assert "I need more time Name a day Something is wrong" in words(page.get())
    said = words(page.get("portal-plan"))
    assert "← Overview I need more time A plan cannot" in said and "Name the day, up to" in said


def test_where_no_day_is_taken_any_more_only_parts_are_offered(acme, late):
    broke_promises(acme)
    assert "I need more time Pay in parts, for example in two halves" in words(visitor(acme, late).get())


def test_with_neither_they_are_asked_to_talk_to_us(acme, late):
    ended_unpaid(acme, late)
    broke_promises(acme)
    Business.objects.update(phone="+15035550123")
    page = visitor(acme, late)
    said = words(page.get())
    assert "I need more time Talk to us: +1 503-555-0123" in said and "in two halves" not in said
    assert page.address("portal-plan") not in page.get().content.decode()


def ended_unpaid(acme, invoice) -> None:
    plan = make.plan(acme, {invoice: "300"}, PARTS, signed="2026-03-18")
    move_plan(plan=plan, state=PlanState.DEFAULTED, on=day("2026-03-19"))


def broke_promises(acme) -> None:
    for due in ("2026-03-01", "2026-03-10"):
        fields = {"made_on": day("2026-02-20"), "due_on": day(due), "state": "broken", "evaluated_on": day(due)}
        Promise.objects.create(business=acme.business, customer=acme, currency="USD", amount=Decimal(5), **fields)
