"""A call written down: what becomes of its task, of the letter that waits for it, and of what was said."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers import desk
from customers.models import Conversation, Event, Letter, Task
from customers.models.customer import ContactRole
from customers.reasons import shipped_reasons
from invoices.agreeing import AgreementError
from reminders.call_notes import CallbackNote, CallNotes, ClaimNote, ContactNote, PromiseNote, QueryNote
from reminders.calling import CallError, log_call
from reminders.nightly import escalate
from reminders.rendering import composed
from tests import make
from tests.make import day

WEDNESDAY = datetime.datetime(2026, 4, 15, 14, 0, tzinfo=datetime.UTC)
TODAY, NEXT = day("2026-04-15"), day("2026-04-17")


@pytest.fixture
def invoice(business):
    return make.invoice(make.customer(business), "INV-1")


@pytest.fixture
def call(business, invoice) -> Task:
    """The 60-day call of an invoice due 14 February."""
    escalate(business, TODAY)
    return Task.objects.get(kind="call_60")


def noted(task: Task, outcome: str = "REACHED", *, days_later: int = 0, by=None, **words) -> Conversation:
    if outcome == "REACHED":
        words = {"reason": "R20", "next_on": NEXT} | words
    at = WEDNESDAY + datetime.timedelta(days=days_later)
    notes = CallNotes(outcome=outcome, **words)
    conversation = log_call(customer=task.customer, task=task, notes=notes, at=at, by=by, calendar=Calendar())
    task.refresh_from_db()
    return conversation


def opened(kind: str) -> Task:
    return Task.objects.get(kind=kind, state="open")


@pytest.mark.proves("P04", "P18")
def test_what_was_said_goes_into_the_letter(call):
    noted(call, reason="R14", paraphrase="Your biggest customer pays late.", agreement="Half on Friday.")
    letter = Letter.objects.get()
    assert (call.state, letter.state) == ("done", "draft")
    assert "As we understood you: Your biggest customer pays late. We agreed: Half on Friday." in composed(letter)[1].plain_text
    assert Event.objects.get(kind="call.logged").data == {"outcome": "REACHED", "reason": "R14"}


def test_a_call_that_reached_nobody_comes_back_the_next_business_day(call):
    noted(call, "NO_ANSWER", days_later=2)
    assert (call.state, call.snoozed_until) == ("open", day("2026-04-20"))
    assert Letter.objects.get().state == "waiting_for_call"


def test_three_attempts_on_three_days_complete_the_step_without_contact(call):
    for later in (0, 1, 2):
        noted(call, "VOICEMAIL", days_later=later)
    assert (call.state, call.outcome) == ("done", "NO_CONTACT")
    letter = Letter.objects.get()
    assert (letter.state, letter.facts["call"]["reached"]) == ("draft", False)


@pytest.mark.parametrize("days", [(0, 0, 0), (1, 2, 3)], ids=["one day", "a saturday among them"])
def test_attempts_count_once_a_business_day(call, days):
    for later in days:
        noted(call, "NO_ANSWER", days_later=later)
    assert call.state == "open"


def test_a_call_they_made_is_no_attempt_of_ours(call):
    for later in (0, 1, 2):
        noted(call, "REFUSED", days_later=later, inbound=True)
    assert call.state == "open"


@pytest.mark.proves("T12")
def test_a_call_tried_in_vain_keeps_the_day_it_was_due(call):
    noted(call, "NO_ANSWER", days_later=1)
    assert call.due_on == TODAY


@pytest.mark.proves("T12")
def test_a_call_nobody_made_does_not_keep_the_next_step_back(call, business):
    assert [row["step"] for row in escalate(business, day("2026-05-15")).fired] == ["90"]


@pytest.mark.proves("T12")
@pytest.mark.parametrize(("close", "words"), [(desk.complete_task, "outcome"), (desk.cancel_task, "reason")])
def test_a_call_closed_from_the_desk_frees_the_letter_that_waits_for_it(call, bookkeeper, close, words):
    close(task=call, on=day("2026-04-16"), by=bookkeeper, **{words: "They called us."})
    letter = Letter.objects.get()
    assert (letter.state, "call" in letter.facts) == ("draft", False)


def test_a_call_is_noted_once(call):
    noted(call)
    with pytest.raises(CallError, match="already"):
        noted(call, "NO_ANSWER", days_later=1)
    assert Conversation.objects.count() == 1


@pytest.mark.proves("P06")
@pytest.mark.parametrize(("words", "message"), [({"reason": ""}, "reason"), ({"next_on": None}, "which day")])
def test_somebody_reached_gives_a_reason_and_a_next_day(call, words, message):
    with pytest.raises(CallError, match=message):
        noted(call, **words)
    assert (Conversation.objects.count(), call.state) == (0, "open")


@pytest.mark.proves("P02")
def test_a_courtesy_call_needs_neither(business, invoice):
    courtesy = make.task(invoice.customer, kind="courtesy_call")
    noted(courtesy, reason="", next_on=None, paraphrase="All is well.")
    assert (courtesy.state, Task.objects.filter(state="open").count()) == ("done", 0)


def test_several_things_at_once(call, invoice, bookkeeper):
    conversation = noted(
        call,
        reason="R05",
        by=bookkeeper,
        promises=(PromiseNote("USD", Decimal(300), NEXT), PromiseNote("USD", Decimal(200), day("2026-04-24"))),
        queries=(QueryNote(invoice, "FREIGHT", Decimal(100), "Freight was free."),),
        claims=(ClaimNote("The transfer left on Monday.", "bank", NEXT),),
        put_right=ContactNote(name="Ann Lee", email="ann@acme.example"),
    )
    assert [str(row.amount) for row in conversation.promises.order_by("due_on")] == ["300.000", "200.000"]
    assert conversation.disputes.get().code == "FREIGHT"
    assert conversation.claims.get().what == "The transfer left on Monday."
    assert call.customer.contacts.get().verified_on == TODAY
    assert {task.kind for task in Task.objects.filter(state="open")} >= {"promise_due", "dispute", "verify_claim"}
    assert not Task.objects.filter(kind="callback").exists()


def test_what_cannot_be_agreed_leaves_nothing_behind(call, invoice):
    with pytest.raises(AgreementError, match="30 days"):
        noted(call, promises=(PromiseNote("USD", Decimal(300), day("2026-07-01")),))
    assert (Conversation.objects.count(), call.state) == (0, "open")


@pytest.mark.proves("P06")
def test_where_nothing_else_brings_it_back_they_are_rung_on_the_next_day(call):
    noted(call, reason="R20")
    task = opened("callback")
    assert (task.opens_on, task.due_on, task.reason) == (NEXT, NEXT, "Last time: No reason given.")


def test_a_callback_they_agreed_to_is_on_that_day_and_at_that_time(call):
    conversation = noted(call, reason="R07", callback=CallbackNote(day("2026-04-20"), datetime.time(10), consent=True))
    assert "At 10:00 their time." in opened("callback").reason
    assert (conversation.next_on, conversation.callback_consent_until) == (day("2026-04-20"), day("2026-04-20"))


def test_a_person_is_not_rung_within_a_week_without_consent(business):
    ann = make.customer(business, "Ann", kind="individual")
    noted(make.task(ann, kind="call_60"), reason="R20")
    assert opened("callback").opens_on == day("2026-04-22")


@pytest.mark.proves("P08")
def test_an_excuse_used_too_often_asks_for_somebody_who_can_decide(call, invoice):
    noted(call, reason="R20")
    again = make.task(invoice.customer, kind="call_90")
    noted(again, reason="R20", days_later=10, next_on=day("2026-04-29"))
    latest = Task.objects.filter(kind="callback").latest("pk")
    assert latest.reason.startswith("Ask for somebody who can decide: “No reason given” was said too often.")


@pytest.mark.proves("P08")
def test_a_talk_with_a_decision_maker_starts_the_count_anew(call, invoice):
    boss = make.contact(invoice.customer, name="The boss", role=ContactRole.DECISION_MAKER)
    noted(call, reason="R20", contact=boss)
    again = make.task(invoice.customer, kind="call_90")
    noted(again, reason="R20", days_later=10, next_on=day("2026-04-29"))
    assert "decide" not in Task.objects.filter(kind="callback").latest("pk").reason


@pytest.mark.proves("T43")
def test_a_wrong_number_is_nobodys_verified_one_any_more(call, invoice):
    clerk = make.contact(invoice.customer, phone="+14155550123", verified_on=TODAY)
    noted(call, "WRONG_PERSON", contact=clerk)
    clerk.refresh_from_db()
    assert clerk.verified_on is None
    assert opened("find_contact").due_on == day("2026-04-16")
    event = Event.objects.get(kind="contact.doubted")
    assert event.data == {"contact": clerk.pk}


@pytest.mark.proves("P17")
def test_a_wrong_number_that_names_the_right_person_needs_no_search(call, invoice, bookkeeper):
    clerk = make.contact(invoice.customer, phone="+14155550123", verified_on=TODAY)
    noted(call, "WRONG_PERSON", contact=clerk, put_right=ContactNote(name="Ann Lee", phone="+14155550124"), by=bookkeeper)
    assert invoice.customer.contacts.get(name="Ann Lee").verified_on == TODAY
    assert not Task.objects.filter(kind="find_contact").exists()


@pytest.mark.proves("P06", "P07")
@pytest.mark.parametrize(("code", "how"), [("R01", "delivery"), ("R03", "contact"), ("R19", "other")])
def test_what_they_said_is_to_be_checked_though_nobody_wrote_it_down(call, code, how):
    conversation = noted(call, reason=code)
    claim = conversation.claims.get()
    assert (claim.how, claim.what, claim.reason) == (how, shipped_reasons()[code].verify, code)
    assert opened("verify_claim").due_on == claim.check_by > TODAY


@pytest.mark.proves("P21")
def test_a_boss_away_again_does_not_want_to_pay_but_another_worn_excuse_says_nothing_of_it(call, invoice):
    for later, reason in enumerate(["R20", "R20", "R07"]):
        noted(
            make.task(invoice.customer, kind="call_90", subject=str(later)),
            reason=reason,
            days_later=later,
            next_on=day("2026-04-29"),
        )
    invoice.customer.refresh_from_db()
    assert invoice.customer.approach == "ADMIN"
    noted(make.task(invoice.customer, kind="call_90"), reason="R07", days_later=9, next_on=day("2026-04-29"))
    invoice.customer.refresh_from_db()
    assert invoice.customer.approach == "WONT"


def test_an_insolvency_stops_everything_whoever_noted_it(call, invoice):
    noted(call, reason="R18", insolvent=True)
    invoice.customer.refresh_from_db()
    assert (invoice.customer.insolvent, invoice.customer.on_hold) == (True, True)
    assert Event.objects.get(kind="task.done").data == {"task_kind": "call_60"}
