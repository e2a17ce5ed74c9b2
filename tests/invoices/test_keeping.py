"""Promises are settled by themselves: money in, grace over, payment returned."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Event
from invoices import booking
from invoices.agreeing import make_promise
from invoices.keeping import settle_promises
from invoices.models import Invoice, Promise
from invoices.models.agreement import PromiseState
from invoices.unbooking import TAKEN_OUT, reinstate_payment
from invoices.writing_off import write_off
from tests import make
from tests.make import day

FRIDAY = day("2026-06-05")


@pytest.fixture
def invoice(business):
    return make.invoice(make.customer(business), "INV-1", total="500")


@pytest.fixture
def promise(invoice):
    return make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), made_on=day("2026-06-01"), due_on=FRIDAY)


def settle(promise, on: str) -> str:
    settle_promises(business=promise.business, calendar=Calendar(), today=day(on))
    promise.refresh_from_db()
    return promise.state


@pytest.mark.proves("T36")
def test_a_payment_keeps_it(promise, invoice):
    make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    assert settle(promise, "2026-06-04") == PromiseState.KEPT
    assert promise.received == 500


@pytest.mark.proves("T35")
def test_it_is_broken_after_two_business_days_of_grace(promise):
    assert settle(promise, "2026-06-09") == PromiseState.OPEN
    assert settle(promise, "2026-06-10") == PromiseState.BROKEN
    assert promise.evaluated_on == day("2026-06-10")


def test_a_part_of_it_keeps_it_in_part(promise, invoice):
    make.payment(invoice.customer, "200", on="2026-06-05", split={invoice: "200"})
    assert settle(promise, "2026-06-10") == PromiseState.PARTIAL


def test_unapplied_cash_keeps_it_too(promise, invoice):
    make.payment(invoice.customer, "500", on="2026-06-08")
    assert settle(promise, "2026-06-10") == PromiseState.KEPT


def test_money_we_had_when_it_was_promised_keeps_nothing(invoice):
    """domain.md 2.8: what came in after the promise was made, on the same day too."""
    make.payment(invoice.customer, "250", on="2026-06-01", split={invoice: "250"})
    dates = {"made_on": day("2026-06-01"), "due_on": FRIDAY}
    rest = make_promise(customer=invoice.customer, currency="USD", amount=Decimal(250), **dates)
    assert settle(rest, "2026-06-02") == PromiseState.OPEN
    make.payment(invoice.customer, "250", on="2026-06-01", split={invoice: "250"})
    assert settle(rest, "2026-06-02") == PromiseState.KEPT


@pytest.mark.proves("T35", "T39")
def test_its_last_day_ends_where_the_owner_is(business, invoice, promise):
    """Tuesday the 9th is the last day of grace; at 23:30 UTC it is Wednesday in Canberra and still Tuesday in New York."""
    late = datetime.datetime(2026, 6, 9, 23, 30, tzinfo=datetime.UTC)
    for zone, state in (("America/New_York", PromiseState.OPEN), ("Australia/Canberra", PromiseState.BROKEN)):
        business.time_zone = zone
        assert settle(promise, business.local_date(late).isoformat()) == state


@pytest.mark.proves("T22")
@pytest.mark.parametrize(
    ("judged", "back_on", "night"),
    [("2026-06-04", "2026-06-05", "2026-06-05"), ("2026-06-10", "2026-06-09", "2026-06-11")],
    ids=["at once", "dated before the night that judged it"],
)
def test_a_returned_payment_breaks_it_after_all(promise, invoice, judged, back_on, night):
    payment = make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    assert settle(promise, judged) == PromiseState.KEPT
    booking.return_payment(payment=payment, on=day(back_on))
    assert settle(promise, night) == PromiseState.BROKEN
    assert promise.received == 0


@pytest.mark.proves("T36")
def test_money_that_kept_one_keeps_no_other(promise, invoice):
    """Two halves of an invoice, promised for two Fridays: the first half is not the second one too, tonight or any night."""
    Invoice.objects.update(total=1000, balance=1000)
    terms = {"made_on": day("2026-06-01"), "due_on": day("2026-06-12"), "split": [(invoice.pk, Decimal(500))]}
    second = make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), **terms)
    make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    for night in ("2026-06-04", "2026-06-05", "2026-06-06"):
        assert (settle(promise, night), settle(second, night)) == (PromiseState.KEPT, PromiseState.OPEN)
    make.payment(invoice.customer, "500", on="2026-06-11", split={invoice: "500"})
    assert settle(second, "2026-06-11") == PromiseState.KEPT


def test_money_in_hand_keeps_only_one(promise, business):
    later = make.invoice(promise.customer, "INV-2", total="500")
    terms = {"made_on": day("2026-06-01"), "due_on": day("2026-06-12"), "split": [(later.pk, Decimal(500))]}
    second = make_promise(customer=promise.customer, currency="USD", amount=Decimal(500), **terms)
    make.payment(promise.customer, "500", on="2026-06-04")
    settle(promise, "2026-06-04")
    assert (settle(promise, "2026-06-05"), settle(second, "2026-06-05")) == (PromiseState.KEPT, PromiseState.OPEN)


@pytest.mark.parametrize(
    ("came", "amount", "state"),
    [("2026-06-08", "500", "kept"), ("2026-06-08", "200", "partial"), ("2026-06-11", "500", "broken")],
)
def test_a_statement_read_late_still_counts_by_the_day_the_money_came(promise, invoice, came, amount, state):
    assert settle(promise, "2026-06-10") == PromiseState.BROKEN
    make.payment(invoice.customer, amount, on=came, split={invoice: amount})
    assert settle(promise, "2026-06-15") == state
    assert promise.received == (Decimal(amount) if state != "broken" else 0)
    assert Event.objects.filter(kind=f"promise.{state}").count() == 1


def test_what_gave_way_to_another_is_not_kept_by_what_comes_for_that(promise, invoice):
    terms = {"made_on": day("2026-06-08"), "due_on": day("2026-06-19")}
    second = make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), **terms)
    make.payment(invoice.customer, "500", on="2026-06-09", split={invoice: "500"})
    assert (settle(promise, "2026-06-10"), settle(second, "2026-06-10")) == (PromiseState.BROKEN, PromiseState.KEPT)


def test_what_they_had_paid_before_we_knew_keeps_what_they_promised_for_it(promise, invoice):
    make.payment(invoice.customer, "500", on="2026-05-29", split={invoice: "500"})
    assert settle(promise, "2026-06-10") == PromiseState.KEPT


@pytest.mark.proves("T22")
def test_a_return_taken_back_keeps_it_again(promise, invoice):
    payment = make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    settle(promise, "2026-06-04")
    booking.return_payment(payment=payment, on=day("2026-06-11"))
    assert settle(promise, "2026-06-11") == PromiseState.BROKEN
    reinstate_payment(payment=payment, on=day("2026-06-12"))
    assert settle(promise, "2026-06-12") == PromiseState.KEPT


@pytest.mark.proves("T39")
def test_a_payment_taken_out_in_the_morning_of_canberra_opens_it_again(promise, invoice):
    """It is still the day before in Greenwich, and the promise was judged that very night."""
    payment = make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    assert settle(promise, "2026-06-05") == PromiseState.KEPT
    Promise.objects.update(created_at="2026-06-01T09:00Z")
    booking.unbook_many(business=promise.business, payments=[payment], event="payment.moved")
    morning = {"at": "2026-06-04T23:00Z", "kind": TAKEN_OUT, "subject": f"payment:{payment.pk}"}
    Event.objects.create(business=promise.business, customer=promise.customer, **morning)
    assert settle(promise, "2026-06-06") == PromiseState.OPEN


@pytest.mark.parametrize(
    ("credited", "paid", "state"), [("200", "300", "kept"), ("200", "100", "partial"), ("500", "", "cancelled")]
)
def test_what_we_credit_is_no_promise_broken(promise, invoice, credited, paid, state):
    note = make.credit_note(invoice.customer, credited, on="2026-06-02")
    booking.apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(credited))], on=day("2026-06-02"))
    if paid:
        make.payment(invoice.customer, paid, on="2026-06-04", split={invoice: paid})
    assert settle(promise, "2026-06-10") == state


def test_a_payment_after_its_grace_keeps_nothing_though_nothing_is_open(promise, invoice):
    make.payment(invoice.customer, "500", on="2026-06-10", split={invoice: "500"})
    assert settle(promise, "2026-06-10") == PromiseState.BROKEN


@pytest.mark.proves("T22")
def test_one_broken_by_a_return_is_not_kept_in_part_by_what_was_there_before(promise, invoice):
    make.payment(invoice.customer, "300", on="2026-06-03", split={invoice: "300"})
    second = make.payment(invoice.customer, "200", on="2026-06-04", split={invoice: "200"})
    assert settle(promise, "2026-06-04") == PromiseState.KEPT
    booking.return_payment(payment=second, on=day("2026-06-11"))
    assert [settle(promise, f"2026-06-{night}") for night in (11, 12)] == [PromiseState.BROKEN] * 2


def test_what_is_given_up_later_makes_no_promise_kept(promise, invoice):
    make.payment(invoice.customer, "200", on="2026-06-04", split={invoice: "200"})
    assert settle(promise, "2026-06-10") == PromiseState.PARTIAL
    write_off(invoice=invoice, amount=Decimal(300), kind="bad_debt", on=day("2026-06-20"), reason="Gone")
    assert settle(promise, "2026-06-21") == PromiseState.PARTIAL


def test_of_two_halves_the_one_we_credit_is_not_broken(promise, invoice):
    Invoice.objects.update(total=1000, balance=1000)
    terms = {"made_on": day("2026-06-01"), "due_on": day("2026-06-12"), "split": [(invoice.pk, Decimal(500))]}
    second = make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), **terms)
    make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    assert settle(promise, "2026-06-04") == PromiseState.KEPT
    note = make.credit_note(invoice.customer, "500", on="2026-06-08")
    booking.apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(500))], on=day("2026-06-08"))
    assert settle(second, "2026-06-15") == PromiseState.CANCELLED


def test_what_came_late_to_our_ears_keeps_the_first_and_leaves_nothing_of_the_second(promise, invoice):
    assert settle(promise, "2026-06-10") == PromiseState.BROKEN
    terms = {"made_on": day("2026-06-11"), "due_on": day("2026-06-19")}
    second = make_promise(customer=invoice.customer, currency="USD", amount=Decimal(500), **terms)
    make.payment(invoice.customer, "500", on="2026-06-08", split={invoice: "500"})
    assert settle(promise, "2026-06-15") == PromiseState.KEPT
    assert settle(second, "2026-06-25") == PromiseState.CANCELLED


def test_a_payment_of_before_that_is_told_after_it_was_broken_keeps_it_too(promise, invoice):
    assert settle(promise, "2026-06-10") == PromiseState.BROKEN
    make.payment(invoice.customer, "500", on="2026-05-29", split={invoice: "500"})
    assert settle(promise, "2026-06-15") == PromiseState.KEPT


def test_what_we_had_before_keeps_nothing_when_it_is_entered_anew(invoice):
    """500 of 1000 was paid when the other half was promised; its statement is undone, and read again."""
    Invoice.objects.update(total=1000, balance=1000)
    terms = {"amount": Decimal(500), "split": [(invoice.pk, Decimal(500))], "made_on": day("2026-06-01"), "due_on": FRIDAY}
    rest = make_promise(customer=invoice.customer, currency="USD", **terms)
    make.payment(invoice.customer, "500", on="2026-05-25", split={invoice: "500"})
    assert settle(rest, "2026-06-10") == PromiseState.BROKEN


def test_what_came_back_and_was_credited_then_was_not_kept(promise, invoice):
    payment = make.payment(invoice.customer, "500", on="2026-06-04", split={invoice: "500"})
    settle(promise, "2026-06-04")
    booking.return_payment(payment=payment, on=day("2026-06-05"))
    note = make.credit_note(invoice.customer, "500", on="2026-06-05")
    booking.apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(500))], on=day("2026-06-05"))
    assert settle(promise, "2026-06-05") == PromiseState.BROKEN


def test_another_business_is_left_alone(promise):
    other = make.business("Elsewhere")
    assert settle_promises(business=other, calendar=Calendar(), today=day("2026-07-01")) == []
    assert settle(promise, "2026-06-01") == PromiseState.OPEN
