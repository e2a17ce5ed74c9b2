"""The dashboard: are we getting paid, what needs a person, and are the figures fresh."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arcollect.dates import Calendar
from customers.models import Letter, Task
from invoices import booking
from invoices.disputing import open_dispute
from invoices.history import open_invoices
from invoices.metrics import age_ledger, total_by_currency
from reminders import dashboard
from reminders.models import Heartbeat
from reminders.standing import standings
from tests import make

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def owe(customer, *terms, currency="USD"):
    """An invoice for each (amount, due on)."""
    return [make.invoice(customer, issued="2026-01-01", due=due, total=total, currency=currency) for total, due in terms]


@pytest.fixture
def acme(business):
    return make.customer(business, "Acme")


def standing(business):
    (one,) = standings(business, TODAY)
    return one


def test_owed_overdue_and_what_came_in(business, acme):
    first, _ = owe(acme, ("1000", "2026-06-29"), ("500", "2026-06-30"))
    make.payment(acme, "300", on="2026-06-10", split={first: "250"})
    make.payment(acme, "70", on="2026-05-31")
    one = standing(business)
    assert (one.owed, one.overdue, one.overdue_share) == (1250, 750, 60)
    assert one.received == 300
    assert one.unapplied == 120


@pytest.mark.proves("T18")
def test_the_bars_are_the_buckets_of_the_ageing(business, acme):
    """The database sums into the same buckets as the pure rule, at every edge."""
    dues = [0, 1, 30, 31, 60, 61, 90, 91, -5]
    owe(acme, *((str(10 + age), str(TODAY - timedelta(days=age))) for age in dues))
    pure = total_by_currency(age_ledger(list(open_invoices(business, TODAY)), [], TODAY))["USD"].buckets
    assert {bucket.name: bucket.amount for bucket in standing(business).buckets} == pure


@pytest.mark.proves("T25")
def test_currencies_stand_apart_the_business_own_first(business, acme):
    owe(acme, ("10", "2026-06-01"), currency="EUR")
    owe(acme, ("20", "2026-06-01"))
    assert [(one.currency, one.owed) for one in standings(business, TODAY)] == [("USD", 20), ("EUR", 10)]


def test_who_owes_most_is_ranked_in_each_currency(business):
    for number in range(7):
        customer = make.customer(business, f"C{number}")
        owe(customer, (str(100 * (number + 1)), "2026-05-31"), ("5000", "2026-08-01"))
        owe(customer, (str(100 - number), "2026-06-20"), currency="EUR")
    usd, eur = standings(business, TODAY)
    assert [(debtor.name, debtor.overdue, debtor.days_late) for debtor in usd.debtors][:2] == [("C6", 700, 30), ("C5", 600, 30)]
    assert [debtor.name for debtor in eur.debtors] == ["C0", "C1", "C2", "C3", "C4"]


def test_nobody_is_a_debtor_before_the_due_date(business, acme):
    owe(acme, ("10", "2026-06-30"))
    assert standing(business).debtors == []


def test_what_is_in_dispute_is_said(business, acme):
    (invoice,) = owe(acme, ("400", "2026-06-01"))
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(150), on=TODAY, calendar=Calendar())
    assert standing(business).disputed == 150


def test_the_desk_counts_what_has_opened_and_what_is_late(business, acme):
    days = [("A", -3, -1), ("B", -3, 0), ("C", 2, 3)]
    for subject, opens, due in days:
        Task.objects.create(
            business=business,
            customer=acme,
            kind="call_60",
            subject=subject,
            opens_on=TODAY + timedelta(days=opens),
            due_on=TODAY + timedelta(days=due),
        )
    Task.objects.filter(subject="B").update(snoozed_until=TODAY + timedelta(days=1))
    Letter.objects.create(
        business=business,
        customer=acme,
        code="L30",
        state="draft",
        channel="post",
        currency="USD",
        language="en",
        written_on=TODAY,
    )
    work = dashboard.work(business, TODAY, as_owner=False)
    assert (work.due, work.late, work.letters, work.astray) == (1, 1, 1, 0)


@pytest.mark.proves("P14")
def test_queries_are_counted_with_their_age_and_clock(business, acme):
    invoices = owe(acme, ("400", "2026-06-01"), ("500", "2026-06-01"))
    for invoice, age in zip(invoices, (9, 0), strict=True):
        open_dispute(invoice=invoice, code="PRICE", amount=Decimal(150), on=TODAY - timedelta(days=age), calendar=Calendar())
    work = dashboard.work(business, TODAY, as_owner=False)
    assert (work.queries, work.overdue_queries, work.oldest_query) == (2, 1, 9)


def test_what_only_the_owner_decides_is_on_no_other_desk(business, acme):
    Task.objects.create(business=business, customer=acme, kind="decide", role="owner", opens_on=TODAY, due_on=TODAY)
    assert dashboard.work(business, TODAY, as_owner=True).due == 1
    assert dashboard.work(business, TODAY, as_owner=False).due == 0


@pytest.mark.parametrize(("state", "astray"), [("failed", 1), ("unconfirmed", 1), ("cancelled", 0), ("approved", 0)])
def test_letters_that_did_not_arrive_are_counted(business, acme, state, astray):
    Letter.objects.create(
        business=business, customer=acme, code="L1", state=state, channel="email", currency="USD", language="en", written_on=TODAY
    )
    assert dashboard.work(business, TODAY, as_owner=False).astray == astray


@pytest.mark.parametrize(("minutes", "alive"), [(4, True), (6, False)])
def test_jobs_that_stand_still_are_noticed(business, minutes, alive):
    Heartbeat.objects.create(name="tick", beat_at=NOW - timedelta(minutes=minutes))
    assert dashboard.health(business, NOW).pulse.alive is alive


@pytest.mark.proves("T15")
@pytest.mark.parametrize(("days", "stale"), [(5, False), (6, True)])
def test_old_payments_are_noticed(business, acme, days, stale):
    payment = make.payment(acme, "5", on="2026-06-01")
    type(payment).objects.update(created_at=NOW - timedelta(days=days))
    money = dashboard.health(business, NOW).money
    assert (money.stale, money.entered_on) == (stale, TODAY - timedelta(days=days))


def test_a_returned_payment_came_in_no_more(business, acme):
    (invoice,) = owe(acme, ("100", "2026-06-01"))
    payment = make.payment(acme, "100", on="2026-06-20", split={invoice: "100"})
    booking.return_payment(payment=payment, on=date(2026, 6, 25))
    one = standing(business)
    assert (one.owed, one.received, one.unapplied) == (100, 0, 0)


def test_a_hundred_customers_cost_no_query_more_than_one(business, acme, client_of, bookkeeper, django_assert_num_queries):
    browser, address = client_of(bookkeeper), f"/b/{business.slug}/"
    owe(acme, ("10", "2026-06-01"))
    make.task(acme, "call_60")
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for number in range(100):
        customer = make.customer(business, f"Customer {number}")
        owe(customer, ("10", "2026-06-01"))
        make.task(customer, "call_60")
    with django_assert_num_queries(len(few)):
        browser.get(address)
    assert len(few) <= 30


def test_the_page_says_it_in_figures(business, acme, client_of, bookkeeper):
    owe(acme, ("1250.50", "2020-01-31"))
    page = client_of(bookkeeper).get(f"/b/{business.slug}/").content.decode()
    assert "Are we getting paid?" in page
    assert "$1,250.50" in page
    assert "100 % of it" in page
    assert "The jobs have never run" in page


@pytest.mark.parametrize(("heading", "numbers"), [("Owed to you", {"A", "B", "C"}), ("Overdue", {"B", "C"})])
def test_a_figure_opens_the_rows_it_sums(business, acme, client_of, bookkeeper, heading, numbers):
    make.invoice(acme, "A", issued="2020-01-01", due="2999-01-31")
    make.invoice(acme, "B", issued="2020-01-01", due="2020-01-31")
    make.invoice(acme, "C", issued="2020-01-01", due="2020-01-31")
    make.invoice(acme, "D", issued="2020-01-01", due="2020-01-31", currency="EUR")
    books = client_of(bookkeeper)
    page = books.get(f"/b/{business.slug}/").content.decode()
    link = page.split(f"<dt>{heading}</dt>")[1].split('href="')[1].split('"')[0]
    assert {item.row.number for item in books.get(unescape(link)).context["list"].rows} == numbers


@pytest.mark.proves("T06")
def test_what_came_in_long_overdue_is_put_before_the_owner(business, acme, client_of, owner, bookkeeper):
    (invoice,) = owe(acme, ("10", "2020-01-31"))
    type(business).objects.update(released_on=date(2020, 1, 1))
    type(invoice).objects.update(entry_hold=True)
    notice = "1 invoice came in long overdue: nothing goes out about it before the owner releases it."
    pages = [client_of(person).get(f"/b/{business.slug}/").content.decode() for person in (owner, bookkeeper)]
    assert [notice in page for page in pages] == [True, True]
    assert ["settings/start/" in page for page in pages] == [True, False]
    type(invoice).objects.update(entry_hold=False)
    assert notice not in client_of(owner).get(f"/b/{business.slug}/").content.decode()


def test_an_empty_business_is_shown_the_way_in(business, client_of, owner):
    page = client_of(owner).get(f"/b/{business.slug}/").content.decode()
    assert "Bring in your ledger" in page
