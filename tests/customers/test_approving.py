"""Another account to be paid on takes two people (domain.md PF09): who asks, who may confirm, and who is alone."""

import datetime

import pytest
import time_machine

from customers.approving import AccountError, ask_change, confirm_change, drop_change
from customers.models import AccountChange, Event, Task
from tests import make
from tests.pages import address, words

OLD, NEW = "DE89370400440532013000", "GB82WEST12345698765432"
NOW = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)
DETAILS = {"name": "Hollis Tools", "country": "DE", "currency": "USD", "language": "en", "time_zone": "UTC", "terms_days": "30"}


@pytest.fixture
def business(db):
    return make.business(iban=OLD)


def asked(business, owner) -> AccountChange:
    return ask_change(business=business, values={"iban": NEW}, actor=owner, now=NOW)


def iban(business) -> str:
    business.refresh_from_db()
    return business.iban


@pytest.mark.proves("P13")
def test_the_owner_asks_and_the_bookkeeper_confirms(client_of, owner, bookkeeper, business):
    with time_machine.travel(NOW, tick=False):
        page = client_of(owner).post(address(business, "settings"), DETAILS | {"iban": NEW, "signatory": "Ada"}, follow=True)
        assert "Somebody else must confirm what you changed." in words(page)
        assert iban(business) == OLD
        assert business.signatory == "Ada"
        change, task = AccountChange.objects.get(), Task.objects.get(kind="bank")
        client_of(owner).post(address(business, "account-confirm", change.pk))
        assert iban(business) == OLD
        page = client_of(bookkeeper).get(address(business, "account-change", change.pk))
        assert f"{OLD} → {NEW}" in words(page) and "I have made sure" in words(page)
        client_of(bookkeeper).post(address(business, "account-confirm", change.pk))
    assert iban(business) == NEW
    task.refresh_from_db()
    assert task.state == "done"
    event = Event.objects.get(kind="account.changed")
    assert (event.actor, event.data) == (bookkeeper, {"fields": ["iban"], "asked_by": owner.pk})


def test_the_first_account_needs_no_second_person(client_of, owner, business):
    business.iban = ""
    business.save()
    client_of(owner).post(address(business, "settings"), DETAILS | {"iban": NEW})
    assert iban(business) == NEW
    assert not AccountChange.objects.exists()


def test_taking_the_account_away_is_a_change_too(client_of, owner, business):
    client_of(owner).post(address(business, "settings"), DETAILS | {"iban": ""})
    assert iban(business) == OLD
    assert AccountChange.objects.get().values == {"iban": ""}


def test_who_became_a_member_afterwards_does_not_count(business, owner, bookkeeper):
    change = asked(business, owner)
    brought = make.member(business)
    with pytest.raises(AccountError, match="was a member when"):
        confirm_change(change=change, actor=brought, now=NOW + datetime.timedelta(days=2))
    assert iban(business) == OLD


def test_who_is_alone_confirms_it_a_day_later(business, owner):
    change = asked(business, owner)
    with pytest.raises(AccountError, match="after a day"):
        confirm_change(change=change, actor=owner, now=NOW + datetime.timedelta(hours=23))
    confirm_change(change=change, actor=owner, now=NOW + datetime.timedelta(hours=24))
    assert iban(business) == NEW


def test_anybody_may_keep_the_old_one(business, owner, bookkeeper):
    change = asked(business, owner)
    drop_change(change=change, actor=bookkeeper, now=NOW)
    with pytest.raises(AccountError, match="settled already"):
        confirm_change(change=change, actor=bookkeeper, now=NOW)
    assert iban(business) == OLD


def test_a_later_change_takes_the_place_of_one_that_waits(business, owner):
    first, second = asked(business, owner), asked(business, owner)
    first.refresh_from_db()
    assert first.dropped_at and second.is_open
    assert Task.objects.get(kind="bank", state="open").subject == f"account:{second.pk}"


def test_a_stranger_sees_nothing(client_of, outsider, business, owner):
    change = asked(business, owner)
    assert client_of(outsider).post(address(business, "account-confirm", change.pk)).status_code == 404
