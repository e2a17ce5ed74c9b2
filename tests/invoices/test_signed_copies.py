"""The signed copy goes to both sides by mail, against a real SMTP server on loopback; whatever happens, the signature stands."""

import datetime
import hashlib
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from customers.models import Event
from invoices.models import PaymentPlan, Signature
from invoices.signed_copies import send_copies
from invoices.signing import Signer, countersign
from tests import agreements, make
from tests.agreements import SIGNED_AT, signed
from tests.pages import address, read, words

LATER = SIGNED_AT + datetime.timedelta(hours=4)
FULL = "552 mailbox full"


class Inbox:
    """A mail server's inside: keeps what it accepts; refuses whom it is told to."""

    def __init__(self) -> None:
        self.mails: dict[str, EmailMessage] = {}
        self.refused: set[str] = set()

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address in self.refused:
            return FULL
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        for whom in envelope.rcpt_tos:
            self.mails[whom] = message_from_bytes(envelope.content, policy=policy.default)
        return "250 OK"


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
def plan(business, acme, owner) -> PaymentPlan:
    return agreements.offered(acme, "300")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Does something, and what waits for its commit; returns the signature as it is then."""

    def after(change, *args, **kwargs) -> Signature:
        with django_capture_on_commit_callbacks(execute=True):
            made = change(*args, **kwargs)
        return Signature.objects.get(pk=made.pk)

    return after


@pytest.mark.proves("P19")
def test_both_sides_get_the_very_copy_that_is_kept(inbox, plan, committed):
    signature = committed(signed, plan)
    assert set(inbox.mails) == {"ana@acme.example", "owner@example.com"}
    for mail in inbox.mails.values():
        (attached,) = mail.iter_attachments()
        assert hashlib.sha256(attached.get_content()).hexdigest() == signature.evidence.sha256
        assert attached.get_content_type() == "application/pdf"
    assert (signature.copy_sent_at, signature.copy_problem) == (SIGNED_AT, "")
    assert Event.objects.get(kind="signature.copy_sent").data["signature"] == signature.pk


def test_the_subject_gives_nothing_away(inbox, plan, committed):
    """Domain.md 7.5: no amount, no word of a debt; whoever answers reaches the business."""
    plan.business.email = "pay@hollis.example"
    plan.business.save()
    committed(signed, plan)
    mail = inbox.mails["ana@acme.example"]
    assert mail["Subject"] == "Message from Hollis Tools"
    assert mail["From"].startswith("Hollis Tools <") and mail["Reply-To"] == "pay@hollis.example"
    assert set(inbox.mails) == {"ana@acme.example", "pay@hollis.example"}
    assert "300" not in mail.get_body().get_content()


@pytest.mark.parametrize(
    ("language", "subject", "greeting"),
    [("de", "Nachricht von Hollis Tools", "Guten Tag Ana López,"), ("es", "Mensaje de Hollis Tools", "Buenos días, Ana López:")],
)
def test_in_the_language_of_the_agreement(inbox, acme, owner, committed, language, subject, greeting):
    acme.language = language
    acme.save()
    committed(signed, agreements.offered(acme, "300"))
    mail = inbox.mails["ana@acme.example"]
    assert mail["Subject"] == subject and mail.get_body().get_content().startswith(greeting)


def test_a_full_mailbox_is_written_down_and_undoes_nothing(inbox, plan, committed):
    inbox.refused.add("ana@acme.example")
    signature = committed(signed, plan)
    plan.refresh_from_db()
    assert plan.state == "signed" and signature.copy_sent_at is None
    assert "ana@acme.example" in signature.copy_problem and "mailbox full" in signature.copy_problem
    assert set(inbox.mails) == {"owner@example.com"}
    assert Event.objects.filter(kind="signature.copy_failed").count() == 1


def test_it_may_be_sent_again(inbox, plan, committed):
    inbox.refused.add("ana@acme.example")
    signature = committed(signed, plan)
    inbox.refused.clear()
    assert send_copies(signature=signature, at=LATER)
    signature.refresh_from_db()
    assert (signature.copy_sent_at, signature.copy_problem) == (LATER, "")


@pytest.mark.proves("P19")
def test_staff_sees_it_and_sends_it_again_by_one_click(inbox, plan, committed, books, business):
    inbox.refused.add("ana@acme.example")
    signature = committed(signed, plan)
    assert "mailbox full" in read(books, business, "plan-detail", plan.pk)
    again = address(business, "plan-send-copies", plan.pk)
    assert "not be sent this time either" in words(books.post(again, follow=True))
    inbox.refused.clear()
    assert "Sent to both sides." in words(books.post(again, follow=True))
    (attached,) = inbox.mails["ana@acme.example"].iter_attachments()
    assert attached.get_content() == bytes(signature.evidence.bytes)
    page = read(books, business, "plan-detail", plan.pk)
    assert "Copy sent to both sides" in page and "Send it again" not in page
    assert "no copy that was not sent" in words(books.post(again, follow=True))


def test_a_stranger_sends_nothing_again(inbox, plan, committed, client_of, outsider, business):
    inbox.refused.add("ana@acme.example")
    committed(signed, plan)
    inbox.refused.clear()
    assert client_of(outsider).post(address(business, "plan-send-copies", plan.pk)).status_code == 404
    assert "ana@acme.example" not in inbox.mails


def test_no_mail_server_at_all(settings, plan, committed):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
    signature = committed(signed, plan)
    assert signature.copy_problem and Signature.objects.count() == 1


def test_who_typed_no_address_gets_it_where_the_code_went(inbox, plan, committed):
    committed(signed, plan, signer=Signer("Ana López", "Director", ""))
    assert "ap@acme.example" in inbox.mails


def test_who_had_no_code_gets_it_where_the_link_went(inbox, plan, committed):
    nowhere = agreements.proof_for(plan, method="knowledge", sent_to="", code_sent_at=None)
    nowhere.link.contact = make.contact(plan.customer, "books@acme.example")
    nowhere.link.save()
    committed(signed, plan, signer=Signer("Ana López", "Director", ""), proof=nowhere)
    assert "books@acme.example" in inbox.mails


def test_who_has_no_address_at_all(inbox, plan, committed):
    nowhere = agreements.proof_for(plan, method="knowledge", sent_to="", code_sent_at=None)
    signature = committed(signed, plan, signer=Signer("Ana López", "Director", ""), proof=nowhere)
    assert set(inbox.mails) == {"owner@example.com"}
    assert (signature.copy_sent_at, signature.copy_problem) == (None, "no e-mail address of the customer")


def test_the_countersigned_copy_goes_to_both_too(inbox, plan, owner, committed):
    signed(plan)
    signature = committed(countersign, plan=plan, by=owner, at=LATER)
    assert set(inbox.mails) == {"ana@acme.example", "owner@example.com"}
    (attached,) = inbox.mails["ana@acme.example"].iter_attachments()
    assert attached.get_content() == bytes(signature.evidence.bytes)
    assert "Both sides have now signed" in inbox.mails["ana@acme.example"].get_body().get_content()


def test_nothing_leaves_before_the_commit(inbox, plan):
    signed(plan)
    assert inbox.mails == {}


def test_every_owner_gets_it_where_the_business_has_no_mailbox(inbox, business, plan, committed):
    make.member(business, "owner", "second@example.com")
    committed(signed, plan)
    assert {"owner@example.com", "second@example.com"} <= set(inbox.mails)
