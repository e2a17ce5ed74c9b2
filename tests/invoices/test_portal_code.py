"""The one-time code: sent to the address on file, good once, for minutes, in five tries."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client

from customers.models import Contact, Event
from invoices.models import PortalCode, PortalLink
from invoices.portal.codes import LINKS_AT_AN_ADDRESS, WRONG_A_DAY, contact_of, masked
from tests import make
from tests.invoices.portal import Visitor, visitor
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")

AT = datetime.datetime(2026, 3, 20, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def ours(acme) -> Visitor:
    return visitor(acme, make.invoice(acme, "INV-7731"))


def digits() -> str:
    """The code in the last mail."""
    return re.search(r"\b\d{6}\b", mail.outbox[-1].body)[0]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def after(**passed: int) -> time_machine.travel:
    return time_machine.travel(AT + datetime.timedelta(**passed), tick=False)


@pytest.mark.proves("T48", "P23")
def test_the_code_lets_in_and_leads_on_to_where_they_were_going(ours):
    answer = ours.post("portal-code", to="plan/")
    assert answer.url == ours.address("portal-confirm") + "?to=plan/"
    answer = ours.post("portal-confirm", digits=digits(), to="plan/")
    assert answer.url == ours.address() + "plan/"
    ours.link.refresh_from_db()
    assert ours.link.viewed_at == AT
    assert [*Event.objects.filter(kind__startswith="portal.").order_by("id").values_list("kind", flat=True)] == [
        "portal.issued",
        "portal.code_sent",
        "portal.confirmed",
        "portal.viewed",
    ]


def test_the_proof_is_for_this_link_alone_and_no_business_of_scripts(ours, settings):
    settings.HTTPS = True
    ours.post("portal-code")
    cookie = ours.post("portal-confirm", digits=digits()).cookies["portal"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["secure"]) == (ours.address(), True, "Strict", True)
    assert cookie["max-age"] == 30 * 60


def test_it_goes_to_the_address_on_file_and_never_to_one_typed_in(ours):
    ours.post("portal-code", email="eve@evil.example", to="eve@evil.example", sent_to="eve@evil.example")
    assert [message.to for message in mail.outbox] == [["ap@acme.example"]]
    page = words(ours.get("portal-confirm"))
    assert "a•••@acme.example" in page
    assert "ap@acme.example" not in page


def test_the_mail_says_nothing_of_what_it_is_about(ours):
    ours.post("portal-code")
    message = mail.outbox[0]
    assert message.subject == "Message from Hollis Tools"
    said = message.subject + message.body + str(message.alternatives)
    assert not [word for word in ("INV-7731", "1,000", "Acme", "owe", "due", "http", ours.token) if word in said]


def test_only_a_keyed_hash_of_it_is_kept(ours):
    ours.post("portal-code")
    assert digits() not in str(list(PortalCode.objects.values("code_hash", "sent_to"))) + str(list(Event.objects.values()))
    assert len(PortalCode.objects.get().code_hash) == 64


def test_a_wrong_code_is_told_and_five_are_the_end_of_it(ours):
    ours.post("portal-code")
    code = digits()
    for _ in range(4):
        assert "That is not right" in words(ours.post("portal-confirm", digits=other(code)))
    assert "no longer good" in words(ours.post("portal-confirm", digits=other(code)))
    assert "no longer good" in words(ours.post("portal-confirm", digits=code))
    assert PortalCode.objects.get().tries == 5
    assert Event.objects.filter(kind="portal.code_refused").count() == 1
    assert PortalLink.objects.get().viewed_at is None


def test_it_is_good_for_ten_minutes(ours):
    ours.post("portal-code")
    with after(minutes=10):
        assert "no longer good" in words(ours.post("portal-confirm", digits=digits()))
    with after(minutes=9, seconds=59):
        assert ours.post("portal-confirm", digits=digits()).status_code == 302


def test_it_is_good_once(ours):
    ours.confirm()
    assert "no longer good" in words(Visitor(ours.link, ours.token).post("portal-confirm", digits=digits()))


def test_only_the_newest_counts(ours):
    ours.post("portal-code")
    first = digits()
    ours.post("portal-code")
    if first != digits():
        assert "That is not right" in words(ours.post("portal-confirm", digits=first))
    assert ours.post("portal-confirm", digits=digits()).status_code == 302


def test_the_code_of_one_link_opens_no_other(ours, acme):
    second = visitor(acme, acme.invoices.get())
    ours.post("portal-code")
    first = digits()
    second.post("portal-code")
    if first != digits():
        assert "That is not right" in words(second.post("portal-confirm", digits=first))


def test_five_codes_an_hour(ours):
    for _ in range(5):
        assert ours.post("portal-code").status_code == 302
    answer = ours.post("portal-code")
    assert (answer.status_code, len(mail.outbox)) == (429, 5)
    assert "Please wait an hour" in answer.content.decode()
    with after(hours=1, seconds=1):
        assert ours.post("portal-code").status_code == 302


def test_links_to_one_mailbox_share_its_five(ours, acme):
    second = visitor(acme, acme.invoices.get())
    for one in (ours, second, ours, second, ours):
        one.post("portal-code")
    assert second.post("portal-code").status_code == 429


def test_one_address_gets_no_more_for_many_links(ours, business):
    address = {"REMOTE_ADDR": "10.0.0.9"}
    for place in range(LINKS_AT_AN_ADDRESS + 1):
        other_one = make.customer(business, f"Other {place}")
        make.contact(other_one, f"ap@other{place}.example")
        one = visitor(other_one, make.invoice(other_one))
        statuses = {Client(**address).post(one.address("portal-code")).status_code for _ in range(5)}
        assert statuses == ({429} if place == LINKS_AT_AN_ADDRESS else {302})
    assert ours.post("portal-code").status_code == 302


def test_twenty_wrong_ones_and_the_link_waits_a_day(ours):
    """Five codes an hour, five tries each, for months: the right one would be found in the end."""
    for hour in range(WRONG_A_DAY // 5):
        with after(hours=2 * hour):
            ours.post("portal-code")
            for _ in range(5):
                ours.post("portal-confirm", digits=other(digits()))
    with after(hours=10):
        assert "until tomorrow" in ours.post("portal-code").content.decode()
    with after(hours=31):
        assert ours.post("portal-code").status_code == 302


def test_it_is_in_the_customers_language(ours, acme):
    acme.language = "de"
    acme.save()
    answer = ours.get("portal-code")
    assert answer["Content-Language"] == "de"
    assert '<html lang="de">' in answer.content.decode()


def test_whoever_mail_cannot_reach_is_told_and_nothing_is_confirmed(ours, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    assert "could not be sent" in ours.post("portal-code").content.decode()


def test_a_way_on_that_leads_away_is_forgotten(ours):
    for away in ("//evil.example/", "https://evil.example/", "../../b/", "plan/?x=//evil.example"):
        ours.post("portal-code")
        assert ours.post("portal-confirm", digits=digits(), to=away).url == ours.address()
        PortalCode.objects.all().delete()


@pytest.mark.parametrize(
    ("email", "shown"), [("jane@acme.example", "j•••@acme.example"), ("j@x.example", "j•••@x.example"), ("", "•••@")]
)
def test_an_address_is_shown_to_its_owner_alone(email, shown):
    assert masked(email) == shown


def test_whom_the_link_was_made_for_gets_it_before_others(ours, acme):
    clerk, boss = acme.contacts.get(), make.contact(acme, "boss@acme.example", role="decision")
    assert contact_of(ours.link) == clerk
    PortalLink.objects.update(contact=boss)
    assert contact_of(PortalLink.objects.get()) == boss
    Contact.objects.filter(pk=boss.pk).update(bounced_on=AT.date())
    assert contact_of(PortalLink.objects.get()) == clerk


def test_who_is_represented_is_reached_through_the_representative_alone(ours, acme):
    acme.represented_by = "Lex & Co"
    acme.save()
    assert contact_of(PortalLink.objects.select_related("customer").get()) is None
    lawyer = make.contact(acme, "office@lex.example", role="representative")
    assert contact_of(PortalLink.objects.select_related("customer").get()) == lawyer
