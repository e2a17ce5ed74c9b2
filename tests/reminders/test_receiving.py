"""What a reply or a bounce changes here, once."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import DataError, connection

from arcollect.dates import Calendar
from customers.documents import store
from customers.models import Contact, Conversation, Event, Letter, ReceivedMail, Task
from invoices.disputing import open_dispute, resolve_dispute
from reminders.claiming import claim
from reminders.facts import settings_of
from reminders.inbound import read
from reminders.models import PaperCopy, Reminder
from reminders.nightly import escalate
from reminders.receiving import Receipt, receive
from reminders.resending import resend_bounced
from reminders.tasks import tick
from reminders.timeline import of_customer, of_invoice
from tests import make
from tests.make import day
from tests.reminders import mail_samples as samples
from tests.reminders.mail_samples import OURS, reply

MONDAY, TUESDAY = day("2026-02-16"), day("2026-02-17")
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def invoice(acme):
    make.contact(acme)
    return make.invoice(acme, "INV-1")


@pytest.fixture
def letter(business, invoice):
    """The notice, sent by e-mail on Monday."""
    escalate(business, MONDAY)
    row = Letter.objects.get()
    document = store(business=business, content=b"%PDF", content_type="application/pdf", name="L1.pdf")
    Letter.objects.filter(pk=row.pk).update(
        state="sent", sent_on=MONDAY, sent_at=NOON, sent_to="ap@acme.example", message_id=OURS, document=document
    )
    Reminder.objects.update(completed_on=MONDAY)
    return Letter.objects.get()


def took(raw, *, now=NOON):
    return receive(read(raw), now=now)


def test_a_reply_is_on_the_timeline_and_asks_for_an_answer(business, letter, acme, invoice):
    assert took(reply("We pay on Friday.\n\nOn Mon, 16 Feb 2026, Hollis <b@h.example> wrote:\n> Dear Ann")) == Receipt.TAKEN
    said, task = Conversation.objects.get(), Task.objects.get(kind="answer_mail")
    assert (said.customer, said.channel, said.inbound, said.outcome) == (acme, "email", True, "REACHED")
    assert (said.notes, said.contact.email, said.task) == ("We pay on Friday.", "ap@acme.example", task)
    assert (task.subject, task.due_on) == (f"letter:{letter.pk}", TUESDAY)
    entry = of_customer(acme)[0][0]
    assert entry.words == "E-mail received" and "We pay on Friday." in entry.detail
    assert entry.quoted.endswith("> Dear Ann")
    assert entry in of_invoice(invoice)
    assert "Friday" not in str(list(Event.objects.values_list("data", flat=True)))


def test_the_same_message_again_changes_nothing(letter):
    took(reply())
    before = Event.objects.count()
    assert took(reply(), now=NOON + datetime.timedelta(days=1)) == Receipt.KNOWN
    assert (Event.objects.count(), Conversation.objects.count(), ReceivedMail.objects.count()) == (before, 1, 1)


def test_two_replies_about_one_letter_are_one_task(letter):
    took(reply())
    took(reply("And please call.", Message_ID="<reply-2@acme.example>"))
    assert (Task.objects.filter(kind="answer_mail").count(), Conversation.objects.count()) == (1, 2)


def test_the_names_of_files_are_kept(letter):
    raw = (
        b"In-Reply-To: "
        + OURS.encode()
        + b'\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="a.pdf"\n\nx'
    )
    took(raw)
    assert Conversation.objects.get().notes.endswith(": a.pdf")


def test_an_automatic_answer_is_only_noted(letter, acme):
    took(reply("I am away.", Auto_Submitted="auto-replied"))
    assert not Task.objects.filter(kind="answer_mail").exists() and not Conversation.objects.exists()
    assert of_customer(acme)[0][0].words == "Automatic answer received"


def test_without_a_reference_the_sender_tells_whose_it_is(invoice, acme):
    took(reply(In_Reply_To="", sender="AP@Acme.Example"))
    assert Conversation.objects.get().customer == acme
    assert Task.objects.get().subject == "mail"


def test_a_sender_two_customers_share_is_nobody_s_in_particular(business, invoice):
    make.contact(make.customer(business, "Acme Two"))
    took(reply("Which one?", In_Reply_To=""))
    task = Task.objects.get()
    assert (task.customer, ReceivedMail.objects.get().customer) == (None, None)
    assert "Which one?" in task.reason


def test_with_several_businesses_and_no_clue_it_is_left_alone(business, outsider):
    assert took(reply(In_Reply_To="", sender="who@knows.example")) == Receipt.NOBODY
    assert not ReceivedMail.objects.exists()


def test_the_address_it_was_sent_to_tells_the_business(business, outsider):
    business.email = "billing@hollis.example"
    business.save()
    took(reply(In_Reply_To="", sender="who@knows.example"))
    assert Task.objects.get().business == business


def test_a_letter_of_ours_that_comes_back_in_is_ignored(letter):
    assert took(reply(Message_ID=OURS)) == Receipt.IGNORED


@pytest.mark.proves("T43")
@pytest.mark.parametrize("raw", [samples.POSTFIX, samples.EXCHANGE, samples.QMAIL, samples.GAVE_UP])
def test_a_bounce_marks_the_contact_undoes_the_step_and_asks_for_another(letter, raw):
    assert took(raw) == Receipt.TAKEN
    contact, reminder, task = Contact.objects.get(), Reminder.objects.get(), Task.objects.get(kind="find_contact")
    assert contact.bounced_on == MONDAY and "ap@acme.example" in contact.bounce_reason
    assert (reminder.completed_on, reminder.bounced_on, reminder.step) == (None, MONDAY, "NOTICE")
    assert reminder.lines.count() == 1
    assert (task.subject, task.due_on) == ("contact", TUESDAY)
    assert Letter.objects.get().state == "sent"


@pytest.mark.proves("T43")
@pytest.mark.parametrize("state", ["sending", "unconfirmed"])
def test_a_letter_nobody_knew_of_that_comes_back_did_not_arrive(business, invoice, tmp_path, state):
    """Its Message-ID is known from the claim on, so that what comes back of a broken hand-over finds it."""
    escalate(business, MONDAY)
    row = Letter.objects.select_related("business", "customer__business").get()
    claim(row, Contact.objects.get(), b"%PDF", settings_of(business), MONDAY, NOON)
    Letter.objects.update(state=state)
    took(samples.POSTFIX.replace(OURS.encode(), Letter.objects.get().message_id.encode()))
    assert (Letter.objects.get().state, Contact.objects.get().bounced_on) == ("failed", MONDAY)
    assert Reminder.objects.get().bounced_on is None
    assert resend_bounced(business, TUESDAY) == 0


def test_what_goes_out_again_already_is_not_written_twice(business, invoice):
    """A person said that it did not arrive, then its bounce came."""
    escalate(business, MONDAY)
    Letter.objects.update(message_id=OURS, sent_to="ap@acme.example")
    took(samples.POSTFIX)
    assert (Reminder.objects.get().bounced_on, Contact.objects.get().bounced_on) == (None, MONDAY)


@pytest.mark.proves("T43")
def test_a_letter_that_followed_from_an_event_is_written_again(business, acme):
    contact = make.contact(acme)
    dispute = open_dispute(invoice=make.invoice(acme, "INV-1"), code="PRICE", amount=Decimal(100), on=MONDAY, calendar=Calendar())
    resolve_dispute(dispute=dispute, outcome="REJECTED", on=MONDAY)
    escalate(business, MONDAY)
    first = Letter.objects.get(code="LRES")
    Letter.objects.filter(pk=first.pk).update(state="approved", approved_at=NOON)
    first.refresh_from_db()
    claim(first, contact, b"%PDF", settings_of(business), MONDAY, NOON)
    Letter.objects.filter(pk=first.pk).update(state="sent", sent_on=MONDAY, sent_to="ap@acme.example", message_id=OURS)
    took(samples.POSTFIX)
    escalate(business, TUESDAY)
    assert list(Letter.objects.filter(code="LRES").order_by("id").values_list("state", flat=True)) == ["sent", "draft"]


@pytest.mark.proves("T07")
def test_one_letter_that_cannot_be_written_anew_keeps_no_other_back(business, letter, acme, caplog):
    took(samples.POSTFIX)
    make.contact(acme, "new@acme.example")

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and Letter._meta.db_table in sql:
            raise DataError("impossible")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        assert resend_bounced(business, TUESDAY) == 0
    assert f"Letter {letter.pk} could not be written anew" in caplog.text
    assert resend_bounced(business, TUESDAY) == 1


@pytest.mark.proves("T17")
def test_nothing_is_written_anew_while_money_we_hold_covers_it(business, letter, acme):
    took(samples.POSTFIX)
    make.contact(acme, "new@acme.example")
    make.payment(acme, "5000", on="2026-02-16")
    assert resend_bounced(business, TUESDAY) == 0
    assert Reminder.objects.get().bounced_on == MONDAY


def test_a_delay_is_only_noted(letter, acme):
    took(samples.DELAYED)
    assert Contact.objects.get().bounced_on is None
    assert Reminder.objects.get().completed_on == MONDAY
    assert of_customer(acme)[0][0].words == "A mail is held up on its way"


def test_a_bounce_of_an_address_mended_meanwhile_does_not_mark_the_new_one(letter):
    Contact.objects.update(email="new@acme.example")
    took(samples.POSTFIX)
    assert Contact.objects.get().bounced_on is None
    assert Reminder.objects.get().bounced_on == MONDAY


def test_a_letter_that_is_on_paper_too_did_arrive(business, letter):
    PaperCopy.objects.create(letter=letter, business=business)
    took(samples.POSTFIX)
    assert Reminder.objects.get().completed_on == MONDAY
    assert Contact.objects.get().bounced_on == MONDAY


def test_a_bounce_of_some_other_mail_marks_the_contact(invoice):
    took(samples.POSTFIX)
    assert Contact.objects.get().bounced_on == MONDAY
    assert Event.objects.filter(kind="mail.returned").exists()


@pytest.mark.proves("T43")
def test_nothing_is_written_anew_while_there_is_no_way(business, letter):
    took(samples.POSTFIX)
    assert resend_bounced(business, TUESDAY) == 0


@pytest.mark.proves("T43", "T44")
@pytest.mark.parametrize("mended", ["contact", "address"])
def test_a_way_found_is_one_new_letter_for_the_same_step(business, letter, invoice, acme, mended):
    took(samples.POSTFIX)
    make.payment(acme, "400", on="2026-02-16", split={invoice: "400"})
    if mended == "contact":
        Contact.objects.update(email="new@acme.example", bounced_on=None)
    else:
        acme.street, acme.city = "1 Harbour Road", "Kiel"
        acme.save()
    assert [resend_bounced(business, TUESDAY) for _ in range(2)] == [1, 0]
    new, reminder = Letter.objects.get(state="approved"), Reminder.objects.get()
    assert (new.code, new.total, new.facts["lines"][0]["collectable"]) == (letter.code, 600, "600.000")
    assert (reminder.letter, reminder.bounced_on, reminder.step) == (new, None, "NOTICE")
    words = [entry.words for entry in of_invoice(invoice)]
    assert "Friendly notice written anew: the one before came back" in words
    assert "Mail came back: Friendly notice did not arrive" in words


def test_what_is_in_dispute_waits(business, letter, invoice):
    took(samples.POSTFIX)
    Contact.objects.update(email="new@acme.example", bounced_on=None)
    open_dispute(invoice=invoice, code="PRICE", amount=invoice.total, on=TUESDAY, calendar=Calendar())
    assert resend_bounced(business, TUESDAY) == 0
    assert Reminder.objects.get().bounced_on == MONDAY


def test_what_is_paid_meanwhile_is_not_asked_for_again(business, letter, invoice, acme):
    took(samples.POSTFIX)
    Contact.objects.update(email="new@acme.example", bounced_on=None)
    make.payment(acme, "1000", on="2026-02-17", split={invoice: "1000"})
    assert resend_bounced(business, TUESDAY) == 0
    assert Reminder.objects.get().bounced_on is None


def test_no_letter_is_written_anew_for_who_asked_for_quiet(business, letter, acme):
    took(samples.POSTFIX)
    Contact.objects.update(email="new@acme.example", bounced_on=None)
    acme.no_reminders = True
    acme.save()
    assert resend_bounced(business, TUESDAY) == 0


def test_the_task_shows_the_message_and_no_markup_of_theirs(books, business, letter):
    took(reply("<b>Call</b> me.\n\n> your letter", sender="ap@acme.example"))
    page = books.get(f"/b/{business.slug}/tasks/{Task.objects.get(kind='answer_mail').pk}/").text
    assert "&lt;b&gt;Call&lt;/b&gt; me." in page and "<summary>What they quoted</summary>" in page
    assert 'href="mailto:ap@acme.example?subject=Re%3A%20Your%20account' in page


def test_the_tick_writes_anew_before_it_delivers(business, letter, acme):
    took(samples.POSTFIX)
    Contact.objects.update(email="new@acme.example", bounced_on=None)
    with time_machine.travel("2026-02-17 05:00Z", tick=False):
        tick()
    assert Letter.objects.get(state="approved").facts["instead_of"] == [letter.pk]
