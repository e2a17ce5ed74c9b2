"""Files through the browser: uploaded, looked at, booked, listed, taken back; and nobody else's."""

import io
from urllib.parse import urlencode

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Customer, Document, ImportBatch
from invoices.imports import uploads
from invoices.models import Invoice
from invoices.tasks import import_file
from tests import make

HEAD = "Kundennummer;Rechnungsnummer;Rechnungsdatum;Fällig am;Betrag\n"
ROW = "C1;INV-1;15.01.2026;14.02.2026;1.234,50\n"
BAD = "C1;INV-2;bald;14.02.2026;5,00\n"


@pytest.fixture
def staff(client_of, bookkeeper):
    return client_of(bookkeeper)


def address(business, rest=""):
    return f"/b/{business.slug}/imports/{rest}"


def upload(staff, business, content, kind="invoices", name="ledger.csv"):
    content = content.encode() if isinstance(content, str) else content
    return staff.post(address(business, "add/"), {"kind": kind, "file": SimpleUploadedFile(name, content)})


def text(answer):
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def read_as(staff, check, **changes):
    """The address of the check page with its form as it stands, but for these changes."""
    form = staff.get(check).context["form"]
    chosen = {field.html_name: field.value() for field in form if field.value()} | changes
    return f"{check}?{urlencode(chosen)}"


def test_a_file_is_looked_at_with_a_guess_and_booked_by_a_click(staff, business, bookkeeper):
    check = upload(staff, business, HEAD + ROW).url
    page = text(staff.get(check))
    assert "INV-1" in page and "$1,234.50" in page
    assert not Invoice.objects.exists()
    answer = staff.post(check)
    batch = ImportBatch.objects.get()
    assert answer.url == address(business, f"{batch.pk}/")
    assert (batch.by, batch.counts["created"], batch.file_name) == (bookkeeper, 1, "ledger.csv")
    invoice = Invoice.objects.get()
    assert (invoice.customer.reference, str(invoice.total), str(invoice.due_on)) == ("C1", "1234.500", "2026-02-14")
    assert "Every line came in as it stands" in text(staff.get(answer.url))


def test_the_look_says_what_is_new_known_and_contradicts_itself(staff, business):
    check = upload(staff, business, HEAD + ROW).url
    staff.post(check)
    check = upload(staff, business, HEAD + ROW + ROW.replace("INV-1", "INV-2") + ROW.replace("INV-1;15", "INV-2;16")).url
    preview = staff.get(check).context["preview"]
    assert (preview.tally.created, preview.tally.unchanged, len(preview.tally.refused)) == (1, 1, 1)
    assert preview.sums == {"USD": 2469}
    assert [(row.line, row.number) for row in preview.rows] == [(2, "INV-1"), (3, "INV-2")]
    assert Invoice.objects.count() == 1


def test_refused_lines_are_shown_before_and_after_and_come_as_a_file(staff, business):
    check = upload(staff, business, HEAD + ROW + BAD).url
    assert "&quot;bald&quot; is not a date" in text(staff.get(check))
    detail = staff.post(check).url
    assert "&quot;bald&quot; is not a date" in text(staff.get(detail))
    lines = text(staff.get(detail + "problems/")).splitlines()
    assert lines[0] == "\ufeffline,result,field,reason,Kundennummer,Rechnungsnummer,Rechnungsdatum,Fällig am,Betrag"
    assert lines[1] == '3,refused,issued_on,"""bald"" is not a date",C1,INV-2,bald,14.02.2026,"5,00"'


def test_another_choice_of_column_reads_another_way(staff, business):
    check = upload(staff, business, HEAD + ROW).url
    staff.post(read_as(staff, check, column_customer_reference="", column_customer_name="Kundennummer"))
    assert Customer.objects.get().name == "C1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "Choose the columns that hold these: Customer name or Customer number, Invoice number, Issued on, Total."),
        (HEAD + "C1;1;1.2.2026;;5,00\n", "can be read day first or month first"),
        (HEAD, "no rows below it"),
    ],
)
def test_what_cannot_be_read_so_is_said_and_cannot_be_booked(staff, business, content, words):
    check = upload(staff, business, content).url
    assert words in text(staff.get(check))
    assert words in text(staff.post(check))
    assert not ImportBatch.objects.exists()


def test_an_unclear_order_is_settled_by_a_choice(staff, business):
    check = upload(staff, business, HEAD + "C1;1;1.2.2026;;5,00\n").url
    staff.post(read_as(staff, check, date_order="dmy"))
    assert str(Invoice.objects.get().issued_on) == "2026-02-01"


def test_another_program_s_export_is_recognised(staff, business):
    head = "Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Line Total,Currency\n"
    check = upload(
        staff, business, head + "X,1,2026-01-28,sent,,6.50,EUR\nX,1,2026-01-28,sent,,3.50,EUR\nX,2,2026-01-28,draft,,3.50,EUR\n"
    ).url
    page = text(staff.get(check))
    assert "FreshBooks" in page and "Left out: draft" in page
    staff.post(check)
    assert Invoice.objects.get().total == 10
    assert ImportBatch.objects.get().counts["left_out"] == {"draft": 1}


def test_a_spreadsheet_comes_in_whatever_it_is_called(staff, business):
    book = openpyxl.Workbook()
    book.active.append(["reference", "name"])
    book.active.append(["C7", "Acme"])
    content = io.BytesIO()
    book.save(content)
    check = upload(staff, business, content.getvalue(), kind="customers", name="people.txt").url
    staff.post(check)
    assert Customer.objects.get().reference == "C7"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "neither text nor a spreadsheet"),
        (b"PK\x03\x04x", "damaged"),
    ],
)
def test_what_is_no_table_is_refused_and_not_kept(staff, business, content, words):
    answer = upload(staff, business, content)
    assert words in text(answer)
    assert not Document.objects.exists()


def test_a_file_too_large_is_refused(staff, business, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    assert "larger than 10" in text(upload(staff, business, HEAD + ROW))


def test_a_long_file_is_booked_in_the_background(staff, business, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(uploads, "AT_ONCE", 1)
    queued = []
    monkeypatch.setattr(uploads, "async_task", lambda *arguments: queued.append(arguments))
    check = upload(staff, business, HEAD + ROW + ROW.replace("INV-1", "INV-2")).url
    with django_capture_on_commit_callbacks(execute=True):
        detail = staff.post(check).url
    batch = ImportBatch.objects.get()
    assert queued == [(uploads.JOB, batch.pk)]
    assert "being booked in the background" in text(staff.get(detail))
    import_file(batch.pk)
    import_file(batch.pk)
    assert Invoice.objects.count() == 2
    assert "Every line came in" in text(staff.get(detail))


def test_a_file_that_cannot_be_read_any_more_says_so(staff, business, owner):
    document = uploads.receive(business=business, kind="invoices", content=(HEAD + ROW).encode(), name="x.csv")
    batch = uploads.accept(
        business=business, kind="invoices", document=document, options=uploads.Options(currency="USD"), actor=owner
    )
    import_file(batch.pk)
    assert "Nothing of it was booked" in text(staff.get(address(business, f"{batch.pk}/")))


def test_an_import_is_taken_back_after_a_question(staff, business):
    check = upload(staff, business, HEAD + ROW).url
    detail = staff.post(check).url
    assert "Take back ledger.csv?" in text(staff.get(detail + "undo/"))
    assert Invoice.objects.exists()
    assert "Nothing of that file is in your books" in text(staff.post(detail + "undo/", follow=True))
    assert not Invoice.objects.exists() and not Customer.objects.exists()
    assert "taken back" in text(staff.get(address(business)))


def test_what_something_was_built_on_is_not_taken_back(staff, business):
    check = upload(staff, business, HEAD + ROW).url
    detail = staff.post(check).url
    invoice = Invoice.objects.get()
    make.payment(invoice.customer, "10", on="2026-03-01", split={invoice: "10"})
    assert "Something was built on this import" in text(staff.post(detail + "undo/", follow=True))
    assert Invoice.objects.exists()


def test_the_list_pages_searches_and_exports(staff, business):
    assert "No file came in yet" in text(staff.get(address(business)))
    check = upload(staff, business, HEAD + ROW).url
    staff.post(check)
    assert "ledger.csv" in text(staff.get(address(business, "?q=ledger&kind=invoices")))
    assert "Nothing fits" in text(staff.get(address(business, "?q=other")))
    assert "ledger.csv" in text(staff.get(address(business, "?format=csv")))


def test_another_business_sees_neither_file_nor_import(staff, business, client_of, outsider):
    check = upload(staff, business, HEAD + ROW).url
    detail = staff.post(check).url
    stranger, theirs = client_of(outsider), outsider.memberships.get().business
    for path in (check, detail, detail + "undo/", detail + "problems/", address(business), address(business, "add/")):
        assert stranger.get(path).status_code == 404
        if path not in (address(business), address(business, "add/")):
            assert stranger.get(path.replace(business.slug, theirs.slug)).status_code == 404


def test_a_profile_known_only_as_published_is_said_so_before_it_is_booked(staff, business):
    table = "Type,Account Reference,Nominal A/C Ref,Date,Reference,Net Amount,Tax Amount\nSI,ACME,4000,21/04/2026,501,100,20\n"
    page = text(staff.get(upload(staff, business, table).url))
    assert "made from its published layout" in page and "It has no due dates" in page


def test_a_table_that_is_of_no_use_alone_is_refused_at_the_door(staff, business):
    answer = upload(staff, business, "invoice_id,detail_type,amount\n1,SalesItemLineDetail,5.00\n")
    assert "bring in invoice_data" in text(answer)
    assert not Document.objects.exists()


def test_a_full_file_names_what_it_misses(staff, business):
    staff.post(upload(staff, business, HEAD + ROW + ROW.replace("INV-1", "INV-2")).url)
    check = read_as(staff, upload(staff, business, HEAD + ROW + ROW.replace("INV-1", "INV-3")).url, full="on")
    assert "Open here, not in the file" in text(staff.get(check))
    page = text(staff.get(staff.post(check).url))
    assert "Nothing was changed about them" in page and "INV-2" in page
