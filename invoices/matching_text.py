"""Finds the numbers of invoices in what payers and banks write. Pure.

A number may be typed without its signs, without its letters, glued to a word or to the next number, or broken over the end of
a line; banks cut lines after 27 or 35 characters wherever that falls (MT940, SEPA).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from invoices.allocation import SHORTEST_NUMBER
from invoices.numbering import number_key

# What stands before a character of the text: nothing, the end of a line, a sign, a space.
NO_GAP, LINE_END, SIGN, SPACE = range(4)
# A number that cannot be a postcode, a date or an amount; one that could; one that is only nearly what was typed.
STRONG, FAIR, WEAK = 3, 2, 1
# Digits alone from here on are nothing but a number; without its letters a number needs so many digits.
LONG_DIGITS, TAIL_DIGITS, GROUPED_DIGITS = 6, 4, 8
DIGITS_AT_END = re.compile(r"(?<!\d)0*(\d+)$")
CREDITOR_REFERENCE = re.compile(r"RF\d\d")
SLIP_REFERENCE = re.compile(r"\d{26,27}")
AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,' ]\d{3})+|\d+)[.,](\d\d)(?![\d.,]*\d)")
DATE = re.compile(r"(?<!\d)(?:\d{1,2}([./-])\s?\d{1,2}\1\s?(?:20)?\d\d|20\d\d([-/.])\d{1,2}\2\d{1,2})(?!\d)")
MOST_LENGTHS, MOST_GLUED = 40, 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A number found at [start, end) of the text's letters; several `ids` where it may be any of them.

    `whole`: it is there with its letters and all its digits.
    """

    ids: tuple[int, ...]
    start: int
    end: int
    strength: int
    whole: bool = True


@dataclass(slots=True)
class Numbers:
    """Numbers by their keys, and by their last digits alone, for finding them in a text."""

    keys: dict[str, tuple[int, ...]] = field(default_factory=dict)
    tails: dict[str, tuple[int, ...]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    shapes: set[str] = field(default_factory=set)

    def add(self, number: str, pk: int) -> None:
        key = number_key(number)
        if len(key) < SHORTEST_NUMBER:
            return
        self.keys[key] = (*self.keys.get(key, ()), pk)
        self.lengths.add(len(key))
        self.shapes.add(shape_of(key))
        tail = DIGITS_AT_END.search(key)
        if tail is None:
            return
        # "INV-0000417" is typed "INV-417", or "417" alone, which says less the shorter it is.
        for short in {key[: tail.start()] + tail[1], tail[1]} - {key}:
            if len(short) >= SHORTEST_NUMBER and (not short.isdigit() or len(short) >= TAIL_DIGITS):
                self.tails[short] = (*self.tails.get(short, ()), pk)
                self.lengths.add(len(short))


@dataclass(slots=True)
class Typed:
    """A text as its letters and digits in capitals; of each the gap before it and its place in `source`. One more gap ends it."""

    source: str
    letters: str
    gaps: list[int]
    places: list[int]
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = []
        for at in range(len(self.letters)):
            if self._starts_at(at):
                self.starts.append(at)

    def _starts_at(self, at: int) -> bool:
        """Whether a number may begin here: after a gap, where letters turn into digits or back, or after leading noughts."""
        if at == 0 or self.gaps[at]:
            return True
        before, here = self.letters[at - 1], self.letters[at]
        if before.isdigit() != here.isdigit():
            return True
        return before == "0" and self.starts[-1] == at - 1

    def ends_at(self, at: int) -> bool:
        """Whether a number may end before this place."""
        return at == len(self.letters) or bool(self.gaps[at]) or self.letters[at - 1].isdigit() != self.letters[at].isdigit()


def typed(text: str) -> Typed:
    """The text without what people and banks put between."""
    letters, gaps, places, gap, source = [], [], [], SPACE, text.upper()
    for place, character in enumerate(source):
        if character.isalnum():
            letters.append(character)
            gaps.append(gap)
            places.append(place)
            gap = NO_GAP
        else:
            gap = max(gap, LINE_END if character in "\r\n" else SPACE if character.isspace() else SIGN)
    return Typed(source, "".join(letters), [*gaps, SPACE], places)


def plain_reference(reference: str) -> str:
    """A structured reference without its check digits: of a creditor reference (ISO 11649), of a Swiss payment slip."""
    compact = re.sub(r"\s", "", reference)
    if CREDITOR_REFERENCE.match(compact):
        return compact[4:]
    return compact[:-1].lstrip("0") if SLIP_REFERENCE.fullmatch(compact) else reference


def shape_of(key: str) -> str:
    """ "INV20417" -> "AAA99999" """
    return "".join("9" if character.isdigit() else "A" for character in key)


def find_numbers(text: Typed, numbers: Numbers) -> list[Hit]:
    """Every number of `numbers` in the text, in its order; where two lie upon each other, the longer one."""
    lengths = sorted(numbers.lengths)[-MOST_LENGTHS:]
    search = _Search(text, numbers, lengths)
    found = [hit for at in text.starts for hit in search.hits_from(at)] if lengths else []
    return list(_apart(found))


@dataclass(slots=True)
class _Search:
    """Numbers in a text. What begins at a place is worked out once: in a long row of digits short numbers that are glued to each
    other begin at every place, and the ways to part it are beyond number."""

    text: Typed
    numbers: Numbers
    lengths: Sequence[int]
    known: dict[int, tuple[Hit, ...]] = field(default_factory=dict)

    def hits_from(self, at: int, glued: int = 0) -> tuple[Hit, ...]:
        """The numbers that begin here and end where one may, or where another one begins that is glued to it."""
        if at not in self.known:
            self.known[at] = tuple(dict.fromkeys(self._look(at, glued)))
        return self.known[at]

    def _look(self, at: int, glued: int) -> Iterator[Hit]:
        for length in self.lengths:
            end = at + length
            if end > len(self.text.letters):
                return
            hit = _hit(self.text, self.numbers, self.text.letters[at:end], at)
            if hit is None:
                continue
            if self.text.ends_at(end):
                yield hit
            elif glued < MOST_GLUED and (rest := self.hits_from(end, glued + 1)):
                # Short numbers in a row make up any long one.
                yield from (one if one.strength in (STRONG, WEAK) else replace(one, strength=WEAK) for one in (hit, *rest))


def _hit(text: Typed, numbers: Numbers, word: str, at: int) -> Hit | None:
    ids = numbers.keys.get(word)
    if ids is not None:
        return Hit(ids, at, at + len(word), _strength(text, word, at))
    ids = numbers.tails.get(word)
    if ids is not None:
        strength = FAIR if len(ids) == 1 and _strength(text, word, at) > WEAK else WEAK
        return Hit(ids, at, at + len(word), strength, whole=False)
    return None


def _strength(text: Typed, word: str, at: int) -> int:
    """How much a number found as it is says: digits with gaps between may be an amount, a date or two numbers."""
    end, digits = at + len(word), word.isdigit()
    inside = any(gap > LINE_END for gap in text.gaps[at + 1 : end])
    if digits and inside and len(word) < GROUPED_DIGITS:
        return WEAK
    if _goes_on(text, end):
        return WEAK
    if digits:
        return STRONG if len(word) >= LONG_DIGITS else FAIR
    return STRONG if len(word) > SHORTEST_NUMBER else FAIR


def _goes_on(text: Typed, end: int) -> bool:
    """Whether a sign and one or two more digits follow, as in "20417-1", which may be another number."""
    if end >= len(text.letters) or text.gaps[end] != SIGN or not text.letters[end - 1 : end + 1].isdigit():
        return False
    return any(text.gaps[at] for at in range(end + 1, min(end + 3, len(text.letters)) + 1))


def _apart(found: Iterable[Hit]) -> Iterator[Hit]:
    """The hits without those that lie upon a longer or, as long, a stronger one."""
    taken: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start - hit.end, -hit.strength)):
        if all(hit.end <= other.start or other.end <= hit.start for other in taken):
            taken.append(hit)
    yield from sorted(taken, key=lambda hit: hit.start)


def words_of(text: Typed) -> list[tuple[str, int]]:
    """What stands between spaces and line ends, without signs, and where it begins; also the halves a line end parted, joined."""
    words, start = [], 0
    for at in range(1, len(text.letters) + 1):
        if text.gaps[at] in (SPACE, LINE_END):
            words.append((text.letters[start:at], start))
            start = at
    joined = [
        (one + other, at)
        for (one, at), (other, then) in zip(words, words[1:], strict=False)
        if text.gaps[then] == LINE_END and any(character.isdigit() for character in one + other)
    ]
    return words + joined


def dates_and_amounts(text: Typed) -> list[tuple[int, int]]:
    """Where dates and amounts stand in the text, as places of its letters."""
    spans = [found.span() for pattern in (DATE, AMOUNT) for found in pattern.finditer(text.source)]
    return [(bisect_left(text.places, start), bisect_left(text.places, end)) for start, end in spans]


def is_within(hit: Hit, start: int, end: int) -> bool:
    """Whether a number found is only part of something longer at [start, end)."""
    return start <= hit.start and hit.end <= end and end - start > hit.end - hit.start


def stated_amounts(text: Typed, hits: Sequence[Hit]) -> dict[int, Decimal]:
    """Invoice id -> the one amount that stands between its number and the next, for hits that are of one invoice."""
    found: dict[int, Decimal] = {}
    ends = [text.places[hit.start] for hit in hits[1:]] + [len(text.source)]
    for hit, end in zip(hits, ends, strict=True):
        amounts = AMOUNT.findall(text.source[text.places[hit.end - 1] + 1 : end])
        if len(amounts) == 1 and len(hit.ids) == 1:
            whole, cents = amounts[0]
            found[hit.ids[0]] = Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{cents}")
    return found
