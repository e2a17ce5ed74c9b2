"""The twenty reasons for delay: what follows from each, when it is looked at again, and when it was heard too often."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import Calendar
from customers.reasons import TONES, Heard, overused, shipped_reasons
from tests.make import day

# domain.md 4.1, machine table: name, diagnosis, tone, where the follow-up counts from, business days, uses in 180 days.
TABLE = {
    "R01": ("NOT_RECEIVED", "ADMIN", "HELPFUL", "C", 1, 2),
    "R02": ("PO_MISSING", "ADMIN", "HELPFUL", "C", 1, 2),
    "R03": ("AWAIT_APPROVAL", "ADMIN", "NEUTRAL", "C", 2, 2),
    "R04": ("NEXT_RUN", "ADMIN", "NEUTRAL", "R", 2, 3),
    "R05": ("IN_MAIL", "NOT_YET", "FRIENDLY_FIRM", "C", 3, 1),
    "R06": ("PAID_ALREADY", "ADMIN", "NEUTRAL", "C", 1, 2),
    "R07": ("DECISION_MAKER_AWAY", "ADMIN", "FRIENDLY_FIRM", "R", 0, 1),
    "R08": ("OVERSIGHT", "NOT_YET", "FRIENDLY", "P", 1, 3),
    "R09": ("DISPUTE_GOODS", "SHOULDNT", "HELPFUL", "C", 1, 0),
    "R10": ("DISPUTE_PRICE", "SHOULDNT", "NEUTRAL", "C", 1, 0),
    "R11": ("NOT_OURS", "SHOULDNT", "NEUTRAL", "C", 2, 1),
    "R12": ("OFFSET", "SHOULDNT", "NEUTRAL", "C", 2, 2),
    "R13": ("CASH_FLOW", "CANT", "SYMPATHETIC", "C", 2, 2),
    "R14": ("WAITING_FOR_CUSTOMER", "CANT", "FRIENDLY_FIRM", "R", -1, 2),
    "R15": ("OWN_TERMS", "WONT", "FIRM", "C", 3, 1),
    "R16": ("SYSTEM_OR_STAFF", "ADMIN", "HELPFUL", "C", 3, 2),
    "R17": ("HARDSHIP_PERSONAL", "CANT", "SYMPATHETIC", "A", 0, 0),
    "R18": ("INSOLVENT_OR_MORATORIUM", "CANT", "FORMAL", "C", 2, 0),
    "R19": ("REFUSES", "WONT", "FIRM", "C", 3, 1),
    "R20": ("UNKNOWN", "NOT_YET", "NEUTRAL", "C", 3, 1),
}
# The same table, what each opens or does; a promise is checked by the money, a hard time by nobody.
EFFECTS = {
    "R01": "resend promise contact verify",
    "R02": "query po_required verify",
    "R03": "contact promise verify",
    "R04": "promise pay_run",
    "R05": "promise verify",
    "R06": "match pause verify",
    "R07": "callback verify",
    "R08": "promise",
    "R09": "query verify",
    "R10": "query verify",
    "R11": "query query_all verify",
    "R12": "query verify",
    "R13": "plan warn verify",
    "R14": "promise warn",
    "R15": "terms owner verify",
    "R16": "statement contact verify",
    "R17": "pause vulnerable owner",
    "R18": "block owner verify",
    "R19": "summary decide verify",
    "R20": "callback",
}
WEDNESDAY, FRIDAY = day("2026-04-15"), day("2026-04-17")
REASONS = shipped_reasons()


@pytest.mark.proves("P06")
def test_the_machine_table():
    found = {
        code: (one.name, one.diagnosis, one.tone, one.anchor.value, one.follow_up, one.max_uses) for code, one in REASONS.items()
    }
    assert found == TABLE


@pytest.mark.proves("P06", "P07", "P21")
def test_what_each_opens_or_does():
    assert {code: set(map(str, one.effects)) for code, one in REASONS.items()} == {
        code: set(words.split()) for code, words in EFFECTS.items()
    }


@pytest.mark.proves("P06")
@pytest.mark.parametrize("code", TABLE)
def test_each_has_its_questions_and_what_to_do_next(code):
    reason = REASONS[code]
    assert reason.label
    assert reason.says
    assert reason.next.endswith(".")
    assert reason.manner == str(TONES[reason.tone])
    assert 1 <= len(reason.questions) <= 4
    assert all(question.endswith("?") or code == "R17" for question in reason.questions)
    assert not ({"verify"} & reason.effects) or (reason.verify and reason.check)


def test_a_language_without_its_own_words_speaks_english():
    assert shipped_reasons("fr")["R04"] == REASONS["R04"]


@pytest.mark.parametrize(
    ("code", "known", "on"),
    [
        ("R01", {}, "2026-04-20"),
        ("R05", {}, "2026-04-22"),
        ("R04", {"named": day("2026-04-23")}, "2026-04-27"),
        ("R04", {"promised": day("2026-04-24")}, "2026-04-28"),
        ("R08", {"promised": day("2026-04-24")}, "2026-04-27"),
        ("R08", {}, "2026-04-20"),
        ("R07", {"named": day("2026-04-25")}, "2026-04-27"),
        ("R14", {"named": day("2026-05-11")}, "2026-05-08"),
        ("R14", {"named": FRIDAY}, "2026-04-20"),
        ("R17", {"named": day("2026-05-06")}, "2026-05-06"),
        ("R17", {}, "2026-05-01"),
    ],
)
def test_when_it_is_looked_at_again(code, known, on):
    """Said on a Friday, weekends only."""
    assert REASONS[code].follow_up_on(FRIDAY, Calendar(), **known) == day(on)


def test_a_holiday_is_no_business_day():
    closed = Calendar(closed=frozenset({day("2026-04-20")}))
    assert REASONS["R01"].follow_up_on(FRIDAY, closed) == day("2026-04-21")


@given(
    code=st.sampled_from(sorted(TABLE)),
    today=st.dates(datetime.date(2026, 1, 1), datetime.date(2027, 12, 31)),
    named=st.none() | st.dates(datetime.date(2025, 6, 1), datetime.date(2028, 6, 1)),
    promised=st.none() | st.dates(datetime.date(2025, 6, 1), datetime.date(2028, 6, 1)),
)
def test_it_is_always_a_business_day_to_come(code, today, named, promised):
    on = REASONS[code].follow_up_on(today, Calendar(), named=named, promised=promised)
    assert on > today
    assert Calendar().is_business_day(on)


def test_the_pauses():
    assert REASONS["R06"].paused_until(FRIDAY, Calendar()) == day("2026-04-22")
    assert REASONS["R17"].paused_until(FRIDAY, Calendar()) == day("2026-05-01")
    assert REASONS["R01"].paused_until(FRIDAY, Calendar()) is None


def heard(code: str, *days_ago: int, decider: bool = False) -> list[Heard]:
    return [Heard(code, WEDNESDAY - datetime.timedelta(days=ago), decider) for ago in days_ago]


@pytest.mark.proves("P08")
@pytest.mark.parametrize("code", [code for code, row in TABLE.items() if row[5]])
def test_as_often_as_it_may_be_and_once_more(code):
    most = TABLE[code][5]
    assert overused(heard(code, *range(1, most + 1)), REASONS, WEDNESDAY) == ""
    assert overused(heard(code, *range(1, most + 2)), REASONS, WEDNESDAY) == code


@pytest.mark.proves("P08")
def test_what_has_no_limit_is_never_too_often():
    assert overused(heard("R17", *range(1, 30)), REASONS, WEDNESDAY) == ""


@pytest.mark.proves("P08")
def test_half_a_year_is_remembered():
    assert overused(heard("R05", 179, 1), REASONS, WEDNESDAY) == "R05"
    assert overused(heard("R05", 180, 1), REASONS, WEDNESDAY) == ""


@pytest.mark.proves("P08")
def test_who_decides_clears_the_count():
    assert overused([*heard("R05", 9, 8), *heard("R05", 7, decider=True), *heard("R05", 1)], REASONS, WEDNESDAY) == ""
