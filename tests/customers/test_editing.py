"""Writing customers and contacts: what changes, what is logged, and what is not."""

import datetime

import pytest

from customers import editing
from customers.models import Customer, Event, Letter, Task
from tests import make
from tests.make import day


def last_event() -> Event:
    return Event.objects.order_by("-id").first()


def test_a_change_names_its_fields_and_never_their_text(acme, bookkeeper):
    acme.name, acme.notes = "Acme & Sons", "Ask for Jane."
    editing.save_customer(customer=acme, changed=["name", "notes"], actor=bookkeeper)
    event = last_event()
    assert (event.kind, event.actor, event.data) == ("customer.edited", bookkeeper, {"fields": ["name", "notes"]})
    assert Customer.objects.get().name == "Acme & Sons"


def test_only_what_changed_is_written(acme, bookkeeper):
    Customer.objects.filter(pk=acme.pk).update(on_hold=True)
    acme.name = "Acme & Sons"
    editing.save_customer(customer=acme, changed=["name"], actor=bookkeeper)
    assert Customer.objects.get().on_hold


def test_nothing_changed_is_nothing_logged(acme, bookkeeper):
    editing.save_customer(customer=acme, changed=[], actor=bookkeeper)
    editing.set_flags(customer=acme, values={"no_reminders": False}, actor=bookkeeper)
    assert not Event.objects.filter(customer=acme).exists()


@pytest.mark.proves("T23")
def test_flags_keep_before_and_after_but_no_free_text(acme, bookkeeper):
    values = {"no_reminders": True, "moratorium_until": datetime.date(2026, 5, 1), "represented_by": "Jane Roe"}
    editing.set_flags(customer=acme, values=values, actor=bookkeeper)
    assert last_event().data["changes"] == {
        "no_reminders": [False, True],
        "moratorium_until": [None, "2026-05-01"],
        "represented_by": [False, True],
    }


def test_another_address_must_be_verified_again_and_has_not_bounced(acme, bookkeeper):
    contact = make.contact(acme, verified_on=day("2026-01-01"), bounced_on=day("2026-02-01"), bounce_reason="full")
    contact.email = "new@acme.example"
    editing.save_contact(contact=contact, changed=["email"], actor=bookkeeper)
    contact.refresh_from_db()
    assert (contact.verified_on, contact.bounced_on, contact.bounce_reason) == (None, None, "")


def test_another_name_leaves_the_verification(acme, bookkeeper):
    contact = make.contact(acme, verified_on=day("2026-01-01"))
    contact.name = "Jane"
    editing.save_contact(contact=contact, changed=["name"], actor=bookkeeper)
    contact.refresh_from_db()
    assert contact.verified_on == day("2026-01-01")


@pytest.mark.proves("P17")
def test_verifying_a_contact_does_the_task_that_asked_for_it(business, acme, bookkeeper):
    contact = make.contact(acme)
    task = make.task(acme, kind="verify_ap", subject=f"contact:{contact.pk}")
    other = make.task(acme, kind="verify_ap", subject="contact:0")
    editing.verify_contact(contact=contact, on=day("2026-03-02"), actor=bookkeeper)
    contact.refresh_from_db()
    assert contact.verified_on == day("2026-03-02")
    assert set(Task.objects.filter(state="done")) == {task}
    assert other.state == "open"


def test_letters_not_yet_out_follow_the_customers_new_channel(acme, bookkeeper):
    fields = {"business": acme.business, "customer": acme, "code": "L30", "currency": "USD", "language": "en"}
    for state, channel in (("draft", "email"), ("draft", "both"), ("failed", "email")):
        Letter.objects.create(**fields, state=state, channel=channel, written_on=day("2026-03-16"))
    acme.channel = "post"
    editing.save_customer(customer=acme, changed=["channel"], actor=bookkeeper)
    assert list(Letter.objects.order_by("id").values_list("channel", flat=True)) == ["post", "both", "email"]
