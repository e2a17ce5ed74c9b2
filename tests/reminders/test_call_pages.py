"""Noting a call in the browser: what is on the sheet, and what follows."""

from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arcollect.dates import Calendar
from customers.attachments import attach
from customers.claims import open_claim
from customers.models import Conversation, Customer, Event, Letter, Task
from invoices.agreeing import close_promise, make_promise
from invoices.disputing import open_dispute
from invoices.models import Invoice, PaymentPlan, Promise
from invoices.models.agreement import PromiseState
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, read

REACHED = {"outcome": "REACHED", "reason": "R13", "next_on": "2026-04-17"}
pytestmark = pytest.mark.usefixtures("in_april")


@pytest.fixture
def in_april():
    with time_machine.travel("2026-04-15 18:00Z", tick=False):
        yield


@pytest.fixture
def call(business) -> Task:
    """The 60-day call of an invoice due 14 February."""
    acme = make.customer(business, "Acme")
    make.contact(acme, name="Jane", phone="+14155550123")
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, day("2026-04-15"))
    return Task.objects.get(kind="call_60")


@pytest.mark.proves("P15")
def test_the_sheet_shows_whom_to_ring_and_what_is_open(books, business, call):
    page = read(books, business, "call-log", call.pk)
    assert "+1 415-555-0123 Jane Accounts payable" in page
    assert "INV-1 Feb 14, 2026 60" in page


@pytest.mark.proves("P15")
def test_the_hour_on_the_sheet_is_theirs_and_the_dates_are_written_as_at_home(db, client_of):
    british = make.business(country="GB", time_zone="Europe/London")
    sheet = read(client_of(make.member(british)), british, "customer-call", _owing_in_california(british).pk)
    assert "it is 11:00 there" in sheet
    assert "INV-1 14 Feb 2026 60" in sheet


def _owing_in_california(business) -> Customer:
    acme = make.customer(business, "Acme")
    make.contact(acme, name="Jane", phone="+14155550123")
    make.invoice(acme, "INV-1", total="1000")
    return acme


@pytest.mark.proves("P04", "P18")
def test_a_call_that_reached_somebody_closes_the_task_and_writes_the_letter(books, business, bookkeeper, call):
    form = REACHED | {
        "contact": call.customer.contacts.get().pk,
        "answer-1": "Two customers pay in May.",
        "paraphrase": "Short of cash.",
        "agreement": "Half on Friday.",
    }
    page = books.post(address(business, "call-log", call.pk), form, follow=True).content.decode()
    conversation = Conversation.objects.get()
    assert (conversation.paraphrase, conversation.by, conversation.contact.name) == ("Short of cash.", bookkeeper, "Jane")
    assert conversation.answers == {"What is coming in, and when?": "Two customers pay in May."}
    call.refresh_from_db()
    assert (call.state, Letter.objects.get().state) == ("done", "draft")
    assert "A letter waits for your look. Looked at again Apr 17, 2026." in page


@pytest.mark.proves("P06")
def test_somebody_reached_and_no_reason_is_asked_for(books, business, call):
    page = books.post(address(business, "call-log", call.pk), {"outcome": "REACHED", "notes": "friendly"}).content.decode()
    assert "Choose the reason they gave" in page
    assert "friendly" in page
    assert not Conversation.objects.exists()


def test_the_next_day_follows_from_the_reason_and_the_promise(books, business, call):
    promised = {"promise-0-amount": "400", "promise-0-currency": "USD", "promise-0-due_on": "2026-04-24"}
    books.post(address(business, "call-log", call.pk), {"outcome": "REACHED", "reason": "R08"} | promised)
    assert (Conversation.objects.get().next_on, Promise.objects.get().amount) == (day("2026-04-27"), 400)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"promise-0-amount": "400"}, "by which day"),
        ({"promise-0-due_on": "2026-04-24"}, "How much do they pay"),
        ({"promise-0-amount": "400", "promise-0-due_on": "2026-04-01"}, "today or a later day"),
        ({"promise-0-amount": "400", "promise-0-currency": "USD", "promise-0-due_on": "2026-06-24"}, "30 days at most"),
        ({"callback_on": "2026-04-23", "callback_consent": "on"}, "within the next seven"),
        ({"callback_on": "2026-04-15"}, "a day after today"),
        ({"reason": "R18"}, "whether it is an insolvency"),
        ({"reason": "R18", "procedure": "moratorium", "moratorium_until": "2026-04-15"}, "a day after today"),
        ({"reason": "R17", "pause_until": "2026-04-14"}, "a day after today"),
        ({"reason": "R09"}, "which invoice it is about"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_written(books, business, call, part, message):
    page = books.post(address(business, "call-log", call.pk), REACHED | part)
    assert page.status_code == 422
    assert message in page.content.decode()
    assert not Conversation.objects.exists()


@pytest.mark.proves("P24")
def test_a_ready_made_plan_is_offered_from_the_sheet(books, business, call):
    page = read(books, business, "call-log", call.pk, reason="R13")
    assert "Half now, half in a month Apr 15, 2026: $500.00 · May 15, 2026: $500.00" in page
    books.post(address(business, "call-log", call.pk), REACHED | {"plan": "half_half"})
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.accept_by, plan.conversation) == ("offered", day("2026-04-22"), Conversation.objects.get())


@pytest.mark.proves("P24")
@pytest.mark.parametrize(("contested", "offered"), [("200", [Decimal("400.00")] * 2), ("990", None)])
def test_a_plan_of_the_same_call_leaves_out_what_they_contest(books, business, call, contested, offered):
    query = {"query-0-invoice": Invoice.objects.get().pk, "query-0-code": "PRICE", "query-0-amount": contested}
    page = books.post(address(business, "call-log", call.pk), REACHED | query | {"plan": "half_half"})
    plan = PaymentPlan.objects.first()
    assert (plan and [row.amount for row in plan.instalments.all()]) == offered
    assert ("too little is left for this plan" in page.content.decode()) is (offered is None)


@pytest.mark.parametrize(
    "agreed", [{"plan": "half_half"}, {"promise-0-amount": "10", "promise-0-currency": "USD", "promise-0-due_on": "2026-04-20"}]
)
def test_where_nothing_is_theirs_nothing_can_be_promised_or_planned(books, business, call, agreed):
    form = REACHED | {"reason": "R11"} | agreed
    page = books.post(address(business, "call-log", call.pk), form).content.decode()
    assert "everything they owe becomes a query: nothing is left for a promise or a plan" in page
    assert not Conversation.objects.exists()


def test_a_call_not_saved_opens_again_only_what_was_written_into(books, business, call):
    untouched = {"promise-0-currency": "USD", "query-0-code": "PRICE", "claim-0-how": "bank", "contact": ""}
    form = {"outcome": "REACHED", "right_name": "Ann"} | untouched
    page = books.post(address(business, "call-log", call.pk), form).content.decode()
    assert page.count('call-part" open') == 1


@pytest.mark.proves("P18")
def test_a_confirmation_names_no_sum_of_its_own_and_leads_to_its_call(books, business, call):
    promise = {"promise-0-amount": "1000", "promise-0-currency": "USD", "promise-0-due_on": "2026-04-24"}
    books.post(address(business, "customer-call", call.customer_id), REACHED | {"reason": "R04"} | promise)
    letter = Letter.objects.get(code="LCALL")
    page = read(books, business, "letter-detail", letter.pk)
    assert "The call it confirms" in page
    assert "$0.00" not in page


def test_a_reason_brings_its_questions_in_place(books, business, call):
    fragment = books.get(address(business, "call-reason", call.customer_id), {"reason": "R05"}).content.decode()
    assert "What is the cheque number or transfer reference?" in fragment
    assert 'value="2026-04-20"' in fragment


@pytest.mark.proves("P08")
def test_a_worn_out_excuse_asks_for_somebody_who_can_decide(books, business, call):
    for _time in range(2):
        said = {"outcome": "REACHED", "reason": "R05", "at": timezone.now()}
        Conversation.objects.create(business=business, customer=call.customer, **said)
    assert "Ask for somebody who can decide" in read(books, business, "call-log", call.pk)


@pytest.mark.proves("P06")
@pytest.mark.parametrize(("broken", "said"), [(1, False), (2, True)])
def test_before_dialling_it_says_that_no_further_promise_may_be_taken(books, business, call, broken, said):
    """Two were broken in 90 days: only money today or a signed plan (domain.md 2.8, 3.4)."""
    dates = {"made_on": day("2026-02-16"), "due_on": day("2026-02-20")}
    for _time in range(broken):
        row = make_promise(customer=call.customer, currency="USD", amount=Decimal(100), **dates)
        close_promise(promise=row, state=PromiseState.BROKEN, received=Decimal(0), on=day("2026-02-25"))
    page = read(books, business, "call-log", call.pk)
    assert ("Take no further promise: 2 were broken in 90 days." in page) == said
    assert ("Only for today: too many were broken." in page) == said


def _broken_promise(call: Task) -> Task:
    return make.task(call.customer, "broken_promise", reason="Promised, but not received: 40.00 USD.")


def test_one_talk_answers_the_other_calls_on_the_desk_too(books, business, call):
    other = _broken_promise(call)
    assert "Call about a broken promise: Promised, but not received: $40.00." in read(books, business, "call-log", call.pk)
    books.post(address(business, "call-log", call.pk), REACHED | {"answers_too": [other.pk]})
    assert [task.state for task in Task.objects.filter(pk__in=[call.pk, other.pk])] == ["done", "done"]


@pytest.mark.parametrize("form", [REACHED, {"outcome": "NO_ANSWER", "answers_too": "all"}])
def test_another_call_stays_where_it_is_unticked_or_nobody_was_reached(books, business, call, form):
    other = _broken_promise(call)
    ticked = {"answers_too": [other.pk]} if "answers_too" in form else {}
    books.post(address(business, "call-log", call.pk), form | ticked)
    assert Task.objects.get(pk=other.pk).state == "open"


def test_a_letter_that_waited_for_the_other_call_is_written_with_this_one(books, business, call):
    other = _broken_promise(call)
    letter = Letter.objects.get(waits_for=call)
    books.post(address(business, "call-log", other.pk), REACHED | {"answers_too": [call.pk]})
    letter.refresh_from_db()
    assert (letter.state, letter.facts["call"]["reached"]) == ("draft", True)


def test_they_rang_us_and_there_is_no_task(books, business, call):
    form = REACHED | {"reason": "R20", "inbound": "on"}
    books.post(address(business, "customer-call", call.customer_id), form)
    assert (Conversation.objects.get().task, Task.objects.get(pk=call.pk).state) == (None, "open")


@pytest.mark.proves("P15")
def test_the_sheet_takes_as_many_queries_for_much_as_for_little(books, business, call):
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            books.get(address(business, "call-log", call.pk))
        return len(taken)

    def more(place: int) -> None:
        customer, row = call.customer, make.invoice(call.customer, f"MORE-{place}", due="2026-03-01", total="100")
        make.contact(customer, f"p{place}@acme.example", phone="+14155550123")
        promised = {"made_on": day("2026-04-10"), "due_on": day("2026-04-20")}
        make_promise(customer=customer, currency="USD", amount=Decimal(50), split=[(row.pk, Decimal(50))], **promised)
        open_dispute(invoice=row, code="PRICE", amount=Decimal(10), on=day("2026-04-10"), calendar=Calendar())
        open_claim(customer=customer, what=f"Sent {place}", how="bank", check_by=day("2026-04-20"), on=day("2026-04-10"))
        paper = SimpleUploadedFile("pod.pdf", f"%PDF-1.4 {place}".encode())
        attach(customer=customer, subject=f"invoice:{row.pk}", upload=paper, by=None)
        make.payment(customer, "5", on="2026-04-01", split={row: "5"})
        make.payment(customer, "7", on="2026-04-02")
        said = {"outcome": "REACHED", "reason": "R04", "at": timezone.now(), "contact": customer.contacts.first()}
        Conversation.objects.create(business=business, customer=customer, **said)

    more(0)
    queries()
    few = queries()
    for place in range(1, 8):
        more(place)
    assert queries() == few


def test_nobody_reached_comes_back_on_the_desk(books, business, call):
    page = books.post(address(business, "call-log", call.pk), {"outcome": "NO_ANSWER"}, follow=True).content.decode()
    call.refresh_from_db()
    assert (call.state, call.snoozed_until) == ("open", day("2026-04-16"))
    assert "comes back on the desk" in page


def test_a_call_already_closed_is_not_noted_again(books, business, call):
    Task.objects.update(state="cancelled", closed_on=day("2026-04-15"))
    books.post(address(business, "call-log", call.pk), {"outcome": "NO_ANSWER"})
    assert not Conversation.objects.exists()


def test_somebody_else_s_contact_is_no_choice(books, business, call):
    other = make.contact(make.customer(business, "Birch"))
    form = {"outcome": "NO_ANSWER", "contact": other.pk}
    assert "Select a valid choice" in books.post(address(business, "call-log", call.pk), form).content.decode()


@pytest.fixture
def too_early():
    """Seven in the morning where the number rings."""
    with time_machine.travel("2026-04-15 14:00Z", tick=False):
        yield


NO_ANSWER = {"outcome": "NO_ANSWER"}


def test_a_number_that_may_not_be_rung_now_cannot_be_dialled_and_says_when(books, business, call, too_early):
    page = books.get(address(business, "call-log", call.pk)).content.decode()
    assert "tel:" not in page
    assert "Only between 08:00 and 21:00; it is 07:00 there." in page
    assert "Free from" in page


def test_a_bookkeeper_cannot_note_a_call_that_was_not_allowed(books, business, call, too_early):
    form = NO_ANSWER | {"override_reason": "Because"}
    assert "only an owner may decide otherwise" in books.post(address(business, "call-log", call.pk), form).content.decode()
    assert not Conversation.objects.exists()


def test_an_owner_calls_all_the_same_and_says_why(client_of, owner, business, call, too_early):
    browser = client_of(owner)
    assert "Say why" in browser.post(address(business, "call-log", call.pk), NO_ANSWER).content.decode()
    browser.post(address(business, "call-log", call.pk), NO_ANSWER | {"override_reason": "They asked for an early call"})
    assert "They asked for an early call" in Conversation.objects.get().notes
    trace = Event.objects.get(kind="call.overridden")
    assert (trace.actor, trace.data["limits"]) == (owner, ["HOURS"])


def test_who_rang_us_is_always_noted(books, business, call, too_early):
    books.post(address(business, "call-log", call.pk), NO_ANSWER | {"inbound": "on"})
    assert Conversation.objects.get().inbound


def test_a_call_made_in_time_and_written_down_later_counts_by_when_it_was_made(books, business, call):
    with time_machine.travel("2026-04-15 23:55Z", tick=False):
        page = books.get(address(business, "call-log", call.pk))
    with time_machine.travel("2026-04-16 00:05Z", tick=False):
        books.post(address(business, "call-log", call.pk), NO_ANSWER | {"opened": page.context["opened"]})
    assert Conversation.objects.exists()


def test_a_company_rung_twice_a_day_is_asked_about_once_more(books, business, call):
    books.post(address(business, "call-log", call.pk), NO_ANSWER)
    assert "Read it and tick this" in books.post(address(business, "call-log", call.pk), NO_ANSWER).content.decode()
    books.post(address(business, "call-log", call.pk), NO_ANSWER | {"limits_seen": "on"})
    assert Conversation.objects.count() == 2
    assert Event.objects.filter(kind="call.logged").order_by("-pk")[0].data["limits"] == ["CALLED_TODAY"]


OWN = {"plan": "own", "own-count": "4", "own-every": "week", "own-first_on": "2026-04-22", "own-deposit": "200"}


@pytest.mark.proves("P24")
def test_a_plan_of_its_own_is_offered_from_the_sheet(books, business, call):
    books.post(address(business, "call-log", call.pk), REACHED | OWN)
    amounts = [(f"{row.due_on:%m-%d}", row.amount) for row in PaymentPlan.objects.get().instalments.all()]
    assert amounts == [("04-15", 200), ("04-22", 200), ("04-29", 200), ("05-06", 200), ("05-13", 200)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"own-count": ""}, "How many?"),
        ({"own-deposit": "5"}, "Beyond the limits: an owner offers it"),
        ({"own-first_on": "2026-04-01"}, "Choose today or a later day."),
    ],
)
def test_a_plan_of_its_own_is_complete_and_within_the_limits(books, business, call, fields, message):
    answer = books.post(address(business, "call-log", call.pk), REACHED | OWN | fields)
    assert answer.status_code == 422
    assert message in answer.content.decode().replace("&#x27;", "'")
    assert not PaymentPlan.objects.exists()
