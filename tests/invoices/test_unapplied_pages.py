"""Unapplied cash, credit notes and refunds on their pages: each with its next step, undone where one was wrong."""

import pytest

from customers.models import Task
from invoices.models import CreditNote, Payment, Refund
from tests import make
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def cash(acme) -> Payment:
    return make.payment(acme, "350", on="2026-03-10")


@pytest.fixture
def note(acme) -> CreditNote:
    return make.credit_note(acme, "60", on="2026-03-11")


def test_each_has_its_next_steps(books, business, acme, cash, note):
    make.invoice(acme, "INV-1", total="200")
    page = read(books, business, "money-unapplied")
    assert "10 days ago Acme $350.00 $350.00 $200.00 Match" in page
    assert "$60.00" in read(books, business, "money-credits")


def test_what_is_used_up_is_not_listed(books, business, acme):
    make.payment(acme, "200", on="2026-03-10", split={make.invoice(acme, "INV-1", total="200"): "200"})
    assert "Every payment has its invoice" in read(books, business, "money-unapplied")


def test_the_list_comes_as_a_file(books, business, cash):
    answer = books.get(address(business, "money-unapplied"), {"format": "csv"})
    assert lines(answer)[1] == "2026-03-10,Acme,,USD,350.00,350.00,0.00"


def test_money_is_left_on_account_and_taken_up_again(books, business, cash):
    books.post(address(business, "payment-leave", cash.pk), {"reason": "Deposit for May."})
    assert "Nothing fits" in read(books, business, "money-unapplied") or "Every payment" in read(
        books, business, "money-unapplied"
    )
    assert "Deposit for May." in read(books, business, "money-unapplied", show="aside")
    books.post(address(business, "payment-ask", cash.pk))
    assert "$350.00" in read(books, business, "money-unapplied")
    assert Task.objects.filter(kind="match_cash", state="open").count() == 1


def test_leaving_needs_a_reason(books, business, cash):
    assert "required" in books.post(address(business, "payment-leave", cash.pk), {"reason": ""}).content.decode()
    assert not Task.objects.exists()


def test_a_refund_is_noted_and_taken_back(books, business, bookkeeper, cash):
    assert 'value="350.00"' in books.get(address(business, "payment-refund", cash.pk)).content.decode()
    books.post(address(business, "payment-refund", cash.pk), {"amount": "350", "on": "2026-03-19", "reference": "RF 1"})
    refund = Refund.objects.get()
    assert (refund.by, refund.reference) == (bookkeeper, "RF 1")
    assert "RF 1" in read(books, business, "money-refunds")
    assert "Paid back" in read(books, business, "payment-detail", cash.pk)
    books.post(address(business, "refund-take-back", refund.pk))
    cash.refresh_from_db()
    assert cash.unapplied == 350


@pytest.mark.parametrize(
    ("field", "value", "words"), [("amount", "351", "Only 350.00 USD"), ("on", "2026-03-21", "still to come")]
)
def test_a_refund_that_cannot_be(books, business, cash, field, value, words):
    form = {"amount": "350", "on": "2026-03-20"} | {field: value}
    assert words in books.post(address(business, "payment-refund", cash.pk), form).content.decode()
    assert not Refund.objects.exists()


def test_who_owes_something_may_have_it_matched_instead(books, business, acme, cash):
    make.invoice(acme, "INV-1", total="200")
    assert "INV-1 ($200.00). Match it instead" in read(books, business, "payment-refund", cash.pk)


def test_a_refund_due_is_on_the_desk_with_its_door(books, business, cash):
    task = make.task(cash.customer, kind="refund", subject=f"payment:{cash.pk}", amount=350, currency="USD")
    assert address(business, "payment-refund", cash.pk) in books.get(address(business, "task-detail", task.pk)).content.decode()
    assert "1 refund is due" in read(books, business, "money-refunds")
    assert "Money to pay back" in read(books, business, "task-list")


def test_a_credit_note_has_the_same_doors(books, business, note):
    books.post(address(business, "credit-refund", note.pk), {"amount": "60", "on": "2026-03-19"})
    note.refresh_from_db()
    assert note.unapplied == 0


def test_nothing_is_left_of_what_is_used_up(books, business, acme):
    spent = make.payment(acme, "200", on="2026-03-10", split={make.invoice(acme, "INV-1", total="200"): "200"})
    page = books.post(address(business, "payment-leave", spent.pk), {"reason": "Deposit."}, follow=True)
    assert "Nothing of it is left." in page.content.decode() and not Task.objects.exists()
