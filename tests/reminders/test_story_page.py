"""The story of a customer: filtered, dated, printed."""

import pytest

from customers import log
from tests import make
from tests.pages import read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def told(business, acme):
    invoice = make.invoice(acme, "INV-1")
    make.payment(acme, "40", on="2026-03-02", split={invoice: "40"})
    log.record(business, "contact.added", f"customer:{acme.pk}", customer=acme, contact=0)
    for _time in range(60):
        log.record(business, "customer.edited", f"customer:{acme.pk}", customer=acme, fields=["city"])
    return acme


def test_one_part_alone(books, business, told):
    page = read(books, business, "customer-timeline", told.pk, show="money")
    assert "$40.00 received" in page
    assert "Contact" not in page.partition("Show")[2].partition("received")[2]


def test_since_a_day(books, business, told):
    assert "received" in read(books, business, "customer-timeline", told.pk, show="money", since="2026-03-20")
    assert "Nothing has happened" in read(books, business, "customer-timeline", told.pk, show="money", since="2027-01-01")


def test_a_day_that_is_none_is_left_aside(books, business, told):
    assert "received" in read(books, business, "customer-timeline", told.pk, show="money", since="2026-02-31")


def test_all_of_it_to_print(books, business, told):
    whole = read(books, business, "customer-timeline", told.pk, print="1")
    assert "Show older" not in whole
    assert "$40.00 received" in whole
    assert "Show older" in read(books, business, "customer-timeline", told.pk)
