"""Links as staff sees them: made by hand, shown once, revoked, made anew."""

import re

import pytest
from django.test import Client

from invoices.models import PortalLink
from tests import make
from tests.invoices.portal import Visitor, visitor
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")

ADDRESS = re.compile(r"http://localhost:8000(/p/[0-9a-z]{26}/)")


@pytest.fixture
def ours(acme) -> Visitor:
    return visitor(acme, make.invoice(acme, "INV-1"))


def made(page: bytes) -> str:
    """The one address a page shows, below the site's own."""
    found = set(ADDRESS.findall(page.decode()))
    assert len(found) == 1
    return found.pop()


@pytest.mark.proves("P23")
def test_a_link_made_by_hand_is_shown_once_and_opens_what_was_ticked(books, business, acme):
    first, _second = make.invoice(acme, "INV-1"), make.invoice(acme, "INV-2")
    form = books.get(address(business, "link-add", acme.pk))
    assert "INV-2" in words(form)
    page = books.post(address(business, "link-add", acme.pk), {"invoices": [first.pk], "contact": make.contact(acme).pk})
    opened = Client().get(made(page.content)).content
    assert b"INV-1" in opened and b"INV-2" not in opened
    assert "no-store" in page["Cache-Control"]
    assert not ADDRESS.search(read(books, business, "link-list", acme.pk))
    assert "You see it this once" in words(page)


@pytest.mark.parametrize(("ticked", "said"), [([], "at least one"), (["USD", "EUR"], "one currency")])
def test_a_link_shows_something_in_one_currency(books, business, acme, ticked, said):
    ids = [make.invoice(acme, currency=currency).pk for currency in ticked]
    assert said in words(books.post(address(business, "link-add", acme.pk), {"invoices": ids}))
    assert not PortalLink.objects.exists()


def test_an_invoice_of_another_customer_cannot_be_ticked(books, business, acme):
    make.invoice(acme)
    theirs = make.invoice(make.customer(business, "Birch"))
    assert "not one of the available choices" in words(
        books.post(address(business, "link-add", acme.pk), {"invoices": [theirs.pk]})
    )


def test_the_list_says_what_became_of_each(books, business, acme, ours):
    dead, old = visitor(acme, acme.invoices.get()), visitor(acme, acme.invoices.get())
    books.post(address(business, "link-revoke", dead.link.pk))
    PortalLink.objects.filter(pk=old.link.pk).update(expires_on=day("2026-03-19"))
    ours.confirm()
    page = read(books, business, "link-list", acme.pk)
    assert page.count("Opens") == 1
    assert "until Jun 18, 2026" in page
    assert "looked at Mar 20, 2026, 12:00" in page
    assert "Revoked" in page and "Expired" in page
    assert page.count("not looked at yet") == 2


@pytest.mark.proves("T50")
def test_revoked_and_made_anew(books, business, ours):
    again = Client().get(made(books.post(address(business, "link-reissue", ours.link.pk)).content))
    assert again.status_code == 200
    assert ours.get().status_code == 404
    books.post(address(business, "link-revoke", PortalLink.objects.get(revoked_at=None).pk))
    assert not PortalLink.objects.filter(revoked_at=None).exists()


def test_the_customers_page_shows_the_links_and_the_story(books, business, acme, ours):
    ours.confirm()
    page = read(books, business, "customer-detail", acme.pk)
    assert "Their link" in page
    assert "They looked at their page" in page
    assert "A code to confirm who they are sent to Ana López" in page
