"""Opens a bank's file: which format it is, from its content alone, and its statements as a stream."""

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.camt import camt_format, read_camt
from invoices.statements.checking import Warn, checked
from invoices.statements.lines import Part
from invoices.statements.mt940 import check_mt940, is_mt940, read_mt940
from invoices.statements.ofx import check_ofx, is_ofx, read_ofx
from invoices.statements.qif import is_qif, open_qif
from invoices.statements.tables import open_statement_table
from invoices.statements.zips import is_zip, members

TABLE, ZIP = "table", "zip"
HEAD = 8 * 1024
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
        """Head, lines and foot of each statement in turn, and a LineProblem for each line that is refused.

        It can be called again. Statements that are compared with their own balances say so in Foot.difference.
        """
        self.warnings.clear()
        yield from checked(self.read(self.warnings.append), self.currency, self.warnings.append)


def open_statement(content: bytes, name: str, layout: Mapping[str, Any] | None = None, currency: str = "") -> StatementFile:
    """The statements in a file. `name` is for messages only; `currency` is that of lines which name none.

    `layout` says how a table is read (see `layouts`), or only how it writes dates and amounts. Raises ImportProblem for what
    is no statement; its `option` is "layout" where a person must name a table's columns, "date_order", "decimal" or "currency"
    where only that is open.
    """
    if is_zip(content):
        return _open_zip(content, layout, currency)
    head = _head(content)
    if not head.strip():
        raise ImportProblem(_("The file is empty."))
    if is_ofx(head):
        format_ = check_ofx(content)
        return StatementFile(format_, currency, lambda warn: read_ofx(content, format_, warn))
    if head.lstrip().startswith("<"):
        return _open_camt(content, head, currency)
    if is_qif(head):
        return StatementFile("QIF", currency, open_qif(content, layout or {}, currency).parts)
    if is_mt940(head):
        format_ = check_mt940(content)
        return StatementFile(format_, currency, lambda warn: read_mt940(content, format_, warn))
    if head.startswith("%PDF"):
        raise ImportProblem(_("This is a PDF. Ask the bank for the statement as camt.053, MT940, OFX or CSV."))
    table = open_statement_table(content, layout, currency)
    return StatementFile(TABLE, table.conventions.currency, table.parts, list(table.table.header), table.layout)


def _head(content: bytes) -> str:
    """The beginning of the file as text, good enough to tell formats apart."""
    start = content[:HEAD]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start[: HEAD // 2 * 2].decode("utf-16", errors="replace")
    text = start.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    # UTF-16 without its mark: every other byte of plain letters is a zero.
    return text.replace("\0", "") if text.count("\0") * 3 > len(text) else text


def _open_camt(content: bytes, head: str, currency: str) -> StatementFile:
    if "<html" in head.casefold():
        raise ImportProblem(_("This is a web page, not a statement."))
    # White space before the declaration is an error in XML, and banks' portals put it there.
    content = content.lstrip(b" \t\r\n") if content[:1] in b" \t\r\n" else content
    format_ = camt_format(content)
    if not format_:
        raise ImportProblem(_("This XML is no bank statement: neither camt.052, 053 or 054 nor OFX."))
    return StatementFile(format_, currency, lambda warn: read_camt(content, warn))


def _open_zip(content: bytes, layout: Mapping[str, Any] | None, currency: str) -> StatementFile:
    """All files in a zip as one; those that are no statements are refused like lines, unless none is one."""
    opened, refusals = [], []
    for name, inner in members(content):
        try:
            if is_zip(inner):
                raise ImportProblem(_("it is a zip file in a zip file"))
            opened.append((name, open_statement(inner, name, layout, currency)))
        except ImportProblem as problem:
            refusals.append((name, problem))
    if not opened:
        if refusals:
            raise ImportProblem(f"{refusals[0][0]}: {refusals[0][1]}", refusals[0][1].option)
        raise ImportProblem(_("This zip file has no files in it."))
    tables = [file for _name, file in opened if file.format == TABLE]

    def read(warn: Warn) -> Iterator[Part]:
        for name, problem in refusals:
            yield LineProblem(0, name, str(problem))
        for name, file in opened:
            yield from file.read(lambda text, name=name: warn(f"{name}: {text}"))

    formats = {file.format for _name, file in opened}
    return StatementFile(
        formats.pop() if len(formats) == 1 else ZIP,
        currency,
        read,
        tables[0].header if tables else [],
        tables[0].layout if tables else {},
    )
