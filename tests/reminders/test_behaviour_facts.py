"""What is read of how customers pay: settled by cash or not, part payments, what was skipped, what was said (domain.md 5)."""

import datetime
from datetime import date
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Conversation, Customer
from invoices.agreeing import close_promise, make_promise
from invoices.behaviour_cases import Facts
from invoices.booking import apply_credit_note, return_payment
from invoices.disputing import open_dispute
from invoices.writing_off import write_off
from reminders.behaviour_facts import known_of
from reminders.models import Policy, Reminder, ReminderLine
from tests import make

pytestmark = pytest.mark.proves("P10")

TODAY = date(2026, 6, 30)


def facts(of: Customer, on: date = TODAY) -> Facts:
    return known_of(of.business, [Customer.objects.select_related("business").get(pk=of.pk)], on)[of.pk].facts


def credit(of: Customer):
    return known_of(of.business, [Customer.objects.select_related("business").get(pk=of.pk)], TODAY)[of.pk].credit


def owed(of: Customer, due: str, total: str = "100", **fields):
    return make.invoice(of, issued=str(make.day(due) - datetime.timedelta(days=30)), due=due, total=total, **fields)


def test_paid_by_cash_counts_and_credit_does_not(business, acme):
    cash, credited, given, small = (owed(acme, "2026-05-10") for _ in range(4))
    make.payment(acme, "100", on="2026-05-14", split={cash: "100"})
    note = make.credit_note(acme, "40", on="2026-05-12")
    apply_credit_note(credit_note=note, split=[(credited.pk, Decimal(40))], on=make.day("2026-05-12"))
    make.payment(acme, "60", on="2026-05-14", split={credited: "60"})
    for invoice, kind, amount in ((given, "goodwill", "10"), (small, "small", "0.50")):
        rest = Decimal(100) - Decimal(amount)
        make.payment(acme, str(rest), on="2026-05-14", split={invoice: str(rest)})
        write_off(invoice=invoice, amount=Decimal(amount), kind=kind, on=make.day("2026-05-14"), reason="Agreed.")
    settled = facts(acme).settled
    assert {one.invoice_id for one in settled} == {cash.pk, small.pk}
    assert {(one.days_late, one.terms_days, one.amount) for one in settled} == {(4, 30, Decimal(100))}


def test_the_first_reminder_of_an_invoice_is_the_first_that_went_out(business, acme):
    invoice = owed(acme, "2026-05-10")
    policy = Policy.objects.get(business=business)
    for step, done in (("COURTESY", "2026-05-01"), ("NOTICE", "2026-05-12"), ("30", "2026-06-09"), ("60", None)):
        row = {"business": business, "customer": acme, "currency": "USD", "step": step, "policy": policy, "total": 100}
        reminder = Reminder.objects.create(fired_on=make.day("2026-05-01"), completed_on=done, **row)
        ReminderLine.objects.create(reminder=reminder, invoice=invoice, step=step, cycle=1, amount=100, days_past_due=0)
    make.payment(acme, "100", on="2026-06-12", split={invoice: "100"})
    assert [one.reminded_on for one in facts(acme).settled] == [make.day("2026-05-12")]


def test_a_part_payment_leaves_its_trace_unless_the_rest_is_contested(business, acme):
    plain, contested = owed(acme, "2026-06-10"), owed(acme, "2026-06-11")
    open_dispute(invoice=contested, code="PRICE", amount=Decimal(40), on=make.day("2026-06-01"), calendar=Calendar())
    make.payment(acme, "60", on="2026-06-14", split={contested: "60"})
    assert facts(acme).traces.uneven == ()
    make.payment(acme, "50", on="2026-06-15", split={plain: "50"})
    assert facts(acme).traces.uneven == (make.day("2026-06-15"),)


def test_an_instalment_is_no_part_payment(business, acme):
    invoice = owed(acme, "2026-05-10")
    make.plan(acme, {invoice: "100"}, {"2026-06-20": "50", "2026-07-20": "50"}, signed="2026-06-10")
    make.payment(acme, "50", on="2026-06-20", split={invoice: "50"})
    assert facts(acme).traces.uneven == ()


def test_a_round_sum_with_something_over_is_a_trace(business, acme):
    invoice = owed(acme, "2026-06-10", "180")
    make.payment(acme, "200", on="2026-06-10", split={invoice: "180"})
    assert facts(acme).traces.uneven == (make.day("2026-06-10"),)


def test_newer_before_an_older_late_one_is_a_trace(business, acme):
    older, newer = owed(acme, "2026-05-10"), owed(acme, "2026-06-10")
    make.payment(acme, "100", on="2026-06-12", split={newer: "100"})
    assert facts(acme).traces.skipped == (make.day("2026-06-12"),)
    assert facts(acme, make.day("2026-06-11")).traces.skipped == ()
    open_dispute(invoice=older, code="PRICE", amount=Decimal(100), on=make.day("2026-06-01"), calendar=Calendar())
    assert facts(acme).traces.skipped == ()


def test_a_payment_that_came_back_and_what_was_said(business, acme):
    invoice = owed(acme, "2026-06-10")
    payment = make.payment(acme, "100", on="2026-06-12", split={invoice: "100"})
    return_payment(payment=payment, on=make.day("2026-06-20"))
    at = datetime.datetime(2026, 6, 25, 9, tzinfo=datetime.UTC)
    Conversation.objects.create(business=business, customer=acme, at=at, outcome="VOICEMAIL")
    earlier = at - datetime.timedelta(hours=1)
    Conversation.objects.create(business=business, customer=acme, at=earlier, outcome="REACHED", reason="R13")
    found = facts(acme)
    assert found.traces.returned == (make.day("2026-06-20"),)
    assert sorted((talk.on, talk.place, talk.tried, talk.reached, talk.reason) for talk in found.traces.talks) == [
        (make.day("2026-06-25"), 0, False, True, "R13"),
        (make.day("2026-06-25"), 1, True, False, ""),
    ]
    assert [one.amount for one in found.unpaid] == [Decimal(100)]


def test_promises_and_queries_as_of_a_day(business, acme):
    invoice = owed(acme, "2026-05-10")
    promise = make_promise(
        customer=acme, currency="USD", amount=Decimal(50), made_on=make.day("2026-06-01"), due_on=make.day("2026-06-05")
    )
    close_promise(promise=promise, state="broken", received=Decimal(0), on=make.day("2026-06-10"))
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(40), on=make.day("2026-06-15"), calendar=Calendar())
    before, after = facts(acme, make.day("2026-06-09")), facts(acme)
    assert (before.promises, before.contested, before.unpaid[0].disputed) == ((), (), Decimal(0))
    assert [(one.state, one.on) for one in after.promises] == [("broken", make.day("2026-06-10"))]
    assert (after.contested[0].after_due, after.unpaid[0].disputed, after.invoices) == (True, Decimal(40), 1)


def test_a_day_gone_by_knows_nothing_of_what_came_later(business, acme):
    invoice = owed(acme, "2026-05-10")
    make.payment(acme, "100", on="2026-06-12", split={invoice: "100"})
    before = facts(acme, make.day("2026-06-11"))
    assert (before.settled, [one.amount for one in before.unpaid]) == ((), [Decimal(100)])
    assert (len(facts(acme).settled), facts(acme).unpaid) == (1, ())


def test_a_payment_that_came_back_later_had_paid_until_then(business, acme):
    older, invoice = owed(acme, "2026-05-10"), owed(acme, "2026-05-15")
    payment = make.payment(acme, "100", on="2026-06-12", split={invoice: "100"})
    return_payment(payment=payment, on=make.day("2026-06-20"))
    make.payment(acme, "100", on="2026-06-25", split={invoice: "100"})
    before, between, after = (facts(acme, make.day(on)) for on in ("2026-06-19", "2026-06-20", "2026-06-25"))
    assert [(one.invoice_id, one.paid_on) for one in before.settled] == [(invoice.pk, make.day("2026-06-12"))]
    assert (before.traces.uneven, before.traces.skipped) == ((), (make.day("2026-06-12"),))
    assert (between.settled, {one.invoice_id for one in between.unpaid}) == ((), {older.pk, invoice.pk})
    assert [one.paid_on for one in after.settled] == [make.day("2026-06-25")]
    assert after.traces.skipped == (make.day("2026-06-25"),)


def test_credit_is_in_the_currency_of_the_business(business, acme):
    owed(acme, "2026-06-10", "1800")
    owed(acme, "2026-06-10", "700", currency="EUR")
    Customer.objects.update(credit_limit=Decimal(500), terms_days=14)
    found = credit(acme)
    assert (found.currency, found.exposure, found.sales, found.limit, found.terms_days) == (
        "USD", Decimal(1800), Decimal(1800), Decimal(500), 14,
    )  # fmt: skip
    assert found.days == 50


def test_what_was_paid_at_once_is_no_credit_sale(business, acme):
    owed(acme, "2026-07-10", "300")
    cash = make.invoice(acme, issued="2026-06-10", due="2026-06-10", total="5000")
    make.payment(acme, "5000", on="2026-06-10", split={cash: "5000"})
    assert credit(acme).sales == Decimal(300)


def test_an_invoice_cancelled_and_issued_anew_was_sold_once(business, acme):
    wrong = make.invoice(acme, issued="2026-05-20", due="2026-06-19", total="900")
    make.credit_note(acme, "900", on="2026-06-02", corrects=wrong)
    make.invoice(acme, issued="2026-06-03", due="2026-07-03", total="800")
    make.credit_note(acme, "50", on="2026-06-04")
    assert credit(acme).sales == Decimal(800)
    assert facts(acme).traces.bought == {"USD": {make.day("2026-05-01"): Decimal(900), make.day("2026-06-01"): Decimal(-100)}}
    assert facts(acme, make.day("2026-06-01")).traces.bought == {"USD": {make.day("2026-05-01"): Decimal(900)}}


def test_what_was_paid_at_once_and_taken_back_lowers_no_credit_sales(business, acme):
    owed(acme, "2026-07-10", "300")
    cash = make.invoice(acme, issued="2026-06-10", due="2026-06-10", total="200")
    make.payment(acme, "200", on="2026-06-10", split={cash: "200"})
    make.credit_note(acme, "200", on="2026-06-12", corrects=cash)
    assert credit(acme).sales == Decimal(300)


def test_an_invoice_taken_back_and_issued_anew_is_one_sale(business, acme):
    """Both were contested, for the second time because the correction was wrong too."""
    wrong = owed(acme, "2026-05-10")
    open_dispute(invoice=wrong, amount=Decimal(100), code="PRICE", on=make.day("2026-04-20"), calendar=Calendar())
    make.credit_note(acme, "100", on="2026-04-22", corrects=wrong)
    anew = make.invoice(acme, issued="2026-04-22", due="2026-05-22", total="90")
    open_dispute(invoice=anew, amount=Decimal(90), code="PRICE", on=make.day("2026-04-25"), calendar=Calendar())
    make.invoice(acme, issued="2026-06-01", due="2026-06-30", total="100")
    seen = facts(acme)
    assert seen.invoices == 2
    assert {one.invoice_id for one in seen.contested} == {anew.pk} and len(seen.contested) == 2


@pytest.mark.parametrize(("back", "issued"), [("40", "2026-04-22"), ("100", "2026-05-20"), ("100", "2026-04-12")])
def test_an_invoice_nothing_took_the_place_of_counts_for_itself(business, acme, back, issued):
    """Taken back in part, or with no other soon after: bought otherwise before, or long after."""
    make.credit_note(acme, back, on="2026-04-22", corrects=owed(acme, "2026-05-10"))
    make.invoice(acme, issued=issued, due="2026-06-30", total="100")
    assert facts(acme).invoices == 2
