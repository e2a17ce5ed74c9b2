"""What holds of every match, whatever is open and whatever the line says."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.matches import Match
from invoices.matching import match
from invoices.open_ledger import Ledger
from tests.invoices.matching import ACME, BIRCH, CEDAR, ledger, line, opened

NAMES = ["", "ACME TOOLS", "Acme Tools GmbH", "Birch & Soehne", "Cedar", "Ottokar"]
cents = st.integers(1, 400).map(lambda many: Decimal(many * 25) / 100)
invoices = st.lists(
    st.tuples(st.sampled_from([ACME, BIRCH, CEDAR]), cents, st.sampled_from(["EUR", "EUR", "USD"]), st.booleans()), max_size=7
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Ledger, object]:
    """A small ledger with close amounts, and a line that names some of it, more or less well, with a sum that nearly fits."""
    books = ledger(credits=((ACME, "CN-77", "5"),))
    rows = draw(invoices)
    books.add_invoices(
        opened(pk, customer, f"INV-{1000 + pk}", str(amount), currency, str(amount / 2 if disputed else 0))
        for pk, (customer, amount, currency, disputed) in enumerate(rows, start=1)
    )
    named = draw(st.lists(st.sampled_from(range(1000, 1010)), max_size=3))
    words = [
        draw(st.sampled_from([f"INV-{number}", f"{number}", f"inv{number}", f"INV-{number}0", f"1{number}"])) for number in named
    ]
    amount = sum((rows[number - 1001][1] for number in named if 0 < number - 1000 <= len(rows)), Decimal(0))
    amount = draw(st.sampled_from([amount, amount - Decimal("0.25"), amount * 2, draw(cents)]))
    told = line(str(max(amount, Decimal("0.25"))), " ".join(words), draw(st.sampled_from(NAMES)), on=datetime.date(2026, 5, 10))
    return books, told


def flat(found: Match) -> list[Match]:
    return [found, *found.others]


@given(situations())
def test_the_parts_and_what_is_unapplied_are_the_amount(situation):
    books, told = situation
    assert all(found.amount == told.amount and found.unapplied >= 0 for found in match(told, books))


@given(situations())
def test_nothing_is_booked_beyond_what_is_open(situation):
    books, told = situation
    for found in match(told, books):
        taken: dict[int, Decimal] = {}
        for part in flat(found):
            for pk, amount in [
                *part.split,
                *((row[0], row[1]) for row in part.write_offs),
                *((row[1], row[2]) for row in part.credits),
            ]:
                assert amount > 0
                taken[pk] = taken.get(pk, Decimal(0)) + amount
        assert all(amount <= books.invoices[pk].balance for pk, amount in taken.items())


@pytest.mark.proves("T25")
@given(situations())
def test_customers_and_currencies_are_never_mixed(situation):
    books, told = situation
    for part in (part for found in match(told, books) for part in flat(found)):
        rows = [books.invoices[pk] for pk, _amount in part.split]
        assert {row.customer_id for row in rows} <= {part.customer_id}
        assert {row.currency for row in rows} <= {told.currency}


@given(situations())
def test_a_certain_match_has_no_rival(situation):
    books, told = situation
    found = match(told, books)
    assert not any(one.certain for one in found[1:])
    assert [one.sure for one in found] == sorted((one.sure for one in found), reverse=True)


@given(situations())
def test_what_no_number_and_no_payer_supports_is_never_certain(situation):
    books, told = situation
    bare = line(str(told.amount), "Danke", "Ottokar")
    assert not any(found.certain for found in match(bare, books))


@given(situations())
def test_booking_and_taking_back_leaves_the_ledger_as_it_was(situation):
    books, told = situation
    before = match(told, books)
    for found in before[:1]:
        books.less(found)
        books.more(found)
    assert match(told, books) == before
    assert all(Match.from_json(found.as_json()) == found for found in before)
