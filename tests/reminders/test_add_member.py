"""manage.py add_member: how the first owner of a real ledger gets in."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from customers.models import Membership


def add(*words):
    out = StringIO()
    call_command("add_member", *words, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def test_the_first_owner_gets_a_link_that_sets_a_password(business, client):
    result = add("ada@example.com")
    assert (result["email"], result["role"]) == ("ada@example.com", "owner")
    form = client.get(result["link"].removeprefix("http://localhost:8000"), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "quiet otter 41", "password2": "quiet otter 41"})
    client.post("/accounts/login/", {"login": "ada@example.com", "password": "quiet otter 41"})
    assert client.get(f"/b/{business.slug}/settings/").status_code == 200


def test_somebody_with_a_password_needs_no_link(business, outsider):
    assert add(outsider.email, "--business", business.slug, "--role", "bookkeeper")["link"] == ""
    assert Membership.objects.get(business=business, user=outsider).role == "bookkeeper"


@pytest.mark.parametrize(("email", "words"), [("nobody", "is no e-mail address"), ("books@example.com", "is a member already")])
def test_what_cannot_be_is_refused_in_a_line(business, bookkeeper, email, words):
    with pytest.raises(CommandError, match=words):
        add(email)
