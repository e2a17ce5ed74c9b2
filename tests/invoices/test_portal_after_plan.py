"""Behind the link once there is nothing to plan: a plan runs, is paid in full, or cannot be had; the words fit (P05)."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices.disputing import open_dispute
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
