"""What customers say, and what turned out to be so (P07)."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from arcollect.dates import Calendar
from customers.attachments import LARGEST, AttachmentError, attach
from customers.claims import ClaimError, check_claim, found_false, open_claim
from customers.models import Attachment, Claim, Conversation, Event, Task
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def claim(acme) -> Claim:
    return open_claim(customer=acme, what="The transfer left on Monday.", how="bank", check_by=day("2026-03-24"), on=TODAY)


@pytest.mark.proves("P07")
def test_what_they_said_is_checked_on_the_desk_and_kept(books, business, bookkeeper, acme, claim):
    task = Task.objects.get(kind="verify_claim")
    assert (task.due_on, task.role, task.reason) == (day("2026-03-24"), "bookkeeper", "The transfer left on Monday.")
    books.post(address(business, "claim-check", claim.pk), {"result": "false", "found": "Nothing at the bank."})
    claim.refresh_from_db()
    task.refresh_from_db()
    assert (claim.result, claim.checked_on, claim.checked_by, task.state) == ("false", TODAY, bookkeeper, "done")
    assert "It was not true" in read(books, business, "claim-check", claim.pk)


def test_a_claim_is_noted_by_hand(books, business, acme):
    form = {"what": "They sent it back.", "how": "delivery", "check_by": "2026-03-25"}
    books.post(address(business, "claim-add", acme.pk), form)
    assert Claim.objects.get().how == "delivery"


def test_a_claim_is_checked_once(claim, bookkeeper):
    check_claim(claim=claim, result="true", found="It came.", on=TODAY, by=bookkeeper)
    with pytest.raises(ClaimError, match="already"):
        check_claim(claim=claim, result="false", found="No.", on=TODAY, by=bookkeeper)


@pytest.mark.proves("P20")
@pytest.mark.parametrize("how", ["trade_reference", "credit_report"])
def test_only_an_owner_asks_others_about_a_customer(books, client_of, owner, business, acme, how):
    asked = open_claim(customer=acme, what="Ask their supplier.", how=how, check_by=day("2026-03-24"), on=TODAY)
    assert Task.objects.get(subject=f"claim:{asked.pk}").role == "owner"
    form = {"result": "true", "found": "Paid on time, three years."}
    assert books.post(address(business, "claim-check", asked.pk), form).status_code == 403
    assert "no talk of future terms" in read(books, business, "claim-check", asked.pk)
    client_of(owner).post(address(business, "claim-check", asked.pk), form)
    asked.refresh_from_db()
    assert asked.result == "true"


def test_a_bookkeeper_cannot_choose_to_ask_others(books, business, acme):
    form = {"what": "Ask around.", "how": "trade_reference", "check_by": "2026-03-25"}
    assert "Select a valid choice" in books.post(address(business, "claim-add", acme.pk), form).content.decode()


def test_what_was_not_true_is_counted_for_half_a_year(acme, bookkeeper):
    for on in ("2025-06-01", "2026-02-01", "2026-03-01"):
        said = open_claim(customer=acme, what="It was sent.", how="bank", check_by=day(on), on=day(on))
        check_claim(claim=said, result="false", found="No.", on=day(on), by=bookkeeper)
    assert found_false(acme, TODAY) == 2


@pytest.mark.proves("P20")
def test_papers_are_kept_with_a_claim_and_come_back_as_downloads(books, business, acme, claim):
    upload = {"subject": f"claim:{claim.pk}", "files": SimpleUploadedFile("slip.pdf", b"%PDF-1.7 slip")}
    books.post(address(business, "attachment-add", acme.pk), upload)
    paper = Attachment.objects.get()
    answer = books.get(address(business, "attachment-file", paper.pk))
    assert (answer.content, answer["Content-Disposition"]) == (b"%PDF-1.7 slip", 'attachment; filename="slip.pdf"')
    books.post(address(business, "attachment-remove", paper.pk))
    assert not Attachment.objects.exists()
    assert list(Event.objects.filter(kind__startswith="paper.").values_list("kind", flat=True)) == [
        "paper.removed",
        "paper.added",
    ]


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("run.exe", 3, "cannot be kept"),
        ("page.html", 3, "cannot be kept"),
        ("a.pdf", 0, "empty"),
        ("a.pdf", LARGEST + 1, "10 MB"),
    ],
)
def test_what_is_no_paper_is_not_kept(acme, bookkeeper, name, size, message):
    with pytest.raises(AttachmentError, match=message):
        attach(customer=acme, subject="claim:1", upload=SimpleUploadedFile(name, b"x" * size), by=bookkeeper)


@pytest.mark.parametrize("subject", ["business:1", "claim:", "claim:x", "claim:007", "invoice:99999999999999999999", "other's"])
def test_papers_of_something_else_are_refused(books, business, acme, subject):
    """Nor of another customer's: a paper under their query would stand on their page."""
    theirs = open_claim(customer=make.customer(business, "Birch"), what="Sent.", how="bank", check_by=TODAY, on=TODAY)
    about = f"claim:{theirs.pk}" if subject == "other's" else subject
    upload = {"subject": about, "files": SimpleUploadedFile("slip.pdf", b"%PDF")}
    page = books.post(address(business, "attachment-add", acme.pk), upload, follow=True).content.decode()
    assert "about nothing of theirs" in page
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("area", ["dispute", "invoice", "promise", "conversation"])
def test_papers_are_kept_with_all_that_is_theirs(books, business, acme, area):
    invoice = make.invoice(acme, "INV-1", total="500")
    if area == "dispute":
        row = open_dispute(invoice=invoice, code="PRICE", amount=Decimal(100), on=TODAY, calendar=Calendar())
    elif area == "promise":
        row = make_promise(customer=acme, currency="USD", amount=Decimal(100), made_on=TODAY, due_on=TODAY)
    elif area == "conversation":
        row = Conversation.objects.create(business=business, customer=acme, at=timezone.now(), outcome="REACHED")
    else:
        row = invoice
    upload = {"subject": f"{area}:{row.pk}", "files": SimpleUploadedFile("slip.pdf", b"%PDF")}
    books.post(address(business, "attachment-add", acme.pk), upload)
    assert Attachment.objects.get().subject == f"{area}:{row.pk}"


@pytest.mark.proves("P17")
def test_one_call_checks_everything_about_a_contact(books, business, bookkeeper, acme):
    jane = make.contact(acme, name="Jane", email="old@acme.example", bounced_on=day("2026-03-01"))
    make.task(acme, kind="verify_ap", subject=f"contact:{jane.pk}")
    form = {
        "name": "Jane Poe",
        "email": "ap@acme.example",
        "phone": "+14155550123",
        "street": "1 Pier",
        "city": "Oakland",
        "po_required": "on",
        "po_rule": "45 and eight digits",
        "portal": "Coupa",
        "pay_run": "every Friday",
        "approver": "Max Stone",
    }
    assert "Who approves our invoices" in read(books, business, "contact-card", acme.pk)
    books.post(address(business, "contact-card", acme.pk), form)
    jane.refresh_from_db()
    acme.refresh_from_db()
    assert (jane.email, jane.bounced_on, jane.verified_on, jane.verified_by) == ("ap@acme.example", None, TODAY, bookkeeper)
    assert (acme.po_required, acme.po_rule, acme.portal, acme.pay_run) == (True, "45 and eight digits", "Coupa", "every Friday")
    assert acme.contacts.get(role="decision").name == "Max Stone"
    assert Task.objects.get().state == "done"


@pytest.mark.proves("P17")
def test_a_card_without_a_way_to_reach_them_is_refused(books, business, acme):
    page = books.post(address(business, "contact-card", acme.pk), {"name": "Jane"})
    assert "one way to reach them" in page.content.decode()
    assert not acme.contacts.exists()
