"""Rows are locked in one order, whoever books or takes back: two people at once never wait for each other."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from invoices.booking import apply_credit_note
from invoices.line_booking import book_line
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine, RemittanceAdvice
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole database"),
]
ON = day("2026-03-12")
# As in invoices.balances.
ORDER = ["invoices_bankline", "invoices_remittanceadvice", "invoices_payment", "invoices_creditnote", "invoices_invoice"]


def locked(queries):
    """The tables locked, each where it was first."""
    tables = [query["sql"].partition(' FROM "')[2].partition('"')[0] for query in queries if "FOR UPDATE" in query["sql"]]
    return [table for table in dict.fromkeys(tables) if table in ORDER]


@pytest.fixture
def paid(business, acme):
    """A line less a credit note, announced by an advice."""
    inv, note = make.invoice(acme, "INV-1", total="100"), make.credit_note(acme, "20", on="2026-02-20")
    advice = RemittanceAdvice.objects.create(business=business, customer=acme, currency="USD", total=80)
    store(business, line("80"))
    row = BankLine.objects.get()
    credits = ((note.pk, inv.pk, Decimal(20)),)
    return row, Match(acme.pk, ((inv.pk, Decimal(80)),), 90, "credit", "", credits=credits, advice_id=advice.pk)


def test_a_line_is_booked_in_that_order(paid, bookkeeper):
    row, match = paid
    with CaptureQueriesContext(connection) as done:
        book_line(line=row, match=match, actor=bookkeeper, on=ON)
    assert locked(done) == ["invoices_remittanceadvice", "invoices_creditnote", "invoices_invoice"]


def test_a_line_is_taken_back_in_that_order(paid, bookkeeper):
    row, match = paid
    book_line(line=row, match=match, actor=bookkeeper, on=ON)
    with CaptureQueriesContext(connection) as done:
        take_back_line(line=row, actor=bookkeeper, on=ON)
    assert locked(done) == ORDER


def test_a_credit_note_is_taken_off_in_that_order(acme):
    inv, note = make.invoice(acme, total="100"), make.credit_note(acme, "20", on="2026-02-20")
    with CaptureQueriesContext(connection) as done:
        apply_credit_note(credit_note=note, split=[(inv.pk, Decimal(20))], on=ON)
    assert locked(done) == ["invoices_creditnote", "invoices_invoice"]
