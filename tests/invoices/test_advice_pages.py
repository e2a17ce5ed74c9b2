"""Remittance advices on their pages: read, looked at, kept until the money comes, removed, or booked with what is there."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Event
from invoices.advising import apply_advice, claims_of, keep_advice, payments_for
from invoices.balances import BookingError
from invoices.candidates import read_ledger
from invoices.line_booking import book_line
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine, Invoice, Payment, RemittanceAdvice, WriteOff
from invoices.remittance import read_remittance
from tests import make
from tests.invoices.bank import line, store
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")
TEXT = "INV-1001 200.00\nINV-1002 500.00 10.00 490.00\nTotal 690.00"


@pytest.fixture
def owed(acme) -> list[Invoice]:
    return [make.invoice(acme, "INV-1001", total="200"), make.invoice(acme, "INV-1002", total="500")]


def kept(acme, text=TEXT) -> RemittanceAdvice:
    found = read_remittance(text, claims_of(acme.business, acme), "USD")
    return keep_advice(business=acme.business, customer=acme, remittance=found, text=text)


@pytest.mark.proves("P23")
def test_what_was_read_is_shown_first_and_then_kept(books, business, acme, owed):
    door = address(business, "customer-advice-add", acme.pk)
    page = words(books.post(door, {"text": TEXT}))
    assert "INV-1002 INV-1002 Acme $500.00 $490.00 $10.00" in page
    assert "It is right, keep it" in page
    assert not RemittanceAdvice.objects.exists()
    books.post(door, {"text": TEXT, "keep": "yes"})
    advice = RemittanceAdvice.objects.get()
    assert (advice.customer, advice.total, bytes(advice.document.bytes).decode()) == (acme, Decimal(690), TEXT)
    assert list(advice.lines.values_list("invoice__number", "amount", "discount")) == [
        ("INV-1001", Decimal(200), Decimal(0)),
        ("INV-1002", Decimal(490), Decimal(10)),
    ]
    assert Event.objects.get(kind="advice.kept").data["amount"] == "690.00"
    assert "INV-1001, INV-1002" in read(books, business, "advice-list")


def test_a_sum_that_differs_is_told(books, business, acme, owed):
    page = words(books.post(address(business, "advice-add"), {"text": "INV-1001 200.00\nTotal 250.00"}))
    assert "They write $250.00, the lines make $200.00" in page


def test_a_file_is_read_and_the_customer_is_known_by_the_invoices(books, business, acme, owed):
    file = SimpleUploadedFile("advice.csv", b"Invoice,Amount\nINV-1001,200.00\nINV-1002,500.00\n")
    page = words(books.post(address(business, "advice-add"), {"file": file}))
    assert "INV-1001 INV-1001 Acme" in page
    books.post(address(business, "advice-add"), {"text": "INV-1001\t200.00", "keep": "yes"})
    assert RemittanceAdvice.objects.get().customer == acme


@pytest.mark.parametrize(
    ("data", "words_said"),
    [
        ({"text": " "}, "Paste what they wrote, or choose their file."),
        ({"text": "Thank you."}, "No invoice was found in it."),
        ({"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 broken")}, "This PDF cannot be read."),
    ],
)
def test_what_says_nothing_is_not_kept(books, business, acme, owed, data, words_said):
    page = words(books.post(address(business, "advice-add"), data | {"keep": "yes"}))
    assert words_said in page
    assert not RemittanceAdvice.objects.exists()


def test_it_waits_in_the_ledger_that_bank_lines_are_matched_against(business, acme, owed):
    advice = kept(acme)
    (waiting,) = read_ledger(business).advices.values()
    assert (waiting.id, waiting.total, waiting.rows[1]) == (advice.pk, Decimal(690), (owed[1].pk, Decimal(490), Decimal(10)))


def test_money_that_is_there_already_is_booked_as_they_wrote(books, business, acme, owed):
    payment = make.payment(acme, "690", on="2026-03-10", split={})
    advice = kept(acme)
    assert "$690.00 came Mar 10, 2026" in read(books, business, "advice-detail", advice.pk)
    books.post(address(business, "advice-apply", advice.pk), {"payment": payment.pk})
    assert dict(Invoice.objects.values_list("number", "balance")) == {"INV-1001": 0, "INV-1002": 0}
    assert (Payment.objects.get().unapplied, WriteOff.objects.get().kind) == (0, "discount")
    assert not RemittanceAdvice.objects.exists()
    assert Event.objects.filter(kind="advice.applied").count() == 1


def test_only_the_very_sum_of_the_same_customer_is_offered(business, acme, owed):
    make.payment(acme, "680", on="2026-03-10", split={})
    make.payment(make.customer(business, "Birch"), "690", on="2026-03-10", split={})
    assert payments_for(kept(acme)) == []


def test_another_payment_is_not_booked_by_it(books, business, acme, owed):
    payment = make.payment(acme, "680", on="2026-03-10", split={})
    advice = kept(acme)
    page = books.post(address(business, "advice-apply", advice.pk), {"payment": payment.pk}, follow=True)
    assert "That payment is not the money of this advice." in page.content.decode()
    assert Payment.objects.get().unapplied == 680


def test_one_that_waits_is_removed_once(books, business, acme, owed):
    advice = kept(acme)
    books.post(address(business, "advice-drop", advice.pk))
    assert not RemittanceAdvice.objects.exists()
    assert books.post(address(business, "advice-drop", advice.pk)).status_code == 404
    assert Event.objects.filter(kind="advice.dropped").count() == 1


def test_an_advice_that_pays_nothing_is_refused(acme, owed):
    with pytest.raises(BookingError, match="Nothing would be paid"):
        kept(acme, "INV-1001 -200.00")


def test_only_an_owner_gives_up_a_discount_beyond_what_is_let_pass(business, acme, owed, bookkeeper, owner):
    advice = kept(acme, "INV-1002 500.00 100.00 400.00\nTotal 400.00")
    payment = make.payment(acme, "400", on="2026-03-10")
    with pytest.raises(BookingError, match="only an owner can"):
        apply_advice(advice=advice, payment=payment, on=day("2026-03-12"), actor=bookkeeper)
    assert not WriteOff.objects.exists()
    apply_advice(advice=advice, payment=payment, on=day("2026-03-12"), actor=owner)
    assert WriteOff.objects.get().amount == 100


def test_its_discounts_go_with_the_line_that_brought_the_money(business, acme, owed, bookkeeper):
    advice, on = kept(acme), day("2026-03-12")
    store(business, line("690"))
    row = BankLine.objects.get()
    match = Match(acme.pk, (), 90, "oldest", "By hand.", unapplied=Decimal(690))
    (payment,) = book_line(line=row, match=match, actor=bookkeeper, on=on)
    apply_advice(advice=advice, payment=payment, on=on, actor=bookkeeper)
    take_back_line(line=row, actor=bookkeeper, on=on)
    assert sorted(Invoice.objects.values_list("balance", flat=True)) == [200, 500]
    assert not WriteOff.objects.exists()
    advice.refresh_from_db()
    assert advice.line is None


def test_what_only_looks_like_a_number_is_no_payment(books, business, acme, owed):
    assert books.post(address(business, "advice-apply", kept(acme).pk), {"payment": "²"}).status_code == 404
