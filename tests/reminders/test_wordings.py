"""The business's own texts in their versions, and the words a person writes into one letter: kept, logged, undone."""

import datetime

import pytest

from customers.models import Event, Letter
from invoices.models import Invoice
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.letter_words import MAIL, source
from reminders.models import Wording
from reminders.nightly import escalate
from reminders.outbox import OutboxError, approve, approve_all, cancel
from reminders.rendering import composed, composed_mail
from reminders.wordings import edit_letter, reset_wording, save_wording, text_of, unedit_letter
from tests import make
from tests.make import day

TODAY = day("2026-03-16")
NOON = datetime.datetime(2026, 3, 16, 12, tzinfo=datetime.UTC)
OWN = "Message from {{ company }}\n\nPlease pay {{ amount }}.\n"


@pytest.fixture
def letter(business) -> Letter:
    """The 30-day letter of an invoice due 14 February."""
    acme = make.customer(business, "Acme")
    make.contact(acme)
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, TODAY)
    return Letter.objects.get()


def save(business, text: str = OWN, code: str = "L30") -> Wording:
    return save_wording(business=business, code=code, language="en", text=text, by=None)


def edit(letter: Letter, body: str = "Dear Jane,\n\nas we said: {{ amount }}.", on: datetime.date = TODAY) -> None:
    edit_letter(letter=letter, subject="Message from Hollis Tools", body=body, by=None, on=on)


def kinds(subject: str) -> list[str]:
    return list(Event.objects.filter(subject__startswith=subject).order_by("id").values_list("kind", flat=True))


@pytest.mark.proves("P12")
def test_letters_speak_the_owners_words_until_they_are_put_back(business, letter):
    save(business)
    assert composed(letter)[1].plain_text == "Please pay $1,000.00."
    reset_wording(business=business, code="L30", language="en", by=None)
    assert "We know how busy things get." in composed(letter)[1].plain_text
    assert kinds("wording:") == ["wording.saved", "wording.reset"]


def test_the_mail_around_a_letter_has_the_owners_words_too(business, letter):
    save(business, "Hello from {{ company }}\n\n{{ letter }}\n\nBye.", MAIL)
    mail = composed_mail(letter, stop_link="https://x.example")
    assert mail.subject == "Hello from Hollis Tools"
    assert mail.text.endswith("\n\nBye.\n")


def test_a_text_of_one_language_or_business_is_no_other_s(business, outsider):
    save(business)
    assert text_of(business, "L30", "de") == source("L30", "de")
    assert text_of(outsider.memberships.get().business, "L30", "en") == source("L30", "en")


def test_every_version_is_kept_and_the_same_text_makes_none(business):
    first, again = save(business), save(business)
    second = save(business, OWN + "\nThank you.")
    assert first == again
    assert [(row.version, row.current) for row in Wording.objects.order_by("version")] == [(1, False), (2, True)]
    assert text_of(business, "L30", "en") == second.text


def test_a_letter_is_kept_in_the_words_somebody_wrote(letter):
    edit(letter)
    letter.refresh_from_db()
    assert composed(letter)[1].plain_text == "Dear Jane,\n\nas we said: {{ amount }}."
    assert kinds(f"letter:{letter.pk}") == ["letter.edited"]
    unedit_letter(letter=letter, by=None)
    letter.refresh_from_db()
    assert "We know how busy things get." in composed(letter)[1].plain_text
    assert kinds(f"letter:{letter.pk}") == ["letter.edited", "letter.unedited"]


def test_an_approved_letter_with_other_words_waits_for_approval_again(letter):
    approve(letter=letter, by=None, now=NOON)
    edit(letter)
    letter.refresh_from_db()
    assert (letter.state, letter.approved_at) == ("draft", None)


@pytest.mark.parametrize("state", ["sending", "unconfirmed", "cancelled"])
def test_words_of_a_letter_on_its_way_or_gone_stay(letter, state):
    Letter.objects.update(state=state)
    with pytest.raises(OutboxError):
        edit(letter)
    with pytest.raises(OutboxError):
        unedit_letter(letter=letter, by=None)
    assert kinds(f"letter:{letter.pk}") == []


def sent(letter: Letter, folder, on: datetime.date) -> None:
    letter.refresh_from_db()
    approve(letter=letter, by=None, now=NOON)
    now = datetime.datetime.combine(on, datetime.time(12), datetime.UTC)
    deliver(letter.business, Folder(folder), today=on, now=now)


def test_an_edited_letter_goes_out_in_its_words_and_under_its_date(letter, tmp_path):
    edit(letter)
    sent(letter, tmp_path, day("2026-03-18"))
    letter.refresh_from_db()
    assert (letter.state, letter.written_on, letter.edited) == ("sent", TODAY, True)


@pytest.mark.proves("T14")
def test_words_written_before_a_payment_are_carried_over_for_another_look(letter, tmp_path):
    edit(letter)
    make.payment(letter.customer, "400", on="2026-03-16", split={Invoice.objects.get(): "400"})
    sent(letter, tmp_path, TODAY)
    old, new = Letter.objects.order_by("id")
    assert (old.state, new.state) == ("cancelled", "draft")
    assert (new.body, new.edited) == (old.body, True)
    assert "look whether they still fit" in new.problem


def test_words_that_grew_old_are_not_sent_but_looked_at_again(letter, tmp_path):
    edit(letter)
    sent(letter, tmp_path, day("2026-03-20"))
    assert list(Letter.objects.order_by("id").values_list("state", "edited")) == [("cancelled", True), ("draft", True)]


def test_words_of_a_letter_somebody_cancelled_are_not_carried_over(letter):
    edit(letter)
    letter.refresh_from_db()
    cancel(letter=letter, reason="Not this one", by=None, on=TODAY)
    escalate(letter.business, day("2026-04-20"))
    assert not Letter.objects.exclude(pk=letter.pk).filter(edited=True).exists()


@pytest.mark.proves("T14")
@pytest.mark.parametrize("paid", ["200", ""])
def test_words_older_than_the_sums_do_not_go_when_everything_is_approved_at_once(business, letter, paid):
    edit(letter)
    invoice = letter.customer.invoices.get()
    if paid:
        make.payment(letter.customer, paid, on="2026-03-16", split={invoice: paid})
        escalate(business, TODAY + datetime.timedelta(days=1))
    approve_all(business=business, by=None, now=NOON)
    letter.refresh_from_db()
    assert (letter.state, letter.edited, letter.problem) == ("approved", not paid, "")
