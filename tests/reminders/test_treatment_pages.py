"""What people see of a treatment: on the call, with a promise, in the order of the desk, in what goes out (domain.md 5)."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from customers.models import Letter, Task
from invoices.models import Promise
from reminders.claiming import changed
from reminders.facts import settings_of
from reminders.nightly import escalate
from reminders.worklist import rank, weights_of
from tests import make
from tests.make import day

TODAY = day("2026-03-02")


@pytest.fixture
def acme(business):
    row = make.customer(business)
    make.contact(row, phone="+442079460123", role="ap")
    make.invoice(row)
    return row


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.mark.proves("P09")
def test_the_call_says_how_they_are_treated(business, acme, bookkeeper, client_of):
    make.score(acme, "STRETCHER")
    call = make.task(acme, "call_60", currency="USD")
    page = client_of(bookkeeper).get(reverse("call-log", args=[business.slug, call.pk])).content.decode()
    assert "<strong>Stretches the terms</strong>" in page
    assert "For new orders suggest 7 or 14 days." in page


def test_the_call_says_nothing_of_who_is_not_scored(business, acme, bookkeeper, client_of):
    call = make.task(acme, "call_60", currency="USD")
    assert "Stretches" not in client_of(bookkeeper).get(reverse("call-log", args=[business.slug, call.pk])).content.decode()


def promised(business, acme, **more) -> tuple[str, dict[str, str]]:
    terms = {"amount": "500.00", "currency": "USD", "due_on": "2026-03-06"}
    return reverse("promise-add", args=[business.slug, acme.pk]), terms | more


def test_a_bare_promise_of_who_breaks_them_is_refused_kindly(business, acme, bookkeeper, client_of):
    make.score(acme, "PROMISE_BREAKER")
    address, terms = promised(business, acme, allowed="on")
    page = client_of(bookkeeper).post(address, terms).content.decode()
    assert "take money today or a signed plan" in page
    assert not Promise.objects.exists()


def test_an_owner_may_take_it_all_the_same(business, acme, owner, client_of):
    make.score(acme, "PROMISE_BREAKER")
    address, terms = promised(business, acme)
    assert "Take it all the same" in client_of(owner).post(address, terms).content.decode()
    assert client_of(owner).post(address, terms | {"allowed": "on"}).status_code == 302
    assert Promise.objects.get().amount == Decimal(500)


def test_the_question_is_asked_only_where_it_matters(business, acme, owner, client_of):
    address, _terms = promised(business, acme)
    assert "Take it all the same" not in client_of(owner).get(address).content.decode()


@pytest.mark.proves("P10")
def test_who_gets_into_trouble_comes_first_on_the_desk(business, acme):
    other = make.customer(business, "Birch")
    make.invoice(other, total="1500")
    tasks = {row.reference: make.task(row, "call_60", currency="USD", amount=1) for row in (acme, other)}
    rows = Task.objects.filter(kind="call_60")
    assert rank(business, rows, TODAY) == [tasks["BIRCH"].pk, tasks["ACME"].pk]
    make.score(acme, "DETERIORATING")
    assert weights_of(business, [acme.pk], TODAY) == {acme.pk: Decimal(2)}
    assert rank(business, rows, TODAY) == [tasks["ACME"].pk, tasks["BIRCH"].pk]


def test_a_note_before_the_due_date_is_not_sent_after_it(business, acme):
    make.score(acme, "FORGETFUL")
    escalate(business, day("2026-02-11"))
    letter = Letter.objects.get(code="LC")
    assert changed(letter, acme, settings_of(business), day("2026-02-12")) == ""
    assert "too late" in changed(letter, acme, settings_of(business), day("2026-02-15"))
