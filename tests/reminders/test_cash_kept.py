"""What the night keeps of expected cash: page, rows, file, command and dashboard say the same, whatever happens in the day."""

import csv
import io
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arcollect.dates import Calendar
from customers import log
from invoices import counted
from invoices.agreeing import make_promise
from invoices.cash_facts import expected
from invoices.cash_forecast import outlooks
from invoices.cash_kept import cash_now, kept_section, outlook_of
from invoices.cash_rows import orders, slices_within
from invoices.counted import changed_since_counted
from invoices.disputing import open_dispute
from invoices.models import ExpectedCash, LedgerDay
from reminders import scoring
from reminders.overview_facts import overview
from reminders.scoring import recount, score_night
from reminders.standing import standings, standings_with
from tests import make
from tests.pages import address, lines, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_june")]
ON = make.day("2026-06-30")
NAMES = ("acme", "Birch", "Cedar", "Ärmel", "dogwood")


@pytest.fixture
def owed(business):
    """Five customers with three invoices each, one of them due long ago; the night has counted."""
    customers = [make.customer(business, name) for name in NAMES]
    for place, one in enumerate(customers):
        for turn, due in enumerate(("2026-01-31", "2026-06-01", "2026-07-05")):
            make.invoice(one, f"{one.reference}-{turn}", issued="2026-01-01", due=due, total=str(100 + 10 * place + turn))
    score_night(business, ON)
    return customers


def a_day_s_work(business, owed):
    """A payment, a query, a promise, and an invoice in another currency that is new."""
    acme, birch, cedar = owed[:3]
    paid = acme.invoices.get(number__endswith="-1")
    make.payment(acme, paid.balance, on="2026-06-30", split={paid: paid.balance})
    open_dispute(invoice=birch.invoices.get(number__endswith="-2"), code="OTHER", amount=Decimal(50), on=ON, calendar=Calendar())
    said = cedar.invoices.get(number__endswith="-0")
    words = {"made_on": ON, "due_on": make.day("2026-07-20"), "split": [(said.pk, Decimal(60))]}
    make_promise(customer=cedar, currency="USD", amount=Decimal(60), **words)
    elder = make.customer(business, "Elder")
    new = make.invoice(elder, "EUR-1", due="2026-07-01", total="77", currency="EUR")
    log.record(business, "invoice.created", f"invoice:{new.pk}", customer=elder)


def now(business):
    return cash_now(business, ON, changed_since_counted(business, ON))


def told(business, weeks):
    """The weeks of the page and the sums of the rows behind each, by currency."""
    cash = now(business)
    rows = {}
    for currency in cash.forecasts:
        for week in weeks:
            rows[currency, week] = sum((one.worth for one in slices_within(cash, business, currency, week, "", "")), Decimal(0))
    return {currency: outlook_of(one) for currency, one in cash.forecasts.items()}, rows


def test_after_a_day_s_work_weeks_rows_and_dashboard_agree(business, owed):
    before, _rows = told(business, range(10))
    a_day_s_work(business, owed)
    after, rows = told(business, range(10))
    assert before["USD"] != after["USD"]
    for currency, outlook in after.items():
        sums = [week.total for week in outlook.weeks] + [outlook.later, outlook.undated]
        assert sums == [rows[currency, week] for week in range(10)]
    changed = changed_since_counted(business, ON)
    assert len(changed) == 4
    standing = next(one for one in standings_with(business, ON, changed) if one.currency == "USD")
    board = overview(business, standing, ON, changed).weeks
    assert [week.by for week in board] == [dict(week.by) for week in after["USD"].weeks]


def test_what_changed_is_counted_as_the_next_count_would(business, owed):
    """No rate of the ledger moves here, so the night's with the changes is what everything counted now comes to."""
    a_day_s_work(business, owed)
    live = outlooks(expected(business, ON), ON)
    assert told(business, ())[0] == live
    score_night(business, ON)
    assert changed_since_counted(business, ON) == []
    assert told(business, ())[0] == outlooks(expected(business, ON), ON)
    assert ExpectedCash.objects.count() == len(list(expected(business, ON)))


def test_how_surely_money_came_stays_as_the_night_had_it_all_day(business, owed):
    """A payment in the day would else weigh the rows of changed customers otherwise than all others."""
    night = LedgerDay.objects.get(currency="USD")
    night.figures["forecast"]["rates"]["buckets"] = dict.fromkeys(["current", "1-30", "31-60", "61-90", "90+"], "0.5")
    night.save()
    make.payment(owed[0], "1", on="2026-06-30")
    fresh = now(business).fresh
    assert len(fresh) == 3
    assert {one.share for one in fresh} == {Decimal("0.5")}


def test_page_file_and_command_say_the_same_after_a_payment(books, business, owed):
    a_day_s_work(business, owed)
    outlook = told(business, ())[0]["USD"]
    four = sum((week.total for week in outlook.weeks[:4]), Decimal(0))
    assert f"In four weeks ${four:,.2f}" in read(books, business, "report-cash")
    total = Decimal(0)
    for week in [*range(9), "undated"]:
        _head, *rows = lines(books.get(address(business, "report-cash"), {"week": str(week), "format": "csv"}))
        total += sum((Decimal(row["worth"]) for row in csv.DictReader([_head, *rows])), Decimal(0))
    out = io.StringIO()
    call_command("report", "cash", "--as-of", "2026-06-30", "--format", "json", stdout=out)
    report = json.loads(out.getvalue())
    assert report["currencies"]["USD"]["four_weeks"] == f"{four:.2f}"
    assert sum(Decimal(row["worth"]) for row in report["slices"] if row["currency"] == "USD") == total
    assert {row["invoice"] for row in report["slices"]} >= {"EUR-1"}


@pytest.mark.parametrize("down", ["", "-"])
@pytest.mark.parametrize("name", list(orders()))
def test_kept_and_fresh_rows_are_one_list_in_every_order(business, owed, name, down):
    """Page by page it is the same list as whole, and sorted like one in which nothing is fresh."""
    make.payment(owed[1], "1", on="2026-06-30")
    make.payment(owed[3], "1", on="2026-06-30")
    cash, key = now(business), orders()[name].key
    week = max(range(10), key=lambda place: len(slices_within(cash, business, "USD", place, "", "")))
    found = slices_within(cash, business, "USD", week, "", f"{down}{name}")
    whole = [(one.invoice_id, key(one)) for one in found]
    assert len(whole) == len(found) >= 5
    assert {one.customer_id in {owed[1].pk, owed[3].pk} for one in found} == {True, False}
    assert [value for _pk, value in whole] == sorted((value for _pk, value in whole), reverse=bool(down))
    pages = [(one.invoice_id, key(one)) for start in range(0, len(whole), 2) for one in found[start : start + 2]]
    assert pages == whole


def test_a_search_finds_kept_and_fresh_rows_by_customer_and_number(business, owed):
    make.payment(owed[0], "1", on="2026-06-30")
    cash = now(business)

    def numbers(words):
        return {one.invoice.number for week in range(10) for one in slices_within(cash, business, "USD", week, words, "")}

    assert {number.rpartition("-")[0] for number in numbers("ACME")} == {"ACME"}
    assert numbers("birch -1") == {"BIRCH-1"}
    assert numbers("nobody") == set()


def test_when_too_many_changed_the_night_s_figures_stand_until_the_jobs_count(business, owed, monkeypatch):
    monkeypatch.setattr(counted, "CHANGED_AT_MOST", 1)
    before = told(business, range(10))
    a_day_s_work(business, owed)
    assert changed_since_counted(business, ON) is None
    assert told(business, range(10)) == before
    assert recount(business, timezone.now())
    assert told(business, ())[0] == outlooks(expected(business, ON), ON)


def test_the_jobs_count_anew_whoever_changed_once_they_are_many(business, owed, monkeypatch):
    monkeypatch.setattr(scoring, "MANY_CHANGED", 3)
    make.payment(owed[4], "1", on="2026-06-30")
    assert not recount(business, timezone.now())
    score_night(business, ON)
    untouched = set(ExpectedCash.objects.filter(customer=owed[4]).values_list("pk", flat=True))
    a_day_s_work(business, owed)
    before = told(business, range(10))
    assert recount(business, timezone.now())
    assert changed_since_counted(business, ON) == []
    assert told(business, range(10)) == before
    assert untouched <= set(ExpectedCash.objects.values_list("pk", flat=True))
    assert {bool(day.figures["forecast"]["rates"]) for day in LedgerDay.objects.all()} == {True}
    assert standings(business, ON) == standings_with(business, ON, None)


def test_an_older_night_s_figures_are_said_to_be_of_its_day(books, business, owed):
    assert "no night has counted since" not in read(books, business, "report-cash")
    with time_machine.travel("2026-07-01 12:00Z", tick=False):
        assert "As of Jun 30, 2026: no night has counted since." in read(books, business, "report-cash")


def test_a_night_that_could_not_count_everybody_says_no_sum(business, owed):
    ExpectedCash.objects.filter(customer=owed[0]).update(counted_on="2026-06-29")
    with pytest.raises(ValueError, match="not counted whole"):
        kept_section(business, ON)


def test_a_currency_everything_of_which_is_paid_has_nothing_to_come(business, owed):
    for customer in owed:
        for invoice in customer.invoices.all():
            make.payment(customer, invoice.balance, on="2026-06-30", split={invoice: invoice.balance})
    score_night(business, ON)
    forecast = LedgerDay.objects.get(currency="USD").figures["forecast"]
    assert {week["amount"] for week in forecast["weeks"]} == {"0.00"}


@pytest.mark.proves("P09")
def test_the_page_takes_as_many_queries_for_many_customers_as_for_few(books, business, django_assert_num_queries):
    def grow(first, last):
        for number in range(first, last):
            customer = make.customer(business, f"C{number}")
            make.invoice(customer, due="2026-07-05")
        score_night(business, ON)
        for number in range(first, last, 3):
            make.payment(business.customers.get(name=f"C{number}"), "1", on="2026-06-30")

    grow(0, 6)
    read(books, business, "report-cash", week="1")
    with CaptureQueriesContext(connection) as few:
        read(books, business, "report-cash", week="1")
    grow(6, 100)
    with django_assert_num_queries(len(few)):
        assert "1 to 50 of 100" in read(books, business, "report-cash", week="1")
