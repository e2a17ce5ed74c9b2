"""Where we stand with a customer: by currency, less what stands against asking."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arcollect.dates import Calendar
from invoices.account import positions
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from tests import make
from tests.make import day

TODAY = day("2026-03-20")


def test_nothing_open_is_no_position(acme):
    assert positions(acme, TODAY) == []


@pytest.mark.proves("T18")
def test_due_today_is_not_overdue(acme):
    make.invoice(acme, due="2026-03-20", total="100")
    make.invoice(acme, due="2026-03-19", total="40")
    (position,) = positions(acme, TODAY)
    assert (position.owed, position.overdue, position.days_late) == (140, 40, 1)


@pytest.mark.proves("T25")
def test_two_currencies_are_two_positions(acme):
    make.invoice(acme, due="2026-03-01", total="100")
    make.invoice(acme, due="2026-03-01", total="70", currency="EUR")
    assert {position.currency: position.owed for position in positions(acme, TODAY)} == {"USD": 100, "EUR": 70}


def test_disputed_and_promised_parts_are_not_asked_for(acme):
    invoice = make.invoice(acme, due="2026-02-14", total="1000")
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(150), on=TODAY, calendar=Calendar())
    make_promise(customer=acme, currency="USD", amount=Decimal(200), made_on=TODAY, due_on=day("2026-03-27"))
    (position,) = positions(acme, TODAY)
    assert (position.overdue, position.collectable) == (1000, 650)


def test_claims_larger_than_what_is_left_count_for_what_is_left(acme):
    invoice = make.invoice(acme, due="2026-02-14", total="1000")
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(900), on=TODAY, calendar=Calendar())
    make.payment(acme, "800", on="2026-03-10", split={invoice: "800"})
    (item,) = positions(acme, TODAY)[0].invoices
    assert (item.disputed, item.collectable) == (200, 0)


def test_money_without_an_invoice_lowers_the_net(acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    make.payment(acme, "350", on="2026-03-10", split={})
    make.credit_note(acme, "100", on="2026-03-11")
    (position,) = positions(acme, TODAY)
    assert (position.owed, position.unapplied, position.net) == (1000, 450, 550)


def test_the_number_of_queries_does_not_grow(acme):
    for number in range(12):
        make.invoice(acme, f"INV-{number}", due="2026-02-14")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        positions(acme, TODAY)
    assert len(queries) == 7
