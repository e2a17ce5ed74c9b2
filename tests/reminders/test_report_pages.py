"""The room of reports: an index with a figure a report, a page a report as of any day, its rows and its CSV."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine

from invoices.agreeing import make_promise
from invoices.models import LedgerDay
from invoices.writing_off import write_off
from reminders.models import StepCode
from reminders.reports import REPORTS
from tests import make
from tests.invoices.o1 import write_o1
from tests.pages import address, lines, read
from tests.reminders.test_step_results import took

JUNE = "2026-06-30"


@pytest.fixture
def o1(business):
    return write_o1(business)


@pytest.fixture
def busy(business, o1):
    """A house of which no report is empty."""
    acme = o1.customers["Acme"]
    make.task(acme, "callback", amount="250", currency="USD")
    made, due = make.day("2026-07-09"), make.day("2026-07-20")
    make_promise(customer=acme, currency="USD", amount=Decimal(500), made_on=made, due_on=due)
    write_off(invoice=o1.invoices["INV-1"], amount=Decimal(5), kind="bad_debt", on=make.day("2026-06-20"), reason="Gone")
    make.invoice(o1.customers["Birch"], issued="2026-01-01", due="2026-01-31", total="900")
    invoice = o1.invoices["INV-4"]
    took(invoice, StepCode.DAY_30, "2026-07-06", "1200")
    make.payment(invoice.customer, "200", on="2026-07-08", split={invoice: "200"})
    return business


@pytest.fixture(autouse=True)
def _in_july() -> Iterator[None]:
    with time_machine.travel("2026-07-10 12:00Z", tick=False):
        yield


def test_the_index_says_each_in_a_sentence_with_its_figure(books, business, o1):
    page = read(books, business, "report-list")
    assert all(str(kind.meaning) in page for kind in REPORTS.values())
    assert "$4,350.00" not in page
    assert "54.6 days DSO" in page


def test_the_index_reads_the_night_where_there_was_one(books, business):
    LedgerDay.objects.create(
        business=business, currency="USD", on=make.day("2026-07-10"), figures={"dso": "12.3", "ledger_ratio": None}
    )
    page = read(books, business, "report-list")
    assert "12.3 days DSO" in page


@pytest.mark.parametrize("name", [name for name, kind in REPORTS.items() if not kind.page])
def test_every_report_has_its_page(books, business, o1, name):
    page = read(books, business, "report-detail", name)
    assert str(REPORTS[name].meaning) in page


def test_a_report_with_a_page_of_its_own_is_shown_there(books, business, o1):
    answer = books.get(address(business, "report-detail", "cash"), {"currency": "USD"})
    assert answer.url == address(business, "report-cash") + "?currency=USD"
    whole = lines(books.get(address(business, "report-detail", "cash"), {"format": "csv"}))
    assert whole[0].startswith("customer,name,invoice")
    assert len(whole) > 5


def test_a_report_as_of_a_day_gone_by(books, business, o1):
    page = read(books, business, "report-detail", "ageing", as_of=JUNE)
    assert "Owed, net $5,400.00" in page
    assert "Acme $1,500.00 $250.00 $0.00 $0.00 $0.00 -$100.00 $1,650.00 $0.00 $0.00" in page


def test_a_day_to_come_is_today_and_nonsense_too(books, business, o1):
    for asked in ("2026-12-31", "2026-02-31", "soon"):
        answer = books.get(address(business, "report-detail", "dso"), {"as_of": asked})
        assert answer.context["as_of"] == make.day("2026-07-10")


def test_what_is_not_known_says_why(books, business, acme):
    make.invoice(acme, issued="2026-07-01", due="2026-07-31", total="100")
    assert "Not known Less than three months of sales." in read(books, business, "report-detail", "ledger-ratio")


def test_rows_are_searched_sorted_and_open_their_page(books, business, o1):
    ask = {"as_of": JUNE, "sort": "-net"}
    answer = books.get(address(business, "report-detail", "ageing"), ask)
    assert [row.plain["customer"] for row, _address in answer.context["list"].rows] == ["BIRCH", "ACME", "CEDAR"]
    assert address(business, "customer-detail", o1.customers["Birch"].pk) in answer.content.decode()
    assert "ACME" not in read(books, business, "report-detail", "ageing", **ask, q="cedar")
    assert "Nothing fits this search." in read(books, business, "report-detail", "ageing", q="nobody")


def test_the_csv_is_what_is_shown(books, business, o1):
    answer = books.get(address(business, "report-detail", "ageing"), {"as_of": JUNE, "q": "acme", "format": "csv"})
    assert lines(answer) == [
        "customer,name,currency,current,1-30,31-60,61-90,90+,unapplied,net,disputed,planned",
        "ACME,Acme,USD,1500.00,250.00,0.00,0.00,0.00,-100.00,1650.00,0.00,0.00",
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_the_csv_of_no_rows_is_its_head(books, business, name):
    [head] = lines(books.get(address(business, "report-detail", name), {"format": "csv"}))
    assert "currency" in head.split(",")


@pytest.mark.parametrize("name", REPORTS)
def test_the_columns_a_report_names_are_those_of_its_rows(busy, name):
    report = REPORTS[name].read(busy, make.day("2026-07-10"))
    assert {tuple(row) for row in report.rows} == {tuple(report.columns)}


def test_a_month_is_named_on_the_page_and_a_number_in_the_file(books, business, o1):
    assert "June 2026 30" in read(books, business, "report-detail", "dso", as_of=JUNE)
    whole = lines(books.get(address(business, "report-detail", "dso"), {"as_of": JUNE, "format": "csv"}))
    assert whole[1].startswith("USD,2026-06,30")


def test_a_report_nobody_knows_is_not_there(books, business):
    assert books.get(address(business, "report-detail", "gossip")).status_code == 404


def test_an_empty_house_says_so(books, business):
    assert "Nothing to report for that day." in read(books, business, "report-detail", "dso")


def test_a_stored_reason_is_written_as_money_and_the_weight_is_explained(books, business, acme):
    make.task(acme, "callback", reason="A payment of 1204.75 USD came back on 2026-07-09.", amount="1204.75", currency="USD")
    page = read(books, business, "report-detail", "worklist")
    assert "A payment of $1,204.75 came back on Jul 9, 2026." in page
    assert "then the greatest weight: what may be asked for" in page


def test_who_pays_before_the_due_date_is_early(books, business, acme):
    invoice = make.invoice(acme, issued="2026-05-01", due="2026-05-31", total="100")
    make.payment(acme, "100", on="2026-05-29", split={invoice: "100"})
    assert "ACME Acme USD 2.0 days early 0.0 days 1" in read(books, business, "report-detail", "days-late")


def test_bad_debt_names_what_stands_apart_only_where_there_is_any(books, business, o1):
    page = read(books, business, "report-detail", "bad-debt", as_of=JUNE)
    assert "Sales on credit $37,200.00 From" in page
    write_off(invoice=o1.invoices["INV-1"], amount=Decimal(5), kind="goodwill", on=make.day("2026-06-20"), reason="Fee")
    page = read(books, business, "report-detail", "bad-debt", as_of=JUNE)
    assert "Sales on credit $37,200.00 Besides: goodwill $5.00 From" in page


def test_one_currency_is_chosen_where_there_are_several(books, business, o1):
    assert 'class="pills"' not in books.get(address(business, "report-detail", "ageing")).content.decode()
    make.invoice(o1.customers["Acme"], issued="2026-06-01", due="2026-06-30", total="77", currency="EUR")
    assert "All USD EUR" in read(books, business, "report-detail", "ageing")
    assert "€77.00" not in read(books, business, "report-detail", "ageing", currency="USD")
