"""The search of everything: by customer, invoice number, phone and amount."""

from decimal import Decimal

import pytest

from invoices.searching import amounts_in, find
from tests import make


@pytest.fixture
def acme(business):
    return make.customer(business, "Acme Castings", reference="C0042")


def test_a_customer_is_found_by_part_of_the_name_or_by_reference(business, acme):
    assert find(business, "cast").customers == [acme]
    assert find(business, "c0042").customers == [acme]


def test_a_customer_is_found_by_somebody_who_works_there(business, acme):
    make.contact(acme, "jane@acme.example", name="Jane Okafor")
    assert find(business, "okafor").customers == [acme]


@pytest.mark.parametrize("typed", ["+1 415 555 0123", "(415) 555-0123", "555-0123", "0123"])
def test_a_customer_is_found_by_phone_however_it_is_typed(business, acme, typed):
    make.contact(acme, "", phone="+14155550123")
    assert find(business, typed).customers == [acme]


def test_an_invoice_is_found_by_its_number_as_people_type_it(business, acme):
    invoice = make.invoice(acme, "INV000812", total="70")
    assert find(business, "inv-000 812").invoices == [invoice]


@pytest.mark.parametrize("typed", ["1250", "1,250.00", "1.250,00", "$1,250", "1 250,00"])
def test_an_invoice_is_found_by_its_amount(business, acme, typed):
    invoice = make.invoice(acme, total="1250")
    assert invoice in find(business, typed).invoices


def test_what_is_open_of_it_counts_as_well(business, acme):
    invoice = make.invoice(acme, total="1250")
    make.payment(acme, "50.50", on="2026-02-01", split={invoice: "50.50"})
    assert find(business, "1199.50").invoices == [invoice]


def test_another_business_is_not_searched(acme, outsider):
    make.invoice(acme, "INV-1")
    elsewhere = outsider.memberships.get().business
    assert find(elsewhere, "acme").only is None
    assert find(elsewhere, "INV-1").only is None


def test_nothing_typed_finds_nothing(business, acme):
    assert find(business, "  ").only is None


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ("1.250", {Decimal("1250"), Decimal("1.250")}),
        ("€ 1.250.000,50", {Decimal("1250000.50")}),
        ("99,5", {Decimal("99.5")}),
        ("Acme", set()),
        ("1,2,3", set()),
    ],
)
def test_what_somebody_may_mean_by_an_amount(typed, amounts):
    assert amounts_in(typed) == amounts


def test_the_only_thing_found_is_opened(business, acme, bookkeeper, client_of):
    make.contact(acme)
    response = client_of(bookkeeper).get(f"/b/{business.slug}/search/", {"q": "acme"})
    assert (response.status_code, response.url) == (302, f"/b/{business.slug}/customers/{acme.pk}/")


def test_several_things_are_listed(business, acme, bookkeeper, client_of):
    make.customer(business, "Acme Joinery")
    page = client_of(bookkeeper).get(f"/b/{business.slug}/search/", {"q": "acme"}).content.decode()
    assert "Acme Castings" in page
    assert "Acme Joinery" in page


def test_a_search_without_result_says_what_to_try(business, bookkeeper, client_of):
    page = client_of(bookkeeper).get(f"/b/{business.slug}/search/", {"q": "zzz"}).content.decode()
    assert "Try part of a name" in page
