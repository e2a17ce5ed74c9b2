"""Delimited text: which encoding, which delimiter, and the records with the line each one starts on."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem

SAMPLE = 64 * 1024
DELIMITERS = (",", ";", "\t", "|")
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SEPARATOR_NOTE = re.compile(r"sep=(.)\s*", re.IGNORECASE)

# A record: the line it starts on, its cells, and why it could not be read ("" where it could).
Record = tuple[int, list[str], str]
Opener = Callable[[], BinaryIO]


def detect_encoding(open_binary: Opener) -> str:
    """Python's name of the encoding: byte order mark, else UTF-16 by its zero bytes, else strict UTF-8, else cp1252.

    Refuses files that are no text, and UTF-8 spoilt by a stray byte: read as cp1252 every accent in it would be wrong.
    """
    with open_binary() as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        return _utf16_without_mark(head)
    return "utf-8" if _broken_utf8_line(open_binary) is None else _legacy_encoding(open_binary)


def _utf16_without_mark(head: bytes) -> str:
    zeros = head[0::2].count(0), head[1::2].count(0)
    if max(zeros) > len(head) // 4 and min(zeros) == 0:
        return "utf-16-be" if zeros[0] else "utf-16-le"
    raise ImportProblem(_("This file is neither text nor a spreadsheet."))


def _broken_utf8_line(open_binary: Opener) -> int | None:
    with open_binary() as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _legacy_encoding(open_binary: Opener) -> str:
    sequences = stray = first = 0
    with open_binary() as file:
        for number, line in enumerate(file, start=1):
            sequences += len(_UTF8_SEQUENCE.findall(line))
            stray_here = sum(byte >= 0x80 for byte in _UTF8_SEQUENCE.sub(b"", line))
            stray += stray_here
            first = first or (number if stray_here else 0)
            try:
                line.decode("cp1252")
            except UnicodeDecodeError:
                raise ImportProblem(_unreadable_bytes(number)) from None
    if sequences > stray:
        raise ImportProblem(_unreadable_bytes(first))
    return "cp1252"


def _unreadable_bytes(line: int) -> str:
    text = _("Line %(line)d holds a character that cannot be read. Save the file again as UTF-8.")
    return text % {"line": line}


def detect_delimiter(open_binary: Opener, encoding: str) -> str:
    """The delimiter that splits the most lines into one same number of cells; the wider split wins a tie."""
    with open_binary() as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        try:
            sample = text.read(SAMPLE)
        except UnicodeDecodeError as error:
            raise ImportProblem(_unreadable_bytes(1)) from error
    if note := _SEPARATOR_NOTE.match(sample):
        return note[1]
    whole = sample if len(sample) < SAMPLE else sample[: max(map(sample.rfind, "\r\n")) + 1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(whole, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = Counter(len(cells) for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if cells)
    except csv.Error:
        return 0.0, 0
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return (lines / widths.total(), width) if width > 1 else (0.0, 0)


def read_records(open_binary: Opener, encoding: str, delimiter: str) -> Iterator[Record]:
    """Every record in turn; a blank line gives an empty one, an unclosed or misplaced quote one with a reason."""
    with open_binary() as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise ImportProblem(_unreadable_bytes(line)) from error
            except csv.Error as error:
                yield line, [], _bad_quotes(error, line, reader.line_num)
                continue
            if not (line == 1 and _SEPARATOR_NOTE.fullmatch(delimiter.join(cells))):
                yield line, cells, ""


def _bad_quotes(error: csv.Error, first: int, last: int) -> str:
    text = _("Lines %(first)d to %(last)d cannot be split into cells, probably a stray quotation mark (%(error)s).")
    return text % {"first": first, "last": last, "error": error}
