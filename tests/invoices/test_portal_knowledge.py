"""Where no e-mail is on file: the last four signs of an invoice number, and the postal code (domain.md 6.8)."""

import datetime

import pytest
import time_machine
from django.core import mail

from invoices.models import PortalCode
from tests import make
from tests.invoices.portal import Visitor, visitor
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def ours(acme) -> Visitor:
    """A customer without any e-mail address, in Kiel; one invoice on the link, another not."""
    acme.postal_code = "24103"
    acme.save()
    nobody = make.contact(acme, "", name="Jane", phone="+4943155501")
    make.invoice(acme, "2026-8842")
    return visitor(acme, make.invoice(acme, "RE/2026-7731"), contact=nobody)


def tell(ours: Visitor, number: str, postcode: str) -> object:
    return ours.post("portal-confirm", number=number, postcode=postcode)


@pytest.mark.parametrize("number", ["7731", "RE/2026-7731", " 77-31 "])
@pytest.mark.parametrize("postcode", ["24103", " 24 103"])
def test_both_right_let_in(ours, number, postcode):
    assert tell(ours, number, postcode).status_code == 302
    assert ours.get("portal-decline").headers.get("Location", "") != ours.address("portal-code")
    assert PortalCode.objects.get().method == "knowledge"
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("number", "postcode"), [("7732", "24103"), ("7731", "24104"), ("8842", "24103"), ("1", "24103"), ("-", "-"), ("7731", "*")]
)
def test_one_of_them_wrong_does_not(ours, number, postcode):
    assert "That is not right" in words(tell(ours, number, postcode))
    assert PortalCode.objects.get().confirmed_at is None


def test_it_is_asked_for_at_once_and_looking_counts_nothing(ours):
    assert ours.get("portal-code").url == ours.address("portal-confirm")
    assert "Last four" in words(ours.get("portal-confirm"))
    assert not PortalCode.objects.exists()


def test_it_cannot_be_tried_out(ours):
    answers = [tell(ours, "0000", "24103") for _ in range(40)]
    assert sum("That is not right" in answer.content.decode() for answer in answers) == 20
    assert b"until tomorrow" in tell(ours, "7731", "24103").content
    with time_machine.travel(datetime.datetime(2026, 3, 20, 18, 0, tzinfo=datetime.UTC), tick=False):
        assert b"until tomorrow" in tell(ours, "7731", "24103").content


def test_it_is_no_way_round_the_mail(ours, acme):
    make.contact(acme, "ap@acme.example")
    assert tell(ours, "7731", "24103").status_code == 200
    assert not PortalCode.objects.filter(confirmed_at__isnull=False).exists()


def test_without_a_postal_code_on_file_they_are_asked_to_call(ours, acme):
    acme.postal_code = ""
    acme.save()
    assert "Please call us" in words(ours.browser.get(ours.address("portal-confirm"), follow=True))
    assert tell(ours, "7731", "").status_code == 302
    assert not PortalCode.objects.exists()
