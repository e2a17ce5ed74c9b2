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
    call_command("demo", "--on", TODAY.isoformat(), "--customers", "12", "--second", stdout=io.StringIO())
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


def secrets_of(customer: Customer) -> tuple[set[str], set[str]]:
    """What may stand on nobody else's page: names, references, addresses, invoice numbers; and odd amounts of theirs."""
    words = {customer.name, customer.legal_name, customer.reference, customer.street}
    for contact in customer.contacts.all():
        words |= {contact.name, contact.email, contact.phone}
    rows = Invoice.objects.filter(customer=customer)
    words |= {row.number for row in rows}
    amounts = {
        format_money(amount, row.currency, "en", symbol=False)
        for row in rows
        for amount in (row.total, row.balance)
        if amount > 1000 and amount % 1
    }
    return {word for word in words if len(word) >= TELLING}, amounts


def leaks(token: str, link: PortalLink, foreign: re.Pattern[str], sums: re.Pattern[str]) -> tuple[list[tuple[str, str]], int]:
    """(what of others stands on the pages of this link and where, how many pages there are).

    A plan's page works out instalments, which may come to anybody's sum by chance: there only words are looked for.
    """
    found, opened = [], 0
    for address in pages(link, token):
        answer = Client().get(address)
        text = said(answer).replace(token, "")
        opened += answer.status_code == 200
        found += [(address, word) for word in foreign.findall(text)]
        if "/plan/" not in address:
            found += [(address, word) for word in sums.findall(text)]
    return found, opened


def any_of(words: set[str]) -> re.Pattern[str]:
    listed = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<![\w.,])(?:{listed})(?!\w)")


@pytest.mark.proves("T50")
def test_no_page_of_one_link_shows_a_byte_of_another_customer(tokens):
    assert len(tokens) > 5
    assert len({link.customer_id for link in tokens.values()}) > 3
    everybody = {customer.pk: secrets_of(customer) for customer in Customer.objects.all()}
    opened = 0
    for token, link in tokens.items():
        apart = [both for pk, both in everybody.items() if pk != link.customer_id]
        own = everybody[link.customer_id]
        looked_for = [any_of(set().union(*(both[kind] for both in apart)) - own[kind]) for kind in (0, 1)]
        found, count = leaks(token, link, *looked_for)
        assert found == []
        opened += count
    assert opened > 4 * len(tokens)
    # Broken on purpose: another customer's invoice put on a link behind our back would be seen.
    stray = Invoice.objects.exclude(customer=link.customer_id).filter(business=link.business_id, balance__gt=0).first()
    link.invoices.add(stray)
    assert stray.number in {word for _address, word in leaks(token, link, *looked_for)[0]}
