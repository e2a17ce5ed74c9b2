"""manage.py report steps and team: what the work brings in, with the rows behind each figure."""

import datetime
from decimal import Decimal

import pytest

from tests import make
from tests.make import day
from tests.pages import read
from tests.reminders.test_report_ageing import report
from tests.reminders.test_step_results import pay, took
from tests.reminders.test_team_week import call

AS_OF = day("2026-06-30")


@pytest.fixture
def invoice(business):
    row = make.invoice(make.customer(business), "INV-1", due="2026-05-01")
    took(row, "NOTICE", "2026-05-10")
    took(row, "30", "2026-06-01")
    pay(row, "100", "2026-05-12")
    pay(row, "300", "2026-06-05")
    return row


def test_money_by_step_and_the_payments_it_is_made_of(invoice):
    found = report("steps", on=AS_OF)
    whole = {"asked": "2000.00", "recovered": "400.00", "share": "20.0", "invoices": "2"}
    assert found["currencies"] == {"USD": {**whole, "NOTICE": "100.00", "30": "300.00"}}
    assert [(row["invoice"], row["step"], row["amount"]) for row in found["payments"]] == [
        ("INV-1", "NOTICE", "100.00"),
        ("INV-1", "30", "300.00"),
    ]


def test_the_week_and_the_deeds_it_is_made_of(invoice, bookkeeper):
    call(invoice.customer, bookkeeper, at=datetime.datetime(2026, 6, 3, 12, tzinfo=datetime.UTC))
    found = report("team", on=day("2026-06-07"))
    assert found["currencies"] == {"USD": {"received": "300.00", "after_work": "300.00", "promised": "0.00", "planned": "0.00"}}
    assert (found["calls"], found["reached"], found["letters"]) == (1, 1, 0)
    assert [(row["deed"], row["amount"]) for row in found["deeds"]] == [("calls", ""), ("reached", ""), ("money", "300.00")]
    assert sum(Decimal(row["amount"] or 0) for row in found["deeds"] if row["deed"] == "money") == 300


@pytest.mark.parametrize(("name", "words"), [("steps", "30 days"), ("team", "Reached somebody")])
def test_their_pages_say_it_in_words(business, invoice, bookkeeper, client_of, name, words):
    call(invoice.customer, bookkeeper, at=datetime.datetime(2026, 6, 3, 12, tzinfo=datetime.UTC))
    assert words in read(client_of(bookkeeper), business, "report-detail", name, as_of="2026-06-07")
