"""What happened brings its letter and its call, once: a broken promise, a closed query, a missed instalment ..."""

import datetime
from decimal import Decimal

import pytest
from django.db import DataError, connection

from arcollect.dates import Calendar
from customers.models import Conversation, Letter, Task
from customers.models.desk import Outcome
from invoices import booking
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute, resolve_dispute
from invoices.models import Instalment
from invoices.models.agreement import InstalmentState, PlanState
from invoices.plan_moves import move_plan
from invoices.planning import activate
from invoices.unbooking import reinstate_payment
from reminders.facts import settings_of
from reminders.models import FollowUp
from reminders.nightly import escalate
from reminders.outbox import withdraw
from reminders.rendering import composed
from reminders.responding import respond
from tests import make
from tests.make import day

BROKEN_ON = day("2026-03-11")  # Friday the 6th, two business days of grace, and the morning after


@pytest.fixture
def invoice(business):
    customer = make.customer(business, street="High Street 1", city="Leeds")
    make.contact(customer)
    invoice = make.invoice(customer, "INV-1", issued="2026-01-28", due="2026-02-27", total="500")
    escalate(business, day("2026-03-02"))  # the friendly notice
    return invoice


@pytest.fixture
def promise(invoice):
    made_on, due_on = day("2026-03-02"), day("2026-03-06")
    return make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), made_on=made_on, due_on=due_on)


def letters(code: str) -> list[Letter]:
    return list(Letter.objects.filter(code=code).order_by("id"))


@pytest.mark.proves("T35")
def test_a_broken_promise_brings_its_letter_and_a_call(promise):
    escalate(promise.business, BROKEN_ON)
    (letter,), (task,) = letters("LBP"), Task.objects.filter(kind="broken_promise")
    assert (letter.state, letter.total) == ("draft", 500)
    assert (task.opens_on, task.amount) == (BROKEN_ON, 500)
    assert "On March 2, 2026 we agreed on $500.00 by March 6, 2026" in composed(letter)[1].plain_text


@pytest.mark.proves("T01")
def test_however_often_the_night_runs(promise):
    for on in (BROKEN_ON, BROKEN_ON, day("2026-03-12")):
        escalate(promise.business, on)
    assert (len(letters("LBP")), FollowUp.objects.count()) == (1, 1)


def test_two_promises_broken_at_once_are_one_letter_and_one_call(promise):
    made_on, due_on = day("2026-03-03"), day("2026-03-06")
    make.invoice(promise.customer, "INV-2", due="2026-02-01", total="400")
    make_promise(customer=promise.customer, currency="USD", amount=Decimal(400), made_on=made_on, due_on=due_on)
    for on in (BROKEN_ON, day("2026-03-12")):
        escalate(promise.business, on)
    assert (len(letters("LBP")), FollowUp.objects.count()) == (1, 2)
    assert Task.objects.filter(kind="broken_promise").count() == 1


def test_a_kept_promise_brings_nothing(promise, invoice):
    make.payment(invoice.customer, "500", on="2026-03-05", split={invoice: "500"})
    escalate(promise.business, BROKEN_ON)
    assert not FollowUp.objects.exists()


def test_one_that_was_kept_as_the_bank_tells_later_is_neither_written_nor_called_about(business, invoice):
    """Half of it is still owed, so that the letter and the call would stand without the promise."""
    terms = {"customer": invoice.customer, "currency": "USD", "amount": Decimal(300)}
    promise = make_promise(**terms, made_on=day("2026-03-02"), due_on=day("2026-03-06"))
    escalate(business, BROKEN_ON)
    make.payment(invoice.customer, "300", on="2026-03-05", split={invoice: "300"})
    escalate(business, day("2026-03-12"))
    promise.refresh_from_db()
    (letter,), task = letters("LBP"), Task.objects.get(kind="broken_promise")
    assert (promise.state, letter.state, task.state) == ("kept", "cancelled", "cancelled")
    assert "kept" in task.outcome
    assert "kept" in letter.problem


def test_a_promise_that_broke_in_the_talk_that_made_the_next_is_not_asked_about_again(business, invoice):
    terms = {"customer": invoice.customer, "currency": "USD", "amount": Decimal(300)}
    first = make_promise(**terms, made_on=day("2026-03-02"), due_on=day("2026-03-06"))
    make_promise(**terms, made_on=day("2026-03-09"), due_on=day("2026-03-20"))
    first.refresh_from_db()
    assert first.state == "broken"
    escalate(business, day("2026-03-10"))
    assert not letters("LBP")
    assert not Task.objects.filter(kind="broken_promise").exists()


@pytest.mark.proves("T14")
def test_money_in_hand_is_not_asked_for(promise, invoice):
    escalate(promise.business, day("2026-03-05"))
    make.payment(invoice.customer, "600", on="2026-03-01")
    escalate(promise.business, BROKEN_ON)
    assert not FollowUp.objects.exists()


@pytest.mark.proves("T07")
def test_one_that_cannot_be_followed_up_stops_nobody_else_and_is_listed(business, promise):
    other = make.invoice(make.customer(business, "Birch"), "INV-2", issued="2026-01-28", due="2026-02-27", total="500")
    dates = {"made_on": promise.made_on, "due_on": promise.due_on}
    make_promise(customer=other.customer, currency="USD", amount=Decimal(500), **dates)
    broken = []

    def refuse_the_first(execute, sql, params, many, context):
        if sql.startswith("INSERT") and FollowUp._meta.db_table in sql and not broken:
            broken.append(sql)
            raise DataError("impossible")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_the_first):
        outcome = escalate(business, BROKEN_ON)
    assert len(broken) == len(outcome.failed) == FollowUp.objects.count() == len(letters("LBP")) == 1
    assert escalate(business, BROKEN_ON).failed == []
    assert FollowUp.objects.count() == len(letters("LBP")) == 2


@pytest.mark.proves("T23")
def test_a_flag_stops_it(promise):
    promise.customer.cease_contact = True
    promise.customer.save()
    escalate(promise.business, BROKEN_ON)
    assert not letters("LBP")


@pytest.fixture
def person(promise):
    """The one who promised is a person, talked with on Monday the 9th."""
    type(promise.customer).objects.update(kind="individual")

    def talked(**fields) -> None:
        at = datetime.datetime(2026, 3, 9, 10, tzinfo=datetime.UTC)
        said = {"at": at, "outcome": Outcome.REACHED} | fields
        Conversation.objects.create(business=promise.business, customer=promise.customer, **said)

    return talked


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ({}, "2026-03-16"),
        ({"next_on": day("2026-03-12")}, "2026-03-16"),
        ({"next_on": day("2026-03-12"), "callback_consent_until": day("2026-03-12")}, "2026-03-12"),
        ({"next_on": day("2026-03-10"), "callback_consent_until": day("2026-03-10")}, "2026-03-16"),
        ({"channel": "email", "inbound": True}, "2026-03-11"),
    ],
    ids=["no consent", "a day of ours", "a day they agreed to", "that day is over", "only a mail"],
)
def test_a_person_is_called_a_week_after_the_last_conversation(promise, person, said, opens):
    """Domain.md 7.2: the letter goes at once, the call opens on the first permitted day."""
    person(**said)
    escalate(promise.business, BROKEN_ON)
    assert len(letters("LBP")) == 1
    assert Task.objects.get(kind="broken_promise").opens_on == day(opens)


@pytest.mark.proves("P14")
def test_a_person_too_hears_within_a_day_that_their_query_is_closed(business, invoice, promise, person):
    person()
    other = make.invoice(invoice.customer, "INV-2", due="2026-02-01", total="400")
    query = {"invoice": other, "code": "PRICE", "amount": Decimal(400), "on": day("2026-03-09"), "calendar": Calendar()}
    dispute = open_dispute(**query)
    resolve_dispute(dispute=dispute, outcome="rejected", on=BROKEN_ON)
    escalate(business, BROKEN_ON)
    task = Task.objects.get(kind="callback")
    assert (task.opens_on, task.due_on) == (BROKEN_ON, day("2026-03-12"))


def test_a_letter_that_is_no_longer_true_is_written_anew(promise, invoice):
    escalate(promise.business, BROKEN_ON)
    make.payment(invoice.customer, "100", on="2026-03-11", split={invoice: "100"})
    withdraw(letter=letters("LBP")[0], reason="changed", on=BROKEN_ON)
    escalate(promise.business, BROKEN_ON)
    assert [(letter.state, letter.total) for letter in letters("LBP")] == [("cancelled", 500), ("draft", 400)]
    assert Task.objects.filter(kind="broken_promise").count() == 1


def test_it_ends_when_the_money_comes(promise, invoice):
    escalate(promise.business, BROKEN_ON)
    make.payment(invoice.customer, "500", on="2026-03-12", split={invoice: "500"})
    escalate(promise.business, day("2026-03-12"))
    assert [letter.state for letter in letters("LBP")] == ["cancelled"]
    assert Task.objects.get(kind="broken_promise").state == "cancelled"


@pytest.mark.proves("P14")
def test_a_closed_query_asks_for_payment_at_once(business, invoice):
    fields = {"invoice": invoice, "code": "PRICE", "amount": Decimal(500), "on": day("2026-03-02")}
    dispute = open_dispute(**fields, calendar=Calendar())
    resolve_dispute(dispute=dispute, outcome="rejected", on=day("2026-03-04"))
    escalate(business, day("2026-03-04"))
    (letter,), (task,) = letters("LRES"), Task.objects.filter(kind="callback")
    assert (letter.total, task.due_on) == (500, day("2026-03-05"))
    text = composed(letter)[1].plain_text
    assert "the price" in text
    assert "the invoice stands as it is" in text


def test_the_owner_says_within_how_many_days_a_closed_query_is_spoken_of(business, invoice):
    business.settings = {"dispute": {"resolved_call_bd": 3}}
    business.save()
    query = {"invoice": invoice, "code": "PRICE", "amount": Decimal(500), "on": day("2026-03-02"), "calendar": Calendar()}
    resolve_dispute(dispute=open_dispute(**query), outcome="rejected", on=day("2026-03-04"))
    escalate(business, day("2026-03-04"))
    assert Task.objects.get(kind="callback").due_on == day("2026-03-09")


def test_the_owner_says_how_soon_a_closed_query_is_paid(business, invoice):
    business.settings = {"dispute": {"pay_after_resolution_days": 12}}
    business.save()
    query = {"invoice": invoice, "code": "PRICE", "amount": Decimal(500), "on": day("2026-03-02"), "calendar": Calendar()}
    resolve_dispute(dispute=open_dispute(**query), outcome="rejected", on=day("2026-03-04"))
    escalate(business, day("2026-03-04"))
    (letter,) = letters("LRES")
    facts, content = composed(letter)
    assert facts.pay_by == day("2026-03-16")
    assert "reaches us by March 16, 2026" in content.plain_text


@pytest.fixture
def plan(invoice):
    plan = make.plan(invoice.customer, {invoice: "500"}, {"2026-03-10": "200", "2026-04-10": "300"}, signed="2026-03-02")
    activate(plan=plan, on=day("2026-03-02"))
    return plan


@pytest.mark.proves("T32")
def test_a_missed_instalment_brings_its_letter(plan):
    Instalment.objects.filter(plan=plan, position=1).update(state=InstalmentState.MISSED)
    move_plan(plan=plan, state=PlanState.AT_RISK, on=day("2026-03-18"))
    escalate(plan.business, day("2026-03-18"))
    (letter,) = letters("LPD")
    facts, content = composed(letter)
    assert (facts.amount_due, facts.pay_by, letter.total) == (200, day("2026-03-25"), 200)
    assert "Instalment 1" in content.plain_text
    Instalment.objects.filter(plan=plan, position=1).update(paid=200, state=InstalmentState.PAID)
    make.payment(plan.customer, "200", on="2026-03-19", split={plan.covered.get().invoice: "200"})
    escalate(plan.business, day("2026-03-19"))
    assert [one.state for one in letters("LPD")] == ["cancelled"]


def test_a_defaulted_plan_is_the_owners(plan):
    move_plan(plan=plan, state=PlanState.DEFAULTED, on=day("2026-04-20"))
    escalate(plan.business, day("2026-04-20"))
    task = Task.objects.get(subject=f"plan:{plan.pk}")
    assert (task.kind, task.role, task.amount) == ("decide", "owner", 500)
    escalate(plan.business, day("2026-04-21"))
    task.refresh_from_db()
    assert task.state == "open"


@pytest.mark.proves("T22")
def test_a_return_taken_back_takes_its_call_back_and_the_next_brings_one_anew(business, invoice):
    """Another invoice stays open, so that the call would stand without the return."""
    make.invoice(invoice.customer, "INV-2", due="2026-08-01", total="90")
    payment = make.payment(invoice.customer, "500", on="2026-03-03", split={invoice: "500"})
    calls = Task.objects.filter(subject=f"payment:{payment.pk}")
    for back_on, stands_on in (("2026-03-04", "2026-03-05"), ("2026-03-09", "2026-03-10")):
        payment.refresh_from_db()
        booking.return_payment(payment=payment, on=day(back_on))
        escalate(business, day(back_on))
        assert calls.filter(state="open").count() == 1
        reinstate_payment(payment=payment, on=day(stands_on))
        escalate(business, day(stands_on))
        assert calls.filter(state="open").count() == 0
    assert "did not come back" in calls.latest("id").outcome


@pytest.mark.proves("T22")
def test_a_returned_payment_brings_a_call_the_same_day(business, invoice):
    payment = make.payment(invoice.customer, "500", on="2026-03-02", split={invoice: "500"})
    booking.return_payment(payment=payment, on=day("2026-03-04"))
    escalate(business, day("2026-03-04"))
    task = Task.objects.get(subject=f"payment:{payment.pk}")
    assert (task.kind, task.due_on) == ("callback", day("2026-03-04"))


@pytest.fixture
def bounced(promise, invoice):
    """The payment that had kept the promise, returned on Monday the 9th."""
    payment = make.payment(invoice.customer, "500", on="2026-03-05", split={invoice: "500"})
    escalate(promise.business, day("2026-03-06"))
    booking.return_payment(payment=payment, on=day("2026-03-09"))
    return payment


@pytest.mark.proves("T22")
@pytest.mark.parametrize("in_the_day", [False, True])
def test_a_payment_that_comes_back_and_breaks_its_promise_is_one_call_and_one_letter(promise, bounced, in_the_day):
    if in_the_day:
        respond(promise.business, settings_of(promise.business), day("2026-03-09"))
    for on in ("2026-03-09", "2026-03-10"):
        escalate(promise.business, day(on))
    promise.refresh_from_db()
    task = Task.objects.get(kind__in=["broken_promise", "callback"], state="open")
    assert (promise.state, len(letters("LBP")), task.due_on, task.amount) == ("broken", 1, day("2026-03-09"), 500)
    assert "A payment of 500.00 USD came back" in task.reason
    assert "Promised, but not received: 500.00 USD" in task.reason
    assert {row.occasion for row in FollowUp.objects.filter(task=task)} == {"promise_broken", "payment_returned"}


def test_a_call_put_off_is_made_today_when_a_payment_comes_back_too(promise, invoice, bounced):
    escalate(promise.business, day("2026-03-09"))
    other = make.invoice(invoice.customer, "INV-2", due="2026-02-01", total="400")
    second = make.payment(invoice.customer, "400", on="2026-03-09", split={other: "400"})
    Task.objects.filter(kind="broken_promise").update(snoozed_until=day("2026-03-20"))
    booking.return_payment(payment=second, on=day("2026-03-11"))
    escalate(promise.business, day("2026-03-11"))
    task = Task.objects.get(kind__in=["broken_promise", "callback"], state="open")
    assert (task.snoozed_until, task.amount) == (None, 500)
    assert "A payment of 400.00 USD came back" in task.reason


def test_what_is_long_past_had_its_answer(promise):
    escalate(promise.business, BROKEN_ON)
    FollowUp.objects.all().delete()
    escalate(promise.business, day("2026-03-26"))
    assert not FollowUp.objects.exists()
