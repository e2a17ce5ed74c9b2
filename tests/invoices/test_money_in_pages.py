"""The first page of money in, and the field through which a payment is entered in ten seconds."""

import pytest

from invoices.models import Payment
from tests import make
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")


def test_it_says_what_waits_with_the_next_step(books, business, acme):
    make.payment(acme, "350", on="2026-03-10")
    make.credit_note(acme, "60", on="2026-03-11")
    make.invoice(acme, "INV-1", total="0.90")
    make.task(acme, kind="refund", subject="payment:1", amount=12, currency="USD")
    page = read(books, business, "money-in")
    for piece in ("1 paid, but on no invoice yet $350.00", "$60.00", "$0.90", "1 to pay back $12.00", "10 days ago"):
        assert piece in page


def test_an_empty_house_says_what_to_do(books, business):
    assert "No bank statement was brought in yet." in read(books, business, "money-in")


def test_an_invoice_number_leads_to_the_filled_form(books, business, acme):
    row = make.invoice(acme, "INV77", total="123.45")
    answer = books.get(address(business, "money-enter"), {"q": "inv 77"})
    assert answer.url == f"{address(business, 'payment-add', acme.pk)}?from=money&invoice={row.pk}"
    assert 'value="123.45"' in books.get(answer.url).content.decode()
    form = {"amount": "123.45", "currency": "USD", "received_on": "2026-03-19", "token": "t1", "invoice": row.pk}
    assert books.post(answer.url, form).url == address(business, "money-in")
    assert Payment.objects.get().allocated == Payment.objects.get().amount


def test_a_customer_s_invoices_are_offered_one_by_one(books, business, acme):
    make.invoice(acme, "INV-1")
    make.invoice(acme, "INV-2")
    page = read(books, business, "money-enter", q="acm")
    assert "INV-1 Acme" in page and "INV-2 Acme" in page and "the oldest invoices first" in page


def test_while_one_types_a_fragment_comes(books, business, acme):
    make.invoice(acme, "INV-1")
    answer = books.get(address(business, "money-enter"), {"q": "INV-1"}, headers={"HX-Request": "true"})
    assert "<main" not in answer.content.decode()
    assert "INV-1" in words(answer)


def test_nothing_open_fits(books, business, acme):
    make.payment(acme, "10", on="2026-03-01", split={make.invoice(acme, "INV-5", total="10"): "10"})
    assert "Nothing open fits" in read(books, business, "money-enter", q="INV-5")


def test_somebody_elses_invoice_is_not_found(books, business, outsider):
    make.invoice(make.customer(outsider.memberships.get().business, "Birch"), "INV-8")
    assert "Nothing open fits" in read(books, business, "money-enter", q="INV-8")
