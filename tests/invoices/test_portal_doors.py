"""Every page behind the customer's link, found from the addresses themselves: who gets in, and that looking changes nothing."""

import datetime
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.signing import Signer
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from invoices.linking import revoke_link
from invoices.models import PortalCode, PortalLink
from invoices.portal.opening import PROOF_COOKIE, PROOF_SALT
from invoices.portal.tokens import new_token, preview_token
from invoices.portal_urls import urlpatterns
from tests import make
from tests.invoices.portal import Visitor, visitor
from tests.make import day

pytestmark = pytest.mark.usefixtures("in_march")

NAMES = [pattern.name for pattern in urlpatterns]
# What the routes speak of beside the token, where a test has no row for it.
WORDS = {"key": "half", "what": "promise", "answer": "fine"}
HOUSE = ("customers", "invoices", "reminders")
BINDING = ("promise", "dispute", "paymentplan", "instalment", "signature", "settlement", "contact", "customer", "invoice")
SAFE = {200, 302, 404}


def routes(link: PortalLink, token: str) -> Iterator[str]:
    """The address of each page of a link, about its first invoice where it is about one."""
    row = link.invoices.order_by("pk").first()
    for pattern in urlpatterns:
        names = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
        yield reverse(pattern.name, args=[token, *(row.pk if name == "pk" else WORDS[name] for name in names)])


def everything() -> dict[str, list[dict]]:
    """Every row of the house, as it is."""
    models = [model for name in HOUSE for model in apps.get_app_config(name).get_models(include_auto_created=True)]
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}


def binding() -> dict[str, list[dict]]:
    return {label: rows for label, rows in everything().items() if label.split(".")[1].lower() in BINDING}


@pytest.fixture
def ours(acme) -> Visitor:
    """Acme with a link to one of two invoices."""
    make.invoice(acme, "INV-2")
    acme.business.phone = "+14155550123"
    acme.business.save()
    return visitor(acme, make.invoice(acme, "INV-1"))


@pytest.fixture
def theirs(business) -> Visitor:
    """Another customer of the same business, with a link of their own."""
    birch: Customer = make.customer(business, "Birch")
    make.contact(birch, "ap@birch.example")
    return visitor(birch, make.invoice(birch, "BIR-77"))


def with_proof(one: Visitor, *, at: str = "2026-03-20 11:50Z", of: PortalLink | None = None) -> Client:
    """A browser that gave the code at that time, for this link or for another."""
    moment = datetime.datetime.fromisoformat(at)
    code = PortalCode.objects.create(
        link=of or one.link, method="email", sent_at=moment, expires_at=moment, confirmed_at=moment, code_hash="x"
    )
    browser = Client()
    browser.cookies[PROOF_COOKIE] = Signer(salt=PROOF_SALT).sign(str(code.pk))
    return browser


def body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.proves("T49", "T50")
def test_wrong_malformed_and_revoked_are_told_apart_by_nobody(ours):
    revoked = visitor(ours.link.customer, ours.link.invoices.first())
    revoke_link(link=revoked.link)
    tokens = {"wrong": new_token(), "malformed": "a" * 300, "odd": "%00';--", "revoked": revoked.token}
    forged = {"forged preview": "preview-1:abc:def", "a stranger's preview": preview_token(ours.link.pk)}
    answers = {}
    for place, token in enumerate((tokens | forged).values()):
        for address in routes(ours.link, token):
            for method in ("get", "post"):
                answer = getattr(Client(REMOTE_ADDR=f"10.0.{place}.{len(answers) % 250}"), method)(address)
                answers[method, token, address] = (answer.status_code, answer.content, sorted(answer.headers.items()))
    assert len({str(answer) for answer in answers.values()}) == 1
    assert {status for status, *_ in answers.values()} == {404}


@pytest.mark.proves("T49", "T51")
def test_an_expired_link_says_whom_to_call_on_every_page_and_no_more(ours):
    PortalLink.objects.update(expires_on=day("2026-03-19"))
    browser = with_proof(ours)
    for address in routes(ours.link, ours.token):
        for answer in (browser.get(address), browser.post(address)):
            page = answer.content.decode()
            assert answer.status_code == 410, address
            assert "tel:+14155550123" in page and "Hollis Tools" in page
            assert not [word for word in ("Acme", "INV-1", "1,000") if word in page]


def test_a_link_opens_through_its_last_day(ours):
    PortalLink.objects.update(expires_on=day("2026-03-20"))
    assert ours.get().status_code == 200


@pytest.mark.proves("T48")
@pytest.mark.parametrize("proven", [False, True])
def test_looking_changes_no_row_anywhere(ours, proven):
    """Mail scanners open every link, some with HEAD (domain.md 6.8)."""
    browser = with_proof(ours) if proven else Client()
    before = everything()
    for address in routes(ours.link, ours.token):
        for look in (browser.get, browser.head):
            answer = look(address)
            assert answer.status_code in SAFE, (address, answer.status_code)
            body(answer)
    assert everything() == before


@pytest.mark.proves("T48")
def test_without_the_code_nothing_binds(ours):
    before = binding()
    for address in routes(ours.link, ours.token):
        answer = ours.browser.post(address, {"amount": "10", "due_on": "2026-03-27", "code": "PRICE", "words": "x"})
        assert answer.status_code < 500, address
    assert binding() == before


@pytest.mark.proves("T50")
def test_the_proof_of_another_link_or_of_long_ago_is_none(ours, theirs):
    code_page = ours.address("portal-code")
    for browser in (with_proof(ours, of=theirs.link), with_proof(ours, at="2026-03-20 11:29Z")):
        assert browser.get(ours.address("portal-decline")).url.startswith(code_page)
    forged = Client()
    forged.cookies[PROOF_COOKIE] = "1:forged"
    assert forged.get(ours.address("portal-decline")).url.startswith(code_page)
    assert not with_proof(ours).get(ours.address("portal-decline")).headers.get("Location", "").startswith(code_page)


@pytest.mark.proves("T50")
def test_no_page_shows_an_invoice_that_is_not_on_the_link(ours, theirs):
    """By its id, with the proof: neither another customer's, nor the same customer's other one."""
    apart = [theirs.link.invoices.get(), ours.link.customer.invoices.get(number="INV-2")]
    browser = with_proof(ours)
    for row in apart:
        assert browser.get(ours.address("portal-invoice", row.pk)).status_code == 404
    for address in routes(ours.link, ours.token):
        page = body(browser.get(address))
        assert not [word for word in (b"Birch", b"BIR-77", b"INV-2") if word in page], address


@pytest.mark.proves("T52")
def test_a_member_looks_as_the_customer_does_and_leaves_no_trace(ours, books, client_of, outsider):
    link = ours.link
    PortalLink.objects.update(code_to_view=True)
    seen = books.get(reverse("link-preview", args=[link.business.slug, link.pk]), follow=True)
    assert "INV-1" in seen.content.decode()
    before = everything()
    for token in (preview_token(link.pk), ours.token):
        for address in routes(link, token):
            assert books.get(f"{address}?preview").status_code in SAFE
            assert books.post(f"{address}?preview").status_code == 403
    assert everything() == before
    assert client_of(outsider).get(reverse("portal", args=[preview_token(link.pk)])).status_code == 404
    assert client_of(outsider).get(f"{ours.address()}?preview").status_code == 302


def test_no_page_is_kept_found_framed_or_followed(ours):
    browser = with_proof(ours)
    PortalLink.objects.update(code_to_view=False)
    for address in [*routes(ours.link, ours.token), *routes(ours.link, new_token())]:
        answer = browser.get(address)
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert {"no-store", "private"} <= set(answer["Cache-Control"].replace(" ", "").split(","))
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert not answer.cookies


def test_no_page_asks_another_site_for_anything(ours):
    browser = with_proof(ours)
    for address in routes(ours.link, ours.token):
        answer = browser.get(address)
        if answer.headers["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            assert not re.findall(r"""(?:src|srcset|poster)\s*=\s*["'](?:https?:)?//""", page), address
            assert not re.findall(r"""<link[^>]+href\s*=\s*["'](?:https?:)?//""", page), address


def test_no_address_says_a_name_or_an_amount(ours):
    for address in routes(ours.link, ours.token):
        assert not [word for word in ("acme", "inv-1", "1000", "hollis") if word in address.lower()]


def test_other_methods_are_refused_before_the_token_is_looked_at(ours, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert {Client().delete(reverse("portal", args=[token])).status_code for token in (ours.token, new_token())} == {405}


@pytest.mark.proves("T49")
def test_where_the_owner_wants_it_even_looking_needs_the_code(ours):
    PortalLink.objects.update(code_to_view=True)
    entries = {ours.address(name) for name in ("portal-code", "portal-confirm")}
    for address in set(routes(ours.link, ours.token)) - entries:
        answer = ours.browser.get(address)
        assert answer.status_code == 302 and answer.url.startswith(ours.address("portal-code")), address
    assert "INV-1" in with_proof(ours).get(ours.address()).content.decode()
    assert not [name for name in NAMES if name is None]
