"""A write-off somebody decided goes out of the books as if never made; what an agreement or a payment brought stays with it."""

from decimal import Decimal

import pytest

from customers.models import Event
from invoices.balances import BookingError
from invoices.models import Invoice, WriteOff
from invoices.unbooking import take_out_write_off
from invoices.writing_off import give_up, write_off
from reminders.verifying import verify
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = [pytest.mark.usefixtures("in_march"), pytest.mark.proves("P22")]
TODAY = day("2026-03-20")


@pytest.fixture
def invoice(acme) -> Invoice:
    return make.invoice(acme, "INV-1", due="2026-01-10", total="200")


@pytest.fixture
def gone(acme, invoice, owner) -> WriteOff:
    """All of it, given up ten days ago."""
    (row,) = give_up(customer=acme, invoice_ids=[invoice.pk], on=day("2026-03-10"), reason="Gone away", actor=owner)
    return row


def test_its_invoice_is_as_open_as_before_in_the_same_cycle(business, invoice, gone, owner):
    take_out_write_off(row=gone, actor=owner)
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.cycle, invoice.paid_on) == (200, 1, None)
    assert not WriteOff.objects.exists()
    assert Event.objects.get(kind="invoice.write_off_unbooked").actor == owner
    assert verify(business).differences == []


def test_the_desk_is_as_it_was_before_it(acme, gone, owner):
    closed = {"currency": "USD", "closed_on": day("2026-03-10")}
    call = make.task(acme, "call_60", state="cancelled", outcome="Nothing is left.", **closed)
    decision = make.task(acme, "decide", state="done", outcome="Written off.", closed_by=owner, **closed)
    before = make.task(acme, "call_90", state="cancelled", currency="USD", closed_on=day("2026-03-09"))
    take_out_write_off(row=gone, actor=owner)
    for task in (call, decision, before):
        task.refresh_from_db()
    assert [task.state for task in (call, decision, before)] == ["open", "open", "cancelled"]


@pytest.mark.parametrize("kind", ["goodwill", "settlement", "discount", "charges"])
def test_what_nobody_decided_by_itself_stays_with_what_it_came_with(client_of, owner, business, invoice, kind):
    by = None if kind == "goodwill" else owner
    row = write_off(invoice=invoice, amount=Decimal(50), kind=kind, on=TODAY, reason="Agreed", actor=by)
    where = address(business, "write-off-take-out", row.pk)
    assert where not in client_of(owner).get(address(business, "invoice-detail", invoice.pk)).content.decode()
    assert "take back what it came with" in client_of(owner).post(where, follow=True).content.decode()
    assert WriteOff.objects.get() == row


def test_only_what_did_not_come_in_after_all_is_taken_out(business, acme, invoice, gone, owner):
    make.payment(acme, "150", on="2026-03-15", split={invoice: "150"})
    gone.refresh_from_db()
    take_out_write_off(row=gone, actor=owner)
    invoice.refresh_from_db()
    assert (invoice.balance, WriteOff.objects.get().amount) == (50, 150)
    assert verify(business).differences == []
    with pytest.raises(BookingError, match="not written off any more"):
        take_out_write_off(row=WriteOff.objects.get(), actor=owner)


def test_an_owner_takes_it_back_on_the_page_of_its_invoice(client_of, owner, business, invoice, gone):
    browser, where = client_of(owner), address(business, "write-off-take-out", gone.pk)
    assert f'href="{where}"' in browser.get(address(business, "invoice-detail", invoice.pk)).content.decode()
    assert "Take back the write-off of $200.00 on INV-1?" in read(browser, business, "write-off-take-out", gone.pk)
    assert WriteOff.objects.exists()
    assert "INV-1 is open again" in browser.post(where, follow=True).content.decode()
    assert "out of the books already" in browser.post(where, follow=True).content.decode()
    assert Invoice.objects.get().balance == 200
    assert browser.post(address(business, "write-off-take-out", 4711)).status_code == 404


def test_a_bookkeeper_is_not_offered_it(books, business, invoice, gone):
    page = books.get(address(business, "invoice-detail", invoice.pk)).content.decode()
    assert address(business, "write-off-take-out", gone.pk) not in page
    assert books.post(address(business, "write-off-take-out", gone.pk)).status_code == 403


def test_what_came_in_after_all_is_said_on_the_page_of_its_invoice(books, business, acme, invoice, gone):
    make.payment(acme, "200", on="2026-03-15", split={invoice: "200"})
    assert "came in after all Mar 15, 2026" in read(books, business, "invoice-detail", invoice.pk)
