"""Bank statements through the browser: several at once, a table nobody knows, lines that cannot be read, nobody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import ImportBatch
from invoices import statement_uploads
from invoices.booking import return_payment
from invoices.models import BankLine, ColumnLayout, Invoice, Payment
from invoices.tasks import read_bank_file
from tests import make
from tests.pages import address, lines, read, words

pytestmark = pytest.mark.usefixtures("in_march")
CLEAR = "Booking date;Amount;Currency;Payer;Description\n2026-03-10;400.00;USD;Acme;INV-1\n"
ODD = "Wann;Wieviel;Wozu\n2026-03-10;400.00;INV-1\n2026-03-11;5.00;x\n"
BROKEN = CLEAR + "soon;7.00;USD;Birch;x\n"


@pytest.fixture
def send(books, business):
    """Posts these files, name -> content, and answers with what comes back."""

    def post(files: dict[str, str], **extra: object):
        parts = [SimpleUploadedFile(name, content.encode()) for name, content in files.items()]
        return books.post(address(business, "bank-upload"), {"files": parts}, **extra)

    return post


@pytest.fixture
def owed(acme) -> Invoice:
    return make.invoice(acme, "INV-1", total="400")


def batch() -> ImportBatch:
    return ImportBatch.objects.select_related("business").get()


def test_a_file_is_read_and_what_is_certain_is_booked(send, books, business, bookkeeper, owed):
    answer = send({"march.csv": CLEAR})
    assert answer.url == address(business, "bank-file", batch().pk)
    page = read(books, business, "bank-file", batch().pk)
    assert "New lines 1 0 known already Booked by itself 1" in page
    assert (batch().by, BankLine.objects.get().state, Invoice.objects.get().balance) == (bookkeeper, "booked", 0)


def test_a_second_time_every_line_is_known(send, books, business, owed):
    send({"march.csv": CLEAR})
    send({"again.csv": CLEAR})
    page = read(books, business, "bank-file", ImportBatch.objects.latest("pk").pk)
    assert "New lines 0 1 known already" in page
    assert "Every line of this file was here already." in page
    assert BankLine.objects.count() == 1


def test_many_at_once_are_listed(send, books, business):
    answer = send({"a.csv": CLEAR, "b.csv": "%PDF-1.4", "c.csv": ODD})
    assert answer.url == address(business, "bank-files")
    page = read(books, business, "bank-files")
    assert "a.csv" in page and "cannot be read" in page and "say how to read it" in page


def test_script_gets_one_line_a_file(send, business):
    answer = send({"a.csv": CLEAR}, headers={"X-Upload": "one"})
    assert b"<main" not in answer.content
    assert "a.csv 1 new" in words(answer)


def test_columns_are_said_once_and_kept_for_the_next(send, books, business, owed):
    page = send({"odd.csv": ODD}, follow=True)
    assert "Say how to read it" in page.content.decode()
    door = address(business, "bank-file-columns", batch().pk)
    page = words(books.get(door))
    assert "2026-03-10 400.00 INV-1" in page and "Day optional" not in page and "Amount optional" in page
    assert "Choose the columns of the day" in books.post(door, {"column_booked_on": "Wann"}).content.decode()
    books.post(door, {"column_booked_on": "Wann", "column_amount": "Wieviel", "column_text": "Wozu"})
    assert ColumnLayout.objects.get().options == {"booked_on": "Wann", "amount": "Wieviel", "text": ["Wozu"]}
    assert BankLine.objects.count() == 2
    send({"next.csv": "Wann;Wieviel;Wozu\n2026-03-17;9.00;y\n"})
    assert BankLine.objects.filter(amount=9).exists()


def test_refused_lines_ask_before_the_rest_is_kept(send, books, business):
    page = send({"broken.csv": BROKEN}, follow=True).content.decode()
    assert "1 line of it cannot be read." in page and not BankLine.objects.exists()
    answer = books.get(address(business, "bank-file-refused", batch().pk))
    assert lines(answer)[1].startswith("3,refused,")
    books.post(address(business, "bank-file-keep", batch().pk))
    assert BankLine.objects.count() == 1
    assert "Refused 1" in read(books, business, "bank-file", batch().pk)
    books.post(address(business, "bank-file-keep", batch().pk))
    assert BankLine.objects.count() == 1


def test_what_is_no_statement_is_refused_with_a_reason(send, books, business):
    page = send({"x.pdf": "%PDF-1.4"}, follow=True).content.decode()
    assert "Nothing of it was booked." in page and "This is a PDF" in page
    assert "Say how to read it" not in page


def test_a_long_file_is_read_by_the_job_cluster(send, books, business, monkeypatch, owed, django_capture_on_commit_callbacks):
    monkeypatch.setattr(statement_uploads, "AT_ONCE_BYTES", 10)
    send({"march.csv": CLEAR})
    assert "it is being read in the background" in read(books, business, "bank-file", batch().pk)
    for _ in range(2):
        read_bank_file(batch().pk)
    assert BankLine.objects.count() == 1
    assert "Booked by itself 1" in read(books, business, "bank-file", batch().pk)


def test_too_large_is_said(send, books, business, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    assert "larger than" in send({"march.csv": CLEAR}, follow=True).content.decode()
    assert not ImportBatch.objects.exists()


def test_no_file_chosen_is_said(send):
    assert "Choose a file first." in send({}, follow=True).content.decode()


def test_the_whole_file_is_taken_back(send, books, business, owed):
    send({"march.csv": CLEAR})
    books.post(address(business, "import-undo", batch().pk))
    assert not BankLine.objects.exists() and Invoice.objects.get().balance == 400
    page = read(books, business, "bank-file", batch().pk)
    assert "nothing of it is in your books" in page and "New lines" not in page


def test_what_keeps_a_file_in_the_books_is_named(send, books, business, owed):
    send({"march.csv": CLEAR})
    return_payment(payment=Payment.objects.get(), on=make.day("2026-03-16"))
    page = words(books.post(address(business, "import-undo", batch().pk), follow=True))
    assert "The payment of 2026-03-10 was returned on 2026-03-16" in page


def test_nobody_elses_file(send, client_of, outsider, business):
    send({"march.csv": CLEAR})
    theirs = outsider.memberships.get().business
    for door in ("bank-file", "bank-file-columns", "bank-file-refused"):
        assert client_of(outsider).get(address(theirs, door, batch().pk)).status_code == 404
