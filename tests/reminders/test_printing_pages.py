"""Letters by post in the browser: print what waits, tick what is in its envelope, mark it as posted."""

import pytest
from django.utils import timezone

from customers.models import Letter
from reminders.models import PrintRun
from reminders.nightly import escalate
from reminders.outbox import approve_all
from tests import make
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")

ADDRESS = {"street": "Hafenstraße 1", "city": "Kiel", "postal_code": "24103", "country": "DE", "channel": "post"}


@pytest.fixture
def letters(business) -> list[Letter]:
    """Two approved letters by post."""
    for name in ("Birch", "Cedar"):
        make.invoice(make.customer(business, name, **ADDRESS), f"INV-{name}", total="1000")
    escalate(business, day("2026-03-20"))
    approve_all(business=business, by=None, now=timezone.now())
    return list(Letter.objects.order_by("pk"))


@pytest.fixture
def run(books, business, letters) -> PrintRun:
    """Both of them printed."""
    books.post(address(business, "letter-print"))
    return PrintRun.objects.get()


def mark(books, business, run, **form):
    return books.post(address(business, "letter-run", run.pk), {"on": "2026-03-20"} | form)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_what_waits_for_paper_is_printed_with_one_button(books, business, bookkeeper, letters):
    assert "Letters by post (2)" in read(books, business, "letter-list")
    assert "30-day letter Birch" in read(books, business, "letter-list", show="print")
    page = read(books, business, "letter-print")
    assert "Print today's letters (2)" in page
    assert "30-day letter Birch Kiel their letters go by post $1,000.00" in page
    page = words(books.post(address(business, "letter-print"), follow=True))
    assert "2 letters, printed today" in page
    run = PrintRun.objects.get()
    assert run.printed_by == bookkeeper
    pile = books.get(address(business, "letter-run-file", run.pk), {"duplex": "1"})
    assert pile.content.startswith(b"%PDF")
    assert "letters-2026-03-20" in pile.headers["Content-Disposition"]


def test_where_nothing_waits_it_says_so(books, business):
    assert "No letter waits for paper." in read(books, business, "letter-print")
    assert "Nothing to print." in words(books.post(address(business, "letter-print"), follow=True))


def test_what_is_in_its_envelope_is_marked_as_posted(books, business, bookkeeper, letters, run):
    mark(books, business, run, letter=[letters[0].pk])
    run.refresh_from_db()
    assert (states(), run.posted_by) == (["sent", "approved"], bookkeeper)
    assert "In the post" in read(books, business, "letter-run", run.pk)
    assert "Letters by post (1)" in read(books, business, "letter-list")


def test_what_cannot_be_marked_says_why(books, business, letters, run):
    both = [letter.pk for letter in letters]
    for on in ("2026-03-19", "2026-03-21"):
        answer = mark(books, business, run, on=on, letter=both)
        assert (answer.status_code, "Pick a day between" in answer.content.decode()) == (422, True)
    assert "Tick what is in its envelope." in mark(books, business, run).content.decode()
    assert states() == ["sending", "sending"]


@pytest.mark.proves("T14")
def test_what_was_paid_since_the_page_was_opened_stops_the_marking_once(books, business, letters, run):
    birch = letters[0].customer
    make.payment(birch, "1000", on="2026-03-20", split={birch.invoices.get(): "1000"})
    assert "1 letter is no longer true: take it out of its envelope." in read(books, business, "letter-run", run.pk)
    both = [letter.pk for letter in letters]
    answer = mark(books, business, run, letter=both)
    assert (answer.status_code, states()) == (422, ["sending", "sending"])
    mark(books, business, run, letter=both[1:], seen=both[:1])
    assert states() == ["cancelled", "sent"]


@pytest.mark.proves("T14")
def test_who_says_that_it_is_in_the_post_all_the_same_is_believed(books, business, letters, run):
    birch = letters[0].customer
    make.payment(birch, "1000", on="2026-03-20", split={birch.invoices.get(): "1000"})
    both = [letter.pk for letter in letters]
    mark(books, business, run, letter=both, seen=both[:1])
    assert states() == ["sent", "sent"]


def test_one_letter_is_taken_out(books, business, letters, run):
    page = words(books.post(address(business, "letter-run-take-out", letters[0].pk), follow=True))
    assert "Taken out. It waits for paper again." in page
    assert states() == ["approved", "sending"]


def test_a_run_is_undone_after_asking(books, business, run):
    assert "Undo the printing?" in read(books, business, "letter-run-cancel", run.pk)
    assert states() == ["sending", "sending"]
    page = words(books.post(address(business, "letter-run-cancel", run.pk), follow=True))
    assert "2 letters wait for paper again." in page
    assert states() == ["approved", "approved"]
