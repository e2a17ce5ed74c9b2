"""Issuing: all of an invoice in one step or nothing of it, and nothing of it changes afterwards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from facturx import get_facturx_xml_from_pdf

from customers.models import Event
from invoices.drafting import DraftError, add_paper, drop_draft, edit_draft
from invoices.invoicing import IssueError, faults_of, issue_draft
from invoices.models import DraftInvoice, Invoice, NumberSeries
from invoices.preflight import preflight
from invoices.preflight_facts import draft_facts, invoice_facts
from invoices.preflight_sums import pf13
from invoices.preflighting import FINDINGS, to_check
from reminders.nightly import escalate
from tests import make
from tests.invoices import drafts
from tests.invoices.drafts import DRILLS, MONDAY, plain_pdf
from tests.make import day


@pytest.fixture
def customer(business):
    return drafts.buyer(drafts.seller(business))


@pytest.mark.proves("P13")
def test_a_draft_becomes_an_invoice_with_its_lines_its_page_and_its_xml(customer, owner):
    draft = drafts.draft(customer, owner, purchase_order="PO-4711", quote_net=Decimal("105.47"), quote_reference="Q-88")
    drafts.tick_all(draft, owner)
    invoice = issue_draft(draft=draft, actor=owner, today=MONDAY)
    assert (invoice.number, invoice.total, invoice.balance) == ("2026-0001", Decimal("126.56"), Decimal("126.56"))
    assert (invoice.due_on, invoice.first_seen_on, invoice.purchase_order) == (day("2026-04-01"), MONDAY, "PO-4711")
    assert [(line.net, line.tax) for line in invoice.lines.all()] == [
        (Decimal("59.97"), Decimal("11.99")),
        (Decimal("45.50"), Decimal("9.10")),
    ]
    detail = invoice.detail
    assert (detail.net, detail.tax, detail.gross) == (Decimal("105.47"), Decimal("21.09"), Decimal("126.56"))
    assert detail.taxes == [{"category": "S", "rate": "20", "base": "105.47", "tax": "21.09"}]
    assert get_facturx_xml_from_pdf(bytes(invoice.document.bytes)) == ("factur-x.xml", bytes(detail.xml.bytes))
    draft.refresh_from_db()
    assert (draft.state, draft.invoice) == ("issued", invoice)
    assert Event.objects.get(kind="invoice.issued").data["total"] == "126.56"


def test_what_stops_it_stops_it_and_the_number_is_given_back(customer, owner):
    draft = drafts.draft(customer, owner)
    with pytest.raises(IssueError, match="Look at the warnings"):
        issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf)
    drafts.tick_all(draft, owner)

    def broken(_paper, _xml):
        raise MemoryError

    with pytest.raises(MemoryError):
        issue_draft(draft=draft, actor=owner, today=MONDAY, draw=broken)
    assert not Invoice.objects.exists()
    assert not NumberSeries.objects.exists()
    assert issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf).number == "2026-0001"


@pytest.mark.proves("P13")
def test_what_the_standard_demands_must_be_there(customer, owner):
    draft = drafts.draft(customer, owner, replace(DRILLS, tax_category="E", tax_rate=Decimal(0)))
    drafts.tick_all(draft, owner)
    with pytest.raises(IssueError, match="put right"):
        issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf)


def test_what_was_paid_before_is_not_owed(customer, owner):
    invoice = drafts.issued(customer, owner, prepaid=Decimal("26.56"))
    assert (invoice.total, invoice.detail.prepaid) == (Decimal(100), Decimal("26.56"))


def test_a_number_that_came_in_with_a_file_is_not_given_twice(customer, owner):
    drafts.issued(customer, owner)
    make.invoice(customer, "20260002")
    with pytest.raises(IssueError, match="2026-0002 is the number of another invoice"):
        drafts.issued(customer, owner, DRILLS)
    assert NumberSeries.objects.get().next == 2


def test_issued_is_issued(customer, owner):
    invoice = drafts.issued(customer, owner)
    draft = invoice.draft
    drop_draft(draft=draft, actor=owner)
    for act in (
        lambda: edit_draft(draft=draft, values=drafts.values(), lines=[DRILLS], actor=owner),
        lambda: issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf),
    ):
        with pytest.raises(DraftError, match="issued"):
            act()
    assert DraftInvoice.objects.get().state == "issued"


@pytest.mark.proves("P13")
def test_it_is_chased_like_any_other(customer, owner, business):
    """Issued in a live ledger on 2 March, due 1 April: nobody releases it, the first notice comes the day after."""
    business.released_on = day("2026-01-01")
    business.save()
    invoice = drafts.issued(customer, owner)
    escalate(business, MONDAY)
    [entry] = escalate(business, day("2026-04-02")).fired
    assert (entry["step"], [row["number"] for row in entry["invoices"]]) == ("NOTICE", [invoice.number])


def test_one_made_long_after_its_due_date_waits_as_an_import_does(customer, owner):
    old = drafts.issued(customer, owner, issue_on=day("2026-02-01"), delivered_on=day("2026-02-01"), terms_days=14)
    assert not old.entry_hold
    older = drafts.issued(customer, owner, DRILLS, issue_on=day("2025-12-02"), terms_days=14, delivered_on=None)
    assert older.entry_hold


def test_an_agreed_discount_is_on_it_once_it_is_issued_too(customer, owner):
    customer.discount_pct, customer.discount_days = Decimal(2), 10
    customer.save()
    draft = drafts.draft(customer, owner)
    drafts.tick_all(draft, owner)
    invoice = issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf)
    facts = invoice_facts(invoice.business, to_check([invoice.pk]), MONDAY)[invoice.pk]
    assert "2\N{NO-BREAK SPACE}%" in invoice.detail.terms_text and str(pf13(facts).verdict) == "passed"


def test_more_than_can_be_stored_is_asked_about_not_issued(customer, owner):
    draft = drafts.draft(customer, owner, replace(DRILLS, quantity=Decimal(10) ** 10, unit_price=Decimal(10) ** 9))
    drafts.tick_all(draft, owner)
    assert [problem.rule for problem in faults_of(draft)] == ["MOST"]
    with pytest.raises(IssueError, match="put right"):
        issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf)


def found_of(row) -> set[str]:
    """What its checks have to say: of a draft, or of an invoice."""
    known = (
        draft_facts(row, MONDAY)
        if isinstance(row, DraftInvoice)
        else invoice_facts(row.business, to_check([row.pk]), MONDAY)[row.pk]
    )
    return {str(one.check_id) for one in preflight(known) if one.verdict in FINDINGS}


def test_other_terms_than_agreed_are_seen_while_they_can_be_changed(customer, owner):
    customer.terms_days = 30
    customer.save()
    assert "PF05" in found_of(drafts.draft(customer, owner, terms_days=14))
    assert "PF05" not in found_of(drafts.draft(customer, owner))


def test_what_was_enclosed_proves_the_delivery_once_it_is_issued_too(customer, owner):
    draft = drafts.draft(customer, owner, delivered_on=None)
    add_paper(draft=draft, upload=SimpleUploadedFile("proof.txt", b"Delivered."), actor=owner)
    drafts.tick_all(draft, owner)
    assert "PF11" not in found_of(issue_draft(draft=draft, actor=owner, today=MONDAY, draw=plain_pdf))


@pytest.mark.parametrize(("back", "alike"), [("126.56", False), ("126.55", True)])
def test_one_in_the_place_of_what_was_wholly_taken_back_is_no_twin_of_it(customer, owner, back, alike):
    first = drafts.draft(customer, owner)
    drafts.tick_all(first, owner)
    invoice = issue_draft(draft=first, actor=owner, today=MONDAY, draw=plain_pdf)
    make.credit_note(customer, back, on="2026-03-02", currency="EUR", corrects=invoice)
    assert ("PF10" in found_of(drafts.draft(customer, owner))) is alike
