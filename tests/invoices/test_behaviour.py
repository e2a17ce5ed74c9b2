"""How a customer pays, by the worked figures of domain.md 5, and what must hold whatever the facts."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from invoices.behaviour import pays_promptly, see, segment
from invoices.behaviour_cases import Facts, Kept, Settled
from tests.invoices.behaviour import DAY, TODAY, contested, invented, invented_item, judged, open_for, paid, verdict

P09, P10 = pytest.mark.proves("P09"), pytest.mark.proves("P10")


def named(**fields) -> str:
    return verdict(**fields).segment


@P09
def test_thirty_days_given_and_sixty_taken_is_stretching():
    seen = verdict(settled=paid(33, 41, 38, 52, 12))
    assert (seen.segment, seen.rule) == ("STRETCHER", "STRETCHER")
    assert (seen.inputs["late_much"], seen.inputs["settled"], seen.inputs["deviation"]) == (4, 5, "14.7")


@P09
def test_who_is_late_unevenly_does_not_stretch():
    seen = verdict(settled=paid(33, 41, 38, 70, 12))
    assert (seen.segment, seen.inputs["deviation"]) == ("SLOW", "20.8")


@P09
@pytest.mark.parametrize(
    ("terms", "days", "expected"),
    [(7, 15, "STRETCHER"), (7, 14, "SLOW"), (20, 20, "STRETCHER"), (20, 19, "SLOW"), (60, 30, "STRETCHER"), (60, 29, "SLOW")],
)
def test_how_late_counts_goes_by_the_terms_but_not_below_15_or_above_30_days(terms, days, expected):
    assert named(settled=paid(*[days] * 5, terms=terms)) == expected


@P09
def test_four_are_too_few_to_stretch():
    assert named(settled=paid(40, 40, 40, 40)) == "SLOW"


@P09
def test_no_stretcher_once_the_lateness_drifts():
    drifting = paid(31, 31, 31, 31, 31, 31, 31, 35, 45, 58)
    assert named(settled=drifting) == "SLOW"
    assert named(settled=drifting, first_on=TODAY - 400 * DAY) == "DETERIORATING"


def test_late_but_paid_after_the_first_reminder_is_forgetful():
    late = paid(8, 9, 7, 12, 0, -1, reminded={0: 4, 1: 10, 2: 1, 3: 11})
    seen = verdict(settled=late)
    assert (seen.segment, seen.inputs["late"], seen.inputs["late_prompted"]) == ("FORGETFUL", 4, 3)


def test_late_and_not_because_of_the_reminder_is_not_forgetful():
    assert named(settled=paid(8, 9, 7, 12, 0, -1, reminded={0: 4, 1: 10, 2: 12})) == "SLOW"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("kept", "broken", "partial", "kept"), "PROMISE_BREAKER.1"),
        (("kept", "kept", "broken"), "NEW"),
        (("broken", "broken"), "PROMISE_BREAKER.2"),
        (("broken", "kept", "broken", "kept", "kept"), "NEW"),
        (("broken", "partial"), "NEW"),
    ],
)
def test_half_of_three_promises_or_two_in_a_row_make_a_breaker(states, expected):
    assert verdict(promises=judged(*states)).rule == expected


def test_two_broken_in_a_row_are_forgotten_after_90_days():
    old = tuple(Kept("broken", TODAY - days * DAY) for days in (95, 90))
    recent = tuple(Kept("broken", TODAY - days * DAY) for days in (89, 88))
    assert named(promises=old) == "NEW"
    assert named(promises=recent) == "PROMISE_BREAKER"


def test_promises_older_than_180_days_do_not_count():
    assert named(promises=judged("broken", "kept", "broken", every=95)) == "NEW"


@pytest.mark.parametrize(("queries", "invoices", "expected"), [(3, 10, "DISPUTER"), (2, 5, "NEW"), (3, 11, "NEW"), (3, 4, "NEW")])
def test_three_queries_about_a_third_make_a_disputer(queries, invoices, expected):
    assert named(contested=contested(["upheld"] * queries), invoices=invoices) == expected


@pytest.mark.parametrize(
    ("outcomes", "after_due", "expected"),
    [
        (["upheld", "partly", "rejected", "upheld", "withdrawn"], True, "OUR_FAULT"),
        (["rejected", "rejected", "withdrawn"], True, "TACTICAL"),
        (["rejected", "rejected", "withdrawn"], False, ""),
        (["upheld", "rejected"] * 2, True, ""),
        (["", "", ""], True, ""),
    ],
)
def test_whose_fault_the_queries_are(outcomes, after_due, expected):
    seen = verdict(contested=contested(outcomes, after_due), invoices=10)
    assert (seen.segment, seen.sub_type) == ("DISPUTER", expected)


def test_who_pays_by_and_by_is_prompt():
    seen = verdict(settled=paid(-2, 0, 1, 3))
    assert (seen.segment, seen.inputs["weighted"], seen.inputs["by_due"]) == ("PROMPT", {"USD": "0.5"}, 4)


def test_no_prompt_payer_has_something_open_for_more_than_two_weeks():
    assert named(settled=paid(-2, 0, 1, 3), unpaid=open_for(14)) == "PROMPT"
    assert named(settled=paid(-2, 0, 1, 3), unpaid=open_for(15)) == "SLOW"


def test_amounts_of_two_currencies_are_weighed_apart():
    dear = tuple(
        replace(one, invoice_id=one.invoice_id + 10, currency="JPY", amount=Decimal(100_000)) for one in paid(-9, -9, -9)
    )
    late = paid(4, 4, 4)
    assert named(settled=late + dear) == "SLOW"
    assert verdict(settled=late + dear).inputs["weighted"] == {"JPY": "-9.0", "USD": "4.0"}


def test_two_settled_say_too_little():
    assert named(settled=paid(0, 0)) == "NEW"
    assert named() == "NEW"


def test_what_was_paid_more_than_a_year_ago_does_not_count():
    assert named(settled=tuple(replace(one, paid_on=TODAY - 366 * DAY) for one in paid(0, 0, 0))) == "NEW"


def test_the_law_comes_first():
    seen = verdict(legal="moratorium", promises=judged("broken", "broken"))
    assert (seen.segment, seen.inputs["legal"]) == ("LEGAL_BLOCK", "moratorium")


def test_the_first_match_wins_in_the_order_written():
    both = {"promises": judged("broken", "broken"), "contested": contested(["upheld"] * 3), "invoices": 10}
    assert named(**both, settled=paid(0, 0, 0)) == "PROMISE_BREAKER"
    del both["promises"]
    assert named(**both, settled=paid(0, 0, 0)) == "DISPUTER"
    assert named(settled=paid(0, 0, 0)) == "PROMPT"


def test_thresholds_are_the_settings():
    stricter = {**DEFAULTS, "segments": {**DEFAULTS["segments"], "new": {"settled": 6}}}
    facts = Facts(settled=paid(8, 20, 40, 8, 8))
    assert segment(facts, DEFAULTS, TODAY).segment == "SLOW"
    assert segment(facts, stricter, TODAY).segment == "NEW"


RANDOM = st.integers(0, 2**32).map(random.Random)


@given(RANDOM)
def test_the_order_of_the_rows_says_nothing(chance: random.Random):
    facts = invented(chance)
    rows = {name: list(getattr(facts, name)) for name in ("settled", "unpaid", "contested", "promises")}
    for found in rows.values():
        chance.shuffle(found)
    talks = list(facts.traces.talks)
    chance.shuffle(talks)
    other = replace(
        facts, **{name: tuple(found) for name, found in rows.items()}, traces=replace(facts.traces, talks=tuple(talks))
    )
    assert segment(other, DEFAULTS, TODAY) == segment(facts, DEFAULTS, TODAY)


@given(RANDOM)
def test_a_payment_well_after_the_due_date_never_makes_anybody_prompt(chance: random.Random):
    facts, one = invented(chance), invented_item(chance, 999)
    before = see(facts, DEFAULTS, TODAY)
    late = replace(one, paid_on=one.due_on + max(6, one.days_late) * DAY)
    after = see(replace(facts, settled=(*facts.settled, late)), DEFAULTS, TODAY)
    if len(before.settled) >= 3 and not pays_promptly(before, DEFAULTS):
        assert not pays_promptly(after, DEFAULTS)


@given(RANDOM)
def test_the_law_wins_whatever_else_there_is(chance: random.Random):
    assert segment(replace(invented(chance), legal="deceased"), DEFAULTS, TODAY).segment == "LEGAL_BLOCK"


@given(RANDOM)
def test_what_lies_ahead_changes_nothing(chance: random.Random):
    facts, ahead = invented(chance), date(2026, 7, 1)
    more = replace(
        facts,
        settled=(*facts.settled, Settled(990, TODAY, ahead, Decimal(5), "USD")),
        promises=(*facts.promises, Kept("broken", ahead), Kept("broken", ahead)),
    )
    assert segment(more, DEFAULTS, TODAY) == segment(facts, DEFAULTS, TODAY)
