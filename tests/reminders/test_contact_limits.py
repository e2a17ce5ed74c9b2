"""When and how often a customer may be called or written to: the worked figures of domain.md 7.1 and 7.2."""

import datetime
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import calendar_of
from reminders.contact_limits import (
    Allowed,
    Block,
    History,
    Limits,
    Talk,
    Warn,
    call_findings,
    letter_findings,
    next_call,
    strictest,
)
from tests.make import day

pytestmark = pytest.mark.proves("T23", "T42")
WEEKDAYS = calendar_of([5, 6], [])
PERSON = Limits(
    zones=("UTC",),
    home_zone="UTC",
    calendar=WEEKDAYS,
    hard=(datetime.time(8), datetime.time(21)),
    office=None,
    weekdays_only=True,
    australian=False,
    quiet=None,
    blocks=True,
    calls_per_day=1,
    calls_per_week=3,
    talks_per_week=1,
    contacts_per_week=3,
    contacts_per_month=10,
)
COMPANY = replace(PERSON, blocks=False, office=(datetime.time(9), datetime.time(17)))
QUIET = replace(PERSON, quiet=(datetime.time(12), datetime.time(14)))
NIGHTLY = replace(PERSON, quiet=(datetime.time(20), datetime.time(9)))
AUSTRALIAN = replace(PERSON, australian=True, zones=("Australia/Sydney",), calendar=calendar_of([5, 6], [("AU", "")]))
NOTHING = History()
MONDAY = day("2026-06-01")


def at(text: str, zone: str = "UTC") -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def codes(found) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("clock", "found"),
    [("07:59", ["HOURS"]), ("08:00", []), ("12:00", []), ("21:00", []), ("21:00:01", ["HOURS"]), ("21:01", ["HOURS"])],
)
def test_the_edges_of_the_day_are_inside(clock, found):
    assert codes(call_findings(PERSON, NOTHING, at(f"2026-06-01 {clock}"))) == found


@pytest.mark.parametrize(("clock", "opens"), [("07:59", "2026-06-01 08:00"), ("21:01", "2026-06-02 08:00")])
def test_out_of_hours_blocks_until_the_next_opening(clock, opens):
    verdict = strictest(call_findings(PERSON, NOTHING, at(f"2026-06-01 {clock}")))
    assert isinstance(verdict, Block)
    assert verdict.until == at(opens)


def test_hours_block_companies_too():
    assert isinstance(strictest(letter_findings(COMPANY, NOTHING, at("2026-06-01 07:59"))), Block)


def test_a_weekend_is_for_a_person_to_decide_and_over_on_monday():
    verdict = strictest(call_findings(PERSON, NOTHING, at("2026-06-06 12:00")))
    assert isinstance(verdict, Warn)
    assert (verdict.code, verdict.until) == ("WEEKEND", at("2026-06-08 08:00"))
    assert call_findings(replace(PERSON, weekdays_only=False), NOTHING, at("2026-06-06 12:00")) == []


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-06-01 08:30", "2026-06-01 09:00"),
        ("2026-06-01 17:01", "2026-06-02 09:00"),
        ("2026-06-05 18:00", "2026-06-08 09:00"),
    ],
)
def test_a_workplace_is_rung_in_office_hours(moment, opens):
    (finding,) = call_findings(COMPANY, NOTHING, at(moment))
    assert (type(finding), finding.code, finding.until) == (Warn, "OFFICE_HOURS", at(opens))
    assert letter_findings(COMPANY, NOTHING, at(moment)) == []


@pytest.mark.parametrize(
    ("moment", "found"),
    [
        ("2026-06-01 07:59", ["HOURS"]),
        ("2026-06-01 08:00", []),
        ("2026-06-06 08:59", ["HOURS"]),
        ("2026-06-06 09:00", ["WEEKEND"]),
        ("2026-06-06 21:01", ["HOURS"]),
        ("2026-12-25 12:00", ["HOLIDAY"]),
        ("2026-12-26 12:00", ["HOLIDAY"]),
    ],
)
def test_australia_has_hours_of_its_own(moment, found):
    assert codes(call_findings(AUSTRALIAN, NOTHING, at(moment, "Australia/Sydney"))) == found


def test_half_past_seven_is_early_enough_where_the_house_opens_earlier():
    early = replace(AUSTRALIAN, hard=(datetime.time(7), datetime.time(21)))
    assert codes(call_findings(early, NOTHING, at("2026-06-01 07:29", "Australia/Sydney"))) == ["HOURS"]
    assert call_findings(early, NOTHING, at("2026-06-01 07:30", "Australia/Sydney")) == []


@pytest.mark.parametrize(("clock", "found"), [("09:00", ["HOURS"]), ("13:00", []), ("22:00", ["HOURS"])])
def test_a_number_that_may_ring_in_several_zones_must_be_legal_in_all(clock, found):
    """13:00 in New York is 10:00 in Los Angeles; 09:00 is 06:00 there; 22:00 is too late in New York itself."""
    both = replace(PERSON, zones=("America/New_York", "America/Los_Angeles"))
    assert codes(call_findings(both, NOTHING, at(f"2026-06-01 {clock}", "America/New_York"))) == found


def test_a_zone_nobody_knows_is_ours_and_said():
    nowhere = replace(PERSON, zones=(), home_zone="America/New_York")
    assert codes(call_findings(nowhere, NOTHING, at("2026-06-01 08:00", "America/New_York"))) == ["ZONE_UNKNOWN"]
    found = call_findings(nowhere, NOTHING, at("2026-06-01 07:59", "America/New_York"))
    assert isinstance(strictest(found), Block)


@pytest.mark.parametrize(
    ("limits", "clock", "until"),
    [
        (QUIET, "11:59", None),
        (QUIET, "12:00", "2026-06-01 14:00"),
        (QUIET, "13:59", "2026-06-01 14:00"),
        (QUIET, "14:00", None),
        (NIGHTLY, "08:30", "2026-06-01 09:00"),
        (NIGHTLY, "20:30", "2026-06-02 09:00"),
        (replace(QUIET, blocks=False), "12:30", "2026-06-01 14:00"),
    ],
)
def test_who_asked_not_to_be_disturbed_is_not(limits, clock, until):
    verdict = strictest(call_findings(limits, NOTHING, at(f"2026-06-01 {clock}")))
    assert (isinstance(verdict, Block), getattr(verdict, "until", None)) == (until is not None, until and at(until))


def test_talked_on_monday_called_again_on_the_next():
    talked = History(talks=(Talk(MONDAY),))
    for number in range(1, 7):
        found = call_findings(PERSON, talked, at(f"2026-06-0{1 + number} 12:00"))
        assert "SPOKEN_7D" in codes(found)
    assert call_findings(PERSON, talked, at("2026-06-08 12:00")) == []
    assert next_call(PERSON, talked, at("2026-06-01 13:00")) == at("2026-06-08 08:00")


def test_who_agreed_to_be_called_is_called_from_that_day():
    agreed = History(talks=(Talk(MONDAY, consent_from=day("2026-06-03"), consent_until=day("2026-06-04")),))
    assert codes(call_findings(PERSON, agreed, at("2026-06-02 12:00"))) == ["SPOKEN_7D"]
    assert next_call(PERSON, agreed, at("2026-06-01 13:00")) == at("2026-06-03 08:00")
    assert call_findings(PERSON, agreed, at("2026-06-04 12:00")) == []
    assert codes(call_findings(PERSON, agreed, at("2026-06-05 12:00"))) == ["SPOKEN_7D"]


@pytest.mark.parametrize(
    ("calls", "found", "free"),
    [
        (["2026-06-04"], ["CALLED_TODAY"], "2026-06-05 08:00"),
        (["2026-06-01", "2026-06-02"], [], "2026-06-04 12:00"),
        (["2026-06-01", "2026-06-02", "2026-06-03"], ["CALLS_7D"], "2026-06-08 08:00"),
        (["2026-05-28", "2026-06-02", "2026-06-03"], [], "2026-06-04 12:00"),
        (["2026-05-29", "2026-06-02", "2026-06-03"], ["CALLS_7D"], "2026-06-05 08:00"),
    ],
)
def test_calls_are_once_a_day_and_three_in_seven_days(calls, found, free):
    history, moment = History(calls=tuple(map(day, calls))), at("2026-06-04 12:00")
    assert codes(call_findings(PERSON, history, moment)) == found
    assert next_call(PERSON, history, moment) == at(free)


@pytest.mark.parametrize(
    ("count", "spacing", "found"), [(2, 1, []), (3, 1, ["CONTACTS_7D"]), (9, 3, []), (10, 2, ["CONTACTS_7D"])]
)
def test_they_hear_from_us_three_times_a_week_at_most(count, spacing, found):
    moment = at("2026-06-30 12:00")
    contacts = tuple(moment.date() - datetime.timedelta(days=1 + n * spacing) for n in range(count))
    assert [code for code in codes(letter_findings(PERSON, History(contacts=contacts), moment)) if code == "CONTACTS_7D"] == found


def test_and_ten_times_a_month():
    moment = at("2026-06-30 12:00")
    contacts = tuple(moment.date() - datetime.timedelta(days=days) for days in (1, 4, 7, 10, 13, 16, 19, 22, 25, 28))
    (finding,) = letter_findings(PERSON, History(contacts=contacts), moment)
    assert (finding.code, finding.until) == ("CONTACTS_30D", at("2026-07-02 08:00"))


def test_too_often_stops_a_person_and_warns_of_a_company():
    often = History(contacts=(MONDAY, MONDAY, MONDAY))
    assert isinstance(strictest(letter_findings(PERSON, often, at("2026-06-02 12:00"))), Block)
    assert isinstance(strictest(letter_findings(COMPANY, often, at("2026-06-02 12:00"))), Warn)


def test_courtesy_and_answers_are_never_too_many():
    often = History(calls=(MONDAY,) * 5, talks=(Talk(MONDAY),), contacts=(MONDAY,) * 20)
    assert call_findings(PERSON, often, at("2026-06-01 12:00"), service=True) == []
    assert letter_findings(PERSON, often, at("2026-06-01 12:00"), service=True) == []


def test_paper_has_no_hours():
    assert letter_findings(PERSON, NOTHING, at("2026-06-06 23:00"), keeps_hours=False) == []


def test_nothing_against_it_is_a_verdict_too():
    assert strictest([]) == Allowed()


DAYS = st.dates(day("2026-04-20"), day("2026-06-20"))
MOMENTS = st.integers(0, 55 * 24 * 60).map(lambda minutes: at("2026-05-01 00:00") + datetime.timedelta(minutes=minutes))
HISTORIES = st.builds(
    History,
    calls=st.lists(DAYS, max_size=6).map(tuple),
    talks=st.lists(st.builds(Talk, DAYS, st.none() | DAYS, st.none() | DAYS), max_size=3).map(tuple),
    contacts=st.lists(DAYS, max_size=12).map(tuple),
)
LIMITS = st.sampled_from([PERSON, COMPANY, QUIET, NIGHTLY, AUSTRALIAN, replace(PERSON, zones=("Asia/Tokyo", "Asia/Kolkata"))])


@given(LIMITS, HISTORIES, MOMENTS)
def test_the_next_moment_is_free_and_later(limits, history, moment):
    free = next_call(limits, history, moment)
    assert free is not None
    assert free >= moment
    assert call_findings(limits, history, free) == []


@given(HISTORIES, MOMENTS)
def test_what_is_allowed_to_a_person_is_no_worse_for_a_company(history, moment):
    often = [one for one in call_findings(replace(PERSON, blocks=False), history, moment) if isinstance(one, Block)]
    assert {one.code for one in often} <= {"HOURS", "QUIET", "HOLIDAY"}
