"""One customer on one page: where do we stand with them, and what next?"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import log
from customers.models import Event
from invoices import booking
from invoices.agreeing import close_promise, make_promise
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.mark.proves("P15")
def test_the_answer_comes_first(books, business, acme):
    make.invoice(acme, "INV-1", due="2026-02-14", total="1000")
    escalate(business, day("2026-03-16"))
    page = read(books, business, "customer-detail", acme.pk)
    assert "Late $1,000.00 oldest 34 days Owed $1,000.00" in page
    assert "What next 30-day letter waits for your approval. Look at the letter" in page
    assert "INV-1 Feb 14, 2026 34 30 days 1,000.00 1,000.00" in page


def test_why_nothing_goes_out(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    make_promise(customer=acme, currency="USD", amount=Decimal(1000), made_on=day("2026-03-10"), due_on=day("2026-03-27"))
    escalate(business, day("2026-03-16"))
    page = read(books, business, "customer-detail", acme.pk)
    assert "What next We wait." in page
    assert "promise" in page.split("We wait.")[1].split("Why?")[0].lower()


@pytest.mark.proves("T25")
def test_two_currencies_stand_apart(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    make.invoice(acme, due="2026-02-14", total="300", currency="EUR")
    page = read(books, business, "customer-detail", acme.pk)
    assert "Owed €300.00" in page
    assert "Owed $1,000.00" in page
    assert "1,300" not in page


def test_money_not_matched_shows(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    make.payment(acme, "350", on="2026-03-10", split={})
    page = read(books, business, "customer-detail", acme.pk)
    assert "$650.00 after $350.00 not matched yet" in page
    assert "$350.00 received Mar 10, 2026 is not matched to an invoice." in page


@pytest.mark.proves("T47")
def test_every_step_leaves_its_trace_on_the_customer(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    escalate(business, day("2026-03-16"))
    page = read(books, business, "customer-detail", acme.pk)
    assert "Step “30 days” reached: $1,000.00 asked for" in page
    assert "Letters 30-day letter $1,000.00 Waits for approval" in page


def test_a_customer_who_owes_nothing(books, business, acme):
    page = read(books, business, "customer-detail", acme.pk)
    assert "Owed Nothing" in page
    assert "Nothing is owed." in page


def test_flags_are_words_on_the_page(books, business):
    birch = make.customer(business, "Birch", on_hold=True, hold_reason="Two cheques returned.", insolvent=True)
    page = read(books, business, "customer-detail", birch.pk)
    assert "Insolvent" in page
    assert "Credit hold Two cheques returned." in page


def test_the_story_goes_on_where_the_page_ends(books, business, acme):
    for number in range(30):
        make.payment(acme, "1", on=f"2026-01-{number + 1:02}", split={})
        books.post(address(business, "customer-flags", acme.pk), {"no_reminders": "" if number % 2 else "on"})
    first = books.get(address(business, "customer-detail", acme.pk))
    older = first.context["older"]
    assert len(first.context["entries"]) == 25
    page = words(books.get(address(business, "customer-timeline", acme.pk), {"before": older}))
    assert "received, booked on" in page
    fragment = books.get(address(business, "customer-timeline", acme.pk), {"before": older}, headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content


def test_the_number_of_queries_does_not_grow(books, business, acme):
    url = address(business, "customer-detail", acme.pk)

    def queries(invoices: int) -> int:
        for _ in range(invoices):
            make.invoice(acme, due="2026-02-14")
            make.contact(acme)
        escalate(business, day("2026-03-16"))
        with CaptureQueriesContext(connection) as captured:
            books.get(url)
        return len(captured)

    few = queries(2)
    assert queries(8) == few


def test_what_came_in_by_the_dozen_is_one_line(books, business, acme):
    rows = [make.invoice(acme, due="2026-02-14") for _ in range(12)]
    events = [Event(business=business, customer=acme, kind="invoice.imported", subject=f"invoice:{row.pk}") for row in rows]
    log.record_many(business, events)
    page = read(books, business, "customer-detail", acme.pk)
    assert "12 invoices came in with a file" in page


@pytest.mark.proves("T36")
def test_how_many_promises_they_kept(books, business, acme):
    make.invoice(acme, due="2026-02-14", total="1000")
    for state in ("kept", "partial", "broken", "cancelled", "open"):
        promise = make_promise(
            customer=acme, currency="USD", amount=Decimal(10), made_on=day("2026-03-01"), due_on=day("2026-03-05")
        )
        if state != "open":
            close_promise(promise=promise, state=state, received=Decimal(5), on=day("2026-03-10"))
    page = read(books, business, "customer-detail", acme.pk)
    assert "Kept 1 of 3 promises." in page


def test_an_invoice_opened_again_starts_from_the_beginning(books, business, acme):
    invoice = make.invoice(acme, "INV-1", due="2026-02-14", total="1000")
    escalate(business, day("2026-03-16"))
    assert "INV-1 Feb 14, 2026 34 30 days 1,000.00" in read(books, business, "customer-detail", acme.pk)
    payment = make.payment(acme, "1000", on="2026-03-17", split={invoice: "1000"})
    booking.return_payment(payment=payment, on=day("2026-03-18"))
    assert "INV-1 Feb 14, 2026 34 1,000.00" in read(books, business, "customer-detail", acme.pk)
