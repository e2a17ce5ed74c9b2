"""The engine's index is never later than the pure answer: what it does not look at could not have fired."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from invoices.models.insight import Segment
from invoices.segments import Treated
from reminders.cases import Case, Fire, InvoiceFacts, Setting, Skip
from reminders.escalation import courtesy_call, next_look, next_step
from reminders.policies import STANDARD
from reminders.timetable import DAYS, PolicyTerms, StepTerms
from reminders.treatments import Means, tailored
from tests.make import day

STEPS = {code: StepTerms(code, offset, calls, letter) for code, offset, calls, letter, _, enabled in STANDARD if enabled}
SETTING = Setting(PolicyTerms(id=1, steps=STEPS, min_balance={"default": "25.00"}), Calendar(), DEFAULTS)
START = day("2026-01-05")
KINDS = ("", Segment.STRETCHER, Segment.FORGETFUL, Segment.PROMPT, Segment.DETERIORATING)
TREATED = {kind: Treated(kind, "", START) if kind else None for kind in KINDS}
SETTINGS = {
    kind: Setting(tailored(SETTING.policy, one, DEFAULTS, Means(by_mail=True)), Calendar(), DEFAULTS)
    for kind, one in TREATED.items()
}
NEAR = st.dates(START - DAYS(days=130), START + DAYS(days=60))
MONEY = st.decimals(Decimal(1), Decimal(5000), places=2)


@st.composite
def invoices(draw) -> InvoiceFacts:
    issued = draw(NEAR)
    due = issued + DAYS(days=draw(st.integers(0, 60)))
    total = draw(MONEY)
    reached = [code for code in ("COURTESY", "NOTICE", "30", "60", "90") if draw(st.booleans())]
    return InvoiceFacts(
        id=draw(st.integers(1, 10**6)),
        number=str(draw(st.integers(1, 10**6))),
        issued_on=issued,
        due_on=due,
        total=total,
        balance=total,
        disputed=draw(st.sampled_from([Decimal(0), total])),
        promised=tuple((draw(NEAR), total) for _ in range(draw(st.integers(0, 1)))),
        offered=tuple((draw(NEAR), total) for _ in range(draw(st.integers(0, 1)))),
        hurried_on=draw(st.one_of(st.none(), st.none(), st.dates(START - DAYS(days=40), START))),
        floor=draw(st.sampled_from(["", "", "", "90"])),
        fired={code: draw(st.dates(issued, issued + DAYS(days=120))) for code in reached},
        shift_days=draw(st.integers(0, 15)),
        no_reminders=draw(st.sampled_from([False, False, False, True])),
    )


@st.composite
def cases(draw) -> Case:
    recently = st.one_of(st.none(), st.dates(START - DAYS(days=30), START))
    return Case(
        customer_id=1,
        reference="C1",
        currency="USD",
        invoices=tuple(draw(st.lists(invoices(), min_size=1, max_size=4, unique_by=lambda row: row.id))),
        block=draw(st.sampled_from(["", "", "", "Moratorium."])),
        block_until=START + DAYS(days=20),
        unapplied=draw(st.sampled_from([Decimal(0), Decimal(50)])),
        unapplied_since=START - DAYS(days=1),
        last_letter_on=draw(recently),
        last_step_on=draw(recently),
        last_notice_on=draw(recently),
        part_paid=draw(st.sampled_from([Decimal(0), Decimal(4000)])),
        part_paid_on=START - DAYS(days=3),
        kept_on=draw(st.one_of(st.none(), st.dates(START - DAYS(days=5), START))),
        contact_invalid=draw(st.sampled_from([False, False, False, True])),
    )


def without_block(case: Case, today: datetime.date) -> Case:
    """The case as its facts stand that day: a block with a date ends by itself."""
    fields = {name: getattr(case, name) for name in Case.__slots__}
    ended = case.block_until is not None and today >= case.block_until
    return Case(**fields | ({"block": "", "block_until": None} if ended else {}))


@settings(max_examples=150, deadline=None)
@given(case=cases(), kind=st.sampled_from(KINDS))
def test_nothing_fires_before_the_day_the_index_names(case, kind):
    case, setting = replace(case, treated=TREATED[kind], reads_mail=True), SETTINGS[kind]
    decisions = [decide(case, setting, START) for decide in (next_step, courtesy_call)]
    look = min(next_look(case, row, decisions, setting, START) for row in case.invoices)
    today = START + DAYS(days=1)
    while today < min(look, START + DAYS(days=100)):
        for decide in (next_step, courtesy_call):
            assert not isinstance(decide(without_block(case, today), setting, today), Fire), (today, look)
        today += DAYS(days=1)


def test_a_case_that_fired_is_looked_at_again_the_next_day():
    row = InvoiceFacts(1, "1", day("2025-12-01"), day("2025-12-31"), Decimal(100), Decimal(100))
    case = Case(1, "C1", "USD", (row,))
    decision = next_step(case, SETTING, START)
    assert isinstance(decision, Fire)
    assert next_look(case, row, [decision], SETTING, START) == START + DAYS(days=1)


def test_the_day_an_invoice_makes_the_sum_worth_a_letter_is_a_day_to_look():
    """It is overdue on the 6th but its own first step was shifted by a dispute: together they are worth a letter all the same."""
    small = InvoiceFacts(1, "1", day("2025-08-28"), day("2025-08-28"), Decimal(24), Decimal(24))
    shifted = InvoiceFacts(2, "2", day("2025-11-06"), day("2026-01-05"), Decimal(1), Decimal(1), shift_days=1)
    case = Case(1, "C1", "USD", (small, shifted))
    decision = next_step(case, SETTING, START)
    assert next_look(case, shifted, [decision], SETTING, START) == day("2026-01-06")
    assert isinstance(next_step(case, SETTING, day("2026-01-06")), Fire)


@settings(max_examples=150, deadline=None)
@given(case=cases(), later=st.integers(0, 120))
@pytest.mark.proves("T18", "T19")
def test_a_step_asks_only_for_what_is_overdue_and_owed(case, later):
    today = START + DAYS(days=later)
    decision = next_step(case, SETTING, today)
    assert decision.reason
    if not isinstance(decision, Fire):
        return
    assert SETTING.calendar.is_business_day(today)
    assert all(line.days_past_due >= 1 and 0 < line.amount <= line.invoice.balance for line in decision.lines)
    assert decision.total == sum(line.amount for line in decision.lines)
    assert any(line.new for line in decision.lines)


def test_a_paid_ledger_is_left_alone():
    assert isinstance(next_step(Case(1, "C1", "USD", ()), SETTING, START), Skip)


def test_the_end_of_a_promise_is_a_day_to_look_even_while_another_invoice_was_asked_for():
    asked = InvoiceFacts(1, "1", day("2025-12-01"), day("2025-12-31"), Decimal(100), Decimal(100), fired={"NOTICE": START})
    held = ((day("2026-01-09"), Decimal(100)),)
    promised = InvoiceFacts(2, "2", day("2025-12-01"), day("2025-12-31"), Decimal(100), Decimal(100), promised=held)
    case = Case(1, "C1", "USD", (asked, promised))
    decision = next_step(case, SETTING, START)
    assert isinstance(decision, Skip)
    assert next_look(case, promised, [decision], SETTING, START) == day("2026-01-10")
