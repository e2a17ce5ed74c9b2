"""Letters on their way out: once, true at the moment of sending, and never silently lost."""

import datetime
import email
from contextlib import suppress
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.db import OperationalError, connection, transaction
from pypdf import PdfReader

from arcollect.dates import Calendar
from customers.documents import store
from customers.models import Contact, Customer, Document, Event, Letter, Task
from invoices.disputing import open_dispute
from reminders.claiming import claim
from reminders.copies import with_copies
from reminders.correspondence import facts_of
from reminders.delivery import claim_for_paper, deliver, record_posted, settle_unconfirmed
from reminders.facts import settings_of
from reminders.folder import Folder
from reminders.hands import Refused
from reminders.models import PaperCopy, PrintRun, Reminder
from reminders.nightly import escalate
from reminders.outbox import cancel, hold
from reminders.rendering import letter_pdf
from tests import make
from tests.make import day

MONDAY = day("2026-02-16")
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)
ADDRESS = {"street": "Hafenstraße 1", "city": "Kiel", "postal_code": "24103", "country": "DE"}


@pytest.fixture
def acme(business):
    """A customer with an e-mail contact and one invoice, noticed on Monday."""
    customer = make.customer(business, **ADDRESS)
    make.contact(customer)
    make.invoice(customer, "INV-1", total="1000")
    return customer


def sent_to_folder(business, tmp_path, today=MONDAY, **options):
    return deliver(business, Folder(tmp_path), today=today, now=NOON, **options)


@pytest.mark.proves("T08", "T46", "T47")
def test_a_notice_goes_out_with_its_pdf(business, acme, tmp_path):
    escalate(business, MONDAY)
    assert sent_to_folder(business, tmp_path).sent == 1
    letter = Letter.objects.get()
    assert (letter.state, letter.sent_on, letter.sent_to) == ("sent", MONDAY, "ap@acme.example")
    assert Reminder.objects.get().completed_on == MONDAY
    mail = email.message_from_bytes(next(tmp_path.glob("*.eml")).read_bytes())
    attached = next(part for part in mail.walk() if part.get_content_type() == "application/pdf")
    assert attached.get_payload(decode=True) == bytes(letter.document.bytes) == next(tmp_path.glob("*.pdf")).read_bytes()
    assert mail["Message-ID"] == letter.message_id
    trace = Event.objects.get(kind="letter.sent")
    assert (trace.customer, trace.data["invoices"]) == (acme, [acme.invoices.get().pk])


def test_delivering_twice_sends_once(business, acme, tmp_path):
    escalate(business, MONDAY)
    sent_to_folder(business, tmp_path)
    assert sent_to_folder(business, tmp_path / "again").sent == 0
    assert list((tmp_path / "again").iterdir()) == []


def test_a_letter_that_waits_for_approval_stays(business, acme, tmp_path):
    escalate(business, day("2026-03-16"))
    assert sent_to_folder(business, tmp_path, day("2026-03-16")).sent == 0
    assert sent_to_folder(business, tmp_path, day("2026-03-16"), approve_all=True).sent == 1


@pytest.mark.proves("T14")
def test_what_was_paid_since_is_not_asked_for(business, acme, tmp_path):
    escalate(business, MONDAY)
    make.payment(acme, "1000", on="2026-02-16", split={acme.invoices.get(): "1000"})
    delivered = sent_to_folder(business, tmp_path)
    assert (delivered.sent, delivered.skipped[0]["reason"]) == (0, "Invoice INV-1 changed since the letter was written.")
    assert Letter.objects.get().state == "cancelled"
    assert Event.objects.filter(kind="letter.withdrawn").count() == 1


@pytest.mark.proves("T14", "T24")
def test_a_part_payment_since_makes_a_new_letter(business, acme, tmp_path):
    escalate(business, MONDAY)
    make.payment(acme, "200", on="2026-02-16", split={acme.invoices.get(): "200"})
    assert sent_to_folder(business, tmp_path).sent == 1
    assert list(Letter.objects.order_by("id").values_list("state", "total")) == [
        ("cancelled", Decimal(1000)),
        ("sent", Decimal(800)),
    ]


@pytest.mark.proves("T14", "T16")
def test_a_dispute_since_stops_the_letter(business, acme, tmp_path):
    escalate(business, MONDAY)
    open_dispute(invoice=acme.invoices.get(), code="PRICE", amount=Decimal(1000), on=MONDAY, calendar=Calendar())
    assert sent_to_folder(business, tmp_path).sent == 0


@pytest.mark.proves("T14", "T23")
def test_a_flag_since_stops_the_letter(business, acme, tmp_path):
    escalate(business, MONDAY)
    acme.vulnerable = True
    acme.save()
    assert sent_to_folder(business, tmp_path).skipped[0]["reason"] == "Marked as vulnerable: a person decides."


@pytest.mark.proves("T43", "T44")
def test_without_any_address_the_letter_fails_and_somebody_must_find_one(business, tmp_path):
    customer = make.customer(business)
    make.invoice(customer)
    escalate(business, MONDAY)
    delivered = sent_to_folder(business, tmp_path)
    assert (delivered.sent, len(delivered.failed), len(list(tmp_path.glob("*.pdf")))) == (0, 1, 1)
    assert Task.objects.get().kind == "find_contact"
    assert Reminder.objects.get().completed_on is None
    waiting = escalate(business, day("2026-03-16")).waiting
    assert waiting[0]["reason"].startswith("The last letter did not arrive")


@pytest.mark.proves("T43")
def test_a_contact_found_sends_the_letter_that_failed(business, tmp_path):
    customer = make.customer(business)
    make.invoice(customer)
    escalate(business, MONDAY)
    sent_to_folder(business, tmp_path)
    make.contact(customer)
    assert sent_to_folder(business, tmp_path, day("2026-02-17")).sent == 1
    assert Task.objects.get().state == "done"


@pytest.mark.proves("T44")
def test_without_e_mail_it_goes_by_post(business, tmp_path):
    make.invoice(make.customer(business, **ADDRESS))
    escalate(business, MONDAY)
    assert sent_to_folder(business, tmp_path).sent == 1
    assert Letter.objects.get().sent_to == "post"
    assert [path.suffix for path in tmp_path.iterdir()] == [".pdf"]


def test_a_letter_on_hold_waits_for_its_day(business, acme, tmp_path):
    escalate(business, MONDAY)
    hold(letter=Letter.objects.get(), until=day("2026-02-18"), reason="Call first", by=None)
    assert sent_to_folder(business, tmp_path, day("2026-02-17")).sent == 0
    assert sent_to_folder(business, tmp_path, day("2026-02-18")).sent == 1


class HoldsTheNext(Folder):
    """Somebody holds every other letter while the first of a long delivery is handed over."""

    def give(self, letter, contact, pdf):
        for other in Letter.objects.exclude(pk=letter.pk).filter(hold_until=None):
            hold(letter=other, until=day("2026-02-20"), reason="They call tomorrow.", by=None)
        return super().give(letter, contact, pdf)


def test_a_letter_held_while_others_are_handed_over_stays(business, acme, tmp_path):
    other = make.customer(business, "Birch", **ADDRESS)
    make.invoice(other)
    escalate(business, MONDAY)
    delivered = deliver(business, HoldsTheNext(tmp_path), today=MONDAY, now=NOON)
    assert (delivered.sent, [row["reason"] for row in delivered.skipped]) == (1, ["Somebody holds it."])


def test_a_letter_held_between_reading_and_claiming_stays(business, acme):
    escalate(business, MONDAY)
    letter = Letter.objects.select_related("business", "customer__business").get()
    hold(letter=Letter.objects.get(), until=day("2026-02-20"), reason="They call tomorrow.", by=None)
    reason, _withdrawn = claim(letter, acme.contacts.get(), b"%PDF", settings_of(business), MONDAY, NOON)
    assert "changed this moment" in reason and Letter.objects.get().state == "approved"


def test_the_paper_of_a_letter_by_both_ways_is_queued_with_the_record_of_its_mail(business, acme, tmp_path):
    """Cut off between the two nothing is recorded: a person is asked, and no paper is lost without a word."""
    Customer.objects.update(channel="both")
    escalate(business, MONDAY)
    hand = Folder(tmp_path)
    hand.takes_post = False

    def cut_off(execute, sql, params, many, context):
        if sql.startswith("INSERT") and PaperCopy._meta.db_table in sql:
            raise OperationalError("gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cut_off):
        assert deliver(business, hand, today=MONDAY, now=NOON).sent == 0
    assert Letter.objects.get().state == "sending"


@pytest.mark.proves("T07")
def test_one_letter_that_cannot_be_made_does_not_stop_the_rest(business, acme, tmp_path):
    other = make.customer(business, "Birch", **ADDRESS)
    make.invoice(other)
    escalate(business, MONDAY)
    Letter.objects.filter(customer=acme).update(facts={"lines": "broken"})
    delivered = sent_to_folder(business, tmp_path)
    assert (delivered.sent, len(delivered.failed)) == (1, 1)


def test_what_was_interrupted_is_for_a_person_to_decide(business, acme, tmp_path):
    escalate(business, MONDAY)
    Letter.objects.update(state="sending", claimed_at=NOON)
    assert settle_unconfirmed(business, NOON + datetime.timedelta(minutes=10)) == 0
    assert settle_unconfirmed(business, NOON + datetime.timedelta(minutes=16)) == 1
    assert sent_to_folder(business, tmp_path).sent == 0
    assert Letter.objects.get().state == "unconfirmed"


def test_the_stored_pdf_is_the_evidence(business, acme, tmp_path):
    escalate(business, MONDAY)
    sent_to_folder(business, tmp_path)
    assert Document.objects.get().pk == Letter.objects.get().document_id
    assert Contact.objects.get().bounced_on is None


@pytest.mark.proves("T14", "T23")
def test_an_invoice_not_to_be_reminded_any_more_stops_its_letter(business, acme, tmp_path):
    escalate(business, MONDAY)
    acme.invoices.update(no_reminders=True)
    delivered = sent_to_folder(business, tmp_path)
    assert (delivered.sent, delivered.skipped[0]["reason"]) == (0, "Invoice INV-1 changed since the letter was written.")


def test_a_letter_that_failed_for_want_of_an_address_goes_out_with_the_one_found(business, tmp_path):
    customer = make.customer(business)
    make.invoice(customer)
    escalate(business, MONDAY)
    sent_to_folder(business, tmp_path)
    Customer.objects.filter(pk=customer.pk).update(**ADDRESS)
    sent_to_folder(business, tmp_path / "found", day("2026-02-17"))
    text = PdfReader(next((tmp_path / "found").glob("*.pdf"))).pages[0].extract_text()
    assert "Hafenstraße 1" in text


@pytest.mark.proves("T43")
def test_a_bounced_contact_is_still_to_be_found_when_the_letter_goes_by_post(business, acme, tmp_path):
    escalate(business, MONDAY)
    deliver(business, Bouncing(), today=MONDAY, now=NOON)
    assert sent_to_folder(business, tmp_path, day("2026-02-17")).sent == 1
    assert Letter.objects.get().sent_to == "post"
    assert Task.objects.get(kind="find_contact").state == "open"


@pytest.mark.proves("T07")
def test_a_hand_that_breaks_does_not_stop_the_rest(business, acme):
    make.invoice(make.customer(business, "Birch", **ADDRESS))
    escalate(business, MONDAY)
    hand = Stumbling()
    delivered = deliver(business, hand, today=MONDAY, now=NOON)
    assert (delivered.sent, len(delivered.failed), hand.given) == (1, 1, 2)
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["sent", "unconfirmed"]


@pytest.mark.proves("T07")
def test_a_customer_with_an_impossible_time_zone_does_not_stop_the_rest(business, acme):
    acme.time_zone = "Mars/Olympus"
    acme.save()
    make.contact(make.customer(business, "Birch"))
    make.invoice(Customer.objects.get(name="Birch"))
    escalate(business, MONDAY)
    delivered = deliver(business, Stumbling(at=0), today=MONDAY, now=NOON)
    assert (delivered.sent, len(delivered.failed)) == (1, 1)


def test_a_letter_approved_late_is_of_the_day_it_goes_out(business, acme, tmp_path):
    """Drafted on 16 March and sent on the 27th, it must not ask for money by the 23rd."""
    escalate(business, day("2026-03-16"))
    sent_to_folder(business, tmp_path, day("2026-03-27"), approve_all=True)
    letter = Letter.objects.get()
    assert letter.written_on == day("2026-03-27")
    assert (facts_of(letter).pay_by, facts_of(letter).lines[0].days_past_due) == (day("2026-04-03"), 41)
    assert "27 March 2026" in PdfReader(next(tmp_path.glob("*.pdf"))).pages[0].extract_text().replace("\xa0", " ")


@pytest.mark.proves("T14")
def test_what_becomes_of_a_notice_leaves_the_review_of_another_letter_open(business, acme, tmp_path):
    make.invoice(acme, "INV-2", due="2026-03-19")
    escalate(business, day("2026-03-16"))
    escalate(business, day("2026-03-20"))
    cancel(letter=Letter.objects.get(code="L1"), reason="Paid in cash", by=None, on=day("2026-03-20"))
    assert Task.objects.get(kind="review_letter").state == "open"


class Bouncing(Folder):
    """A mail server that knows nobody by that name."""

    keeps_hours, takes_post = True, False

    def __init__(self):
        pass

    def give(self, letter, contact, pdf):
        raise Refused("No such mailbox", permanent=True)


class Stumbling(Folder):
    """A way out that breaks in its `at`-th letter."""

    keeps_hours = True

    def __init__(self, at=1):
        self.at, self.given = at, 0

    def give(self, letter, contact, pdf):
        self.given += 1
        if self.given == self.at:
            raise OSError("No space left on device")
        return ""


@pytest.fixture
def printed(business, acme) -> Letter:
    """A notice for the post, claimed for the printer, in a run."""
    escalate(business, MONDAY)
    Letter.objects.update(channel="post")
    letter = Letter.objects.select_related("business", "customer__business").get()
    assert claim_for_paper(letter, settings=settings_of(business), today=MONDAY, now=NOON) == ""
    PaperCopy.objects.create(letter=letter, business=business, run=PrintRun.objects.create(business=business, printed_on=MONDAY))
    return Letter.objects.get()


@pytest.mark.proves("T08", "T46")
def test_a_printed_letter_is_sent_once_it_is_posted(business, printed):
    assert (printed.state, printed.document is not None, Reminder.objects.get().completed_on) == ("sending", True, None)
    record_posted(printed, today=day("2026-02-17"), now=NOON)
    letter = Letter.objects.get()
    assert (letter.state, letter.sent_to, letter.sent_on) == ("sent", "post", day("2026-02-17"))
    assert Reminder.objects.get().completed_on == day("2026-02-17")


def test_a_printed_letter_waits_for_the_post_as_long_as_it_takes(business, printed):
    assert settle_unconfirmed(business, NOON + datetime.timedelta(days=3)) == 0
    PrintRun.objects.update(posted_on=MONDAY)
    PaperCopy.objects.update(posted_on=MONDAY)
    assert settle_unconfirmed(business, NOON + datetime.timedelta(days=3)) == 1


@pytest.mark.proves("T14")
def test_what_was_paid_meanwhile_is_not_printed(business, acme):
    escalate(business, MONDAY)
    Letter.objects.update(channel="post")
    letter = Letter.objects.select_related("business", "customer__business").get()
    make.payment(acme, "1000", on="2026-02-16", split={acme.invoices.get(): "1000"})
    reason = claim_for_paper(letter, settings=settings_of(business), today=MONDAY, now=NOON)
    assert (reason, Letter.objects.get().state) == ("Invoice INV-1 changed since the letter was written.", "cancelled")


def test_the_printed_letter_is_followed_by_the_copies(business, acme):
    """A page for the letter, one for the invoice."""
    with pikepdf.new() as blank, BytesIO() as file:
        blank.add_blank_page()
        blank.save(file)
        copy = store(business=business, content=file.getvalue(), content_type="application/pdf", name="INV-1.pdf")
    acme.invoices.update(document=copy)
    escalate(business, MONDAY)
    letter = Letter.objects.get()
    pages = [len(PdfReader(BytesIO(pdf)).pages) for pdf in (letter_pdf(letter), with_copies(letter, letter_pdf(letter)))]
    assert pages == [1, 2]


def test_a_copy_nobody_can_read_is_left_out(business, acme):
    broken = store(business=business, content=b"not a PDF", content_type="application/pdf", name="INV-1.pdf")
    acme.invoices.update(document=broken)
    escalate(business, MONDAY)
    letter = Letter.objects.get()
    assert len(PdfReader(BytesIO(with_copies(letter, letter_pdf(letter)))).pages) == 1


@pytest.mark.proves("T14")
def test_a_contact_stopped_between_writing_and_claiming_gets_no_mail(business, acme):
    """What a second transaction commits while the PDF is made: the letter stays, and goes by post with the next delivery."""
    escalate(business, MONDAY)
    letter = Letter.objects.select_related("business", "customer__business").get()
    contact = letter.contact
    Contact.objects.update(email_stopped_on=MONDAY)
    said, withdrawn = claim(letter, contact, b"%PDF", settings_of(business), MONDAY, NOON)
    assert (said, withdrawn, Letter.objects.get().state) == (
        "Their contact changed this moment: it goes with the next delivery.",
        False,
        "approved",
    )


@pytest.mark.proves("T09")
def test_a_delivery_rolled_back_leaves_the_letter_to_be_claimed_again(business, acme, tmp_path):
    escalate(business, MONDAY)
    letter = Letter.objects.select_related("business", "customer__business").get()
    with suppress(ZeroDivisionError), transaction.atomic():
        claim(letter, letter.contact, b"%PDF", settings_of(business), MONDAY, NOON)
        raise ZeroDivisionError
    assert (Letter.objects.get().state, Document.objects.count()) == ("approved", 0)
    assert sent_to_folder(business, tmp_path).sent == 1
