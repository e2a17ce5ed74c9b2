"""Telephone numbers, against an example number of each kind from 120 regions."""

import csv
from pathlib import Path

import pytest

from arcollect.phones import parse_phone, show_phone, time_zones

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "contacts" / "libphonenumber_example_numbers.csv"


@pytest.fixture(scope="module")
def examples() -> list[dict[str, str]]:
    if not EXAMPLES.exists():
        pytest.skip("The example numbers are not on this machine.")
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("column", ["national", "international", "e164"])
def test_every_example_is_read_as_people_there_write_it(examples, column):
    wrong = [row for row in examples if parse_phone(row[column], row["region"]) != row["e164"]]
    assert len(examples) > 300
    assert wrong == []


def test_every_example_dialled_from_the_states_is_the_same_number(examples):
    dialled = [row for row in examples if row["dialled_from_US"].startswith("011")]
    assert len(dialled) > 200
    assert [row for row in dialled if parse_phone(row["dialled_from_US"], "US") != row["e164"]] == []


def test_every_example_survives_being_shown(examples):
    lost = [row for row in examples if parse_phone(show_phone(row["e164"], row["region"]), row["region"]) != row["e164"]]
    assert lost == []


@pytest.mark.parametrize(
    "raw, region, stored",
    [
        ("(415) 555-0123", "US", "+14155550123"),
        ("0117 496 0123", "GB", "+441174960123"),
        ("+49 30 23125 123", "GB", "+493023125123"),
        ("0044 117 496 0123", "DE", "+441174960123"),
    ],
)
def test_a_number_is_read_in_the_region_of_the_business(raw, region, stored):
    assert parse_phone(raw, region) == stored


@pytest.mark.parametrize("raw", ["", "ask Jane", "12", "12345", "+", "0117 496 0123 4567 8901 2345"])
def test_what_cannot_be_a_number_is_none(raw):
    assert parse_phone(raw, "GB") is None


def test_a_national_number_needs_a_region():
    assert parse_phone("0117 496 0123", "") is None


def test_a_number_is_shown_as_people_there_write_it_and_abroad_with_its_country():
    assert show_phone("+441174960123", "GB") == "0117 496 0123"
    assert show_phone("+441174960123", "US") == "+44 117 496 0123"


def test_what_is_no_number_is_shown_as_it_is():
    assert show_phone("ask Jane", "GB") == "ask Jane"


def test_time_zones_a_number_may_ring_in():
    assert time_zones("+441174960123") == ["Europe/London"]
    assert len(time_zones("+18005550199")) > 1
    assert time_zones("ask Jane") == time_zones("+80012345678") == []
