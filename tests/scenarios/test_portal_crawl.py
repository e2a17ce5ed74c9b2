"""Over the whole demo: no page of one customer's link shows a byte of another customer (T50)."""

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
import time_machine
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from arcollect.money import format_money
from customers.models import Customer
from invoices.models import Invoice, PortalLink
from invoices.portal.tokens import hash_of, new_token
from invoices.portal_urls import urlpatterns
from tests.invoices.test_portal_doors import WORDS, body
from tests.make import day

TODAY = day("2026-11-18")
# What says too little to be anybody's: short numbers, round sums.
TELLING = 5


@pytest.fixture
def tokens(db) -> Iterator[dict[str, PortalLink]]:
    """A token we know for every link of the demo that opens."""
    call_command("demo", "--on", TODAY.isoformat(), "--customers", "24", "--second", stdout=io.StringIO())
    links = {new_token(): link for link in PortalLink.objects.filter(revoked_at=None, expires_on__gte=TODAY)}
    for token, link in links.items():
        PortalLink.objects.filter(pk=link.pk).update(token_hash=hash_of(token), code_to_view=False)
    with time_machine.travel("2026-11-18 12:00Z", tick=False):
        yield links


def pages(link: PortalLink, token: str) -> Iterator[str]:
    """Every address of the link; each of its invoices where the route is about one."""
    invoices = list(link.invoices.values_list("pk", flat=True))
    for pattern in urlpatterns:
        names = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
        for pk in invoices if "pk" in names else [None]:
            yield reverse(pattern.name, args=[token, *(pk if name == "pk" else WORDS[name] for name in names)])


def said(answer: HttpResponse) -> str:
    """All a page says, in a PDF as well, its markup included."""
    content = body(answer)
    if answer.headers.get("Content-Type") == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return unescape(content.decode(errors="replace")).replace("\xa0", " ")


def secrets_of(customer: Customer) -> set[str]:
    """What may stand on nobody else's page: names, references, addresses, invoice numbers, odd amounts."""
    words = {customer.name, customer.legal_name, customer.reference, customer.street}
    for contact in customer.contacts.all():
        words |= {contact.name, contact.email, contact.phone}
    for invoice in Invoice.objects.filter(customer=customer):
        words.add(invoice.number)
        for amount in {invoice.total, invoice.balance}:
            if amount % 10:
                words.add(format_money(amount, invoice.currency, "en", symbol=False))
    return {word for word in words if len(word) >= TELLING}


@pytest.mark.proves("T50")
def test_no_page_of_one_link_shows_a_byte_of_another_customer(tokens):
    assert len(tokens) > 10
    assert len({link.customer_id for link in tokens.values()}) > 5
    everybody = {customer.pk: secrets_of(customer) for customer in Customer.objects.all()}
    seen = 0
    for token, link in tokens.items():
        own = everybody[link.customer_id]
        others = set().union(*(words for pk, words in everybody.items() if pk != link.customer_id)) - own
        foreign = re.compile(r"(?<![\w.,])(" + "|".join(map(re.escape, sorted(others, key=len, reverse=True))) + r")(?![\w])")
        for address in pages(link, token):
            answer = Client().get(address)
            text = said(answer)
            found = foreign.findall(text.replace(token, ""))
            assert not found, (address, found)
            seen += answer.status_code == 200
    assert seen > 5 * len(tokens)


def test_the_crawler_would_see_it(tokens):
    """Broken on purpose: a link on which another customer's invoice was put behind our back."""
    link = next(iter(tokens.values()))
    token = next(iter(tokens))
    foreign = Invoice.objects.exclude(customer=link.customer_id).filter(business=link.business_id, balance__gt=0).first()
    link.invoices.add(foreign)
    assert foreign.number in said(Client().get(reverse("portal", args=[token])))
