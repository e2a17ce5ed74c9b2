"""Every door of the house, tried by somebody who should not get in: found from the addresses themselves, so none is forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from customers.models import (
    Event,
)
from tests.lived_in import lived_in

# Who has no business here: what only an owner may open (architecture.md, "Tenancy and access").
OWNERS_ONLY = {
    "settings",
    "settings-logo",
    "settings-logo-remove",
    "settings-rules",
    "settings-release",
    "policy-list",
    "policy-preset",
    "policy-edit",
    "policy-preview",
    "policy-simulation",
    "policy-copy",
    "policy-default",
    "policy-archive",
    "policy-history",
    "policy-restore",
    "settings-release-choose",
    "settings-release-confirm",
    "settings-contact",
    "settings-segments",
    "settings-figures",
    "settings-plans",
    "settings-numbers",
    "sync-add",
    "sync-edit",
    "sync-switch",
    "sync-remove",
    "plan-accept",
    "plan-refuse",
    "plan-end",
    "plan-countersign",
    "settings-closing",
    "settings-closing-remove",
    "rate-list",
    "rate-save",
    "rate-forget",
    "interest-waive",
    "interest-claim",
    "decision",
    "decision-final",
    "decision-hand-off",
    "decision-write-off",
    "dashboard-count",
    "dashboard-summary",
    "handoff-file",
    "handoff-take-back",
    "handoff-close",
    "settlement-add",
    "settlement-cancel",
    "settlement-waive",
    "calltext-list",
    "calltext-edit",
    "calltext-history",
    "calltext-version",
    "calltext-reset",
    "wording-list",
    "wording-edit",
    "wording-pdf",
    "wording-reset",
    "wording-history",
    "wording-version",
    "member-list",
    "member-role",
    "member-remove",
    "member-remind",
    "small-write-off",
    "small-take-back",
    "write-off-take-out",
    "reduction-start",
    "reduction-end",
    "reduction-odds",
    "customer-segment",
    "customer-segment-end",
    "customer-alarm-seen",
    "credit-advice-accept",
    "credit-advice-decline",
    "credit-advice-reopen",
}
# Open without a log-in, or with a lock of its own kind; everything else needs at least a log-in.
PUBLIC = re.compile(r"^(accounts/|health/$|stop/|p/<)")
STAFF = "b/<slug:business>/"
# Every business has a text of each code and language, and a report of each name.
OF_A_ROW = re.compile(r"<(?!slug:(code|language|name)>)")
OPENS = {200, 302, 405}


@dataclass(frozen=True)
class Door:
    """An address of the staff: its route below the business, and its name."""

    route: str
    name: str

    def address(self, slug: str, rows: dict[str, str]) -> str:
        """Where it is for this business, with the row its route speaks of."""
        path = self.route
        for prefix, value in rows.items():
            path = path.replace(prefix, value)
        assert "<" not in path, f"Say in test_doors.py which row {self.route} is about."
        return f"/b/{slug}/{path}"


def routes(patterns, start: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, start + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield start + str(pattern.pattern), pattern.name


ALL = list(routes(get_resolver().url_patterns))
DOORS = [Door(route.removeprefix(STAFF), name) for route, name in ALL if route.startswith(STAFF)]


@pytest.fixture
def rows(business, owner, bookkeeper) -> dict[str, str]:
    return lived_in(business, owner, bookkeeper)


def knock(client: Client, address: str) -> set[int]:
    """What reading and writing there answer. 405 says only which of the two a door is for."""
    answers = [client.get(address), client.post(address)]
    assert all(answer.url.startswith("/accounts/login/?next=/b/") for answer in answers if answer.status_code == 302)
    return {answer.status_code for answer in answers} - {405}


def names(doors: list[Door]) -> list[str]:
    return [door.name for door in doors]


def answers_of(client: Client, slug: str, rows: dict[str, str], doors: list[Door]) -> dict[str, set[int]]:
    """What each door answers to reading and writing, by its name."""
    return {door.name: knock(client, door.address(slug, rows)) for door in doors}


def test_a_stranger_is_sent_to_the_log_in(rows, business):
    assert answers_of(Client(), business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {302})


def test_the_owner_of_another_business_finds_nothing_here(rows, business, outsider, client_of):
    before = Event.objects.count()
    assert answers_of(client_of(outsider), business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {404})
    assert Event.objects.count() == before


def test_nobody_reaches_our_row_through_their_own_business(rows, outsider, client_of):
    """The id is ours, the business in the path is theirs, and they are its owner."""
    theirs, of_a_row = outsider.memberships.get().business, [door for door in DOORS if OF_A_ROW.search(door.route)]
    before = Event.objects.count()
    assert answers_of(client_of(outsider), theirs.slug, rows, of_a_row) == dict.fromkeys(names(of_a_row), {404})
    assert Event.objects.count() == before


def test_a_bookkeeper_opens_the_daily_work_and_no_more(rows, business, bookkeeper, client_of):
    browser = client_of(bookkeeper)
    answers = {door.name: browser.get(door.address(business.slug, rows)).status_code for door in DOORS}
    assert {name for name, code in answers.items() if code == 403} == OWNERS_ONLY
    assert set(answers.values()) <= OPENS | {403}


def test_a_bookkeeper_does_not_write_either_what_is_the_owners(rows, business, bookkeeper, client_of):
    browser, before = client_of(bookkeeper), Event.objects.count()
    owners = [door for door in DOORS if door.name in OWNERS_ONLY]
    answers = {door.name: browser.post(door.address(business.slug, rows)).status_code for door in owners}
    assert answers == dict.fromkeys(OWNERS_ONLY, 403)
    assert Event.objects.count() == before


def test_the_owner_opens_every_door(rows, business, owner, client_of):
    browser = client_of(owner)
    answers = {door.name: browser.get(door.address(business.slug, rows)).status_code for door in DOORS}
    assert {name: code for name, code in answers.items() if code not in OPENS} == {}


# What pages ask of the address, and forms send, as the id of another row; the doors that look for one.
ASKED_FOR = dict.fromkeys(("task", "contact", "before", "customer", "invoice"), "²")
SENT = dict.fromkeys(("to", "owner", "payment", "letter", "seen", "invoice", "remove"), "²")
READ_IDS = ("contact-card", "decision", "customer-timeline", "bank-line", "payment-add", "settlement-add")
TAKE_IDS = ("task-assign", "dispute-give", "draft-papers", "advice-apply", "small-write-off", "letter-run")


def test_a_digit_that_is_no_number_is_nobodys_id(rows, business, owner, client_of):
    browser, doors = client_of(owner), {door.name: door.address(business.slug, rows) for door in DOORS}
    answers = {browser.get(doors[name], ASKED_FOR).status_code for name in READ_IDS}
    answers |= {browser.post(doors[name], SENT).status_code for name in TAKE_IDS}
    assert answers <= OPENS | {404, 422}


def test_who_is_removed_finds_nothing(rows, business, bookkeeper, client_of):
    browser = client_of(bookkeeper)
    bookkeeper.memberships.all().delete()
    assert answers_of(browser, business.slug, rows, DOORS) == dict.fromkeys(names(DOORS), {404})


def test_no_door_is_nameless_and_no_name_is_used_twice():
    given = names(DOORS)
    assert all(given)
    assert sorted(given) == sorted(set(given))


def test_outside_the_businesses_only_known_doors_are_open(db):
    """Whatever is neither a business's nor known to be public asks for a log-in."""
    closed = [route for route, _ in ALL if not route.startswith(STAFF) and not PUBLIC.match(route)]
    assert [Client().get(f"/{route}").status_code for route in closed] == [302] * len(closed)
