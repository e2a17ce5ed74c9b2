"""Receipts: once a payment, in the customer's language, by a click or by itself where the business wants it so."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from customers.models import Customer, Event
from invoices.models import Payment
from invoices.thanking import send_receipts, thank
from tests import make
from tests.make import day
from tests.pages import address

NOON = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def paid(acme) -> Payment:
    make.contact(acme)
    row = make.payment(acme, "300", on="2026-03-19", split={make.invoice(acme, "INV-1", total="500"): "300"})
    Payment.objects.update(created_at=NOON - datetime.timedelta(minutes=20))
    return row


@pytest.fixture
def wants(business):
    """The business wants receipts by e-mail."""
    business.settings = {"receipts_by_email": True}
    business.save()


def test_it_says_what_came_in_and_what_is_open(paid):
    assert thank(payment=paid, now=NOON).contact.email == "ap@acme.example"
    sent = mail.outbox[0]
    assert sent.subject == "Message from Hollis Tools"
    assert "On Mar 19, 2026 we received $300.00 from you." in sent.body
    assert "- Invoice INV-1: $300.00, $200.00 is still open" in sent.body
    assert Event.objects.filter(kind="payment.receipt_sent").count() == 1


def test_it_is_in_their_language(paid):
    Customer.objects.update(language="de", country="DE")
    paid.customer.refresh_from_db()
    thank(payment=paid, now=NOON)
    assert "Vielen Dank. Am 19.03.2026 haben wir 300,00" in mail.outbox[0].body.replace("\xa0", " ")
    assert "noch offen" in mail.outbox[0].body


def test_a_second_click_sends_nothing(books, business, paid):
    for _ in range(2):
        page = books.post(address(business, "payment-receipt", paid.pk), follow=True).content.decode()
    assert len(mail.outbox) == 1
    assert "A receipt was sent already." in page


@pytest.mark.parametrize(
    "flags", [{"deceased": True}, {"cease_contact": True}, {"represented_by": "A lawyer"}, {"insolvent": True}]
)
def test_whom_nothing_is_mailed_to_gets_none(paid, flags):
    Customer.objects.update(**flags)
    paid.customer.refresh_from_db()
    assert thank(payment=paid, now=NOON).why
    assert mail.outbox == []


def test_an_address_that_bounced_gets_none(books, business, paid):
    paid.customer.contacts.update(bounced_on=day("2026-03-01"))
    assert "came back" in books.post(address(business, "payment-receipt", paid.pk), follow=True).content.decode()


def test_a_returned_payment_is_not_thanked_for(paid):
    paid.returned_on = day("2026-03-20")
    assert "returned" in thank(payment=paid, now=NOON).why


def test_by_itself_only_where_it_is_wanted(business, paid):
    assert send_receipts(business, NOON) == 0


def test_by_itself_once(business, wants, paid):
    assert [send_receipts(business, NOON), send_receipts(business, NOON)] == [1, 0]
    paid.refresh_from_db()
    assert paid.receipt_sent_at == NOON


@pytest.mark.parametrize(
    "change",
    [
        {"created_at": NOON - datetime.timedelta(minutes=5)},
        {"created_at": NOON - datetime.timedelta(days=3)},
        {"received_on": day("2026-03-01")},
        {"returned_on": day("2026-03-20"), "allocated": 0},
    ],
)
def test_not_too_soon_nor_too_late(business, wants, paid, change):
    Payment.objects.update(**change)
    assert send_receipts(business, NOON) == 0


def test_what_could_not_be_sent_is_tried_once_and_may_be_tried_by_hand(business, wants, paid, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert [send_receipts(business, NOON), send_receipts(business, NOON)] == [0, 0]
    paid.refresh_from_db()
    assert paid.receipt_sent_at is None
    assert Event.objects.filter(kind="payment.receipt_failed").count() == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert thank(payment=paid, now=timezone.now()).contact
