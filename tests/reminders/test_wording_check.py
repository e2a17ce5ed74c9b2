"""What may be saved as the text of a letter: tried on every kind, neutral outside, warned of where it threatens."""

import datetime

import pytest

from reminders.letter_examples import examples
from reminders.letter_words import MAIL, TEXT_CODES, fields_of, merge_values, source
from reminders.letters import compose, compose_mail, plain_mail
from reminders.liquid_text import WordingError
from reminders.wording_check import check, refuse_loud
from tests.reminders import letter_samples

TODAY = datetime.date(2026, 6, 30)
LANGUAGES = ("en", "de", "es")


def tries(code: str = "L30", language: str = "en"):
    return examples("L30" if code == MAIL else code, language, letter_samples.CREDITOR, "EUR", TODAY)


@pytest.mark.proves("P12", "P21")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", TEXT_CODES)
def test_every_text_we_ship_passes_without_a_warning(code, language):
    assert check(code, source(code, language), tries(code, language)) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Your overdue account",
        "About your debt",
        "{{ amount }}",
        "You owe us {{ total }}",
        "{{ company }}: 1,250.00",
        "€ 90 are open",
        "Ihre Mahnung",
        "Rechnung überfällig",
        "Factura vencida",
        "{% if firm %}Final notice{% else %}Hello{% endif %}",
    ],
)
def test_a_subject_line_that_tells_is_refused(subject):
    with pytest.raises(WordingError) as problem:
        check("L30", f"{subject}\n\nText.", tries())
    assert problem.value.line == 1


@pytest.mark.parametrize("subject", ["Your account with {{ company }}", "Message from {{ company }}", "{{ invoices }}"])
def test_a_neutral_subject_line_is_taken(subject):
    assert check("L30", f"{subject}\n\nText.", tries()) == []


def test_a_company_may_be_named_as_it_is():
    refuse_loud("Message from Debts & Sons", "Debts & Sons")
    with pytest.raises(WordingError):
        refuse_loud("Message about debts", "Debts & Sons")


@pytest.mark.parametrize("text", ["", "\n", "Subject only", "{% if first_contact %}S{% endif %}\n\nText."])
def test_a_text_needs_subject_and_body_for_every_letter(text):
    with pytest.raises(WordingError, match="subject line and at least one paragraph"):
        check("L30", text, tries())


def test_a_text_that_fails_for_one_kind_of_letter_says_for_which():
    text = "S\n\nText.{% if call_reached %}{{ amount }}{% else %}{% endif %}{% if disagrees %}{{ 'x' | plus: nil }}{% endif %}"
    assert check("L30", text, tries()) == []
    with pytest.raises(WordingError, match=r"In a letter with: firm\."):
        check("L30", "S\n\n{% unless firm %}Text.{% endunless %}", tries())


@pytest.mark.parametrize(
    ("words", "line", "word"),
    [
        ("S\n\nWe will go to court.", 3, "court"),
        ("S\n\na\n\nEin Inkassobüro folgt.", 5, "Inkassobüro"),
        ("S\n\nLo verá un juzgado.", 3, "juzgado"),
        ("S\n\n{% if firm %}\nYour credit record\n{% endif %}Text.", 4, "credit record"),
    ],
)
def test_a_threat_is_warned_of_with_its_line(words, line, word):
    assert [(threat.line, threat.word) for threat in check("L30", words, tries())] == [(line, word)]


def test_what_the_owner_allowed_is_no_threat():
    assert check("L90", "S\n\nOtherwise {{ next_steps | default: 'we decide' }}.", tries("L90")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_an_example(language):
    values = {}
    for code in ("L60", "LBP", "LCALL", "LPD", "LRES"):
        values |= {name: value for name, value in merge_values(tries(code, language)[0][1]).items() if value is not None}
    assert values.keys() == fields_of("L30").keys()


@pytest.mark.proves("P12")
def test_the_mail_may_be_worded_and_keeps_the_letters_subject_unless_told():
    facts = letter_samples.facts()
    content = compose(facts, source("L30", "en"))
    own = compose_mail(content, facts, "{{ company }} writes\n\nSee the letter.\n\n\n\n{{ figures }}\n\n{{ signature }}")
    assert own.subject == "Harbor & Pine Supply writes"
    assert own.text.startswith("See the letter.\n\nAmount due: $1,250.00\n")
    assert compose_mail(content, facts, source(MAIL, "en")).subject == content.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_names_the_way_to_stop_mails_only_where_there_is_one(language):
    facts = letter_samples.facts(language=language)
    content = compose(facts, source("L30", language))
    assert plain_mail(content, facts, stop_link="https://x.example/stop").endswith("https://x.example/stop\n")
    assert "None" not in plain_mail(content, facts)
    assert len(plain_mail(content, facts).split("\n\n")) + 1 == len(
        plain_mail(content, facts, stop_link="https://x").split("\n\n")
    )
