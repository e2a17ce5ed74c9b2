"""The desk in the browser: what is on it, what is not yet, and how a task ends."""

import pytest
import time_machine

from customers.models import Task
from tests import make
from tests.make import day
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")


def test_the_desk_shows_what_is_due_and_marks_what_is_late(books, business, acme):
    make.task(acme, kind="callback", due="2026-03-18", reason="They asked us to.")
    page = read(books, business, "task-list")
    assert "Call back" in page
    assert "2 days late" in page


def test_what_opens_later_is_shown_on_demand(books, business, acme):
    make.task(acme, kind="callback", opens="2026-03-25", due="2026-03-26")
    assert "Next: Call back Acme, in 5 days" in read(books, business, "task-list")
    assert "Call back" in read(books, business, "task-list", when="later")


def test_what_was_put_off_leaves_the_desk_until_its_day(books, business, acme):
    task = make.task(acme, kind="callback", due="2026-03-20")
    form = {"snooze-until": "2026-03-24", "snooze-reason": "On holiday."}
    books.post(address(business, "task-snooze", task.pk), form)
    assert "Nothing to do now." in read(books, business, "task-list")
    with time_machine.travel("2026-03-24 12:00Z"):
        assert "Call back" in read(books, business, "task-list")


def test_the_first_call_leads_the_desk(books, business, acme):
    make.task(acme, kind="call_60", due="2026-03-19", amount=500, currency="USD")
    page = books.get(address(business, "task-list")).content.decode()
    assert page.index("Call them") < page.index("<table")


def test_a_task_is_done_in_the_browser(books, business, bookkeeper, acme):
    task = make.task(acme, kind="callback")
    books.post(address(business, "task-complete", task.pk), {"complete-outcome": "They will pay."})
    task.refresh_from_db()
    assert (task.state, task.outcome, task.closed_by, task.closed_on) == ("done", "They will pay.", bookkeeper, day("2026-03-20"))


def test_an_outcome_is_asked_for(books, business, acme):
    task = make.task(acme, kind="callback")
    page = books.post(address(business, "task-complete", task.pk), {"complete-outcome": ""})
    assert page.status_code == 422
    assert Task.objects.get().state == "open"


def test_somebody_quicker_is_said(books, business, bookkeeper, acme):
    task = make.task(acme, kind="callback", state="done", closed_on=day("2026-03-19"))
    page = books.post(address(business, "task-cancel", task.pk), {"cancel-reason": "Not needed."})
    assert page.status_code == 422
    task.refresh_from_db()
    assert task.state == "done"


def test_the_owners_task_is_closed_to_a_bookkeeper(books, business, acme, client_of, owner):
    task = make.task(acme, kind="decide", role="owner")
    form = {"complete-outcome": "We settle."}
    assert "This one is the owner's." in read(books, business, "task-detail", task.pk)
    assert books.post(address(business, "task-complete", task.pk), form).status_code == 403
    client_of(owner).post(address(business, "task-complete", task.pk), form)
    task.refresh_from_db()
    assert task.state == "done"


def test_the_desk_leaves_as_csv(books, business, acme):
    make.task(acme, kind="call_60", amount=500, currency="USD", due="2026-03-19", reason="60 days late")
    assert lines(books.get(address(business, "task-list"), {"format": "csv"})) == [
        "What,Customer,Why,Days late,Due,Currency,Amount,Who,Outcome",
        "Listening call,Acme,60 days late,,2026-03-19,USD,500.00,,",
    ]


def test_a_task_about_a_query_leads_to_it(books, business, acme):
    task = make.task(acme, kind="dispute", subject="dispute:7")
    page = books.get(address(business, "task-detail", task.pk)).content.decode()
    assert address(business, "dispute-detail", 7) in page


@pytest.mark.parametrize("kind", ["find_contact", "verify_claim"])
def test_every_other_task_leads_to_its_customer(books, business, acme, kind):
    task = make.task(acme, kind=kind, subject="contact" if kind == "find_contact" else "")
    actions = books.get(address(business, "task-detail", task.pk)).content.decode().split("page-actions")[1].split("</div>")[0]
    assert address(business, "customer-detail", acme.pk) in actions


@pytest.mark.parametrize(
    ("stored", "words"), [("NO_CONTACT", "Nobody could be reached"), ("REACHED", "Reached"), ("They will pay.", "They will pay.")]
)
def test_what_came_of_a_task_is_said_in_words(books, business, acme, stored, words):
    task = make.task(acme, kind="call_60", state="done", outcome=stored)
    assert f"Outcome {words}" in read(books, business, "task-detail", task.pk)


def test_a_bookkeeper_s_desk_holds_the_owner_s_decisions_on_demand(books, business, acme, client_of, owner):
    make.task(acme, kind="decide", role="owner")
    assert "Owner's decision Acme" not in read(books, business, "task-list").replace("for the owner ", "")
    assert "for the owner Acme" in read(books, business, "task-list", who="owner")
    assert "for the owner Acme" in read(client_of(owner), business, "task-list")
