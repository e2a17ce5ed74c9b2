"""What to say in a call: the script of its occasion, whole sentences whatever we know (domain.md 4.2, 4.3)."""

import re
from dataclasses import replace

import pytest

from customers.call_texts import script_codes
from customers.models.desk import CALL_KINDS
from customers.reasons import texts
from reminders.call_wording import check_words, example, preview
from reminders.scripts import FRAME, ScriptFacts, occasion_of, script_for

SCRIPTS = texts("scripts", "en")
FULL = example("Hollis Tools")
BARE = ScriptFacts(caller="Noor Whitlow", company="Hollis Tools")
OCCASIONS = [code for code in script_codes() if code != FRAME]
DIAGNOSES = ["", "ADMIN", "NOT_YET", "CANT", "WONT", "SHOULDNT"]


def said(occasion: str, facts: ScriptFacts = FULL, diagnosis: str = "") -> list[str]:
    script = script_for(occasion, diagnosis, facts, SCRIPTS)
    frame = [script.greeting, script.gatekeeper, script.paraphrase, script.ending, script.heated, script.stop, script.voicemail]
    return [script.open, *script.ask, script.say, script.close, *frame]


@pytest.mark.proves("P02", "P04", "P05")
@pytest.mark.parametrize("facts", [FULL, BARE], ids=["known well", "hardly known"])
@pytest.mark.parametrize("diagnosis", DIAGNOSES)
@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_sentence_is_whole(occasion, diagnosis, facts):
    for text in said(occasion, facts, diagnosis):
        assert not re.search(r"None|\{|\}|  | [.,?:;]|,,", text), text


@pytest.mark.proves("P04")
def test_the_listening_call_names_the_figures_and_asks():
    opening = script_for("60", "", FULL, SCRIPTS).open
    assert opening.startswith("I am calling about 3 invoices, £1,250.00, the oldest 61 days past due.")
    assert opening.endswith("Would you tell me in your own words?")


@pytest.mark.proves("P05")
@pytest.mark.parametrize(
    ("diagnosis", "words"),
    [
        ("CANT", "I take it to Dana Whitfield today."),
        ("WONT", "I need payment or a signed plan by Jul 7, 2026; after that Dana Whitfield decides"),
        ("SHOULDNT", "Tell me which document shows it"),
        ("ADMIN", ""),
    ],
)
def test_the_negotiation_depends_on_why_they_do_not_pay(diagnosis, words):
    script = script_for("90", diagnosis, FULL, SCRIPTS)
    assert words in script.say
    assert bool(script.say) == bool(words)


@pytest.mark.parametrize("diagnosis", DIAGNOSES)
@pytest.mark.parametrize("occasion", ["WARNING", "60", "90", "BROKEN_PROMISE"])
def test_no_plan_is_offered_where_none_can_be_signed(occasion, diagnosis):
    for facts in (FULL, BARE):
        text = " ".join(said(occasion, replace(facts, plan_barred=True), diagnosis))
        assert not re.search(r"signed plan|plan signed|small plan|with the plan", text), text


@pytest.mark.proves("P06")
def test_a_broken_promise_is_named():
    assert script_for("BROKEN_PROMISE", "", FULL, SCRIPTS).open.startswith(
        "On Jun 1, 2026 we settled on £600.00 by Jun 12, 2026;"
    )


@pytest.mark.proves("P18")
def test_to_others_nothing_is_said_of_money():
    for text in (said("90")[-6], script_for("90", "", FULL, SCRIPTS).voicemail, script_for("90", "", FULL, SCRIPTS).greeting):
        check_words("voicemail", text, "Hollis Tools")


@pytest.mark.proves("P18")
def test_a_machine_hears_who_called_and_when_to_ring_back():
    assert script_for("60", "", FULL, SCRIPTS).voicemail == (
        "Hello Sam, Noor Whitlow from Hollis Tools. Please call me or Dana Whitfield on 01632 960 123, "
        "weekdays 09:00 to 17:00. Thank you."
    )


@pytest.mark.parametrize("kind", CALL_KINDS)
def test_every_call_on_the_desk_has_its_script(kind):
    assert occasion_of(kind) in SCRIPTS


def test_a_call_about_the_contact_reads_back_no_sum_and_no_day():
    assert script_for("VERIFY_AP", "", FULL, SCRIPTS).ending == ""
    assert "by that day" in script_for("60", "", FULL, SCRIPTS).ending


@pytest.mark.parametrize(
    ("kind", "subject", "occasion"),
    [
        ("courtesy_call", "USD", "COURTESY"),
        ("call_60", "USD", "60"),
        ("call_90", "USD", "90"),
        ("broken_promise", "promise:7", "BROKEN_PROMISE"),
        ("callback", "conversation:7", "CALLBACK"),
        ("callback", "dispute:7", "DISPUTE_SOLVED"),
        ("callback", "instalment:7", "PLAN_DEFAULT"),
        ("verify_ap", "contact", "VERIFY_AP"),
    ],
)
def test_the_task_names_the_occasion(kind, subject, occasion):
    assert occasion_of(kind, subject) == occasion


@pytest.mark.parametrize(
    ("days", "occasion"), [(-3, "COURTESY"), (0, "COURTESY"), (1, "30"), (59, "30"), (60, "60"), (200, "60")]
)
def test_without_a_task_it_goes_by_the_age_of_the_oldest(days, occasion):
    assert occasion_of("", "", days) == occasion


@pytest.mark.parametrize("code", script_codes())
def test_what_we_ship_passes_the_check_of_what_owners_write(code):
    for name, part in SCRIPTS[code].items():
        for text in part if isinstance(part, list) else [part]:
            check_words(name, text, "Hollis Tools")
    assert preview(SCRIPTS[code], "Hollis Tools")
