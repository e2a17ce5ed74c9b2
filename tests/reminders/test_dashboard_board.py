"""The cards of the dashboard: what the nights counted, why something is not known, and whose page it is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arcollect.dates import Calendar
from invoices import promise_figures
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from invoices.models import LedgerDay, Promise, ReductionPlan
from invoices.overruling import set_override
from reminders.overview_facts import overview
from reminders.standing import Standing, standings
from tests import make
from tests.make import day
from tests.pages import address, lines, read

TODAY = date(2026, 3, 20)
FIGURES = {
    "owed": "1500.00",
    "overdue": "1400.00",
    "net": "1500.00",
    "target": "900.00",
    "excess": "600.00",
    "dso": "54.6",
    "bpdso": "15.2",
    "ledger_ratio": "1.67",
    "light": "red",
    "cei": None,
    "cei_why": "Nothing was owed at the start of the month.",
    "promises": {"count_rate": "0.5", "amount_rate": "0.573", "settled": 4},
    "lanes": {"firm": {"amount": "1250.00", "count": 3}},
    "steps": [{"step": "30", "asked": "2000.00", "recovered": "500.00", "share": "25.0", "invoices": 4}],
    "forecast": {
        "weeks": [{"from": "2026-03-21", "until": "2026-03-27", "by": {"promise": "100.00", "ageing": "31.50"}}],
        "later": "0.00",
        "undated": "0.00",
    },
}

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def ledger(business, acme):
    make.invoice(acme, "INV-1", due="2026-02-14", total="1000")
    return business


def night(business, on: str, *, backfilled: bool = False, **figures) -> LedgerDay:
    return LedgerDay.objects.create(
        business=business, currency="USD", on=day(on), figures=FIGURES | figures, backfilled=backfilled
    )


@pytest.mark.proves("P09")
@pytest.mark.proves("P10")
def test_what_the_night_counted_is_shown(books, ledger):
    night(ledger, "2026-02-20", backfilled=True)
    night(ledger, "2026-03-20")
    page = read(books, ledger, "dashboard")
    for words in (
        "Better than on Feb 20: $400.00 less is overdue.",
        "$500.00 less than on Feb 20",
        "54.6",
        "far above target",
        "$600.00",
        "50.0 %",
        "57.3 % of the money",
        "Firm calls 3 1,250.00",
        "30 days 4 2,000.00 500.00 25 %",
        "as of this morning",
    ):
        assert words in page


def test_what_is_not_known_says_why(books, ledger):
    night(ledger, "2026-03-20")
    page = read(books, ledger, "dashboard")
    assert "not known Nothing was owed at the start of the month." in page
    assert "no figures of last month yet" in page
    assert "A line needs two month ends" in page


def test_figures_of_an_older_night_name_their_day(books, ledger):
    night(ledger, "2026-03-18")
    assert "as of Mar 18, 2026: no night has counted since" in read(books, ledger, "dashboard")


def test_before_the_first_night_the_owner_may_count(client_of, owner, books, ledger):
    assert "The first figures come tonight" in read(books, ledger, "dashboard")
    assert "Count now" not in read(books, ledger, "dashboard")
    browser = client_of(owner)
    assert "Count now" in read(browser, ledger, "dashboard")
    told = browser.post(address(ledger, "dashboard-count"), follow=True).content.decode()
    assert "Counted." in told
    assert LedgerDay.objects.get(business=ledger, on=TODAY).figures["owed"] == "1000.00"
    assert "The first figures come tonight" not in told


def test_a_bookkeeper_does_not_count(books, ledger):
    assert books.post(address(ledger, "dashboard-count")).status_code == 403


@pytest.mark.proves("P11")
def test_the_plan_that_runs_shows_planned_beside_fact(books, ledger):
    plan = {"start_amount": 2100, "target": 900, "weeks": 12, "started_on": day("2026-03-06")}
    ReductionPlan.objects.create(business=ledger, currency="USD", **plan)
    night(ledger, "2026-03-06", net="2150.00")
    night(ledger, "2026-03-13", net="1950.00")
    night(ledger, "2026-03-20")
    page = books.get(address(ledger, "dashboard"))
    assert "week 2 of 12, $1,900.00 planned by now" in page.content.decode()
    planned, actual = page.context["charts"]["glide"].series
    assert planned.values[:3] == [2100, 2000, 1900]
    assert actual.values[:4] == [2100, Decimal(1950), Decimal(1500), None]


@pytest.mark.proves("P11")
def test_after_a_missed_night_a_week_takes_the_last_one_counted_in_it(books, ledger):
    """On the dashboard as on the page of the plan: week 2 lacks its last night and takes the one before it; no night of weeks
    1 and 3 was counted."""
    plan = {"start_amount": 2100, "target": 900, "weeks": 12, "started_on": day("2026-02-26")}
    ReductionPlan.objects.create(business=ledger, currency="USD", **plan)
    night(ledger, "2026-03-10", net="2050.00")
    night(ledger, "2026-03-11", net="1950.00")
    night(ledger, "2026-03-20")
    _planned, actual = books.get(address(ledger, "dashboard")).context["charts"]["glide"].series
    there = books.get(address(ledger, "reduction-plan")).context["view"].weeks
    assert list(actual.values) == [row.week.actual for row in there]
    assert actual.values[:5] == [2100, None, Decimal(1950), None, None]


def test_bars_say_that_they_do_not_go_by_other_ages(books, ledger):
    """The nights store what is owed by the standard ages."""
    words = "These bars keep the standard ages. Your own are in the report ."
    assert words not in read(books, ledger, "dashboard")
    ledger.settings["ageing"] = {"edges": [0, 15, 45]}
    ledger.save()
    assert words in read(books, ledger, "dashboard")


def test_without_a_plan_it_says_what_one_would_take(books, ledger):
    night(ledger, "2026-03-20")
    assert "No plan runs. $50.00 less each week would bring it there in 12 weeks." in read(books, ledger, "dashboard")


@pytest.mark.proves("T25")
def test_one_currency_at_a_time(books, ledger, acme):
    make.invoice(acme, due="2026-03-01", total="77", currency="EUR")
    assert "€77" not in read(books, ledger, "dashboard")
    euros = read(books, ledger, "dashboard", currency="EUR")
    assert "On the desk today in all currencies" in euros
    assert "€77.00" in euros
    assert "$1,000.00" not in euros
    assert "$1,000.00" in read(books, ledger, "dashboard", currency="XXX")


def test_the_night_of_another_business_is_not_shown(books, ledger, outsider):
    night(outsider.memberships.get().business, "2026-03-20", dso="99.9")
    assert "99.9" not in read(books, ledger, "dashboard")


@pytest.mark.proves("P14")
def test_queries_stand_by_age_against_their_clock_and_open_their_list(books, ledger, acme):
    for age in (2, 40):
        invoice = make.invoice(acme, f"Q-{age}")
        on = TODAY - timedelta(days=age)
        open_dispute(invoice=invoice, code="PRICE", amount=Decimal(100 + age), on=on, calendar=Calendar())
    (one,) = standings(ledger, TODAY)
    found = overview(ledger, one, TODAY).queries
    assert [(age.name, age.count, age.amount, age.late) for age in found] == [("week", 1, 102, 1), ("older", 1, 140, 1)]
    assert len(lines(books.get(address(ledger, "dispute-list"), {"age": "older", "format": "csv"}))) == 2


def test_promises_due_within_a_week_are_those_of_their_list(books, ledger, acme):
    for due in ("2026-03-19", "2026-03-27", "2026-03-28"):
        Promise.objects.create(business=ledger, customer=acme, currency="USD", amount=100, made_on=TODAY, due_on=day(due))
    (one,) = standings(ledger, TODAY)
    found = overview(ledger, one, TODAY).promised
    assert (found.due, found.due_amount, found.passed) == (2, 200, 1)
    figures = promise_figures.section(ledger, TODAY)["USD"]["promises"]
    assert (figures["due_7"], figures["due_7_amount"]) == (2, "200.00")
    assert len(lines(books.get(address(ledger, "promise-list"), {"show": "soon", "format": "csv"}))) == 3


def test_what_came_in_for_a_promise_is_not_to_come_any_more(books, ledger, acme):
    """The one past its day is in its grace still, and is told apart."""
    for due in ("2026-03-19", "2026-03-24"):
        Promise.objects.create(business=ledger, customer=acme, currency="USD", amount=100, made_on=TODAY, due_on=day(due))
    make.payment(acme, "130", on="2026-03-20")
    night(ledger, "2026-03-20")
    assert "2 promises due within a week $70.00 still to come; 1 past its day" in read(books, ledger, "dashboard")
    csv = lines(books.get(address(ledger, "promise-list"), {"show": "soon", "format": "csv"}))
    assert [row.split(",")[4:] for row in csv[1:]] == [["100.00", "100.00", "Open"], ["100.00", "30.00", "Open"]]


def test_more_promises_cost_the_dashboard_no_query_more(books, ledger):
    def promise(first: int, last: int) -> None:
        for number in range(first, last):
            customer = make.customer(ledger, f"C{number}")
            invoice = make.invoice(customer, f"P-{number}", total="1000")
            make_promise(customer=customer, currency="USD", amount=Decimal(100), made_on=TODAY, due_on=TODAY)
            make.payment(customer, "30", on="2026-03-20", split={invoice: "30"})

    night(ledger, "2026-03-20")
    promise(0, 2)
    with CaptureQueriesContext(connection) as few:
        books.get(address(ledger, "dashboard"))
    promise(2, 20)
    with CaptureQueriesContext(connection) as many:
        books.get(address(ledger, "dashboard"))
    assert len(many) == len(few)


def test_what_came_in_is_listed_by_day_and_currency(books, ledger, acme):
    for on, amount in (("2026-03-20", "5"), ("2026-03-13", "7"), ("2026-02-19", "11"), ("2026-02-18", "13")):
        make.payment(acme, amount, on=on)
    make.payment(acme, "17", on="2026-03-19", currency="EUR")
    (dollars, _euros) = standings(ledger, TODAY)
    asked = {"format": "csv", "currency": "USD"}
    month = lines(books.get(address(ledger, "money-received"), asked))[1:]
    week = lines(books.get(address(ledger, "money-received"), asked | {"since": "week"}))[1:]
    assert dollars.received == sum(Decimal(row.split(",")[4]) for row in month) == 23
    assert overview(ledger, dollars, TODAY).received_week == sum(Decimal(row.split(",")[4]) for row in week) == 7


def test_a_year_of_nights_costs_no_query_more(client_of, owner, ledger):
    browser, home = client_of(owner), address(ledger, "dashboard")
    night(ledger, "2026-03-20")
    with CaptureQueriesContext(connection) as few:
        browser.get(home)
    for back in range(1, 200):
        night(ledger, (TODAY - timedelta(days=back)).isoformat())
    with CaptureQueriesContext(connection) as many:
        browser.get(home)
    assert len(many) == len(few) <= 40


def test_a_moment_without_a_night_needs_none(ledger):
    view = overview(ledger, Standing("USD", standings(ledger, TODAY)[0].buckets), TODAY)
    assert (view.latest, view.glide, view.owed_change, view.is_fresh) == (None, None, None, False)


def test_the_deeds_of_the_team_are_those_the_night_counted(books, ledger):
    night(ledger, "2026-03-20")
    assert "/reports/team/?currency=USD&amp;as_of=2026-03-19" in books.get(address(ledger, "dashboard")).content.decode()


def test_what_the_team_did_says_its_days_and_that_it_is_of_all_currencies_where_there_are_several(books, ledger, acme):
    whole = {"calls": 3, "reached": 2, "letters": 4, "promises": 1, "plans": 0, "money": "250.00"}
    night(ledger, "2026-03-20", team={"since": "2026-03-13", "until": "2026-03-19", "whole": whole, "people": []})
    said = "Calls, letters, promises and plans from Mar 13 to Mar 19"
    alone = read(books, ledger, "dashboard")
    assert said in alone
    assert f"{said} in all currencies" not in alone
    make.invoice(acme, total="77", currency="EUR")
    assert f"{said} in all currencies" in read(books, ledger, "dashboard")


def test_who_worries_is_of_all_currencies_and_says_so_where_there_are_several(client_of, owner, business, acme):
    set_override(customer=acme, segment="DETERIORATING", reason="Their yard is empty.", on=TODAY, actor=owner)
    make.score(acme, "SLOW")
    make.invoice(acme)
    asked = client_of(owner)
    alone = read(asked, business, "dashboard")
    assert "Who worries us?" in alone
    assert "In all currencies." not in alone
    make.invoice(acme, currency="EUR")
    assert "In all currencies." in read(asked, business, "dashboard")
