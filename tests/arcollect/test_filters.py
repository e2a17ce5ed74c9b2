"""How amounts and dates read on a page."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from arcollect.filters import dated, due, figure, icon, late, moment, money, near, say_date, stated
from arcollect.filters import day as day_filter
from arcollect.reader import reading_in

TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 7, 1), "tomorrow"),
        (date(2026, 6, 29), "yesterday"),
        (date(2026, 7, 5), "in 5 days"),
        (date(2026, 6, 18), "12 days ago"),
        (date(2026, 9, 1), "Sep 1, 2026"),
        (date(2025, 12, 24), "Dec 24, 2025"),
    ],
)
def test_near_dates_are_said(day, words):
    assert say_date(day, TODAY) == words


def test_a_moment_is_a_day_and_an_hour_where_the_reader_is():
    at = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert Template("{{ at|moment }}").render(Context({"at": at})) == "Jul 1, 2026, 00:05"
    assert moment(None) == ""


def test_a_stored_reason_shows_its_dates_as_people_write_them():
    words = dated("1 invoice due from 2026-11-30: a courtesy call by 2026-11-23, not 2026-09-31.")
    assert words == "1 invoice due from Nov 30, 2026: a courtesy call by Nov 23, 2026, not 2026-09-31."
    assert Template("{{ words|dated }}").render(Context({"words": "<b> 2026-11-30"})) == "&lt;b&gt; Nov 30, 2026"


def test_a_stored_reason_shows_its_amounts_as_people_write_them():
    assert dated("Promised, but not received: 3721.80 GBP, of 4000 JPY.") == "Promised, but not received: £3,721.80, of ¥4,000."
    assert dated("Order 12 ABC and 7 PDF files") == "Order 12 ABC and 7 PDF files"


@pytest.mark.parametrize(("country", "words"), [("GB", "7 Sept 2026"), ("US", "Sep 7, 2026"), ("", "Sep 7, 2026")])
def test_dates_are_written_as_in_the_country_of_the_business(country, words):
    with reading_in(country, "UTC"):
        assert day_filter(date(2026, 9, 7)) == words
        assert dated("due 2026-09-07") == f"due {words}"
    assert day_filter(date(2026, 9, 7)) == "Sep 7, 2026"


def test_the_exact_date_is_kept_for_hover_and_machines():
    assert near(date(2026, 7, 1), TODAY) == ('<time datetime="2026-07-01" title="Wednesday, July 1, 2026">tomorrow</time>')


def test_a_due_date_is_late_from_the_day_after():
    assert "today" in due(TODAY, TODAY)
    assert ">1 day late<" in due(date(2026, 6, 29), TODAY)
    assert "is-amber" in due(date(2026, 6, 29), TODAY)


def test_nothing_is_said_of_no_date():
    assert near(None, TODAY) == due(None, TODAY) == ""


def test_the_bar_is_full_at_ninety_days():
    assert 'width="90" height="9" rx="4"/></svg>' in late(250)
    assert late(250).startswith("250<svg")
    assert late(0) == ""


def test_amounts_follow_the_reader_and_keep_their_currency():
    with translation.override("de"):
        assert money(Decimal("1250"), "EUR") == "1.250,00\N{NO-BREAK SPACE}€"
    assert money(Decimal("1250"), "JPY") == "¥1,250"
    assert money(None, "EUR") == ""


def test_an_icon_is_silent_unless_it_has_words():
    assert 'aria-hidden="true"' in icon("phone")
    assert "visually-hidden" not in icon("phone")
    assert '<span class="visually-hidden">Call &lt;Jane&gt;</span>' in icon("phone", "Call <Jane>")


def test_an_icon_that_is_none_fails_loudly():
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


@pytest.mark.parametrize(
    ("fact", "words"),
    [("3310.04", "£3,310.04"), ("2026-11-19", "Nov 19, 2026"), ("14 days", "14 days"), ("STANDARD 1", "STANDARD 1")],
)
def test_a_stored_fact_reads_as_money_as_a_date_or_as_it_is(fact, words):
    assert stated(fact, "GBP") == words


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [
        (Decimal("8.500000"), "en", "8.5"),
        (Decimal("8.500000"), "de", "8,5"),
        (Decimal("1200.000000"), "de", "1.200"),
        (Decimal("0.000125"), "en", "0.000125"),
        (Decimal(0), "en", "0"),
        ("5.50", "es", "5,5"),
        (None, "en", ""),
    ],
)
def test_a_quantity_has_as_many_decimals_as_it_needs(value, language, words):
    with translation.override(language):
        assert figure(value) == words
