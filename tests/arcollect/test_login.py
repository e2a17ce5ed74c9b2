"""Logging in: by e-mail, throttled; a lost password comes back by real mail; a second step can be set up."""

import re
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache

from customers.models import Membership
from tests import make

LOGIN = "/accounts/login/"


class Mailbox:
    """Keeps what a mail server was handed."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox(settings, unused_tcp_port):
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port
    yield box
    controller.stop()


@pytest.fixture
def unused_tcp_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(autouse=True)
def _nobody_is_throttled_yet():
    cache.clear()


def log_in(client, password, email="owner@example.com"):
    return client.post(LOGIN, {"login": email, "password": password})


def test_the_only_business_opens_at_once(client, owner, business):
    assert log_in(client, "correct horse", "Owner@Example.com").url == "/"
    assert client.get("/").url == f"/b/{business.slug}/"


def test_somebody_with_two_businesses_chooses(client, owner, business, client_of):
    second = make.business("Second Shop")
    Membership.objects.create(business=second, user=owner, role="bookkeeper")
    page = client_of(owner).get("/").content.decode()
    assert business.name in page
    assert "Second Shop" in page


def test_somebody_without_a_business_is_told_whom_to_ask(client_of, db):
    assert "Ask its owner" in client_of(make.user()).get("/").content.decode()


def test_a_wrong_password_opens_nothing(client, owner):
    page = log_in(client, "wrong").content.decode()
    assert "is-invalid" in page or "errorlist" in page
    assert client.get("/").status_code == 302


def test_guessing_is_stopped_even_with_the_right_password(client, owner):
    for _ in range(8):
        log_in(client, "wrong")
    answer = log_in(client, "correct horse")
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()


def test_nobody_signs_up_by_himself(client, db):
    assert "Sign Up Closed" in client.get("/accounts/signup/").content.decode()


def test_a_lost_password_comes_back_by_mail(client, owner, mailbox):
    client.post("/accounts/password/reset/", {"email": "owner@example.com"})
    (letter,) = mailbox.messages
    assert letter["To"] == "owner@example.com"
    path = re.search(r"http://testserver(\S+)", letter.get_content()).group(1)
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "quiet otter 41", "password2": "quiet otter 41"})
    assert log_in(client, "quiet otter 41").status_code == 302
    client.post("/accounts/logout/")
    assert "errorlist" in log_in(client, "correct horse").content.decode()


def test_a_used_link_is_dead(client, owner, mailbox):
    test_a_lost_password_comes_back_by_mail(client, owner, mailbox)
    path = re.search(r"http://testserver(\S+)", mailbox.messages[0].get_content()).group(1)
    page = client.get(path, follow=True).content.decode()
    assert "This link is used up" in page
    assert 'href="/accounts/password/reset/"' in page


def test_a_stranger_learns_nothing_from_the_reset(client, db, mailbox):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert answer.url == "/accounts/password/reset/done/"
    assert "If we know this address" in client.get(answer.url).content.decode()


def test_a_second_step_is_set_up_with_the_password_in_hand(client, owner):
    log_in(client, "correct horse")
    assert "Authenticator App" in client.get("/accounts/2fa/").content.decode()
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked.url.startswith("/accounts/reauthenticate/")
    page = client.post(asked.url, {"password": "correct horse"}, follow=True).content.decode()
    assert "data:image/svg+xml" in page
