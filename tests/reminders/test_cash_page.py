"""The page "What comes in next?": weeks, the rows behind each, and how good the forecast was."""

from decimal import Decimal

import pytest

from invoices.agreeing import make_promise
from invoices.models import ForecastReview, Invoice, LedgerDay
from reminders.forecasting import store_forecasts
from tests import make
from tests.pages import address, lines, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_june")]


@pytest.fixture
def owed(business):
    acme, birch = make.customer(business), make.customer(business, "Birch")
    make.invoice(acme, "SOON-1", issued="2026-05-31", due="2026-06-30", total="500")
    promised = make.invoice(birch, "WORD-1", issued="2026-05-01", due="2026-05-31", total="1200")
    make.invoice(acme, "OLD-1", issued="2026-01-01", due="2026-01-31", total="100")
    make_promise(
        customer=birch,
        currency="USD",
        amount=Decimal(1200),
        made_on=make.day("2026-06-29"),
        due_on=make.day("2026-07-10"),
        split=[(promised.pk, Decimal(1200))],
    )


def test_the_weeks_and_the_rows_behind_the_first(books, business, owed):
    page = read(books, business, "report-cash")
    assert "In four weeks $1,325.00" in page
    assert "Nobody knows when $20.00" in page
    assert "ACME Acme SOON-1 $500.00 97.0 % $485.00 Jul 5, 2026 Age of the invoice" in page
    assert "Counts as $485.00" in page
    assert "WORD-1" not in page


@pytest.mark.parametrize(
    ("sure", "words"), [("0.99994", "over 99.9 % $499.97"), ("0.99996", "over 99.9 % $499.98"), ("1", "100.0 % $500.00")]
)
def test_only_what_is_certain_is_a_hundred_per_cent_sure(books, business, owed, sure, words):
    business.settings["forecast_p"] = business.rules["forecast_p"] | {"current": sure}
    business.save()
    assert f"SOON-1 $500.00 {words}" in read(books, business, "report-cash")


@pytest.mark.parametrize(("week", "number"), [("1", "WORD-1"), ("undated", "OLD-1")])
def test_each_week_has_its_rows(books, business, owed, week, number):
    page = read(books, business, "report-cash", week=week)
    assert number in page
    assert "SOON-1" not in page


def test_a_week_without_money_says_so(books, business, owed):
    assert "Nothing is expected then." in read(books, business, "report-cash", week="5")


def test_the_rows_come_as_a_file_and_can_be_searched(books, business, owed):
    answer = books.get(address(business, "report-cash"), {"week": "1", "format": "csv"})
    assert lines(answer) == [
        "customer,name,invoice,currency,amount,sure,worth,expected_on,rests_on",
        "BIRCH,Birch,WORD-1,USD,1200.00,0.7000,840.00,2026-07-10,Promise",
    ]
    assert "Nothing fits this search." in read(books, business, "report-cash", week="1", q="cedar")


def test_what_a_night_counted_is_not_counted_again(books, business, owed):
    weeks = [{"from": "2026-07-01", "until": "2026-07-07", "amount": "7.00", "by": {"history": "7.00"}}]
    kept = {"forecast": {"weeks": weeks, "later": "0.00", "undated": "0.00"}}
    LedgerDay.objects.create(business=business, currency="USD", on=make.day("2026-06-30"), figures=kept)
    assert "In four weeks $7.00" in read(books, business, "report-cash")


def test_nonsense_in_the_address_shows_the_first_week(books, business, owed):
    assert "SOON-1" in read(books, business, "report-cash", week="soon", currency="XXX")


def test_an_empty_ledger_has_nothing_to_come(books, business):
    page = read(books, business, "report-cash")
    assert "nothing is to come in" in page
    assert "It cannot be said yet" in page


def test_how_good_the_forecast_was_is_said_beside_simple_guesses(books, business, owed):
    one = {"count": 40, "accuracy": 0.8, "auc": 0.87, "brier": 0.14, "days_off": 5.84, "within": 0.79}
    figures = {"model": one, "due date": one | {"accuracy": 0.64}, "customer's median": one | {"accuracy": 0.77}}
    ForecastReview.objects.create(
        business=business, since="2026-01-01", until="2026-03-31", made_on="2026-06-30", figures=figures
    )
    page = read(books, business, "report-cash")
    assert "it said rightly for 80 % whether they would be paid late. It was 5.8 days off on average; 79 % of" in page
    assert "“All pay on the due date” 64 %" in page


def test_the_night_s_forecasts_say_the_day(books, business, owed):
    list(store_forecasts(business, make.day("2026-06-30")))
    page = " ".join(read(books, business, "report-cash", week=str(week)) for week in range(9))
    assert "OLD-1" in page


def test_the_report_of_invoices_says_what_each_forecast_rests_on(books, business, owed):
    list(store_forecasts(business, make.day("2026-06-30")))
    page = read(books, business, "report-detail", "forecast")
    assert "no payment of theirs yet: what others do; 1 invoice overdue" in page
    answer = books.get(address(business, "report-detail", "forecast"), {"format": "csv"})
    head, *rows = lines(answer)
    assert head == "customer,name,invoice,currency,amount,due_on,probability_late,expected_on,low,high,rests_on"
    assert len(rows) == 3


def test_an_invoice_says_when_its_money_is_expected(books, business, owed):
    invoice = Invoice.objects.get(number="SOON-1")
    assert "likely late" not in read(books, business, "invoice-detail", invoice.pk)
    list(store_forecasts(business, make.day("2026-06-30")))
    page = read(books, business, "invoice-detail", invoice.pk)
    assert "in 8 of 10 cases" in page
    assert "No payment of theirs yet: what others do; 1 invoice overdue." in page
