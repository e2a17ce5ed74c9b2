"""The nightly run on the worked ledger O1 of domain.md 2, and what it must never do."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Conversation, Letter, Task
from invoices.agreeing import make_promise
from invoices.booking import return_payment
from invoices.disputing import open_dispute, resolve_dispute
from invoices.unbooking import take_out_payment
from reminders.models import LastDecision, Reminder, ReminderLine, Step
from reminders.nightly import escalate, release
from reminders.outbox import cancel
from tests import make
from tests.make import day

TUESDAY = day("2026-06-30")
# What the money and the queries of the ledger ask for, beside the engine's own calls.
ELSEWHERE = ("dispute", "match_cash")


@pytest.fixture
def cedar(business):
    """Customer Cedar of O1: 700 (61 days late), 300 (90), 400 with 150 disputed (91), and 350 of unapplied cash."""
    customer = make.customer(business, "Cedar")
    make.invoice(customer, "INV-7", issued="2026-03-31", due="2026-04-30", total="700")
    make.invoice(customer, "INV-8", issued="2026-03-02", due="2026-04-01", total="300")
    disputed = make.invoice(customer, "INV-9", issued="2026-03-01", due="2026-03-31", total="400")
    open_dispute(invoice=disputed, code="PRICE", amount=Decimal(150), on=day("2026-06-01"), calendar=Calendar())
    make.payment(customer, "350", on="2026-06-20")
    return customer


def levels(customer) -> dict[str, str]:
    return dict(ReminderLine.objects.filter(invoice__customer=customer).values_list("invoice__number", "step"))


@pytest.mark.proves("T06", "T45")
def test_without_earlier_contact_nothing_starts_above_60(business, cedar):
    fired = escalate(business, TUESDAY).fired
    assert [(row["customer"], row["currency"], row["step"], row["total"]) for row in fired] == [("CEDAR", "USD", "60", "1250.00")]
    assert [(line["number"], line["amount"], line["days_past_due"]) for line in fired[0]["invoices"]] == [
        ("INV-9", "250.00", 91),
        ("INV-8", "300.00", 90),
        ("INV-7", "700.00", 61),
    ]
    assert levels(cedar) == {"INV-7": "60", "INV-8": "60", "INV-9": "60"}
    assert Letter.objects.get().state == "waiting_for_call"
    assert Task.objects.exclude(kind__in=ELSEWHERE).get().kind == "call_60"


def test_the_next_step_after_a_late_start_is_two_weeks_later(business, cedar):
    escalate(business, TUESDAY)
    assert escalate(business, day("2026-07-13")).fired == []
    assert [row["step"] for row in escalate(business, day("2026-07-14")).fired] == ["90"]


@pytest.mark.proves("T01", "T04")
def test_the_run_repeated_all_day_fires_once(business, cedar):
    for _ in range(24):
        escalate(business, TUESDAY)
    calls = Task.objects.exclude(kind__in=ELSEWHERE)
    assert (Reminder.objects.count(), Letter.objects.count(), calls.count()) == (1, 1, 1)


def walk(business, first: str, last: str) -> list[tuple[str, str]]:
    """(day, step) of everything that fires when the engine runs every day."""
    today, fired = day(first), []
    while today <= day(last):
        fired += [(today.isoformat()[5:], row["step"]) for row in escalate(business, today).fired]
        today = today.fromordinal(today.toordinal() + 1)
    return fired


@pytest.mark.proves("T05")
def test_a_machine_that_was_off_on_the_day_catches_up_with_one_step(business):
    customer = make.customer(business)
    make.invoice(customer)
    assert [row["step"] for row in escalate(business, day("2026-03-18")).fired] == ["30"]
    assert [row["step"] for row in escalate(business, day("2026-03-19")).fired] == []


@pytest.mark.proves("T06")
@pytest.mark.parametrize(("due", "on_90"), [("2026-04-16", "07-15"), ("2025-12-12", "07-14")])
def test_an_imported_invoice_enters_at_60(business, due, on_90):
    """domain.md 3.4: imported 75 days late, 90 comes on 15 July; imported 200 days late, on 14 July."""
    make.invoice(make.customer(business), issued="2025-11-12", due=due)
    assert walk(business, "2026-06-30", "2026-07-20") == [("06-30", "60"), (on_90, "90")]


def test_nothing_fires_before_the_owner_releases_the_ledger(db):
    business = make.business(released_on=None)
    make.invoice(make.customer(business))
    outcome = escalate(business, TUESDAY)
    assert outcome.fired == []
    assert outcome.waiting[0]["reason"] == "The imported ledger waits for the owner to release it."
    release(business=business, today=TUESDAY)
    assert [row["step"] for row in escalate(business, TUESDAY).fired] == ["60"]


def test_a_released_ledger_opens_ten_calls_a_day(db):
    business = make.business(released_on=None)
    for number in range(12):
        make.invoice(make.customer(business, f"C{number:02}"), total=f"{1000 + number}")
    release(business=business, today=TUESDAY)
    assert [row["customer"] for row in escalate(business, TUESDAY).fired][:2] == ["C11", "C10"]
    assert Task.objects.count() == 10
    assert len(escalate(business, TUESDAY).fired) == 0
    assert len(escalate(business, day("2026-07-01")).fired) == 2


def test_an_invoice_first_seen_long_overdue_in_a_live_ledger_waits(business):
    make.invoice(make.customer(business), entry_hold=True)
    assert escalate(business, TUESDAY).waiting[0]["reason"].startswith("first seen long overdue")
    release(business=business, today=TUESDAY)
    assert [row["step"] for row in escalate(business, TUESDAY).fired] == ["60"]


@pytest.mark.proves("T25")
def test_two_currencies_are_two_letters(business):
    customer = make.customer(business)
    make.invoice(customer, total="100")
    make.invoice(customer, total="200", currency="EUR")
    fired = escalate(business, day("2026-02-16")).fired
    assert sorted((row["currency"], row["total"]) for row in fired) == [("EUR", "200.00"), ("USD", "100.00")]


@pytest.mark.proves("T16")
def test_what_is_disputed_is_not_asked_for(business, cedar):
    open_dispute(invoice=cedar.invoices.get(number="INV-7"), code="QUALITY", amount=Decimal(700), on=TUESDAY, calendar=Calendar())
    assert escalate(business, TUESDAY).fired[0]["total"] == "550.00"


@pytest.mark.proves("T17")
def test_unapplied_cash_that_covers_all_stops_the_letter(business):
    customer = make.customer(business)
    make.invoice(customer, total="100")
    make.credit_note(customer, "100", on="2026-02-01")
    outcome = escalate(business, day("2026-02-16"))
    assert outcome.fired == []
    assert outcome.waiting[0]["reason"] == "Unapplied cash of 100.00 covers what is overdue: match it."


@pytest.mark.proves("T35")
def test_a_promise_holds_the_step_until_its_day_and_grace_have_passed(business):
    customer = make.customer(business)
    make.invoice(customer, total="500")
    escalate(business, day("2026-02-16"))
    make_promise(customer=customer, currency="USD", amount=Decimal(500), made_on=day("2026-03-10"), due_on=day("2026-03-20"))
    waiting = escalate(business, day("2026-03-16")).waiting
    assert waiting[0]["reason"] == "promise of 500.00 open until 2026-03-24"
    assert [row["step"] for row in escalate(business, day("2026-03-25")).fired] == ["30"]


@pytest.mark.proves("T23")
@pytest.mark.parametrize("flag", ["no_reminders", "cease_contact", "vulnerable", "insolvent", "deceased"])
def test_a_flag_stops_every_step(business, flag):
    make.invoice(make.customer(business, **{flag: True}))
    outcome = escalate(business, TUESDAY)
    assert outcome.fired == []
    assert len(outcome.waiting) == 1


@pytest.mark.proves("T23")
def test_an_invoice_not_to_be_reminded_is_left_out(business):
    customer = make.customer(business)
    make.invoice(customer, "A", no_reminders=True)
    make.invoice(customer, "B")
    fired = escalate(business, TUESDAY).fired
    assert [line["number"] for line in fired[0]["invoices"]] == ["B"]


def test_a_small_sum_is_not_worth_a_letter(business):
    make.invoice(make.customer(business), total="24.99")
    waiting = escalate(business, TUESDAY).waiting
    assert waiting[0]["reason"].startswith("24.99 is less than 25.00, the smallest sum worth a letter: ")


@pytest.mark.proves("T11")
def test_a_new_invoice_is_noticed_in_spite_of_a_recent_letter_but_once_a_week(business):
    customer = make.customer(business)
    make.invoice(customer, "OLD", due="2026-02-14")
    make.invoice(customer, "NEW", due="2026-03-19")
    make.invoice(customer, "NEWER", due="2026-03-23")
    steps = walk(business, "2026-03-16", "2026-03-27")
    assert [step for step in steps if step[1] != "COURTESY"] == [("03-16", "30"), ("03-20", "NOTICE"), ("03-27", "NOTICE")]


def test_a_payment_wakes_a_customer_nobody_would_have_looked_at(business):
    customer = make.customer(business)
    invoice = make.invoice(customer, total="500")
    escalate(business, day("2026-02-16"))
    make.payment(customer, "500", on="2026-02-20", split={invoice: "500"})
    assert [row["step"] for row in escalate(business, day("2026-03-16")).fired] == []


@pytest.mark.proves("T21")
def test_a_returned_payment_starts_the_steps_again(business):
    customer = make.customer(business)
    invoice = make.invoice(customer, total="500")
    escalate(business, day("2026-02-16"))
    payment = make.payment(customer, "500", on="2026-02-20", split={invoice: "500"})
    return_payment(payment=payment, on=day("2026-03-10"))
    assert [row["step"] for row in escalate(business, day("2026-03-18")).fired] == ["30"]


def test_a_payment_taken_out_again_starts_nothing_again(business):
    customer = make.customer(business)
    invoice = make.invoice(customer, total="500")
    assert [row["step"] for row in escalate(business, day("2026-02-16")).fired] == ["NOTICE"]
    payment = make.payment(customer, "500", on="2026-02-17", split={invoice: "500"})
    take_out_payment(payment=payment, on=day("2026-02-18"))
    assert escalate(business, day("2026-02-19")).fired == []
    assert [row["step"] for row in escalate(business, day("2026-03-18")).fired] == ["30"]


def test_half_paid_gives_the_customer_a_week(business):
    customer = make.customer(business)
    invoice = make.invoice(customer, total="1000")
    escalate(business, day("2026-02-16"))
    make.payment(customer, "600", on="2026-03-13", split={invoice: "600"})
    assert escalate(business, day("2026-03-16")).waiting[0]["until"] == "2026-03-20"
    assert escalate(business, day("2026-03-20")).fired[0]["total"] == "400.00"


def test_a_dry_run_writes_nothing(business, cedar):
    assert escalate(business, TUESDAY, dry_run=True).fired[0]["letter"] is None
    assert not Reminder.objects.exists() and not LastDecision.objects.exists()


@pytest.mark.proves("T39")
def test_no_step_on_a_weekend(business):
    make.invoice(make.customer(business))
    assert escalate(business, day("2026-02-15")).fired == []


@pytest.mark.proves("T45")
def test_one_letter_at_the_highest_step_lists_all_and_each_invoice_keeps_its_own(business, cedar):
    """domain.md 3.5, Cedar: 90 for the customer, 60 for the invoice that has only reached it; 1250 asked, 350 unapplied."""
    asked_before(cedar, {"INV-7": ["NOTICE", "30"], "INV-8": ["NOTICE", "30", "60"], "INV-9": ["NOTICE", "30", "60"]})
    fired = escalate(business, TUESDAY).fired
    assert [(row["step"], row["total"]) for row in fired] == [("90", "1250.00")]
    assert {line["number"]: line["step"] for line in fired[0]["invoices"]} == {"INV-7": "60", "INV-8": "90", "INV-9": "90"}
    facts = Letter.objects.get().facts
    assert (Decimal(facts["total"]) - Decimal(facts["unapplied"]), facts["lines"][0]["disputed"]) == (900, "150.000")


def asked_before(customer, steps: dict[str, list[str]]) -> None:
    """Steps that fired on 1 June, more than two weeks before."""
    policy = customer.business.policies.get()
    for number, codes in steps.items():
        for code in codes:
            reminder = Reminder.objects.create(
                business=customer.business,
                customer=customer,
                currency="USD",
                step=code,
                policy=policy,
                fired_on=day("2026-06-01"),
                total=1,
            )
            ReminderLine.objects.create(
                reminder=reminder,
                invoice=customer.invoices.get(number=number),
                step=code,
                cycle=1,
                amount=1,
                days_past_due=1,
            )


def test_days_in_two_disputes_at_once_shift_the_steps_once(business):
    """The same 20 days as below, the quarrel being about two things at a time."""
    invoice = make.invoice(make.customer(business), issued="2026-01-30", due="2026-03-01")
    escalate(business, day("2026-03-02"))
    for code, opened, closed in (("PRICE", "2026-03-11", "2026-03-21"), ("QUALITY", "2026-03-16", "2026-03-31")):
        dispute = open_dispute(invoice=invoice, code=code, amount=Decimal(500), on=day(opened), calendar=Calendar())
        resolve_dispute(dispute=dispute, outcome="upheld", on=day(closed))
    assert walk(business, "2026-04-01", "2026-04-20") == [("04-20", "30")]


def test_a_dispute_the_customer_won_shifts_the_steps_but_not_the_age(business):
    """domain.md 3.4: due 1 March, 20 days in dispute, upheld: the 30-day step on Monday 20 April, at 50 days past due."""
    customer = make.customer(business)
    invoice = make.invoice(customer, issued="2026-01-30", due="2026-03-01")
    escalate(business, day("2026-03-02"))
    dispute = open_dispute(invoice=invoice, code="PRICE", amount=Decimal(1000), on=day("2026-03-11"), calendar=Calendar())
    resolve_dispute(dispute=dispute, outcome="upheld", on=day("2026-03-31"))
    assert walk(business, "2026-04-01", "2026-04-20") == [("04-20", "30")]
    assert ReminderLine.objects.get(step="30").days_past_due == 50


@pytest.mark.proves("T11")
def test_a_notice_about_a_new_invoice_leaves_the_call_about_an_old_one_open(business):
    customer = make.customer(business)
    make.invoice(customer, "OLD", due="2026-02-14")
    make.invoice(customer, "NEW", due="2026-04-19")
    assert [step for _, step in walk(business, "2026-04-15", "2026-04-20") if step != "COURTESY"] == ["60", "NOTICE"]
    assert set(Letter.objects.values_list("code", "state")) == {("L60", "waiting_for_call"), ("L1", "approved")}
    assert Task.objects.get(kind="call_60").state == "open"


def test_the_next_step_does_not_follow_on_the_heels_of_a_letter_somebody_cancelled(business, cedar):
    escalate(business, TUESDAY)
    cancel(letter=Letter.objects.get(), reason="Settled on the phone", by=None, on=TUESDAY)
    assert walk(business, "2026-07-01", "2026-07-14") == [("07-14", "90")]


def test_who_has_paid_waits_for_nothing(business):
    customer = make.customer(business)
    invoice = make.invoice(customer, total="500")
    make_promise(customer=customer, currency="USD", amount=Decimal(500), made_on=day("2026-03-10"), due_on=day("2026-03-20"))
    assert len(escalate(business, day("2026-03-16")).waiting) == 1
    make.payment(customer, "500", on="2026-03-18", split={invoice: "500"})
    assert escalate(business, day("2026-03-18")).waiting == []


@pytest.mark.proves("T39")
def test_a_call_counts_on_the_day_it_was_made_where_the_business_is(db):
    """Spoken on 15 January in Sydney, the day the invoice was issued, while it was still 14 January in Greenwich."""
    business = make.business(time_zone="Australia/Sydney")
    customer = make.customer(business)
    make.invoice(customer, issued="2026-01-15")
    at = datetime.datetime(2026, 1, 14, 22, 0, tzinfo=datetime.UTC)
    Conversation.objects.create(business=business, customer=customer, at=at, outcome="REACHED")
    assert [row["step"] for row in escalate(business, day("2026-05-18")).fired] == ["90"]


def test_a_letter_that_goes_by_itself_needs_no_review(business):
    Step.objects.filter(code="30").update(approve_first=False)
    make.invoice(make.customer(business))
    escalate(business, day("2026-03-16"))
    assert Letter.objects.get().state == "approved"
    assert not Task.objects.exists()


def test_one_of_two_invoices_paid_in_full_gives_the_customer_a_week_too(business):
    """domain.md 3.4 measures against what was overdue of the customer, not of one invoice."""
    customer = make.customer(business)
    large, _ = make.invoice(customer, total="1000"), make.invoice(customer, total="500")
    escalate(business, day("2026-02-16"))
    make.payment(customer, "1000", on="2026-03-13", split={large: "1000"})
    assert escalate(business, day("2026-03-16")).waiting[0]["until"] == "2026-03-20"
