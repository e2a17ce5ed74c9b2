"""manage.py report promises, disputes and worklist: how promises and queries went, and what the desk asks for."""

import csv
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices.agreeing import cancel_promise, close_promise, make_promise
from invoices.disputing import open_dispute, resolve_dispute
from tests import make
from tests.make import day
from tests.reminders.test_report_ageing import report

AS_OF = day("2026-06-30")
# Promised and received by the end of the grace: the worked figures of domain.md 2.8.
PROMISED = {"kept": (500, 500), "tolerated": (1000, 990), "part": (1000, 400), "broken": (800, 0)}
STATES = {"kept": "kept", "tolerated": "kept", "part": "partial", "broken": "broken"}


def promised(customer, amount: int, made: str = "2026-05-04", due: str = "2026-05-11"):
    return make_promise(customer=customer, currency="USD", amount=Decimal(amount), made_on=day(made), due_on=day(due))


@pytest.fixture
def promises(business):
    """Settled on 14 May: two kept, one in part, one broken; besides, one cancelled and one open."""
    for name, (amount, received) in PROMISED.items():
        customer = make.customer(business, name.title())
        make.invoice(customer, total="2000")
        close_promise(promise=promised(customer, amount), state=STATES[name], received=Decimal(received), on=day("2026-05-14"))
    for name, amount in {"Cancelled": 300, "Waiting": 200}.items():
        customer = make.customer(business, name)
        make.invoice(customer, total="2000")
        row = promised(customer, amount, "2026-06-15", "2026-07-10")
        if name == "Cancelled":
            cancel_promise(promise=row, on=day("2026-06-16"), actor=None)


@pytest.mark.proves("P08")
def test_the_kept_rate_of_the_worked_figures(promises):
    found = report("promises", on=AS_OF)
    rates = {"count_rate": "0.5000", "amount_rate": "0.5727"}
    assert found["currencies"] == {"USD": {"open": "1", "kept": "2", "partial": "1", "broken": "1", **rates}}
    assert [row["state"] for row in found["promises"] if row["customer"] in ("TOLERATED", "WAITING")] == ["kept", "open"]


def test_what_was_settled_later_was_open_on_the_day(promises):
    found = report("promises", on=day("2026-05-13"))
    why = "No promise was settled within a year."
    counts = {"open": "4", "kept": "0", "partial": "0", "broken": "0"}
    rates = {"count_rate": None, "count_rate_why": why, "amount_rate": None, "amount_rate_why": why}
    assert found["currencies"] == {"USD": {**counts, **rates}}
    assert {row["received"] for row in found["promises"]} == {"0.00"}


def queried(customer, opened: str, resolved: str = "", outcome: str = "rejected") -> None:
    dispute = open_dispute(invoice=make.invoice(customer), code="PRICE", amount=Decimal(150), on=day(opened), calendar=Calendar())
    if resolved:
        words = {"preflight": "PF07"} if outcome == "upheld" else {}
        resolve_dispute(dispute=dispute, on=day(resolved), outcome=outcome, resolution="Looked at.", **words)


def test_a_promise_and_a_query_say_whose_they_are_and_for_which_invoices(business, acme):
    for number, due in (("B-2", "2026-02-20"), ("A-1", "2026-01-20")):
        make.invoice(acme, number, due=due, total="100")
    promised(acme, 200, "2026-06-15", "2026-07-10")
    queried(acme, "2026-06-01")
    [promise], [query] = report("promises", on=AS_OF)["promises"], report("disputes", on=AS_OF)["disputes"]
    assert (promise["customer"], promise["name"], promise["invoices"]) == ("ACME", "Acme", "A-1, B-2")
    assert (query["customer"], query["name"]) == ("ACME", "Acme")


@pytest.mark.proves("P14")
def test_the_cycle_time_of_the_worked_figures(business, acme):
    """2, 4 and 9 days: mean 5.0, median 4 (domain.md 2.9)."""
    queried(acme, "2026-05-04", "2026-05-06", "upheld")
    queried(acme, "2026-05-04", "2026-05-08")
    queried(acme, "2026-05-04", "2026-05-13")
    queried(acme, "2026-06-01")
    found = report("disputes", on=AS_OF)
    assert (found["closed"], found["mean"], found["median"], found["upheld_rate"]) == (3, "5.0", "4.0", "0.3333")
    assert found["currencies"] == {"USD": {"open": "1", "amount": "150.00", "oldest_days": "29", "past_clock": "1"}}


def test_a_query_closed_later_was_open_on_the_day(business, acme):
    queried(acme, "2026-05-04", "2026-05-13")
    found = report("disputes", on=day("2026-05-05"))
    assert (found["closed"], found["mean"]) == (0, None)
    assert [(row["open_days"], row["past_clock"]) for row in found["disputes"]] == [(1, False)]


@pytest.mark.proves("P15")
def test_the_worklist_is_in_the_order_of_the_desk(business, tmp_path):
    for name, total, due in [("Small", "100", "2026-05-31"), ("Large", "900", "2026-05-31"), ("Broken", "10", "2026-06-20")]:
        customer = make.customer(business, name)
        make.invoice(customer, total=total, due=due)
        kind = "broken_promise" if name == "Broken" else "call_60"
        make.task(customer, kind, opens="2026-06-29", currency="USD", amount=Decimal(total), reason="Call.")
    make.task(customer, "callback", opens="2026-07-01")
    found = report("worklist", on=AS_OF, csv=tmp_path / "desk.csv")
    assert [(row["customer"], row["priority"]) for row in found["tasks"]] == [
        ("BROKEN", "13.33"),
        ("LARGE", "1800.00"),
        ("SMALL", "200.00"),
    ]
    assert found["currencies"] == {"USD": {"tasks": "3", "amount": "1010.00"}}
    with (tmp_path / "desk.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["customer"] for row in csv.DictReader(file)] == ["BROKEN", "LARGE", "SMALL"]


@pytest.mark.parametrize(("name", "warned"), [("worklist", True), ("lanes", True), ("cash", True), ("promises", False)])
def test_what_cannot_be_told_of_a_day_gone_by_says_so(business, capsys, name, warned):
    report(name, on=day("2020-01-31"))
    assert ("cannot be told of a day gone by" in capsys.readouterr().err) is warned
    report(name)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["promises", "disputes", "worklist"])
def test_an_empty_house_has_empty_reports(business, name):
    assert report(name, on=AS_OF)["currencies"] == {}
