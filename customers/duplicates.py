"""Finds customers that look like one and the same: by names, addresses, phones, mail and tax ids. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from customers.names import plain_name

# What each agreement is worth, and each contradiction costs; SUGGESTED and more is shown to a person, who decides.
TAX_ID, EMAIL, PHONE, ADDRESS, SAME_NAME, LIKE_NAME, PART_OF_NAME, DOMAIN = 60, 35, 30, 40, 45, 35, 20, 10
OTHER_TAX_ID, OTHER_NUMBER, OTHER_TOWN, OTHER_NAME = -60, -30, -15, -25
SUGGESTED = 50
LIKE, PART, ALIEN = 88, 90, 45
# A key that so many share (the word "school", a switchboard) tells nothing, and would make every pair of them a question.
COMMON = 30
SHORTEST_PHONE = 6
FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de t-online.de "
    "orange.fr free.fr wanadoo.fr laposte.net libero.it btinternet.com proton.me protonmail.com".split()
)
STREET_WORDS = frozenset(
    "STREET ST AVENUE AVE ROAD RD DRIVE DR LANE LN BOULEVARD BLVD PLACE PL COURT CT STR STRASSE RUE VIA CALLE "
    "NORTH SOUTH EAST WEST".split()
)


@dataclass(frozen=True, slots=True)
class Card:
    """A customer as it is compared: names with and without legal form, its street, town, phones, addresses and tax id."""

    id: int
    names: tuple[str, ...]
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two customers that may be one, the lower id first: how sure (0 to 100), and the codes of what speaks for it."""

    first: int
    second: int
    sure: int
    signs: tuple[str, ...]


@dataclass(slots=True)
class _Plain:
    """A card with everything in the form it is compared in."""

    card: Card
    names: tuple[str, ...]
    numbers: frozenset[str]
    house: str
    road: tuple[str, ...]
    tax_id: str
    emails: frozenset[str]
    domains: frozenset[str]
    phones: frozenset[str]
    postal_code: str = field(default="")


def suggestions(cards: Sequence[Card]) -> list[Suggestion]:
    """The pairs that look like one customer, the surest first. Only pairs that share something rare are compared at all."""
    plain = [_plain(card) for card in cards]
    found = (_compared(plain[one], plain[other]) for one, other in _likely(plain))
    pairs = [pair for pair in found if pair is not None]
    return sorted(pairs, key=lambda pair: (-pair.sure, pair.first, pair.second))


def _plain(card: Card) -> _Plain:
    names = tuple(dict.fromkeys(plain_name(name) for name in card.names if name))
    words = re.findall(r"[^\W_]+", plain_name(card.street.replace("\n", " ")))
    house = next((word for word in words if word[0].isdigit()), "")
    road = tuple(word for word in words if word != house and len(word) > 1 and word not in STREET_WORDS and not word.isdigit())
    emails = frozenset(address.strip().casefold() for address in card.emails if "@" in address)
    domains = frozenset(address.rpartition("@")[2] for address in emails) - FREE_MAIL
    phones = frozenset(digits for phone in card.phones if len(digits := re.sub(r"\D", "", phone)) >= SHORTEST_PHONE)
    numbers = frozenset(re.findall(r"\d+", " ".join(names)))
    tax_id = re.sub(r"[\W_]", "", card.tax_id).upper()
    postal_code = re.sub(r"[\W_]", "", card.postal_code).upper()
    return _Plain(card, names, numbers, house, road, tax_id, emails, domains, phones, postal_code)


def _likely(cards: Sequence[_Plain]) -> Iterator[tuple[int, int]]:
    """The positions of cards that share a key not many have, each pair once."""
    sharing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, card in enumerate(cards):
        for key in _keys(card):
            sharing[key].append(position)
    pairs = {pair for positions in sharing.values() if len(positions) <= COMMON for pair in combinations(positions, 2)}
    return iter(sorted(pairs))


def _keys(card: _Plain) -> Iterable[tuple[str, str]]:
    yield from (("name", " ".join(sorted(name.split()))) for name in card.names)
    yield from {("word", word) for name in card.names for word in name.split() if len(word) > 2}
    yield from (("phone", phone[-SHORTEST_PHONE:]) for phone in card.phones)
    yield from (("email", address) for address in card.emails)
    yield from (("domain", domain) for domain in card.domains)
    if card.tax_id:
        yield "tax", card.tax_id
    if card.house and card.road:
        yield "address", f"{card.house} {card.road[0][:4]}"


def _compared(one: _Plain, other: _Plain) -> Suggestion | None:
    signs = [*_party(one, other), *_name(one, other), *_place(one, other)]
    sure = sum(worth for _sign, worth in signs)
    if sure < SUGGESTED:
        return None
    first, second = sorted((one.card.id, other.card.id))
    return Suggestion(first, second, min(sure, 100), tuple(sign for sign, worth in signs if worth > 0))


def _party(one: _Plain, other: _Plain) -> Iterator[tuple[str, int]]:
    if one.tax_id and other.tax_id:
        yield ("tax_id", TAX_ID) if one.tax_id == other.tax_id else ("other_tax_id", OTHER_TAX_ID)
    if one.emails & other.emails:
        yield "email", EMAIL
    elif one.domains & other.domains:
        yield "domain", DOMAIN
    if any(_same_phone(a, b) for a in one.phones for b in other.phones):
        yield "phone", PHONE


def _same_phone(one: str, other: str) -> bool:
    """Equal from the end: one may lack the country and the area."""
    short, long = sorted((one, other), key=len)
    return long.endswith(short.lstrip("0"))


def _name(one: _Plain, other: _Plain) -> Iterator[tuple[str, int]]:
    """Numbers in names ("Branch 17") tell two apart, however alike they are."""
    yield from _likeness(one.names, other.names)
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        yield "other_number", OTHER_NUMBER


def _likeness(names: Sequence[str], others: Sequence[str]) -> Iterator[tuple[str, int]]:
    # The same letter by letter, as most suggestions are: no need to measure.
    if not {*names}.isdisjoint(others):
        yield "name", SAME_NAME
        return
    pairs = [(a, b) for a in names for b in others]
    alike = max((token_sort_ratio(a, b) for a, b in pairs), default=0)
    within = max((token_set_ratio(a, b) for a, b in pairs), default=0)
    if alike == 100:
        yield "name", SAME_NAME
    elif alike >= LIKE:
        yield "name", LIKE_NAME
    elif within >= PART:
        yield "part_of_name", PART_OF_NAME
    elif within < ALIEN:
        yield "other_name", OTHER_NAME


def _place(one: _Plain, other: _Plain) -> Iterator[tuple[str, int]]:
    if one.postal_code and other.postal_code and one.postal_code != other.postal_code:
        yield "other_town", OTHER_TOWN
    if not (one.house and other.house and one.road and other.road):
        return
    same_road = token_sort_ratio(" ".join(one.road), " ".join(other.road)) >= LIKE or one.road[0] == other.road[0]
    if one.house == other.house and same_road:
        yield "address", ADDRESS
    elif one.house != other.house:
        yield "other_number", OTHER_NUMBER
