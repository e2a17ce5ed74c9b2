"""Invoice rows are booked once: created, corrected, settled, disputed; what contradicts is refused line by line."""

from datetime import date
from decimal import Decimal

import pytest

from customers.models import Customer, Event, ImportBatch
from invoices.imports.importing import import_ledger
from invoices.imports.layouts import INVOICES
from invoices.imports.rows import InvoiceRow
from invoices.imports.tally import CHUNK
from invoices.models import CreditNote, Dispute, Invoice, Payment, PaymentPlan, PlanInvoice
from tests import make
from tests.invoices.importing import HEAD, TODAY, bring_in, counts, reasons

pytestmark = pytest.mark.django_db
ROW = "C1,Acme Ltd,INV-1,2026-01-02,2026-02-01,100.00,USD,,,\n"


def test_a_row_becomes_an_open_invoice_with_its_customer_its_batch_and_its_events(business, owner):
    tally, batch = bring_in(business, HEAD + ROW, actor=owner)
    assert counts(tally) == (1, 0, 0, 0)
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.number_key, invoice.total, invoice.balance) == ("INV-1", "INV1", 100, 100)
    assert (invoice.issued_on, invoice.due_on, invoice.first_seen_on) == (date(2026, 1, 2), date(2026, 2, 1), TODAY)
    assert (invoice.customer.reference, invoice.customer.name) == ("C1", "Acme Ltd")
    assert invoice.import_batch == invoice.customer.import_batch == batch
    assert (batch.counts["created"], batch.counts["customers"], batch.by) == (1, 1, owner)
    kinds = list(Event.objects.filter(actor=owner).order_by("id").values_list("kind", flat=True))
    assert kinds == ["customer.imported", "invoice.imported", "import.booked"]
    assert Event.objects.get(kind="invoice.imported").data["total"] == "100.00"


def test_the_same_file_again_changes_nothing_at_all(business):
    text = HEAD + ROW + "C1,,INV-2,2026-01-02,2026-02-01,50,USD,yes,,\nC2,,INV-3,2026-01-02,2026-02-01,70,USD,yes,2026-02-05,\n"
    text += "C2,,INV-4,2026-01-02,2026-02-01,70,USD,,,20\nC2,,CN-1,2026-01-02,,-70,USD,,,\n"
    bring_in(business, text)
    before = [model.objects.count() for model in (Event, Invoice, Payment, Dispute, CreditNote, Customer, ImportBatch)]
    tally, batch = bring_in(business, text, today=date(2026, 6, 9))
    assert (counts(tally), batch) == ((0, 0, 5, 0), None)
    assert [model.objects.count() for model in (Event, Invoice, Payment, Dispute, CreditNote, Customer, ImportBatch)] == before


def test_a_dry_run_says_what_would_happen_and_does_nothing(business):
    tally, batch = bring_in(business, HEAD + ROW, dry_run=True)
    assert (counts(tally), batch) == ((1, 0, 0, 0), None)
    assert not Invoice.objects.exists() and not Event.objects.filter(kind="invoice.imported").exists()


def test_a_settled_invoice_is_paid_in_full_that_day(business):
    bring_in(business, HEAD + "C1,,INV-1,2026-01-02,2026-02-01,100,USD,,2026-02-05,\n")
    invoice = Invoice.objects.get()
    payment = Payment.objects.get()
    assert (invoice.balance, invoice.paid_on) == (0, date(2026, 2, 5))
    assert (payment.amount, payment.allocated, payment.received_on) == (100, 100, date(2026, 2, 5))


def test_an_invoice_settled_later_is_paid_by_the_next_import(business):
    bring_in(business, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + ROW.replace(",USD,,,", ",USD,,2026-03-01,"))
    assert counts(tally) == (0, 1, 0, 0)
    assert Invoice.objects.get().paid_on == date(2026, 3, 1)


def test_a_part_payment_is_booked_once_and_grows_with_the_file(business):
    bring_in(business, HEAD + ROW.replace(",,,\n", ",,,30\n"))
    tally, _batch = bring_in(business, HEAD + ROW.replace(",,,\n", ",,,80\n"))
    assert counts(tally) == (0, 1, 0, 0)
    assert Invoice.objects.get().balance == 20
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [30, 50]


def test_what_is_already_booked_here_is_not_booked_again(business):
    bring_in(business, HEAD + ROW)
    invoice = Invoice.objects.get()
    make.payment(invoice.customer, "60", on="2026-03-01", split={invoice: "60"})
    bring_in(business, HEAD + ROW.replace(",,,\n", ",,,80\n"))
    assert Invoice.objects.get().balance == 20


def test_paid_on_another_day_here_stays_with_a_warning(business):
    bring_in(business, HEAD + ROW)
    invoice = Invoice.objects.get()
    make.payment(invoice.customer, "100", on="2026-03-01", split={invoice: "100"})
    tally, _batch = bring_in(business, HEAD + ROW.replace(",USD,,,", ",USD,,2026-03-04,"))
    assert counts(tally) == (0, 0, 1, 0)
    assert str(tally.warnings[0]) == "settled_on: paid on 2026-03-01 here, on 2026-03-04 in the file; left as it is"


def test_a_dispute_of_the_past_is_closed_and_an_open_one_covers_the_balance(business):
    bring_in(business, HEAD + ROW.replace(",,,\n", ",yes,2026-02-05,\n") + "C1,,INV-2,2026-01-02,,100,USD,yes,,30\n")
    past = Dispute.objects.get(invoice__number="INV-1")
    assert (past.code, past.amount, past.resolved_on, past.outcome) == ("OTHER", 100, date(2026, 2, 5), "withdrawn")
    still = Dispute.objects.get(invoice__number="INV-2")
    assert (still.code, still.amount, still.resolved_on, still.opened_on) == ("OTHER", 70, None, TODAY)
    assert not business.tasks.exists()


def test_an_open_dispute_ends_when_the_file_says_paid(business):
    bring_in(business, HEAD + ROW.replace(",USD,,,", ",USD,yes,,"))
    bring_in(business, HEAD + ROW.replace(",USD,,,", ",USD,yes,2026-05-01,"))
    assert Dispute.objects.get().outcome == "withdrawn"
    assert Invoice.objects.get().balance == 0


def test_without_a_due_date_the_customer_s_terms_count_then_the_business_s(business):
    make.customer(business, "Slow", terms_days=45)
    bring_in(business, HEAD + "SLOW,,INV-1,2026-01-02,,5,USD,,,\nNEW,,INV-2,2026-01-02,,5,USD,,,\n")
    assert Invoice.objects.get(number="INV-1").due_on == date(2026, 2, 16)
    assert Invoice.objects.get(number="INV-2").due_on == date(2026, 2, 1)


def test_a_changed_row_corrects_and_says_so(business):
    bring_in(business, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + "C1,Other Name,INV-1,2026-01-03,2026-02-11,120,USD,,,\n")
    assert counts(tally) == (0, 1, 0, 0)
    invoice = Invoice.objects.get()
    assert (invoice.issued_on, invoice.due_on, invoice.total, invoice.balance) == (date(2026, 1, 3), date(2026, 2, 11), 120, 120)
    assert invoice.customer.name == "Acme Ltd"
    changes = Event.objects.get(kind="invoice.changed").data["changes"]
    assert changes["due_on"] == ["2026-02-01", "2026-02-11"]


def test_a_blank_cell_corrects_nothing(business):
    bring_in(business, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + ROW.replace("2026-02-01", ""))
    assert counts(tally) == (0, 0, 1, 0)


def test_a_total_keeps_what_is_paid_and_never_falls_below_it(business):
    bring_in(business, HEAD + ROW.replace(",,,\n", ",,,60\n"))
    tally, _batch = bring_in(business, HEAD + ROW.replace("100.00", "59.99"))
    assert reasons(tally) == {2: "total: 59.99 is less than the 60.00 already booked on it"}
    bring_in(business, HEAD + ROW.replace("100.00", "60.00"))
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.balance, invoice.paid_on) == (60, 0, TODAY)


def test_a_total_that_grows_opens_a_paid_invoice_for_a_new_cycle(business):
    bring_in(business, HEAD + ROW.replace(",USD,,,", ",USD,,2026-02-05,"))
    bring_in(business, HEAD + ROW.replace("100.00", "130.00"))
    invoice = Invoice.objects.get()
    assert (invoice.balance, invoice.paid_on, invoice.cycle) == (30, None, 2)


def test_a_total_under_a_signed_plan_stays(business):
    bring_in(business, HEAD + ROW)
    invoice = Invoice.objects.get()
    plan = PaymentPlan.objects.create(
        business=business, customer=invoice.customer, currency="USD", total=Decimal(100), state="active"
    )
    PlanInvoice.objects.create(plan=plan, invoice=invoice, amount=Decimal(100))
    tally, _batch = bring_in(business, HEAD + ROW.replace("100.00", "90.00"))
    assert (counts(tally), tally.conflicts, Invoice.objects.get().total) == ((0, 0, 1, 0), 1, 100)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW.replace("C1,", "C9,"), "number: INV-1 is already an invoice of another customer"),
        (ROW.replace("USD", "EUR"), "currency: the invoice is in USD, the file says EUR"),
        (ROW.replace("100.00", "-100.00"), "number: INV-1 is the number of an invoice"),
    ],
)
def test_a_row_that_contradicts_a_known_number_is_refused(business, row, reason):
    bring_in(business, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + row)
    assert reasons(tally) == {2: reason}
    assert Customer.objects.count() == 1


def test_a_number_twice_in_one_file_counts_once_or_is_refused(business):
    tally, _batch = bring_in(business, HEAD + ROW + ROW + ROW.replace("INV-1", "inv 1").replace("100.00", "7"))
    assert counts(tally) == (1, 0, 1, 1)
    assert reasons(tally) == {4: "number: inv 1 was already in line 2, with other values"}
    assert str(tally.warnings[0]) == "number: INV-1: word for word line 2 again"
    assert Invoice.objects.get().total == 100


def test_a_negative_total_is_a_credit_note_once(business):
    row = "C1,,CN-1,2026-01-02,,-70,USD,,,\n"
    bring_in(business, HEAD + row)
    note = CreditNote.objects.get()
    assert (note.total, note.allocated, note.customer.reference) == (70, 0, "C1")
    tally, _batch = bring_in(business, HEAD + row.replace("-70", "-80"))
    assert reasons(tally) == {2: "number: credit note CN-1 is known with other values"}
    tally, _batch = bring_in(business, HEAD + row.replace("-70", "70"))
    assert reasons(tally) == {2: "number: CN-1 is the number of a credit note"}


def test_customers_by_name_are_found_and_never_guessed(business):
    make.customer(business, "Acme Ltd", reference="C7")
    tally, _batch = bring_in(business, HEAD + ",acme  ltd,INV-1,2026-01-02,,5,USD,,,\n,New Co,INV-2,2026-01-02,,5,USD,,,\n")
    assert (counts(tally), tally.customers) == ((2, 0, 0, 0), 1)
    assert Invoice.objects.get(number="INV-1").customer.reference == "C7"
    assert Invoice.objects.get(number="INV-2").customer.reference == "New Co"
    make.customer(business, "Acme Ltd", reference="C8")
    tally, _batch = bring_in(business, HEAD + ",Acme Ltd,INV-3,2026-01-02,,5,USD,,,\n")
    assert reasons(tally) == {2: "customer_name: 2 customers are called Acme Ltd: use their references"}


def test_only_long_overdue_invoices_in_a_live_ledger_wait_for_the_owner(business):
    def rows(prefix):
        dues = {"31": "2026-05-01", "30": "2026-05-02", "paid": "2026-01-01"}
        lines = [f"C1,,{prefix}{name},2026-01-01,{due},5,USD,,{'2026-02-02' * (name == 'paid')},\n" for name, due in dues.items()]
        return HEAD + "".join(lines)

    bring_in(business, rows("A"))
    assert list(Invoice.objects.filter(entry_hold=True).values_list("number", flat=True)) == ["A31"]
    business.released_on = None
    bring_in(business, rows("B"))
    assert not Invoice.objects.filter(entry_hold=True, number__startswith="B").exists()


def test_another_business_is_another_world(business):
    other = make.business("Other Ltd")
    bring_in(other, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + ROW)
    assert counts(tally) == (1, 0, 0, 0)
    assert Customer.objects.filter(reference="C1").count() == 2


def test_an_error_half_way_writes_nothing(business):
    def rows():
        for n in range(CHUNK + 1):
            yield InvoiceRow(n, "C1", "", f"INV-{n}", TODAY, TODAY, "USD", Decimal(5))
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="went away"):
        import_ledger(business=business, kind=INVOICES, rows=rows(), file_name="x", sha256="", today=TODAY)
    assert not Invoice.objects.exists() and not Customer.objects.exists() and not ImportBatch.objects.exists()
