"""The one-time code: sent to the address on file, good once, for minutes, in five tries."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from customers.models import Event
from invoices.linking import issue_link
from invoices.models import PortalCode
from invoices.portal.tokens import new_token
from tests import make
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def token(acme) -> str:
    token = new_token()
    contact = make.contact(acme)
    invoice = make.invoice(acme, "INV-1")
    issue_link(
        customer=acme,
        purpose="letter",
        currency="USD",
        invoices=[invoice.pk],
        token=token,
        today=day("2026-03-20"),
        contact=contact,
    )
    return token


def test_the_code_lets_in(token):
    browser = Client()
    assert "INV-1" in words(browser.get(reverse("portal", args=[token])))
    answer = browser.post(reverse("portal-code", args=[token]), {"to": "plan/"})
    assert answer.url == reverse("portal-confirm", args=[token]) + "?to=plan/"
    digits = re.search(r"\b\d{6}\b", mail.outbox[0].body)[0]
    answer = browser.post(answer.url, {"digits": digits, "to": "plan/"})
    assert answer.url == reverse("portal", args=[token]) + "plan/"
    assert PortalCode.objects.get().confirmed_at
    assert Event.objects.filter(kind="portal.viewed").exists()
