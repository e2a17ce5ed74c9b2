"""Customers of several segments walk the calendar (domain.md 5, Treatment): who stretches the terms is rung, who gets into
trouble is called before anything is written, who forgets or pays promptly gets a mail.

Every invoice is of 1,000.00, issued 15 January 2026 and due Saturday 14 February, weekends only (domain.md 3.3).
"""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers import log
from customers.models import Business, Customer, Letter, Task
from invoices.agreeing import AgreementError, make_promise
from invoices.models import SegmentOverride
from reminders.call_notes import CallNotes
from reminders.calling import log_call
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.models import LastDecision, Reminder
from reminders.nightly import escalate, explain
from reminders.outbox import approve_all
from tests import make
from tests.make import day

CALENDAR = Calendar()


@pytest.fixture
def acme(business) -> Customer:
    row = make.customer(business)
    make.contact(row)
    return row


def noon(today: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(today, datetime.time(12), datetime.UTC)


def walk(business: Business, first: str, last: str, folder: Folder | None = None) -> list[tuple[str, str]]:
    """(day, step) of all that fires when the engine runs every morning; with a `folder`, what is approved goes out at noon."""
    fired, today = [], day(first)
    while today <= day(last):
        fired += [(today.isoformat()[5:], row["step"]) for row in escalate(business, today).fired]
        if folder is not None:
            deliver(business, folder, today=today, now=noon(today))
        today += datetime.timedelta(days=1)
    return fired


def call(task: Task, on: str, outcome: str = "NO_ANSWER", **notes) -> None:
    log_call(customer=task.customer, task=task, notes=CallNotes(outcome, **notes), at=noon(day(on)), by=None, calendar=CALENDAR)


@pytest.mark.proves("P09")
def test_who_stretches_the_terms_is_rung_before_and_right_after_the_due_date(business, acme, tmp_path):
    folder = Folder(tmp_path)
    make.score(acme, "STRETCHER")
    make.invoice(acme)
    assert walk(business, "2026-01-15", "2026-02-15", folder) == [("01-23", "COURTESY")]
    courtesy = Task.objects.get(kind="courtesy_call")
    assert (courtesy.due_on, "payment run confirmed" in courtesy.reason) == (day("2026-01-30"), True)
    call(courtesy, "2026-01-27", "REACHED")
    assert walk(business, "2026-02-16", "2026-02-16", folder) == [("02-16", "NOTICE")]
    notice = Task.objects.get(kind="notice_call")
    assert notice.due_on == day("2026-02-16")
    assert Letter.objects.get(code="L1").state == "waiting_for_call"
    for on in ("2026-02-16", "2026-02-17", "2026-02-18"):
        call(notice, on)
    assert Letter.objects.get(code="L1").state == "approved"
    assert walk(business, "2026-02-18", "2026-04-15", folder) == [("03-16", "30"), ("04-15", "60")]
    assert Letter.objects.get(code="L1").sent_on == day("2026-02-18")
    assert Letter.objects.get(code="L60").facts["tone"] == "firm"


@pytest.mark.proves("P09")
def test_a_stretcher_who_promises_on_the_notice_call_is_not_written_to(business, acme):
    make.score(acme, "STRETCHER")
    make.invoice(acme)
    walk(business, "2026-02-16", "2026-02-16")
    from_call = {"reason": "R04", "next_on": day("2026-02-27")}
    make_promise(customer=acme, currency="USD", amount=Decimal(1000), made_on=day("2026-02-16"), due_on=day("2026-02-27"))
    call(Task.objects.get(kind="notice_call"), "2026-02-16", "REACHED", **from_call)
    assert Letter.objects.get(code="L1").state == "cancelled"


@pytest.mark.proves("P09")
def test_another_invoice_forgets_no_attempt_at_the_notice_call(business, acme, tmp_path):
    folder = Folder(tmp_path)
    make.score(acme, "STRETCHER")
    make.invoice(acme)
    make.invoice(acme, issued="2026-01-24", due="2026-02-23", total="500")
    walk(business, "2026-02-16", "2026-02-16", folder)
    asked = Task.objects.get(kind="notice_call")
    for on in ("2026-02-16", "2026-02-17"):
        call(asked, on)
    assert walk(business, "2026-02-24", "2026-02-24", folder) == [("02-24", "NOTICE")]
    asked = Task.objects.get(kind="notice_call")
    assert (asked.state, asked.due_on, asked.amount) == ("open", day("2026-02-16"), Decimal(1500))
    call(asked, "2026-02-24")
    assert Task.objects.get(kind="notice_call").outcome == "NO_CONTACT"
    assert sorted(Letter.objects.filter(code="L1").values_list("state", "total")) == [("approved", 1500), ("cancelled", 1000)]


@pytest.mark.proves("P10")
def test_who_gets_into_trouble_is_called_before_the_next_letter(business, acme, tmp_path):
    folder = Folder(tmp_path)
    make.invoice(acme)
    assert walk(business, "2026-02-14", "2026-03-10", folder) == [("02-16", "NOTICE")]
    make.score(acme, "DETERIORATING", since="2026-03-11")
    assert walk(business, "2026-03-11", "2026-03-17", folder) == []
    warning = Task.objects.get(kind="warning_call")
    assert (warning.opens_on, warning.due_on, warning.amount) == (day("2026-03-11"), day("2026-03-13"), Decimal(1000))
    alert = Task.objects.get(kind="warning")
    assert (alert.role, alert.opens_on) == ("owner", day("2026-03-11"))
    waits = LastDecision.objects.get(customer=acme)
    assert waits.rule == "WARNING_CALL"
    call(warning, "2026-03-17", "REACHED", reason="R20", next_on=day("2026-03-24"))
    assert walk(business, "2026-03-18", "2026-03-20", folder) == [("03-18", "30")]
    assert Task.objects.filter(kind="warning_call").count() == 1


@pytest.mark.proves("P10", "T25")
def test_the_early_warning_call_is_about_the_larger_share_of_its_currency(business, acme):
    """No rate is known, and 90,000 yen are not more than 800 euros."""
    make.invoice(acme, total="90000", currency="JPY")
    make.invoice(acme, total="800", currency="EUR")
    birch = make.customer(business, "Birch")
    make.invoice(birch, total="910000", currency="JPY")
    make.invoice(birch, total="200", currency="EUR")
    make.score(acme, "DETERIORATING", since="2026-03-11")
    walk(business, "2026-03-11", "2026-03-11")
    asked = Task.objects.get(kind="warning_call")
    assert (asked.currency, asked.amount) == ("EUR", Decimal(800))


@pytest.mark.proves("P10")
def test_three_attempts_at_the_early_warning_call_are_enough(business, acme):
    make.invoice(acme)
    make.score(acme, "DETERIORATING", since="2026-03-11")
    assert walk(business, "2026-03-11", "2026-03-16") == []
    for on in ("2026-03-12", "2026-03-13", "2026-03-16"):
        call(Task.objects.get(kind="warning_call"), on)
    assert walk(business, "2026-03-17", "2026-03-17") == [("03-17", "30")]


@pytest.mark.proves("P10")
def test_where_the_signs_go_the_call_goes_and_the_steps_go_on(business, acme):
    make.invoice(acme)
    make.score(acme, "DETERIORATING", since="2026-03-11")
    walk(business, "2026-03-11", "2026-03-16")
    make.score(acme, "SLOW", since="2026-03-17")
    assert walk(business, "2026-03-17", "2026-03-17") == [("03-17", "30")]
    assert Task.objects.get(kind="warning_call").state == "cancelled"


@pytest.mark.proves("P10")
def test_who_asked_not_to_be_contacted_is_not_called_whatever_the_signs(business, acme):
    acme.cease_contact = True
    acme.save()
    make.invoice(acme)
    make.score(acme, "DETERIORATING", since="2026-03-11")
    assert walk(business, "2026-03-11", "2026-03-17") == []
    assert not Task.objects.filter(kind="warning_call").exists()


def test_who_forgets_gets_a_mail_before_the_due_date(business, acme, tmp_path):
    make.score(acme, "FORGETFUL")
    make.invoice(acme)
    assert walk(business, "2026-01-15", "2026-02-15", Folder(tmp_path)) == [("02-11", "COURTESY")]
    letter = Letter.objects.get()
    assert (letter.code, letter.state, letter.channel, letter.sent_on) == ("LC", "sent", "email", day("2026-02-11"))
    assert not Task.objects.exists()
    assert Reminder.objects.get().completed_on == day("2026-02-11")


def test_a_note_before_the_due_date_keeps_no_other_letter_waiting(business, acme, tmp_path):
    """The other invoice reaches its 30-day step five days after the note: it counts for no gap."""
    make.score(acme, "FORGETFUL")
    make.invoice(acme, "OLD", issued="2025-12-16", due="2026-01-15")
    make.invoice(acme, "NEW")
    steps = walk(business, "2026-01-16", "2026-02-20", Folder(tmp_path))
    assert steps == [("01-16", "NOTICE"), ("02-11", "COURTESY"), ("02-16", "30")]


def test_who_pays_promptly_gets_a_mail_and_three_days_more(business, acme, tmp_path):
    make.score(acme, "PROMPT")
    make.invoice(acme)
    steps = walk(business, "2026-01-15", "2026-02-20", Folder(tmp_path))
    assert steps == [("01-30", "COURTESY"), ("02-18", "NOTICE")]
    assert Letter.objects.filter(code="LC").get().facts["treated"] == "PROMPT"


def test_of_who_breaks_promises_no_bare_one_is_taken(business, acme):
    make.score(acme, "PROMISE_BREAKER")
    make.invoice(acme)
    on = day("2026-03-02")
    terms = {"customer": acme, "currency": "USD", "amount": Decimal(500), "made_on": on}
    with pytest.raises(AgreementError, match="signed plan"):
        make_promise(**terms, due_on=day("2026-03-06"))
    assert make_promise(**terms, due_on=on).due_on == on
    assert make_promise(**terms, due_on=day("2026-03-06"), allowed=True).due_on == day("2026-03-06")


def test_a_word_of_the_owner_counts_until_its_day(business, acme):
    make.invoice(acme)
    word = {"business": business, "customer": acme, "reason": "Knows them", "set_on": day("2026-02-02")}
    SegmentOverride.objects.create(segment="PROMPT", expires_on=day("2026-02-16"), **word)
    log.record(business, "segment.overridden", f"customer:{acme.pk}", customer=acme)
    assert walk(business, "2026-02-03", "2026-02-20") == [("02-03", "COURTESY"), ("02-17", "NOTICE")]


def test_the_owner_may_count_them_as_protected(business, acme):
    make.invoice(acme)
    word = {"business": business, "customer": acme, "reason": "Administrator called", "set_on": day("2026-02-02")}
    SegmentOverride.objects.create(segment="LEGAL_BLOCK", expires_on=day("2026-03-02"), **word)
    assert walk(business, "2026-02-03", "2026-03-02") == []
    assert LastDecision.objects.get().rule == "LEGAL_BLOCK"


def test_on_the_day_a_ledger_is_released_segments_do_not_act(business, acme):
    business.released_on = day("2026-02-11")
    business.save()
    make.score(acme, "FORGETFUL")
    make.invoice(acme)
    assert walk(business, "2026-02-11", "2026-02-11") == [("02-11", "COURTESY")]
    assert Task.objects.get().kind == "courtesy_call"


def test_segments_that_do_not_act_change_nothing(business, acme):
    business.settings = {"segments": {"act": False}}
    business.save()
    make.score(acme, "FORGETFUL")
    make.invoice(acme)
    assert walk(business, "2026-01-15", "2026-02-16") == [("01-23", "COURTESY"), ("02-16", "NOTICE")]


@pytest.mark.proves("P09")
def test_why_names_the_segment(business, acme):
    make.score(acme, "STRETCHER")
    make.invoice(acme)
    facts = {row["label"]: row["value"] for row in explain(business, acme, day("2026-02-16"))[0]["facts"]}
    assert facts["Treated as"].startswith("Stretches the terms. ")


def test_letters_already_approved_wait_for_the_early_warning_call(business, acme, tmp_path):
    make.invoice(acme)
    walk(business, "2026-02-14", "2026-03-16")
    approve_all(business=business, by=None, now=noon(day("2026-03-16")))
    make.score(acme, "DETERIORATING", since="2026-03-16")
    walk(business, "2026-03-17", "2026-03-18", Folder(tmp_path))
    assert not Letter.objects.filter(code="L30", state="sent").exists()


def test_where_queries_are_our_fault_the_invoices_are_looked_through_and_they_are_called(business, acme):
    make.score(acme, "DISPUTER", sub_type="OUR_FAULT")
    make.invoice(acme, "INV-1")
    assert walk(business, "2026-01-22", "2026-01-26") == [("01-23", "COURTESY")]
    review = Task.objects.get(kind="fix_invoice")
    assert (review.due_on, "INV-1" in review.reason) == (day("2026-01-26"), True)
    assert Task.objects.get(kind="courtesy_call").due_on == day("2026-01-30")


@pytest.mark.proves("P10")
def test_many_alarms_at_once_do_not_bury_the_desk_and_hold_up_nothing_for_long(business):
    business.settings = {"max_new_call_tasks_per_day": 1}
    business.save()
    for name in ("Ash", "Birch"):
        row = make.customer(business, name)
        make.contact(row)
        make.invoice(row)
        make.score(row, "DETERIORATING", since="2026-03-13")
    walk(business, "2026-03-16", "2026-03-16")
    assert [task.customer.name for task in Task.objects.filter(kind="warning_call")] == ["Ash"]
    walk(business, "2026-03-17", "2026-03-17")
    assert Task.objects.filter(kind="warning_call").count() == 2
