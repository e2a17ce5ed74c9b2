"""What stops, delays or hurries a step, each with its rule and the day it ends (domain.md 3.3 to 3.5, 7.4). Pure."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from reminders.cases import Case, Fire, InvoiceFacts, Setting, Skip, Wait
from reminders.escalation import courtesy_call, next_look, next_step
from reminders.explaining import explained, seen
from reminders.policies import STANDARD
from reminders.rules import Rule, rule_words
from reminders.timetable import PolicyTerms, StepTerms
from tests.make import day

STEPS = {code: StepTerms(code, offset, calls, letter) for code, offset, calls, letter, _, enabled in STANDARD if enabled}
POLICY = PolicyTerms(id=1, steps=STEPS, min_balance={"default": "25.00"}, name="STANDARD", version=3)
SETTING = Setting(POLICY, Calendar(), DEFAULTS)
ROW = InvoiceFacts(1, "INV-1", day("2026-01-15"), day("2026-02-14"), Decimal(1000), Decimal(1000))


def case(*rows: InvoiceFacts, **facts: Any) -> Case:
    return Case(1, "C1", "USD", rows, **facts)


def fired(**days: str) -> dict[str, datetime.date]:
    """fired(D30=..., DECIDE=...): the step codes as names."""
    return {code.removeprefix("D") if code[1:].isdigit() else code: day(on) for code, on in days.items()}


def decided(found: Case, on: str) -> tuple[str, str]:
    """(verdict, rule) of the dunning step that day."""
    decision = next_step(found, SETTING, day(on))
    return type(decision).__name__, str(decision.rule)


@pytest.mark.parametrize(
    ("row", "facts", "verdict", "rule", "until"),
    [
        ({"due_on": day("2026-04-01")}, {}, Skip, Rule.NOTHING_OVERDUE, "2026-04-02"),
        ({}, {}, Fire, Rule.STEP_DUE, None),
        ({"fired": fired(D30="2026-03-16")}, {}, Skip, Rule.ASKED_ALREADY, "2026-04-15"),
        ({"fired": fired(D90="2026-03-16", DECIDE="2026-03-18")}, {}, Skip, Rule.ALL_STEPS_TAKEN, None),
        ({}, {"released": False}, Wait, Rule.NOT_RELEASED, None),
        ({"entry_hold": True}, {}, Wait, Rule.ENTRY_HOLD, None),
        ({"no_reminders": True}, {}, Wait, Rule.NO_REMINDERS, None),
        ({}, {"block": "Quiet.", "block_rule": Rule.CEASE, "block_until": day("2026-05-01")}, Wait, Rule.CEASE, "2026-05-01"),
        ({}, {"contact_invalid": True}, Wait, Rule.CONTACT_INVALID, None),
        ({"disputed": Decimal(1000)}, {}, Wait, Rule.DISPUTED, None),
        ({"planned": Decimal(1000)}, {}, Wait, Rule.PLANNED, None),
        ({"offered": ((day("2026-03-25"), Decimal(1000)),)}, {}, Wait, Rule.PLAN_OFFERED, "2026-03-26"),
        ({"promised": ((day("2026-03-24"), Decimal(1000)),)}, {}, Wait, Rule.PROMISE_OPEN, "2026-03-25"),
        ({"settling": ((day("2026-03-27"), Decimal(1000)),)}, {}, Wait, Rule.SETTLEMENT_OPEN, "2026-03-28"),
        ({}, {"unapplied": Decimal(1000)}, Wait, Rule.UNAPPLIED_COVERS, None),
        ({}, {"unapplied": Decimal(50), "unapplied_since": day("2026-03-17")}, Wait, Rule.UNAPPLIED_CASH, "2026-03-19"),
        ({}, {"suggested": Decimal(50), "suggested_on": day("2026-03-17")}, Wait, Rule.MAYBE_PAID, "2026-03-24"),
        ({"balance": Decimal(20)}, {}, Wait, Rule.SMALL_BALANCE, None),
        ({}, {"part_paid": Decimal(1000), "part_paid_on": day("2026-03-13")}, Wait, Rule.PART_PAYMENT, "2026-03-20"),
        ({}, {"kept_on": day("2026-03-17")}, Wait, Rule.PROMISE_KEPT, "2026-03-20"),
        ({}, {"last_letter_on": day("2026-03-10")}, Wait, Rule.MIN_GAP, "2026-03-24"),
    ],
)  # fmt: skip
def test_every_verdict_names_its_rule_and_its_day(row, facts, verdict, rule, until):
    """Wednesday 18 March 2026: the invoice is 32 days past due."""
    decision = next_step(case(replace(ROW, **row), **facts), SETTING, day("2026-03-18"))
    assert (type(decision), decision.rule) == (verdict, rule)
    ends = decision.until if isinstance(decision, Wait) else getattr(decision, "next_on", None)
    assert (ends.isoformat() if ends else None) == until
    assert rule_words(decision.rule)


def test_a_second_notice_within_the_week_names_its_rule():
    young = replace(ROW, due_on=day("2026-03-16"))
    assert decided(case(young, last_notice_on=day("2026-03-16")), "2026-03-18") == ("Wait", "NOTICE_GAP")


@pytest.mark.proves("T42")
def test_a_closing_day_of_the_owner_is_no_business_day():
    closed = Setting(POLICY, Calendar(closed=frozenset({day("2026-03-18"), day("2026-03-19")})), DEFAULTS)
    decision = next_step(case(ROW), closed, day("2026-03-18"))
    assert (decision.rule, decision.until) == (Rule.NO_BUSINESS_DAY, day("2026-03-20"))


@pytest.mark.proves("T35")
def test_a_broken_promise_makes_the_next_step_due_at_once():
    """The 30-day letter went on 16 March, the promise for 2 April was found broken on Tuesday 7 April: 60 comes early."""
    row = replace(ROW, fired=fired(D30="2026-03-16"), hurried_on=day("2026-04-07"))
    told = {"last_letter_on": day("2026-03-16"), "last_step_on": day("2026-03-16")}
    assert decided(case(row, **told), "2026-04-06")[0] == "Skip"
    decision = next_step(case(row, **told), SETTING, day("2026-04-07"))
    assert (decision.step, decision.rule) == ("60", Rule.STEP_HURRIED)
    assert "a promise was not kept" in decision.reason


def test_a_broken_promise_does_not_shorten_the_gap():
    """Broken on 24 March, the last step on the 16th: the next one at the gap's end, on the 30th."""
    row = replace(ROW, fired=fired(D30="2026-03-16"), hurried_on=day("2026-03-24"))
    found = case(row, last_step_on=day("2026-03-16"))
    decision = next_step(found, SETTING, day("2026-03-24"))
    assert (decision.rule, decision.until) == (Rule.MIN_GAP, day("2026-03-30"))
    assert next_step(found, SETTING, day("2026-03-30")).step == "60"


def test_a_broken_promise_hurries_one_step_not_two():
    row = replace(ROW, fired=fired(D30="2026-03-16", D60="2026-04-07"), hurried_on=day("2026-04-07"))
    assert decided(case(row, last_step_on=day("2026-04-07")), "2026-04-27") == ("Skip", "ASKED_ALREADY")


def test_after_a_kept_promise_the_rest_is_asked_for_three_business_days_later():
    """domain.md 3.4: the later of the step's own day (Monday 16 March) and keeping + 3 business days."""
    friday = case(ROW, kept_on=day("2026-03-13"))
    assert decided(friday, "2026-03-17") == ("Wait", "PROMISE_KEPT")
    assert decided(friday, "2026-03-18") == ("Fire", "STEP_DUE")
    assert decided(case(ROW, kept_on=day("2026-03-02")), "2026-03-16") == ("Fire", "STEP_DUE")


@pytest.mark.proves("T32")
def test_a_plan_that_ended_unpaid_resumes_at_90_never_lower():
    """45 days past due, 30 fired before the plan: the negotiation, though its age is only that of the 30-day letter."""
    row = replace(ROW, fired=fired(D30="2026-03-02"), floor="90")
    decision = next_step(case(row, last_step_on=day("2026-03-02")), SETTING, day("2026-03-31"))
    assert (decision.step, decision.rule, decision.lines[0].skipped) == ("90", Rule.PLAN_DEFAULTED, ("60",))
    again = replace(row, fired=fired(D30="2026-03-02", D90="2026-03-31"))
    assert decided(case(again, last_step_on=day("2026-03-31")), "2026-04-13")[0] == "Skip"
    assert next_step(case(again, last_step_on=day("2026-03-31")), SETTING, day("2026-04-14")).step == "DECIDE"


def test_an_offered_part_is_left_out_until_accept_by():
    row = replace(ROW, offered=((day("2026-03-20"), Decimal(600)),))
    assert next_step(case(row), SETTING, day("2026-03-18")).total == 400
    assert next_step(case(row), SETTING, day("2026-03-23")).total == 1000


@pytest.mark.proves("T10")
def test_a_letter_sent_by_hand_in_the_evening_keeps_the_morning_step_back():
    """By hand on 15 March: on the 16th its 30-day letter would be due, it comes after the gap."""
    by_hand = case(ROW, last_letter_on=day("2026-03-15"))
    assert decided(by_hand, "2026-03-16") == ("Wait", "MIN_GAP")
    assert decided(by_hand, "2026-03-30") == ("Fire", "STEP_DUE")


@pytest.mark.proves("T13")
def test_the_end_of_the_road_is_reached_once():
    done = replace(ROW, fired=fired(D90="2026-05-15", DECIDE="2026-05-29"))
    assert decided(case(done), "2026-06-30") == ("Skip", "ALL_STEPS_TAKEN")


@pytest.mark.proves("T20")
def test_another_due_date_plans_the_coming_steps_anew_and_keeps_the_taken_ones():
    later = replace(ROW, due_on=day("2026-03-16"), fired=fired(NOTICE="2026-02-16"))
    assert decided(case(later, last_step_on=day("2026-02-16")), "2026-03-17") == ("Skip", "ASKED_ALREADY")
    assert next_step(case(later, last_step_on=day("2026-02-16")), SETTING, day("2026-03-17")).next_on == day("2026-04-15")


def test_a_skipped_step_is_taken_but_told_the_customer_nothing():
    """Step 30 left out by a person: the next is 60, in its own time, and its letter claims no earlier one."""
    row = replace(ROW, fired=fired(D30="2026-03-16"), left_out=frozenset({"30"}))
    assert decided(case(row), "2026-03-18") == ("Skip", "ASKED_ALREADY")
    decision = next_step(case(row), SETTING, day("2026-04-15"))
    assert (decision.step, decision.first_contact) == ("60", True)


@pytest.mark.proves("T17", "T26")
def test_a_credit_that_leaves_a_small_sum_suggests_the_write_off():
    decision = next_step(case(replace(ROW, balance=Decimal("24.99"))), SETTING, day("2026-03-18"))
    assert (decision.rule, "write it off as a small balance" in decision.reason) == (Rule.SMALL_BALANCE, True)


def test_a_call_waits_for_a_flag_as_a_letter_does():
    coming = replace(ROW, due_on=day("2026-04-01"))
    flagged = case(coming, block="Deceased: the owner decides.", block_rule=Rule.DECEASED)
    decision = courtesy_call(flagged, SETTING, day("2026-03-18"))
    assert (type(decision), decision.rule) == (Wait, Rule.DECEASED)


def test_a_final_letter_may_go_to_who_asked_for_quiet_and_to_nobody_else():
    quiet = case(ROW, block="Asked not to be contacted.", block_rule=Rule.CEASE)
    assert (quiet.blocked_for("FINAL"), quiet.blocked_for("L90")) == ("", "Asked not to be contacted.")
    assert case(ROW, block="Deceased.", block_rule=Rule.DECEASED).blocked_for("FINAL") == "Deceased."


def test_the_end_of_an_offer_is_a_day_to_look_even_while_another_invoice_was_asked_for():
    asked = replace(ROW, fired=fired(D30="2026-03-16"))
    offered = replace(asked, id=2, number="INV-2", fired={}, offered=((day("2026-03-25"), Decimal(1000)),))
    decision = next_step(case(asked, offered), SETTING, day("2026-03-18"))
    assert decision.rule == Rule.ASKED_ALREADY
    assert next_look(case(asked, offered), offered, [decision], SETTING, day("2026-03-18")) == day("2026-03-26")


def test_the_facts_a_decision_saw_are_small_and_plain():
    found = case(replace(ROW, disputed=Decimal(100)), unapplied=Decimal("12.5"), last_letter_on=day("2026-02-16"))
    assert seen(found, SETTING, day("2026-03-18")) == {
        "on": "2026-03-18",
        "business_day": True,
        "gap": 14,
        "oldest_days": 32,
        "overdue": "1000.00",
        "collectable": "900.00",
        "disputed": "100.00",
        "unapplied": "12.50",
        "last_letter": "2026-02-16",
    }


@pytest.mark.proves("T47")
def test_why_is_answered_with_facts_in_words_and_every_invoice():
    row = replace(ROW, fired=fired(D30="2026-03-16"))
    dunning, courtesy = explained(case(row, last_step_on=day("2026-03-16")), SETTING, day("2026-03-18"))
    assert (dunning["verdict"], dunning["rule"], dunning["next_on"]) == ("skip", "ASKED_ALREADY", "2026-04-15")
    assert dunning["rule_words"] == "Each step is taken once; the next one has its day."
    facts = {fact["label"]: fact["value"] for fact in dunning["facts"]}
    assert (facts["Overdue"], facts["Last step on"], facts["Policy"]) == ("1000.00", "2026-03-16", "Standard, version 3")
    line = dunning["invoices"][0]
    assert (line["fired"], line["fired_on"], line["next_step"], line["next_on"]) == ("30", "2026-03-16", "60", "2026-04-15")
    assert courtesy["rule"] == "NO_COURTESY_DUE"
