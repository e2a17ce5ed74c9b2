"""The forecasts the nights keep: one an open invoice, what was said first, and how good the last quarter's were."""

import datetime
from decimal import Decimal

import pytest
import time_machine

from invoices import booking, cash_facts
from invoices.models import ForecastReview, Invoice, InvoiceForecast, Payment
from reminders.forecasting import kept, last_quarter, store_forecasts
from tests import make
from tests.pages import read
from tests.reminders.test_report_ageing import report

pytestmark = pytest.mark.django_db
TODAY = make.day("2026-07-01")


def paid(customer, issued: datetime.date, late: int, count: int) -> None:
    """`count` invoices a week apart, each paid `late` days after it was due."""
    for turn in range(count):
        due = issued + datetime.timedelta(days=30 + 7 * turn)
        invoice = make.invoice(customer, issued=str(due - datetime.timedelta(days=30)), due=str(due), total="100")
        make.payment(customer, "100", on=str(due + datetime.timedelta(days=late)), split={invoice: "100"})


@pytest.fixture
def lived(business) -> dict[str, Invoice]:
    """Who pays ten days early and who pays twenty days late, each with an open invoice."""
    prompt, slow = make.customer(business, "Prompt"), make.customer(business, "Slow")
    paid(prompt, make.day("2026-01-05"), -10, 16)
    paid(slow, make.day("2026-01-05"), 20, 16)
    return {
        "prompt": make.invoice(prompt, issued="2026-06-25", due="2026-07-25"),
        "slow": make.invoice(slow, issued="2026-06-25", due="2026-07-25"),
        "overdue": make.invoice(slow, issued="2026-05-20", due="2026-06-19"),
    }


def test_every_open_invoice_has_a_forecast_with_its_range(business, lived):
    list(store_forecasts(business, TODAY))
    assert InvoiceForecast.objects.count() == 3
    found = {name: InvoiceForecast.objects.get(invoice=invoice) for name, invoice in lived.items()}
    assert found["prompt"].probability_late < Decimal("0.2") < Decimal("0.8") < found["slow"].probability_late
    assert abs((found["prompt"].expected_on - make.day("2026-07-15")).days) <= 3
    assert abs((found["slow"].expected_on - make.day("2026-08-14")).days) <= 3
    assert found["overdue"].probability_late == 1
    assert found["overdue"].low_on > TODAY
    assert found["slow"].rests_on | {"days": 0} == {"payments": 16, "usual": 20, "late_share": 1.0, "overdue": 1, "days": 0}


def test_what_was_said_first_stays(business, lived):
    list(store_forecasts(business, TODAY))
    first = InvoiceForecast.objects.get(invoice=lived["slow"]).first
    list(store_forecasts(business, make.day("2026-09-20")))
    again = InvoiceForecast.objects.get(invoice=lived["slow"])
    assert (again.first, again.made_on) == (first, make.day("2026-09-20"))
    assert again.expected_on > make.day("2026-09-20") > make.day(first["expected_on"])


def test_a_day_gone_by_replaces_nothing_a_later_one_forecast(business, lived):
    list(store_forecasts(business, make.day("2026-07-05")))
    kept = dict(InvoiceForecast.objects.values_list("pk", "expected_on"))
    new = make.invoice(lived["slow"].customer, issued="2026-06-25", due="2026-07-25")
    list(store_forecasts(business, TODAY))
    assert dict(InvoiceForecast.objects.exclude(pk=new.pk).values_list("pk", "expected_on")) == kept
    assert set(InvoiceForecast.objects.values_list("made_on", flat=True)) == {make.day("2026-07-05"), TODAY}
    assert ForecastReview.objects.get().made_on == make.day("2026-07-05")


def test_the_last_quarter_is_judged_beside_simple_guesses(business, lived):
    list(store_forecasts(business, TODAY))
    row = ForecastReview.objects.get()
    assert (row.since, row.until) == (make.day("2026-04-01"), make.day("2026-06-30"))
    assert row.figures["model"]["count"] == row.figures["due date"]["count"] == row.figures["customer's median"]["count"] == 7
    assert row.figures["model"]["days_off"] < 5 < row.figures["due date"]["days_off"]


def test_a_ledger_without_a_past_is_forecast_and_not_judged(business, acme):
    make.invoice(acme, issued="2026-06-25", due="2026-07-25")
    list(store_forecasts(business, TODAY))
    row = InvoiceForecast.objects.get()
    assert row.probability_late >= Decimal("0.5")
    assert row.low_on < make.day("2026-07-25") <= row.expected_on < row.high_on
    assert not ForecastReview.objects.exists()


def test_a_credit_note_is_nobody_s_payment(business, acme):
    for turn in range(5):
        invoice = make.invoice(acme, issued="2026-03-01", due="2026-03-31", total="10")
        note = make.credit_note(acme, "10", on="2026-03-0" + str(turn + 2))
        booking.apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(10))], on=note.issued_on)
    make.invoice(acme, issued="2026-06-25", due="2026-07-25")
    list(store_forecasts(business, TODAY))
    assert InvoiceForecast.objects.get().rests_on["payments"] == 0
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("today", "since", "until"),
    [
        ("2026-07-01", "2026-04-01", "2026-06-30"),
        ("2026-06-30", "2026-01-01", "2026-03-31"),
        ("2026-01-15", "2025-10-01", "2025-12-31"),
    ],
)
def test_a_quarter_counts_when_it_is_over(today, since, until):
    assert last_quarter(make.day(today)) == (make.day(since), make.day(until))


def test_the_queries_do_not_grow_with_the_invoices(business, lived, django_assert_max_num_queries):
    for turn in range(30):
        make.invoice(lived["slow"].customer, f"MORE-{turn}", issued="2026-06-20", due="2026-07-20")
    with django_assert_max_num_queries(14):
        list(store_forecasts(business, TODAY))
    with django_assert_max_num_queries(13):
        cash_facts.section(business, TODAY)


def test_what_came_since_the_night_is_forecast_like_what_is_kept(business, lived, django_assert_num_queries):
    list(store_forecasts(business, TODAY))
    slow, stranger = lived["slow"].customer, make.customer(business, "Stranger")
    before = InvoiceForecast.objects.get(invoice=lived["slow"])
    theirs = make.invoice(slow, issued="2026-07-01", due="2026-07-31")
    other = make.invoice(stranger, issued="2026-07-01", due="2026-07-31")
    overdue = make.invoice(stranger, issued="2026-05-01", due="2026-05-31")
    with django_assert_num_queries(2):
        found = kept(business, TODAY)
    assert found[theirs.pk].expected_on - theirs.due_on == before.expected_on - before.invoice.due_on
    assert (found[theirs.pk].probability_late, found[theirs.pk].rests_on) == (before.probability_late, before.rests_on)
    assert (found[other.pk].rests_on, found[other.pk].low_on <= found[other.pk].expected_on) == ({}, True)
    assert (found[overdue.pk].probability_late, found[overdue.pk].low_on > TODAY) == (1, True)
    assert found[lived["overdue"].pk].made_on == TODAY
    assert InvoiceForecast.objects.count() == 3


def test_a_page_learns_nothing_and_the_command_does(business, lived, client_of, owner):
    browser = client_of(owner)
    with time_machine.travel(datetime.datetime(2026, 7, 1, 9, tzinfo=datetime.UTC), tick=False):
        page = read(browser, business, "report-detail", "forecast")
        assert "Nothing was forecast yet: the first forecasts come tonight." in page
        assert "usually 20 days late" not in page
    told = report("forecast", "--as-of", "2026-07-01")
    assert [row["rests_on"] for row in told["invoices"]][0].startswith("16 payments of theirs, usually 20 days late")
    assert told["currencies"]["USD"]["late_amount"] is not None
