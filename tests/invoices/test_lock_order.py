"""Rows are locked in one order, whoever books or takes back: two people at once never wait for each other."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from invoices import booking
from invoices.booking import apply_credit_note
from invoices.certain_lines import book_certain
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


def recorded(done):
    """What `done` returns, and its queries: it may reset those that Django keeps."""
    queries = []

    def note(execute, sql, params, many, context):
        with_ids = sql % tuple(params) if params and "FOR UPDATE" in sql else sql
        queries.append({"sql": with_ids})
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        return done(), queries


def by_transaction(queries):
    """The tables locked in each transaction of a run: in a test these are the outermost savepoints."""
    runs, depth = [], 0
    for query in queries:
        if query["sql"].startswith("SAVEPOINT"):
            depth += 1
            if depth == 1:
                runs.append([])
        elif query["sql"].startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")):
            # Rolling back releases it as well, in a statement of its own.
            depth -= query["sql"].startswith("RELEASE")
        elif depth:
            runs[-1].append(query)
    return [locked(run) for run in runs]


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


def test_a_return_amid_lines_that_are_certain_is_taken_back_in_that_order(business, acme):
    """Each run of bookings, and each return, is a transaction of its own."""
    for number, total in ((1, "100"), (2, "100"), (3, "120")):
        make.invoice(acme, f"INV-2026000{number}", total=total)
    store(business, line("100", on="2026-03-02", text="INV-20260001", reference="E2E-000017"))
    book_certain(business=business, on=ON)
    back = line("-100", on="2026-03-04", reversal=True, reference="E2E-000017")
    others = line("100", on="2026-03-03", text="INV-20260002"), line("120", on="2026-03-05", text="INV-20260003")
    store(business, others[0], back, others[1])
    settled, done = recorded(lambda: book_certain(business=business, on=ON))
    assert (settled.matched, settled.returned) == (2, 1)
    runs = by_transaction(done)
    assert runs == [sorted(run, key=ORDER.index) for run in runs]
    assert sum("invoices_payment" in run for run in runs) == 1


def test_where_many_cannot_be_booked_at_once_each_is_in_that_order(business, acme, monkeypatch):
    """A line of the later invoice comes first: what all of them need is locked before the first is booked by itself."""
    first, second = (make.invoice(acme, f"INV-2026000{number}", total=total) for number, total in ((1, "110"), (2, "120")))
    store(business, line("120", on="2026-03-02", text="INV-20260002"), line("110", on="2026-03-03", text="INV-20260001"))
    book_many = booking.book_many

    def refuse_two(*, bookings, **rest):
        if len(bookings) > 1:
            raise booking.BookingError("0.00 is open.")
        book_many(bookings=bookings, **rest)

    monkeypatch.setattr(booking, "book_many", refuse_two)
    settled, done = recorded(lambda: book_certain(business=business, on=ON))
    assert settled.matched == 2
    locks = [query["sql"] for query in done if "FOR UPDATE" in query["sql"] and 'FROM "invoices_invoice"' in query["sql"]]
    assert all(str(row.pk) in re.findall(r"\d+", locks[0].partition("WHERE")[2]) for row in (first, second))
