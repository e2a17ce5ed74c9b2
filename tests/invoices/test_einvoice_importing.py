"""Electronic invoices booked: customers, invoices, credit notes and their details; what is asked, refused and left out."""

import base64
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Contact, Customer, Event, ImportBatch
from invoices.disputing import open_dispute
from invoices.einvoices.deciding import Choices
from invoices.einvoices.importing import import_einvoices
from invoices.imports.importing import undo_import
from invoices.imports.problems import ImportProblem
from invoices.models import CreditNote, DraftInvoice, Invoice, InvoiceDetail, InvoiceLine, Payment, SyncConflict
from invoices.preflight_facts import invoice_facts
from invoices.preflight_sums import pf06, pf07
from tests import make
from tests.invoices.einvoices import cii, fattura, fattura_body, pdf, ubl

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NO_DUE = {"due": ""}


def bring(business, *contents, **options):
    files = [content if isinstance(content, tuple) else (f"{number}.xml", content) for number, content in enumerate(contents, 1)]
    return import_einvoices(business=business, files=files, today=options.pop("today", TODAY), **options)


def states(report):
    return [outcome.state for outcome in report.outcomes]


def reasons(report):
    return [problem.reason for problem in report.tally.refused]


def warnings(report):
    return [problem.reason for problem in report.tally.warnings]


@pytest.mark.proves("P13")
def test_an_invoice_comes_in_with_its_customer_and_all_it_says(business):
    report = bring(business, ("may.pdf", pdf(ubl(buyer_id="C-7", buyer_tax_id="DE123456788", means="58"))))
    assert states(report) == ["new"]
    invoice = Invoice.objects.get()
    assert (invoice.number, str(invoice.total), str(invoice.balance)) == ("INV-1", "119.000", "119.000")
    assert (invoice.issued_on, invoice.due_on, invoice.delivered_on) == (date(2026, 5, 4), date(2026, 6, 3), date(2026, 5, 2))
    assert (invoice.currency, invoice.purchase_order, invoice.document.content_type) == ("EUR", "PO-9", "application/pdf")
    customer, contact = invoice.customer, Contact.objects.get()
    assert (customer.reference, customer.name, customer.tax_id) == ("C-7", "Birch GmbH", "DE123456788")
    assert (customer.street, customer.postal_code, customer.city, customer.country) == ("Ring 5", "89073", "Ulm", "DE")
    assert (contact.name, contact.email, contact.phone, contact.role) == ("Ada Brun", "ap@birch.example", "+4973112345", "ap")
    detail = invoice.detail
    assert (detail.format, detail.type_code, detail.net, detail.tax, detail.gross, detail.prepaid) == (
        "ubl",
        "380",
        100,
        19,
        119,
        0,
    )
    assert (detail.buyer, detail.buyer_reference, detail.due_from) == ("Birch GmbH", "B-77", "file")
    assert (detail.pay_to_account, detail.payment_means) == ("DE02120300000000202051", "58")
    assert bytes(detail.xml.bytes) == ubl(buyer_id="C-7", buyer_tax_id="DE123456788", means="58")
    assert detail.taxes == [{"category": "S", "rate": "19.0000", "base": "100.00", "tax": "19.00"}]
    line = InvoiceLine.objects.get()
    assert (line.description, line.quantity, line.unit_price, line.net, line.tax) == ("Saw blade", 200, Decimal("0.5"), 100, 19)


def test_the_second_run_changes_nothing(business):
    files = [ubl(), ubl(root="CreditNote", code="381", number="CN-1"), ubl(number="INV-2", prepaid="119.00", payable="0.00")]
    assert states(bring(business, *files)) == ["new"] * 3
    before = Event.objects.count()
    again = bring(business, *files)
    assert states(again) == ["unchanged"] * 3
    assert again.batch is None and ImportBatch.objects.count() == 1
    assert Event.objects.count() == before


def test_a_dry_run_says_all_and_leaves_nothing(business):
    before = Event.objects.count()
    report = bring(business, ubl(), dry_run=True)
    assert (states(report), report.tally.customers, report.batch) == (["new"], 1, None)
    assert not (Invoice.objects.exists() or Customer.objects.exists() or ImportBatch.objects.exists())
    assert Event.objects.count() == before


def test_what_was_paid_beforehand_is_not_owed(business):
    bring(business, ubl(prepaid="19.00", payable="100.00"))
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.balance, invoice.detail.gross, invoice.detail.prepaid) == (100, 100, 119, 19)
    assert not Payment.objects.exists()


def test_an_invoice_with_nothing_left_to_pay_is_settled(business):
    report = bring(business, ubl(prepaid="119.00", payable="0.00", due=""))
    invoice = Invoice.objects.get()
    assert (invoice.balance, invoice.paid_on, invoice.due_on) == (0, date(2026, 5, 4), date(2026, 5, 4))
    assert (states(report), invoice.detail.due_from) == (["new"], "settled")
    assert wrong_sums(invoice) == []


@pytest.mark.proves("P13")
def test_a_discount_on_the_whole_invoice_is_kept_as_a_line_and_its_sums_are_right(business):
    off = "<cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>10.00</cbc:Amount>"
    extra = f"<cac:AllowanceCharge>{off}</cac:AllowanceCharge>"
    bring(business, ubl(extra=extra).replace(b"LineExtensionAmount>100.00", b"LineExtensionAmount>110.00"))
    invoice = Invoice.objects.get()
    assert [(line.description, line.net) for line in invoice.lines.all()] == [
        ("Saw blade", 110),
        ("Discount on the whole invoice", -10),
    ]
    assert wrong_sums(invoice) == []


def wrong_sums(invoice):
    facts = invoice_facts(invoice.business, [invoice], TODAY)[invoice.pk]
    return [one.reason for one in (pf06(facts), pf07(facts)) if str(one.verdict) != "passed"]


def test_credits_by_type_and_by_sign(business):
    held = base64.b64encode(b"%PDF-1.7").decode()
    extra = (
        "<cac:AdditionalDocumentReference><cbc:ID>R</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject "
        f'filename="rechnung.pdf">{held}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>'
    )
    bring(business, ubl(code="381", number="CN-1", due="", extra=extra), ubl(total="-8.79", number="CN-2", due=""))
    notes = {note.number: note for note in CreditNote.objects.all()}
    assert {number: note.total for number, note in notes.items()} == {"CN-1": 119, "CN-2": Decimal("8.79")}
    assert [notes[number].document.content_type for number in ("CN-1", "CN-2")] == ["application/pdf", "application/xml"]
    assert not Invoice.objects.exists()


def test_a_credit_note_with_a_negative_total_is_left_to_a_person(business):
    assert "enter by hand what it means" in reasons(bring(business, ubl(code="381", total="-5.00")))[0]


def test_a_missing_due_date_is_asked_for_and_never_guessed(business):
    report = bring(business, ubl(**NO_DUE))
    assert [(outcome.state, outcome.asks) for outcome in report.outcomes] == [("asks", "due")]
    assert reasons(report) == ["1.xml: no due date and no terms"]
    assert not (Invoice.objects.exists() or Customer.objects.exists())


def test_a_due_date_comes_from_a_person_from_the_terms_or_from_the_usual_terms(business):
    asked = bring(business, ubl(**NO_DUE)).outcomes[0].item.key
    bring(business, ubl(**NO_DUE), due_dates={asked: date(2026, 7, 1)})
    report = bring(business, ubl("INV-2", terms="Zahlbar innerhalb 14 Tagen", **NO_DUE))
    bring(business, ubl("INV-3", **NO_DUE), choices=Choices(usual_terms=frozenset("*")))
    found = {row.number: (str(row.due_on), row.detail.due_from) for row in Invoice.objects.select_related("detail")}
    assert found == {
        "INV-1": ("2026-07-01", "person"),
        "INV-2": ("2026-05-18", "terms"),
        "INV-3": ("2026-06-03", "usual"),
    }
    assert warnings(report) == ["1.xml: due 2026-05-18, worked out from its terms “Zahlbar innerhalb 14 Tagen”"]


def test_the_terms_of_the_customer_are_the_usual_ones(business):
    make.customer(business, "Birch GmbH", terms_days=7)
    bring(business, ubl(**NO_DUE), choices=Choices(usual_terms=frozenset("*")))
    assert Invoice.objects.get().due_on == date(2026, 5, 11)


def test_an_invoice_in_parts_is_late_after_the_last(business):
    parts = "".join(
        f"<DettaglioPagamento><DataScadenzaPagamento>{day}</DataScadenzaPagamento><ImportoPagamento>61</ImportoPagamento>"
        "</DettaglioPagamento>"
        for day in ("2026-06-03", "2026-07-03")
    )
    report = bring(business, fattura(fattura_body("1", payments=parts)))
    assert Invoice.objects.get().due_on == date(2026, 7, 3)
    assert warnings(report) == ["1.xml: payable in parts, 2026-06-03, 2026-07-03: the last day counts"]


def test_an_invoice_to_us_is_left_out_and_counted(business):
    report = bring(business, ubl(seller="Timber AG", buyer="Hollis Tools Ltd"), ubl("INV-2"))
    assert states(report) == ["left_out", "new"]
    assert report.tally.left_out == {"payable": 1}


def test_a_seller_nobody_knows_is_asked_about(business):
    report = bring(business, ubl(seller="Timber AG"))
    assert [(outcome.state, outcome.asks) for outcome in report.outcomes] == [("asks", "seller")]
    report = bring(business, ubl(seller="Timber AG"), choices=Choices(any_seller=True))
    assert states(report) == ["new"]
    assert warnings(report) == ["1.xml: the seller is Timber AG, taken to be this business"]


@pytest.mark.parametrize(
    "known", [{"legal_name": "Timber AG"}, {"tax_id": "DE 136695976"}, {"iban": "DE02 1203 0000 0000 2020 51"}]
)
def test_we_are_known_by_legal_name_tax_id_or_account(known):
    ours = make.business(**known)
    assert states(bring(ours, ubl(seller="Timber AG", seller_tax_id="DE136695976"))) == ["new"]


@pytest.mark.parametrize(
    ("customer", "file"),
    [
        ({"name": "Other name", "reference": "1", "tax_id": "DE 123456788"}, {"buyer_tax_id": "DE123456788"}),
        ({"name": "Birch", "reference": "C-7"}, {"buyer_id": "C-7"}),
        ({"name": "BIRCH  gmbh", "reference": "1"}, {}),
        ({"name": "Shop", "reference": "1", "legal_name": "Birch GmbH"}, {}),
    ],
)
def test_a_customer_is_found(business, customer, file):
    ours = make.customer(business, **customer)
    bring(business, ubl(**file))
    assert Invoice.objects.get().customer == ours


@pytest.mark.parametrize(
    ("customer", "file"),
    [
        ({"name": "Birch AG", "reference": "1"}, {}),
        ({"name": "Birch GmbH", "reference": "1", "tax_id": "DE999999999"}, {"buyer_tax_id": "DE123456788"}),
        ({"name": "Wholly Different", "reference": "C-7"}, {"buyer_id": "C-7"}),
    ],
)
def test_one_that_only_looks_like_it_is_never_taken_for_it(business, customer, file):
    ours = make.customer(business, **customer)
    bring(business, ubl(**file))
    assert Invoice.objects.get().customer != ours


def test_one_that_looks_like_it_is_offered_and_may_be_chosen(business):
    ours = make.customer(business, "Birch AG")
    outcome = bring(business, ubl(), dry_run=True).outcomes[0]
    assert ([one.id for one in outcome.alike], outcome.is_new_customer) == ([ours.pk], True)
    assert "a new customer was made, though Birch AG (BIRCH AG) look" in outcome.warnings[0]
    bring(business, ubl(), choices=Choices(customers={outcome.buyer_key: ours.pk}))
    assert Invoice.objects.get().customer == ours


def test_two_invoices_to_a_new_buyer_make_one_customer(business):
    report = bring(business, ubl("1"), ubl("2"))
    assert (Customer.objects.count(), report.tally.customers, report.tally.created) == (1, 1, 2)


def test_a_corrected_invoice_is_corrected(business):
    bring(business, ubl())
    report = bring(business, ubl(due="2026-06-10", total="120.00"))
    invoice = Invoice.objects.get()
    assert (states(report), invoice.due_on, invoice.total, invoice.detail.gross) == (["changed"], date(2026, 6, 10), 120, 120)
    assert invoice.lines.count() == 1


def test_an_invoice_the_ledger_has_gets_its_details_and_keeps_its_sum(business):
    """The ledger books the printed total and the prepayment as a payment: the file, which asks for less, is no correction."""
    birch = make.customer(business, "Birch GmbH")
    known = make.invoice(birch, "INV1", issued="2026-05-04", due="2026-06-03", total="119", currency="EUR")
    report = bring(business, ubl(prepaid="19.00", payable="100.00"))
    known.refresh_from_db()
    assert (states(report), known.total, known.detail.prepaid) == (["changed"], 119, 19)
    assert (report.tally.created, report.tally.updated, report.tally.unchanged) == (0, 1, 0)


def test_a_due_date_that_was_only_derived_corrects_nothing(business):
    birch = make.customer(business, "Birch GmbH")
    make.invoice(birch, "INV1", issued="2026-05-04", due="2026-06-20", total="119", currency="EUR")
    bring(business, ubl(terms="30 days net", **NO_DUE))
    assert Invoice.objects.get().due_on == date(2026, 6, 20)


def test_a_number_that_is_another_customers_is_refused(business):
    make.invoice(make.customer(business, "Acme"), "INV1", currency="EUR")
    report = bring(business, ubl())
    assert reasons(report) == ["1.xml: number: INV-1 is already in your books, for another customer than Birch GmbH"]
    assert not InvoiceDetail.objects.exists() and Customer.objects.count() == 1


def test_a_number_twice_in_an_upload(business):
    report = bring(business, ubl(), ubl(), ubl(total="5.00"))
    assert states(report) == ["new", "unchanged", "refused"]
    assert "already in line 1" in reasons(report)[0]


def test_no_customer_is_made_for_an_invoice_whose_number_another_one_of_the_upload_has(business):
    report = bring(business, ubl(), ubl(buyer="Somebody Else Ltd"))
    assert states(report) == ["new", "refused"] and "already in line 1" in reasons(report)[0]
    assert (Customer.objects.count(), report.tally.customers) == (1, 1)


def test_what_is_long_overdue_in_a_live_ledger_is_held(business):
    bring(business, ubl(), today=date(2026, 9, 1))
    assert Invoice.objects.get().entry_hold


def test_one_bad_file_does_not_stop_the_others(business):
    report = bring(business, b"<a>", ubl(), b"<Order/>")
    assert states(report) == ["refused", "new", "refused"]
    assert [(problem.line, problem.reason.split(":")[0]) for problem in report.tally.refused] == [(1, "1.xml"), (3, "3.xml")]


def test_zips_are_unpacked_and_pictures_put_beside_their_xml(business):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a/one.xml", ubl())
        archive.writestr("a/one.pdf", pdf())
        archive.writestr("b/two.pdf", pdf(cii("INV-2")))
        archive.writestr("__MACOSX/one.xml", b"x")
        archive.writestr("c.zip", b"PK\x03\x04")
    report = bring(business, ("may.zip", held.getvalue()))
    assert states(report) == ["new", "new", "refused"]
    assert [row.document.content_type for row in Invoice.objects.order_by("number")] == ["application/pdf"] * 2
    assert reasons(report) == ["may.zip/c.zip: a zip archive inside another is not unpacked: bring it in by itself"]


def test_a_zip_that_is_damaged_inside_is_refused_and_nothing_breaks(business):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("may.xml", ubl())
    content = bytearray(packed.getvalue())
    content[40:60] = b"\xff" * 20
    report = bring(business, ("may.zip", bytes(content)))
    assert states(report) == ["refused"] and "cannot be unpacked" in reasons(report)[0]


def test_attachments_are_kept_beside_the_copy(business):
    content = pdf(ubl(), others=[("hours.csv", b"a,b"), ("rechnung.html", b"<script>")])
    bring(business, ("may.pdf", content))
    kept = InvoiceDetail.objects.get().attachments.order_by("name")
    assert [(one.name, one.content_type) for one in kept] == [
        ("hours.csv", "application/octet-stream"),
        ("rechnung.html", "application/octet-stream"),
    ]


def test_the_event_holds_ids_and_codes_only(business):
    bring(business, ubl())
    event = Event.objects.get(kind="invoice.detailed")
    assert set(event.data) == {"batch", "schema", "type", "xml", "due_from"}
    assert event.subject == f"invoice:{Invoice.objects.get().pk}"


def test_what_the_customer_was_told_is_not_changed_by_a_file(business):
    bring(business, ubl())
    invoice = Invoice.objects.get()
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(10), on=TODAY, calendar=Calendar())
    report = bring(business, ubl(total="130.00"))
    invoice.refresh_from_db()
    assert (invoice.total, invoice.detail.gross) == (119, 119)
    assert SyncConflict.objects.get().changes == {"total": ["119.00", "130.00"]}
    assert (states(report), report.tally.updated) == (["unchanged"], 0)
    assert "among the differences" in report.outcomes[0].reason


def test_an_invoice_made_here_learns_nothing_from_its_copy(business):
    same = {"issued": "2026-05-04", "total": "119", "currency": "EUR", "purchase_order": "PO-9", "delivered_on": date(2026, 5, 2)}
    invoice = make.invoice(make.customer(business, "Birch GmbH"), "INV1", **same)
    common = {"business": business, "customer": invoice.customer, "currency": "EUR", "issue_on": TODAY, "terms_days": 30}
    DraftInvoice.objects.create(**common, state="issued", invoice=invoice)
    assert states(bring(business, ubl(due=""))) == ["unchanged"]
    assert not InvoiceDetail.objects.exists()


def test_the_import_is_taken_back_whole(business, owner):
    report = bring(business, ubl(), ubl("INV-2", prepaid="119.00", payable="0.00"), ubl("CN", code="381"), actor=owner)
    undo_import(batch=report.batch, now=NOON, actor=owner)
    for model in (Invoice, InvoiceDetail, InvoiceLine, CreditNote, Customer, Contact, Payment):
        assert not model.objects.exists()


def test_details_added_to_what_was_there_are_not_taken_back(business):
    make.invoice(
        make.customer(business, "Birch GmbH"),
        "INV1",
        issued="2026-05-04",
        due="2026-06-03",
        total="119",
        currency="EUR",
    )
    report = bring(business, ubl())
    with pytest.raises(ImportProblem):
        undo_import(batch=report.batch, now=NOON)


def test_the_invoices_of_one_business_are_not_anothers(business):
    other = make.business("Hollis Tools", released_on=None)
    bring(business, ubl())
    assert states(bring(other, ubl())) == ["new"]
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("folder", ["ubl", "cii", "fatturapa", "pdf"])
def test_the_real_files_come_in_and_come_in_again(business, einvoices, folder):
    files = [(path.name, path.read_bytes()) for path in sorted((einvoices / folder).iterdir())]
    chosen = Choices(any_seller=True, usual_terms=frozenset("*"))
    first = import_einvoices(business=business, files=files, today=TODAY, choices=chosen)
    assert not first.tally.nothing_usable and "asks" not in states(first)
    again = import_einvoices(business=business, files=files, today=TODAY, choices=chosen)
    assert (again.tally.created, again.tally.updated, again.tally.customers) == (0, 0, 0)
    assert len(again.outcomes) == len(first.outcomes) >= len(files)
