"""An owner's text is no way into the machine: it reads nothing, runs for no time and writes little (trap T07, mission P12)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from reminders.letter_words import MERGE_FIELDS, merge_values
from reminders.liquid_text import LONGEST_TEXT, WordingError, fill_text, refuse_unknown_fields
from tests.reminders import letter_samples

pytestmark = pytest.mark.proves("T07", "P12")

HUGE = "(1..100000000)"
HOSTILE = {
    "include": "{% include 'settings.py' %}",
    "render": "{% render 'arcollect/settings.py' %}",
    "hidden render": "{% liquid render 'x' %}",
    "settings": "{{ settings.SECRET_KEY }}",
    "attribute": "{{ company.__class__.__mro__ }}",
    "method": "{{ company.__len__ }}",
    "attribute in a filter": "{{ company | default: customer.__globals__ }}",
    "loop": f"{{% for a in {HUGE} %}}x{{% endfor %}}",
    "nested loops": "{% for a in (1..99) %}{% for b in (1..99) %}x{% endfor %}{% endfor %}",
    "table": f"{{% tablerow a in {HUGE} %}}x{{% endtablerow %}}",
    "range searched": f"{{% if {HUGE} contains 'x' %}}{{% endif %}}",
    "range written": f"{{{{ {HUGE} | join: ',' }}}}",
    "range in quotes": '{{ "\\"" | default: (1..9) }}',
    "doubled": "{% assign a = 'aaaaaaaa' %}" + "{% assign a = a | append: a %}" * 60,
    "replaced": "{% assign a = 'aaaaaaaa' %}" + "{% assign a = a | replace: 'a', a %}" * 60,
    "captured in itself": "{% capture a %}aaaaaaaa{% endcapture %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 60,
    "written over and over": "{% assign a = '" + "a" * 5000 + "' %}" + "{{ a }}" * 600,
    "deep": "{% if amount %}" * 300 + "x" + "{% endif %}" * 300,
    "brackets": "{% if " + "(" * 2000 + "true" + ")" * 2000 + " %}x{% endif %}",
    "indexes": "{{ amount" + "[amount" * 300 + "]" * 300 + " }}",
    "long number": "{{ 9" + "9" * 5000 + " | plus: 1 }}",
    "clock": "{{ 'now' | date: '%999999999d' }}",
    "opened only": "{{" * 4900,
    "tags opened only": "{%" * 4900,
    "conditions opened only": "{% if amount %}" * 600,
    "one mistake after many fields": "{{ amount }}" * 800 + "{% if amount == %}",
    "too long": "a" * (LONGEST_TEXT + 1),
}


@contextmanager
def little_work() -> Iterator[None]:
    """Fails after twenty million calls and returns: a clock would judge the machine, a count judges the text."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)
    assert calls < 20_000_000


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_once(name):
    with little_work(), pytest.raises(WordingError):
        refuse_unknown_fields(HOSTILE[name], MERGE_FIELDS)
        fill_text(HOSTILE[name], VALUES)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_that_was_never_checked_neither_tells_nor_grows(name):
    written = ""
    with little_work(), suppress(WordingError):
        written = fill_text(HOSTILE[name], VALUES)
    assert len(written) <= 60_000
    assert "class" not in written


VALUES = merge_values(letter_samples.facts())


def test_conditions_and_own_words_are_what_a_text_may_use():
    text = "{% assign who = company | upcase %}{% if amount and received == nil %}{{ who }}{% else %}x{% endif %}"
    refuse_unknown_fields(text, MERGE_FIELDS)
    assert fill_text(text, VALUES) == "HARBOR & PINE SUPPLY"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("S\n\n{{ bank_balance }}", 3, "There is no field “bank_balance”."),
        ("S\n\n{% if first_contact %}{{ nowhere }}{% endif %}", 3, "There is no field “nowhere”."),
        ("S\n\na\n{{ amount | shout }}", 4, "The filter “shout” cannot be used here."),
        ("S\n{% if amount %}\n\nb", 2, "A condition is never closed: “endif” is missing."),
        ("S\n\n{{ amount", 3, "“{{” is never closed."),
        ("S\n\na {% endif %}", 3, "“endif” cannot be used here."),
        ("S\n{{ amount }}\n{% if amount == %}x{% endif %}", 3, "This cannot be read:"),
    ],
)
def test_a_mistake_is_named_with_its_line(text, line, words):
    with pytest.raises(WordingError) as problem:
        refuse_unknown_fields(text, MERGE_FIELDS)
    assert (problem.value.line, str(problem.value)[: len(words)]) == (line, words)
