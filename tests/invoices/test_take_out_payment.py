"""A payment entered by mistake goes out of the books as if never entered; what came with a file or the bank does not."""

import pytest

from customers.models import Event, ImportBatch
from invoices.balances import BookingError
from invoices.booking import return_payment
from invoices.models import BankLine, Invoice, Payment
from invoices.refunding import pay_back
from invoices.unbooking import take_out_payment
from tests import make
from tests.invoices.bank import line, store
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def invoice(acme) -> Invoice:
    return make.invoice(acme, "INV-1", due="2026-01-10", total="200")


@pytest.fixture
def slip(acme, invoice) -> Payment:
    return make.payment(acme, "200", on="2026-03-10", split={invoice: "200"})


def test_its_invoice_is_as_open_as_before_in_the_same_cycle(slip, invoice, owner):
    take_out_payment(payment=slip, on=TODAY, actor=owner)
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.cycle, invoice.paid_on) == (200, 1, None)
    assert not Payment.objects.exists()
    assert Event.objects.get(kind="payment.unbooked").actor == owner


def test_what_was_to_be_done_with_it_is_not_to_be_done_any_more(slip):
    task = make.task(slip.customer, kind="refund", subject=f"payment:{slip.pk}")
    take_out_payment(payment=slip, on=TODAY)
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "UNBOOKED")


@pytest.mark.parametrize(("source", "words"), [("import_batch", "undo that file"), ("bank_line", "take that line back")])
def test_what_came_with_a_file_or_the_bank_is_taken_back_there(business, slip, source, words):
    store(business, line("50"))
    rows = {"import_batch": ImportBatch.objects.get(), "bank_line": BankLine.objects.get()}
    setattr(slip, source, rows[source])
    with pytest.raises(BookingError, match=words):
        take_out_payment(payment=slip, on=TODAY)


def test_what_came_back_or_was_paid_back_stays(acme, slip):
    return_payment(payment=slip, on=TODAY)
    with pytest.raises(BookingError, match="stays in the books"):
        take_out_payment(payment=slip, on=TODAY)
    left = make.payment(acme, "70", on="2026-03-10")
    pay_back(source=left, amount=70, on=TODAY)
    with pytest.raises(BookingError, match="take that back first"):
        take_out_payment(payment=left, on=TODAY)


def test_the_message_after_a_payment_takes_it_out_again(books, business, acme, invoice):
    form = {"amount": "200", "currency": "USD", "received_on": "2026-03-19", "token": "t1"}
    page = books.post(address(business, "payment-add", acme.pk), form, follow=True).content.decode()
    undo = address(business, "payment-take-out", Payment.objects.get().pk)
    assert f'action="{undo}"' in page
    assert "as if it had never been entered" in books.post(undo, follow=True).content.decode()
    assert "out of the books already" in books.post(undo, follow=True).content.decode()
    invoice.refresh_from_db()
    assert invoice.balance == 200


def test_the_page_asks_whether_the_bank_or_a_slip_is_the_reason(books, business, slip):
    page = read(books, business, "payment-return", slip.pk)
    assert "The bank returned it" in page
    assert "It was entered by mistake" in page


def test_a_payment_nobody_ever_entered_is_not_found(books, business):
    assert books.post(address(business, "payment-take-out", 4711)).status_code == 404
