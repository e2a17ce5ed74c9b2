"""How payers write an invoice's number, and what banks do to a text: fields of 27 or 35 characters, capitals, no umlauts."""

import random
import re
from collections.abc import Sequence
from decimal import Decimal

TEXTS = (
    "Rechnung {numbers}",
    "Re. {numbers}",
    "RG-Nr. {numbers} vom {day:%d.%m.%Y}",
    "Invoice {numbers}",
    "Inv {numbers} thank you",
    "{numbers}",
    "{numbers} / Kd.-Nr. {reference}",
    "Payment of invoice {numbers} dated {day:%Y-%m-%d}",
    "Zahlung Rechnungsnummer {numbers} Kundennummer {reference}",
    "facture {numbers}",
)
IN_WORDS = ("EUR {plain}", "{plain} €", "Betrag {dotted} Euro", "{comma} eur", "Total: {plain}")
BANKS = ("camt", "camt", "camt", "mt940", "mt940", "table", "ach")
UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ä", "AE"), ("Ö", "OE"), ("Ü", "UE"))
MISREAD = {"0": "O", "1": "l", "5": "S", "8": "B"}


def written(chance: random.Random, number: str) -> str:
    """A number as somebody types it who does not copy it: without its signs, its capitals, its letters, with odd spaces."""
    bare = re.sub(r"[^A-Za-z0-9]", "", number)
    digits = re.sub(r"^\D+", "", number)
    ways = [bare, number.lower(), number.replace("-", " "), number.replace("-", "/"), f"RE{bare}", f"Nr.{number}", f"{number}vom"]
    return chance.choice([*ways, digits.lstrip("0") or digits, digits, bare.lower()])


def mistyped(chance: random.Random, number: str) -> str:
    """One slip: a digit wrong, one left out, two swapped, one typed twice, or one read as a letter."""
    places = [at for at, character in enumerate(number) if character.isdigit()]
    at = chance.choice(places[1:] or places)
    digit = number[at]
    ways = [
        number[:at] + str((int(digit) + chance.randint(1, 9)) % 10) + number[at + 1 :],
        number[:at] + number[at + 1 :],
        number[: at - 1] + digit + number[at - 1] + number[at + 1 :] if at else number + digit,
        number[:at] + digit + number[at:],
        number[:at] + MISREAD.get(digit, "") + number[at + 1 :] if digit in MISREAD else number[:at] + number[at + 1 :],
    ]
    return chance.choice(ways)


def amount_in_words(chance: random.Random, amount: Decimal) -> str:
    """The amount as people put it into the text, the currency spelt this way or that."""
    comma = f"{amount:.2f}".replace(".", ",")
    dotted = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    return chance.choice(IN_WORDS).format(plain=f"{amount:.2f}", comma=comma, dotted=dotted)


def sentence(chance: random.Random, numbers: Sequence[str], reference: str, day: object) -> str:
    joined = chance.choice([", ", " ", " + ", "; ", "/"] if len(numbers) > 1 else [""]).join(numbers)
    return chance.choice(TEXTS).format(numbers=joined, reference=reference, day=day)


def passed_on(chance: random.Random, text: str, payer: str) -> tuple[str, str]:
    """(text, payer) as one of the banks hands them on."""
    bank = chance.choice(BANKS)
    if bank == "mt940":
        plain = _without_umlauts(text)
        plain = plain.upper() if chance.random() < 0.5 else plain
        tagged = f"EREF+NOTPROVIDED SVWZ+{plain}" if chance.random() < 0.5 else plain
        return in_lines(tagged[: 27 * 8], 27), _without_umlauts(payer).upper()[:54]
    if bank == "table":
        return in_lines(text[:140], 35), payer[:35]
    if bank == "ach":
        return _without_umlauts(text).upper()[:80], _without_umlauts(payer).upper()[:22]
    return text[:140], payer[:70]


def in_lines(text: str, width: int) -> str:
    """Cut wherever the line ends, as fields of a fixed width are."""
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def broken(chance: random.Random, number: str) -> str:
    """The number over the end of a line of 27 characters."""
    keep = chance.randint(1, max(1, len(number) - 1))
    return in_lines("Zahlung Rechnung Nummer vom "[: 27 - keep].ljust(27 - keep, ".") + number, 27)


def _without_umlauts(text: str) -> str:
    for umlaut, plain in UMLAUTS:
        text = text.replace(umlaut, plain)
    return text.encode("ascii", "ignore").decode()
