"""Amounts in every notation, and whole columns that say which mark is the decimal one."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from invoices.imports.amounts import COMMA, POINT, AmountSurvey, parse_amount, undecided, word_fits
from invoices.imports.problems import CellProblem, ImportProblem

money = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def survey(*cells):
    found = AmountSurvey()
    for line, cell in enumerate(cells, start=2):
        found.see(cell, line)
    return found


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1234.5", POINT, "1234.5"),
        ("1,234.50", POINT, "1234.50"),
        ("1.234,50", COMMA, "1234.50"),
        ("1 234,50", COMMA, "1234.50"),
        ("1\N{NO-BREAK SPACE}234,50", COMMA, "1234.50"),
        ("1\N{NARROW NO-BREAK SPACE}234,50", COMMA, "1234.50"),
        ("1\N{THIN SPACE}234\N{THIN SPACE}567", COMMA, "1234567"),
        ("1'234.50", POINT, "1234.50"),
        ("1’234.50", POINT, "1234.50"),
        ("12,34,567.00", POINT, "1234567.00"),
        ("$1,234.50", POINT, "1234.50"),
        ("€ 1.234,50", COMMA, "1234.50"),
        ("1.234,50 €", COMMA, "1234.50"),
        ("EUR 12", POINT, "12"),
        ("12,00 CHF", COMMA, "12.00"),
        ("Rs. 1,00,000", POINT, "100000"),
        ("CA$5", POINT, "5"),
        ("(1.00)", POINT, "-1.00"),
        ("($400.00)", POINT, "-400.00"),
        ("$-142.85", POINT, "-142.85"),
        ("-$5", POINT, "-5"),
        ("1.00-", POINT, "-1.00"),
        ("1,00- €", COMMA, "-1.00"),
        ("1,00 €-", COMMA, "-1.00"),
        ("\N{MINUS SIGN}1.00", POINT, "-1.00"),
        ("+7", POINT, "7"),
        (".5", POINT, "0.5"),
        ("8734.710000000001", POINT, "8734.71"),
        (" 26.67 ", POINT, "26.67"),
    ],
)
def test_reads_an_amount(text, mark, amount):
    assert parse_amount(text, mark)[0] == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["abc", "12 apples", "1,23.4", "1..2", "1,2,3", "(5", "--5", "(-5)", "$5 EUR", "5%", "1 2", "12e5", "n/a", "-", "$"]
)
def test_what_is_no_amount_is_refused_and_never_zero(text):
    with pytest.raises(CellProblem, match="is not an amount"):
        parse_amount(text, POINT)


def test_a_blank_cell_is_no_amount_and_a_stored_number_is_itself():
    assert parse_amount("  ", POINT) is None
    assert parse_amount(Decimal("1234.5"), COMMA) == (Decimal("1234.5"), "")


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,234", "1,23"], COMMA),
        (["1,234", "1,234.00"], POINT),
        (["1.234", "1.234.567"], COMMA),
        (["0,125", "1,234"], COMMA),
        (["1 234,567"], COMMA),
        (["12345,678"], COMMA),
    ],
)
def test_the_whole_column_proves_the_decimal_mark(cells, mark):
    assert survey(*cells).proven("total") == mark


@pytest.mark.parametrize(
    ("cells", "precision", "mark"),
    [
        (["950", "12"], 2, POINT),
        (["1,234", "12,500"], 2, POINT),
        (["1.234"], 2, COMMA),
        (["1,200", "950"], 2, POINT),
        (["1,200", "12,000"], 2, ""),
        (["1,234", "950"], 3, ""),
    ],
)
def test_a_column_without_proof_follows_the_currency_or_stays_open(cells, precision, mark):
    found = survey(*cells)
    assert found.proven("total") == ""
    assert found.implied(precision) == mark


def test_a_column_that_contradicts_itself_is_refused_with_both_lines():
    with pytest.raises(ImportProblem, match=r'"total" has a decimal comma in line 3 .* decimal point in line 2'):
        survey("1,234.50", "1.234,50").proven("total")


def test_the_refusal_of_an_open_column_names_the_line_and_the_way_out():
    assert str(undecided("total", survey("12", "1,200"))) == (
        'column "total", line 3: "1,200" can be read with decimals or with thousands'
    )


def test_a_sign_must_fit_the_currency():
    assert word_fits("$", "CAD")
    assert word_fits("Rs.", "INR")
    assert word_fits("EUR", "EUR")
    assert not word_fits("€", "USD")


@given(amount=money, locale=st.sampled_from(["en_US", "de_DE", "de_CH", "fr_FR", "es_ES", "en_IN", "sv_SE", "pt_BR", "pl_PL"]))
def test_what_a_locale_writes_is_read_back(amount, locale):
    mark = POINT if format_decimal(Decimal("0.5"), locale=locale)[1] == "." else COMMA
    assert parse_amount(format_decimal(amount, "#,##0.00", locale=locale), mark)[0] == amount
    read, sign = parse_amount(format_currency(amount, "EUR", locale=locale), mark)
    assert read == amount and word_fits(sign, "EUR")


@given(amount=money)
def test_a_locale_never_proves_the_wrong_mark(amount):
    for locale, mark in (("en_US", POINT), ("de_DE", COMMA), ("en_IN", POINT)):
        assert survey(format_decimal(amount, "#,##0.00", locale=locale)).proven("total") == mark


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_a_clear_refusal(text):
    try:
        parse_amount(text, POINT)
    except CellProblem as problem:
        assert "is not an amount" in problem.reason
