"""Tables that leave the program as CSV: UTF-8 that a spreadsheet reads, and never a formula."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from django.http import StreamingHttpResponse

# A spreadsheet runs what begins so, unless it is a plain number (CWE-1236).
FORMULA = re.compile(r"^[=+\-@\t\r]")
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")


class Writes(Protocol):
    """Anything with a `write`, such as an open file."""

    def write(self, text: str, /) -> Any: ...


class _Echo:
    """A file that hands back what is written to it, so that rows leave one by one."""

    def write(self, text: str, /) -> str:
        return text


def safe_cell(value: object) -> str:
    """The value as text; what a spreadsheet would take for a formula gets a leading apostrophe. None is empty.

    What has parts of its own is JSON.
    """
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def csv_lines(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Header and rows as CSV lines, one at a time; the first carries the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe_cell(head) for head in heads])
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])


def write_csv(file: Writes, heads: Iterable[object], rows: Iterable[Iterable[object]]) -> None:
    """Writes a whole table to an open text file."""
    for line in csv_lines(heads, rows):
        file.write(line)


def csv_response(name: str, heads: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """The table as a download called `name`.csv, sent row by row."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(csv_lines(heads, rows), content_type="text/csv; charset=utf-8", headers=headers)
