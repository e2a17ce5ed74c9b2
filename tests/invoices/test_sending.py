"""Sending an issued invoice: to their accounts payable, once a click, with its page and a link of their own."""

import datetime
import re

import pytest
import time_machine
from django.core import mail

from customers.models import Event
from invoices.crediting import issue_credit_note
from invoices.models import PaperMail, PortalLink
from invoices.sending import SendError, mails_of, send_issued
from tests.invoices import drafts
from tests.invoices.drafts import MONDAY, plain_pdf

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


@pytest.fixture
def invoice(business, owner):
    return drafts.issued(drafts.buyer(drafts.seller(business)), owner)


def send(row, owner, ordinal: int = 1) -> PaperMail:
    return send_issued(row=row, ordinal=ordinal, actor=owner, today=MONDAY, now=NOON)


@pytest.mark.proves("P13")
def test_it_goes_to_accounts_payable_with_its_page_and_a_link(invoice, owner, client):
    send(invoice, owner)
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.reply_to) == (
        ["ap@birke.example"],
        "Invoice 2026-0001 from Hollis Tools",
        ["rechnung@hollis.example"],
    )
    assert sent.attachments[0][0] == "2026-0001.pdf"
    assert "€126,56" in sent.body.replace("\xa0", "")
    [address] = re.findall(r"https?://[^/\s]+(/p/\S+/)", sent.body)
    with time_machine.travel(NOON, tick=False):
        assert client.get(address).status_code == 200
    assert list(PortalLink.objects.get().invoices.all()) == [invoice]
    event = Event.objects.get(kind="invoice.sent")
    assert (event.customer, event.data["message"]) == (invoice.customer, sent.extra_headers["Message-ID"])


def test_a_second_click_sends_nothing_and_asking_again_does(invoice, owner):
    send(invoice, owner)
    with pytest.raises(SendError, match="sent already"):
        send(invoice, owner)
    send(invoice, owner, 2)
    assert len(mail.outbox) == len(mails_of(invoice)) == 2
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 2


def test_what_the_server_does_not_take_is_not_sent(invoice, owner, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    with pytest.raises(SendError, match="Nothing was sent"):
        send(invoice, owner)
    assert not PaperMail.objects.exists()
    assert PortalLink.objects.get().revoked_at is not None
    assert not Event.objects.filter(kind="invoice.sent").exists()


def test_without_an_address_it_is_for_a_person_to_print(invoice, owner):
    invoice.customer.contacts.update(bounced_on=MONDAY)
    with pytest.raises(SendError, match="came back"):
        send(invoice, owner)
    assert mail.outbox == []


def test_a_credit_note_goes_out_the_same_way(invoice, owner):
    line = invoice.draft.lines.first()
    note = issue_credit_note(
        invoice=invoice, quantities={line.pk: line.quantity}, on=MONDAY, note="", actor=owner, draw=plain_pdf
    )
    send(note, owner)
    [sent] = mail.outbox
    assert (sent.subject, sent.attachments[0][0]) == ("Credit note 2026-0002 from Hollis Tools", "2026-0002.pdf")


@pytest.mark.parametrize(("language", "words"), [("de", "Guten Tag Frau Huber"), ("es", "Hola, Frau Huber")])
def test_it_is_written_in_their_language(invoice, owner, language, words):
    invoice.customer.language = language
    send(invoice, owner)
    assert words in mail.outbox[0].body
