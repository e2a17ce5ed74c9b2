"""A call asked for, and a contact that changed: tasks for a person, without a code, and nothing on file changes by itself."""

import pytest

from customers.models import Contact, Event, Task
from tests import make
from tests.invoices.portal import visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def page(acme):
    return visitor(acme, make.invoice(acme, "INV-1"))


def test_a_call_is_on_the_desk_on_the_day_they_chose(page):
    said = {"on": "2026-03-24", "time": "morning", "phone": "+1 415 555 0123", "words": "About the delivery"}
    assert page.post("portal-call", **said).url == page.address("portal-done", "call")
    task = Task.objects.get(kind="callback")
    assert (task.opens_on, task.due_on) == (day("2026-03-24"), day("2026-03-24"))
    for part in ("Best in the morning.", "+14155550123", "“About the delivery”", "Not confirmed by a code."):
        assert part in task.reason
    assert Event.objects.get(kind="portal.call_asked").data["task"] == task.pk
    assert "Somebody calls you on the day you chose." in words(page.get("portal-done", "call"))


def test_a_weekend_becomes_the_next_working_day(page):
    page.post("portal-call", on="2026-03-21", time="any")
    assert Task.objects.get(kind="callback").due_on == day("2026-03-23")


def test_asked_twice_is_one_task_that_says_both(page):
    page.post("portal-call", on="2026-03-24", time="any", words="First")
    page.post("portal-call", on="2026-03-23", time="any", words="Second")
    task = Task.objects.get(kind="callback")
    assert "First" in task.reason
    assert "Second" in task.reason
    assert task.due_on == day("2026-03-23")


@pytest.mark.parametrize("on", ["2026-03-19", "2026-06-01", ""])
def test_no_day_gone_by_and_none_far_off(page, on):
    assert page.post("portal-call", on=on, time="any").status_code == 422
    assert not Task.objects.exists()


def test_a_new_address_is_told_and_not_taken_over(page):
    page.post("portal-contact", name="Bo Chen", email="bo@acme.example", words="Ana has left")
    task = Task.objects.get(kind="contact_change")
    for part in ("name: Bo Chen", "email: bo@acme.example", "words: Ana has left", "Not confirmed by a code."):
        assert part in task.reason
    assert Contact.objects.get().email == "ap@acme.example"
    assert "may call you to make sure" in words(page.get("portal-done", "contact"))


def test_nothing_filled_in_is_nothing_told(page):
    assert page.post("portal-contact").status_code == 422
    assert not Task.objects.exists()
