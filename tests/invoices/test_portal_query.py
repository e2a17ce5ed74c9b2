"""What is wrong, said behind the customer's link: a query on the desk at once, with a picture."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import Attachment, Event, Task
from invoices.models import Dispute
from tests import make
from tests.invoices.portal import visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, "INV-1", total="500")


@pytest.fixture
def page(acme, invoice):
    return visitor(acme, invoice, make.invoice(acme, "INV-2", total="300")).confirm()


@pytest.mark.proves("P19")
def test_a_query_with_a_photo_is_on_the_desk_at_once(page, invoice):
    photo = SimpleUploadedFile("crate.JPG", b"\xff\xd8\xff pixels")
    said = {"invoice": invoice.pk, "code": "DAMAGED", "amount": "120,50", "words": "The crate was crushed."}
    answer = page.post("portal-query", **said, paper=photo)
    assert answer.url == page.address("portal-done", "query")
    dispute = Dispute.objects.get()
    assert (dispute.invoice, dispute.code, str(dispute.amount)) == (invoice, "DAMAGED", "120.500")
    assert dispute.summary == "The crate was crushed."
    assert Attachment.objects.get().subject == f"dispute:{dispute.pk}"
    assert Task.objects.get(kind="dispute").due_on == dispute.answer_by
    assert Event.objects.get(kind="portal.queried").data["dispute"] == dispute.pk
    done = words(page.get("portal-done", "query"))
    assert "You hear from us by Mar 23, 2026." in done
    assert "The rest, $679.50, stays due as before." in done


def test_without_an_amount_it_is_all_of_it(page, invoice):
    page.post("portal-query", invoice=invoice.pk, code="NOT_DELIVERED", words="Nothing came.")
    assert Dispute.objects.get().amount == 500


def test_we_have_paid_it_is_no_query_but_money_to_look_for(page, invoice):
    answer = page.post("portal-query", invoice=invoice.pk, code="PAID", words="On Monday, by transfer")
    assert answer.url == page.address("portal-done", "paid")
    task = Task.objects.get(kind="match_cash")
    assert "INV-1 is paid already" in task.reason
    assert "On Monday, by transfer" in task.reason
    assert not Dispute.objects.exists()
    assert "We look for your payment and tell you by Mar 23, 2026." in words(page.get("portal-done", "paid"))


def test_no_more_than_is_open_and_what_was_typed_stays(page, invoice):
    answer = page.post("portal-query", invoice=invoice.pk, code="PRICE", amount="600", words="Far too much.")
    assert answer.status_code == 422
    assert "$500.00 of this invoice is open." in answer.content.decode()
    assert "Far too much." in answer.content.decode()
    assert not Dispute.objects.exists()


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [("virus.exe", 10, "We cannot keep this kind of file."), ("big.pdf", 11 * 2**20, "larger than 10 MB")],
)
def test_a_file_we_do_not_take_is_said_kindly(page, invoice, name, size, said):
    paper = SimpleUploadedFile(name, b"x" * size)
    answer = page.post("portal-query", invoice=invoice.pk, code="PRICE", words="See the file.", paper=paper)
    assert said in answer.content.decode()
    assert "See the file." in answer.content.decode()
    assert not Dispute.objects.exists()


@pytest.mark.proves("T50")
def test_an_invoice_of_no_link_cannot_be_queried(acme, page):
    other = make.invoice(acme, "INV-9")
    assert page.post("portal-query", invoice=other.pk, code="PRICE", words="Not listed").status_code == 422
    assert not Dispute.objects.exists()


@pytest.mark.proves("T48")
def test_without_a_code_nothing_is_opened(page, invoice):
    page.browser.cookies.clear()
    answer = page.post("portal-query", invoice=invoice.pk, code="PRICE", words="Too much")
    assert answer.status_code == 403
    assert not Dispute.objects.exists()


def test_the_clock_of_the_answer_runs_in_business_days(page, invoice):
    page.post("portal-query", invoice=invoice.pk, code="QUALITY", words="It rusts.")
    assert Dispute.objects.get().answer_by == day("2026-03-23")
