"""One click stops the e-mails, and only the e-mails."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Contact, Event, Letter
from reminders.delivery import deliver
from reminders.nightly import escalate
from reminders.smtp import MailServer, mail_of
from reminders.stopping import stop_link, token_of
from tests import make
from tests.make import day

MONDAY = day("2026-03-16")
NOON = datetime.datetime(2026, 3, 16, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def contact(acme) -> Contact:
    """A contact with a letter of 30 days on its way to them."""
    row = make.contact(acme, name="Jane")
    make.invoice(acme, "INV-1", total="1234.50")
    escalate(acme.business, MONDAY)
    return row


def page_of(contact: Contact) -> str:
    return reverse("mail-stop", args=[token_of(contact)])


def test_a_reminder_says_how_to_stop_the_mails(contact, settings):
    settings.BASE_URL = "https://books.example"
    message = mail_of(Letter.objects.get(), contact, b"")
    link = f"https://books.example{page_of(contact)}"
    assert link in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{link}>"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_without_https_no_program_is_told_to_click(contact, settings):
    settings.BASE_URL = "http://localhost:8000"
    headers = mail_of(Letter.objects.get(), contact, b"").extra_headers
    assert ("List-Unsubscribe" in headers, "List-Unsubscribe-Post" in headers) == (True, False)


@pytest.mark.parametrize(("code", "stoppable"), [("L1", True), ("FINAL", True), ("LRES", False), ("LPD", False)])
def test_an_answer_to_their_query_or_agreement_cannot_be_stopped(contact, code, stoppable):
    assert bool(stop_link(Letter(code=code), contact)) == stoppable


def test_looking_changes_nothing_and_names_nobody(contact):
    answer = Client().get(page_of(contact))
    page = answer.content.decode()
    contact.refresh_from_db()
    assert contact.email_stopped_on is None
    assert "Hollis Tools" in page
    assert not [word for word in ("Acme", "Jane", "ap@acme", "1,234", "INV-1") if word in page]
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex, nofollow", "no-referrer")


@pytest.mark.proves("T44")
def test_one_click_stops_the_mails_and_letters_go_by_post(contact, acme, in_march):
    answer = Client(enforce_csrf_checks=True).post(page_of(contact), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    contact.refresh_from_db()
    assert contact.email_stopped_on == day("2026-03-20")
    assert Event.objects.get(kind="contact.mail_stopped").data == {"contact": contact.pk}
    acme.street, acme.city = "1 Harbour Road", "Kiel"
    acme.save()
    Letter.objects.update(state="approved")
    deliver(acme.business, MailServer(), today=MONDAY, now=NOON)
    letter = Letter.objects.get()
    assert (letter.channel, letter.problem) == ("post", "They asked for no more e-mails: it goes by post.")


def test_the_button_stops_them_once_and_the_same_link_takes_it_back(contact):
    browser = Client()
    for _ in range(2):
        page = browser.post(page_of(contact), follow=True).content.decode()
    assert "You get no more e-mails" in page
    assert Event.objects.filter(kind="contact.mail_stopped").count() == 1
    assert "Stop the e-mails?" in browser.post(page_of(contact), {"again": "1"}, follow=True).content.decode()
    contact.refresh_from_db()
    assert contact.email_stopped_on is None


@pytest.mark.parametrize("token", ["17", "17-abc:forged", "x" * 300])
def test_a_forged_link_opens_nothing_and_asks_the_database_nothing(token, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert Client().post(f"/stop/{token}/").status_code == 404


def test_the_link_of_a_former_address_stops_nothing(contact):
    old = page_of(contact)
    Contact.objects.update(email="new@acme.example")
    assert Client().post(old).status_code == 404
    assert Contact.objects.get().email_stopped_on is None
