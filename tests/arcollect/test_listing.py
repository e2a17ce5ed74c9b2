"""The list component: search, filters, sort, pages, totals and CSV, all from the address."""

import csv
from io import StringIO

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.test import RequestFactory

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from arcollect.sheets import safe_cell
from invoices.models import Invoice
from tests import make

OPEN = Option("open", "Open", Q(balance__gt=0))
PAID = Option("paid", "Paid", Q(balance=0))
LISTING = Listing(
    name="invoices",
    columns=[
        Column("number", "Number", value=lambda row: row.number, sort=("number",)),
        Column("open", "Open", value=lambda row: format_plain(row.balance, row.currency), sort=("balance",), numeric=True),
        Column("currency", "Currency", value=lambda row: row.currency, screen=False),
        Column("tick", ""),
    ],
    sort="number",
    filters=[
        Filter("show", "Show", [OPEN, PAID], everything="All", default="open", pills=True),
        Filter("currency", "Currency", [Option("EUR", "EUR", Q(currency="EUR"))]),
    ],
    search=search_in("number", "customer__name"),
    totals={"Open": "balance"},
)


@pytest.fixture
def rows(business):
    acme, birch = make.customer(business, "Acme"), make.customer(business, "Birch")
    make.invoice(acme, "A-1", total="300")
    make.invoice(acme, "A-2", total="20", currency="EUR")
    make.invoice(birch, "B-1", total="100")
    paid = make.invoice(birch, "B-2", total="70")
    make.payment(birch, "70", on="2026-02-01", split={paid: "70"})
    return Invoice.objects.filter(business=business)


def numbers(rows, address=""):
    return [row.number for row in LISTING.narrow(rows, QueryDict(address))]


def test_it_starts_with_its_default_filter_and_sort(rows):
    assert numbers(rows) == ["A-1", "A-2", "B-1"]


def test_every_word_must_be_found_somewhere(rows):
    assert numbers(rows, "q=acme+2") == ["A-2"]
    assert numbers(rows, "q=acme+birch") == []


def test_filters_narrow_together(rows):
    assert numbers(rows, "show=paid") == ["B-2"]
    assert numbers(rows, "show=all") == ["A-1", "A-2", "B-1", "B-2"]
    assert numbers(rows, "show=all&currency=EUR") == ["A-2"]


def test_it_sorts_both_ways(rows):
    assert numbers(rows, "sort=open") == ["A-2", "B-1", "A-1"]
    assert numbers(rows, "sort=-open") == ["A-1", "B-1", "A-2"]


@pytest.mark.parametrize("address", ["sort=nonsense", "sort=-tick", "show=nonsense", "page=nonsense"])
def test_an_address_it_does_not_know_still_shows_the_list(rows, address, rf):
    assert LISTING.narrow(rows, QueryDict(address)).count() >= 3


@pytest.mark.proves("T25")
def test_totals_are_of_what_is_filtered_and_one_a_currency(rows):
    (total,) = LISTING.sum_up(LISTING.narrow(rows, QueryDict("")))
    assert [(currency, int(amount)) for currency, amount in total.amounts] == [("EUR", 20), ("USD", 400)]


def read(response):
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_the_file_has_all_that_is_filtered(rows):
    request = RequestFactory().get("/", {"format": "csv", "q": "acme"})
    response = LISTING.respond(request, rows, "unused.html")
    assert response.headers["Content-Disposition"] == 'attachment; filename="invoices.csv"'
    assert read(response) == [["Number", "Open", "Currency"], ["A-1", "300.00", "USD"], ["A-2", "20.00", "EUR"]]


def test_the_file_goes_on_where_a_page_ends(business, rows):
    acme = business.customers.get(name="Acme")
    for number in range(600):
        make.invoice(acme, f"C-{number:03}", total="1")
    response = LISTING.respond(RequestFactory().get("/?format=csv"), rows, "unused.html")
    assert len(read(response)) == 604


def test_preparing_a_page_costs_as_many_queries_as_preparing_none(business, rows, django_assert_num_queries):
    request = RequestFactory().get("/")
    with django_assert_num_queries(3):
        LISTING.as_page(request, LISTING.narrow(rows, request.GET), "includes/list_heads.html", {})


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+14155550123", "'+14155550123"),
        ("-350.00", "-350.00"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        (None, ""),
        ("Łódź", "Łódź"),
    ],
)
def test_a_spreadsheet_finds_no_formula(value, cell):
    assert safe_cell(value) == cell
