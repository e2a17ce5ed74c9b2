"""Queries and promises in the browser: whose they are, their clock, what became of them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arcollect.dates import Calendar
from customers.models import Task
from invoices.agreeing import AgreementError, make_promise
from invoices.disputing import open_dispute
from invoices.models import Dispute, Promise
from tests import make
from tests.make import day
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")
TODAY, FRIDAY = day("2026-03-20"), day("2026-03-27")


@pytest.fixture
def late(acme):
    """1000 due 14 February."""
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


@pytest.fixture
def query(late) -> Dispute:
    return open_dispute(invoice=late, code="PRICE", amount=Decimal(150), on=TODAY, calendar=Calendar(), summary="Old list.")


def promised(acme, amount: str = "400", **fields) -> Promise:
    fields = {"made_on": TODAY, "due_on": FRIDAY} | fields
    return make_promise(customer=acme, currency="USD", amount=Decimal(amount), **fields)


@pytest.mark.proves("P14", "T16")
def test_a_query_shows_its_clock_and_what_is_still_asked_for(books, business, query):
    page = read(books, business, "dispute-detail", query.pk)
    assert "Old list." in page
    assert "Still asked for $850.00" in page
    assert Task.objects.get(kind="dispute").due_on == day("2026-03-23")


@pytest.mark.proves("P14")
def test_a_first_answer_moves_the_clock_on_to_the_close(books, business, query):
    books.post(address(business, "dispute-answer", query.pk))
    query.refresh_from_db()
    assert (query.answered_on, Task.objects.get(kind="dispute").due_on) == (TODAY, day("2026-03-25"))
    page = books.post(address(business, "dispute-answer", query.pk), follow=True).content.decode()
    assert "answered already" in page


def test_somebody_finds_the_answer(books, business, bookkeeper, outsider, query):
    books.post(address(business, "dispute-give", query.pk), {"owner": bookkeeper.pk})
    query.refresh_from_db()
    assert (query.owner, Task.objects.get(kind="dispute").assigned_to) == (bookkeeper, bookkeeper)
    books.post(address(business, "dispute-give", query.pk), {"owner": outsider.pk})
    query.refresh_from_db()
    assert query.owner is None


@pytest.mark.proves("P14")
def test_who_was_right_tells_what_to_check_next_time(books, business, query):
    form = {"outcome": "upheld", "resolution": "Wrong list."}
    assert "what had gone wrong" in books.post(address(business, "dispute-resolve", query.pk), form).content.decode().lower()
    books.post(address(business, "dispute-resolve", query.pk), form | {"preflight": "PF13"})
    query.refresh_from_db()
    assert query.preflight == "PF13"
    page = read(books, business, "dispute-list", show="closed")
    assert "Price, quantity or discount not as agreed 1" in page
    assert "They were right in 100 %" in page


def test_queries_past_their_clock_leave_as_csv(books, business, query):
    Dispute.objects.update(answer_by=day("2026-03-18"))
    assert lines(books.get(address(business, "dispute-list"), {"show": "late", "format": "csv"})) == [
        "Opened,Customer,Invoice,About,Clock,Who,Currency,Amount,Closed,Outcome",
        "2026-03-20,Acme,INV-1,Price,2026-03-18,,USD,150.00,,",
    ]


@pytest.mark.proves("T16")
def test_no_more_can_be_contested_than_is_open(late, query):
    with pytest.raises(AgreementError, match=r"850\.00 is open"):
        open_dispute(invoice=late, code="QUALITY", amount=Decimal(900), on=TODAY, calendar=Calendar())


def test_a_promise_shows_what_it_is_for(books, business, acme, late):
    promise = promised(acme)
    page = read(books, business, "promise-detail", promise.pk)
    assert "$400.00 by Mar 27, 2026" in page
    assert "INV-1 $400.00" in page
    task = Task.objects.get(kind="promise_due")
    assert (task.opens_on, task.due_on) == (FRIDAY, day("2026-03-30"))


def test_money_in_before_the_night_is_shown_for_the_promise_it_came_for(books, business, acme, late):
    """Of two promises the earlier has it, on whichever page one looks."""
    later = promised(acme, "100", due_on=day("2026-03-31"))
    first = promised(acme)
    make.payment(acme, "150", on="2026-03-20", split={late: "150"})
    assert "Received $150.00" in read(books, business, "promise-detail", first.pk)
    assert "Received $0.00" in read(books, business, "promise-detail", later.pk)
    assert "$400.00 $150.00 Open" in read(books, business, "promise-list")
    rows = lines(books.get(address(business, "promise-list"), {"format": "csv"}))
    assert [row.split(",")[5] for row in rows] == ["Received", "150.00", "0.00"]
    assert set(Promise.objects.values_list("received", flat=True)) == {0}


def test_a_page_of_promises_costs_as_many_queries_as_one_of_them(books, business, django_assert_num_queries):
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            customer = make.customer(business, f"C{number}")
            invoice = make.invoice(customer, f"P-{number}", total="1000")
            promised(customer)
            make.payment(customer, "30", on="2026-03-20", split={invoice: "30"})

    grow(0, 2)
    with CaptureQueriesContext(connection) as few:
        books.get(address(business, "promise-list"))
    grow(2, 20)
    with django_assert_num_queries(len(few)):
        books.get(address(business, "promise-list"))


def test_a_promise_that_came_by_mail(books, business, acme, late):
    books.post(address(business, "promise-add", acme.pk), {"amount": "300", "currency": "USD", "due_on": "2026-03-27"})
    assert (Promise.objects.get().source, Promise.objects.get().amount) == ("mail", 300)


@pytest.mark.parametrize(("due_on", "message"), [("2026-03-19", "today or a later day"), ("2026-05-20", "30 days at most")])
def test_a_promise_for_the_wrong_day_is_refused(books, business, acme, late, due_on, message):
    form = {"amount": "300", "currency": "USD", "due_on": due_on}
    assert message in books.post(address(business, "promise-add", acme.pk), form).content.decode()
    assert not Promise.objects.exists()


def test_a_promise_is_taken_back_with_its_task(books, business, acme, late):
    promise = promised(acme)
    books.post(address(business, "promise-cancel", promise.pk))
    promise.refresh_from_db()
    assert (promise.state, Task.objects.get(kind="promise_due").state) == ("cancelled", "done")


@pytest.mark.proves("T36")
@pytest.mark.parametrize(("made_on", "state"), [("2026-03-25", "superseded"), ("2026-03-28", "broken")])
def test_a_promise_that_does_not_fit_beside_a_new_one_gives_way(acme, late, made_on, state):
    first = promised(acme, "800")
    second = promised(acme, "900", made_on=day(made_on), due_on=day("2026-04-10"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (state, "open")


@pytest.mark.proves("T36")
def test_promises_that_fit_stand_side_by_side(acme, late):
    states = [promised(acme, amount).state for amount in ("400", "500")]
    assert states == ["open", "open"]
    assert Promise.objects.filter(state="open").count() == 2


@pytest.mark.proves("P05", "T37")
def test_two_broken_in_ninety_days_are_enough(acme, late):
    for made_on in ("2026-01-10", "2026-02-10"):
        row = promised(acme, "100", made_on=day(made_on), due_on=day(made_on))
        Promise.objects.filter(pk=row.pk).update(state="broken", evaluated_on=day(made_on))
    with pytest.raises(AgreementError, match="money today or a signed plan"):
        promised(acme)
    assert promised(acme, due_on=TODAY).state == "open"


def test_the_kept_rate_stands_above_the_promises(books, business, acme, late):
    promised(acme)
    Promise.objects.update(state="kept", received=400, evaluated_on=TODAY)
    assert "USD: kept 100 % of 1 promises within a year, 100 % of the money." in read(books, business, "promise-list", show="all")
