"""The worked dates of domain.md 3.3: invoices of 15 January 2026, weekends only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from reminders.models import Basis
from reminders.policies import STANDARD
from reminders.timetable import DAYS, DUNNING, PolicyTerms, StepTerms, Term, courtesy_dates, dunning_dates
from tests.make import day

WEEKENDS = Calendar()
STEPS = {
    code: StepTerms(code, offset, calls, letter, approve) for code, offset, calls, letter, approve, enabled in STANDARD if enabled
}
POLICY = PolicyTerms(id=1, steps=STEPS)
LITERAL = PolicyTerms(id=2, steps={code: step for code, step in STEPS.items() if code != "NOTICE"}, basis=Basis.INVOICE)
ISSUED = day("2026-01-15")


def term(days: int) -> Term:
    return Term(ISSUED, ISSUED + DAYS(days=days))


def dates(days: int, policy: PolicyTerms = POLICY) -> list[str]:
    return [date.isoformat()[5:] for _, date in dunning_dates(term(days), policy, WEEKENDS)]


def test_net_30():
    assert dates(30) == ["02-16", "03-16", "04-15", "05-15"]


def test_net_60():
    assert dates(60) == ["03-17", "04-15", "05-15", "06-15"]


@pytest.mark.parametrize(
    ("days", "expected"), [(30, ["02-16", "03-16", "04-15"]), (60, ["03-17", "03-31", "04-15"]), (7, ["02-16", "03-16", "04-15"])]
)
def test_the_literal_reading_counts_from_the_invoice(days, expected):
    assert dates(days, LITERAL) == expected


@pytest.mark.proves("P02")
@pytest.mark.parametrize(
    ("days", "by", "short"),
    [(30, "01-30", False), (60, "03-02", False), (7, "01-19", True), (14, "01-22", True), (17, "01-23", True)],
)
def test_courtesy_calls(days, by, short):
    courtesy = courtesy_dates(term(days), POLICY, WEEKENDS, DEFAULTS)
    assert (courtesy.due_on.isoformat()[5:], courtesy.short_terms) == (by, short)


def test_terms_of_three_days_have_no_courtesy_call():
    assert courtesy_dates(term(3), POLICY, WEEKENDS, DEFAULTS) is None


def test_a_courtesy_call_opens_a_week_before_it_is_due():
    assert courtesy_dates(term(30), POLICY, WEEKENDS, DEFAULTS).opens_on == day("2026-01-23")


def test_a_rightly_disputed_invoice_shifts_its_steps():
    """domain.md 3.4: due 1 March, 20 days in dispute, upheld: the 30-day step is on Monday 20 April."""
    shifted = Term(day("2026-01-30"), day("2026-03-01"), shift_days=20)
    assert dict(dunning_dates(shifted, POLICY, WEEKENDS))["30"] == day("2026-04-20")


def test_a_dispute_shifts_the_literal_steps_once():
    """Net 60: 17 March, then the gap, then I+60; twenty days later each, the gap being kept."""
    shifted = Term(ISSUED, day("2026-03-16"), shift_days=20)
    assert [on.isoformat()[5:] for _, on in dunning_dates(shifted, LITERAL, WEEKENDS)] == ["04-06", "04-20", "05-05"]


def test_a_step_may_have_a_basis_of_its_own():
    """The 30-day letter counts from the invoice, the others from the due date; it never comes before the notice."""
    steps = STEPS | {"30": replace(STEPS["30"], basis=Basis.INVOICE)}
    assert dates(30, replace(POLICY, steps=steps)) == ["02-16", "03-02", "04-15", "05-15"]


BASES = st.sampled_from(["", Basis.DUE, Basis.INVOICE])


@given(bases=st.tuples(BASES, BASES, BASES, BASES), days=st.integers(0, 120), shift=st.integers(0, 40))
def test_the_order_of_the_steps_stands_whatever_they_count_from(bases, days, shift):
    steps = {code: replace(STEPS[code], basis=basis) for code, basis in zip(DUNNING, bases, strict=True)}
    invoice = Term(ISSUED, ISSUED + DAYS(days=days), shift)
    found = [on for _, on in dunning_dates(invoice, replace(POLICY, steps=steps), WEEKENDS)]
    assert found == sorted(found)
    assert found[0] > invoice.due_on


@pytest.mark.proves("T19")
@given(issued=st.dates(min_value=day("2020-01-01"), max_value=day("2030-01-01")), days=st.integers(0, 120))
def test_no_step_is_ever_before_its_days_have_passed(issued, days):
    invoice = Term(issued, issued + DAYS(days=days))
    steps = dict(dunning_dates(invoice, POLICY, WEEKENDS))
    assert list(steps.values()) == sorted(steps.values())
    assert all(date >= invoice.due_on + DAYS(days=STEPS[code].offset_days) for code, date in steps.items())
    assert all(WEEKENDS.is_business_day(date) for date in steps.values())


@given(issued=st.dates(min_value=day("2020-01-01"), max_value=day("2030-01-01")), days=st.integers(5, 120))
def test_a_courtesy_call_is_two_weeks_ahead_or_the_terms_are_short(issued, days):
    invoice = Term(issued, issued + DAYS(days=days))
    courtesy = courtesy_dates(invoice, POLICY, WEEKENDS, DEFAULTS)
    assert courtesy.opens_on <= courtesy.due_on < invoice.due_on
    assert courtesy.short_terms or (invoice.due_on - courtesy.due_on).days >= 14
