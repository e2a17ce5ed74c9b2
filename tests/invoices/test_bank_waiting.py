"""The screen of open lines: confirmed with one click, left, undone; a race is told, and nothing overtaken is offered."""

import pytest

from invoices.certain_lines import book_certain
from invoices.models import BankLine, Invoice, Payment
from invoices.suggesting import suggested
from tests import make
from tests.invoices.bank import line, store
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def short(business, acme) -> Invoice:
    """500 is open; Acme pays 400 of it and names nothing else: a person has to look."""
    row = make.invoice(acme, "INV-1", total="500")
    store(business, line("400", payer="Acme", text="on account"), line("77", payer="Zyx Ltd", text="hello", number=2))
    book_certain(business=business, on=day("2026-03-20"))
    return row


@pytest.fixture
def waiting(short) -> BankLine:
    """The line of 400, with its suggestion."""
    return BankLine.objects.select_related("business").get(amount=400)


def key(of: BankLine) -> str:
    return suggested([of])[0].first.key


def confirm(browser, of: BankLine, choice: str, **extra):
    return browser.post(address(of.business, "bank-line-confirm", of.pk), {"choice": choice}, **extra)


def test_each_line_shows_what_it_may_be_and_why(books, business, waiting):
    page = read(books, business, "bank-waiting")
    assert "2 lines: whose are they?" in page
    assert "$400.00 Acme on account" in page
    assert "INV-1 of $500.00 $400.00 Confirm" in page
    assert page.index("$400.00") < page.index("$77.00")


def test_a_click_books_it_and_the_next_page_is_without_it(books, business, bookkeeper, waiting):
    assert confirm(books, waiting, key(waiting)).url == address(business, "bank-waiting")
    waiting.refresh_from_db()
    payment = Payment.objects.get()
    assert (waiting.state, waiting.settled_by, payment.bank_line, payment.amount) == ("booked", bookkeeper, waiting, 400)
    assert Invoice.objects.get().balance == 100
    assert "$400.00" not in read(books, business, "bank-waiting")


def test_with_script_only_the_line_comes_back_with_its_undo(books, business, waiting):
    answer = confirm(books, waiting, key(waiting), headers={"HX-Request": "true"})
    assert b"<main" not in answer.content and b"data-undo" in answer.content
    assert "Booked" in words(answer) and "INV-1" in words(answer)
    undone = books.post(address(business, "bank-line-undo", waiting.pk), headers={"HX-Request": "true"})
    assert "Taken back: it waits again." in words(undone) and b"data-line" in undone.content
    assert Invoice.objects.get().balance == 500 and not Payment.objects.exists()


def test_the_second_of_two_is_told(books, business, waiting):
    choice = key(waiting)
    confirm(books, waiting, choice)
    answer = confirm(books, waiting, choice, headers={"HX-Request": "true"})
    assert "Somebody else settled this line already" in words(answer)
    assert Payment.objects.count() == 1


def test_a_suggestion_that_changed_is_not_booked(books, business, waiting):
    answer = books.post(address(business, "bank-line-confirm", waiting.pk), {"choice": "0" * 16}, follow=True)
    assert "What was suggested has changed meanwhile" in answer.content.decode()
    assert not Payment.objects.exists()


def test_what_was_paid_otherwise_is_not_offered(books, business, acme, short, waiting):
    make.payment(acme, "300", on="2026-03-19", split={short: "300"})
    assert suggested([waiting])[0].suggestions == () or all(
        piece.amount <= 200 for one in suggested([waiting])[0].suggestions for piece in one.pieces
    )


def test_what_is_no_customers_is_left_and_taken_up_again(books, business, waiting):
    books.post(address(business, "bank-line-leave", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.state == "left"
    assert "It waits again" in read(books, business, "bank-line-undo", waiting.pk)
    books.post(address(business, "bank-line-undo", waiting.pk), {"next": "line"})
    waiting.refresh_from_db()
    assert waiting.state == "open"


def test_taking_back_says_what_it_will_undo(books, business, waiting):
    confirm(books, waiting, key(waiting))
    page = read(books, business, "bank-line-undo", waiting.pk)
    assert "Acme $400.00 INV-1 $400.00" in page
    assert "We forget that this payer pays for this customer." in page
    assert Payment.objects.exists()


def test_a_returned_payment_is_suggested_and_confirmed(books, business, acme):
    invoice = make.invoice(acme, "INV-1", total="500")
    make.payment(acme, "500", on="2026-03-02", split={invoice: "500"})
    store(business, line("-500", payer="Acme", text="refund?"))
    book_certain(business=business, on=day("2026-03-20"))
    out = BankLine.objects.select_related("business").get()
    if out.state == "open":
        assert "payment of Mar 2, 2026" in read(books, business, "bank-waiting")
        confirm(books, out, key(out))
    assert Invoice.objects.get().balance == 500
    assert Payment.objects.get().returned_on == day("2026-03-10")


def test_nothing_waits(books, business):
    assert "No bank statement was brought in yet. Bring one in" in read(books, business, "bank-waiting")


def test_another_businesss_line_is_not_there(client_of, outsider, waiting):
    theirs = outsider.memberships.get().business
    for door in ("bank-line-confirm", "bank-line-leave", "bank-line-undo"):
        assert client_of(outsider).post(address(theirs, door, waiting.pk), {"choice": "x"}).status_code == 404


def test_suggestions_of_a_page_are_read_in_few_queries(business, waiting, django_assert_num_queries):
    rows = list(BankLine.objects.all())
    with django_assert_num_queries(3):
        suggested(rows)
