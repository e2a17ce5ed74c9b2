"""A payment that names its invoices, however the number was written or cut."""

import pytest

from invoices.matches import Match
from invoices.matching_text import WEAK, Numbers, find_numbers, typed
from tests.invoices.matching import ACME, BIRCH, first, ledger, line, split_of


def test_a_number_and_its_amount_are_certain():
    found = first(line("119.00", "Rechnung INV-20417", "Acme Tools GmbH"), ledger((ACME, "INV-20417", "119.00")))
    assert (found.customer_id, split_of(found), found.certain, found.rule) == (ACME, {1: "119.00"}, True, "number")
    assert "INV-20417" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "inv 20417",
        "RE-NR.INV20417 VOM 01.05.2026",
        "RECHNUNG 20417",
        "INV-204\n17",
        "RENR20417KDNR88",
        "INV20417INV20418",
        "EREF+NOTPROVIDED SVWZ+INV-20417",
        "DE89 3704 0044 0532 0130 00 INV-20417",
    ],
)
def test_however_it_is_written(text):
    rows = [(ACME, "INV-20417", "119.00")] + [(ACME, "INV-20418", "80.00")] * ("20418" in text)
    found = first(line("199.00" if "20418" in text else "119.00", text), ledger(*rows))
    assert found.certain and len(found.split) == len(rows)


def test_it_comes_back_from_json_as_it_was():
    found = first(line("119.00", "INV-20417 INV-30001"), ledger((ACME, "INV-20417", "100.00"), (BIRCH, "INV-30001", "19.00")))
    assert found.others and found.amount == line("119.00").amount
    assert Match.from_json(found.as_json()) == found


def test_a_long_row_of_digits_takes_no_longer_than_any_text():
    """Where numbers are short, every place in it begins one, and the ways to part it double every few digits."""
    numbers = Numbers()
    for number in range(100, 10_000):
        numbers.add(str(number), number)
    hits = find_numbers(typed("1234567891" * 14 + " 4711"), numbers)
    assert hits[-1].ids == (4711,) and {hit.strength for hit in hits[:-1]} <= {WEAK}


def test_noughts_without_end_are_read():
    text = typed("0" * 5000 + "417")
    assert text.starts == list(range(5001))
