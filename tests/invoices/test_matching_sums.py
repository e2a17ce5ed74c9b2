"""Sets of amounts that come to a sum."""

from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from invoices.matching_sums import is_no_accident, sets_that_sum

CENT = Decimal("0.01")
amounts = st.lists(st.integers(1, 30).map(Decimal), min_size=1, max_size=7)


def test_the_smallest_set_comes_first():
    assert sets_that_sum(Decimal(10), [Decimal(4), Decimal(10), Decimal(6)], 3).sets == ((1,), (0, 2))


@given(amounts, st.integers(1, 60).map(Decimal))
def test_it_finds_what_trying_every_set_finds(parts, target):
    every = {
        places
        for count in range(1, len(parts) + 1)
        for places in combinations(range(len(parts)), count)
        if sum(parts[place] for place in places) == target
    }
    assert set(sets_that_sum(target, parts, len(parts), enough=1000, work=10**6).sets) == every


def test_it_gives_up_after_so_much_work_and_says_so():
    many = [Decimal(2 * place + 1) for place in range(60)]
    found = sets_that_sum(Decimal("1000.5"), many, 12, work=500)
    assert not found.sets and not found.all


def test_no_more_than_so_many_at_once():
    assert sets_that_sum(Decimal(3), [Decimal(1)] * 3, 2).sets == ()


def test_two_of_five_are_no_accident_but_three_of_fifty_are():
    few = [Decimal(place * 317 + 1) for place in range(5)]
    many = [Decimal(place * 37 + 1) for place in range(50)]
    assert is_no_accident(few, 2, CENT) and not is_no_accident(many, 3, CENT)
