"""Which of several amounts come to a sum: bounded, and honest about what was not looked at. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from math import comb

WORK = 4000
# One in so many sums may be right by accident where a match by the sum alone is to be certain.
ACCIDENTS = 0.001


@dataclass(frozen=True, slots=True)
class Sums:
    """The sets of places that come to the sum, the smallest first, at most `enough` of them. `all`: there are no others."""

    sets: tuple[tuple[int, ...], ...]
    all: bool


def sets_that_sum(target: Decimal, amounts: Sequence[Decimal], most: int, *, enough: int = 3, work: int = WORK) -> Sums:
    """Looks for sets of at most `most` of the positive `amounts` that come to `target`, in at most `work` steps."""
    order = sorted(range(len(amounts)), key=lambda place: -amounts[place])
    sizes = [amounts[place] for place in order]
    falling = [-size for size in sizes]
    rests = [*accumulate(reversed(sizes))][::-1] + [Decimal(0)]
    found: list[tuple[int, ...]] = []
    steps = 0

    def look(at: int, left: Decimal, chosen: tuple[int, ...], count: int) -> None:
        nonlocal steps
        steps += 1
        if count == 0:
            if left == 0:
                found.append(tuple(sorted(chosen)))
            return
        # What is larger than all that is left is jumped over: of 20,000 amounts that is most of the work.
        for place in range(bisect_left(falling, -left, at), len(sizes) - count + 1):
            if steps > work or len(found) >= enough or rests[place] < left:
                return
            # The largest first: once even `count` of this size are too few, so are all behind it.
            if sizes[place] * count < left:
                return
            look(place + 1, left - sizes[place], (*chosen, order[place]), count - 1)

    for count in range(1, min(most, len(sizes)) + 1):
        look(0, target, (), count)
        if steps > work or len(found) >= enough:
            break
    return Sums(tuple(found), all=steps <= work and len(found) < enough and most >= len(sizes))


def is_no_accident(amounts: Sequence[Decimal], count: int, unit: Decimal) -> bool:
    """Whether it would be a rare accident if just any `count` of these amounts came to a given sum.

    So many sets there are, spread over so many different sums: of 5 amounts hardly two pairs come to the same, of 50 many do.
    """
    ordered = sorted(amounts)
    spread = (sum(ordered[-count:]) - sum(ordered[:count])) / unit + 1
    return comb(len(amounts), count) <= ACCIDENTS * float(spread) or count == len(amounts)
