"""A payment entered by hand: on the oldest invoices, on one, too much, twice; and taken back."""

import pytest

from invoices.models import Invoice, Payment
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def enter(books, business, acme):
    """Posts the form with what the test changes, and answers with the page that follows."""

    def post(**fields: object):
        form = {"amount": "300", "currency": "USD", "received_on": "2026-03-19", "token": "t1"} | fields
        return books.post(address(business, "payment-add", acme.pk), form, follow=True)

    return post


def balances() -> dict[str, int]:
    return dict(Invoice.objects.values_list("number", "balance"))


@pytest.fixture
def two(acme) -> list[Invoice]:
    return [
        make.invoice(acme, "INV-1", due="2026-01-10", total="200"),
        make.invoice(acme, "INV-2", due="2026-02-14", total="500"),
    ]


def test_without_a_number_the_oldest_are_paid_first(enter, two):
    page = enter(method="Cheque", reference="000123").content.decode()
    assert balances() == {"INV-1": 0, "INV-2": 400}
    assert "$300.00 booked on INV-1, INV-2." in page
    payment = Payment.objects.get()
    assert (payment.method, payment.reference, payment.received_on) == ("Cheque", "000123", day("2026-03-19"))


def test_the_payer_decides_which(enter, two):
    enter(invoice=two[1].pk)
    assert balances() == {"INV-1": 200, "INV-2": 200}


def test_what_is_too_much_for_the_invoice_waits(enter, two):
    page = enter(invoice=two[0].pk).content.decode()
    assert balances() == {"INV-1": 0, "INV-2": 500}
    assert "$100.00 is left and waits for an invoice." in page


def test_a_second_click_books_nothing_more(enter, two):
    enter()
    enter()
    assert Payment.objects.count() == 1
    assert balances() == {"INV-1": 0, "INV-2": 400}


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("received_on", "2026-03-21", "still to come"),
        ("amount", "0.001", "USD has 2 decimals"),
        ("amount", "-5", "greater than or equal"),
        ("amount", "twelve", "Enter a number"),
        ("currency", "EUR", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_words(enter, two, field, value, refusal):
    assert refusal in enter(**{field: value}).content.decode()
    assert not Payment.objects.exists()


def test_an_invoice_in_another_currency_is_refused(enter, acme, two):
    euros = make.invoice(acme, "INV-9", currency="EUR")
    assert "Invoice INV-9 is in EUR." in enter(invoice=euros.pk).content.decode()
    assert not Payment.objects.exists()


def test_somebody_elses_invoice_is_no_choice(enter, business, two):
    other = make.invoice(make.customer(business, "Birch"), "INV-8")
    assert "Select a valid choice" in enter(invoice=other.pk).content.decode()


def test_from_an_invoice_the_form_is_filled_in(books, business, acme, two):
    page = books.get(address(business, "payment-add", acme.pk), {"invoice": two[1].pk}).content.decode()
    assert 'value="500.00"' in page
    assert f'<option value="{two[1].pk}" selected>INV-2</option>' in page


def test_a_returned_payment_opens_its_invoices_again(books, business, acme, two):
    payment = make.payment(acme, "200", on="2026-03-10", split={two[0]: "200"})
    assert "INV-1: $200.00" in read(books, business, "payment-return", payment.pk)
    assert balances()["INV-1"] == 0
    books.post(address(business, "payment-return", payment.pk))
    payment.refresh_from_db()
    assert (balances()["INV-1"], payment.returned_on) == (200, day("2026-03-20"))


def test_a_payment_is_not_taken_back_twice(books, business, acme, two):
    payment = make.payment(acme, "200", on="2026-03-10", split={two[0]: "200"})
    for _ in range(2):
        page = books.post(address(business, "payment-return", payment.pk), follow=True)
    assert "already returned" in page.content.decode()
