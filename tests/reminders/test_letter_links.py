"""The customer's link in a letter: made when it goes, kept nowhere, one a letter, for what the letter shows."""

import datetime
import io
import re

import pytest
from django.core import mail
from django.test import Client
from pypdf import PdfReader

from customers.models import Document, Event, Letter
from customers.models.letter import LetterState
from invoices.models import PaymentPlan, PortalLink, Settlement
from invoices.portal.tokens import LENGTH, PLACEHOLDER, hash_of
from reminders import claiming
from reminders.delivery import deliver
from reminders.facts import settings_of
from reminders.folder import Folder
from reminders.letter_links import mint, store_link
from reminders.models import PrintRun
from reminders.nightly import escalate
from reminders.printing import cancel_run, print_letters
from reminders.rendering import composed, letter_pdf
from reminders.smtp import MailServer
from tests import make
from tests.make import day

pytestmark = pytest.mark.usefixtures("in_march")

MONDAY = day("2026-03-16")
NOON = datetime.datetime(2026, 3, 16, 12, 0, tzinfo=datetime.UTC)
LINK = re.compile(rf"/p/([0-9a-z]{{{LENGTH}}})/")


@pytest.fixture
def letter(acme) -> Letter:
    """A letter of 30 days, waiting for approval, about INV-1; the customer owes an invoice that is not late as well."""
    make.contact(acme, name="Jane")
    make.invoice(acme, "INV-1")
    make.invoice(acme, "INV-2", issued="2026-03-01", due="2026-05-01")
    escalate(acme.business, MONDAY)
    return Letter.objects.get()


def token_in(pdf: bytes) -> str:
    """The token in a PDF: in its text, and the same behind every address that can be clicked."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    targets = [note["/A"]["/URI"] for page in pages for note in page.get("/Annots", ()) if "/A" in note]
    said = {*LINK.findall("".join(page.extract_text() for page in pages)), *LINK.findall(" ".join(targets))}
    assert len(said) == 1
    return said.pop()


def send(letter: Letter) -> str:
    """The token of the letter, mailed."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.APPROVED)
    assert deliver(letter.business, MailServer(), today=MONDAY, now=NOON).sent == 1
    letter.refresh_from_db()
    return token_in(bytes(letter.document.bytes))


@pytest.mark.proves("P03", "P23", "T50")
def test_a_mailed_letter_carries_a_link_to_what_it_shows(letter):
    token = send(letter)
    link = PortalLink.objects.get()
    assert set(LINK.findall(mail.outbox[0].body)) == {token}
    assert (link.token_hash, link.letter, link.purpose) == (hash_of(token), letter, "letter")
    assert {row.number for row in link.invoices.all()} == {"INV-1", "INV-2"}
    assert (link.contact, link.expires_on) == (letter.contact, day("2026-06-14"))
    assert status(token) == 200


def test_what_is_only_looked_at_shows_an_address_that_opens_nothing(letter):
    facts, content = composed(letter)
    assert f"/p/{PLACEHOLDER}/" in content.plain_text
    assert token_in(letter_pdf(letter)) == PLACEHOLDER
    assert not PortalLink.objects.exists()
    assert status(PLACEHOLDER) == 404


@pytest.mark.proves("T50")
def test_the_token_is_kept_nowhere_but_in_the_letter_itself(letter):
    token = send(letter)
    for model in (Letter, PortalLink, Event):
        assert token not in str(list(model.objects.values()))
    assert Document.objects.count() == 1


def test_a_letter_in_a_persons_own_words_gets_the_real_link(letter):
    words = composed(letter)[1].plain_text
    Letter.objects.filter(pk=letter.pk).update(edited=True, subject="Your account", body=f"{words}\n\nWarmly.")
    token = send(letter)
    assert token != PLACEHOLDER
    assert set(LINK.findall(mail.outbox[0].body)) == {token}
    letter.refresh_from_db()
    assert token not in letter.body


def test_the_link_is_written_with_the_claim_or_not_at_all(letter):
    """Paid in the last moment: the letter is withdrawn, and no link was ever made."""
    Letter.objects.filter(pk=letter.pk).update(state=LetterState.APPROVED)
    letter.refresh_from_db()
    mint(letter)
    make.payment(letter.customer, "1000", on="2026-03-16", split={letter.customer.invoices.get(number="INV-1"): "1000"})
    reason, withdrawn = claiming.claim(letter, letter.contact, b"%PDF", settings_of(letter.business), MONDAY, NOON)
    assert (bool(reason), withdrawn) == (True, True)
    assert not PortalLink.objects.exists()


def test_a_folder_and_a_print_run_carry_one_as_well(letter, tmp_path):
    Letter.objects.update(state=LetterState.APPROVED)
    deliver(letter.business, Folder(tmp_path), today=MONDAY, now=NOON)
    token = token_in(next(tmp_path.glob("*.pdf")).read_bytes())
    assert token in next(tmp_path.glob("*.eml")).read_text()
    assert PortalLink.objects.get().token_hash == hash_of(token)


@pytest.mark.proves("T50")
def test_a_print_run_that_is_undone_takes_its_links_back_and_the_next_has_its_own(acme, letter):
    acme.street, acme.city, acme.channel = "1 Harbour Road", "Kiel", "post"
    acme.save()
    Letter.objects.update(state=LetterState.APPROVED, channel="post")
    run, first = print_run(letter)
    assert status(first) == 200
    cancel_run(run=run, by=None, today=MONDAY)
    assert status(first) == 404
    _run, second = print_run(letter)
    assert (status(first), status(second)) == (404, 200)


def print_run(letter: Letter) -> tuple[PrintRun, str]:
    printed = print_letters(business=letter.business, by=None, today=MONDAY, now=NOON)
    letter.refresh_from_db()
    return printed.run, token_in(bytes(letter.document.bytes))


def status(token: str) -> int:
    return Client().get(f"/p/{token}/").status_code


@pytest.mark.proves("P03", "P05")
@pytest.mark.parametrize(
    ("code", "state", "shown"),
    [("L30", "offered", True), ("L90", "viewed", True), ("L30", "active", False), ("LCALL", "active", True)],
)
def test_a_letter_shows_the_plan_that_can_be_accepted_and_one_about_it_the_plan_that_runs(letter, code, state, shown):
    plan = PaymentPlan.objects.create(
        business=letter.business, customer=letter.customer, currency="USD", total=1000, state=state, accept_by=day("2026-03-27")
    )
    assert (claimed(letter, code).plan == plan) == shown


@pytest.mark.proves("P05")
@pytest.mark.parametrize(("state", "shown"), [("offered", True), ("accepted", False), ("missed", False)])
def test_the_letter_of_90_days_shows_the_settlement_on_offer(letter, state, shown):
    days = {"offered_on": MONDAY, "accept_by": day("2026-03-27"), "pay_by": day("2026-04-03")}
    row = Settlement.objects.create(
        business=letter.business, customer=letter.customer, currency="USD", total=1000, amount=800, state=state, **days
    )
    link = claimed(letter, "L90")
    assert (link.settlement == row) == shown
    assert link.expires_on == day("2026-06-14")


def claimed(letter: Letter, code: str) -> PortalLink:
    """The link of the letter as one of this code."""
    letter.code = code
    mint(letter)
    store_link(letter, letter.contact, MONDAY)
    return PortalLink.objects.get()
