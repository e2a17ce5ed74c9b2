"""Opens a bank's file: which format it is, from its content alone, and its statements as a stream."""

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem
from invoices.statements.camt import camt_format, read_camt
from invoices.statements.checking import Warn, checked
from invoices.statements.lines import Part
from invoices.statements.tables import open_statement_table

TABLE = "table"
_Read = Callable[[Warn], Iterator[Part]]


@dataclass(slots=True)
class StatementFile:
    """A file that can be read. `header` and `layout` only for tables; `warnings` is complete once `parts` was read to its end."""

    format: str
    currency: str
    read: _Read
    header: list[str] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def parts(self) -> Iterator[Part]:
        """Head, lines and foot of each statement in turn, and a LineProblem for each line that is refused."""
        self.warnings.clear()
        yield from checked(self.read(self.warnings.append), self.currency, self.warnings.append)


def open_statement(content: bytes, name: str, layout: Mapping[str, Any] | None = None, currency: str = "") -> StatementFile:
    """The statements in a file. `name` is for messages only; `currency` is that of lines which name none.

    Raises ImportProblem for what is no statement; its `option` is "layout" where a person must name a table's columns.
    """
    if not content.strip():
        raise ImportProblem(_("The file is empty."))
    if content.lstrip(codecs.BOM_UTF8 + b" \t\r\n").startswith(b"<"):
        return _open_camt(content, currency)
    table = open_statement_table(content, layout, currency)
    return StatementFile(TABLE, table.conventions.currency, table.parts, list(table.table.header), table.layout)


def _open_camt(content: bytes, currency: str) -> StatementFile:
    format_ = camt_format(content)
    if not format_:
        raise ImportProblem(_("This XML is no bank statement: neither camt.052, 053 or 054 nor OFX."))
    return StatementFile(format_, currency, lambda warn: read_camt(content, warn))
