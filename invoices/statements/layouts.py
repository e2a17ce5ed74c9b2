"""How a bank's table is read: which column is what. Given (saved once by a person), or guessed where it is unmistakable.

A layout is a flat mapping, as a form and JSON can hold it: {"booked_on": "Date", "amount": "Amount", "text": ["Memo", "Note"],
"date_order": "dmy", "decimal": "comma", "default_currency": "EUR"}. The fields are those of `headings.KINDS`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import list_columns
from invoices.imports.problems import ImportProblem
from invoices.imports.reading import Column
from invoices.imports.tabular import name_key
from invoices.imports.workbooks import Cell
from invoices.statements.headings import CURRENCY, DATE, KINDS, guess_columns, heading_key, is_clear

OPTIONS = ("date_order", "decimal", "default_currency")
# A list of invoices has dates and amounts too: what has one of these columns is none of a bank's without being asked.
FOREIGN = frozenset({"due date", "duedate", "due", "invoice number", "invoice no", "invoice date", "fälligkeit", "fällig am",
                     "rechnungsnummer", "rechnungsdatum", "vencimiento", "fecha de vencimiento", "journalnumber"})  # fmt: skip
_READ_AS = {DATE: "date", "amount": "amount", CURRENCY: "currency"}


def header_key(header: Sequence[str]) -> str:
    """What a saved layout is found by: the SHA-256, in hex, of the names in the header without case and outer blanks."""
    return hashlib.sha256(json.dumps([name_key(name) for name in header]).encode()).hexdigest()


def guess_layout(header: Sequence[str], sample: Sequence[Sequence[Cell]]) -> dict[str, Any]:
    """The layout that the header and the first rows suggest, for a person to confirm or as it is; see `is_sure`."""
    found = guess_columns(header, sample)
    return {field: _titles(field, [header[index] for index in columns]) for field, columns in found.items()}


def _titles(field: str, titles: list[str]) -> str | list[str]:
    return titles if field == "text" else titles[0]


def is_sure(layout: Mapping[str, Any], header: Sequence[str]) -> bool:
    """Whether a guess may be used without asking."""
    return is_clear(layout) and not FOREIGN & {heading_key(name) for name in header}


def columns_of(layout: Mapping[str, Any], header: Sequence[str]) -> list[Column]:
    """The columns to read; those of a text are called text, text 2, text 3.

    Raises ImportProblem for a field or column that there is not, and for a layout without a date or an amount.
    """
    columns = []
    for field, named in layout.items():
        if field in OPTIONS or not named:
            continue
        if field not in KINDS:
            raise ImportProblem(_('There is no field "%(field)s" in a statement.') % {"field": field}, option="layout")
        titles = [named] if isinstance(named, str) else list(named)
        for number, title in enumerate(titles, start=1):
            key = field if number == 1 else f"{field} {number}"
            columns.append(Column(key, _READ_AS.get(KINDS[field], "text"), _index(title, header), title))
    if not is_clear({column.key: column for column in columns}):
        raise unclear(header)
    return columns


def _index(title: str, header: Sequence[str]) -> int:
    keys = [name_key(name) for name in header]
    if name_key(title) not in keys:
        text = _('there is no column "%(column)s"; the columns are: %(header)s')
        raise ImportProblem(text % {"column": title, "header": list_columns(header)}, option="layout")
    return keys.index(name_key(title))


def unclear(header: Sequence[str]) -> ImportProblem:
    """The refusal of a table whose columns a person has to name."""
    text = _("It is not clear which column is the date and which the amount; the columns are: %(header)s")
    return ImportProblem(text % {"header": list_columns(header)}, option="layout")
