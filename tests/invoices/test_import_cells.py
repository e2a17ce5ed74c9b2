"""Identifiers, yes or no, codes and names of single cells."""

from decimal import Decimal

import pytest

from invoices.imports.cells import (
    parse_country,
    parse_currency,
    parse_flag,
    parse_id,
    parse_language,
    parse_percent,
    parse_time_zone,
    parse_whole,
    split_address,
)
from invoices.imports.problems import CellProblem
from invoices.numbering import number_key


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("1930571429.0", "1930571429"),
        (Decimal("1930571429"), "1930571429"),
        ("0000611365", "0000611365"),
        (" 0200706844 ", "0200706844"),
        ("INV 7.0", "INV 7.0"),
        ("1.05", "1.05"),
    ],
)
def test_ids_lose_a_program_s_point_nought_and_keep_leading_zeros(cell, text):
    assert parse_id(cell) == text


def test_a_number_shortened_by_a_spreadsheet_is_refused():
    with pytest.raises(CellProblem, match="shortened"):
        parse_id("1.93057E+09")


@pytest.mark.parametrize(
    ("number", "key"),
    [("inv-000 12", "INV00012"), ("0000611365", "611365"), ("RE/2024-7", "RE20247"), ("000", "0"), ("ä-1", "Ä1"), ("--", "")],
)
def test_an_invoice_number_without_what_people_leave_out(number, key):
    assert number_key(number) == key


@pytest.mark.parametrize(("text", "flag"), [("Yes", True), ("ja", True), ("1", True), ("1.0", True), ("No", False), ("", False)])
def test_yes_or_no(text, flag):
    assert parse_flag(text) is flag


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_flag, "maybe"),
        (parse_currency, "XYZ"),
        (parse_currency, "$"),
        (parse_country, "Atlantis"),
        (parse_language, "klingon!"),
        (parse_time_zone, "Berlin"),
        (parse_time_zone, "../etc"),
        (parse_whole, "2/10 net 30"),
        (parse_percent, "101"),
    ],
)
def test_what_is_not_known_is_refused(parse, text):
    with pytest.raises(CellProblem):
        parse(text)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("United States", "US"),
        ("Deutschland", "DE"),
        ("Alemania", "DE"),
        ("DEU", "DE"),
        ("UK", "GB"),
        ("", ""),
    ],
)
def test_countries_by_name_or_code(name, code):
    assert parse_country(name) == code


def test_codes_and_days():
    assert parse_currency("usd") == "USD"
    assert parse_currency("€") == "EUR"
    assert parse_language("de_AT") == "de-AT"
    assert parse_time_zone("Europe/Berlin") == "Europe/Berlin"
    assert parse_whole("Net 30") == 30
    assert parse_whole("30.0") == 30
    assert parse_whole("") is None
    assert parse_percent("10,5 %") == Decimal("10.5")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hauptstr. 1\n10115 Berlin", ("Hauptstr. 1", "10115", "Berlin")),
        ("1 High Street, Unit 2, Leeds LS1 1AA", ("1 High Street\nUnit 2", "", "Leeds LS1 1AA")),
        ("1 High Street", ("1 High Street", "", "")),
    ],
)
def test_the_town_of_an_address_is_its_last_line(text, parts):
    assert split_address(text) == parts
