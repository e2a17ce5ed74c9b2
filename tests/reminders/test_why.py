"""The answer to "why did this customer get this letter, or not?": on a customer, an invoice and a letter."""

import pytest
from django.urls import reverse

from customers.models import Letter
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import words

pytestmark = [pytest.mark.django_db, pytest.mark.proves("T47")]


@pytest.fixture
def letter(business, in_march) -> Letter:
    customer = make.customer(business)
    make.contact(customer)
    make.invoice(customer, "INV-1", due="2026-02-14", total="300")
    make.invoice(customer, "INV-2", due="2026-06-30", total="200")
    escalate(business, day("2026-03-16"))
    return Letter.objects.get()


def page(client, name: str, row, query: str = "") -> str:
    return words(client.get(reverse(name, args=[row.business.slug, row.pk]) + query))


def test_a_customer(client_of, bookkeeper, letter):
    text = page(client_of(bookkeeper), "customer-why", letter.customer)
    for said in ("INV-1", "300.00", "version 1", "Each step is taken once", "What the last run decided"):
        assert said in text


def test_another_day(client_of, bookkeeper, letter):
    text = page(client_of(bookkeeper), "customer-why", letter.customer, "?on=2026-04-16")
    assert "A step is due." in text
    assert "time to call and listen" in text


def test_a_day_nobody_can_read_is_today(client_of, bookkeeper, letter):
    assert "Nothing is due." in page(client_of(bookkeeper), "customer-why", letter.customer, "?on=tomorrow")


def test_an_invoice(client_of, bookkeeper, letter):
    text = page(client_of(bookkeeper), "invoice-why", letter.customer.invoices.get(number="INV-1"))
    for said in ("30 days", "The day of the step has come.", "30-day letter"):
        assert said in text


def test_a_letter(client_of, bookkeeper, letter):
    text = page(client_of(bookkeeper), "letter-why", letter)
    for said in ("Why this letter?", "1 invoice overdue, the oldest by 30 days", "STANDARD, version 1", "And now?"):
        assert said in text
