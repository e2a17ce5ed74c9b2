"""What letters say, in every language: kept texts, neutral subjects, nothing claimed that is not so."""

import re

import pytest

from reminders.letter_facts import FIRM_DIAGNOSES
from reminders.letter_words import (
    MERGE_FIELDS,
    SOURCES,
    TEXT_CODES,
    WordingError,
    labels,
    language_for,
    languages,
    merge_values,
    source,
)
from reminders.letters import compose, plain_mail
from tests.reminders import letter_samples
from tests.reminders.golden import kept_text

LANGUAGES = ("en", "de", "es")
SAMPLES = [(language, name) for language in LANGUAGES for name in letter_samples.samples(language)]
SUBJECTS = {
    "en": ("Your account with {}", "Message from {}", "Was everything as ordered? {}"),
    "de": ("Ihr Konto bei {}", "Nachricht von {}", "War alles wie bestellt? {}"),
    "es": ("Su cuenta con {}", "Mensaje de {}", "¿Llegó todo como lo pidió? {}"),
}
# Words that claim an earlier letter or call.
EARLIER = re.compile(r"\b(still|have asked|have written|weiterhin|schon geschrieben|-mal|siguen|ya le hemos)\b", re.I)
THREATS = re.compile(r"agency|court|credit reference|inkasso|gericht|auskunftei|agencia|judicial|solvencia", re.I)


def written(facts) -> str:
    return compose(facts, source(facts.code, facts.language)).plain_text


@pytest.mark.parametrize(("language", "name"), SAMPLES)
def test_letter_reads_as_kept(language, name):
    facts = letter_samples.samples(language)[name]
    content = compose(facts, source(facts.code, language))
    text = f"{content.subject}\n\n{content.plain_text}\n"
    assert text == kept_text(f"words/{language}-{name}.txt", text)


@pytest.mark.parametrize(("language", "name"), SAMPLES)
def test_subject_gives_nothing_away(language, name):
    facts = letter_samples.samples(language)[name]
    subject = compose(facts, source(facts.code, language)).subject
    assert subject in [pattern.format(facts.creditor.name) for pattern in SUBJECTS[language]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_letter_and_label(language):
    assert {path.stem for path in (SOURCES / language).glob("*.liquid")} == set(TEXT_CODES)
    assert labels(language).keys() == labels("en").keys()
    assert labels(language)["reasons"].keys() == labels("en")["reasons"].keys()
    assert labels(language)["next_steps"].keys() == labels("en")["next_steps"].keys()


def test_no_language_is_left_untested():
    assert languages() == set(LANGUAGES)


@pytest.mark.parametrize(
    ("wanted", "used"), [("de", "de"), ("de-AT", "de"), ("es_MX", "es"), ("fr", "en"), ("", "en"), ("../en", "en")]
)
def test_language_falls_back_to_english(wanted, used):
    assert language_for("L30", wanted) == used


@pytest.mark.proves("T06")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["L30", "L60"])
def test_first_contact_claims_no_earlier_reminder(code, language):
    assert not EARLIER.search(written(letter_samples.cedar(code, language, first_contact=True)))
    assert EARLIER.search(written(letter_samples.cedar(code, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_firm_letter_of_a_first_contact_counts_no_earlier_letters(language):
    facts = letter_samples.cedar("L90", language, diagnosis="WONT", first_contact=True)
    assert "3" not in written(facts).split("\n\n")[1].replace(facts.lines[0].number, "").replace("31", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["L90", "FINAL"])
@pytest.mark.parametrize("diagnosis", ["CANT", "WONT", "SHOULDNT", ""])
def test_no_consequence_is_named_that_was_not_enabled(code, language, diagnosis):
    assert not THREATS.search(written(letter_samples.cedar(code, language, diagnosis=diagnosis)))


@pytest.mark.proves("P21")
@pytest.mark.parametrize("diagnosis", ["ADMIN", "NOT_YET", "CANT", ""])
def test_only_who_will_not_pay_gets_the_firm_letter(diagnosis):
    facts = letter_samples.cedar("L90", "en", diagnosis=diagnosis, next_steps=("AGENCY",))
    assert diagnosis not in FIRM_DIAGNOSES
    assert "1. Pay" in written(facts)
    assert not THREATS.search(written(facts))


@pytest.mark.proves("P21")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["L30", "L60", "L90", "LBP", "FINAL"])
def test_each_reason_for_the_delay_has_its_own_words(code, language):
    said = {written(letter_samples.diagnosed(code, language, why)) for why in ("", "CANT", "ADMIN", "SHOULDNT", "WONT")}
    assert len(said) >= (4 if code in ("L90", "FINAL") else 5)


@pytest.mark.proves("P21")
@pytest.mark.parametrize("code", ["L30", "L60", "L90", "LBP", "FINAL"])
def test_who_disagrees_is_asked_for_the_document_and_for_the_rest(code):
    text = written(letter_samples.diagnosed(code, "en", "SHOULDNT"))
    assert "document" in text
    assert "The part nobody disputes" in text
    assert "no open query" not in text


@pytest.mark.proves("P21")
@pytest.mark.parametrize(("language", "word"), [("en", "plan|propose"), ("de", "Plan|Raten"), ("es", "plan|cuotas")])
@pytest.mark.parametrize("code", ["L30", "L60", "L90", "LBP", "FINAL"])
def test_who_cannot_pay_is_offered_a_plan_and_no_consequence(code, language, word):
    text = written(letter_samples.diagnosed(code, language, "CANT", next_steps=()))
    assert re.search(word, text)
    assert not THREATS.search(text)


def test_enabled_consequence_is_named():
    facts = letter_samples.cedar("L90", "en", diagnosis="WONT", next_steps=("HOLD", "AGENCY"))
    assert "to supply against advance payment only or to hand the account to a collection agency" in written(facts)


def test_unknown_consequence_is_refused():
    with pytest.raises(WordingError, match="CURSE"):
        merge_values(letter_samples.cedar("FINAL", "en", next_steps=("CURSE",)))


def test_merge_fields_are_exactly_what_the_help_lists():
    assert merge_values(letter_samples.facts()).keys() == MERGE_FIELDS.keys()


def test_reason_given_on_the_phone_is_said_in_the_customers_language():
    assert "dass das Geld im Moment knapp ist" in written(letter_samples.facts("L60", "de", call=letter_samples.REACHED))


def test_half_now_half_later_keeps_every_cent():
    odd = letter_samples.facts("L30", "en", lines=(letter_samples.line(total="333.33", currency="USD"),))
    values = merge_values(odd)
    assert (values["half_now"], values["half_later"]) == ("$166.67", "$166.66")
    assert values["half_later_by"] == "July 30, 2026"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Subject\n\n{{ balance_of_the_bank }}", "balance_of_the_bank"),
        ("Subject\n\n{% if amount %}never closed", "if"),
        ("Subject\n\n{{ amount | shout }}", "shout"),
        ("Subject\n\n{% include 'settings' %}", "include"),
        ("Subject\n\n{% for a in (1..9999) %}{{ a }}{% endfor %}", "cannot be used"),
        ("Subject only", "paragraph"),
        ("", "paragraph"),
    ],
)
def test_unusable_text_is_refused_with_its_reason(text, complaint):
    with pytest.raises(WordingError, match=f"(?i){complaint}"):
        compose(letter_samples.facts(), text)


def test_text_and_values_never_become_markup_or_code():
    customer = letter_samples.Addressee("<b>{{ amount }}</b>", "US", ("1 Main St",))
    content = compose(letter_samples.facts(customer=customer), "Subject\n\n<script>x</script> {{ customer }}")
    assert content.paragraphs == ("<p>&lt;script&gt;x&lt;/script&gt; &lt;b&gt;{{ amount }}&lt;/b&gt;</p>",)


def test_only_our_own_links_can_be_clicked():
    facts = letter_samples.facts(portal_url=letter_samples.PORTAL)
    content = compose(facts, "Subject\n\n{{ portal_link }} or https://elsewhere.example")
    assert content.paragraphs[0].count("<a ") == 1
    assert f'href="{letter_samples.PORTAL}"' in content.paragraphs[0]


def test_numbered_lines_become_a_list():
    content = compose(letter_samples.facts(), "Subject\n\n1. First\nwrapped\n2. Second\n\n- One\n- Two")
    assert content.paragraphs == (
        "<ol><li>First wrapped</li><li>Second</li></ol>",
        "<ul><li>One</li><li>Two</li></ul>",
    )


@pytest.mark.proves("T24")
def test_mail_says_what_is_left_and_lists_the_payment():
    facts = letter_samples.partly_paid("L1", "en")
    mail = plain_mail(compose(facts, source("L1", "en")), facts)
    assert "Amount due: $800.00" in mail
    assert "- INV-7: $800.00" in mail
    assert "- Jun 12, 2026: $200.00" in mail
    assert "1,000.00" not in mail


def test_mail_names_bank_and_reference_and_counts_what_it_leaves_to_the_letter():
    facts = letter_samples.many(60, "L30", "de")
    mail = plain_mail(compose(facts, source("L30", "de")), facts)
    assert "IBAN: DE89370400440532013000" in mail
    assert "Verwendungszweck: INV-1000" in mail
    assert "und 45 weitere" in mail
