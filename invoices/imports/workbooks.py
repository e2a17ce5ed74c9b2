"""Spreadsheets: the rows of the first visible sheet that has any, with values as the sheet stores them."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from invoices.imports.problems import ImportProblem

Cell = str | Decimal | date
MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MAX_UNPACKED = 512 * 1024 * 1024


def is_workbook(head: bytes) -> bool:
    """Whether these first bytes are those of a spreadsheet (xlsx, ods: a zip; xls: an OLE file)."""
    return head.startswith(MAGIC)


def open_sheet(content: bytes, name: str = "") -> CalamineSheet:
    """The first visible sheet with anything on it, or the one called so; refuses what is no spreadsheet or unpacks to an absurd
    size."""
    _refuse_bombs(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        visible = [title for title in visible if name in ("", title)]
        sheets = (workbook.get_sheet_by_name(name) for name in visible)
        sheet = next((sheet for sheet in sheets if sheet.height), None)
    except CalamineError as error:
        raise ImportProblem(_("This spreadsheet cannot be opened (%(error)s).") % {"error": error}) from error
    if sheet is None:
        raise ImportProblem(_("This spreadsheet is empty."))
    return sheet


def has_sheet(source: Path | bytes, name: str) -> bool:
    """Whether this is a workbook with such a sheet; what is no workbook has none."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    if not is_workbook(content[:8]):
        return False
    _refuse_bombs(content)
    try:
        return name in CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    except CalamineError:
        return False


def _refuse_bombs(content: bytes) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ImportProblem(_("This spreadsheet is damaged.")) from error
    if size > MAX_UNPACKED:
        raise ImportProblem(_("This spreadsheet is too large. Save it as CSV and import that."))


def read_sheet(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell], str]]:
    """Every row with its number in the sheet; the third part, a reason, is always empty: cells cannot be ragged here."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [_plain(value) for value in row], ""


def _plain(value: object) -> Cell:
    """Numbers as Decimal at the 15 digits a spreadsheet really keeps, dates without their time, the rest as text."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return Decimal(value)
        case float():
            return Decimal(f"{value:.15g}")
        case datetime():
            return value.date()
        case date():
            return value
        case _:
            return str(value)
