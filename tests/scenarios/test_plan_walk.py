"""A payment plan walks the calendar: offered, signed, paid, missed, at risk, cured and kept; or broken, and back at 90 days."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest

from customers.models import Letter, Task
from invoices.booking import book_payment
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanEnd, PlanState
from invoices.offering import limits_of
from invoices.planning import offer_plan, schedule_of
from reminders.models import Reminder
from reminders.nightly import escalate
from tests import make
from tests.make import day

Acts = dict[str, Callable[[], object]]
# Half at once, half next month, and a third part in May: Monday 23 March, Thursday 23 April, Saturday 23 May 2026.
DAYS = ("2026-03-23", "2026-04-23", "2026-05-23")


@pytest.fixture
def customer(business):
    row = make.customer(business)
    make.contact(row)
    return row


@pytest.fixture
def invoice(customer):
    """Due on 14 February, with its notice on the 16th and its 30-day letter on 16 March."""
    return make.invoice(customer, "INV-1", total="900")


class Walk:
    """What the nights find from one day to another; `acts` happen in the morning before, `off` are days nobody looked."""

    def __init__(self, business, first: str) -> None:
        self.business, self.today, self.fired = business, day(first), []

    def on(self, last: str, acts: Acts | None = None, off: tuple[str, str] = ("", "")) -> list[tuple[str, str]]:
        while self.today <= day(last):
            name = self.today.isoformat()[5:]
            if name in (acts or {}):
                acts[name]()
            if not off[0] <= name <= off[1]:
                self.fired += [(name, row["step"]) for row in escalate(self.business, self.today).fired]
            self.today += datetime.timedelta(days=1)
        return self.fired


def offer(customer) -> PaymentPlan:
    instalments = tuple((day(on), Decimal(300)) for on in DAYS)
    return offer_plan(
        customer=customer, currency="USD", instalments=instalments, limits=limits_of(customer), on=day("2026-03-18")
    )


def pay(customer, amount: str, on: str) -> None:
    book_payment(
        customer=customer, received_on=day(on), amount=Decimal(amount), currency="USD", fingerprint=on, reference="our plan"
    )


def letters(code: str) -> list[tuple[str, str]]:
    rows = Letter.objects.filter(code=code).order_by("id")
    return [(row.written_on.isoformat()[5:], row.state) for row in rows]


def state() -> str:
    return PaymentPlan.objects.get().state


@pytest.mark.proves("P19", "P03", "T32", "T34")
def test_a_plan_is_offered_signed_missed_cured_and_kept(business, customer, invoice):
    """The second instalment is missed: at risk on 1 May, its letter that day; 300 on 5 May cures it, 300 on 20 May keeps it."""
    walk = Walk(business, "2026-02-14")
    assert walk.on("2026-03-17") == [("02-16", "NOTICE"), ("03-16", "30")]
    plan = offer(customer)
    assert (state(), schedule_of(plan)[0][1]) == (PlanState.OFFERED, 300)
    walk.on("2026-03-20", {"03-20": lambda: make.sign(plan, "2026-03-20")})
    assert letters("LPI") == []  # Signed on the day its notice would have gone.
    walk.on("2026-03-24", {"03-23": lambda: pay(customer, "300", "2026-03-23")})
    assert state() == PlanState.ACTIVE
    walk.on("2026-04-30")
    assert (letters("LPI"), letters("LPD"), state()) == ([("04-20", "approved")], [], PlanState.ACTIVE)
    walk.on("2026-05-01")
    plan.refresh_from_db()
    assert (plan.state, plan.cure_by, letters("LPD")) == (PlanState.AT_RISK, day("2026-05-08"), [("05-01", "draft")])
    (call,) = Task.objects.filter(subject=f"instalment:{plan.instalments.get(position=2).pk}")
    walk.on("2026-05-05", {"05-05": lambda: pay(customer, "300", "2026-05-05")})
    call.refresh_from_db()
    assert (state(), letters("LPD"), call.state) == (PlanState.ACTIVE, [("05-01", "cancelled")], "done")
    walk.on("2026-06-30", {"05-20": lambda: pay(customer, "300", "2026-05-20")})
    assert (state(), walk.fired) == (PlanState.COMPLETED, [("02-16", "NOTICE"), ("03-16", "30")])
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.due_on) == (0, day("2026-02-14"))


@pytest.mark.proves("T32")
def test_a_plan_that_is_not_cured_ends_and_reminders_resume_at_90(business, customer, invoice):
    """Nothing after the first payment: at risk on 1 May, the cure gone by on the 8th, the third day on the 23rd; 90 on Monday."""
    walk = Walk(business, "2026-02-14")
    walk.on("2026-03-17")
    plan = offer(customer)
    walk.on("2026-05-22", {"03-20": lambda: make.sign(plan, "2026-03-20"), "03-23": lambda: pay(customer, "300", "2026-03-23")})
    assert state() == PlanState.AT_RISK
    walk.on("2026-05-25")
    plan.refresh_from_db()
    assert (plan.state, plan.end_rule, plan.ended_on) == (PlanState.DEFAULTED, PlanEnd.NOT_CURED, day("2026-05-24"))
    assert walk.fired[2:] == [("05-25", "90")]
    reminder = Reminder.objects.get(step="90")
    assert reminder.total == 600
    decision = Task.objects.get(subject=f"plan:{plan.pk}")
    assert (decision.kind, decision.role, decision.amount) == ("decide", "owner", 600)
    invoice.refresh_from_db()
    assert invoice.due_on == day("2026-02-14")


@pytest.mark.proves("T33")
def test_nobody_looking_on_the_day_of_an_instalment_costs_nothing(business, customer, invoice):
    """Off from 20 April to 10 May, over the second date and its grace: the plan stands, with a week to cure from the 11th."""
    walk = Walk(business, "2026-02-14")
    walk.on("2026-03-17")
    plan = offer(customer)
    acts = {"03-20": lambda: make.sign(plan, "2026-03-20"), "03-23": lambda: pay(customer, "300", "2026-03-23")}
    walk.on("2026-05-11", acts, off=("04-20", "05-10"))
    plan.refresh_from_db()
    assert (plan.state, plan.cure_by, letters("LPD")) == (PlanState.AT_RISK, day("2026-05-18"), [("05-11", "draft")])
    walk.on("2026-05-13", {"05-12": lambda: pay(customer, "600", "2026-05-12")})
    assert (state(), [row.state for row in plan.instalments.all()]) == (PlanState.COMPLETED, ["paid"] * 3)


@pytest.mark.proves("T33")
def test_nobody_looking_while_all_is_paid_in_time_finds_it_so(business, customer, invoice):
    walk = Walk(business, "2026-02-14")
    walk.on("2026-03-17")
    plan = offer(customer)
    acts = {"03-20": lambda: make.sign(plan, "2026-03-20")} | {
        on[5:]: lambda on=on: make.payment(customer, "300", on=on, split={invoice: "300"}) for on in DAYS
    }
    walk.on("2026-06-30", acts, off=("03-22", "06-29"))
    assert (state(), letters("LPI"), letters("LPD"), walk.fired[2:]) == (PlanState.COMPLETED, [], [], [])


@pytest.mark.proves("T32")
def test_other_invoices_are_asked_for_as_usual(business, customer, invoice):
    """Due on 10 March, outside the plan: its notice on the 11th, its 30-day letter on 9 April, its call on 11 May."""
    walk = Walk(business, "2026-02-14")
    make.invoice(customer, "INV-2", issued="2026-02-08", due="2026-03-10", total="500")
    walk.on("2026-03-17")
    plan = offer_plan(
        customer=customer,
        currency="USD",
        instalments=tuple((day(on), Decimal(300)) for on in DAYS),
        limits=limits_of(customer),
        on=day("2026-03-18"),
        only=[invoice.pk],
    )
    acts = {"03-20": lambda: make.sign(plan, "2026-03-20")} | {on[5:]: lambda on=on: pay(customer, "300", on) for on in DAYS}
    fired = walk.on("2026-05-31", acts)
    assert [row for row in fired if row[0] > "03-17"] == [("04-09", "30"), ("05-11", "60")]
    assert Reminder.objects.get(step="60").total == 500
