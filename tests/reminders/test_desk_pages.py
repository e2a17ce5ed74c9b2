"""The desk in the browser: what is on it, in which order, whose it is, and the state of having done it all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Event
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def full(business):
    acme = make.customer(business, "Acme")
    make.invoice(acme, issued="2026-01-15", due="2026-02-14")
    return [
        make.task(acme, kind="call_60", subject="USD", amount=1000, currency="USD", due="2026-03-19"),
        make.task(make.customer(business, "Birch"), kind="verify_ap", due="2026-03-20"),
        make.task(make.customer(business, "Cedar"), kind="broken_promise", amount=20, currency="USD", due="2026-03-20"),
    ]


@pytest.mark.proves("T12")
def test_what_is_worth_most_comes_first_and_late_shows_as_late(books, business, full):
    page = read(books, business, "task-list")
    rows = page.partition("Take it")[0]
    assert rows.index("Cedar") < page.rindex("Acme") < page.rindex("Birch")
    assert "1 day late" in page


def test_counts_and_sums_stand_above(books, business, full):
    page = read(books, business, "task-list")
    assert "1 Calls 1 late $1,000.00" in page
    assert "1 Promises $20.00" in page
    assert "Acme" not in read(books, business, "task-list", kind="contacts").partition("First")[2].partition("Verify")[2]


def test_kinds_can_be_kept_together(books, business, full):
    page = read(books, business, "task-list", group="kind")
    assert page.rindex("Acme") < page.rindex("Cedar") < page.rindex("Birch")


def test_sorted_by_hand_it_follows_the_column(books, business, full):
    page = read(books, business, "task-list", sort="customer")
    assert page.rindex("Acme") < page.rindex("Birch") < page.rindex("Cedar")


def test_a_task_is_taken(books, business, bookkeeper, full):
    page = books.post(address(business, "task-assign", full[1].pk), {"to": bookkeeper.pk}, follow=True).content.decode()
    full[1].refresh_from_db()
    assert full[1].assigned_to == bookkeeper
    assert "It is books@example.com" in page
    assert Event.objects.get(kind="task.assigned").data["to"] == bookkeeper.pk


def test_a_task_is_given_to_nobody_outside(books, business, outsider, full):
    books.post(address(business, "task-assign", full[1].pk), {"to": outsider.pk})
    full[1].refresh_from_db()
    assert full[1].assigned_to is None


def test_a_closed_task_is_not_given_away(books, business, bookkeeper, full):
    full[1].state, full[1].closed_on = "done", day("2026-03-20")
    full[1].save()
    page = books.post(address(business, "task-assign", full[1].pk), {"to": bookkeeper.pk}, follow=True).content.decode()
    assert "closed already" in page


def test_an_empty_desk_says_what_was_done(books, business, acme):
    make.task(acme, kind="call_60", state="done", closed_on=day("2026-03-20"))
    page = read(books, business, "task-list")
    assert "Clear for today. 1 task done, 0 talks." in page


def test_the_desk_takes_as_many_queries_for_much_as_for_little(books, business, bookkeeper, full):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            books.get(address(business, "task-list"))
        return len(taken)

    queries()
    few = queries()
    for place in range(12):
        customer = make.customer(business, f"C{place}")
        make.invoice(customer, total="100")
        make.task(customer, kind="callback", amount=100, currency="USD", due="2026-03-19", assigned_to=bookkeeper)
    assert queries() == few
