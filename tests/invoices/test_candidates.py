"""What is open of a business, read for matching in a fixed number of queries."""

from decimal import Decimal

import pytest

from invoices.agreeing import make_promise
from invoices.candidates import read_ledger
from invoices.matches import LineFacts
from invoices.matching import match
from invoices.models import CreditNote, KnownPayer
from invoices.open_ledger import AwaitedPromise
from tests import make

pytestmark = pytest.mark.django_db
DAY = make.day("2026-02-20")


def paid(amount: str, text: str = "", payer: str = "") -> LineFacts:
    return LineFacts(DAY, DAY, Decimal(amount), "USD", payer=payer, text=text)


def test_an_open_invoice_is_found_by_its_number():
    acme = make.customer(make.business())
    invoice = make.invoice(acme, "INV-20417", total="119")
    [found] = match(paid("119.00", "inv 20417"), read_ledger(acme.business))
    assert (found.customer_id, found.split, found.certain) == (acme.pk, ((invoice.pk, Decimal(119)),), True)


def test_nothing_of_another_business_is_found():
    make.invoice(make.customer(make.business()), "INV-20417", total="119")
    assert match(paid("119.00", "INV-20417"), read_ledger(make.business())) == ()


def test_what_was_paid_is_no_longer_open_but_its_number_is_known():
    acme = make.customer(make.business())
    invoice = make.invoice(acme, "INV-20417", total="119")
    make.payment(acme, "119", on="2026-02-01", split={invoice: "119"})
    books = read_ledger(acme.business)
    assert not books.invoices and books.paid_numbers.keys["INV20417"] == (acme.pk,)


def test_what_came_in_for_a_promise_is_not_awaited_again():
    """Only the night settles it: what was booked today counts already."""
    acme = make.customer(make.business())
    invoice = make.invoice(acme, "INV-20417", total="119")
    days = {"made_on": make.day("2026-02-01"), "due_on": make.day("2026-02-10")}
    promise = make_promise(customer=acme, currency="USD", amount=Decimal(100), **days)
    assert read_ledger(acme.business).promises == {(acme.pk, "USD"): (AwaitedPromise(Decimal(100), {invoice.pk: Decimal(100)}),)}
    make.payment(acme, "60", on="2026-02-05", split={invoice: "60"})
    assert read_ledger(acme.business).promises == {(acme.pk, "USD"): (AwaitedPromise(Decimal(40), {invoice.pk: Decimal(40)}),)}
    make.payment(acme, "40", on="2026-02-06", split={})
    assert promise.state == "open" and not read_ledger(acme.business).promises


def test_queries_do_not_grow_with_the_ledger(django_assert_num_queries):
    acme = make.customer(make.business())
    for _count in range(3):
        make.invoice(acme)
    CreditNote.objects.create(
        business=acme.business, customer=acme, number="CN-1", number_key="CN1", issued_on=DAY, currency="USD", total=20
    )
    KnownPayer.objects.create(business=acme.business, kind="name", key="ACME", customer=acme)
    make_promise(customer=acme, currency="USD", amount=Decimal(100), made_on=DAY, due_on=DAY)
    with django_assert_num_queries(17):
        books = read_ledger(acme.business)
    assert (len(books.invoices), len(books.credits), books.known) == (3, 1, {("name", "ACME"): {acme.pk: 1}})
