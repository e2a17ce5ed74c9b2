"""Calendar dates as people and programs write them. Day before month or after is decided from the whole column (T41)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, ImportProblem
from invoices.imports.workbooks import Cell

DMY, MDY, YMD = "dmy", "mdy", "ymd"
ORDERS = (DMY, MDY, YMD)
MONTH_LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")
FIRST_YEAR, LAST_YEAR = 1970, 2100

_TIME = re.compile(r"[T,\s]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
_NUMERIC = re.compile(r"(\d{1,4})\s*([./\-\s])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\.0+)?")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
# Spreadsheets count days from here; 20000 is in 1954, 73050 the end of 2099.
_SERIAL_EPOCH = date(1899, 12, 30)


@dataclass(slots=True)
class DateSurvey:
    """What the cells of one column say: the first line that only day-first explains, only month-first, or both."""

    day_first: tuple[int, str] | None = None
    month_first: tuple[int, str] | None = None
    unclear: tuple[int, str] | None = None

    def see(self, cell: Cell, line: int) -> None:
        """Takes in one cell; only all-number dates that end with the year say anything."""
        if not isinstance(cell, str) or not (parts := _numbers(cell)) or len(parts[0]) == 4:
            return
        first, second = int(parts[0]), int(parts[1])
        if first > 12 >= second:
            self.day_first = self.day_first or (line, cell)
        elif second > 12 >= first:
            self.month_first = self.month_first or (line, cell)
        elif first != second:
            self.unclear = self.unclear or (line, cell)

    def proven(self, column: str) -> str:
        """The order its cells prove, "" where they prove none. Raises ImportProblem where they contradict each other."""
        if self.day_first and self.month_first:
            text = _('column "%(column)s" has the day first in line %(line1)d (%(text1)s) and the month first in line '
                     "%(line2)d (%(text2)s)")  # fmt: skip
            (line1, text1), (line2, text2) = self.day_first, self.month_first
            values = {"column": column, "line1": line1, "text1": text1, "line2": line2, "text2": text2}
            raise ImportProblem(text % values, option="date_order")
        return DMY if self.day_first else MDY if self.month_first else ""


def undecided(column: str, survey: DateSurvey) -> ImportProblem:
    """The refusal of a file whose dates can be read in two ways."""
    line, text = survey.unclear or (0, "")
    message = _('column "%(column)s", line %(line)d: "%(text)s" and all other dates in it can be read day first or month '
                "first")  # fmt: skip
    return ImportProblem(message % {"column": column, "line": line, "text": text}, option="date_order")


def parse_date(cell: Cell, order: str) -> date | None:
    """The calendar date as it is written (a time or zone behind it changes nothing), None for a blank cell; else CellProblem.

    A year in front is always year, month, day, whatever `order` says.
    """
    if isinstance(cell, date):
        return _sane(cell, cell.isoformat())
    text = str(cell).strip()
    return _parse_text(text, order) if text else None


@lru_cache(maxsize=8192)
def _parse_text(text: str, order: str) -> date:
    found = _compact(text) or _serial(text)
    if found is None and (parts := _numbers(text)):
        found = _build(*_arranged(parts, order), text)
    return _sane(found or _named(text), text)


def _numbers(text: str) -> tuple[str, str, str] | None:
    match = _NUMERIC.fullmatch(_TIME.sub("", text.strip()))
    return (match[1], match[3], match[4]) if match else None


def _arranged(parts: tuple[str, str, str], order: str) -> tuple[str, str, str]:
    """(year, month, day) of three numbers in the order they are written."""
    first, second, third = parts
    if len(first) == 4 or order == YMD:
        return first, second, third
    return (third, second, first) if order == DMY else (third, first, second)


def _compact(text: str) -> date | None:
    match = _COMPACT.fullmatch(text)
    return _build(match[1], match[2], match[3], text) if match else None


def _serial(text: str) -> date | None:
    match = _SERIAL.fullmatch(text)
    return _SERIAL_EPOCH + timedelta(days=int(Decimal(match[1]))) if match else None


def _named(text: str) -> date:
    """A date with its month in letters: 26-Apr-11, 26. April 2011, April 26, 2011, Tue 26 de abril de 2011."""
    words = [token.casefold() for token in _TOKEN.findall(_TIME.sub("", text))]
    months = [month_names()[word] for word in words if word in month_names()]
    numbers = [word for word in words if word.isdecimal()]
    rest = [word for word in words if not word.isdecimal() and word not in month_names() and word not in day_words()]
    if len(months) != 1 or len(numbers) != 2 or rest:
        raise _no_date(text)
    year, day = numbers if len(numbers[0]) == 4 else reversed(numbers)
    return _build(year, str(months[0]), day, text)


def _build(year: str, month: str, day: str, text: str) -> date:
    if len(year) not in (2, 4) or len(day) > 2:
        raise _no_date(text)
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= 69 else 2000
    try:
        return date(full_year, int(month), int(day))
    except ValueError:
        raise _no_date(text) from None


def _sane(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellProblem(_('"%(text)s" would be in the year %(year)d') % {"text": text, "year": day.year})
    return day


def _no_date(text: str) -> CellProblem:
    return CellProblem(_('"%(text)s" is not a date') % {"text": text})


@cache
def month_names() -> dict[str, int]:
    """Every spelling of a month, without case and point, and its number."""
    names = {}
    for language in MONTH_LANGUAGES:
        months = Locale(language).months
        for context, width in (("format", "wide"), ("format", "abbreviated"), ("stand-alone", "abbreviated")):
            names |= {name.rstrip(".").casefold(): number for number, name in months[context][width].items()}
    return names | {"sept": 9, "mrz": 3, "maerz": 3, "jaenner": 1, "jänner": 1}


@cache
def day_words() -> frozenset[str]:
    """Words that may stand in a date and say nothing: days of the week, "de", "of"."""
    words = {"de", "del", "of", "the", "st", "nd", "rd", "th", "den", "le"}
    for language in MONTH_LANGUAGES:
        for width in ("wide", "abbreviated"):
            words |= {part for name in Locale(language).days["format"][width].values() for part in _parts(name)}
    return frozenset(words - set(month_names()))


def _parts(name: str) -> list[str]:
    return _TOKEN.findall(name.casefold())
