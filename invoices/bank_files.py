"""Brings in a file of a bank: opened as its business reads it, stored, and booked where that is certain.

For the command, for folders that are looked into, and for pages that need not ask anything.
"""

import csv
import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Business, ImportBatch, User
from invoices.bank_lines import STATEMENT, StatementParts, Stored, store_statement
from invoices.certain_lines import Settled, Shown, book_certain
from invoices.imports.layouts import list_columns
from invoices.imports.problems import ImportProblem
from invoices.models import ColumnLayout
from invoices.statements.headings import KINDS
from invoices.statements.layouts import OPTIONS, header_key
from invoices.statements.opening import StatementFile, open_statement
from invoices.statements.tables import look_at_table


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of a file. `batch` is None where nothing of it was new, or for a dry run."""

    stored: Stored
    settled: Settled = field(default_factory=Settled)
    batch: ImportBatch | None = None


def open_bank_file(
    business: Business, content: bytes, name: str, layout: Mapping[str, Any] | None = None, currency: str = ""
) -> StatementFile:
    """The statements in a file; a table as `layout` says, else as it was read before, else guessed. Raises ImportProblem.

    A layout that names no column only says how dates and amounts are written. `currency`: of lines that name none; else the
    business's own.
    """
    layout = layout or {}
    if not KINDS.keys() & layout.keys():
        layout = (saved_layout(business, content) or {}) | layout
    return open_statement(content, name, layout or None, currency or business.currency)


def saved_layout(business: Business, content: bytes) -> dict[str, Any] | None:
    """How a person said that tables with this very head are read; None where nobody did, or for what is no table."""
    saved = {row.header_key: row.options for row in ColumnLayout.objects.filter(business=business)}
    try:
        return saved.get(header_key(look_at_table(content).header)) if saved else None
    except ImportProblem:
        return None


def layout_named(business: Business, name: str) -> dict[str, Any]:
    """A saved layout by its name. Raises ImportProblem, which names those there are."""
    saved = dict(ColumnLayout.objects.filter(business=business).values_list("name", "options"))
    if name not in saved:
        words = _('there is no layout "%(name)s"; there are: %(names)s')
        raise ImportProblem(words % {"name": name, "names": list_columns(list(saved)) or "-"}, "layout")
    return saved[name]


def parse_layout(text: str) -> dict[str, Any]:
    """The layout "booked_on=Date,amount=Amount,text=Memo,text=Note" says; a name with a comma stands in double quotes.

    Raises ImportProblem for what is no field of a statement, and for one that is given twice; `text` may be.
    """
    layout: dict[str, Any] = {}
    for item in next(csv.reader([text], skipinitialspace=True), []):
        name, equals, column = (part.strip() for part in item.partition("="))
        if not equals or not column or name not in (*KINDS, *OPTIONS):
            words = _('"%(item)s" is not field=Column; the fields are %(names)s')
            raise ImportProblem(words % {"item": item, "names": ", ".join((*KINDS, *OPTIONS))}, "layout")
        if name == "text":
            layout.setdefault(name, []).append(column)
        elif name in layout:
            raise ImportProblem(_('field "%(name)s" is given twice') % {"name": name}, "layout")
        else:
            layout[name] = column
    return layout


def bring_in(
    *,
    business: Business,
    file: StatementParts,
    name: str,
    sha256: str,
    on: datetime.date,
    layout: Mapping[str, Any] | None = None,
    keep_rest: bool = False,
    actor: User | None = None,
    dry_run: bool = False,
    show: Shown | None = None,
) -> BroughtIn:
    """Stores a file and books what is certain of it. Raises LinesRefused as `store_statement` does.

    A dry run does everything in one transaction and takes it back.
    """
    if not dry_run:
        return _bring_in(business, file, _batch(business, name, sha256, layout, actor), on, keep_rest, show)
    with transaction.atomic():
        found = _bring_in(business, file, _batch(business, name, sha256, layout, actor), on, keep_rest, show)
        transaction.set_rollback(True)
    return BroughtIn(found.stored, found.settled)


def digest(content: bytes) -> str:
    """The hash a batch keeps of its file."""
    return hashlib.sha256(content).hexdigest()


def _batch(business: Business, name: str, sha256: str, layout: Mapping[str, Any] | None, actor: User | None) -> ImportBatch:
    """Unsaved: it is kept together with the lines."""
    return ImportBatch(
        business=business, kind=STATEMENT, file_name=name[:200], sha256=sha256, layout=dict(layout or {}), by=actor
    )


def _bring_in(
    business: Business, file: StatementParts, batch: ImportBatch, on: datetime.date, keep_rest: bool, show: Shown | None
) -> BroughtIn:
    with transaction.atomic():
        batch.save()
        stored = store_statement(batch=batch, file=file, keep_rest=keep_rest)
        if not stored.changed_anything:
            batch.delete()
            return BroughtIn(stored)
    return BroughtIn(stored, book_certain(business=business, on=on, batch=batch, show=show), batch)
