"""Dates in every notation, and whole columns that say whether the day or the month comes first."""

from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from invoices.imports.dates import DMY, MDY, YMD, DateSurvey, parse_date, undecided
from invoices.imports.problems import CellProblem, ImportProblem

days = st.dates(min_value=date(1970, 1, 1), max_value=date(2099, 12, 31))


def survey(*cells):
    found = DateSurvey()
    for line, cell in enumerate(cells, start=2):
        found.see(cell, line)
    return found


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2011-04-26", DMY),
        ("2011/4/26", MDY),
        ("2011-04-26T10:00:00Z", DMY),
        ("2011-04-26 00:00:00", MDY),
        ("20110426", DMY),
        ("20110426.0", DMY),
        ("26/4/2011", DMY),
        ("26.04.2011", DMY),
        ("26. 4. 2011", DMY),
        ("26-04-2011 11:50", DMY),
        ("26/04/11", DMY),
        ("4/26/2011", MDY),
        ("04/26/2011 12:00:00 AM", MDY),
        ("11/04/26", YMD),
        ("26-Apr-11", MDY),
        ("26 April 2011", MDY),
        ("April 26, 2011", DMY),
        ("Tue, 26 Apr 2011 10:15", DMY),
        ("26. April 2011", DMY),
        ("26 de abril de 2011", DMY),
        ("26 avril 2011", DMY),
        ("April 26th 2011", DMY),
        ("2011-Apr-26", DMY),
        ("40659", DMY),
        ("40659.5", DMY),
    ],
)
def test_reads_a_date(text, order):
    assert parse_date(text, order) == date(2011, 4, 26)


def test_stored_dates_serial_numbers_and_blank_cells():
    assert parse_date(date(2011, 4, 26), MDY) == date(2011, 4, 26)
    assert parse_date(Decimal(40659), MDY) == date(2011, 4, 26)
    assert parse_date(" ", DMY) is None


@pytest.mark.parametrize(
    "text",
    ["n/a", "31/02/2020", "13/13/2020", "0000-00-00", "26/04", "2020-02-30", "April 2011", "26 Foo 2011", "1.2.20201"],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(CellProblem, match="is not a date"):
        parse_date(text, DMY)


def test_a_mistyped_year_is_refused():
    with pytest.raises(CellProblem, match="in the year 202"):
        parse_date("0202-01-05", DMY)


@pytest.mark.proves("T41")
@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/2/2013", "13/2/2013"], DMY),
        (["1/2/2013", "2/13/2013"], MDY),
        (["31/02/2020"], DMY),
        (["1/2/2013", "3/4/2013"], ""),
        (["2013-02-01", "5/5/2013", "", "n/a"], ""),
    ],
)
def test_the_whole_column_proves_the_order(cells, order):
    assert survey(*cells).proven("due_on") == order


def test_a_column_that_contradicts_itself_is_refused_with_both_lines():
    with pytest.raises(ImportProblem, match=r'"due_on" has the day first in line 2 .* month first in line 3'):
        survey("13/2/2013", "2/13/2013").proven("due_on")


@pytest.mark.proves("T41")
def test_the_refusal_of_an_unclear_column_names_the_line_and_the_way_out():
    assert str(undecided("due_on", survey("5/5/2013", "1/2/2013"))) == (
        'column "due_on", line 3: "1/2/2013" and all other dates in it can be read day first or month first'
    )


@given(day=days, pattern=st.sampled_from([("dd/MM/yyyy", DMY), ("M/d/yyyy", MDY), ("yyyy-MM-dd", DMY), ("d.M.yy", DMY)]))
def test_what_is_written_in_an_order_is_read_back(day, pattern):
    written = format_date(day, pattern[0], locale="en")
    expected = day if "yyyy" in pattern[0] or 1970 <= day.year <= 2068 else day.replace(year=day.year - 100)
    if expected.year >= 1970:
        assert parse_date(written, pattern[1]) == expected


@given(day=days, style=st.sampled_from(["medium", "long", "full"]), locale=st.sampled_from(["en_US", "en_GB", "es", "fr", "nl"]))
def test_dates_with_the_month_in_letters_are_read_back(day, style, locale):
    assert parse_date(format_date(day, style, locale=locale), MDY) == day


@given(st.lists(days, min_size=1, max_size=30))
def test_a_column_never_proves_the_wrong_order(column):
    assert survey(*(f"{day:%d/%m/%Y}" for day in column)).proven("x") in (DMY, "")
    assert survey(*(f"{day:%m/%d/%Y}" for day in column)).proven("x") in (MDY, "")


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_clear_refusal(text):
    try:
        parse_date(text, DMY)
    except CellProblem as problem:
        assert "is not a date" in problem.reason or "in the year" in problem.reason
