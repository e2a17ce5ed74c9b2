"""The demo: a believable business, the same for the same seed and day, whose customers pay as their segments do (domain.md 5)."""

import json
import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from statistics import mean, stdev

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from arcollect.dates import calendar_of
from arcollect.defaults import DEFAULTS
from customers.models import Business, Contact, Customer, Event, Letter, Membership, Task, User
from customers.models.desk import TaskKind, TaskState
from customers.models.letter import LetterState
from invoices.counted import changed_since_counted
from invoices.models import BankLine, BankStatement, Dispute, Invoice, LedgerDay, Payment, PaymentPlan, PortalLink, Promise
from invoices.models.agreement import PromiseState
from reminders.demo.cast import Habit, invent_cast
from reminders.demo.story import Story, tell_story
from reminders.escalation import Setting
from reminders.policies import MIN_BALANCE, STANDARD
from reminders.scoring_customers import judge
from reminders.timetable import PolicyTerms, StepTerms
from reminders.verifying import verify
from tests.make import day

TODAY = day("2026-11-18")
FICTION = re.compile(
    r"\+44(11[3-8]|121|131|141|151|161)4960\d{3}|\+442079460\d{3}|\+441632960\d{3}|\+49(3023125|4066969|8999998|6990009|2214710)\d{3}"
    r"|\+35320910\d{4}|\+1(207|802|912|804)55501\d{2}"
)


def told(seed: int = 7, size: int = 120) -> Story:
    steps = {code: StepTerms(code, offset, calls, letter, approve) for code, offset, calls, letter, approve, on in STANDARD if on}
    policy = PolicyTerms(id=1, steps=steps, min_balance=MIN_BALANCE)
    return tell_story(seed, size, TODAY, Setting(policy, calendar_of([5, 6], [("GB", "")]), DEFAULTS))


@pytest.fixture(scope="module")
def story() -> Story:
    return told()


@pytest.fixture(scope="module")
def staged(django_db_setup, django_db_blocker):
    """A small demo, written once for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", "--on", TODAY.isoformat(), "--customers", "24", "--second", stdout=StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def shop(staged, db) -> Business:
    return Business.objects.get(slug="demo")


def days_late(story: Story, habit: Habit) -> dict[str, list[int]]:
    """By customer: days late of what was settled in the last 12 months."""
    late: dict[str, list[int]] = {}
    for sale in story.sales:
        settled_on = max(on for on, _ in sale.receipts)
        if sale.persona.habit == habit and TODAY - timedelta(days=365) < settled_on <= TODAY:
            late.setdefault(sale.persona.reference, []).append((settled_on - sale.due_on).days)
    return late


def test_the_same_seed_and_day_tell_the_same_story(story):
    assert told() == story
    assert told(seed=8) != story


def test_companies_are_120_with_names_of_their_own(story):
    assert len({persona.name for persona in story.cast}) == 120


def test_nobody_real_can_be_reached(story):
    people = [person for persona in story.cast for person in persona.people]
    phones = [person.phone for person in people if person.phone]
    assert all(FICTION.fullmatch(phone) for phone in phones)
    assert len(set(phones)) == len(phones) > 100
    assert all(person.email.endswith(".example") for person in people)


def test_every_habit_is_among_the_first_ten():
    assert Counter(persona.habit for persona in invent_cast(3, 10)) == Counter(Habit)


def test_two_years_in_three_currencies(story):
    assert {sale.currency for sale in story.sales} == {"GBP", "EUR", "USD"}
    assert (TODAY - min(sale.issued_on for sale in story.sales)).days > 700
    assert max(sale.issued_on for sale in story.sales) <= TODAY


def test_lines_come_to_the_total_and_receipts_never_to_more(story):
    for sale in story.sales:
        assert sum(item.net + item.tax for item in sale.items) == sale.total
        credit = sale.objection.credit if sale.objection else Decimal(0)
        assert sum(amount for _, amount in sale.receipts) + credit == sale.total


def test_prompt_customers_pay_within_days(story):
    for late in days_late(story, Habit.PROMPT).values():
        assert len(late) >= 3
        assert sum(days <= 5 for days in late) >= 0.9 * len(late)


def test_forgetful_customers_pay_within_days_of_the_reminder(story):
    late = [days for each in days_late(story, Habit.FORGETFUL).values() for days in each]
    assert sum(days > 0 for days in late) >= 0.5 * len(late)
    assert max(late) <= 12


def test_stretchers_take_thirty_days_more_and_steadily(story):
    for late in days_late(story, Habit.STRETCHER).values():
        assert sum(days >= 30 for days in late) >= 0.6 * len(late)
    assert mean(stdev(late) <= 15 for late in days_late(story, Habit.STRETCHER).values()) > 0.8


def test_the_good_ones_going_bad_have_shifted(story):
    """Test A of domain.md 5.1: the newest three against the frozen baseline."""
    cast = [persona for persona in story.cast if persona.habit == Habit.DETERIORATING]
    for persona in cast:
        past_due = [sale for sale in story.sales if sale.persona == persona and sale.due_on < TODAY][-26:]
        paid = [min(max(on for on, _ in sale.receipts), TODAY) for sale in past_due]
        late = [(on - sale.due_on).days for on, sale in zip(paid, past_due, strict=True)]
        baseline = late[: min(12, max(6, len(late) - 4))]
        assert mean(late[-3:]) - mean(baseline) >= max(10, 2 * max(3, stdev(baseline)))


# What each habit comes out as; a plan that ends unpaid shows as trouble.
SEGMENTS = {
    Habit.PROMPT: "PROMPT",
    Habit.FORGETFUL: "FORGETFUL",
    Habit.STRETCHER: "STRETCHER",
    Habit.SLOW: "SLOW",
    Habit.NEW: "NEW",
    Habit.DETERIORATING: "DETERIORATING",
    Habit.PROMISE_BREAKER: "PROMISE_BREAKER",
    Habit.OUR_FAULT: "DISPUTER OUR_FAULT",
    Habit.TACTICAL: "DISPUTER TACTICAL",
    Habit.ON_PLAN: "DETERIORATING",
}


@pytest.mark.proves("P09", "P10")
def test_every_habit_is_seen_for_what_it_is(shop):
    habits = {persona.reference: persona.habit for persona in invent_cast(7, 24)}
    customers = list(Customer.objects.filter(business=shop, reference__in=habits).select_related("business"))
    found: dict[Habit, set[str]] = {}
    for one in judge(shop, customers, TODAY):
        words = f"{one.verdict.segment} {one.verdict.sub_type}".strip()
        found.setdefault(habits[one.customer.reference], set()).add(words)
    assert {habit: SEGMENTS[habit] in seen for habit, seen in found.items()} == dict.fromkeys(Habit, True)


def test_promise_breakers_break_most_promises(story):
    for persona in (persona for persona in story.cast if persona.habit == Habit.PROMISE_BREAKER):
        promises = [fired.promise for fired in story.fired if fired.persona == persona and fired.promise]
        settled = [promise.state for promise in promises if promise.evaluated_on]
        assert len(settled) >= 3
        assert sum(state != PromiseState.KEPT for state in settled) >= 0.5 * len(settled)


def test_disputers_dispute_a_third(story):
    for persona in (persona for persona in story.cast if persona.habit in {Habit.OUR_FAULT, Habit.TACTICAL}):
        sales = [sale for sale in story.sales if sale.persona == persona]
        assert sum(sale.objection is not None for sale in sales) >= 0.3 * len(sales)


def test_every_stored_figure_is_what_its_rows_say(shop):
    for business in (shop, Business.objects.get(slug="demo-two")):
        assert verify(business).differences == []


def test_every_page_has_something_real_to_show(shop):
    assert set(Letter.objects.filter(business=shop).values_list("state", flat=True)) >= {LetterState.SENT}
    assert Letter.objects.filter(business=shop, state__in=[LetterState.DRAFT, LetterState.APPROVED]).exists()
    kinds = set(Task.objects.filter(business=shop, state=TaskState.OPEN).values_list("kind", flat=True))
    assert kinds >= {TaskKind.COURTESY_CALL, TaskKind.DISPUTE, TaskKind.MATCH_CASH, TaskKind.FIND_CONTACT}
    states = set(Promise.objects.filter(business=shop).values_list("state", flat=True))
    assert states >= {PromiseState.KEPT, PromiseState.BROKEN}
    plans = PaymentPlan.objects.filter(business=shop)
    assert set(plans.values_list("state", flat=True)) == {"offered", "active", "at_risk", "completed", "defaulted"}
    assert plans.get(state="active").instalments.filter(state="paid").count() == 2
    assert set(Letter.objects.filter(business=shop, code="LPD").values_list("state", flat=True)) == {"draft"}
    disputes = Dispute.objects.filter(business=shop)
    assert disputes.filter(resolved_on=None).exists() and disputes.exclude(resolved_on=None).exists()
    assert Payment.objects.filter(business=shop, returned_on__isnull=False).exists()
    assert Payment.objects.filter(business=shop, allocated=0, returned_on=None).exists()
    assert Contact.objects.filter(business=shop, bounced_on__isnull=False).exists()
    assert [customer for customer in Customer.objects.filter(business=shop) if not customer.has_address]


def test_the_bank_told_of_lines_of_every_sort(shop):
    lines = BankLine.objects.filter(business=shop)
    assert lines.filter(state="booked", settled_by=None).count() >= 2
    assert lines.filter(state="open").exclude(suggestions=[]).exists()
    assert lines.filter(state="open", suggestions=[]).exists()
    assert lines.filter(state="left").count() == 2
    assert set(BankStatement.objects.filter(business=shop).values_list("difference", flat=True)) == {0}


def test_the_past_is_logged_under_its_own_dates(shop):
    times = list(Event.objects.filter(business=shop).order_by("id").values_list("at", flat=True))
    assert (times[-1] - times[0]).days > 700
    assert times == sorted(times)


def test_nothing_is_dated_after_the_day(shop):
    assert not Event.objects.filter(business=shop, at__date__gt=TODAY).exists()
    assert not Payment.objects.filter(business=shop, received_on__gt=TODAY).exists()
    assert not Invoice.objects.filter(business=shop, issued_on__gt=TODAY).exists()


def test_the_printed_password_opens_every_door(shop, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    people = User.objects.filter(email__in=["owner@demo.example", "books@demo.example", "other@demo.example"])
    assert [person.check_password("try-the-demo") for person in people] == [True, True, True]


def test_the_bookkeeper_works_for_both_businesses(shop):
    places = Membership.objects.filter(user__email="books@demo.example")
    assert set(places.values_list("business__slug", "role")) == {("demo", "bookkeeper"), ("demo-two", "bookkeeper")}


def test_a_second_run_changes_nothing_and_says_so(shop):
    before = Event.objects.count(), Invoice.objects.count(), Letter.objects.count()
    out, err = StringIO(), StringIO()
    call_command("demo", "--format", "json", stdout=out, stderr=err)
    assert json.loads(out.getvalue())["slug"] == "demo"
    assert "nothing changed" in err.getvalue()
    assert (Event.objects.count(), Invoice.objects.count(), Letter.objects.count()) == before


def test_a_weak_password_is_refused(db, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "1234")
    with pytest.raises(CommandError, match="DEMO_PASSWORD: This password is too short"):
        call_command("demo")


def test_too_few_customers_are_refused(db):
    with pytest.raises(CommandError, match="from 10 to 120"):
        call_command("demo", "--customers", "3")


def test_the_nights_of_two_years_are_counted(shop):
    days = LedgerDay.objects.filter(business=shop, currency=shop.currency)
    assert days.filter(backfilled=True).count() > 40
    assert days.get(backfilled=False).on == TODAY
    assert all(float(day.figures["owed"]) > 0 for day in days.order_by("-on")[:20])
    assert changed_since_counted(shop, TODAY) == []


def test_what_is_done_and_what_was_linked_says_the_day_it_was(shop):
    done = Event.objects.filter(business=shop, kind__in=["task.done", "claim.checked"]).values_list("at", flat=True)
    assert max(Counter(moment.date() for moment in done).values()) < len(done) / 4
    links = PortalLink.objects.filter(business=shop, letter__isnull=False).values_list("created_at", "letter__sent_on")
    assert links
    assert all(moment.date() == sent_on for moment, sent_on in links)
