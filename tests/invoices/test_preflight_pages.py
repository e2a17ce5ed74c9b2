"""Where invoices are put right: the panel of one, the list of all, the details of the customer."""

from decimal import Decimal

import pytest
from django.utils import timezone

from customers.models import ImportBatch
from invoices.disputing import open_dispute, resolve_dispute
from invoices.imports.importing import book_rows, undo_import
from invoices.imports.rows import InvoiceRow
from invoices.models import Invoice, PreflightCheck
from invoices.preflighting import check_open
from tests import make
from tests.make import day
from tests.pages import address, lines, read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def asks(business):
    return make.customer(business, "Birch Ltd", registration="HRB 7", country="DE", po_required=True, po_rule="45####")


@pytest.fixture
def invoice(asks):
    return make.invoice(asks, "INV-1", issued="2026-03-19", due="2026-04-18", delivered_on=day("2026-03-18"))


@pytest.mark.proves("P13")
def test_the_page_says_what_is_in_the_way_and_where_it_is_put_right(books, business, invoice):
    page = read(books, business, "invoice-detail", invoice.pk)
    assert "They pay nothing without an order number (45####), and there is none. Enter the order number" in page
    assert "Nobody is known there who opens the invoices. Check the contact" in page
    assert "3 things to look at 7 of 10 checks in order" in page
    books.post(address(business, "invoice-correct", invoice.pk), {"purchase_order": "451234", "delivered_on": "2026-03-18"})
    assert "without an order number" not in read(books, business, "invoice-detail", invoice.pk)


def test_looking_writes_nothing(books, business, invoice):
    read(books, business, "invoice-detail", invoice.pk)
    assert not PreflightCheck.objects.exists()


def test_a_warning_is_let_pass_with_a_name_and_taken_back(books, business, invoice):
    there = address(business, "preflight-tick", invoice.pk, "PF04")
    page = words(books.post(there, {"pass": "yes"}, follow=True))
    assert "Let pass by books@example.com, Mar 20, 2026" in page
    books.post(there, {"pass": "no"})
    assert PreflightCheck.objects.get(check_id="PF04").ticked_on is None


def test_what_is_in_order_cannot_be_let_pass(books, business, invoice):
    page = words(books.post(address(business, "preflight-tick", invoice.pk, "PF05"), follow=True))
    assert "It is in order by now" in page or "it is in order by now" in page


def test_the_list_by_check_and_as_a_file(books, business, asks, acme, invoice):
    make.invoice(acme, "INV-2", issued="2026-03-19", due="2026-04-19", delivered_on=day("2026-03-18"))
    registered = make.customer(business, "Cedar Ltd", registration="HRB 8")
    check_open(business=business, on=day("2026-03-20"))

    def numbers(**query):
        found = lines(books.get(address(business, "preflight-list"), {"format": "csv", **query}))
        return [line.split(",")[0] for line in found[1:]]

    make.invoice(registered, "INV-3", issued="2026-03-19", due="2026-04-20", delivered_on=day("2026-03-18"))
    check_open(business=business, on=day("2026-03-20"))
    assert numbers() == ["INV-1", "INV-2"]
    assert numbers(show="all") == ["INV-1", "INV-2", "INV-3"]
    assert numbers(check="PF03") == ["INV-1"]
    assert numbers(check="PF01") == ["INV-2"]
    assert numbers(q="birch") == ["INV-1"]
    assert "Only the trade name “Acme” is known" in read(books, business, "preflight-list")


def test_what_was_put_right_is_gone_after_checking_again(books, business, invoice):
    check_open(business=business, on=day("2026-03-20"))
    Invoice.objects.update(purchase_order="451234")
    books.post(address(business, "preflight-run"))
    assert not PreflightCheck.objects.filter(check_id="PF03").exists()


def test_an_empty_list_says_when_it_is_filled(books, business):
    assert "Nothing here would stop a payment." in read(books, business, "preflight-list")


@pytest.mark.proves("P13")
def test_the_own_error_rate_and_what_would_have_been_caught(books, business, asks, invoice, bookkeeper):
    make.invoice(asks, "INV-2", issued="2026-03-01", due="2026-04-19")
    dispute = open_dispute(
        invoice=invoice, code="PRICE", amount=invoice.balance, on=day("2026-03-19"), calendar=business.calendar, actor=bookkeeper
    )
    resolve_dispute(dispute=dispute, outcome="upheld", on=day("2026-03-20"), preflight="PF13", actor=bookkeeper)
    page = read(books, business, "preflight-list")
    assert "Within a year 1 of 2 invoices were wrong: 50 %." in page
    assert "Price, quantity or discount not as agreed 1" in page


def test_the_customer_s_form_has_what_their_invoices_need(books, business, asks):
    form = {"name": "Birch Ltd", "reference": asks.reference, "kind": "company", "channel": "email", "po_rule": "45######"}
    form |= {"registration": "HRB 9", "terms_accepted_on": "2026-01-02", "invoiced_in": "EUR", "discount_pct": "2.5"}
    there = address(business, "customer-edit", asks.pk)
    assert "Say both how much it is and for how many days." in books.post(there, form).content.decode()
    books.post(there, form | {"discount_days": "10"})
    asks.refresh_from_db()
    assert (asks.registration, asks.invoiced_in, str(asks.discount_pct), asks.discount_days) == ("HRB 9", "EUR", "2.50", 10)
    assert asks.terms_accepted_on == day("2026-01-02")


@pytest.mark.proves("P13")
def test_an_import_says_what_is_to_be_put_right(books, business, bookkeeper):
    batch = ImportBatch.objects.create(business=business, kind="invoices", file_name="a.csv", sha256="f", by=bookkeeper)
    rows = [
        InvoiceRow(2, "C1", "Cedar", "INV-7", day("2026-03-19"), day("2026-04-18"), "USD", Decimal(100)),
        InvoiceRow(3, "C1", "Cedar", "INV-8", day("2026-01-19"), day("2026-02-18"), "USD", Decimal(50)),
    ]
    book_rows(batch=batch, rows=rows, today=day("2026-03-20"))
    assert set(PreflightCheck.objects.values_list("invoice__number", flat=True)) == {"INV-7"}
    assert "1 invoice would not be paid as it is. See what to put right" in read(books, business, "import-detail", batch.pk)
    undo_import(batch=batch, now=timezone.now(), actor=bookkeeper)
    assert not PreflightCheck.objects.exists()
