"""The policies in the browser: changed by their owner, seen before they are saved, tried on the ledger."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from customers.models import Event
from reminders import policies
from reminders.models import CustomerPolicy, Policy
from tests import make
from tests.pages import address, lines, read, words


@pytest.fixture
def page(client_of, owner, in_march) -> Client:
    """The owner's browser, on Friday 20 March 2026."""
    return client_of(owner)


@pytest.fixture
def standard(business) -> Policy:
    return Policy.objects.get(business=business)


def fields(response: HttpResponse) -> dict[str, str]:
    """What a browser would send of the form of the editor as it stands."""
    body, sent = response.content.decode(), {}
    for tag in re.findall(r"<input [^>]+>", body):
        found = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if "name" in found and (found.get("type") != "checkbox" or " checked" in tag):
            sent[found["name"]] = found.get("value", "on" if found.get("type") == "checkbox" else "")
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        sent[name] = re.search(r'value="([^"]*)" selected', options)[1]
    return {name: value for name, value in sent.items() if name not in {"csrfmiddlewaretoken", "q"}}


def form(page: Client, policy: Policy, **changed: str) -> dict[str, str]:
    """The form of a policy with some fields changed; None leaves one out, as an unticked box is."""
    sent = fields(page.get(address(policy.business, "policy-edit", policy.pk))) | changed
    return {name: value for name, value in sent.items() if value is not None}


def test_the_form_sent_back_as_it_is_changes_nothing(page, business, standard):
    response = page.post(address(business, "policy-edit", standard.pk), form(page, standard), follow=True)
    assert "Nothing was changed: version 1 stays." in words(response)
    assert Policy.objects.count() == 1


def test_a_change_is_saved_as_a_version_and_shown_in_the_history(page, business, owner, standard):
    sent = form(
        page, standard, **{"step-30-offset_days": "45", "step-NOTICE-enabled": None, "entry_cap": "30", "smallest_USD": "40"}
    )
    response = page.post(address(business, "policy-edit", standard.pk), sent, follow=True)
    assert "Saved as version 2." in words(response)
    saved = Policy.objects.get(current=True)
    assert (saved.entry_cap, saved.min_balance) == ("30", {"default": "25.00", "USD": "40.00"})
    history = read(page, business, "policy-history", saved.pk)
    assert "30 days, days: 30 → 45" in history
    assert "Friendly notice, switched: on → off" in history
    assert f"{owner}" in history


def test_who_looked_at_an_older_version_is_told(page, business, standard):
    response = page.post(address(business, "policy-edit", standard.pk), form(page, standard, version="7"))
    assert "Somebody saved this policy in the meantime" in words(response)
    assert Policy.objects.count() == 1


def test_the_picture_follows_the_form_and_saves_nothing(page, business, standard):
    assert "Jun 1, 2026" not in read(page, business, "policy-edit", standard.pk)
    sent = form(page, standard, **{"step-30-offset_days": "43"})
    preview = address(business, "policy-preview", standard.pk)
    picture = page.post(preview, sent, headers={"HX-Request": "true"})
    assert b"<html" not in picture.content
    assert "Jun 1, 2026" in words(picture)
    assert 'value="43"' in page.post(preview, sent).content.decode()
    assert Policy.objects.count() == 1


def test_the_picture_shows_what_a_segment_changes(page, business, standard):
    """Who forgets gets a mail three days before the due date in place of the call."""
    plain = form(page, standard)
    preview, asked = address(business, "policy-preview", standard.pk), {"headers": {"HX-Request": "true"}}
    before = words(page.post(preview, plain, **asked))
    picture = words(page.post(preview, plain | {"pictured_as": "FORGETFUL"}, **asked))
    assert "offer a standing transfer" in picture
    assert picture != before
    assert words(page.post(preview, plain | {"pictured_as": "NOBODY"}, **asked)) == before


def test_the_picture_says_what_is_wrong(page, business, standard):
    sent = form(page, standard, **{"step-60-offset_days": "20"})
    picture = page.post(address(business, "policy-preview", standard.pk), sent, headers={"HX-Request": "true"})
    assert "60 days: It comes after “30 days”" in words(picture)


def test_a_copy_becomes_the_default_after_a_question(page, business, standard):
    page.post(address(business, "policy-copy", standard.pk), {"name": "Gentle"})
    gentle = Policy.objects.get(name="Gentle")
    assert "Make this the business's own policy?" in read(page, business, "policy-default", gentle.pk)
    assert not Policy.objects.get(name="Gentle").is_default
    page.post(address(business, "policy-default", gentle.pk))
    assert Policy.objects.get(name="Gentle").is_default
    assert "Gentle the business's own" in read(page, business, "policy-list")


def test_a_name_that_is_taken_is_said_to_be(page, business, standard):
    response = page.post(address(business, "policy-copy", standard.pk), {"name": "Standard"})
    assert "There is, or was, a policy of that name." in words(response)


def test_a_preset_is_added_archived_and_restored(page, business):
    assert "Counted from the invoice" in read(page, business, "policy-list")
    page.post(address(business, "policy-preset"), {"name": "SEED004_LITERAL"})
    literal = Policy.objects.get(name="SEED004_LITERAL")
    page.post(address(business, "policy-archive", literal.pk))
    assert "In the archive" in read(page, business, "policy-list")
    assert "Let version 1 count again?" in read(page, business, "policy-restore", literal.pk)
    page.post(address(business, "policy-restore", literal.pk))
    assert Policy.objects.get(name="SEED004_LITERAL", current=True).version == 2


def test_the_default_cannot_be_archived(page, business, standard):
    response = page.post(address(business, "policy-archive", standard.pk), follow=True)
    assert "Make another one the default first." in words(response)


def test_a_bookkeeper_chooses_the_policy_of_a_customer(books, business, acme):
    policies.add_preset(business=business, name="SEED004_LITERAL")
    assert "the business's own policy" in read(books, business, "customer-detail", acme.pk)
    response = books.post(address(business, "customer-policy", acme.pk), {"policy": "SEED004_LITERAL"}, follow=True)
    assert "Reminded by Counted from the invoice" in words(response)
    assert "Follows a reminder policy chosen for them" in words(response)
    assert CustomerPolicy.objects.get().customer == acme


def test_a_policy_of_nobody_is_not_chosen(books, business, acme):
    response = books.post(address(business, "customer-policy", acme.pk), {"policy": "NICER"})
    assert "Select a valid choice" in words(response)
    assert not CustomerPolicy.objects.exists()


def test_what_stands_in_the_form_is_tried_on_the_ledger(page, business, standard, acme):
    make.invoice(acme, issued="2026-02-18", due="2026-03-20")
    before = Event.objects.count()
    trial = address(business, "policy-simulation", standard.pk)
    sent = form(page, standard, **{"step-NOTICE-offset_days": "10"})
    shown = words(page.post(trial, sent))
    assert "Friendly notice 1 1" in shown
    assert "“Then” is what stands in the form: it is not saved." in shown
    assert lines(page.post(trial, sent | {"format": "csv"}))[:4] == [
        "Week from,Letters now,Letters then,Calls now,Calls then",
        "2026-03-16,0,0,0,0",
        "2026-03-23,1,0,0,0",
        "2026-03-30,0,1,0,0",
    ]
    assert (Policy.objects.count(), Event.objects.count()) == (1, before)


def test_a_form_that_is_wrong_is_not_tried(page, business, standard):
    sent = form(page, standard, **{"step-30-offset_days": "0"})
    response = page.post(address(business, "policy-simulation", standard.pk), sent)
    assert "Nobody is reminded before the money is overdue" in words(response)


def test_without_open_invoices_there_is_nothing_to_try(page, business, standard):
    assert "No invoice is open" in read(page, business, "policy-simulation", standard.pk)
