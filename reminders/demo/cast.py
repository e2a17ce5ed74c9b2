"""Invents the customers: who they are, where, whom we talk to, and how they pay. Pure: the same seed gives the same cast."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from random import Random

from customers.models.customer import ContactRole, Kind
from reminders.demo.names import LANDS, Land, Place


class Habit(StrEnum):
    """How a customer pays: the segments of domain.md 5, and one with whom a plan was agreed."""

    PROMPT = "prompt"
    FORGETFUL = "forgetful"
    STRETCHER = "stretcher"
    SLOW = "slow"
    NEW = "new"
    DETERIORATING = "deteriorating"
    PROMISE_BREAKER = "promise breaker"
    OUR_FAULT = "disputer, and right"
    TACTICAL = "disputer, to gain time"
    ON_PLAN = "on a plan"


SHARES = {
    Habit.PROMPT: 37,
    Habit.FORGETFUL: 20,
    Habit.STRETCHER: 16,
    Habit.SLOW: 14,
    Habit.NEW: 10,
    Habit.DETERIORATING: 5,
    Habit.PROMISE_BREAKER: 5,
    Habit.OUR_FAULT: 4,
    Habit.TACTICAL: 4,
    Habit.ON_PLAN: 5,
}
FULL_CAST = sum(SHARES.values())
RARELY_VERIFIED = 12  # every so many contacts nobody ever checked


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a customer; `verified_days_ago` is None where nobody checked."""

    name: str
    role: ContactRole
    email: str
    phone: str
    verified_days_ago: int | None


@dataclass(frozen=True, slots=True)
class Persona:
    """A customer to be: `size` is a usual invoice in whole units of money, `every_days` the usual time between two."""

    reference: str
    name: str
    kind: Kind
    habit: Habit
    land: Land
    place: Place
    street: str
    terms_days: int
    size: int
    every_days: int
    since_days: int
    people: tuple[Person, ...]


def invent_cast(seed: int, size: int = FULL_CAST) -> list[Persona]:
    """`size` customers (at most 120), every habit among the first ten; then those whose plans went another way."""
    random = Random(seed)
    names = [(land, name, kind) for land in LANDS for name, kind in _names_of(land)]
    random.shuffle(names)
    habits = [*SHARES, *[Habit.ON_PLAN] * (SHARES[Habit.ON_PLAN] - 1)]
    rest = [habit for habit, share in SHARES.items() if habit != Habit.ON_PLAN for _ in range(share - 1)]
    random.shuffle(rest)
    lines = _phone_lines()
    return [
        _persona(random, f"C{number:04}", name, kind, land, habit, lines)
        for number, ((land, name, kind), habit) in enumerate(zip(names[:size], habits + rest, strict=False), start=1)
    ]


def _names_of(land: Land) -> Iterator[tuple[str, Kind]]:
    yield from ((name, Kind.COMPANY) for name in land.companies)
    yield from ((name, Kind.SOLE_TRADER) for name in land.sole_traders)


def _phone_lines() -> Iterator[int]:
    """Ever new last digits: coprime steps, so that neighbours in the list do not have neighbouring numbers."""
    return (line * 37 + 11 for line in count())


def _persona(random: Random, reference: str, name: str, kind: Kind, land: Land, habit: Habit, lines: Iterator[int]) -> Persona:
    place = random.choice(land.places)
    small = kind == Kind.SOLE_TRADER
    return Persona(
        reference=reference,
        name=name,
        kind=kind,
        habit=habit,
        land=land,
        place=place,
        street=_street(random, land),
        terms_days=random.choice(land.terms),
        size=random.randint(120, 600) if small else random.choice((350, 600, 900, 1400, 2200, 3800)),
        every_days=28 if habit == Habit.NEW else random.choice((21, 28, 28, 30, 35, 42)),
        since_days=44 if habit == Habit.NEW else random.randint(640, 730),
        people=tuple(_people(random, name, kind, land, place, lines)),
    )


def _street(random: Random, land: Land) -> str:
    street, number = random.choice(land.streets), random.randint(1, 148)
    return f"{number} {street}" if land.language == "en" else f"{street} {number}"


def _people(random: Random, company: str, kind: Kind, land: Land, place: Place, lines: Iterator[int]) -> Iterator[Person]:
    domain = f"{_ascii(company.split(',')[0])}.example"
    clerk = company.split(",")[0] if kind == Kind.SOLE_TRADER and "," in company else _full_name(random, land)
    checked = None if random.randrange(RARELY_VERIFIED) == 0 else random.randint(5, 260)
    yield Person(clerk, ContactRole.ACCOUNTS_PAYABLE, f"accounts@{domain}", _phone(place, lines), checked)
    if kind == Kind.COMPANY and random.random() < 0.45:
        boss = _full_name(random, land)
        email = f"{_ascii(boss.split()[0])}@{domain}"
        yield Person(boss, ContactRole.DECISION_MAKER, email, _phone(place, lines), random.randint(20, 300))


def _full_name(random: Random, land: Land) -> str:
    return f"{random.choice(land.first_names)} {random.choice(land.last_names)}"


def _phone(place: Place, lines: Iterator[int]) -> str:
    return f"{place.phone}{next(lines) % 10**place.digits:0{place.digits}}" if place.phone else ""


def _ascii(words: str) -> str:
    """The words as part of a mail address: "Wolkenstein Möbelbau GmbH" is "wolkenstein-mobelbau"."""
    plain = unicodedata.normalize("NFKD", words.replace("ı", "i")).encode("ascii", "ignore").decode().lower()
    return "-".join(word for word in re.findall(r"[a-z0-9]+", plain) if word not in {"gmbh", "kg", "sl", "llc", "inc"})
