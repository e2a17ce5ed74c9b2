"""Booking: the one writer of payments, allocations and balances. First what goes well, then every refusal."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from customers.models import Event
from invoices.booking import (
    Booking,
    BookingError,
    apply_credit_note,
    apply_unapplied,
    book_many,
    book_payment,
    fingerprint,
    restate_totals,
    return_payment,
    unbook_many,
)
from invoices.models import Allocation, Invoice, Payment, WriteOff
from invoices.writing_off import write_off
from tests import make
from tests.make import day


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def invoice(customer) -> Invoice:
    return make.invoice(customer, "INV-1", total="100", due="2026-02-14")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def must_refuse(message: str, change, **arguments) -> None:
    """`change` says no, and nothing of it is left in the database."""
    before = Payment.objects.count(), Allocation.objects.count(), Event.objects.count(), WriteOff.objects.count()
    with pytest.raises(BookingError, match=message), transaction.atomic():
        change(**arguments)
    assert (Payment.objects.count(), Allocation.objects.count(), Event.objects.count(), WriteOff.objects.count()) == before


def book(customer, amount: str, **fields) -> Payment:
    fields = {"received_on": day("2026-02-20"), "currency": "USD", "fingerprint": fingerprint(amount, fields)} | fields
    return book_payment(customer=customer, amount=Decimal(amount), **fields)


def test_a_payment_settles_its_invoice(customer, invoice):
    payment = book(customer, "100", split=[(invoice.pk, Decimal(100))])
    assert (fresh(invoice).balance, fresh(invoice).paid_on) == (0, day("2026-02-20"))
    assert payment.unapplied == 0


@pytest.mark.proves("T24")
def test_a_part_payment_leaves_the_rest(customer, invoice):
    book(customer, "30", split=[(invoice.pk, Decimal(30))])
    assert (fresh(invoice).balance, fresh(invoice).paid_on) == (70, None)


def test_without_designation_the_oldest_due_date_comes_first(customer, invoice):
    younger = make.invoice(customer, "INV-2", total="50", due="2026-03-14")
    oldest = make.invoice(customer, "INV-3", total="20", due="2026-01-31")
    book(customer, "130")
    assert [fresh(row).balance for row in (oldest, invoice, younger)] == [0, 0, 40]


def test_the_payer_s_designation_wins(customer, invoice):
    younger = make.invoice(customer, "INV-2", total="50", due="2026-03-14")
    book(customer, "50", split=[(younger.pk, Decimal(50))])
    assert (fresh(invoice).balance, fresh(younger).balance) == (100, 0)


def test_a_surplus_stays_unapplied(customer, invoice):
    assert book(customer, "120").unapplied == 20


def test_unapplied_cash_is_booked_later(customer, invoice):
    payment = book(customer, "60", split=[])
    apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(60))], on=day("2026-03-01"))
    assert (fresh(payment).unapplied, fresh(invoice).balance) == (0, 40)
    assert Allocation.objects.get().on == day("2026-03-01")


def test_a_credit_note_is_taken_off(customer, invoice):
    note = make.credit_note(customer, "40", on="2026-02-01")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(25))], on=day("2026-02-10"))
    assert (fresh(note).unapplied, fresh(invoice).balance) == (15, 75)


@pytest.mark.proves("T22")
def test_a_returned_payment_opens_its_invoice_at_the_old_due_date(customer, invoice):
    payment = book(customer, "100")
    return_payment(payment=payment, on=day("2026-02-25"))
    again = fresh(invoice)
    assert (again.balance, again.paid_on, again.due_on, again.cycle) == (100, None, day("2026-02-14"), 2)
    assert (fresh(payment).allocated, fresh(payment).unapplied) == (0, 0)


def test_a_returned_part_payment_starts_no_new_cycle(customer, invoice):
    payment = book(customer, "10")
    return_payment(payment=payment, on=day("2026-02-25"))
    assert fresh(invoice).cycle == 1


def test_what_was_paid_stays_when_another_part_is_returned(customer, invoice):
    book(customer, "60", split=[(invoice.pk, Decimal(60))])
    returned = book(customer, "40", split=[(invoice.pk, Decimal(40))])
    return_payment(payment=returned, on=day("2026-02-25"))
    assert (fresh(invoice).balance, fresh(invoice).cycle) == (40, 2)


def test_an_invoice_is_paid_on_its_latest_money_in_whatever_order_it_was_entered(customer, invoice):
    book(customer, "60", received_on=day("2026-02-20"), split=[(invoice.pk, Decimal(60))])
    book(customer, "40", received_on=day("2026-02-18"), split=[(invoice.pk, Decimal(40))])
    assert fresh(invoice).paid_on == day("2026-02-20")


def test_a_write_off_ends_an_invoice(customer, invoice, owner):
    book(customer, "99.50", split=[(invoice.pk, Decimal("99.50"))])
    row = write_off(invoice=invoice, amount=Decimal("0.50"), kind="small", on=day("2026-04-01"), reason="cents", actor=owner)
    assert (fresh(invoice).balance, fresh(invoice).paid_on, row.by) == (0, day("2026-04-01"), owner)


def test_payments_taken_out_again_leave_no_trace_in_balances(business, customer, invoice):
    payment = book(customer, "100")
    unbook_many(business=business, payments=[payment])
    assert (fresh(invoice).balance, fresh(invoice).paid_on, fresh(invoice).cycle) == (100, None, 1)
    assert not Payment.objects.exists()


def test_a_payment_that_came_back_meanwhile_is_not_taken_out(business, customer, invoice):
    payment = book(customer, "100")
    read_before = fresh(payment)
    return_payment(payment=payment, on=day("2026-02-25"))
    must_refuse("it stays in the books", unbook_many, business=business, payments=[read_before])


def test_every_booking_is_logged_with_who_did_it(business, customer, invoice, bookkeeper):
    payment = book(customer, "100", actor=bookkeeper)
    event = Event.objects.get(kind="payment.booked")
    assert (event.subject, event.actor, event.customer) == (f"payment:{payment.pk}", bookkeeper, customer)
    assert event.data["split"] == [[str(invoice.pk), "100.000"]] or event.data["split"] == [[str(invoice.pk), "100"]]


def test_more_than_is_open_is_refused(customer, invoice):
    must_refuse(
        "cannot be booked on invoice INV-1: 100", book, customer=customer, amount="150", split=[(invoice.pk, Decimal(150))]
    )


def test_more_than_the_payment_is_refused(customer, invoice):
    must_refuse(
        "^20.00 booked of a payment of only 10.00", book, customer=customer, amount="10", split=[(invoice.pk, Decimal(20))]
    )


@pytest.mark.parametrize("amount", ["0", "-5", "1.005"])
def test_an_amount_nobody_can_pay_is_refused(customer, amount):
    must_refuse("is not an amount somebody can pay", book, customer=customer, amount=amount, split=[])


def test_nothing_and_less_are_refused_as_parts(customer, invoice):
    for part in ("0", "-1"):
        must_refuse(
            "cannot be booked on .*: 100.00 is open", book, customer=customer, amount="10", split=[(invoice.pk, Decimal(part))]
        )


def test_nothing_smaller_than_the_currency_has_is_booked(customer, invoice):
    must_refuse("cannot be booked", book, customer=customer, amount="10", split=[(invoice.pk, Decimal("3.333"))])


@pytest.mark.proves("T25")
def test_another_currency_is_refused(customer, invoice):
    split = [(invoice.pk, Decimal(10))]
    must_refuse("is in USD, the money in EUR", book, customer=customer, amount="10", currency="EUR", split=split)


def test_somebody_else_s_invoice_is_refused(business, invoice):
    birch = make.customer(business, "Birch")
    must_refuse("belongs to somebody else", book, customer=birch, amount="10", split=[(invoice.pk, Decimal(10))])


def test_another_business_s_invoice_is_refused(customer, outsider):
    theirs = make.invoice(make.customer(outsider.memberships.get().business))
    must_refuse("belongs to somebody else", book, customer=customer, amount="10", split=[(theirs.pk, Decimal(10))])


def test_two_parts_that_are_too_much_together_are_refused(customer, invoice):
    split = [(invoice.pk, Decimal(60)), (invoice.pk, Decimal(60))]
    must_refuse("More is booked on invoice INV-1", book, customer=customer, amount="120", split=split)


def test_of_many_bookings_one_bad_one_refuses_all(business, customer, invoice):
    other = make.invoice(customer, "INV-2", total="5")
    good, bad = (
        Booking(
            Payment(
                business=business,
                customer=customer,
                received_on=day("2026-02-20"),
                currency="USD",
                amount=Decimal(10),
                fingerprint=mark,
            ),
            [(row.pk, Decimal(10))],
        )
        for mark, row in (("a", invoice), ("b", other))
    )
    must_refuse("cannot be booked on invoice INV-2", book_many, business=business, bookings=[good, bad])
    assert fresh(invoice).balance == 100


def test_the_same_payment_twice_is_refused_by_the_database(customer):
    book(customer, "10", split=[], fingerprint="same")
    with pytest.raises(IntegrityError), transaction.atomic():
        book(customer, "10", split=[], fingerprint="same")


def test_more_than_the_credit_note_is_refused(customer, invoice):
    note = make.credit_note(customer, "40", on="2026-02-01")
    split = [(invoice.pk, Decimal(50))]
    must_refuse("has only 40.00 left, not", apply_credit_note, credit_note=note, split=split, on=day("2026-02-10"))


def test_a_credit_note_of_another_currency_is_refused(customer, invoice):
    note = make.credit_note(customer, "40", on="2026-02-01", currency="EUR")
    split = [(invoice.pk, Decimal(40))]
    must_refuse("is in USD, the money in EUR", apply_credit_note, credit_note=note, split=split, on=day("2026-02-10"))


def test_a_payment_comes_back_once(customer, invoice):
    payment = book(customer, "100")
    return_payment(payment=payment, on=day("2026-02-25"))
    must_refuse("already returned on 2026-02-25", return_payment, payment=payment, on=day("2026-02-26"))


def test_returned_money_cannot_be_booked(customer, invoice):
    payment = book(customer, "60", split=[])
    return_payment(payment=payment, on=day("2026-02-25"))
    split = [(invoice.pk, Decimal(60))]
    must_refuse("there is nothing to book", apply_unapplied, payment=payment, split=split, on=day("2026-03-01"))


def test_more_unapplied_cash_than_there_is_is_refused(customer, invoice):
    payment = book(customer, "60", split=[])
    split = [(invoice.pk, Decimal(70))]
    must_refuse("booked of a payment of only 60", apply_unapplied, payment=payment, split=split, on=day("2026-03-01"))


def test_a_returned_payment_stays_in_the_books(business, customer, invoice):
    payment = book(customer, "100")
    return_payment(payment=payment, on=day("2026-02-25"))
    must_refuse("it stays in the books", unbook_many, business=business, payments=[fresh(payment)])


def test_more_than_is_open_cannot_be_written_off(invoice):
    must_refuse(
        "cannot be booked", write_off, invoice=invoice, amount=Decimal(101), kind="small", on=day("2026-03-01"), reason="x"
    )


def test_a_total_below_what_is_booked_is_refused(business, customer, invoice):
    book(customer, "60", split=[(invoice.pk, Decimal(60))])
    totals = {invoice.pk: Decimal(50)}
    must_refuse(
        "cannot come to 50.00: .*.00 of it is booked", restate_totals, business=business, totals=totals, on=day("2026-03-01")
    )
