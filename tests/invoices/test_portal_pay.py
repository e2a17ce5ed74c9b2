"""How to pay behind the customer's link: bank details, the code for a banking app, the business's own page, a part of it."""

from decimal import Decimal

import pytest

from customers.documents import store
from invoices.portal.paying import filled_link
from tests import make
from tests.invoices.portal import BANK, visitor
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def euro(acme):
    type(acme.business).objects.filter(pk=acme.business_id).update(**BANK)
    return make.invoice(acme, "INV-1", total="1250.00", currency="EUR")


def test_the_bank_details_stand_ready_to_copy(acme, euro):
    page = visitor(acme, euro).get("portal-pay")
    said, source = words(page), page.content.decode()
    assert "Pay €1,250.00" in said
    assert "DE89 3704 0044 0532 0130 00" in said
    assert 'data-copy="DE89370400440532013000"' in source
    assert 'data-copy="1250.00"' in source
    assert 'data-copy="ACME"' in source


def test_a_euro_transfer_has_a_code_for_banking_apps(acme, euro):
    page = visitor(acme, euro)
    assert 'src="data:image/png;base64,' in page.get("portal-pay").content.decode()
    kept = page.get("portal-qr")
    assert kept.content.startswith(b"\x89PNG")


def test_dollars_have_none(acme):
    page = visitor(acme, make.invoice(acme))
    assert "banking app" not in words(page.get("portal-pay"))
    assert page.get("portal-qr").status_code == 404


def test_a_part_of_it_can_be_paid(acme, euro):
    answer = visitor(acme, euro).post("portal-pay", amount="200")
    assert "Pay €200.00" in words(answer)
    assert 'data-copy="200.00"' in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "soon", "0", "-5", "1.234.5"])
def test_an_amount_nobody_can_read_is_said_kindly(acme, euro, typed):
    assert "Pay €1,250.00" in words(visitor(acme, euro).post("portal-pay", amount=typed))


def test_the_payment_page_has_everything_filled_in(acme, euro):
    type(acme.business).objects.filter(pk=acme.business_id).update(
        payment_link="https://pay.example/{reference}?sum={amount}&in={currency}"
    )
    assert 'href="https://pay.example/ACME?sum=1250.00&amp;in=EUR"' in visitor(acme, euro).get("portal-pay").content.decode()


def test_a_reference_cannot_break_out_of_the_address():
    filled = filled_link("https://pay.example/?r={reference}", amount=Decimal(1), currency="EUR", reference="A&b=1 #x")
    assert filled == "https://pay.example/?r=A%26b%3D1%20%23x"


def test_an_address_that_is_no_page_is_left_out():
    assert filled_link("javascript:alert(1)", amount=Decimal(1), currency="EUR", reference="A") == ""


def test_a_copy_of_each_listed_invoice_and_of_no_other(acme, business, euro):
    other = make.invoice(acme, "INV-2")
    paper = store(business=business, content=b"%PDF-1", content_type="application/pdf", name="INV.pdf")
    type(euro).objects.update(document=paper)
    page = visitor(acme, euro)
    assert page.get("portal-invoice", euro.pk).content == b"%PDF-1"
    assert page.get("portal-invoice", other.pk).status_code == 404
