"""Amounts as people and programs write them. Which mark is the decimal one is decided from the whole column."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from babel.numbers import list_currencies
from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, ImportProblem
from invoices.imports.workbooks import Cell

COMMA, POINT = ",", "."
MARKS = {"comma": COMMA, "point": POINT}
CURRENCY_CODES = frozenset(list_currencies())
_DOLLARS = {code for code in CURRENCY_CODES if code.endswith("D") and code not in {"AED", "BHD", "IQD", "IRD", "JOD"}}
SIGNS: dict[str, frozenset[str]] = {
    "$": frozenset(_DOLLARS | {"MXN", "ARS", "CLP", "COP", "UYU", "DOP", "CUP"}),
    "US$": frozenset({"USD"}),
    "A$": frozenset({"AUD"}),
    "C$": frozenset({"CAD"}),
    "CA$": frozenset({"CAD"}),
    "NZ$": frozenset({"NZD"}),
    "R$": frozenset({"BRL"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "GIP", "FKP", "SHP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "RS": frozenset({"INR", "PKR", "LKR", "MUR", "NPR"}),
    "R": frozenset({"ZAR"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "FT": frozenset({"HUF"}),
    "FR": frozenset({"CHF"}),
    "SFR": frozenset({"CHF"}),
    "₺": frozenset({"TRY"}),
    "₽": frozenset({"RUB"}),
    "₩": frozenset({"KRW"}),
    "₪": frozenset({"ILS"}),
    "฿": frozenset({"THB"}),
    "₫": frozenset({"VND"}),
    "₱": frozenset({"PHP"}),
    "₦": frozenset({"NGN"}),
}

_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}\N{FIGURE SPACE}"
_APOSTROPHES = "'’ʼ`´"
_MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
_WORD = r"[^\W\d_]{0,3}[$€£¥₹₺₽₩₪฿₫₱₦]?|[^\W\d_]{1,3}\.?"
_SHAPE = re.compile(
    rf"""(?P<open>\()?\s*(?P<minus1>[{_MINUS}+])?\s*(?P<word1>{_WORD})\s*(?P<minus2>[{_MINUS}+])?\s*
    (?P<number>[.,]?\d[\d.,{_APOSTROPHES}{_SPACES}]*?)\s*
    (?P<minus3>[{_MINUS}])?\s*(?P<word2>{_WORD})\s*(?P<minus4>[{_MINUS}])?\s*(?P<close>\))?""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"-?\d+(\.\d{1,2})?")
# 1234567 - 1,234,567 - 12,34,567 (India): a first group, groups of two or three, the last of three.
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[.,\s'])\d{2,3}(?:(?P=mark)\d{2,3})*(?<=\d{3}))")


@dataclass(slots=True)
class AmountSurvey:
    """What the cells of one column say about its decimal mark: the first line that proves each, the first that could be both."""

    proofs: dict[str, tuple[int, str]] = field(default_factory=dict)
    unclear: tuple[int, str] | None = None
    fits_cents: bool = True
    words: dict[str, int] = field(default_factory=dict)
    bare: bool = False

    def see(self, cell: Cell, line: int) -> None:
        """Takes in one cell. What is no amount at all says nothing here; it is refused when its row is read."""
        if not isinstance(cell, str) or not (text := cell.strip()) or not (shape := _SHAPE.fullmatch(text)):
            return
        if word := shape["word1"] or shape["word2"]:
            self.words.setdefault(word, line)
        number = shape["number"]
        mark = _proven_mark(number)
        if mark:
            self.proofs.setdefault(mark, (line, text))
        elif mark is None:
            self.unclear = self.unclear or (line, text)
            self.fits_cents = self.fits_cents and number.endswith("0")
        else:
            self.bare = True

    def proven(self, column: str) -> str:
        """The decimal mark its cells prove, "" where they prove none. Raises ImportProblem where they contradict each other."""
        if len(self.proofs) == 2:
            (line1, text1), (line2, text2) = self.proofs[COMMA], self.proofs[POINT]
            text = _('column "%(column)s" has a decimal comma in line %(line1)d (%(text1)s) and a decimal point in line '
                     "%(line2)d (%(text2)s)")  # fmt: skip
            values = {"column": column, "line1": line1, "text1": text1, "line2": line2, "text2": text2}
            raise ImportProblem(text % values, option="decimal")
        return next(iter(self.proofs), "")

    def implied(self, precision: int) -> str:
        """The decimal mark of a column that proves none, "" where it may be either.

        A "1,234" alone must mean thousands where three decimals are more than the currency has, or where a neighbour
        such as "950" shows that the column does not write decimals.
        """
        if self.unclear is None:
            return POINT
        if precision < 3 and (self.bare or not self.fits_cents):
            return POINT if COMMA in self.unclear[1] else COMMA
        return ""


def undecided(column: str, survey: AmountSurvey) -> ImportProblem:
    """The refusal of a file whose amounts can be read in two ways."""
    line, text = survey.unclear or (0, "")
    message = _('column "%(column)s", line %(line)d: "%(text)s" can be read with decimals or with thousands')
    return ImportProblem(message % {"column": column, "line": line, "text": text}, option="decimal")


def _proven_mark(number: str) -> str | None:
    """The decimal mark this number proves, "" where it has no mark at all, None where its one mark may be either."""
    commas, points = number.count(COMMA), number.count(POINT)
    if commas and points:
        return COMMA if number.rindex(COMMA) > number.rindex(POINT) else POINT
    if not commas and not points:
        return ""
    mark = COMMA if commas else POINT
    if commas + points > 1:
        return POINT if mark == COMMA else COMMA
    whole, decimals = number.split(mark)
    grouped = any(character in whole for character in _SPACES + _APOSTROPHES)
    if len(decimals) != 3 or grouped or len(whole) > 3 or not whole or whole.startswith("0"):
        return mark
    return None


def parse_amount(cell: Cell, mark: str) -> tuple[Decimal, str] | None:
    """(amount, currency word or "") of a cell whose decimal mark is known, None for a blank one; else CellProblem."""
    if isinstance(cell, Decimal):
        return cell, ""
    if not isinstance(cell, str):
        raise CellProblem(_("%(value)s is a date, not an amount") % {"value": cell.isoformat()})
    return _parse_text(cell.strip(), mark) if cell.strip() else None


@lru_cache(maxsize=8192)
def _parse_text(text: str, mark: str) -> tuple[Decimal, str]:
    if mark == POINT and _PLAIN.fullmatch(text):
        return Decimal(text), ""
    shape = _SHAPE.fullmatch(text)
    if shape is None or bool(shape["open"]) != bool(shape["close"]) or (shape["word1"] and shape["word2"]):
        raise _no_amount(text)
    minuses = [shape[name] for name in ("minus1", "minus2", "minus3", "minus4") if shape[name]]
    if len(minuses) + bool(shape["open"]) > 1:
        raise _no_amount(text)
    amount = _undo_float_noise(_digits(shape["number"], mark, text))
    negative = bool(shape["open"]) or (bool(minuses) and minuses[0] != "+")
    return (-amount if negative else amount), _known_word(shape["word1"] or shape["word2"], text)


def _digits(number: str, mark: str, text: str) -> Decimal:
    whole, found, decimals = number.partition(mark)
    whole = re.sub(f"[{_SPACES}]", " ", re.sub(f"[{_APOSTROPHES}]", "'", whole))
    if (whole and not whole.isdecimal() and not _GROUPED.fullmatch(whole)) or (found and not decimals.isdecimal()):
        raise _no_amount(text)
    return Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}.{decimals or 0}")


def _undo_float_noise(amount: Decimal) -> Decimal:
    """8734.710000000001 is 8734.71 as a program with binary fractions writes it: 15 digits are all it knows."""
    return Decimal(f"{amount:.15g}") if len(amount.as_tuple().digits) > 15 and amount.as_tuple().exponent < -6 else amount


def _known_word(word: str, text: str) -> str:
    word = word.rstrip(".").upper()
    if word and word not in CURRENCY_CODES and word not in SIGNS:
        raise _no_amount(text)
    return word


def _no_amount(text: str) -> CellProblem:
    return CellProblem(_('"%(text)s" is not an amount') % {"text": text})


def word_fits(word: str, currency: str) -> bool:
    """Whether an amount that carries this code or sign ("EUR", "$") can be in that currency."""
    word = word.rstrip(".").upper()
    return not word or word == currency or currency in SIGNS.get(word, ())
