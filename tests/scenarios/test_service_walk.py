"""The two service steps walk the calendar: the contact is verified before an invoice falls due, the delivery is asked about."""

import datetime
from io import BytesIO

import pytest
import time_machine
from django.core import mail
from pypdf import PdfReader

from customers.editing import confirm_card, verify_contact
from customers.models import Contact, Letter, Task
from invoices.models import DraftInvoice, Invoice, PreflightCheck, Satisfaction
from invoices.preflighting import check_draft
from reminders.call_sheet import sheet_of
from reminders.claiming import fail
from reminders.delivery import deliver
from reminders.models import Policy
from reminders.nightly import escalate
from reminders.policies import Draft, draft_of, save_policy
from reminders.smtp import MailServer
from tests import make
from tests.invoices.portal import Visitor
from tests.make import day

MONDAY = day("2026-03-16")


@pytest.fixture
def acme(business):
    business.terms_text, business.email = "Goods stay ours until they are paid.\n\nNet 30.", "ar@hollis.example"
    business.save()
    row = make.customer(business, "Acme Ltd", country="DE", street="Mill Road 1", city="Ulm")
    make.contact(row, "ap@acme.example", name="Ana")
    return row


def issued_here(of) -> Invoice:
    """The first invoice that was made in this program."""
    invoice = make.invoice(of, "INV-1", issued="2026-03-16", due="2026-04-15", delivered_on=day("2026-03-18"))
    DraftInvoice.objects.create(
        business=of.business, customer=of, state="issued", currency="USD", issue_on=MONDAY, terms_days=30, invoice=invoice
    )
    return invoice


def walk(business, first: str, last: str) -> list[tuple[str, str]]:
    """(day, step) of all that fires when the engine runs every morning."""
    fired, today = [], day(first)
    while today <= day(last):
        fired += [(today.isoformat()[5:], row["step"]) for row in escalate(business, today).fired]
        today += datetime.timedelta(days=1)
    return fired


@pytest.mark.proves("P16", "P17")
def test_with_the_first_invoice_issued_here_both_steps_begin(business, acme):
    assert walk(business, "2026-03-16", "2026-03-16") == []
    issued_here(acme)
    assert walk(business, "2026-03-16", "2026-03-20") == [("03-16", "VERIFY_AP"), ("03-18", "SATISFACTION")]
    assert set(Task.objects.values_list("kind", flat=True)) == {"verify_ap"}


@pytest.mark.proves("P16", "P17")
def test_an_owner_who_switches_them_off_again_is_not_overruled(business, acme, owner):
    issued_here(acme)
    escalate(business, MONDAY)
    policy = Policy.objects.get(business=business, current=True, is_default=True)
    draft = draft_of(policy)
    for step in draft.steps:
        step.enabled = step.enabled and step.code not in ("VERIFY_AP", "SATISFACTION")
    save_policy(policy=policy, draft=Draft(draft.fields, draft.steps), actor=owner)
    make.invoice(acme, "INV-2", issued="2026-03-17", due="2026-04-16")
    assert walk(business, "2026-03-17", "2026-03-20") == []


@pytest.mark.proves("P17")
def test_a_contact_is_verified_in_one_call_and_stale_after_180_days(business, acme, bookkeeper):
    issued_here(acme)
    escalate(business, MONDAY)
    contact = Contact.objects.get()
    confirm_card(
        customer=acme,
        contact=contact,
        of_contact={"name": "Ana López", "fax": "+4930123456"},
        of_customer={"po_required": True},
        on=MONDAY,
        actor=bookkeeper,
    )
    contact.refresh_from_db()
    assert (contact.verified_on, contact.verified_by, contact.name) == (MONDAY, bookkeeper, "Ana López")
    assert Task.objects.get(kind="verify_ap").state == "done"
    Invoice.objects.all().update(balance=0, paid_on=MONDAY)
    make.invoice(acme, "INV-2", issued="2026-09-10", due="2026-10-10", delivered_on=day("2026-09-30"))
    assert walk(business, "2026-09-10", "2026-09-15") == [("09-14", "VERIFY_AP")]


@pytest.mark.proves("P17")
def test_after_a_bounce_the_contact_is_verified_again(business, acme, bookkeeper):
    verify_contact(contact=Contact.objects.get(), on=day("2026-03-02"), actor=bookkeeper)
    issued_here(acme)
    assert walk(business, "2026-03-16", "2026-03-19") == [("03-18", "SATISFACTION")]
    letter = Letter.objects.get(code="L0")
    letter.contact = Contact.objects.get()
    fail(letter, "The mailbox is gone.", day("2026-03-19"), bounced=True)
    assert walk(business, "2026-03-20", "2026-03-20") == [("03-20", "VERIFY_AP")]


@pytest.mark.proves("P17")
def test_before_the_first_invoice_goes_its_contact_is_on_the_desk(business, acme, bookkeeper):
    draft = DraftInvoice.objects.create(business=business, customer=acme, currency="USD", issue_on=MONDAY, terms_days=30)
    checks = {row.check_id: row.verdict for row in check_draft(draft=draft, on=MONDAY)}
    assert checks["PF04"] == "warn"
    task = Task.objects.get(kind="verify_ap")
    assert (task.customer, task.due_on) == (acme, MONDAY)
    check_draft(draft=draft, on=MONDAY)
    confirm_card(customer=acme, contact=Contact.objects.get(), of_contact={}, of_customer={}, on=MONDAY, actor=bookkeeper)
    assert Task.objects.get(kind="verify_ap").state == "done"
    check_draft(draft=draft, on=MONDAY)
    assert PreflightCheck.objects.get(draft=draft, check_id="PF04").verdict == "passed"


def sent(business) -> Letter:
    deliver(business, MailServer(), today=day("2026-03-18"), now=datetime.datetime(2026, 3, 18, 10, tzinfo=datetime.UTC))
    return Letter.objects.get(code="L0")


@pytest.mark.proves("P16")
def test_the_letter_goes_with_the_terms_and_comes_back_as_an_answer(business, acme, bookkeeper):
    """Engine, mail, link: what they answer is on the call sheet of the courtesy call."""
    invoice = issued_here(acme)
    walk(business, "2026-03-16", "2026-03-18")
    letter = sent(business)
    assert letter.state == "sent"
    (message,) = mail.outbox
    assert message.to == ["ap@acme.example"] and "Our terms and conditions are enclosed." in message.body
    pages = [page.extract_text() for page in PdfReader(BytesIO(bytes(letter.document.bytes))).pages]
    assert "April 15, 2026" in pages[0].replace("\xa0", " ") or "15 April 2026" in pages[0].replace("\xa0", " ")
    assert "Goods stay ours until they are paid." in pages[1] and "30 days from the invoice date" in pages[1]
    token = message.body.split("/p/", 1)[1].split("/", 1)[0]
    page = Visitor(letter.portal_links.get(), token)
    with time_machine.travel("2026-03-18 12:00Z", tick=False):
        page.post("portal-satisfaction", "fine")
    assert Satisfaction.objects.get().invoice == invoice
    assert walk(business, "2026-03-19", "2026-03-27") == [("03-25", "COURTESY")]
    call = Task.objects.get(kind="courtesy_call")
    script = sheet_of(acme, call, bookkeeper, datetime.datetime(2026, 3, 27, 10, tzinfo=datetime.UTC)).script
    assert "thank you for telling us on Mar 18, 2026 that all is as ordered" in script.open
    assert len(script.ask) == 1
