"""manage.py report dso, cei, ledger-ratio, days-late and bad-debt: the oracle ledger O1 out of real rows (domain.md 2)."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from invoices.writing_off import take_back, write_off
from tests import make
from tests.invoices.o1 import AS_OF, write_o1
from tests.make import day
from tests.reminders.test_report_ageing import report


@pytest.fixture
def o1(business):
    return write_o1(business)


def dollars(name: str, on=AS_OF):
    return report(name, on=on)["currencies"]["USD"]


def test_dso_counted_back_best_possible_and_add(o1):
    found = report("dso", on=AS_OF)
    assert found["currencies"]["USD"] == {
        "dso": "54.6",
        "dso_countback": "64.0",
        "dso_countback_more": False,
        "bpdso": "15.2",
        "add": "39.4",
        "net": "5400.00",
        "current": "1500.00",
        "sales": "9000.00",
        "days": 91,
        "from": "2026-04-01",
        "to": "2026-06-30",
    }
    assert [(row["month"], row["sales"], row["counted_days"], row["in_dso"]) for row in found["months"]][:4] == [
        ("2026-06", "3000.00", "30.0", True),
        ("2026-05", "2000.00", "31.0", True),
        ("2026-04", "4000.00", "3.0", True),
        ("2026-03", "4200.00", "0.0", False),
    ]


def test_what_history_does_not_explain_is_left_over(business, acme):
    """Months of 3000, 2000 and 4000, 500 owed from long before: more than 91 days, 500 left (domain.md 2.3)."""
    for issued, total in (("2024-01-10", "500"), ("2026-04-10", "4000"), ("2026-05-10", "2000"), ("2026-06-10", "3000")):
        make.invoice(acme, issued=issued, due="2026-07-31", total=total)
    found = dollars("dso")
    assert (found["dso_countback_more"], found["dso_countback_left"]) == (True, "500.00")


def test_cei_month_by_month(o1):
    found = report("cei", on=AS_OF)
    figures = found["currencies"]["USD"]
    assert (figures["cei"], figures["begin"], figures["sales"]) == ("48.0", "6000.00", "3000.00")
    assert (figures["end"], figures["current"], figures["from"]) == ("5400.00", "1500.00", "2026-06-01")
    assert len(found["months"]) == 12
    assert found["months"][1]["end"] == found["months"][0]["begin"] == "6000.00"


def test_the_ledger_ratio(o1):
    figures = dollars("ledger-ratio")
    assert (figures["ledger_ratio"], figures["light"], figures["average_sales"]) == ("1.74", "red", "3100.00")
    assert (figures["target"], figures["excess"], figures["average_months"]) == ("3100.00", "2300.00", 12)


def test_days_late_by_customer(business):
    acme, birch = make.customer(business), make.customer(business, "Birch")
    for amount, paid in [("1000", "2026-05-06"), ("4000", "2026-05-21"), ("500", "2026-04-21"), ("2500", "2026-05-01")]:
        row = make.invoice(acme, issued="2026-04-01", due="2026-05-01", total=amount)
        make.payment(acme, amount, on=paid, split={row: amount})
    make.invoice(birch, issued="2026-05-01", due="2026-05-31", total="600")
    found = report("days-late", on=AS_OF)
    first, second = found["customers"]
    assert (first["days_late"], first["dbt"], first["unweighted"], first["n"]) == ("10.00", "10.63", "3.75", 4)
    assert (second["days_late"], second["days_late_why"], second["days_late_with_open"]) == (
        None,
        "No payment in this time.",
        "30.00",
    )
    assert found["currencies"]["USD"]["days_late_with_open"] == "11.40"
    assert found["currencies"]["USD"]["snapshot_dbt"] == "15.00"


def test_bad_debt_and_what_stands_apart(business, acme):
    rows = [make.invoice(acme, issued="2026-03-10", due="2026-04-09", total=total) for total in ("98600", "1200", "200")]
    write_off(invoice=rows[1], amount=Decimal(1200), kind="bad_debt", on=day("2026-05-02"), reason="Gone")
    back = write_off(invoice=rows[2], amount=Decimal(200), kind="bad_debt", on=day("2025-05-02"), reason="Gone")
    take_back(row=back, on=day("2026-06-02"))
    write_off(invoice=rows[0], amount=Decimal(40), kind="goodwill", on=day("2026-05-03"), reason="Sorry")
    found = report("bad-debt", on=AS_OF)
    figures = found["currencies"]["USD"]
    assert (figures["bad_debt"], figures["written_off"], figures["recovered"], figures["goodwill"]) == (
        "1.00",
        "1200.00",
        "200.00",
        "40.00",
    )
    assert [(row["kind"], row["recovered_on"]) for row in found["write_offs"]] == [
        ("bad_debt", "2026-06-02"),
        ("bad_debt", ""),
        ("goodwill", ""),
    ]


@pytest.mark.parametrize("name", ["dso", "cei", "ledger-ratio", "days-late", "bad-debt"])
def test_what_is_dated_later_is_ignored(o1, name):
    before = report(name, on=AS_OF)
    make.payment(o1.customers["Cedar"], "700", on="2026-07-03", split={o1.invoices["INV-7"]: "700"})
    write_off(invoice=o1.invoices["INV-8"], amount=Decimal(300), kind="bad_debt", reason="Gone", on=day("2026-07-04"))
    make.invoice(o1.customers["Acme"], issued="2026-07-01", due="2026-07-31", total="900")
    assert report(name, on=AS_OF) == before


@pytest.mark.parametrize("name", ["dso", "cei", "ledger-ratio", "days-late", "bad-debt"])
def test_an_empty_house_has_empty_reports(business, name):
    assert report(name, on=AS_OF)["currencies"] == {}


def test_what_is_not_known_says_why_at_the_terminal(business, acme):
    make.invoice(acme, issued="2026-06-10", due="2026-07-10", total="100")
    out = StringIO()
    call_command("report", "ledger-ratio", stdout=out, on=AS_OF)
    assert "n/a" in out.getvalue()
    assert "USD ledger_ratio: Less than three months of sales." in out.getvalue()


def test_the_csv_has_a_row_a_month(o1, tmp_path):
    report("dso", on=AS_OF, csv=tmp_path / "dso.csv")
    with (tmp_path / "dso.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["month"] for row in csv.DictReader(file)][:2] == ["2026-06", "2026-05"]
