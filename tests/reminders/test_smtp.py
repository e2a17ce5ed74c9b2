"""Letters by e-mail, against a real SMTP server on loopback."""

import datetime
import socket
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller

from customers.models import Contact, Customer, Event, Letter, Task
from reminders.delivery import deliver
from reminders.models import PaperCopy
from reminders.nightly import escalate
from reminders.smtp import MailServer
from tests import make
from tests.make import day

MONDAY = day("2026-02-16")
ADDRESS = {"street": "1 Harbour Road", "city": "Portland", "postal_code": "97205"}
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)


class Inbox:
    """A mail server's inside: keeps what it accepts, answers `at_recipient` or `after_data` where told to refuse."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.at_recipient = self.after_data = "250 OK"

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


def test_a_mail_refused_after_its_data_is_tried_again(business, noticed, inbox):
    inbox.after_data = "452 Disk full"
    assert sent(business).sent == 0
    assert Letter.objects.get().state == "approved"


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
