"""The line of time of a policy: the oracle dates of domain.md 3.3, and what the gap between letters does to them."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from reminders.escalation import Setting
from reminders.facts import policy_terms
from reminders.models import Basis, Policy
from reminders.policies import MIN_BALANCE, PRESETS, preset_steps
from reminders.policy_picture import draw
from reminders.timetable import DAYS, PolicyTerms, Term, dunning_dates
from tests.make import day

ISSUED = day("2026-01-15")


def preset(name: str, **fields: object) -> PolicyTerms:
    policy = Policy(basis=PRESETS[name].basis, min_balance=MIN_BALANCE, **fields)
    return policy_terms(policy, preset_steps(name))


def with_offsets(**offsets: int) -> PolicyTerms:
    terms = preset("STANDARD")
    steps = {
        code: dataclasses.replace(step, offset_days=offsets.get(f"d{code}", step.offset_days))
        for code, step in terms.steps.items()
    }
    return dataclasses.replace(terms, steps=steps)


def drawn(terms: PolicyTerms, net: int) -> dict[str, str]:
    lines = draw(Setting(terms, Calendar(), DEFAULTS), ISSUED)
    line = next(line for line in lines if line.terms == net)
    return {str(mark.code): mark.day.isoformat()[5:] for mark in line.marks}


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (7, {"COURTESY": "01-19", "NOTICE": "01-23", "30": "02-23", "60": "03-23", "90": "04-22", "DECIDE": "05-06"}),
        (14, {"COURTESY": "01-22", "NOTICE": "01-30", "30": "03-02", "60": "03-30", "90": "04-29", "DECIDE": "05-13"}),
        (30, {"COURTESY": "01-30", "NOTICE": "02-16", "30": "03-16", "60": "04-15", "90": "05-15", "DECIDE": "05-29"}),
        (60, {"COURTESY": "03-02", "NOTICE": "03-17", "30": "04-15", "60": "05-15", "90": "06-15", "DECIDE": "06-29"}),
    ],
)
@pytest.mark.proves("P01", "P02")
def test_the_standard_policy(net, expected):
    assert drawn(preset("STANDARD"), net) == expected


@pytest.mark.proves("P03", "P04", "P05")
@pytest.mark.parametrize(
    ("net", "expected"),
    [(30, ["02-16", "03-16", "04-15"]), (60, ["03-17", "03-31", "04-15"]), (7, ["02-16", "03-16", "04-15"])],
)
def test_the_literal_policy_counts_from_the_invoice(net, expected):
    terms = preset("SEED004_LITERAL")
    nominal = dunning_dates(Term(ISSUED, ISSUED + DAYS(days=net)), terms, Calendar())
    assert [(str(code), date.isoformat()[5:]) for code, date in nominal] == list(zip(("30", "60", "90"), expected, strict=True))
    found = drawn(terms, net)
    assert [found[code] for code in ("30", "60", "90")] == expected
    assert "NOTICE" not in found


def test_the_gap_puts_a_step_off():
    """Offset 5 is four days after the notice: it waits until fourteen have passed."""
    assert drawn(with_offsets(d30=5), 30)["30"] == "03-02"


def test_a_step_the_gap_swallows_is_said_to_be_left_out():
    line = draw(Setting(with_offsets(d30=5, d60=10), Calendar(), DEFAULTS), ISSUED)[2]
    assert [str(code) for code in line.left_out] == ["30"]
    assert line.on("60").day == day("2026-03-02")


def test_a_step_that_is_off_is_not_drawn():
    terms = preset("STANDARD")
    terms = dataclasses.replace(terms, steps={code: step for code, step in terms.steps.items() if code != "COURTESY"})
    assert draw(Setting(terms, Calendar(), DEFAULTS), ISSUED)[0].on("COURTESY") is None


@pytest.mark.proves("T18", "T19")
@settings(max_examples=40, deadline=None)
@given(
    first=st.integers(1, 40),
    more=st.tuples(*[st.integers(1, 60)] * 3),
    gap=st.integers(1, 30),
    basis=st.sampled_from(Basis.values),
    issued=st.dates(day("2024-01-01"), day("2028-01-01")),
)
def test_whatever_the_policy_says_no_step_is_drawn_before_it_is_overdue(first, more, gap, basis, issued):
    offsets = {"dNOTICE": first, "d30": first + more[0], "d60": first + sum(more[:2]), "d90": first + sum(more)}
    terms = dataclasses.replace(with_offsets(**offsets), basis=basis, min_gap_days=gap)
    for line in draw(Setting(terms, Calendar(), DEFAULTS), issued):
        steps = [mark.day for mark in line.marks if mark.code != "COURTESY"]
        assert steps == sorted(steps)
        assert all(date > line.due_on for date in steps)
        assert all(0 <= float(mark.x) <= 100 for mark in line.marks)
