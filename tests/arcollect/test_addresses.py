"""Addresses as their country writes them."""

import pytest

from arcollect.addresses import address_lines


@pytest.mark.parametrize(
    ("country", "region", "lines"),
    [
        ("DE", "", ["1 High Street", "10115 Town"]),
        ("US", "OR", ["1 High Street", "Town, OR 10115"]),
        ("US", "", ["1 High Street", "Town, 10115"]),
        ("GB", "Kent", ["1 High Street", "Town", "10115"]),
    ],
)
def test_the_place_is_written_as_its_country_does(country, region, lines):
    assert address_lines("1 High Street", "Town", "10115", region, country) == lines


def test_what_is_missing_leaves_no_empty_line():
    assert address_lines("\n2nd floor\n", "", "", "", "DE") == ["2nd floor"]
