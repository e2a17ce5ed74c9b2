"""`create_business`: a business with its policy, and with its owner where one is named."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Business, Event, Membership
from reminders.models import Policy

ACME = ("Acme & Sons", "--currency", "gbp", "--country", "gb", "--time-zone", "Europe/London")


def created(*words: str) -> str:
    output = StringIO()
    call_command("create_business", *words, stdout=output)
    return output.getvalue()


def test_a_business_is_opened_with_the_standard_policy(db):
    assert json.loads(created(*ACME, "--format", "json")) == {"slug": "acme-sons"}
    business = Business.objects.get()
    assert (business.currency, business.country, business.released_on) == ("GBP", "GB", None)
    own = Policy.objects.get(business=business, is_default=True)
    assert (own.name, own.steps.filter(enabled=True).count()) == ("STANDARD", 6)
    assert Event.objects.filter(kind="business.opened").exists()


def test_the_owner_named_can_be_given_a_password(db):
    assert "changepassword me@acme.example" in created(*ACME, "--owner", "me@acme.example")
    membership = Membership.objects.get()
    assert (membership.user.email, membership.is_owner) == ("me@acme.example", True)


def test_two_of_the_same_name_have_slugs_of_their_own(db):
    created(*ACME)
    assert "acme-sons-2" in created(*ACME)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (("--currency", "POUNDS"), "not a currency code"),
        (("--country", "England"), "not a country code"),
        (("--time-zone", "London"), "not a time zone"),
        (("--owner", "me"), "not an e-mail address"),
    ],
)
def test_a_wrong_value_opens_nothing(db, wrong, reason):
    with pytest.raises(CommandError, match=reason):
        created(*ACME, *wrong)
    assert not Business.objects.exists()
