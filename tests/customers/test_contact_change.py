"""What a customer tells of a changed contact leads to their card, with what they told in view, and ends with it."""

import pytest

from customers.models import Contact, Event, Task
from tests import make
from tests.invoices.portal import visitor
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def told(acme) -> Task:
    page = visitor(acme, make.invoice(acme, "INV-1"))
    page.post("portal-contact", name="Bo Chen", email="bo@acme.example", words="Ana has left")
    return Task.objects.get(kind="contact_change")


def card(business, task: Task) -> str:
    return address(business, "contact-card", task.customer_id) + f"?task={task.pk}"


@pytest.mark.proves("P17")
def test_the_desk_leads_to_the_card_with_what_they_told_in_view(books, business, told):
    assert card(business, told) in books.get(address(business, "task-list")).content.decode()
    assert card(business, told) in books.get(address(business, "task-detail", told.pk)).content.decode()
    page = books.get(card(business, told)).content.decode()
    assert "bo@acme.example" in page and "Ana has left" in page and "Not confirmed by a code." in page
    assert 'value="ap@acme.example"' in page, "nothing on file changes by itself"
    assert address(business, "task-detail", told.pk) in page


@pytest.mark.proves("P17")
def test_put_right_on_the_card_the_task_is_done(books, business, acme, told):
    books.post(card(business, told), {"name": "Bo Chen", "email": "bo@acme.example"})
    told.refresh_from_db()
    assert (told.state, told.outcome) == ("done", "The details were verified.")
    assert Contact.objects.get().email == "bo@acme.example"
    assert Event.objects.filter(kind="task.done", subject=f"task:{told.pk}").exists()
    assert "Ana has left" not in books.get(card(business, told)).content.decode()


def test_with_something_wrong_it_stays(books, business, told):
    assert books.post(card(business, told), {"name": ""}).status_code == 422
    told.refresh_from_db()
    assert told.state == "open"


def test_a_task_of_somebody_else_is_not_shown_nor_closed(books, business, told):
    birch = make.customer(business, "Birch")
    make.contact(birch, "b@birch.example")
    where = address(business, "contact-card", birch.pk) + f"?task={told.pk}"
    assert "Ana has left" not in books.get(where).content.decode()
    books.post(where, {"name": "Bo", "email": "b@birch.example"})
    told.refresh_from_db()
    assert told.state == "open"


def test_the_card_without_a_task_is_as_it_was(books, business, acme, told):
    assert "What they told us" not in read(books, business, "contact-card", acme.pk)
