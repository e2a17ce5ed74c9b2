"""A message of nobody we know, and the customer it turns out to be from."""

import datetime

import pytest

from customers.models import Contact, Conversation, ReceivedMail, Task
from reminders.inbound import read as read_mail
from reminders.receiving import receive
from reminders.timeline import of_customer
from tests import make
from tests.pages import address, read
from tests.reminders.mail_samples import reply

NOON = datetime.datetime(2026, 3, 20, 12, 0, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def task(business, acme) -> Task:
    """A stranger wrote, and the only house known has other addresses."""
    raw = reply("The lamps are broken.", In_Reply_To="", sender="stranger@home.example")
    receive(read_mail(raw), now=NOON)
    return Task.objects.get()


def test_the_task_leads_to_the_page_and_the_search_to_the_customer(books, business, acme, task):
    assert "Say whose it is" in read(books, business, "task-detail", task.pk)
    page = read(books, business, "task-customer", task.pk)
    assert "The lamps are broken." in page
    assert "look for them above" in page
    assert "Acme, ACME" in read(books, business, "task-customer", task.pk, q="acm")
    assert "No customer fits this." in read(books, business, "task-customer", task.pk, q="zzz")


def test_a_colleague_of_a_known_address_is_proposed(books, business, acme, task):
    make.contact(acme, "ap@home.example")
    assert "Acme, ACME" in read(books, business, "task-customer", task.pk)


@pytest.mark.parametrize(("keep", "addresses"), [({"keep_address": "on"}, ["stranger@home.example"]), ({}, [])])
def test_given_it_is_on_their_timeline_and_the_task_is_theirs(books, business, acme, task, keep, addresses):
    books.post(address(business, "task-customer", task.pk), {"customer": acme.pk, **keep})
    said, task = Conversation.objects.get(), Task.objects.get(pk=task.pk)
    assert (said.customer, said.notes, said.inbound, said.channel) == (acme, "The lamps are broken.", True, "email")
    assert (task.customer, task.state, said.task, ReceivedMail.objects.get().customer) == (acme, "open", task, acme)
    assert "The lamps are broken." not in task.reason
    assert list(Contact.objects.values_list("email", flat=True)) == addresses
    assert any("found to be theirs" in entry.words for entry in of_customer(acme)[0])
    assert "The lamps are broken." in read(books, business, "task-detail", task.pk)


def test_it_is_given_once_and_never_to_a_stranger_s_customer(books, client_of, business, acme, task, outsider):
    theirs = make.customer(outsider.memberships.get().business, "Theirs")
    assert books.post(address(business, "task-customer", task.pk), {"customer": theirs.pk}).status_code == 422
    assert client_of(outsider).get(address(business, "task-customer", task.pk)).status_code == 404
    books.post(address(business, "task-customer", task.pk), {"customer": acme.pk})
    again = books.post(address(business, "task-customer", task.pk), {"customer": acme.pk})
    assert again.url == address(business, "task-detail", task.pk)
    assert Conversation.objects.count() == 1
