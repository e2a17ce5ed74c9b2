"""What the accounts change after a letter went out is shown, not taken; a person takes theirs or keeps ours, once."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from customers.documents import store
from customers.models import Event, Letter, Task
from customers.models.desk import TaskKind, TaskState
from invoices.conflicts import ConflictError, keep_ours, take_theirs
from invoices.imports.importing import import_ledger
from invoices.imports.layouts import INVOICES
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import LeftOut
from invoices.models import CreditNote, Invoice, SyncConflict
from reminders.claiming import changed
from reminders.facts import settings_of
from reminders.models import Reminder
from reminders.nightly import escalate
from tests import make
from tests.invoices.importing import HEAD, TODAY, bring_in, counts
from tests.pages import read

ROW = "C1,Acme Ltd,INV-1,2026-01-02,2026-02-01,100.00,USD,,,\n"
DEARER = ROW.replace("100.00", "120.00")


@pytest.fixture
def told(business) -> Invoice:
    """An invoice of which a letter went out."""
    bring_in(business, HEAD + ROW)
    Invoice.objects.update(entry_hold=False)
    invoice = Invoice.objects.get()
    make.contact(invoice.customer)
    escalate(business, TODAY)
    assert Reminder.objects.filter(lines__invoice=invoice, letter__isnull=False).exists()
    paper = store(business=business, content=b"%PDF", content_type="application/pdf", name="letter.pdf")
    Letter.objects.update(state="sent", sent_on=TODAY, document=paper)
    return invoice


def settled(write, owner):
    write(conflict=SyncConflict.objects.get(), on=TODAY, now=timezone.now(), actor=owner)


def test_before_a_letter_went_out_the_file_is_followed(business):
    bring_in(business, HEAD + ROW)
    tally, _batch = bring_in(business, HEAD + DEARER)
    assert (counts(tally), tally.conflicts, Invoice.objects.get().total) == ((0, 1, 0, 0), 0, 120)


def test_a_draft_is_no_letter_that_went_out(business, told):
    Reminder.objects.update(letter=None)
    tally, _batch = bring_in(business, HEAD + DEARER)
    assert (tally.updated, tally.conflicts) == (1, 0)


def test_afterwards_the_difference_is_shown_and_nothing_changed(business, told):
    tally, batch = bring_in(business, HEAD + DEARER.replace("2026-02-01", "2026-03-01"))
    conflict = SyncConflict.objects.get()
    assert (counts(tally), tally.conflicts, batch.counts["conflicts"]) == ((0, 0, 1, 0), 1, 1)
    assert conflict.changes == {"due_on": ["2026-02-01", "2026-03-01"], "total": ["100.00", "120.00"]}
    assert Invoice.objects.get().total == 100
    task = Task.objects.get(kind=TaskKind.CONFLICT)
    assert (task.subject, task.amount, task.customer) == (f"conflict:{conflict.pk}", 100, told.customer)


def test_what_no_customer_was_told_is_still_completed(business, told):
    head = HEAD.replace("customer_name", "purchase_order")
    bring_in(business, head + DEARER.replace("Acme Ltd", "PO 7"))
    told.refresh_from_db()
    assert (told.purchase_order, told.total, SyncConflict.objects.count()) == ("PO 7", 100, 1)


def test_the_same_file_again_says_nothing_new(business, told):
    bring_in(business, HEAD + DEARER)
    tally, batch = bring_in(business, HEAD + DEARER)
    assert (tally.conflicts, batch, SyncConflict.objects.count()) == (0, None, 1)


def test_theirs_is_written_by_the_importers_own_writer(business, told, owner):
    bring_in(business, HEAD + DEARER)
    settled(take_theirs, owner)
    told.refresh_from_db()
    assert (told.total, told.balance) == (120, 120)
    assert Event.objects.filter(kind="invoice.changed", actor=owner).get().data["changes"] == {"total": ["100.000", "120.00"]}
    assert Task.objects.get(kind=TaskKind.CONFLICT).state == TaskState.DONE
    tally, _batch = bring_in(business, HEAD + DEARER)
    assert (tally.unchanged, tally.conflicts) == (1, 0)


def test_ours_stays_and_the_same_difference_does_not_come_again(business, told, owner):
    bring_in(business, HEAD + DEARER)
    settled(keep_ours, owner)
    tally, _batch = bring_in(business, HEAD + DEARER)
    assert (Invoice.objects.get().total, tally.conflicts) == (100, 0)
    tally, _batch = bring_in(business, HEAD + ROW.replace("100.00", "130.00"))
    assert (tally.conflicts, SyncConflict.objects.filter(state="open").count()) == (1, 1)


def test_theirs_can_be_put_back_and_ours_taken_after_all(business, told, owner):
    bring_in(business, HEAD + DEARER)
    settled(keep_ours, owner)
    settled(take_theirs, owner)
    settled(keep_ours, owner)
    told.refresh_from_db()
    assert (told.total, SyncConflict.objects.get().state) == (100, "ours")


def test_a_file_that_agrees_again_settles_it(business, told):
    bring_in(business, HEAD + DEARER)
    bring_in(business, HEAD + ROW)
    assert SyncConflict.objects.get().state == "ours"
    assert not Task.objects.filter(kind=TaskKind.CONFLICT, state=TaskState.OPEN).exists()


def test_less_than_is_booked_cannot_be_taken(business, told, owner):
    make.payment(told.customer, "60", on="2026-05-01", split={told: "60"})
    bring_in(business, HEAD + ROW.replace("100.00", "50.00"))
    with pytest.raises(ConflictError, match="60.00 of it is booked"):
        settled(take_theirs, owner)
    assert SyncConflict.objects.get().state == "open"


def test_a_planned_total_is_shown_and_not_taken(business, owner):
    bring_in(business, HEAD + ROW)
    invoice = Invoice.objects.get()
    make.sign(make.plan(invoice.customer, {invoice: "100"}, {"2026-07-10": "100"}, offered="2026-05-30"), "2026-05-30")
    bring_in(business, HEAD + DEARER)
    with pytest.raises(ConflictError, match="signed payment plan"):
        settled(take_theirs, owner)


def test_money_is_booked_as_the_file_says_whatever_its_total(business, told):
    bring_in(business, HEAD + "C1,Acme Ltd,INV-1,2026-01-02,2026-02-01,80.00,USD,,2026-05-20,\n")
    told.refresh_from_db()
    assert (told.total, told.balance, SyncConflict.objects.count()) == (100, 20, 1)


def test_another_customer_is_shown_and_never_moved(business, told, owner):
    make.customer(business, "Birch", reference="C9")
    tally, _batch = bring_in(business, HEAD + ROW.replace("C1,Acme Ltd", "C9,Birch"))
    assert (tally.conflicts, counts(tally)) == (1, (0, 0, 1, 0))
    with pytest.raises(ConflictError, match="does not change hands"):
        settled(take_theirs, owner)


def voided(business, number="INV-1"):
    rows = [LeftOut(2, "voided", number, gone=True)]
    return import_ledger(business=business, kind=INVOICES, rows=rows, file_name="x", sha256="0" * 64, today=TODAY)[0]


def test_an_invoice_voided_in_the_accounts_is_taken_back_by_a_click(business, owner):
    bring_in(business, HEAD + ROW)
    assert (voided(business).conflicts, voided(business).conflicts, voided(business, "INV-9").conflicts) == (1, 0, 0)
    assert Invoice.objects.get().balance == 100
    settled(take_theirs, owner)
    invoice, note = Invoice.objects.get(), CreditNote.objects.get()
    assert (invoice.balance, invoice.paid_on, note.total, note.allocated) == (0, TODAY, 100, 100)


def test_what_a_full_export_does_not_name_is_said_and_not_touched(business):
    bring_in(business, HEAD + ROW + ROW.replace("INV-1", "INV-2"))
    ledger = open_ledger((HEAD + ROW).encode(), INVOICES, Options(currency="USD"))
    tally, _batch = import_ledger(
        business=business,
        kind=INVOICES,
        rows=ledger.rows(TODAY),
        file_name="x",
        sha256="0" * 64,
        today=TODAY,
        layout={"full": True},
    )
    assert tally.missing == ["INV-2"]
    assert Invoice.objects.count() == 2


def test_what_is_only_open_says_what_was_paid(business):
    bring_in(business, HEAD + ROW)
    text = "Date,Transaction type,Num,Name,Due date,Open balance\n01/02/2026,Invoice,INV-1,Acme Ltd,02/01/2026,70.00\n"
    bring_in(business, text, date_order="mdy")
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.balance) == (Decimal(100), Decimal(70))


def test_a_letter_that_waits_is_not_sent_with_the_old_day(business):
    bring_in(business, HEAD + ROW)
    Invoice.objects.update(entry_hold=False)
    make.contact(Invoice.objects.get().customer)
    escalate(business, TODAY)
    letter = Letter.objects.select_related("business", "customer").get()
    settings = settings_of(business)
    assert changed(letter, letter.customer, settings, TODAY) == ""
    bring_in(business, HEAD + ROW.replace("2026-02-01", "2026-01-28"))
    assert "changed since the letter was written" in changed(letter, letter.customer, settings, TODAY)


def test_the_page_shows_both_and_settles_it(business, told, books):
    bring_in(business, HEAD + DEARER)
    conflict = SyncConflict.objects.get()
    assert "INV-1" in read(books, business, "conflict-list")
    page = read(books, business, "conflict-detail", conflict.pk)
    assert "$100.00" in page and "$120.00" in page and "Take theirs" in page
    assert "The accounts say something else of this invoice" in read(books, business, "invoice-detail", told.pk)
    answer = books.post(f"/b/{business.slug}/conflicts/{conflict.pk}/theirs/", follow=True)
    assert "Taken over" in answer.content.decode()
    assert Invoice.objects.get().total == 120
    assert "Put ours back" in answer.content.decode()
    again = books.post(f"/b/{business.slug}/conflicts/{conflict.pk}/theirs/", follow=True)
    assert "settled already" in again.content.decode()


def test_the_desk_leads_there(business, told, books):
    bring_in(business, HEAD + DEARER)
    task = Task.objects.get(kind=TaskKind.CONFLICT)
    assert "See what differs" in read(books, business, "task-detail", task.pk)
    assert date(2026, 6, 1) < task.due_on
