"""One invoice walks the calendar: issued 15 January 2026, net 30, weekends only (domain.md 3.3), and what may happen to it."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest

from customers.models import Letter, Task
from invoices.agreeing import close_promise, make_promise
from invoices.models import Promise
from invoices.plan_moves import draft_plan, move_plan
from reminders.models import Reminder, ReminderLine
from reminders.nightly import escalate
from tests import make
from tests.make import day

Acts = dict[str, Callable[[], object]]


@pytest.fixture
def invoice(business):
    return make.invoice(make.customer(business), "INV-1", total="1000")


def walk(business, first: str, last: str, acts: Acts | None = None, off: tuple[str, str] = ("", "")) -> list[tuple[str, str]]:
    """(day, step) of all that fires when the engine runs every morning but from off[0] to off[1]; `acts` happen before."""
    fired, today = [], day(first)
    while today <= day(last):
        name = today.isoformat()[5:]
        if name in (acts or {}):
            acts[name]()
        if not off[0] <= name <= off[1]:
            fired += [(name, row["step"]) for row in escalate(business, today).fired]
        today += datetime.timedelta(days=1)
    return fired


@pytest.mark.proves("P01", "P02", "P03", "P04", "P05", "T18")
def test_one_invoice_walks_the_calendar(business):
    """domain.md 3.3, issued 15 January, net 30: courtesy by Friday 30 January, then 16 February to 15 May."""
    make.invoice(make.customer(business))
    steps = walk(business, "2026-01-15", "2026-06-15")
    assert steps == [
        ("01-23", "COURTESY"),
        ("02-16", "NOTICE"),
        ("03-16", "30"),
        ("04-15", "60"),
        ("05-15", "90"),
        ("05-29", "DECIDE"),
    ]
    assert Task.objects.get(kind="courtesy_call").due_on == day("2026-01-30")


@pytest.mark.proves("T02", "T05", "T38")
def test_a_month_of_downtime_costs_time_but_no_step_twice(business, invoice):
    """Off from 1 March to 31 March: the 30-day letter goes on 1 April, 60 waits for the gap, 90 comes on its own day."""
    steps = walk(business, "2026-02-14", "2026-05-29", off=("03-01", "03-31"))
    assert steps == [("02-16", "NOTICE"), ("04-01", "30"), ("04-15", "60"), ("05-15", "90"), ("05-29", "DECIDE")]
    assert ReminderLine.objects.count() == 5


@pytest.mark.proves("T05", "T38")
def test_two_steps_missed_are_one_step_taken_and_one_left_out(business, invoice):
    """Off from 1 March to 17 April: 60 at once; that 30 was never taken is kept in the log."""
    steps = walk(business, "2026-02-14", "2026-05-15", off=("03-01", "04-17"))
    assert steps == [("02-16", "NOTICE"), ("04-20", "60"), ("05-15", "90")]
    event = business.events.get(kind="step.fired", data__step="60")
    assert event.data["skipped"] == {str(invoice.pk): ["30"]}


@pytest.mark.proves("T35", "T36")
def test_a_kept_promise_moves_the_rest_by_three_business_days(business, invoice):
    """400 promised for 13 April and paid that day: the 60-day call of Wednesday the 15th comes on Thursday the 16th."""

    def promise() -> None:
        make_promise(
            customer=invoice.customer, currency="USD", amount=Decimal(400), made_on=day("2026-04-01"), due_on=day("2026-04-13")
        )

    def keep() -> None:
        make.payment(invoice.customer, "400", on="2026-04-13", split={invoice: "400"})
        close_promise(promise=Promise.objects.get(), state="kept", received=Decimal(400), on=day("2026-04-13"))

    assert walk(business, "2026-03-16", "2026-05-15", {"04-01": promise, "04-13": keep}) == [
        ("03-16", "30"),
        ("04-16", "60"),
        ("05-15", "90"),
    ]
    assert Reminder.objects.get(step="60").total == 600


@pytest.mark.proves("T35", "T38")
def test_a_broken_promise_brings_the_next_step_at_once(business, invoice):
    """900 promised on 20 March for 2 April, found broken on the 7th: 60 that day, not on the 15th; 90 keeps its own day."""

    def promise() -> None:
        make_promise(
            customer=invoice.customer, currency="USD", amount=Decimal(900), made_on=day("2026-03-20"), due_on=day("2026-04-02")
        )

    def find_broken() -> None:
        close_promise(promise=Promise.objects.get(), state="broken", received=Decimal(0), on=day("2026-04-07"))

    assert walk(business, "2026-03-16", "2026-05-15", {"03-20": promise, "04-07": find_broken}) == [
        ("03-16", "30"),
        ("04-07", "60"),
        ("05-15", "90"),
    ]
    decision = Reminder.objects.get(step="60").decision
    assert (decision["rule"], decision["policy"], decision["tone"]) == (
        "STEP_HURRIED",
        {"name": "STANDARD", "version": 1},
        "listening",
    )


@pytest.mark.proves("T32")
def test_a_plan_that_defaults_resumes_at_90(business, invoice):
    """Offered on 18 March for a week, signed on the 20th, ended unpaid on 1 April at 46 days past due: 90 on that day."""
    customer = invoice.customer
    plan = draft_plan(
        customer=customer,
        currency="USD",
        covered=[(invoice.pk, Decimal(1000))],
        instalments=[(day("2026-03-27"), Decimal(500)), (day("2026-04-27"), Decimal(500))],
    )
    acts = {
        "03-18": lambda: move_plan(plan=plan, state="offered", on=day("2026-03-18"), accept_by=day("2026-03-25")),
        "03-20": lambda: make.sign(plan, "2026-03-20"),
        "04-01": lambda: move_plan(plan=plan, state="defaulted", on=day("2026-04-01")),
    }
    assert walk(business, "2026-03-16", "2026-04-30", acts) == [("03-16", "30"), ("04-01", "90"), ("04-15", "DECIDE")]
    assert Reminder.objects.get(step="90").decision["rule"] == "PLAN_DEFAULTED"


@pytest.mark.proves("T35")
def test_an_offer_is_waited_for_once_in_ninety_days(business, invoice):
    """The first offer holds the 60-day call of 15 April until it ends on the 20th; a second one in May holds nothing."""
    covered, parts = [(invoice.pk, Decimal(1000))], [(day("2026-04-27"), Decimal(1000))]
    plans = [
        draft_plan(customer=invoice.customer, currency="USD", covered=covered, instalments=parts),
        draft_plan(customer=invoice.customer, currency="USD", covered=covered, instalments=parts),
    ]
    acts = {
        "04-13": lambda: move_plan(plan=plans[0], state="offered", on=day("2026-04-13")),
        "04-30": lambda: move_plan(plan=plans[0], state="expired", on=day("2026-04-30")),
        "05-12": lambda: move_plan(plan=plans[1], state="offered", on=day("2026-05-12"), accept_by=day("2026-05-19")),
    }
    assert walk(business, "2026-03-16", "2026-05-20", acts) == [("03-16", "30"), ("04-21", "60"), ("05-15", "90")]


@pytest.mark.proves("T27")
def test_the_call_about_two_invoices_stays_until_both_are_settled(business, invoice):
    other = make.invoice(invoice.customer, "INV-2", total="300")
    acts = {"04-16": lambda: make.payment(invoice.customer, "1000", on="2026-04-16", split={invoice: "1000"})}
    walk(business, "2026-04-15", "2026-04-17", acts)
    task = business.tasks.get(kind="call_60")
    assert (task.state, task.amount) == ("open", 300)
    make.payment(invoice.customer, "300", on="2026-04-20", split={other: "300"})
    escalate(business, day("2026-04-20"))
    task.refresh_from_db()
    assert (task.state, Letter.objects.get().state) == ("cancelled", "cancelled")
