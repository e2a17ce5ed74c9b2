"""manage.py report ageing: the oracle ledger of domain.md 2 out of real rows, as of any day."""

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from invoices import booking
from invoices.writing_off import write_off
from tests import make
from tests.invoices.o1 import write_o1


def report(*words, **options):
    out = StringIO()
    call_command("report", *words, stdout=out, format="json", **options)
    return json.loads(out.getvalue())


@pytest.fixture
def o1(business):
    """The open invoices of O1 by number, and its unapplied money."""
    return write_o1(business, history=False).invoices


def test_the_oracle_ledger(o1):
    result = report("ageing", on=date(2026, 6, 30))
    assert result["as_of"] == "2026-06-30"
    assert result["currencies"] == {
        "USD": {
            "current": "1500.00",
            "1-30": "1450.00",
            "31-60": "1500.00",
            "61-90": "1000.00",
            "90+": "400.00",
            "unapplied": "-450.00",
            "net": "5400.00",
        }
    }
    assert [(row["customer"], row["net"]) for row in result["customers"]] == [
        ("ACME", "1650.00"),
        ("BIRCH", "2700.00"),
        ("CEDAR", "1050.00"),
    ]


def test_what_is_in_query_or_in_a_plan_stays_in_its_bucket_and_is_flagged(o1):
    """INV-9 is contested with 150 of 400 since the 1st; Birch signs a plan for INV-5 and INV-6 on the 20th."""
    covers = {o1["INV-5"]: "900", o1["INV-6"]: "600"}
    make.plan(o1["INV-5"].customer, covers, {"2026-07-20": "1500"}, offered="2026-06-18", signed="2026-06-20")
    make.payment(o1["INV-9"].customer, "300", on="2026-06-29", split={o1["INV-9"]: "300"})
    flags = {on: _flags(on) for on in (date(2026, 5, 31), date(2026, 6, 19), date(2026, 6, 28), date(2026, 6, 30))}
    assert list(flags.values()) == [
        {"BIRCH": ("0.00", "0.00"), "CEDAR": ("0.00", "0.00")},
        {"BIRCH": ("0.00", "0.00"), "CEDAR": ("150.00", "0.00")},
        {"BIRCH": ("0.00", "1500.00"), "CEDAR": ("150.00", "0.00")},
        {"BIRCH": ("0.00", "1500.00"), "CEDAR": ("100.00", "0.00")},
    ]
    birch = report("ageing", on=date(2026, 6, 30))["customers"][1]
    assert (birch["1-30"], birch["31-60"]) == ("1200.00", "1500.00")


def _flags(on: date) -> dict[str, tuple[str, str]]:
    rows = report("ageing", on=on)["customers"]
    return {row["customer"]: (row["disputed"], row["planned"]) for row in rows if row["customer"] != "ACME"}


def test_what_is_dated_later_does_not_count(o1):
    """Paid, part paid, written off and returned after the day: on the day it was as it was."""
    make.payment(o1["INV-7"].customer, "700", on="2026-07-03", split={o1["INV-7"]: "700"})
    write_off(invoice=o1["INV-8"], amount=Decimal(300), kind="bad_debt", reason="Gone", on=date(2026, 7, 4))
    assert report("ageing", on=date(2026, 6, 30))["currencies"]["USD"]["net"] == "5400.00"
    assert report("ageing", on=date(2026, 7, 5))["currencies"]["USD"]["net"] == "4400.00"


def test_a_payment_returned_later_still_counts_on_the_day(o1):
    payment = make.payment(o1["INV-1"].customer, "1000", on="2026-06-25", split={o1["INV-1"]: "1000"})
    booking.return_payment(payment=payment, on=date(2026, 7, 2))
    assert report("ageing", on=date(2026, 6, 30))["currencies"]["USD"]["current"] == "500.00"
    assert report("ageing", on=date(2026, 7, 2))["currencies"]["USD"]["current"] == "1000.00"


def test_a_second_payment_with_an_earlier_date_does_not_settle_earlier(o1):
    """The last one booked is dated before the first: until the first came in, its part was open."""
    invoice = o1["INV-1"]
    make.payment(invoice.customer, "600", on="2026-06-28", split={invoice: "600"})
    make.payment(invoice.customer, "400", on="2026-06-20", split={invoice: "400"})
    assert report("ageing", on=date(2026, 6, 25))["currencies"]["USD"]["current"] == "1350.00"


def test_an_invoice_not_yet_issued_is_not_owed(o1):
    before = report("ageing", on=date(2026, 6, 9))
    assert before["currencies"]["USD"]["net"] == "4900.00"


def test_the_csv_has_a_row_a_customer(o1, tmp_path):
    report("ageing", on=date(2026, 6, 30), csv=tmp_path / "ageing.csv")
    with (tmp_path / "ageing.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["customer"], row["unapplied"]) for row in rows] == [
        ("ACME", "-100.00"),
        ("BIRCH", "0.00"),
        ("CEDAR", "-350.00"),
    ]


def test_the_table_is_short(o1):
    out = StringIO()
    call_command("report", "ageing", stdout=out, on=date(2026, 6, 30))
    assert out.getvalue().split()[:4] == ["Ageing", "as", "of", "2026-06-30"]
    assert "5400.00" in out.getvalue()


def test_a_report_nobody_knows_is_refused(business):
    with pytest.raises(CommandError, match="invalid choice: 'gossip'"):
        call_command("report", "gossip")


def test_a_file_that_cannot_be_written_is_named(o1, tmp_path):
    with pytest.raises(CommandError, match="Cannot write"):
        report("ageing", csv=tmp_path)
