"""What a customer reads stands in their language: all marked text has its German and Spanish, compiled."""

import re

import pytest
from django.utils import translation

from tests import catalog, make
from tests.invoices.portal import visitor
from tests.pages import words

HOLES = re.compile(r"%\(\w+\)[sd]")


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_every_text_is_translated(language):
    assert catalog.missing(language) == [], "python -m tests.catalog adds them to the .po file"


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_the_compiled_file_is_fresh(language):
    path = catalog.LOCALE / language / "LC_MESSAGES" / "django.mo"
    assert path.read_bytes() == catalog.compiled(language), "python -m tests.catalog compiles it"


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_no_translation_lost_a_figure_or_kept_one_too_many(language):
    for row in catalog.catalog(language):
        wanted = set(HOLES.findall(row.id if isinstance(row.id, str) else row.id[1]))
        strings = row.string if isinstance(row.string, tuple) else (row.string,)
        for text in strings[-1:] if row.id else ():
            assert set(HOLES.findall(text)) == wanted, row.id
            assert "!" not in text


def test_what_our_own_people_read_on_the_desk_stays_theirs():
    staff = {path.name for path in catalog.sources(catalog.MODULES)}
    assert not staff & {"acting.py", "planning.py", "disputing.py", "agreeing.py"}


@pytest.mark.parametrize(
    ("language", "country", "said"),
    [
        ("de", "DE", "Fällig war es am 14.02.2026"),
        ("de-AT", "AT", "Fällig war es am 14.02.2026"),
        ("es", "ES", "Venció el 14 feb 2026"),
        ("fr", "FR", "It was due on 14 Feb 2026"),
    ],
)
@pytest.mark.usefixtures("in_march")
def test_the_page_speaks_the_customers_language(acme, language, country, said):
    acme.language, acme.country = language, country
    acme.save()
    page = words(visitor(acme, make.invoice(acme, "INV-1", currency="EUR")).get())
    assert said.casefold() in page.casefold()


@pytest.mark.usefixtures("in_march")
def test_a_task_of_a_german_customer_is_english_for_the_desk(acme):
    acme.language = "de"
    acme.save()
    page = visitor(acme, make.invoice(acme, "INV-1"))
    page.post("portal-call", on="2026-03-24", time="morning")
    assert acme.tasks.get().reason.startswith("They asked for a call behind their link. Best in the morning.")
    assert translation.get_language() == "en"
