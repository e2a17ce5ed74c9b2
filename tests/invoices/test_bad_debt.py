"""Written off as lost, and money that comes in for it after all: both stay in the books on their day (P22, domain.md 2.10)."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices import booking
from invoices.balances import BookingError
from invoices.disputing import open_dispute
from invoices.history import open_invoices
from invoices.line_booking import book_line
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine, Payment, WriteOff
from invoices.unbooking import reinstate_payment
from invoices.writing_off import give_up
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day
from tests.pages import address

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P22")]


@pytest.fixture
def lost(acme, owner):
    """1200, written off on 1 July."""
    invoice = make.invoice(acme, "INV-7", due="2026-03-31", total="1200")
    give_up(customer=acme, invoice_ids=[invoice.pk], on=day("2026-07-01"), reason="Gone away", actor=owner)
    invoice.refresh_from_db()
    return invoice


def pay(customer, amount, on):
    return booking.book_payment(
        customer=customer, received_on=day(on), amount=Decimal(amount), currency="USD", fingerprint=f"{on}{amount}"
    )


def unsaved(customer, amount, on):
    return Payment(
        business=customer.business,
        customer=customer,
        received_on=day(on),
        amount=Decimal(amount),
        currency="USD",
        fingerprint=f"{on}{amount}",
    )


def open_on(business, on):
    return sum((row.amount for row in open_invoices(business, day(on))), Decimal(0))


def test_all_that_is_open_is_given_up_with_its_reason(business, acme, owner, lost):
    assert (lost.balance, lost.paid_on) == (0, day("2026-07-01"))
    row = WriteOff.objects.get()
    assert (row.kind, row.amount, row.reason, row.by) == ("bad_debt", 1200, "Gone away", owner)
    assert acme.events.filter(kind="invoice.written_off").exists()


def test_200_that_come_in_later_are_a_recovery(business, acme, lost):
    payment = pay(acme, "200", "2026-09-10")

    assert (payment.allocated, payment.unapplied) == (200, 0)
    lost.refresh_from_db()
    assert (lost.balance, lost.cycle) == (0, 1)
    kept, back = WriteOff.objects.order_by("-amount")
    assert (kept.amount, kept.reversed_on) == (1000, None)
    assert (back.amount, back.on, back.reversed_on) == (200, day("2026-07-01"), day("2026-09-10"))
    assert acme.events.filter(kind="invoice.recovered", data__amount="200.00").exists()
    assert verify(business).differences == []


def test_on_every_day_the_books_say_what_was_true_then(business, acme, lost):
    pay(acme, "200", "2026-09-10")

    assert [open_on(business, on) for on in ("2026-06-30", "2026-07-01", "2026-09-09", "2026-09-10")] == [1200, 0, 0, 0]


def test_all_of_it_comes_back(business, acme, lost):
    pay(acme, "1250", "2026-09-10")

    assert WriteOff.objects.get().reversed_on == day("2026-09-10")
    assert acme.payments.get().unapplied == 50
    assert verify(business).differences == []


def test_what_is_open_is_paid_first(acme, lost):
    other = make.invoice(acme, "INV-8", due="2026-08-31", total="150")

    pay(acme, "200", "2026-09-10")

    other.refresh_from_db()
    assert other.balance == 0
    assert WriteOff.objects.get(reversed_on__isnull=False).amount == 50


def test_a_settlement_or_a_small_balance_never_comes_back_so(acme, lost):
    WriteOff.objects.update(kind="small")
    assert pay(acme, "200", "2026-09-10").unapplied == 200


def test_a_recovery_that_is_returned_is_open_again(business, acme, lost):
    payment = pay(acme, "200", "2026-09-10")

    booking.return_payment(payment=payment, on=day("2026-09-12"))

    lost.refresh_from_db()
    assert lost.balance == 200
    assert verify(business).differences == []


@pytest.fixture
def taken_back(business, acme, lost, bookkeeper):
    """200 of it came in with a line of the bank's, which was taken back."""
    store(business, line("200"))
    row = BankLine.objects.get()
    book_line(
        line=row, match=Match(acme.pk, ((lost.pk, Decimal(200)),), 90, "number", ""), actor=bookkeeper, on=day("2026-09-10")
    )
    assert verify(business).differences == []
    take_back_line(line=row, actor=bookkeeper, on=day("2026-09-12"))
    lost.refresh_from_db()
    return lost


def test_a_line_taken_back_leaves_it_as_lost_as_before(business, acme, taken_back):
    assert (taken_back.balance, taken_back.paid_on, taken_back.cycle) == (0, day("2026-07-01"), 1)
    given_up = WriteOff.objects.filter(reversed_on=None, recovered_by=None)
    assert sum(row.amount for row in given_up) == 1200
    assert acme.events.filter(kind="invoice.lost_again", data__amount="200.00").exists()
    assert verify(business).differences == []


def test_what_was_taken_back_can_come_in_again(business, acme, taken_back):
    assert pay(acme, "1200", "2026-09-20").unapplied == 0
    assert not WriteOff.objects.filter(reversed_on=None).exists()
    assert verify(business).differences == []


def test_two_payments_at_once_bring_one_invoice_back(business, acme, lost):
    both = [unsaved(acme, "700", "2026-09-10"), unsaved(acme, "500", "2026-09-11")]
    booking.book_many(business=business, bookings=[booking.Booking(one, [(lost.pk, one.amount)]) for one in both])
    back = WriteOff.objects.order_by("amount").values_list("amount", "recovered_by")
    assert list(back) == [(500, both[1].pk), (700, both[0].pk)]
    assert verify(business).differences == []


def test_more_than_was_lost_of_it_is_refused(business, acme, lost):
    both = [unsaved(acme, "700", "2026-09-10"), unsaved(acme, "501", "2026-09-11")]
    with pytest.raises(BookingError, match="INV-7"):
        booking.book_many(business=business, bookings=[booking.Booking(one, [(lost.pk, one.amount)]) for one in both])
    assert not acme.payments.exists()
    assert WriteOff.objects.get().reversed_on is None


def test_lost_anew_while_the_payment_was_away_it_is_not_lost_twice(business, acme, owner, lost):
    """Returned, given up again, reinstated, and then taken out of the books: nothing is given to the invoice twice."""
    payment = pay(acme, "200", "2026-09-10")
    booking.return_payment(payment=payment, on=day("2026-09-12"))
    give_up(customer=acme, invoice_ids=[lost.pk], on=day("2026-09-15"), reason="Gone for good", actor=owner)
    reinstate_payment(payment=payment, on=day("2026-09-20"))
    assert acme.payments.get().unapplied == 200

    booking.unbook_many(business=business, payments=[payment])

    lost.refresh_from_db()
    assert (lost.balance, lost.paid_on) == (0, day("2026-09-15"))
    assert verify(business).differences == []


def test_the_payment_form_offers_what_was_given_up(books, business, acme, lost):
    data = {"amount": "300", "currency": "USD", "received_on": "2026-09-10", "invoice": lost.pk, "token": "t"}
    books.post(address(business, "payment-add", acme.pk), data)

    assert acme.payments.get().allocated == 300


def test_a_bookkeeper_writes_nothing_off(acme, bookkeeper):
    invoice = make.invoice(acme)
    with pytest.raises(BookingError, match="Only an owner"):
        give_up(customer=acme, invoice_ids=[invoice.pk], on=day("2026-07-01"), reason="Gone", actor=bookkeeper)


def test_not_without_a_reason(acme, owner):
    invoice = make.invoice(acme)
    with pytest.raises(BookingError, match="why"):
        give_up(customer=acme, invoice_ids=[invoice.pk], on=day("2026-07-01"), reason=" ", actor=owner)


@pytest.mark.proves("T16")
def test_not_while_it_is_in_dispute(acme, owner):
    invoice = make.invoice(acme, "INV-9")
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(10), on=day("2026-06-30"), calendar=Calendar())
    with pytest.raises(BookingError, match="INV-9 is in dispute"):
        give_up(customer=acme, invoice_ids=[invoice.pk], on=day("2026-07-01"), reason="Gone", actor=owner)
