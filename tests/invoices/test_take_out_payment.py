"""A payment entered by mistake goes out of the books as if never entered; what came with a file or the bank does not."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Event, ImportBatch, Task
from invoices.agreeing import make_promise
from invoices.balances import BookingError
from invoices.booking import return_payment
from invoices.keeping import settle_promises
from invoices.models import BankLine, Invoice, Payment
from invoices.refunding import pay_back, take_back_refund
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
    assert Event.objects.get(kind="payment.taken_out").actor == owner


def test_what_was_to_be_done_with_it_is_not_to_be_done_any_more(slip):
    task = make.task(slip.customer, kind="refund", subject=f"payment:{slip.pk}")
    take_out_payment(payment=slip, on=TODAY)
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "UNBOOKED")


def test_what_the_night_took_off_the_desk_because_of_it_is_to_be_done_again(slip, acme):
    call = make.task(acme, "call_60", currency="USD", state="cancelled", outcome="Nothing is left.", closed_on=TODAY)
    by_hand = make.task(acme, "call_90", currency="USD", state="cancelled", closed_on=TODAY, closed_by=make.user())
    before = make.task(acme, "decide", currency="USD", state="cancelled", closed_on=day("2026-03-19"))
    Payment.objects.update(created_at="2026-03-20T09:00Z")
    slip.refresh_from_db()
    take_out_payment(payment=slip, on=TODAY)
    assert [Task.objects.get(pk=row.pk).state for row in (call, by_hand, before)] == ["open", "cancelled", "cancelled"]


@pytest.mark.parametrize(("due", "state"), [("2026-03-30", "open"), ("2026-03-12", "broken")])
def test_a_promise_it_had_kept_is_judged_anew(slip, acme, business, due, state):
    sums = {"customer": acme, "currency": "USD", "amount": Decimal(200)}
    promise = make_promise(**sums, made_on=day("2026-03-09"), due_on=day(due), split=[(Invoice.objects.get().pk, Decimal(200))])
    settle_promises(business=business, calendar=Calendar(), today=TODAY)
    promise.refresh_from_db()
    assert promise.state == "kept"
    take_out_payment(payment=slip, on=TODAY)
    settle_promises(business=business, calendar=Calendar(), today=TODAY)
    promise.refresh_from_db()
    assert (promise.state, promise.received) == (state, 0)
    assert Task.objects.get(subject=f"promise:{promise.pk}").state == ("open" if state == "open" else "done")


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


def test_what_was_not_paid_back_after_all_goes_with_it(acme):
    left = make.payment(acme, "70", on="2026-03-10")
    take_back_refund(row=pay_back(source=left, amount=70, on=TODAY), on=TODAY)
    take_out_payment(payment=left, on=TODAY)
    assert not Payment.objects.exists()


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


def test_a_receipt_they_got_is_named_before_it_is_taken_back(books, business, slip):
    Payment.objects.update(receipt_sent_at="2026-03-12T10:00Z")
    assert "They got a receipt for it" in read(books, business, "payment-return", slip.pk)


def test_a_payment_nobody_ever_entered_is_not_found(books, business):
    assert books.post(address(business, "payment-take-out", 4711)).status_code == 404
