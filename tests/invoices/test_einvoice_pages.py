"""Electronic invoices through the browser: many at once, what each would do, what they leave open, booked, shown, taken back."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Customer, Document, ImportBatch
from invoices.einvoices import uploading
from invoices.imports import uploads
from invoices.models import Invoice
from invoices.tasks import import_file
from tests import make
from tests.invoices.einvoices import pdf, ubl
from tests.pages import address, read, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client_of, bookkeeper):
    return client_of(bookkeeper)


def upload(staff, business, *contents):
    files = [SimpleUploadedFile(f"{number}.xml", content) for number, content in enumerate(contents, 1)]
    return staff.post(address(business, "einvoice-add"), {"files": files})


def name_of(page, start):
    """The name of the field that starts so."""
    return re.search(rf'name="({start}[^"]+)"', page.content.decode())[1]


def test_many_files_are_looked_at_and_booked_by_a_click(staff, business, bookkeeper):
    check = upload(staff, business, ubl("INV-1"), ubl("INV-2", due="2026-07-01"), b"<Order/>").url
    page = words(staff.get(check))
    assert "New 2 Would be refused 1 Comes to €238.00" in page
    assert "UBL Order: this is no invoice" in page
    assert not Invoice.objects.exists() and not Customer.objects.exists()
    answer = staff.post(check, {"do": "book"})
    batch = ImportBatch.objects.get()
    assert answer.url == address(business, "import-detail", batch.pk)
    assert (batch.kind, batch.by, batch.file_name, batch.counts["created"]) == ("einvoices", bookkeeper, "3 files", 2)
    assert "3.xml: UBL Order" in words(staff.get(answer.url))
    assert "Electronic invoices" in read(staff, business, "import-list")


def test_a_due_date_is_given_here(staff, business):
    check = upload(staff, business, ubl(due="", terms="As agreed")).url
    page = staff.get(check)
    assert "When are these due?" in words(page) and "As agreed" in words(page)
    field = name_of(page, "due-")
    looked = words(staff.post(check, {"do": "look", field: "2026-07-15"}))
    assert "New 1" in looked and not Invoice.objects.exists()
    staff.post(check, {"do": "book", field: "2026-07-15"})
    assert str(Invoice.objects.get().due_on) == "2026-07-15"


def test_the_usual_terms_are_offered_never_taken(staff, business):
    check = upload(staff, business, ubl(due="")).url
    page = staff.get(check)
    usual = name_of(page, "usual-")
    assert "by the usual terms: Jun 3, 2026" in words(page)
    staff.post(check, {"do": "book"})
    assert not Invoice.objects.exists()
    staff.post(check, {"do": "book", usual: "on"})
    assert str(Invoice.objects.get().due_on) == "2026-06-03"


def test_what_is_no_date_is_said_and_nothing_booked(staff, business):
    check = upload(staff, business, ubl(due=""), ubl("INV-2")).url
    field = name_of(staff.get(check), "due-")
    assert "Enter a valid date" in words(staff.post(check, {"do": "book", field: "soon"}))
    assert not ImportBatch.objects.exists()


def test_a_seller_under_another_name_is_confirmed(staff, business):
    check = upload(staff, business, ubl(seller="Timber AG")).url
    assert "Are you the seller?" in words(staff.get(check))
    staff.post(check, {"do": "book", "ours": "on"})
    assert Invoice.objects.get().number == "INV-1"


def test_a_customer_that_looks_alike_is_chosen(staff, business):
    birch = make.customer(business, "Birch AG")
    check = upload(staff, business, ubl()).url
    page = staff.get(check)
    assert "Do you know these customers?" in words(page)
    staff.post(check, {"do": "book", name_of(page, "buyer-"): birch.pk})
    assert Invoice.objects.get().customer == birch


def test_a_customer_of_another_business_cannot_be_chosen(staff, business):
    make.customer(business, "Birch AG")
    stranger = make.customer(make.business(), "Birch AG")
    check = upload(staff, business, ubl()).url
    staff.post(check, {"do": "book", name_of(staff.get(check), "buyer-"): stranger.pk})
    assert not Invoice.objects.filter(customer=stranger).exists()


def test_a_zip_and_its_pictures(staff, business):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("one.xml", ubl())
        archive.writestr("one.pdf", pdf())
    file = SimpleUploadedFile("may.zip", held.getvalue())
    check = staff.post(address(business, "einvoice-add"), {"files": [file]}).url
    staff.post(check, {"do": "book"})
    document = Invoice.objects.get().document
    assert (document.name, document.content_type) == ("one.pdf", "application/pdf")


@pytest.mark.parametrize(("content", "told"), [(b"", "empty"), (b"PK\x03\x04x", "cannot be unpacked")])
def test_what_cannot_be_taken_is_said(staff, business, content, told):
    assert told in words(upload(staff, business, content))
    assert not Document.objects.exists()


def test_too_much_is_refused_before_it_is_read(staff, business, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    assert "larger than 10" in words(upload(staff, business, ubl()))


def test_an_electronic_invoice_among_tables_finds_its_way(staff, business):
    form = {"kind": "invoices", "file": SimpleUploadedFile("invoice.csv", ubl())}
    answer = staff.post(address(business, "import-add"), form)
    assert answer.url == address(business, "einvoice-check", Document.objects.get().sha256)


def test_a_large_upload_is_booked_in_the_background(staff, business, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(uploading, "AT_ONCE", 1)
    queued = []
    monkeypatch.setattr(uploads, "async_task", lambda *arguments: queued.append(arguments))
    check = upload(staff, business, ubl("1"), ubl("2", due="")).url
    usual = name_of(staff.get(check), "usual-")
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(check, {"do": "book", usual: "on"})
    batch = ImportBatch.objects.get()
    assert queued == [(uploads.JOB, batch.pk)]
    import_file(batch.pk)
    import_file(batch.pk)
    assert Invoice.objects.count() == 2


def test_the_invoice_shows_what_it_says_and_its_files(staff, business):
    content = pdf(ubl(prepaid="19.00", payable="100.00", terms="Net 30"), others=[("hours.csv", b"a,b")])
    check = staff.post(address(business, "einvoice-add"), {"files": [SimpleUploadedFile("may.pdf", content)]}).url
    staff.post(check, {"do": "book"})
    invoice = Invoice.objects.get()
    page = read(staff, business, "invoice-detail", invoice.pk)
    for said in (
        "Saw blade",
        "Tax at 19 %",
        "€19.00 on €100.00",
        "Total €119.00",
        "Paid beforehand €19.00",
        "Net 30",
        "hours.csv",
    ):
        assert said in page
    assert "Open the copy" in page
    paper = invoice.detail.attachments.get()
    answer = staff.get(address(business, "invoice-paper", invoice.pk, paper.pk))
    assert (answer.content, answer["Content-Type"]) == (b"a,b", "application/octet-stream")
    assert answer["Content-Disposition"] == 'attachment; filename="hours.csv"'
    assert staff.get(address(business, "invoice-paper", invoice.pk, invoice.detail.xml_id)).content.startswith(b"<?xml")


def test_a_file_that_is_not_this_invoices_is_not_given_out(staff, business):
    invoice = make.invoice(make.customer(business))
    other = uploading.receive(business=business, files=[("a.xml", ubl())])
    assert staff.get(address(business, "invoice-paper", invoice.pk, other.pk)).status_code == 404


def test_it_is_taken_back(staff, business):
    check = upload(staff, business, ubl()).url
    batch_page = staff.post(check, {"do": "book"}).url
    staff.post(batch_page + "undo/")
    assert not Invoice.objects.exists() and not Customer.objects.exists()


def test_another_business_does_not_find_the_upload(staff, business, client_of, outsider):
    check = upload(staff, business, ubl()).url
    theirs = outsider.memberships.get().business
    assert client_of(outsider).get(check.replace(business.slug, theirs.slug)).status_code == 404
