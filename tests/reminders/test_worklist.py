"""The order of the desk: broken promises, then what is worth most (domain.md 3.5)."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import Calendar
from customers.models import Task
from customers.models.desk import TaskKind
from invoices.disputing import open_dispute
from invoices.models import InvoiceForecast
from reminders.worklist import Item, Worth, rank, ranked, with_worth
from tests import make
from tests.make import day

TODAY = day("2026-06-30")


def item(pk: int, *, kind: str = "call_60", due: str = "2026-06-30", amount: str = "0", owed: str = "0", late: int = 0) -> Item:
    return Item(pk, kind, day(due), Decimal(amount), Worth(Decimal(owed), late))


@pytest.mark.proves("P04", "P05")
def test_a_month_late_counts_double():
    assert item(1, owed="700", late=30).priority == 1400
    assert item(1, owed="700", late=90).priority == 2800


def test_what_is_not_late_counts_by_its_own_amount():
    assert item(1, kind="courtesy_call", amount="500").priority == 500


def test_the_oracle_ledger_by_worth():
    """domain.md 2: Birch 2700 up to 60 days, Cedar 1250 up to 91, Acme 250 one day late."""
    acme, birch, cedar = item(1, owed="250", late=1), item(2, owed="2700", late=60), item(3, owed="1250", late=91)
    assert [one.id for one in ranked([acme, cedar, birch])] == [2, 3, 1]


def test_a_broken_promise_comes_first_however_small():
    small, large = item(2, kind="broken_promise", owed="10", late=3), item(1, owed="9000", late=90)
    assert [one.id for one in ranked([large, small])] == [2, 1]


def test_equal_ones_by_the_day_they_are_due():
    assert [one.id for one in ranked([item(1, due="2026-07-02"), item(2, due="2026-07-01")])] == [2, 1]


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 120), st.booleans()), unique_by=lambda one: one[0]), st.randoms())
def test_the_order_is_the_same_however_they_come(rows, random):
    items = [item(pk, kind="broken_promise" if first else "call_60", owed="100", late=late) for pk, late, first in rows]
    shuffled = random.sample(items, len(items))
    assert ranked(items) == ranked(shuffled)


@pytest.fixture
def two(business):
    """Acme owes 1000 for 30 days, 900 of it in dispute; Birch 400 for 10 days."""
    acme, birch = make.customer(business, "Acme"), make.customer(business, "Birch")
    contested = make.invoice(acme, issued="2026-05-01", due="2026-05-31")
    make.invoice(birch, issued="2026-05-21", due="2026-06-20", total="400")
    open_dispute(invoice=contested, code="PRICE", amount=Decimal(900), on=TODAY, calendar=Calendar())
    return make.task(acme, kind="call_60", subject="USD", currency="USD"), make.task(
        birch, kind="call_60", subject="USD", currency="USD"
    )


@pytest.mark.proves("T16")
def test_what_is_contested_is_worth_nothing_to_ask_for(business, two):
    acme, birch = two
    assert rank(business, Task.objects.filter(kind="call_60"), TODAY) == [birch.pk, acme.pk]


def test_many_take_as_many_queries_as_few(business, two):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            rank(business, Task.objects.filter(business=business), TODAY)
        return len(taken)

    few = queries()
    for place in range(20):
        make.task(make.customer(business, f"C{place}"), kind="call_60", currency="USD")
    assert queries() == few


def test_courtesy_calls_go_by_what_is_likely_to_be_late(business):
    """A call before the due date is for who would pay late: 900 by somebody prompt is worth less than 500 by somebody slow."""
    prompt, slow = make.customer(business, "Prompt"), make.customer(business, "Slow")
    tasks = []
    for customer, total, chance in ((prompt, "900", "0.1"), (slow, "500", "0.9")):
        invoice = make.invoice(customer, issued="2026-06-10", due="2026-07-10", total=total)
        InvoiceForecast.objects.create(
            business=business,
            invoice=invoice,
            probability_late=chance,
            expected_on="2026-07-10",
            low_on="2026-07-10",
            high_on="2026-07-10",
            made_on="2026-06-30",
        )
        kind = TaskKind.COURTESY_CALL
        tasks.append(make.task(customer, kind, opens="2026-06-26", due="2026-07-01", amount=total, currency="USD"))
    assert rank(business, Task.objects.all(), make.day("2026-06-30")) == [tasks[1].pk, tasks[0].pk]
    rows = with_worth(business, tasks, make.day("2026-06-30"))
    assert [row.chance for row in rows] == [Decimal("0.1"), Decimal("0.9")]
