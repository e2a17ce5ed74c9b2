"""Reads the invented companies, people and goods of names.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A real town; `phone`: the start of a number nobody has, `digits` short of whole; "" where none is kept for fiction."""

    city: str
    postal_code: str
    region: str
    phone: str
    digits: int


@dataclass(frozen=True, slots=True)
class Land:
    """A country customers come from, with what is usual there."""

    country: str
    currency: str
    language: str
    time_zone: str
    terms: tuple[int, ...]
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    sole_traders: tuple[str, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Good:
    """Something the business sells, by unit price from `low` to `high` in whole units of money, up to `most` at once."""

    description: str
    low: int
    high: int
    most: int


def _land(table: dict[str, Any]) -> Land:
    fields = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Land(**fields | {"places": tuple(Place(**place) for place in table["places"])})


_TABLES = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
LANDS = tuple(_land(table) for table in _TABLES["lands"])
GOODS = tuple(Good(*row) for row in _TABLES["goods"])
