"""Plain text formats: the lines of the bytes, numbered, in whatever encoding and with whatever line ends they have."""

import io
import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem
from invoices.imports.textfiles import detect_encoding

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"([+-]?)\s*(\d[\d.,' \N{NO-BREAK SPACE}]*|[.,]\d+)")


def text_lines(content: bytes) -> Iterator[tuple[int, str]]:
    """(number, text) of every line without its end and without control characters. Raises ImportProblem for what is no text."""
    encoding = detect_encoding(lambda: io.BytesIO(content))
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=None) as text:
        for number, line in enumerate(text, start=1):
            yield number, _CONTROL.sub("", line.rstrip("\n"))


def whole_text(content: bytes) -> str:
    """All of the text with simple line ends."""
    return "\n".join(line for _number, line in text_lines(content))


def plain_amount(text: str) -> Decimal:
    """An amount of a format that knows no thousands: its one mark, or the last of two different ones, is the decimal mark."""
    match = _NUMBER.fullmatch(text.strip())
    if not match:
        raise CellProblem(_('"%(text)s" is not an amount') % {"text": text.strip()}, "amount")
    digits = re.sub(r"[^\d.,]", "", match[2])
    last = max(digits.rfind(","), digits.rfind("."))
    repeated = last >= 0 and digits.count(digits[last]) > 1
    whole, decimals = (digits, "") if last < 0 or repeated else (digits[:last], digits[last + 1 :])
    amount = Decimal(f"{re.sub(r'[.,]', '', whole) or 0}.{decimals or 0}")
    return -amount if match[1] == "-" else amount
