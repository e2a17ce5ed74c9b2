"""Two customers that were one: what moves, what stays, what stops it, and the way back."""

import datetime

import pytest

from customers.alike import pairs_alike, tell_apart
from customers.documents import store
from customers.models import Contact, Customer, CustomerMerge, Event, Letter, Task
from customers.models.letter import LetterState
from invoices.disputing import open_dispute
from invoices.einvoices.buyers import read_buyers
from invoices.einvoices.content import Party
from invoices.imports.customerbook import CustomerBook
from invoices.imports.importing import import_ledger
from invoices.imports.rows import CustomerRow
from invoices.models import CreditAdvice, Dispute, Invoice, SegmentOverride
from invoices.overruling import set_override
from reminders.facts import cases_of, settings_of
from reminders.merging import MergeError, merge, part
from reminders.models import HandOff, Reminder
from reminders.nightly import escalate
from reminders.verifying import verify
from tests import make
from tests.pages import address, read

TODAY = make.day("2026-06-30")
NOON = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)


@pytest.fixture
def kept(business):
    return make.customer(business, "Acme Ltd", reference="A1", street="12 High St", city="Leeds", postal_code="LS1")


@pytest.fixture
def gone(business):
    row = make.customer(business, "ACME Limited", reference="A2", street="12 High Street", city="Leeds", postal_code="LS1")
    make.contact(row, "ap@acme.example")
    return row


def test_everything_moves_and_the_books_still_prove(business, owner, kept, gone):
    owed = make.invoice(gone, "INV-1", total="100")
    make.payment(gone, "40", on="2026-02-20", split={owed: "40"})
    make.task(gone)
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert {row.customer_id for row in Invoice.objects.all()} == {kept.pk}
    assert kept.payments.count() == kept.tasks.count() == kept.contacts.count() == 1
    assert Customer.objects.get(pk=gone.pk).merged_into_id == kept.pk
    assert verify(business).differences == []


def test_the_next_file_that_names_the_old_reference_finds_the_one_kept(business, owner, kept, gone):
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    book = CustomerBook(business)
    assert book.find("A2", "").id == book.find("", "ACME Limited").id == kept.pk
    buyers = read_buyers(business)
    assert (
        buyers.find(Party(name="ACME Limited")).customer.id == buyers.find(Party(name="Acme", ids=("A2",))).customer.id == kept.pk
    )
    assert buyers.free_reference("A2") == "A2 2"


def test_a_customer_file_changes_nothing_of_who_was_merged(business, owner, kept, gone):
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    rows = [CustomerRow(line=2, reference="A2", name="Another Name"), CustomerRow(line=3, reference="A1", name="Acme Ltd")]
    tally, batch = import_ledger(business=business, kind="customers", rows=rows, file_name="c.csv", sha256="0" * 64, today=TODAY)
    assert (batch, tally.unchanged, [warning.line for warning in tally.warnings]) == (None, 2, [2])
    assert "merged into A1" in tally.warnings[0].reason
    assert Customer.objects.get(pk=gone.pk).name == "ACME Limited"


def test_a_letter_to_the_one_counts_for_the_gap_of_the_other(business, owner, kept, gone):
    make.invoice(gone, "INV-1", due="2026-05-20")
    paper = store(business=business, content=b"%PDF", content_type="application/pdf", name="letter.pdf")
    sent = {"state": LetterState.SENT, "sent_on": make.day("2026-06-20"), "written_on": make.day("2026-06-20"), "document": paper}
    Letter.objects.create(business=business, customer=gone, code="L30", currency="USD", language="en", channel="post", **sent)
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    [case] = cases_of(business, [kept], settings_of(business), TODAY)[kept.pk]
    assert case.last_letter_on == make.day("2026-06-20")


def test_letters_not_yet_out_are_withdrawn_and_decided_anew(business, owner, kept, gone):
    make.invoice(gone, "INV-1", due="2026-05-20")
    escalate(business, TODAY)
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert set(gone.letters.values_list("state", flat=True)) == {LetterState.CANCELLED}
    escalate(business, TODAY)
    assert kept.letters.filter(state=LetterState.DRAFT).exists()


def test_a_flag_on_either_holds_for_the_one(owner, kept, gone):
    Customer.objects.filter(pk=gone.pk).update(cease_contact=True)
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert Customer.objects.get(pk=kept.pk).cease_contact
    part(row=row, now=NOON, actor=owner)
    assert not Customer.objects.get(pk=kept.pk).cease_contact


@pytest.mark.proves("T23", "T38")
@pytest.mark.parametrize(
    ("ours", "theirs", "joined"),
    [
        ({}, {"moratorium_until": make.day("2026-09-01")}, {"moratorium_until": make.day("2026-09-01")}),
        ({}, {"represented_by": "Debt Advice Leeds"}, {"represented_by": "Debt Advice Leeds"}),
        ({}, {"no_reminders_until": make.day("2026-07-15")}, {"no_reminders_until": make.day("2026-07-15")}),
        (
            {"no_reminders_until": make.day("2026-07-03")},
            {"no_reminders": True, "no_reminders_until": make.day("2026-07-15")},
            {"no_reminders": True, "no_reminders_until": make.day("2026-07-15")},
        ),
        (
            {"no_reminders_until": make.day("2026-07-03")},
            {"no_reminders": True},
            {"no_reminders": True, "no_reminders_until": None},
        ),
        (
            {"represented_by": "A lawyer"},
            {"represented_by": "Another", "quiet_from": datetime.time(8), "quiet_until": datetime.time(10)},
            {"represented_by": "A lawyer", "quiet_from": datetime.time(8), "quiet_until": datetime.time(10)},
        ),
    ],
)
def test_the_stricter_of_what_both_say_holds_until_they_are_parted(owner, kept, gone, ours, theirs, joined):
    Customer.objects.filter(pk=kept.pk).update(**ours)
    Customer.objects.filter(pk=gone.pk).update(**theirs)
    before = Customer.objects.filter(pk=kept.pk).values(*joined).get()
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert Customer.objects.filter(pk=kept.pk).values(*joined).get() == joined
    row.refresh_from_db()
    part(row=row, now=NOON, actor=owner)
    assert Customer.objects.filter(pk=kept.pk).values(*joined).get() == before


@pytest.mark.proves("T23")
def test_a_moratorium_of_the_one_that_goes_stops_the_letters_of_the_one_that_stays(business, owner, kept, gone):
    Customer.objects.filter(pk=gone.pk).update(moratorium_until=make.day("2026-09-01"))
    make.invoice(gone, "INV-1", due="2026-06-01")
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert escalate(business, TODAY).fired == []


@pytest.mark.proves("T16")
def test_a_query_opened_while_they_were_one_goes_home_with_its_invoice(business, owner, kept, gone):
    invoice = make.invoice(gone, "INV-1", due="2026-06-01")
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    invoice.refresh_from_db()
    open_dispute(invoice=invoice, code="PRICE", amount=invoice.total, on=TODAY, calendar=business.calendar)
    part(row=row, now=NOON, actor=owner)
    assert {gone.pk} == {
        Dispute.objects.get().customer_id,
        *Task.objects.filter(kind="dispute").values_list("customer", flat=True),
    }
    assert escalate(business, make.day("2026-07-01")).fired == []


def test_what_was_asked_of_the_one_is_known_of_them_when_parted(business, owner, kept, gone):
    make.invoice(gone, "INV-1", due="2026-06-01")
    ours = make.invoice(kept, "INV-2", due="2027-06-01")
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    escalate(business, TODAY)
    part(row=row, now=NOON, actor=owner)
    assert Reminder.objects.get(lines__invoice__number="INV-1").customer_id == gone.pk
    assert not Reminder.objects.filter(lines__invoice=ours).exists()


def test_a_task_both_have_is_there_once_and_comes_back(owner, kept, gone):
    make.task(kept, subject="USD")
    make.task(gone, subject="USD")
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert Task.objects.filter(state="open").count() == 1
    part(row=row, now=NOON, actor=owner)
    assert Task.objects.filter(state="open", customer=gone).count() == 1


def test_parted_again_everybody_has_their_own(business, owner, kept, gone):
    make.invoice(gone, "INV-1")
    ours = make.invoice(kept, "INV-2")
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    make.payment(kept, "10", on="2026-06-30", split={ours: "10"})
    part(row=row, now=NOON, actor=owner)
    assert [one.number for one in Invoice.objects.filter(customer=gone)] == ["INV-1"]
    assert Contact.objects.get().customer_id == gone.pk
    assert Event.objects.filter(kind="customer.parted", customer=kept).count() == 1
    assert verify(business).differences == []
    with pytest.raises(MergeError, match="already"):
        part(row=row, now=NOON, actor=owner)


def test_money_over_both_keeps_them_one(owner, kept, gone):
    theirs = make.invoice(gone, "INV-1")
    row = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    theirs.refresh_from_db()
    make.payment(kept, "10", on="2026-06-30", split={theirs: "10"})
    with pytest.raises(MergeError, match="stay one"):
        part(row=row, now=NOON, actor=owner)
    assert theirs.customer_id == kept.pk


def test_what_stands_against_it(business, owner, kept, gone):
    owed = make.invoice(gone, "INV-1", total="900")
    make.plan(gone, {owed: "900"}, {"2026-07-30": "900"}, signed="2026-06-20")
    with pytest.raises(MergeError, match="payment plan"):
        merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    merge(kept=gone, gone=kept, on=TODAY, actor=owner)


def test_nobody_merges_what_an_agency_collects(business, owner, kept, gone):
    HandOff.objects.create(business=business, customer=gone, currency="USD", amount=1, agency="Fair", handed_on=TODAY)
    with pytest.raises(MergeError, match="agency"):
        merge(kept=kept, gone=gone, on=TODAY, actor=owner)


@pytest.mark.parametrize("wrong", ["self", "elsewhere", "twice"])
def test_only_two_of_ours_and_only_once(business, owner, kept, gone, wrong):
    other = {"self": kept, "elsewhere": make.customer(make.business("Else")), "twice": gone}[wrong]
    if wrong == "twice":
        merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    with pytest.raises(MergeError):
        merge(kept=kept, gone=other, on=TODAY, actor=owner)


def test_who_was_merged_or_told_apart_is_not_suggested(business, owner, kept, gone):
    assert pairs_alike(business)[1] == 1
    tell_apart(first=gone, second=kept, actor=owner)
    assert pairs_alike(business)[1] == 0


def test_a_bookkeeper_merges_and_parts_on_pages(business, bookkeeper, client_of, kept, gone):
    make.invoice(gone, "INV-1", total="100")
    client = client_of(bookkeeper)
    assert "same address" in read(client, business, "customer-alike")
    assert "1 invoices" in read(client, business, "customer-merge", kept.pk, gone.pk)
    client.post(address(business, "customer-merge", kept.pk, gone.pk))
    assert "INV-1" in read(client, business, "customer-detail", kept.pk)
    assert "Merged into Acme Ltd" in read(client, business, "customer-detail", gone.pk)
    assert "ACME Limited" not in read(client, business, "customer-list")
    client.post(address(business, "customer-part", CustomerMerge.objects.get().pk))
    assert "ACME Limited" in read(client, business, "customer-list")


def test_told_apart_on_the_page_and_taken_back(business, bookkeeper, client_of, kept, gone):
    client = client_of(bookkeeper)
    client.post(address(business, "customer-apart", kept.pk, gone.pk))
    assert "No two customers look alike" in read(client, business, "customer-alike")
    client.post(address(business, "customer-apart", kept.pk, gone.pk), {"again": "1"})
    assert "1 pair" in read(client, business, "customer-alike")


def said(of: Customer, owner) -> SegmentOverride:
    return set_override(customer=of, segment="SLOW", reason="We know them.", on=TODAY, actor=owner)


def test_what_the_owner_set_for_the_one_holds_for_both_until_they_are_parted(owner, kept, gone):
    row = said(gone, owner)
    merged = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert list(kept.segment_overrides.all()) == [row]
    part(row=merged, now=NOON, actor=owner)
    assert list(gone.segment_overrides.all()) == [row]


def test_what_the_owner_set_for_the_one_that_stays_wins(owner, kept, gone):
    stays, goes = said(kept, owner), said(gone, owner)
    merged = merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert SegmentOverride.objects.get(ended_on=None) == stays
    part(row=merged, now=NOON, actor=owner)
    assert set(SegmentOverride.objects.filter(ended_on=None)) == {stays, goes}


def test_what_waits_about_the_credit_of_the_one_that_goes_lapses(business, owner, kept, gone):
    CreditAdvice.objects.create(business=business, customer=gone, kind="hold", made_on=TODAY)
    merge(kept=kept, gone=gone, on=TODAY, actor=owner)
    assert CreditAdvice.objects.get().state == "lapsed"
