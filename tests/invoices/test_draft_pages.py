"""Making an invoice in the browser, without script: lines, sums, checks, issue, sending, credit, numbers."""

import re
from decimal import Decimal

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from invoices.invoicing import issue_draft
from invoices.models import CreditNote, DraftInvoice, Invoice, NumberSeries
from invoices.preflighting import check_draft
from tests import make
from tests.invoices import drafts
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")
HEAD = {"issue_on": "2026-03-20", "delivered_on": "2026-03-19", "terms_days": "30", "currency": "EUR"}


@pytest.fixture
def customer(business):
    return drafts.buyer(drafts.seller(business))


@pytest.fixture
def draft(customer, bookkeeper):
    return drafts.draft(customer, bookkeeper, issue_on=TODAY)


def line(place: int, what: str, quantity: str, price: str, rate: str = "20", category: str = "S") -> dict[str, str]:
    values = {"description": what, "quantity": quantity, "unit": "C62", "unit_price": price, "discount_pct": ""}
    return {f"line-{place}-{name}": value for name, value in (values | {"tax_category": category, "tax_rate": rate}).items()}


DRILLS = line(0, "Cordless drill, 18 V", "3", "19.99")
DELIVERY = line(1, "Delivery to the site", "1", "45.50")


def form(*lines: dict[str, str], **more: str) -> dict[str, str]:
    posted = HEAD | {"lines": str(len(lines))} | more
    for one in lines:
        posted |= one
    return posted


@pytest.mark.proves("P13")
def test_an_invoice_is_made_checked_issued_and_sent(books, business, customer, bookkeeper):
    page = books.post(address(business, "draft-add", customer.pk), form(DRILLS, DELIVERY))
    draft = DraftInvoice.objects.get()
    assert page.url == address(business, "draft-check", draft.pk)
    text = read(books, business, "draft-check", draft.pk)
    assert "€126.56, due" in text
    assert "Issue it" not in text
    for check in draft.preflight.filter(verdict="warn"):
        books.post(address(business, "draft-tick", draft.pk), {"check": check.check_id, "pass": "yes"})
    assert "Nothing is in the way" in read(books, business, "draft-check", draft.pk)
    asked = read(books, business, "draft-issue", draft.pk)
    assert "Issue invoice 2026-0001 to Birke?" in asked and "ap@birke.example" in asked
    done = words(books.post(address(business, "draft-issue", draft.pk), {"send": "1"}, follow=True))
    assert (
        "Invoice 2026-0001 is issued." in done and "It went to ap@birke.example." in done and "Sent to ap@birke.example" in done
    )
    assert [(name, kind) for name, _content, kind in mail.outbox[0].attachments] == [("2026-0001.pdf", "application/pdf")]


def test_from_what_is_put_right_of_the_customer_one_comes_back_to_the_invoice(books, business, customer, draft):
    here = address(business, "draft-check", draft.pk)
    there = f"{address(business, 'customer-edit', customer.pk)}?next={here}"
    assert there in books.get(here).content.decode()
    name = {"name": customer.name, "reference": customer.reference, "kind": "company", "channel": "email", "country": "DE"}
    assert books.post(there, name).url == here
    elsewhere = there.replace(here, "https://elsewhere.example/")
    assert books.post(elsewhere, name).url == address(business, "customer-detail", customer.pk)


def test_a_line_more_and_a_line_fewer_work_without_script(books, business, customer):
    where = address(business, "draft-add", customer.pk)
    assert "Line 1" in read(books, business, "draft-add", customer.pk)
    more = books.post(where, form(DRILLS, add="1")).content.decode()
    assert "Line 2" in more and 'value="Cordless drill, 18 V"' in more and 'name="lines" value="2"' in more
    assert 'name="line-1-tax_rate" value="20"' in more
    assert "autofocus" in re.search(r"<input[^>]*line-1-description[^>]*>", more)[0]
    fewer = books.post(where, form(DRILLS, DELIVERY, remove="0")).content.decode()
    assert "Line 2" not in fewer and 'value="Delivery to the site"' in fewer and "Cordless" not in fewer
    assert not DraftInvoice.objects.exists()


def test_sums_appear_before_anything_is_saved(books, business, customer):
    text = words(books.post(address(business, "draft-add", customer.pk), form(DRILLS, DELIVERY, preview="1")))
    assert "Net €105.47" in text and "Tax 20 % on €105.47 €21.09" in text and "To pay €126.56" in text
    assert not DraftInvoice.objects.exists()


@pytest.mark.parametrize(
    ("posted", "words_"),
    [
        (form(), "Write at least one line"),
        (form(line(0, "", "1", "")), "Write at least one line"),
        (form(line(0, "Hand tools", "1", "5", rate="")), "How much tax is it?"),
        (form(line(0, "Hand tools", "", "5")), "This field is required"),
        (form(line(0, "Hand tools", "1", "-5")), "greater than or equal to 0"),
        (form(DRILLS, prepaid="1.999"), "EUR has 2 decimals."),
        (form(DRILLS, currency="XYZ"), "Select a valid choice"),
        (form(DRILLS, issue_on=""), "This field is required"),
        (form(DRILLS) | {"lines": "many"}, "Write at least one line"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(books, business, customer, posted, words_):
    assert words_ in words(books.post(address(business, "draft-add", customer.pk), posted))
    assert not DraftInvoice.objects.exists()


def test_an_empty_line_at_the_end_is_left_out(books, business, customer):
    books.post(address(business, "draft-add", customer.pk), form(DRILLS, line(1, "", "1", "")))
    assert DraftInvoice.objects.get().lines.count() == 1


def test_a_draft_is_changed(books, business, draft):
    page = books.get(address(business, "draft-edit", draft.pk)).content.decode()
    assert 'value="Cordless drill, 18 V, with case"' in page and 'value="45.50"' in page
    books.post(address(business, "draft-edit", draft.pk), form(DELIVERY | {"lines": "2"}, lines="2", terms_days="14"))
    draft.refresh_from_db()
    assert (draft.terms_days, [row.description for row in draft.lines.all()]) == (14, ["Delivery to the site"])


def test_the_list_shows_what_is_being_made(books, business, draft):
    text = read(books, business, "draft-list")
    assert "Birke" in text and "€126.56" in text
    books.post(address(business, "draft-drop", draft.pk))
    assert "Birke" not in read(books, business, "draft-list")
    assert "Take it up again" in read(books, business, "draft-check", draft.pk)
    books.post(address(business, "draft-drop", draft.pk), {"back": "1"})
    assert DraftInvoice.objects.get().state == "draft"


def test_what_the_business_lacks_is_asked_for(books, business, draft, client_of, owner):
    business.tax_id = business.registration = ""
    business.save()
    assert "An owner enters it in the settings." in read(books, business, "draft-check", draft.pk)
    assert "Your tax number" in read(client_of(owner), business, "draft-check", draft.pk)


def test_what_must_be_put_right_cannot_be_let_pass(books, business, draft):
    business.iban = ""
    business.save()
    check_draft(draft=draft, on=TODAY)
    done = words(books.post(address(business, "draft-tick", draft.pk), {"check": "PF09"}, follow=True))
    assert "it must be put right" in done
    assert books.get(address(business, "draft-issue", draft.pk)).status_code == 302
    assert "must be put right" in words(books.post(address(business, "draft-issue", draft.pk), follow=True))
    assert not Invoice.objects.exists()


def test_papers_are_enclosed(books, business, draft):
    books.post(address(business, "draft-papers", draft.pk), {"files": SimpleUploadedFile("proof.pdf", b"%PDF-1.4")})
    assert "proof.pdf" in read(books, business, "draft-check", draft.pk)
    [paper] = draft.attachments.all()
    books.post(address(business, "draft-papers", draft.pk), {"remove": paper.pk})
    assert not draft.attachments.exists()


@pytest.fixture
def invoice(draft, bookkeeper):
    drafts.tick_all(draft, bookkeeper, TODAY)
    return issue_draft(draft=draft, actor=bookkeeper, today=TODAY, draw=drafts.plain_pdf)


def test_an_issued_one_is_sent_once_a_click(books, business, invoice):
    for _click in range(2):
        last = words(books.post(address(business, "invoice-send", invoice.pk), {"time": "1"}, follow=True))
    assert "It was sent already." in last and len(mail.outbox) == 1
    books.post(address(business, "invoice-send", invoice.pk), {"time": "2"})
    assert len(mail.outbox) == 2


def test_an_issued_one_is_not_changed_any_more(books, business, invoice):
    assert books.get(address(business, "draft-edit", invoice.draft.pk), follow=True).redirect_chain[-1][0] == address(
        business, "invoice-detail", invoice.pk
    )


def test_it_is_copied_credited_and_handed_to_a_program(books, business, invoice):
    assert "Copied from invoice 2026-0001" in words(books.post(address(business, "draft-copy", invoice.pk), follow=True))
    xml = books.get(address(business, "invoice-xml", invoice.pk))
    assert b"CrossIndustryInvoice" in xml.content and "2026-0001.xml" in xml["Content-Disposition"]
    page = books.get(address(business, "invoice-credit", invoice.pk)).content.decode()
    [first, _second] = re.findall(r'name="(line-\d+)"', page)
    refused = words(books.post(address(business, "invoice-credit", invoice.pk), {"on": "2026-03-20", first: "9"}))
    assert "Of line 1 only 3 is left to credit." in refused
    done = books.post(address(business, "invoice-credit", invoice.pk), {"on": "2026-03-20", first: "1"}, follow=True)
    assert "Credit note 2026-0002 is issued." in words(done)
    assert CreditNote.objects.get().total == Decimal("23.99") and not mail.outbox
    assert "Credit note 2026-0002 over €23.99" in read(books, business, "invoice-detail", invoice.pk)


def test_a_credit_note_is_issued_and_sent_at_once(books, business, invoice):
    page = books.get(address(business, "invoice-credit", invoice.pk)).content.decode()
    assert 'name="send" value="1" id="send" class="form-check-input" checked' in page
    [first, _second] = re.findall(r'name="(line-\d+)"', page)
    typed = {"on": "2026-03-20", first: "1", "send": "1"}
    done = words(books.post(address(business, "invoice-credit", invoice.pk), typed, follow=True))
    assert "Credit note 2026-0002 is issued. It went to" in done and len(mail.outbox) == 1


def test_one_that_came_in_with_a_file_is_credited_where_it_was_made(books, business, customer):
    row = make.invoice(customer)
    assert "was not made here" in words(books.get(address(business, "invoice-credit", row.pk), follow=True))
    assert "without any XML" in words(books.get(address(business, "invoice-xml", row.pk), follow=True))


def test_the_owner_sets_how_invoices_are_numbered(business, owner, client_of):
    browser, where = client_of(owner), address(business, "settings-numbers")
    assert "The next invoice gets 2026-0001" in read(browser, business, "settings-numbers")
    begun = {"pattern": "R{year}-{number:03}", "yearly": "on", "next": "7"}
    assert "The next invoice gets R2026-007" in words(browser.post(where, begun, follow=True))
    assert "would be missing" in words(browser.post(where, begun | {"next": "9"}))
    browser.post(where, begun | {"next": "9", "gap": "on"})
    assert NumberSeries.objects.get().next == 9
    assert "at least" in words(browser.post(where, begun | {"next": "3"}))
    assert "must contain {number}" in words(browser.post(where, begun | {"pattern": "R{year}"}))
