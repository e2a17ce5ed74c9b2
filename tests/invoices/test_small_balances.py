"""What is too small to ask for: an owner writes it off with one click and takes that back; a bookkeeper looks."""

import pytest

from invoices.models import Invoice, WriteOff
from tests import make
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def short(acme) -> Invoice:
    """Paid but for 80 cents."""
    row = make.invoice(acme, "INV-1", total="100")
    make.payment(acme, "99.20", on="2026-03-10", split={row: "99.20"})
    return row


def balance(invoice: Invoice) -> object:
    return Invoice.objects.get(pk=invoice.pk).balance


def test_an_owner_writes_it_off_and_takes_it_back(client_of, owner, business, short):
    browser = client_of(owner)
    assert "INV-1 Acme" in read(browser, business, "money-small")
    browser.post(address(business, "small-write-off"), {"invoice": [short.pk]})
    row = WriteOff.objects.get()
    assert (balance(short), row.kind, row.by) == (0, "small", owner)
    assert "Written off lately INV-1" in read(browser, business, "money-small")
    browser.post(address(business, "small-take-back", row.pk))
    assert str(balance(short)) == "0.800"


def test_a_bookkeeper_sees_it_only(books, business, short):
    assert "An owner writes them off." in read(books, business, "money-small")
    assert books.post(address(business, "small-write-off"), {"invoice": [short.pk]}).status_code == 403
    assert balance(short) > 0


def test_more_than_that_is_left_alone(client_of, owner, business, acme):
    large = make.invoice(acme, "INV-2", total="1.01")
    client_of(owner).post(address(business, "small-write-off"), {"invoice": [large.pk, "x"]})
    assert balance(large) > 0


def test_what_is_disputed_is_refused(client_of, owner, business, acme, short):
    short.disputes.create(business=business, customer=acme, code="PRICE", amount="0.80", opened_on="2026-03-01")
    page = client_of(owner).post(address(business, "small-write-off"), {"invoice": [short.pk]}, follow=True)
    assert "INV-1 is in dispute" in page.content.decode()
    assert balance(short) > 0


def test_somebody_elses_is_not_touched(client_of, owner, business, outsider):
    theirs = make.invoice(make.customer(outsider.memberships.get().business), "INV-9", total="0.50")
    client_of(owner).post(address(business, "small-write-off"), {"invoice": [theirs.pk]})
    assert balance(theirs) > 0
