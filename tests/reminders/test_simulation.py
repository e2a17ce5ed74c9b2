"""The simulation is the engine: what it foretells is what a run each day fires; it writes nothing."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from customers.documents import store
from customers.models import Event, Letter, Task
from customers.models.letter import LetterState
from reminders.escalation import Case, Fire, InvoiceFacts, Setting, courtesy_call, next_step
from reminders.facts import policy_terms, settings_of
from reminders.models import Policy, Reminder
from reminders.nightly import escalate
from reminders.policies import MIN_BALANCE, choose_policy, copy_policy, preset_steps
from reminders.simulation import Fired, Tally, after, rehearse, simulate, weeks, with_policy
from reminders.timetable import DAYS
from tests import make

STANDARD = policy_terms(Policy(min_balance=MIN_BALANCE), preset_steps("STANDARD"))
SETTING = Setting(STANDARD, Calendar(), DEFAULTS)
START = make.day("2026-01-05")


def case(*terms: tuple[str, str], **fields: object) -> Case:
    """A case with an invoice for each (issued, due) pair."""
    rows = [
        InvoiceFacts(number, str(number), make.day(issued), make.day(due), Decimal(100), Decimal(100))
        for number, (issued, due) in enumerate(terms, 1)
    ]
    return Case(1, "C1", "USD", tuple(rows), **fields)


def told(one: Case, days: int = 90) -> list[tuple[str, str]]:
    return [(fired.on.isoformat()[5:], str(fired.step)) for fired in simulate([(one, SETTING)], START, days)]


def test_one_invoice_goes_through_its_steps():
    """Net 30 of 5 January: the call opens a week before the 21st, the notice is the day after 4 February."""
    steps = told(case(("2026-01-05", "2026-02-04")), 140)
    assert steps == [
        ("01-14", "COURTESY"),
        ("02-05", "NOTICE"),
        ("03-06", "30"),
        ("04-06", "60"),
        ("05-05", "90"),
        ("05-19", "DECIDE"),
    ]


def test_an_invoice_found_late_enters_at_60_and_goes_on_after_the_gap():
    """domain.md 3.4: 200 days past due: the 60-step now, the 90-step two weeks later."""
    late = case(("2025-05-20", "2025-06-19"))
    assert told(late)[:2] == [("01-05", "60"), ("01-19", "90")]


def test_a_moratorium_ends_by_itself_and_other_blocks_do_not():
    blocked = case(("2025-12-05", "2026-01-04"), block="Moratorium.", block_until=make.day("2026-01-20"))
    assert told(blocked)[0] == ("01-20", "NOTICE")
    assert told(replace(blocked, block_until=None)) == []


def test_what_the_steps_mean_for_people():
    fired = list(simulate([(case(("2025-12-05", "2026-01-04")), SETTING)], START, 100))
    assert [(str(one.step), one.letter, one.call) for one in fired] == [
        ("NOTICE", True, False),
        ("30", True, False),
        ("60", True, True),
        ("90", True, True),
    ]


def test_a_fired_step_moves_the_facts_it_moves_in_the_books():
    one = case(("2025-12-05", "2026-01-04"))
    fired = after(one, next_step(one, SETTING, START), SETTING, START)
    assert dict(fired.invoices[0].fired) == {"NOTICE": START}
    assert (fired.last_letter_on, fired.last_step_on, fired.last_notice_on) == (START, START, START)


@settings(max_examples=60, deadline=None)
@given(
    terms=st.lists(st.tuples(st.integers(-120, 40), st.integers(0, 60)), min_size=1, max_size=4),
    last=st.integers(1, 30),
)
def test_leaping_from_look_to_look_misses_nothing(terms, last):
    """The same case decided on every single day fires the same steps on the same days."""
    rows = [
        InvoiceFacts(number, str(number), START + DAYS(days=at), START + DAYS(days=at + net), Decimal(90), Decimal(90))
        for number, (at, net) in enumerate(terms, 1)
    ]
    one = Case(1, "C1", "USD", tuple(rows), last_letter_on=START - DAYS(days=last))
    daily, walked = [], one
    for number in range(60):
        today = START + DAYS(days=number)
        decisions = [decide(walked, SETTING, today) for decide in (next_step, courtesy_call)]
        for fire in decisions:
            if isinstance(fire, Fire):
                daily.append((today, fire.step))
                walked = after(walked, fire, SETTING, today)
    assert [(fired.on, fired.step) for fired in simulate([(one, SETTING)], START, 60)] == daily


def test_weeks_begin_on_mondays_and_quiet_ones_are_there():
    now, then = Tally(), Tally()
    now.add(Fired(make.day("2026-01-07"), 1, "USD", "30", letter=True, call=False))
    then.add(Fired(make.day("2026-01-20"), 1, "USD", "60", letter=True, call=True), times=3)
    found = weeks(now, then, make.day("2026-01-07"), 21)
    assert [(week.monday.isoformat()[5:], week.letters, week.calls) for week in found] == [
        ("01-05", (1, 0), (0, 0)),
        ("01-12", (0, 0), (0, 0)),
        ("01-19", (0, 3), (0, 3)),
        ("01-26", (0, 0), (0, 0)),
    ]
    assert (now.steps["30"], then.steps["60"]) == (1, 3)


@pytest.fixture
def ledger(business):
    """Customers with one late and one early invoice, two that fall due together, and one long late."""
    terms = {
        "Acme": [("2025-12-01", "2025-12-31"), ("2026-01-02", "2026-02-01")],
        "Birch": [("2025-12-29", "2026-01-12"), ("2025-12-30", "2026-01-13")],
        "Cedar": [("2025-09-01", "2025-10-01")],
        "Dogwood": [("2026-01-05", "2026-03-06")],
    }
    for name, rows in terms.items():
        customer = make.customer(business, name)
        make.contact(customer, f"ap@{name.lower()}.example")
        for issued, due in rows:
            make.invoice(customer, issued=issued, due=due)
    return business


def let_go(on: datetime.date) -> None:
    """Every letter reaches its customer and every call is made, as the simulation has it."""
    unsent = Letter.objects.exclude(state__in=[LetterState.SENT, LetterState.CANCELLED])
    for letter in unsent:
        kept = store(business=letter.business, content=b"%PDF", content_type="application/pdf", name="letter")
        Letter.objects.filter(pk=letter.pk).update(state=LetterState.SENT, sent_on=on, document=kept)
    Task.objects.filter(state="open").update(state="done", closed_on=on)


@pytest.mark.proves("T05")
def test_it_foretells_what_a_run_each_day_fires(ledger):
    present = settings_of(ledger)
    foretold = rehearse(ledger, present, present, START, 40).present
    for today in filter(present.calendar().is_business_day, (START + DAYS(days=number) for number in range(40))):
        escalate(ledger, today, calls_per_day=0)
        let_go(today)
    fired = Reminder.objects.order_by("id").values_list("step", "fired_on", "letter", "task__kind")
    real = Tally()
    for step, on, letter, kind in fired:
        call = kind in {"courtesy_call", "call_60", "call_90"}
        real.add(Fired(on, 0, "USD", step, letter=letter is not None, call=call))
    assert real.steps.total() >= 8
    assert (foretold.steps, +foretold.letters, +foretold.calls) == (real.steps, +real.letters, +real.calls)


def test_it_writes_nothing_and_shows_the_difference(ledger):
    present = settings_of(ledger)
    steps = {code: step for code, step in STANDARD.steps.items() if code != "NOTICE"}
    silent = with_policy(present, "STANDARD", replace(STANDARD, steps=steps), as_default=False)
    before = Event.objects.count()
    found = rehearse(ledger, present, silent, START)
    assert (found.invoices, found.one_in) == (6, 1)
    assert found.present.steps["NOTICE"] and not found.changed.steps["NOTICE"]
    assert not Reminder.objects.exists()
    assert Event.objects.count() == before


def test_only_who_follows_the_changed_policy_is_reminded_otherwise(ledger, owner):
    standard = Policy.objects.get(business=ledger)
    copy_policy(policy=standard, name="Gentle", actor=owner)
    choose_policy(customer=ledger.customers.get(name="Birch"), name="Gentle", actor=owner)
    present = settings_of(ledger)
    silent = with_policy(present, "Gentle", replace(STANDARD, steps={}), as_default=False)
    found = rehearse(ledger, present, silent, START)
    assert (found.present.steps["NOTICE"], found.changed.steps["NOTICE"]) == (5, 3)


def test_a_ledger_not_started_yet_is_tried_as_if_it_were(ledger):
    ledger.released_on = None
    ledger.save()
    ledger.customers.get(name="Cedar").invoices.update(entry_hold=True)
    present = settings_of(ledger)
    assert rehearse(ledger, present, present, START).present.steps["60"]


def test_of_a_large_ledger_a_sample_speaks(ledger):
    present = settings_of(ledger)
    found = rehearse(ledger, present, present, START, most=3)
    assert found.one_in == 2
    assert all(count % 2 == 0 for count in found.present.steps.values())
