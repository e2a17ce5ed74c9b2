"""The texts in the browser: list, editor, preview, versions; and the words of one letter."""

import pytest
import time_machine

from customers.models import Letter
from reminders.letter_words import source
from reminders.models import Wording
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, read, words

OWN = "Message from {{ company }}\n\nPlease pay {{ amount }}, {{ customer }}.\n"


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2026-03-16 12:00Z", tick=False):
        yield


@pytest.fixture
def page(client_of, owner):
    return client_of(owner)


@pytest.fixture
def letter(business, acme) -> Letter:
    make.contact(acme)
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, day("2026-03-16"))
    return Letter.objects.get()


def post(page, business, name, *args, **data):
    return page.post(address(business, name, *args), data, follow=True)


@pytest.mark.proves("P12")
def test_a_text_is_saved_seen_restored_and_put_back(page, business):
    assert "As it came 30-day letter, English" in read(page, business, "wording-list")
    assert "Saved. Letters not sent yet say so" in words(post(page, business, "wording-edit", "L30", "en", text=OWN))
    assert "version 1" in read(page, business, "wording-list")
    assert "Use our text again?" in read(page, business, "wording-reset", "L30", "en")
    post(page, business, "wording-reset", "L30", "en")
    assert not Wording.objects.filter(current=True).exists()
    first = Wording.objects.get()
    assert "Please pay {{ amount }}" in read(page, business, "wording-version", first.pk)
    assert "Version 1 counts again." in words(post(page, business, "wording-version", first.pk))
    assert Wording.objects.get(current=True).version == 2
    assert "Version 2 counts now" in read(page, business, "wording-history", "L30", "en")


def test_the_editor_explains_each_field_with_what_it_may_hold(page, business):
    text = read(page, business, "wording-edit", "L60", "de")
    assert "What was agreed on the call; empty where nothing was for example: die Hälfte am Freitag" in text


def test_a_text_is_shown_on_a_real_customer_with_what_is_open(page, business, acme):
    make.invoice(acme, "INV-1", total="1000")
    shown = words(post(page, business, "wording-edit", "L30", "en", text=OWN, customer=acme.pk, look="1"))
    assert "To Acme it says Message from Hollis Tools Please pay $1,000.00, Acme." in shown
    assert not Wording.objects.exists()
    pdf = post(page, business, "wording-pdf", "L30", "en", text=OWN, customer=acme.pk)
    assert pdf.content.startswith(b"%PDF")


def test_another_businesss_customer_cannot_be_tried_on(page, business, outsider):
    theirs = make.customer(outsider.memberships.get().business, "Stranger")
    make.invoice(theirs, "INV-9")
    assert "Select a valid choice" in words(
        post(page, business, "wording-edit", "L30", "en", text=OWN, customer=theirs.pk, look="1")
    )


def test_a_mistake_is_shown_with_its_line_and_nothing_is_saved(page, business):
    shown = words(post(page, business, "wording-edit", "L30", "en", text="S\r\n\r\n{{ nothing }}"))
    assert "Line 3: There is no field “nothing”." in shown
    assert "{{ nothing }}" in shown
    assert not Wording.objects.exists()


def test_a_threat_is_saved_with_a_warning(page, business):
    shown = words(post(page, business, "wording-edit", "L30", "en", text="S\n\nSee you in court."))
    assert "Line 3 says “court”" in shown
    assert Wording.objects.count() == 1


def test_the_mail_text_is_edited_the_same_way(page, business):
    shown = words(post(page, business, "wording-edit", "MAIL", "en", text=source("MAIL", "en"), look="1"))
    assert "it says Your account with Hollis Tools" in shown


@pytest.mark.parametrize(("code", "language"), [("L31", "en"), ("L30", "fr"), ("labels", "en")])
def test_there_are_no_other_texts(page, business, code, language):
    assert page.get(address(business, "wording-edit", code, language)).status_code == 404


def test_one_letter_is_edited_and_put_back(books, business, letter):
    assert "We know how busy things get." in read(books, business, "letter-edit", letter.pk)
    shown = words(post(books, business, "letter-edit", letter.pk, subject="Message from us", body="Dear Jane,\n\nas we said."))
    assert "In words somebody wrote for this letter." in shown
    assert "as we said." in shown.split("Read it as text")[1]
    assert "as we said." not in words(post(books, business, "letter-unedit", letter.pk))


@pytest.mark.parametrize("subject", ["Overdue: INV-1", "Your debt of $1,000.00"])
def test_the_subject_of_one_letter_tells_nobody_either(books, business, letter, subject):
    assert "must not stand in it" in words(post(books, business, "letter-edit", letter.pk, subject=subject, body="Text."))
    letter.refresh_from_db()
    assert not letter.edited


def test_a_threat_in_one_letter_is_warned_of(books, business, letter):
    assert "“court”" in words(post(books, business, "letter-edit", letter.pk, subject="Hello", body="See you in court."))


def test_a_letter_gone_cannot_be_edited(books, business, letter):
    Letter.objects.update(state="cancelled")
    assert "cannot be changed any more" in words(post(books, business, "letter-edit", letter.pk, subject="Hello", body="Text."))
