"""Tells which customer a payer's name is, however the bank writes it: capitals, no umlauts, cut off. Pure."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.fuzz import token_sort_ratio

from customers.names import plain_name, plain_words

# How alike: the same words; one has more of them or is cut off; written a little differently.
SAME, WITHIN, ALIKE = 100, 90, 75
# A name of the payer's bank line is cut after 27, 35 or 70 characters: at least so many must be left to tell by.
CUT_FROM = 12
COMMON = 200
CACHE = 20_000


@dataclass(slots=True)
class PayerNames:
    """The customers by the words of their names. `full`: with the legal form, which tells two of one name apart."""

    full: dict[tuple[str, ...], set[int]] = field(default_factory=lambda: defaultdict(set))
    plain: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    exact: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    words: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    seen: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, customer_id: int, *names: str) -> None:
        for name in filter(None, names):
            plain = plain_name(name)
            self.full[tuple(plain_words(name))].add(customer_id)
            self.plain[customer_id].add(plain)
            self.exact[plain].add(customer_id)
            for word in plain.split():
                self.words[word].add(customer_id)

    def who(self, payer: str) -> dict[int, int]:
        """How alike the payer's name is to that of each customer it may be, 0 to 100; nobody where nobody is like it."""
        if payer not in self.seen:
            if len(self.seen) >= CACHE:
                self.seen.clear()
            self.seen[payer] = self._who(plain_name(payer), tuple(plain_words(payer)))
        return self.seen[payer]

    def _who(self, plain: str, words: tuple[str, ...]) -> dict[int, int]:
        if not plain:
            return {}
        if plain in self.exact:
            same = self.full.get(words, set())
            return dict.fromkeys(self.exact[plain], ALIKE if len(same) == 1 else SAME) | dict.fromkeys(same, SAME)
        likely: set[int] = set()
        for word in plain.split():
            customers = self.words.get(word, ())
            if len(customers) <= COMMON:
                likely.update(customers)
        scores = {pk: max(alike(plain, name) for name in self.plain[pk]) for pk in likely}
        return {pk: score for pk, score in scores.items() if score >= ALIKE}


def alike(payer: str, name: str) -> int:
    """How alike two plain names are: SAME, WITHIN, or by their letters."""
    if payer == name or sorted(payer.split()) == sorted(name.split()):
        return SAME
    short, long = sorted((payer, name), key=len)
    if len(short) >= CUT_FROM and long.startswith(short):
        return WITHIN
    if len(name.split()) > 1 and set(name.split()) <= set(payer.split()):
        return WITHIN
    if len(short) >= CUT_FROM and DamerauLevenshtein.distance(payer, name) == 1 and not _digits_differ(payer, name):
        return WITHIN
    return min(int(token_sort_ratio(payer, name)), WITHIN - 1)


def _digits_differ(one: str, other: str) -> bool:
    """ "Branch 17" and "Branch 18" are two, however alike."""
    return re.sub(r"\D", "", one) != re.sub(r"\D", "", other)


def plain_account(account: str) -> str:
    """An IBAN or account number without spaces and signs, in capitals; "" for none."""
    return "".join(character for character in account.upper() if character.isalnum())
