"""What each segment changes in the steps of a policy (domain.md 5, Treatment)."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS, merged
from invoices.models.insight import Segment, SubType
from invoices.segments import Treated
from reminders.cases import Case, Fire, InvoiceFacts, Setting, Wait
from reminders.escalation import courtesy_call, next_look, next_step
from reminders.issuing import _task_kind as task_kind
from reminders.policies import STANDARD
from reminders.simulation import simulate
from reminders.timetable import PolicyTerms, StepTerms, courtesy_dates, dunning_dates
from reminders.tone import ON_TERMS, tone_of
from reminders.treatments import Means, advice_for, kind_of, means_of, money_only, tailored
from tests.make import day

STEPS = {code: StepTerms(code, offset, calls, letter) for code, offset, calls, letter, _, enabled in STANDARD if enabled}
POLICY = PolicyTerms(id=1, steps=STEPS, min_balance={"default": "25.00"})
# Net 30 of domain.md 3.3: due Saturday 2026-02-14.
ROW = InvoiceFacts(1, "INV-1", day("2026-01-15"), day("2026-02-14"), Decimal(1000), Decimal(1000))
BY_MAIL = Means(by_mail=True)


def treated(segment: str, sub_type: str = "", since: str = "2026-01-01", **fields) -> Treated:
    return Treated(segment, sub_type, day(since), **fields)


def policy_for(segment: str, sub_type: str = "", means: Means = BY_MAIL, policy: PolicyTerms = POLICY, **rules) -> PolicyTerms:
    return tailored(policy, treated(segment, sub_type), merged({"segments": rules}), means)


def case(segment: str, sub_type: str = "", row: InvoiceFacts = ROW, **fields) -> Case:
    return Case(1, "C1", "USD", (row,), treated=treated(segment, sub_type), reads_mail=True, **fields)


def played(segment: str, days: int = 60, **fields) -> list[tuple[str, str, bool, bool]]:
    """(day, step, letter, call) of all that fires from 15 January on."""
    setting = Setting(policy_for(segment), Calendar(), DEFAULTS)
    fired = simulate([(case(segment, **fields), setting)], day("2026-01-15"), days)
    return [(one.on.isoformat()[5:], str(one.step), one.letter, one.call) for one in fired]


@pytest.mark.proves("P09")
def test_a_stretcher_is_called_before_and_right_after_the_due_date():
    assert played(Segment.STRETCHER, 40) == [("01-23", "COURTESY", False, True), ("02-16", "NOTICE", True, True)]


@pytest.mark.proves("P09")
def test_a_stretcher_gets_the_courtesy_call_where_the_policy_has_none():
    without = replace(POLICY, steps={code: step for code, step in STEPS.items() if code != "COURTESY"})
    steps = policy_for(Segment.STRETCHER, policy=without).steps
    assert (steps["COURTESY"].offset_days, steps["COURTESY"].calls) == (-14, True)
    assert courtesy_dates(ROW.term, policy_for(Segment.STRETCHER, policy=without), Calendar(), DEFAULTS).due_on == day(
        "2026-01-30"
    )


@pytest.mark.proves("P09")
def test_an_owner_may_leave_the_notice_of_a_stretcher_to_the_mail():
    assert not policy_for(Segment.STRETCHER, stretcher_calls=False).steps["NOTICE"].calls


def test_a_notice_that_is_off_stays_off():
    without = replace(POLICY, steps={code: step for code, step in STEPS.items() if code != "NOTICE"})
    assert "NOTICE" not in policy_for(Segment.STRETCHER, policy=without).steps
    assert "NOTICE" not in policy_for(Segment.PROMPT, policy=without).steps


@pytest.mark.proves("P09", "P21")
@pytest.mark.parametrize(
    ("step", "diagnosis", "voice"),
    [
        ("NOTICE", "", "friendly"),
        ("30", "", "friendly_firm"),
        ("60", "", "firm"),
        ("90", "NOT_YET", "firm"),
        ("60", "CANT", "sympathetic"),
        ("90", "ADMIN", "helpful"),
    ],
)
def test_a_stretcher_is_held_to_the_terms_unless_something_stands_in_the_way(step, diagnosis, voice):
    assert tone_of(step, diagnosis, wanted=ON_TERMS) == voice


@pytest.mark.proves("P09")
def test_nobody_is_held_to_the_terms_at_first_contact_or_when_vulnerable():
    assert tone_of("60", "", wanted=ON_TERMS, first_contact=True) == "friendly_firm"
    assert tone_of("60", "", wanted=ON_TERMS, vulnerable=True) == "friendly_firm"


def test_a_tone_the_owner_set_stays():
    gentle = replace(POLICY, steps={**STEPS, "60": replace(STEPS["60"], tone="gentle")})
    assert policy_for(Segment.STRETCHER, policy=gentle).steps["60"].tone == "gentle"
    assert policy_for(Segment.STRETCHER, policy=gentle).steps["90"].tone == ON_TERMS


def test_who_forgets_gets_a_mail_three_days_before():
    """Three days before Saturday 14 February is Wednesday the 11th; the notice comes as ever."""
    assert played(Segment.FORGETFUL, 40) == [("02-11", "COURTESY", True, False), ("02-16", "NOTICE", True, False)]


def test_a_mail_of_a_weekend_goes_on_the_friday_before():
    tuesday = replace(ROW, due_on=day("2026-02-17"))
    assert played(Segment.FORGETFUL, 30, row=tuesday) == [("02-13", "COURTESY", True, False)]


def test_who_pays_promptly_gets_a_mail_and_three_days_more():
    """The courtesy on Friday 30 January by mail, the notice on day 4, which is Wednesday 18 February."""
    assert played(Segment.PROMPT, 40) == [("01-30", "COURTESY", True, False), ("02-18", "NOTICE", True, False)]


@pytest.mark.parametrize("segment", [Segment.PROMPT, Segment.FORGETFUL])
def test_whom_no_mail_reaches_is_called_as_ever(segment):
    assert policy_for(segment, means=Means()).steps["COURTESY"] is STEPS["COURTESY"]


@pytest.mark.parametrize(("owed", "calls"), [("999.99", False), ("1000.00", True)])
def test_who_pays_promptly_is_called_only_about_large_sums(owed, calls):
    rules = merged({"segments": {"prompt_call_from": {"USD": "1000.00"}}})
    means = means_of(case(Segment.PROMPT, row=replace(ROW, balance=Decimal(owed))), rules)
    assert tailored(POLICY, treated(Segment.PROMPT), rules, means).steps["COURTESY"].calls is calls


def test_a_threshold_in_another_currency_says_nothing():
    rules = merged({"segments": {"prompt_call_from": {"EUR": "1.00"}}})
    assert not means_of(case(Segment.PROMPT), rules).large


def test_a_courtesy_mail_brings_no_task_and_a_notice_by_telephone_does():
    assert task_kind(policy_for(Segment.PROMPT).steps["COURTESY"]) is None
    assert task_kind(policy_for(Segment.STRETCHER).steps["NOTICE"]) == "notice_call"
    assert task_kind(STEPS["NOTICE"]) is None
    assert task_kind(STEPS["COURTESY"]) == "courtesy_call"


def test_a_mail_about_too_little_or_about_what_we_hold_is_not_written():
    setting = Setting(policy_for(Segment.FORGETFUL), Calendar(), DEFAULTS)
    on = day("2026-02-11")
    small = case(Segment.FORGETFUL, row=replace(ROW, balance=Decimal(20)))
    covered = case(Segment.FORGETFUL, unapplied=Decimal(1000))
    assert [courtesy_call(one, setting, on).rule for one in (small, covered)] == ["SMALL_BALANCE", "UNAPPLIED_COVERS"]
    assert isinstance(courtesy_call(case(Segment.FORGETFUL), setting, on), Fire)


@pytest.mark.proves("P10")
def test_who_gets_into_trouble_is_called_before_anything_else():
    setting = Setting(policy_for(Segment.DETERIORATING), Calendar(), DEFAULTS)
    waiting = case(Segment.DETERIORATING, warning=True)
    decision = next_step(waiting, setting, day("2026-02-16"))
    assert isinstance(decision, Wait)
    assert decision.rule == "WARNING_CALL"
    assert "called first" in decision.reason
    assert courtesy_call(waiting, setting, day("2026-01-26")).rule == "WARNING_CALL"
    called = replace(waiting, warning=False)
    assert isinstance(next_step(called, setting, day("2026-02-16")), Fire)


@pytest.mark.proves("P10")
@pytest.mark.parametrize(("since", "until"), [("2026-02-10", "2026-02-24"), ("2026-02-02", None)])
def test_a_call_nobody_asked_for_yet_is_waited_for_two_weeks(since, until):
    setting = Setting(POLICY, Calendar(), DEFAULTS)
    waiting = replace(case(Segment.DETERIORATING, warning=True), treated=treated(Segment.DETERIORATING, since=since))
    assert next_step(waiting, setting, day("2026-02-16")).until == (day(until) if until else None)


@pytest.mark.proves("P10")
def test_a_flag_speaks_before_the_early_warning():
    setting = Setting(POLICY, Calendar(), DEFAULTS)
    blocked = case(Segment.DETERIORATING, warning=True, block="Asked not to be contacted.", block_rule="CEASE")
    assert next_step(blocked, setting, day("2026-02-16")).rule == "CEASE"


def test_the_end_of_an_owners_word_is_a_day_to_look():
    word = Treated(Segment.PROMPT, "", day("2026-01-15"), by_owner=True, until=day("2026-01-20"))
    one = replace(case(Segment.PROMPT), treated=word)
    setting = Setting(policy_for(Segment.PROMPT), Calendar(), DEFAULTS)
    assert next_look(one, ROW, [], setting, day("2026-01-16")) == day("2026-01-21")


@pytest.mark.parametrize("segment", [Segment.SLOW, Segment.NEW, Segment.DETERIORATING, Segment.PROMISE_BREAKER])
def test_the_steps_of_the_others_are_the_policys_own(segment):
    assert policy_for(segment) is POLICY


def test_nobody_scored_is_treated_in_any_way():
    assert tailored(POLICY, None, DEFAULTS, BY_MAIL) is POLICY
    assert (kind_of(None), advice_for(None), money_only(None)) == ("", "", False)


def test_queries_that_are_our_fault_bring_the_call_back():
    without = replace(POLICY, steps={code: step for code, step in STEPS.items() if code != "COURTESY"})
    assert "COURTESY" in policy_for(Segment.DISPUTER, SubType.OUR_FAULT, policy=without).steps
    assert "COURTESY" not in policy_for(Segment.DISPUTER, SubType.TACTICAL, policy=without).steps


@pytest.mark.parametrize("segment", [one for one in Segment if one not in (Segment.SLOW, Segment.DISPUTER)])
def test_every_treatment_is_said_in_words(segment):
    assert advice_for(treated(segment))


def test_a_late_query_is_asked_for_in_writing():
    assert "in writing within 7 days" in advice_for(treated(Segment.DISPUTER, SubType.TACTICAL))


def test_a_later_notice_never_overtakes_the_next_letter():
    early = replace(POLICY, steps={**STEPS, "30": replace(STEPS["30"], offset_days=2)})
    dates = dict(dunning_dates(ROW.term, policy_for(Segment.PROMPT, policy=early), Calendar()))
    assert dates["NOTICE"] <= dates["30"]
    assert dates["NOTICE"] == datetime.date(2026, 2, 18)
