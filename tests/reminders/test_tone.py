"""Sympathetic with who cannot pay, firm with who will not: the tone follows the diagnosis (mission P21, domain.md 3.2, 4.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models.customer import Approach
from reminders.models import StepCode, Tone
from reminders.timetable import DUNNING
from reminders.tone import Voice, advice, tone_of

STEPS = st.sampled_from([code.value for code in StepCode])
DIAGNOSES = st.sampled_from([approach.value for approach in Approach])
WANTED = st.sampled_from([tone.value for tone in Tone])


@pytest.mark.proves("P21")
@pytest.mark.parametrize(
    ("diagnosis", "voices"),
    [
        ("", ["friendly", "friendly_firm", "listening", "listening"]),
        ("ADMIN", ["helpful", "helpful", "helpful", "helpful"]),
        ("NOT_YET", ["friendly", "friendly_firm", "friendly_firm", "friendly_firm"]),
        ("CANT", ["sympathetic", "sympathetic", "sympathetic", "sympathetic"]),
        ("WONT", ["friendly_firm", "friendly_firm", "friendly_firm", "firm"]),
        ("SHOULDNT", ["friendly_firm", "friendly_firm", "friendly_firm", "firm"]),
    ],
)
def test_the_diagnosis_sets_the_tone_of_each_step(diagnosis, voices):
    assert [tone_of(step, diagnosis) for step in DUNNING] == voices


@given(step=STEPS, diagnosis=DIAGNOSES, wanted=WANTED)
def test_nobody_is_spoken_to_firmly_at_first_contact_nor_when_vulnerable(step, diagnosis, wanted):
    assert tone_of(step, diagnosis, wanted=wanted, first_contact=True) != Voice.FIRM
    assert tone_of(step, diagnosis, wanted=wanted, vulnerable=True) != Voice.FIRM


@given(step=STEPS, diagnosis=DIAGNOSES)
def test_a_gentle_step_is_never_firm(step, diagnosis):
    assert tone_of(step, diagnosis, wanted=Tone.GENTLE) not in (Voice.FIRM, Voice.FRIENDLY_FIRM)


@given(step=STEPS, diagnosis=st.sampled_from(["", "ADMIN", "NOT_YET", "CANT"]))
def test_firmness_is_for_those_who_refuse(step, diagnosis):
    assert tone_of(step, diagnosis) != Voice.FIRM


def test_a_step_may_be_firm_by_policy():
    assert tone_of("30", "NOT_YET", wanted=Tone.FIRM) == Voice.FIRM


def test_a_courtesy_call_is_service_whatever_is_known():
    assert {tone_of("COURTESY", approach.value, wanted=Tone.FIRM) for approach in Approach} == {Voice.SERVICE}


def test_the_call_gets_one_sentence_of_advice():
    assert advice("60", "CANT", Voice.SYMPATHETIC) == "Short of money: listen, then offer a plan."
    assert advice("90", "CANT", Voice.SYMPATHETIC).startswith("Short of money: offer a signed plan")
    assert "plan" not in advice("90", "CANT", Voice.SYMPATHETIC, plan_barred=True)
    assert "be firm" in advice("90", "WONT", Voice.FIRM)
    assert "be firm" not in advice("60", "WONT", Voice.FRIENDLY_FIRM)
    assert advice("60", "", Voice.LISTENING) == ""
