"""Letters by e-mail, against a real SMTP server on loopback."""

import datetime
import socket
import threading
from email import message_from_bytes
from typing import BinaryIO

import pytest
from aiosmtpd.controller import Controller

from customers.documents import store
from customers.models import Contact, Conversation, Customer, Document, Event, Letter, Task
from invoices.models import Invoice, Payment
from reminders.copies import copies_of
from reminders.correspondence import facts_of
from reminders.delivery import deliver, send_now
from reminders.models import PaperCopy, Reminder
from reminders.nightly import escalate
from reminders.rendering import composed_mail
from reminders.smtp import MailServer
from tests import make
from tests.make import day

MONDAY = day("2026-02-16")
ADDRESS = {"street": "1 Harbour Road", "city": "Portland", "postal_code": "97205"}
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)


class Inbox:
    """A mail server's inside: keeps what it accepts, answers at each moment what it is told to."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.at_sender = self.at_recipient = self.after_data = "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if self.at_sender.startswith("250"):
            envelope.mail_from = address
        return self.at_sender

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.after_data.startswith("250"):
            self.mails.append(envelope.content)
        return self.after_data


@pytest.fixture
def inbox(settings):
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox
    controller.stop()


@pytest.fixture
def dying(settings):
    """Starts a mail server that falls silent, or hangs up, when it comes to CONNECT, RCPT or the end of DATA."""
    stop, servers = threading.Event(), []

    def serve(listener, moment, hangs) -> None:
        line, _address = listener.accept()
        with line, line.makefile("rb") as words:
            talk(line, words, moment)
            if hangs:
                stop.wait(10)

    def start(moment: str, hangs: bool) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        servers.append((listener, threading.Thread(target=serve, args=(listener, moment, hangs))))
        servers[-1][1].start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
        settings.EMAIL_TIMEOUT = 0.3

    yield start
    stop.set()
    for listener, thread in servers:
        thread.join()
        listener.close()


def talk(line: socket.socket, words: BinaryIO, moment: str) -> None:
    """Plays a mail server up to `moment`."""
    if moment == "CONNECT":
        return
    line.sendall(b"220 hello\r\n")
    for word in words:
        if word.upper().startswith(moment.encode()):
            break
        line.sendall(b"250 OK\r\n")
    if moment == "DATA":
        line.sendall(b"354 go on\r\n")
        next(word for word in words if word == b".\r\n")


def filed(business, content: bytes) -> Document:
    """The copy of an invoice as somebody filed it."""
    return store(business=business, content=content, content_type="application/pdf", name="invoice.pdf")


@pytest.fixture
def noticed(business):
    customer = make.customer(business)
    make.contact(customer)
    make.invoice(customer, "INV-1")
    escalate(business, MONDAY)
    return customer


def sent(business, *, today=MONDAY, now=NOON):
    return deliver(business, MailServer(), today=today, now=now)


def test_a_letter_arrives_as_a_mail_with_its_pdf(business, noticed, inbox):
    assert sent(business).sent == 1
    mail = message_from_bytes(inbox.mails[0])
    types = [part.get_content_type() for part in mail.walk()]
    assert types == ["multipart/mixed", "text/plain", "application/pdf"]
    assert mail["To"] == "ap@acme.example"
    assert "overdue" not in mail["Subject"].lower() and "1,000" not in mail["Subject"]


@pytest.mark.proves("T43")
def test_an_address_refused_for_good_fails_the_letter_and_marks_the_contact(business, noticed, inbox):
    inbox.at_recipient = "550 No such mailbox"
    assert sent(business).failed[0]["reason"] == "ap@acme.example: No such mailbox"
    assert Letter.objects.get().state == "failed"
    assert Contact.objects.get().bounced_on == MONDAY
    assert Task.objects.get().kind == "find_contact"


@pytest.mark.proves("T43")
def test_an_address_mended_ends_the_search(business, noticed, inbox):
    inbox.at_recipient = "550 No such mailbox"
    sent(business)
    Contact.objects.update(email="new@acme.example", bounced_on=None)
    inbox.at_recipient = "250 OK"
    assert sent(business, now=NOON + datetime.timedelta(hours=1)).sent == 1
    assert Task.objects.get().state == "done"


def test_an_address_refused_for_now_is_tried_again(business, noticed, inbox):
    inbox.at_recipient = "451 Come back later"
    assert sent(business).sent == 0
    inbox.at_recipient = "250 OK"
    assert sent(business, now=NOON + datetime.timedelta(minutes=1)).sent == 0
    assert sent(business, now=NOON + datetime.timedelta(minutes=16)).sent == 1
    assert len(inbox.mails) == 1


def test_a_server_that_is_not_there_costs_nothing(business, noticed, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert sent(business).skipped[0]["reason"].startswith("The mail server did not answer")
    assert Letter.objects.get().state == "approved"


@pytest.mark.proves("T44")
def test_who_wants_both_gets_the_mail_and_the_paper_waits_for_the_printer(business, noticed, inbox):
    Customer.objects.update(**ADDRESS)
    Letter.objects.update(channel="both")
    assert sent(business).sent == 1
    assert Event.objects.get(kind="letter.sent").data["way"] == "email"
    assert PaperCopy.objects.get(run=None).letter == Letter.objects.get()


@pytest.mark.proves("T42")
def test_no_mail_on_a_weekend(business, noticed, inbox):
    assert sent(business, today=day("2026-02-21")).skipped[0]["reason"] == "Not sent on a weekend or holiday."
    assert sent(business, today=day("2026-02-23")).sent == 1


@pytest.mark.parametrize(("hour", "count"), [(7, 0), (8, 1), (21, 1), (22, 0)])
def test_mail_goes_out_between_eight_and_nine_in_the_evening_there(business, noticed, inbox, hour, count):
    assert sent(business, now=NOON.replace(hour=hour, minute=0)).sent == count


def test_a_letter_for_the_post_waits_for_the_printer(business, inbox):
    customer = make.customer(business, **ADDRESS)
    make.invoice(customer)
    escalate(business, MONDAY)
    delivered = sent(business)
    assert (delivered.to_print, delivered.skipped) == (1, [])
    assert Letter.objects.get().state == "approved"


# What the server says, what becomes of the letter, whether the contact is marked, and the task a person gets.
REFUSALS = [
    ("at_recipient", "550 5.1.1 No such mailbox", "failed", True, "find_contact"),
    ("at_recipient", "554 5.7.1 Relay access denied", "failed", False, "other"),
    ("after_data", "554 5.1.1 No such mailbox", "failed", True, "find_contact"),
    ("after_data", "552 5.3.4 Message too large", "failed", False, "other"),
    ("after_data", "554 Looks like spam", "failed", False, "other"),
    ("at_sender", "552 5.3.4 Message too large", "failed", False, "other"),
    ("at_sender", "550 5.7.1 Not from you", "approved", False, ""),
    ("at_recipient", "451 Come back later", "approved", False, ""),
    ("after_data", "452 Disk full", "approved", False, ""),
]


@pytest.mark.proves("T08", "T43")
@pytest.mark.parametrize(("moment", "answer", "state", "marked", "task"), REFUSALS)
def test_what_a_refusal_means(business, noticed, inbox, moment, answer, state, marked, task):
    setattr(inbox, moment, answer)
    assert sent(business).sent == 0
    assert (Letter.objects.get().state, Contact.objects.get().bounced_on is not None) == (state, marked)
    assert list(Task.objects.values_list("kind", flat=True)) == ([task] if task else [])
    assert Reminder.objects.get().completed_on is None


def test_a_letter_refused_for_what_it_is_stays_until_somebody_sends_it(business, noticed, inbox):
    inbox.after_data = "554 Looks like spam"
    sent(business)
    inbox.after_data = "250 OK"
    assert sent(business, now=NOON + datetime.timedelta(hours=8)).sent == 0
    told = send_now(Letter.objects.get(), MailServer(), today=MONDAY, now=NOON + datetime.timedelta(hours=8))
    assert told == "Sent to ap@acme.example."
    assert len(inbox.mails) == 1


def test_a_letter_put_off_again_and_again_is_for_a_person(business, noticed, inbox):
    """Every four hours at the end: eight times, then somebody looks at it."""
    inbox.at_recipient = "451 Come back later"
    tries = [sent(business, now=NOON + datetime.timedelta(weeks=number)) for number in range(8)]
    assert [len(one.failed) for one in tries] == [0] * 7 + [1]
    assert (Letter.objects.get().state, Task.objects.get().kind) == ("failed", "other")


@pytest.mark.parametrize(("minutes", "count"), [(29, 0), (31, 1)])
def test_the_second_pause_is_longer(business, noticed, inbox, minutes, count):
    inbox.at_recipient = "451 Come back later"
    sent(business)
    again = NOON + datetime.timedelta(minutes=16)
    sent(business, now=again)
    inbox.at_recipient = "250 OK"
    assert sent(business, now=again + datetime.timedelta(minutes=minutes)).sent == count


@pytest.mark.proves("T08")
@pytest.mark.parametrize(("moment", "state"), [("RCPT", "approved"), ("DATA", "unconfirmed"), ("CONNECT", "approved")])
@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "drops"])
def test_what_a_broken_line_means(business, noticed, dying, moment, state, hangs):
    """Before the mail was handed over nothing went; after it nobody knows, and it is not sent again by itself."""
    dying(moment, hangs)
    sent(business)
    assert Letter.objects.get().state == state
    assert Event.objects.filter(kind="letter.unconfirmed").count() == (state == "unconfirmed")


@pytest.mark.proves("T07")
def test_a_server_that_is_down_is_asked_three_times_not_five_hundred(business, noticed, settings):
    for number in range(4):
        customer = make.customer(business, f"Birch {number}")
        make.contact(customer, f"ap{number}@birch.example")
        make.invoice(customer)
    escalate(business, MONDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    delivered = sent(business)
    assert (len(delivered.skipped), delivered.nobody_there) == (3, True)
    assert set(Letter.objects.values_list("state", "attempts")) == {("approved", 0)}


@pytest.mark.proves("T44")
@pytest.mark.parametrize(
    ("fields", "why"),
    [({"email": ""}, "missing"), ({"bounced_on": MONDAY}, "bounced"), ({"email_stopped_on": MONDAY}, "stopped")],
)
def test_the_fallback_to_post_is_said_on_the_letter_and_in_the_log_once(business, noticed, inbox, fields, why):
    Customer.objects.update(**ADDRESS)
    Contact.objects.update(**fields)
    assert [sent(business).to_print, sent(business).to_print] == [1, 1]
    letter = Letter.objects.get()
    assert (letter.channel, letter.problem.endswith("it goes by post.")) == ("post", True)
    assert Event.objects.get(kind="letter.rerouted").data == {"channel": "post", "lost": why}


@pytest.mark.proves("T44")
def test_a_letter_for_the_post_without_a_street_goes_by_mail_and_says_so(business, noticed, inbox):
    Letter.objects.update(channel="post")
    assert sent(business).sent == 1
    assert Event.objects.get(kind="letter.rerouted").data == {"channel": "email", "lost": "no_street"}


@pytest.mark.proves("T44")
def test_without_any_address_the_owner_is_told(business, noticed, inbox):
    Contact.objects.all().delete()
    sent(business)
    assert (Task.objects.get().kind, Task.objects.get().role) == ("find_contact", "owner")


@pytest.mark.proves("T42")
def test_a_person_is_not_written_to_in_the_time_they_asked_to_be_left_alone(business, noticed, inbox):
    Customer.objects.update(quiet_from="12:00", quiet_until="14:00")
    assert "not to be disturbed" in sent(business).skipped[0]["reason"]
    assert sent(business, now=NOON + datetime.timedelta(hours=2)).sent == 1


@pytest.mark.parametrize(("kind", "count", "noted"), [("company", 1, "CONTACTS_7D"), ("individual", 0, None)])
def test_too_often_is_noted_of_a_company_and_stops_for_a_person(business, noticed, inbox, kind, count, noted):
    Customer.objects.update(kind=kind)
    for number in range(3):
        at = NOON - datetime.timedelta(days=number + 1)
        Conversation.objects.create(business=business, customer=noticed, at=at, outcome="VOICEMAIL")
    delivered = sent(business)
    assert delivered.sent == count
    assert [event.data.get("limit") for event in Event.objects.filter(kind="letter.sent")] == ([noted] if noted else [])
    told = send_now(Letter.objects.get(), MailServer(), today=MONDAY, now=NOON, override=True) if not count else "Sent"
    assert told.startswith("Sent")


def test_an_automatic_letter_waits_for_the_money_to_be_entered_where_the_owner_wants_it(business, noticed, inbox):
    business.settings = {"stale_money_stops_automatic": True}
    assert sent(business).skipped[0]["reason"].startswith("Waits: no money was entered")
    make.payment(noticed, "5", on="2026-02-16", currency="EUR")
    Payment.objects.update(created_at=NOON)
    assert sent(business).sent == 1


@pytest.mark.proves("T46")
def test_copies_of_the_invoices_go_with_the_first_letters(business, noticed, inbox):
    copy = filed(business, b"%PDF-1.4 the invoice")
    Invoice.objects.update(document=copy)
    letter = Letter.objects.get()
    assert facts_of(letter).copies_enclosed
    sent(business)
    parts = [part for part in message_from_bytes(inbox.mails[0]).walk() if part.get_content_type() == "application/pdf"]
    assert [part.get_filename() for part in parts] == [f"ACME-{letter.pk}.pdf", "INV-1.pdf"]
    assert parts[1].get_payload(decode=True) == b"%PDF-1.4 the invoice"


def test_copies_stop_at_what_a_mailbox_takes_and_the_letter_does_not_say_they_are_all_there(business, noticed):
    make.invoice(noticed, "INV-2")
    large = filed(business, b"x")
    Document.objects.filter(pk=large.pk).update(size=4 * 1024 * 1024)
    Invoice.objects.update(document=large)
    escalate(business, day("2026-03-16"))
    letter = Letter.objects.get(code="L30")
    copies = copies_of(letter)
    assert ([number for _pk, number in copies.enclosed], copies.missing, copies.complete) == (["INV-1"], ("INV-2",), False)
    assert "but for INV-2: ask us" in composed_mail(letter).text
