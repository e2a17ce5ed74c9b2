"""Members: an owner invites, changes roles, removes; a business never loses its last owner."""

import re

import pytest
from django.core import mail
from django.test import Client

from customers.membership import MembershipError, change_role, remove_member
from customers.models import Event, Membership, User
from customers.models.business import Role


def address(business, rest=""):
    return f"/b/{business.slug}/settings/members/{rest}"


def invite(client, business, email, role="bookkeeper"):
    return client.post(address(business), {"email": email, "role": role}, follow=True)


@pytest.fixture
def members(client_of, owner, business):
    return client_of(owner)


def test_an_invited_person_sets_a_password_and_is_in(members, business, client):
    page = invite(members, business, "Nina@Example.com").content.decode()
    assert "An invitation is on its way to nina@example.com." in page
    letter = mail.outbox[0]
    assert letter.to == ["nina@example.com"]
    assert letter.subject == "owner@example.com invites you to the books of Hollis Tools"
    link = re.search(r"http://\S+", letter.body).group()
    form = client.get(link.removeprefix("http://localhost:8000"), follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": "quiet otter 41", "password2": "quiet otter 41"})
    assert done.status_code == 302
    newcomer = Client()
    newcomer.post("/accounts/login/", {"login": "nina@example.com", "password": "quiet otter 41"})
    assert newcomer.get(f"/b/{business.slug}/").status_code == 200


def test_somebody_with_a_password_is_told_and_needs_no_other(members, business, outsider):
    invite(members, business, outsider.email, role="owner")
    assert mail.outbox[0].subject == "The books of Hollis Tools are open to you"
    assert outsider.memberships.get(business=business).role == Role.OWNER


def test_a_member_is_not_invited_twice(members, business, bookkeeper):
    page = invite(members, business, bookkeeper.email).content.decode()
    assert "books@example.com is a member already." in page
    assert not mail.outbox


def test_mail_that_does_not_leave_is_said_and_can_be_sent_again(members, business, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = invite(members, business, "nina@example.com").content.decode()
    assert "the mail did not leave: no mail server answers." in page
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    nina = Membership.objects.get(user__email="nina@example.com")
    members.post(address(business, f"{nina.pk}/remind/"))
    assert mail.outbox[0].to == ["nina@example.com"]


def test_a_role_is_changed_and_logged(members, business, owner, bookkeeper):
    membership = bookkeeper.memberships.get()
    members.post(address(business, f"{membership.pk}/role/"), {"role": "owner"})
    membership.refresh_from_db()
    assert membership.is_owner
    event = Event.objects.get(kind="member.role_changed")
    assert (event.actor, event.data) == (owner, {"before": "bookkeeper", "after": "owner"})


def test_a_removed_member_is_out_at_once(members, business, bookkeeper, client_of):
    theirs = client_of(bookkeeper)
    members.post(address(business, f"{bookkeeper.memberships.get().pk}/remove/"))
    assert theirs.get(f"/b/{business.slug}/").status_code == 404


def test_the_last_owner_stays(members, business, owner):
    membership = owner.memberships.get()
    page = members.post(address(business, f"{membership.pk}/remove/"), follow=True).content.decode()
    assert "A business needs an owner" in page
    with pytest.raises(MembershipError):
        change_role(membership=membership, role=Role.BOOKKEEPER, actor=owner)
    assert Membership.objects.get(pk=membership.pk).is_owner


def test_an_owner_may_go_where_another_stays(members, business, owner, bookkeeper):
    change_role(membership=bookkeeper.memberships.get(), role=Role.OWNER, actor=owner)
    remove_member(membership=owner.memberships.get(), actor=owner)
    assert not owner.memberships.exists()


def test_another_business_member_cannot_be_touched(members, business, outsider):
    theirs = outsider.memberships.get()
    assert members.post(address(business, f"{theirs.pk}/remove/")).status_code == 404
    assert User.objects.get(pk=outsider.pk).memberships.exists()
