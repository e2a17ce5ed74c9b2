"""A whole import can be taken back while nothing was built on it, and not a day longer."""

import datetime

import pytest

from customers import log
from customers.models import Contact, Customer, Event, Task
from invoices.imports.importing import undo_import
from invoices.imports.layouts import CUSTOMERS, PAYMENTS
from invoices.imports.problems import ImportProblem
from invoices.models import CreditNote, Dispute, Invoice, Payment
from reminders.nightly import escalate
from tests import make
from tests.invoices.importing import HEAD, bring_in

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 6, 2, 12, tzinfo=datetime.UTC)
ROWS = (
    HEAD + "C1,,A,2026-01-02,2026-02-01,100,USD,,2026-02-05,\nC1,,B,2026-01-02,,100,USD,yes,,40\nC2,,CN,2026-01-02,,-5,USD,,,\n"
)


def test_everything_an_import_brought_goes_and_the_log_stays(business, owner):
    _tally, batch = bring_in(business, ROWS)
    undo_import(batch=batch, now=NOW, actor=owner)
    for model in (Invoice, Payment, Dispute, CreditNote, Customer):
        assert not model.objects.exists()
    batch.refresh_from_db()
    assert batch.undone_at == NOW
    assert Event.objects.filter(kind="import.undone", actor=owner).exists()
    assert Event.objects.filter(kind="invoice.imported").count() == 2
    log.seal(business)
    assert log.broken_seals(business) == []


def test_after_it_the_same_file_comes_in_again(business):
    _tally, batch = bring_in(business, ROWS)
    undo_import(batch=batch, now=NOW)
    tally, _batch = bring_in(business, ROWS)
    assert tally.created == 3


def test_customers_and_payments_can_be_taken_back(business):
    acme = make.customer(business, "Acme")
    invoice = make.invoice(acme, "A", total="100")
    _tally, paid = bring_in(business, "customer_reference,received_on,amount,invoice_number\nACME,2026-03-01,100,A\n", PAYMENTS)
    _tally, people = bring_in(business, "reference,name,email\nC1,One,one@example.com\n", CUSTOMERS)
    undo_import(batch=paid, now=NOW)
    undo_import(batch=people, now=NOW)
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.paid_on, invoice.cycle) == (100, None, 1)
    assert not Payment.objects.exists() and not Contact.objects.exists()


def _pay(batch):
    invoice = Invoice.objects.get(number="B")
    make.payment(invoice.customer, "10", on="2026-03-01", split={invoice: "10"})


def _invoice(batch):
    make.invoice(Customer.objects.get(reference="C2"))


def _dispute(batch):
    invoice = Invoice.objects.get(number="B")
    Dispute.objects.create(
        business=batch.business, customer=invoice.customer, invoice=invoice, code="PRICE", amount=1, opened_on=NOW.date()
    )


def _change(batch):
    bring_in(batch.business, HEAD + "C1,,Z,2026-01-02,,5,USD,,,\n")


@pytest.mark.parametrize("build", [_pay, _invoice, _dispute, _change])
def test_what_something_was_built_on_stays(business, build):
    _tally, batch = bring_in(business, ROWS)
    build(batch)
    with pytest.raises(ImportProblem, match="Something was built on this import"):
        undo_import(batch=batch, now=NOW)
    assert Invoice.objects.filter(import_batch=batch).count() == 2
    assert Payment.objects.filter(import_batch=batch).count() == 2


def test_an_import_that_changed_older_rows_stays(business):
    bring_in(business, HEAD + "C1,,A,2026-01-02,2026-02-01,100,USD,,,\n")
    _tally, batch = bring_in(business, HEAD + "C1,,A,2026-01-02,2026-02-01,120,USD,,,\n")
    with pytest.raises(ImportProblem, match="changed rows that were there before"):
        undo_import(batch=batch, now=NOW)


def test_it_is_undone_once(business):
    _tally, batch = bring_in(business, ROWS)
    undo_import(batch=batch, now=NOW)
    with pytest.raises(ImportProblem, match="undone already"):
        undo_import(batch=batch, now=NOW)


@pytest.mark.usefixtures("in_march")
def test_a_call_the_night_took_off_the_desk_because_of_it_is_to_be_made_again(business):
    invoice = make.invoice(make.customer(business), "B7", issued="2025-12-01", due="2025-12-31")
    escalate(business, make.day("2026-03-19"))
    _tally, batch = bring_in(
        business, "customer_reference,received_on,amount,invoice_number\nACME,2026-03-01,1000,B7\n", PAYMENTS
    )
    escalate(business, make.day("2026-03-20"))
    call = Task.objects.get(kind="call_60")
    assert call.state == "cancelled"
    Payment.objects.update(created_at="2026-03-20T09:00Z")
    undo_import(batch=batch, now=datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC))
    call.refresh_from_db()
    invoice.refresh_from_db()
    assert (call.state, invoice.balance) == ("open", 1000)
