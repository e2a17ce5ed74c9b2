"""A CSV file or a spreadsheet as a header and numbered rows, found from the content and never from the file's name.

Rows can be read as often as needed and only one is in memory at a time (a spreadsheet's cells excepted).
"""

import io
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem
from invoices.imports.textfiles import detect_delimiter, detect_encoding, read_records
from invoices.imports.workbooks import Cell, is_workbook, open_sheet, read_sheet

HEADER_WITHIN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `cells` has as many entries as the header, or `problem` says why the line is unusable."""

    line: int
    cells: tuple[Cell, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read again and again. `unnamed` counts columns that every row has and the header does not."""

    header: tuple[str, ...]
    header_line: int
    unnamed: int
    _records: Callable[[], Iterator[tuple[int, list[Cell], str]]]

    def above(self) -> Iterator[list[Cell]]:
        """The lines above the header, as they are: a title, the date of the export, the account."""
        return (cells for _line, cells, _problem in takewhile(lambda record: record[0] < self.header_line, self._records()))

    def rows(self) -> Iterator[Row]:
        """Every line below the header that has anything on it. Ragged lines come with a problem, none is left out."""
        width = len(self.header)
        for line, cells, problem in self._records():
            if line <= self.header_line or not (problem or any(map(_filled, cells))):
                continue
            if not problem:
                cells, problem = _fit(cells, width, self.unnamed)
            yield Row(line, tuple(cells), problem)


def name_key(name: str) -> str:
    """Column names compare without case, outer blanks and the asterisk that some templates put on required ones."""
    return " ".join(name.replace("*", " ").split()).casefold()


def open_table(
    source: Path | bytes, wanted: Collection[str] = (), key: Callable[[str], str] = name_key, sheet: str = ""
) -> Table:
    """The table in a file (by path) or in its bytes. `wanted` are column names that mark the header line, `key` compares them,
    `sheet` is which of a workbook's sheets it is; else the first.

    Raises ImportProblem where there is no such file, no table in it, or its encoding is beyond us.
    """
    records = _records_of(source, sheet)
    header_line, cells = _find_header(list(islice(records(), HEADER_WITHIN)), {key(name) for name in wanted}, key)
    header = _unique_names(cells)
    return Table(header, header_line, _unnamed_columns(records(), header_line, len(header)), records)


def _records_of(source: Path | bytes, name: str) -> Callable[[], Iterator[tuple[int, list[Cell], str]]]:
    def open_binary() -> io.BufferedIOBase:
        return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")

    try:
        with open_binary() as file:
            head = file.read(8)
            if is_workbook(head):
                sheet = open_sheet(head + file.read(), name)
                return lambda: read_sheet(sheet)
    except OSError as error:
        raise ImportProblem(_("Cannot read the file: %(error)s.") % {"error": error.strerror or error}) from error
    if not head:
        raise ImportProblem(_("The file is empty."))
    encoding = detect_encoding(open_binary)
    delimiter = detect_delimiter(open_binary, encoding)
    return lambda: read_records(open_binary, encoding, delimiter)


def _find_header(
    records: list[tuple[int, list[Cell], str]], wanted: set[str], key: Callable[[str], str]
) -> tuple[int, list[str]]:
    """The line that names most wanted columns, else the first that is at least half as full as the fullest one.

    Exports often start with a title and the date they were made: those lines stand above the header.
    """
    lines = [(line, cells) for line, cells, _problem in records if any(map(_filled, cells))]
    if not lines:
        raise ImportProblem(_("The file has no lines."))
    line, cells = max(lines, key=lambda item: sum(key(str(cell)) in wanted for cell in item[1]))
    if sum(key(str(cell)) in wanted for cell in cells) < min(2, len(wanted) or 2):
        half = max(sum(map(_filled, cells)) for _line, cells in lines) / 2
        line, cells = next((line, cells) for line, cells in lines if sum(map(_filled, cells)) >= half)
    return line, _without_empty_tail([" ".join(str(cell).split()) for cell in cells])


def _without_empty_tail(names: list[str]) -> list[str]:
    while names and not names[-1]:
        names.pop()
    return names


def _unique_names(names: list[str]) -> tuple[str, ...]:
    """A name that occurs again gets its number: Phone, Phone (2). A column without one is called by its position."""
    seen: Counter[str] = Counter()
    unique = []
    for position, name in enumerate(names, start=1):
        name = name or _("column %(position)d") % {"position": position}
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def _unnamed_columns(records: Iterator[tuple[int, list[Cell], str]], header_line: int, width: int) -> int:
    """How many cells every row has beyond the header: then the header is short, not the rows ragged."""
    widths = {len(cells) for line, cells, problem in records if line > header_line and cells and not problem}
    return min(widths) - width if widths and min(widths) == max(widths) > width else 0


def _fit(cells: list[Cell], width: int, unnamed: int) -> tuple[list[Cell], str]:
    extra = cells[width + unnamed :]
    if len(cells) < width or any(map(_filled, extra)):
        text = _("this line has %(cells)d cells where the header names %(width)d columns")
        return cells, text % {"cells": len(cells), "width": width}
    return cells[:width], ""


def _filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else True
