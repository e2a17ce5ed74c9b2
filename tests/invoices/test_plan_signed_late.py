"""What fell due before they signed is due on the day they sign, as the agreement says: nobody is late with it before (6.1)."""

from decimal import Decimal

import pytest
from django.db.models import Q

from invoices.models import PaymentPlan
from invoices.models.agreement import InstalmentState
from invoices.plan_keeping import settle_plans
from reminders.plan_happenings import plan_happenings
from tests import make
from tests.invoices.portal import visitor
from tests.make import day
from tests.pages import read, words

SIGNED = "2026-03-26"


@pytest.fixture
def late(acme):
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


@pytest.fixture
def plan(acme, late) -> PaymentPlan:
    """Offered on Friday 20 March with its first payment on that day, signed on Thursday of the week after."""
    return make.plan(acme, {late: "1000"}, {"2026-03-20": "500", "2026-04-20": "500"}, offered="2026-03-20", signed=SIGNED)


def night(plan: PaymentPlan, on: str) -> list[str]:
    settle_plans(business=plan.business, calendar=plan.business.calendar, today=day(on))
    plan.refresh_from_db()
    return [row.state for row in plan.instalments.all()]


@pytest.mark.proves("P19", "T33")
@pytest.mark.parametrize(
    ("on", "first"),
    [
        (SIGNED, InstalmentState.PENDING),
        ("2026-03-27", InstalmentState.LATE),
        ("2026-04-02", InstalmentState.LATE),
        ("2026-04-03", InstalmentState.MISSED),
    ],
)
def test_it_is_late_from_the_day_after_and_missed_when_the_grace_from_there_is_over(plan, on, first):
    assert night(plan, on) == [first, InstalmentState.PENDING]


@pytest.mark.proves("T29")
def test_the_dates_that_were_signed_stay(plan):
    night(plan, "2026-04-03")
    assert [row.due_on for row in plan.instalments.all()] == [day("2026-03-20"), day("2026-04-20")]


@pytest.mark.proves("T32")
def test_no_notice_goes_out_before_it_and_the_letter_about_the_miss_names_the_day_of_the_signature(plan):
    assert list(plan_happenings(Q(), plan.business, day(SIGNED))) == []
    night(plan, "2026-04-03")
    (missed,) = plan_happenings(Q(), plan.business, day("2026-04-03"))
    assert (missed.on, missed.amount, missed.facts["instalment"]["due_on"]) == (day(SIGNED), Decimal(500), SIGNED)


def test_two_whose_days_had_passed_are_one_miss(acme, late):
    """Who signs late has the time to make both good before the plan ends (6.4)."""
    parts = {"2026-03-20": "500", "2026-03-25": "500"}
    plan = make.plan(acme, {late: "1000"}, parts, offered="2026-03-20", signed=SIGNED)
    night(plan, "2026-04-03")
    assert (plan.state, plan.cure_by) == ("at_risk", day("2026-04-10"))


@pytest.mark.parametrize(("on", "told"), [("2026-03-26 12:00Z", "by Mar 26, 2026"), ("2026-03-30 12:00Z", "Mar 26, 2026")])
def test_their_page_says_that_day(plan, acme, late, time_machine, on, told):
    time_machine.move_to(on, tick=False)
    assert told in words(visitor(acme, late).get())[:900]


def test_ours_counts_from_it(plan, books, business, time_machine):
    time_machine.move_to("2026-03-26 12:00Z", tick=False)
    page = read(books, business, "plan-detail", plan.pk)
    assert "$500.00 is due today." in page and "late" not in page.split("Schedule")[0].lower()
    time_machine.move_to("2026-03-28 12:00Z", tick=False)
    night(plan, "2026-03-28")
    assert "2 days" in read(books, business, "plan-detail", plan.pk)
    assert "$500.00 2 days ago 2" in read(books, business, "plan-list")
