"""Single values: identifiers, yes or no, currencies, countries, languages, whole numbers."""

import re
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils.translation import gettext as _

from invoices.imports.amounts import CURRENCY_CODES, SIGNS
from invoices.imports.problems import CellProblem
from invoices.imports.workbooks import Cell

YES = frozenset({"yes", "y", "true", "t", "1", "x", "ja", "j", "wahr", "si", "sí", "s", "verdadero", "oui", "vrai", "vero"})
NO = frozenset({"no", "n", "false", "f", "0", "nein", "falsch", "falso", "non", "faux", "-"})
NAME_LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
_WHOLE_FLOAT = re.compile(r"(\d+)\.0+")
_CODE_FIRST = re.compile(r"((?:[A-Z]{1,2}-)?\d{4,5})\s+(\D.*)")
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


def parse_text(cell: Cell) -> str:
    """The text with its outer blanks off and inner ones single; line breaks stay."""
    if isinstance(cell, str):
        if "\0" in cell:
            raise CellProblem(_("holds an unreadable character"))
        return "\n".join(" ".join(line.split()) for line in cell.strip().splitlines())
    return f"{cell:f}" if isinstance(cell, Decimal) else cell.isoformat()


def parse_id(cell: Cell) -> str:
    """An identifier: "1930571429.0" loses what a program put behind it, leading zeros stay, "1.9E+09" is refused."""
    text = parse_text(cell)
    if match := _WHOLE_FLOAT.fullmatch(text):
        return match[1]
    if _SHORTENED.fullmatch(text):
        raise CellProblem(_('"%(text)s" is a number that a spreadsheet has shortened: export it as text') % {"text": text})
    return text


def parse_flag(cell: Cell) -> bool:
    """Yes or no in seven languages; a blank cell is no."""
    word = parse_id(cell).casefold()
    if word in YES:
        return True
    if word in NO or not word:
        return False
    raise CellProblem(_('"%(text)s" is neither yes nor no') % {"text": word})


def parse_whole(cell: Cell) -> int | None:
    """A number of days; "Net 30" and "30 days" are 30."""
    text = parse_id(cell)
    numbers = re.findall(r"\d+", text)
    if not text:
        return None
    if len(numbers) != 1 or len(numbers[0]) > 4 or text.startswith("-"):
        raise CellProblem(_('"%(text)s" is not a number of days') % {"text": text})
    return int(numbers[0])


def parse_percent(cell: Cell) -> Decimal | None:
    """A percentage as a number of hundredths: 10 for "10", "10 %" and "10,0%"; None for a blank cell."""
    text = parse_text(cell).rstrip("% ").replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", text) or Decimal(text) > 100:
        raise CellProblem(_('"%(text)s" is not a percentage') % {"text": text})
    return Decimal(text)


def parse_currency(cell: Cell) -> str:
    """An ISO 4217 code from a code or an unmistakable sign; "" for a blank cell."""
    word = parse_text(cell).upper()
    if not word or word in CURRENCY_CODES:
        return word
    fitting = SIGNS.get(word.rstrip("."), frozenset())
    if len(fitting) == 1:
        return next(iter(fitting))
    raise CellProblem(_('"%(text)s" is not a currency code such as EUR') % {"text": word})


def parse_country(cell: Cell) -> str:
    """The ISO 3166 code of two letters from a code or a name; "" for a blank cell."""
    word = parse_text(cell)
    if not word:
        return ""
    code = country_names().get(word.casefold().rstrip("."))
    if code is None:
        raise CellProblem(_('"%(text)s" is not a country known by that name or code') % {"text": word})
    return code


@cache
def country_names() -> dict[str, str]:
    """Names in seven languages, and codes of two and three letters, all without case, to the code of two letters."""
    places = {code: name for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()}
    codes = {code.casefold(): code for code in places}
    longer = {
        alias.casefold(): now[0] for alias, now in get_global("territory_aliases").items() if alias.isalpha() and len(now) == 1
    }
    names = {"england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB", "usa": "US", "u.s.a": "US", "u.s": "US"}
    for language in NAME_LANGUAGES:
        territories = Locale(language).territories
        names |= {territories[code].casefold(): code for code in places if code in territories}
    return longer | names | codes | {"united states of america": "US", "uk": "GB", "holland": "NL"}


def parse_language(cell: Cell) -> str:
    """A language tag such as "de" or "de-AT"; "" for a blank cell."""
    tag = parse_text(cell).replace("_", "-")
    if not tag:
        return ""
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise CellProblem(_('"%(text)s" is not a language code such as en or de-AT') % {"text": tag}) from None
    return tag


def parse_time_zone(cell: Cell) -> str:
    """A time zone such as "Europe/Berlin"; "" for a blank cell."""
    key = parse_text(cell)
    try:
        if key:
            ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CellProblem(_('"%(text)s" is not a time zone such as Europe/Berlin') % {"text": key}) from None
    return key


def split_address(text: str) -> tuple[str, str, str]:
    """(street, postal code, city) of an address in one cell: its last line is the town, a code in front of it comes apart."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and text.count(",") >= 1:
        lines = [part.strip() for part in text.split(",") if part.strip()]
    if len(lines) < 2:
        return "\n".join(lines), "", ""
    code = _CODE_FIRST.fullmatch(lines[-1])
    return "\n".join(lines[:-1]), code[1] if code else "", code[2] if code else lines[-1]
