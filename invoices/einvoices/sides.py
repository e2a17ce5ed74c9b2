"""Whose invoice it is: ours to somebody, somebody's to us, or between strangers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from customers.names import plain_name
from invoices.einvoices.content import Content, Party


class Side(StrEnum):
    OURS = "ours"
    PAYABLE = "payable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Us:
    """What a business can be known by: its plain names, its tax id and register entry, its accounts."""

    names: frozenset[str]
    numbers: frozenset[str]
    accounts: frozenset[str]


def us(names: Iterable[str], numbers: Iterable[str], accounts: Iterable[str]) -> Us:
    """The same from what a business says of itself, blanks left out."""
    return Us(
        frozenset(filter(None, map(plain_name, names))),
        frozenset(filter(None, map(plain_number, numbers))),
        frozenset(filter(None, map(plain_number, accounts))),
    )


def side_of(content: Content, we: Us) -> Side:
    """Ours where we are the seller by name, number or the account to be paid to; a payable where we are the buyer and not
    the seller; else unknown: a person must say that the seller is us under another name."""
    if _is_us(content.seller, we) or plain_number(content.account) in we.accounts:
        return Side.OURS
    return Side.PAYABLE if _is_us(content.buyer, we) else Side.UNKNOWN


def _is_us(party: Party, we: Us) -> bool:
    names = {plain_name(name) for name in (party.name, party.legal_name) if name}
    numbers = {plain_number(number) for number in (party.tax_id, party.registration) if number}
    return bool(names & we.names or numbers & we.numbers)


def plain_number(number: str) -> str:
    """A tax id or account as it is compared: letters and digits only, in capitals."""
    return "".join(character for character in number.upper() if character.isalnum())
