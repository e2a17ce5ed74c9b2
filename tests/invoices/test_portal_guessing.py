"""Guessing tokens: finds nothing, costs us nothing, and slows down."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from invoices.linking import revoke_link
from invoices.models import PortalLink
from invoices.portal.limiting import GUESSES, PAGES
from invoices.portal.tokens import ALPHABET, LENGTH, PLACEHOLDER, hash_of, new_token
from invoices.views.portal import portal
from tests import make
from tests.invoices.portal import Visitor, visitor

pytestmark = pytest.mark.usefixtures("in_march")
TRIES = 10_000


@pytest.fixture
def ours(acme) -> Visitor:
    return visitor(acme, make.invoice(acme, "INV-1"))


def guess(token: str, address: str = "10.0.0.1") -> int:
    """What a guess is answered, without the middle parts, which a test of ten thousand would mostly measure."""
    return portal(RequestFactory().get("/p/x/", REMOTE_ADDR=address), token=token).status_code


@pytest.mark.proves("T49", "T50")
def test_ten_thousand_guesses_find_nothing_and_are_hardly_looked_at(ours, django_assert_max_num_queries):
    with django_assert_max_num_queries(GUESSES.most):
        answers = [guess(new_token()) for _ in range(TRIES)]
    assert answers[: GUESSES.most] == [404] * GUESSES.most
    assert set(answers[GUESSES.most :]) == {429}


def test_who_guessed_is_told_when_to_come_back_and_others_are_let_in(ours):
    guesser, customer = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")
    for _ in range(GUESSES.most):
        guesser.get(reverse("portal", args=[new_token()]))
    slowed = guesser.get(ours.address())
    assert (slowed.status_code, slowed["Retry-After"]) == (429, str(GUESSES.seconds))
    assert customer.get(ours.address()).status_code == 200


def test_a_network_of_many_addresses_is_one_guesser(ours):
    """One subscriber has a /64 of IPv6: a million addresses are no disguise."""
    answers = [guess(new_token(), f"2001:db8:0:1::{place:x}") for place in range(GUESSES.most + 1)]
    assert answers[-1] == 429
    assert guess(new_token(), "2001:db8:0:2::1") == 404


def test_behind_a_proxy_it_is_the_proxy_that_says_who_asks(ours, settings):
    """What stands further left in the header anybody can write."""
    settings.BEHIND_PROXY = True
    for place in range(GUESSES.most):
        Client(headers={"X-Forwarded-For": f"10.9.9.{place}, 10.0.0.7"}).get(reverse("portal", args=[new_token()]))
    assert Client(headers={"X-Forwarded-For": "1.1.1.1, 10.0.0.7"}).get(ours.address()).status_code == 429
    assert Client(headers={"X-Forwarded-For": "10.0.0.8"}).get(ours.address()).status_code == 200


def test_without_a_proxy_nobody_hides_behind_a_header(ours):
    for place in range(GUESSES.most):
        Client(headers={"X-Forwarded-For": f"10.9.9.{place}"}).get(reverse("portal", args=[new_token()]))
    assert Client(headers={"X-Forwarded-For": "10.9.9.99"}).get(ours.address()).status_code == 429


def test_a_revoked_link_counts_as_a_guess_like_any_other(ours):
    revoke_link(link=ours.link)
    assert [ours.get().status_code for _ in range(GUESSES.most + 1)][-2:] == [404, 429]


def test_one_link_is_not_read_faster_than_people_read(ours):
    digest = PortalLink.objects.get().token_hash
    for _ in range(PAGES.most):
        PAGES.spend(digest)
    assert ours.get().status_code == 429


@pytest.mark.proves("T50")
def test_a_token_is_long_random_and_kept_as_a_hash_alone(ours):
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {LENGTH}
    assert LENGTH * (len(ALPHABET).bit_length() - 1) >= 128
    assert ours.token not in str(PortalLink.objects.values())
    assert PortalLink.objects.get().token_hash == hash_of(ours.token)
    assert hash_of(PLACEHOLDER) != hash_of(ours.token)


def test_a_token_typed_from_paper_may_be_misread(ours):
    typed = ours.token.upper().replace("0", "O").replace("1", "I")
    assert Client().get(reverse("portal", args=[typed])).status_code == 200
