"""The figures of a day out of real rows: the oracle ledger O1 of domain.md 2, as of any date."""

from datetime import date
from decimal import Decimal

import pytest

from invoices import booking
from invoices.disputing import resolve_dispute
from invoices.ledger_figures import section
from invoices.writing_off import write_off
from tests import make
from tests.invoices.o1 import AS_OF, write_o1

O1 = {
    "buckets": {"current": "1500.00", "1-30": "1450.00", "31-60": "1500.00", "61-90": "1000.00", "90+": "400.00"},
    "unapplied": "-450.00",
    "net": "5400.00",
    "owed": "5850.00",
    "overdue": "4350.00",
    "disputed": "150.00",
    "average_sales": "3100.00",
    "average_months": 12,
    "dso": "54.6",
    "dso_countback": "64.0",
    "dso_countback_more": False,
    "bpdso": "15.2",
    "add": "39.4",
    "cei": "48.0",
    "cei_without_write_offs": "48.0",
    "ledger_ratio": "1.74",
    "light": "red",
    "target": "3100.00",
    "excess": "2300.00",
    "bad_debt": "0.00",
    "snapshot_dbt": "35.3",
    "received_30": "3500.00",
    "received_7": "2000.00",
}


@pytest.fixture
def o1(business):
    return write_o1(business)


def figures(business, as_of=AS_OF):
    return section(business, as_of)["USD"]


def test_the_oracle_ledger(o1, business):
    found = figures(business)
    assert {name: found[name] for name in O1} == O1
    assert (found["sales"]["2026-04"], found["sales"]["2026-05"], found["sales"]["2026-06"]) == ("4000.00", "2000.00", "3000.00")
    assert sum(map(Decimal, found["sales"].values())) == 37200


def test_what_is_dated_later_is_ignored(o1, business):
    """Paid, part paid, credited, written off, returned, contested and answered after the day: on the day it was as it was."""
    before = figures(business)
    cedar, acme = o1.customers["Cedar"], o1.customers["Acme"]
    make.payment(cedar, "700", on="2026-07-03", split={o1.invoices["INV-7"]: "700"})
    write_off(invoice=o1.invoices["INV-8"], amount=Decimal(300), kind="bad_debt", reason="Gone", on=date(2026, 7, 4))
    make.credit_note(acme, "50", on="2026-07-02")
    make.invoice(acme, issued="2026-07-01", due="2026-07-31", total="900")
    booking.return_payment(payment=o1.customers["Birch"].payments.get(amount=50), on=date(2026, 7, 5))
    dispute = o1.invoices["INV-9"].disputes.get()
    resolve_dispute(dispute=dispute, on=date(2026, 7, 2), outcome="rejected", resolution="Looked at.")
    assert figures(business) == before
    assert figures(business, date(2026, 7, 5))["disputed"] == "0.00"


def test_cei_shows_what_write_offs_do_to_it(o1, business):
    write_off(invoice=o1.invoices["INV-8"], amount=Decimal(300), kind="bad_debt", reason="Gone", on=AS_OF)
    found = figures(business)
    assert (found["cei"], found["cei_without_write_offs"]) == ("52.0", "48.0")
    assert found["bad_debt"] == "0.81"


def test_a_month_under_way_takes_its_full_months_from_before(o1, business):
    found = figures(business, date(2026, 7, 15))
    assert (found["dso"], found["cei"]) == ("54.6", "48.0")
    assert found["dso_countback"] == "79.0"


def test_a_young_ledger_says_what_it_cannot_know(business, acme):
    make.invoice(acme, issued="2026-06-10", due="2026-07-10", total="100")
    found = figures(business)
    assert (found["ledger_ratio"], found["ledger_ratio_why"]) == (None, "Less than three months of sales.")
    assert (found["target"], found["average_sales"], found["light"]) == (None, None, None)
    assert (found["days_late"], found["days_late_why"]) == (None, "No payment in this time.")
    assert found["sales"] == {"2026-06": "100.00"}
    assert (found["dso_countback"], found["dso_countback_more"]) == ("30.0", False)


@pytest.mark.parametrize(("began", "average"), [("2026-03-15", "775.00"), ("2026-03-16", "1000.00")])
def test_a_first_month_that_began_late_is_no_full_one(business, acme, began, average):
    for issued, total in ((began, "100"), ("2026-04-01", "1000"), ("2026-05-01", "1000"), ("2026-06-01", "1000")):
        make.invoice(acme, issued=issued, due="2026-07-10", total=total)
    assert figures(business)["average_sales"] == average


def test_more_than_history_explains(business, acme):
    make.invoice(acme, issued="2026-06-10", due="2026-07-10", total="100", currency="EUR")
    row = make.invoice(acme, issued="2024-01-10", due="2024-07-10", total="9500")
    found = section(business, AS_OF)
    assert (found["USD"]["dso_countback"], found["USD"]["dso_countback_more"]) == ("395.0", True)
    assert (found["USD"]["dso"], found["USD"]["dso_why"]) == (None, "No sales on credit in this time.")
    assert found["EUR"]["net"] == "100.00"
    assert row.currency == "USD"


def test_an_empty_house_has_no_figures(business):
    assert section(business, AS_OF) == {}


def test_cash_sales_are_no_credit_sales(business, acme):
    """Due on the day it was issued and paid that day; the same paid a day later was credit."""
    for paid in ("2026-06-10", "2026-06-11"):
        row = make.invoice(acme, issued="2026-06-10", due="2026-06-10", total="100")
        make.payment(acme, "100", on=paid, split={row: "100"})
    assert figures(business)["sales"] == {"2026-06": "100.00"}


def test_a_credit_note_for_an_invoice_takes_the_sale_back(business, acme):
    row = make.invoice(acme, issued="2026-05-10", due="2026-06-10", total="100")
    make.credit_note(acme, "30", on="2026-06-02", corrects=row)
    make.credit_note(acme, "20", on="2026-06-02")
    cash = make.invoice(acme, issued="2026-06-03", due="2026-06-03", total="500")
    make.payment(acme, "500", on="2026-06-03", split={cash: "500"})
    make.credit_note(acme, "500", on="2026-06-04", corrects=cash)
    assert figures(business)["sales"] == {"2026-05": "100.00", "2026-06": "-30.00"}


def test_money_that_lay_unmatched_came_when_it_came(business, acme):
    row = make.invoice(acme, issued="2026-04-01", due="2026-05-01", total="100")
    payment = make.payment(acme, "100", on="2026-05-11", split={})
    booking.apply_unapplied(payment=payment, split=[(row.pk, Decimal(100))], on=date(2026, 6, 20))
    found = figures(business)
    assert (found["days_late"], found["dbt"], found["net"]) == ("10.0", "10.0", "0.00")


def test_money_paid_ahead_is_on_account_until_its_invoice_is_issued(business, acme):
    row = make.invoice(acme, issued="2026-06-20", due="2026-07-20", total="100")
    make.payment(acme, "100", on="2026-06-10", split={row: "100"})
    make.invoice(acme, issued="2026-06-01", due="2026-07-01", total="40")
    assert (figures(business, date(2026, 6, 15))["net"], figures(business)["net"]) == ("-60.00", "40.00")


def test_the_number_of_queries_does_not_grow(o1, business, django_assert_max_num_queries):
    with django_assert_max_num_queries(50):
        section(business, AS_OF)
