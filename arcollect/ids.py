"""Reads the ids of rows out of what a browser sends: somebody may have typed anything there."""

from collections.abc import Iterable

# The largest id a database keeps has nineteen digits.
MOST_DIGITS = 18
NOBODY = 0


def read_id(text: str) -> int:
    """The id a text is; 0, which no row has, where it is none. "²" is a digit, too, but no number."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else NOBODY


def read_ids(texts: Iterable[str]) -> set[int]:
    """The ids among these texts; what is none is left out."""
    return {read_id(text) for text in texts} - {NOBODY}
