"""Tells whether a word is an invoice number with a slip in it: a finger's, a reader's, or the bank's that cut it off. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from rapidfuzz.distance import DamerauLevenshtein

from invoices.matching_text import DIGITS_AT_END
from invoices.numbering import number_key

# As long must be what is to be recognised with a slip in it, or with its end cut off.
NEAR_FROM, NEAR_DIGITS, CUT_FROM, CUT_DIGITS, MOST_CUT = 4, 4, 4, 3, 4
MISREAD = str.maketrans("OQDIL|SBZG", "0001115826")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, ready to be held against numbers: its key, the same read as digits, and the digits in a row in it."""

    key: str
    as_digits: str
    runs: tuple[str, ...]

    @classmethod
    def of(cls, word: str) -> Self:
        key = number_key(word)
        read = as_digits(key)
        return cls(key, read, tuple(re.findall(r"\d+", read)))


def is_near(words: Iterable[Word], number: str) -> bool:
    """Whether one of the words is the number but for one slip of the finger, letters read for digits, or an end that was cut."""
    key = number_key(number)
    read, found = as_digits(key), DIGITS_AT_END.search(key)
    tail = found[1] if found and len(found[1]) >= NEAR_DIGITS else ""
    return any(_is_near(word, key, read, tail) for word in words)


def _is_near(word: Word, key: str, read: str, tail: str) -> bool:
    if len(key) >= NEAR_FROM and (word.as_digits == read or _one_off(word.key, key)):
        return True
    if _is_cut(word.key, key):
        return True
    return bool(tail) and any(run.lstrip("0") == tail or _one_off(run, tail) for run in word.runs)


def _is_cut(word: str, key: str) -> bool:
    """Whether the word is what is left of the number where the bank's line ended."""
    enough = len(word) >= max(CUT_FROM, len(key) - MOST_CUT) and key.startswith(word)
    return enough and sum(map(str.isdigit, word)) >= CUT_DIGITS


def _one_off(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 1 and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def as_digits(word: str) -> str:
    """A word with the letters that are misread for digits as what they are misread for: "INV2O4l7" -> "1NV20417"."""
    return word.translate(MISREAD)
