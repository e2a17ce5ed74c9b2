"""A bank's CSV file or spreadsheet as statements: one for each account and currency in it, as its columns are laid out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.amounts import CURRENCY_CODES
from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.imports.reading import AUTO, Column, Conventions, survey, typed_row
from invoices.imports.tabular import Row, Table, open_table
from invoices.statements.checking import Warn
from invoices.statements.headings import all_names, heading_currency, heading_key, is_booking, mark_of, names_of
from invoices.statements.layouts import OPTIONS, columns_of, guess_layout, is_sure, unclear
from invoices.statements.lines import Foot, Head, Part, StatementLine
from invoices.statements.table_rows import NOTE, WAITING, RowReader

SAMPLE, MOST_ACCOUNTS = 30, 50
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
# Whose account, in which currency.
_Key = tuple[str, str]


@dataclass(slots=True)
class Edges:
    """What one reading of all rows finds: the first, second and last row of each account, and the signs of money out."""

    ends: dict[_Key, list[Row]] = field(default_factory=dict)
    negative_debits: bool = False
    positive_debits: bool = False
    negative_outs: bool = False
    against_marks: bool = False

    @property
    def signed_debits(self) -> bool:
        """Whether the column of money out carries minus signs."""
        return self.negative_debits and not self.positive_debits

    @property
    def signed_amounts(self) -> bool:
        """Whether amounts carry the signs that the marks beside them say once more."""
        return self.negative_outs and not self.against_marks


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the balances of a table say of one account in it."""

    opening: Decimal | None = None
    closing: Decimal | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class StatementTable:
    """A table that is understood: `parts` streams it, once for every account and currency in it."""

    table: Table
    layout: dict[str, Any]
    columns: list[Column]
    conventions: Conventions
    edges: Edges
    account: str

    def parts(self, warn: Warn) -> Iterator[Part]:
        """A statement for each account and currency; what is refused and of no account is told with the first."""
        reader = self._reader()
        notes: dict[str, list[int]] = {NOTE: [], WAITING: []}
        for number, key in enumerate(self.edges.ends or [("", self.conventions.currency)]):
            bounds = self._bounds(key, reader)
            yield Head(
                "table", key[0] or self.account, key[1], opening=bounds.opening, from_on=bounds.from_on, to_on=bounds.to_on
            )
            yield from self._lines(key, reader, notes, strays=number == 0)
            yield Foot(bounds.closing, to_on=bounds.to_on)
        _tell(notes, warn)

    def _reader(self) -> RowReader:
        signs = {"signed_debits": self.edges.signed_debits, "signed_amounts": self.edges.signed_amounts}
        return RowReader(self.columns, self.conventions, **signs)

    def _lines(
        self, key: _Key, reader: RowReader, notes: dict[str, list[int]], *, strays: bool
    ) -> Iterator[StatementLine | LineProblem]:
        """The lines of one account; with `strays` also what is of none, for lack of a date or of cells."""
        for row in self.table.rows():
            mine = None if row.problem else _key(row, self.columns, self.conventions.currency)
            if mine != key and not (strays and mine not in self.edges.ends):
                continue
            if sort := reader.sort_of(row):
                notes[sort].append(row.line)
                continue
            part = reader.read(row)
            if part is None:
                notes[NOTE].append(row.line)
            else:
                yield part

    def _bounds(self, key: _Key, reader: RowReader) -> Bounds:
        """Opening and closing as the balances beside the first and the last booking tell, whichever of them is the older."""
        rows = [self._sums(row, reader) for row in self.edges.ends.get(key, [])]
        if not rows or any(row is None for row in rows):
            return Bounds()
        (day1, amount1, balance1), (day2, amount2, balance2), (day3, amount3, balance3) = rows
        period = min(day1, day3), max(day1, day3)
        if None in (balance1, balance3):
            return Bounds(None, None, *period)
        if day1 > day3 or (day1 == day3 and balance2 is not None and balance2 + amount1 == balance1 and len({*rows}) > 1):
            return Bounds(balance3 - amount3, balance1, *period)
        return Bounds(balance1 - amount1, balance3, *period)

    def _sums(self, row: Row, reader: RowReader) -> tuple[date, Decimal, Decimal | None] | None:
        """(day, amount, balance) of a row, None where it has no day or no amount."""
        values = typed_row(row, self.columns, self.conventions).values
        try:
            amount = reader.amount(values)
        except CellProblem:
            return None
        return (values["booked_on"], amount, values.get("balance")) if values.get("booked_on") and amount is not None else None


def open_statement_table(content: bytes, layout: Mapping[str, Any] | None, currency: str) -> StatementTable:
    """The table in these bytes, read by `layout`, or as its header says where that is unmistakable.

    Raises ImportProblem; its `option` is "layout" where a person must say which column is what, "date_order", "decimal" or
    "currency" where only that is open.
    """
    table = look_at_table(content)
    layout = dict(layout or {})
    if not set(layout) - set(OPTIONS):
        guess = guess_layout(table.header, sample_of(table))
        if not is_sure(guess, table.header):
            raise unclear(table.header)
        layout = guess | layout
    columns = columns_of(layout, table.header)
    account, named = _above(table)
    default = layout.get("default_currency") if layout.get("default_currency") in CURRENCY_CODES else ""
    default = default or named or _heading_currency(columns) or currency
    if not default and not any(column.key == "currency" for column in columns):
        raise ImportProblem(_("The file does not say which currency its amounts are in."), option="currency")
    edges = Edges()
    conventions = survey(
        _watched(table, columns, default, edges),
        columns,
        currency=default,
        date_order=layout.get("date_order") or AUTO,
        decimal=layout.get("decimal") or AUTO,
    )
    _refuse_payers(columns, edges)
    return StatementTable(table, layout, columns, conventions, edges, account)


def _refuse_payers(columns: list[Column], edges: Edges) -> None:
    """Nobody has so many accounts of their own: that column names those of the payers, and each would be a statement."""
    count = len({account for account, _currency in edges.ends})
    if count > MOST_ACCOUNTS:
        title = next(column.title for column in columns if column.key == "account")
        words = _('Column "%(column)s" names %(count)d accounts: are they those of the payers?')
        raise ImportProblem(words % {"column": title, "count": count}, option="layout")


def look_at_table(content: bytes) -> Table:
    """The table with its header found among a bank's usual words; a first line that is a booking itself is no header.

    Columns without a name are called by their position.
    """
    table = open_table(content, all_names(), heading_key)
    width = len(table.header) + table.unnamed
    names = tuple(_("column %(position)d") % {"position": position} for position in range(1, width + 1))
    if table.header_line == 1 and is_booking(table.header):
        return replace(table, header=names, header_line=0, unnamed=0)
    return replace(table, header=table.header + names[len(table.header) :], unnamed=0)


def sample_of(table: Table) -> list[tuple[Any, ...]]:
    """The cells of the first rows that fit the header: what a guess looks at, and what a person is shown to choose by."""
    return [row.cells for row in islice((row for row in table.rows() if not row.problem), SAMPLE)]


def _above(table: Table) -> tuple[str, str]:
    """(own account, currency) as the lines above the header name them, "" where they do not."""
    cells = [str(cell).strip() for line in table.above() for cell in line]
    account = next((bare for cell in cells if _IBAN.fullmatch(bare := "".join(cell.split()))), "")
    pairs = list(zip(cells, cells[1:], strict=False))
    named = {heading_key(name): value for name, value in reversed(pairs) if value}
    currency = next((named[name].upper() for name in names_of("currency") if named.get(name, "").upper() in CURRENCY_CODES), "")
    return account or next(("".join(named[name].split()) for name in names_of("account") if name in named), ""), currency


def _heading_currency(columns: list[Column]) -> str:
    found = {heading_currency(column.title) for column in columns if column.key in ("amount", "debit", "credit")} - {""}
    return found.pop() if len(found) == 1 else ""


def _watched(table: Table, columns: list[Column], currency: str, edges: Edges) -> Iterator[Row]:
    """The rows, noted in `edges` as they pass."""
    at = {column.key: column.index for column in columns}
    booked = at["booked_on"]
    for row in table.rows():
        if not row.problem and str(row.cells[booked]).strip():
            ends = edges.ends.setdefault(_key(row, columns, currency), [row, row, row])
            ends[1] = row if ends[1] is ends[0] else ends[1]
            ends[2] = row
            _note_signs({key: row.cells[index] for key, index in at.items() if key in ("debit", "amount", "mark")}, edges)
        yield row


def _note_signs(cells: Mapping[str, Any], edges: Edges) -> None:
    debit, amount, mark = _sign(cells.get("debit", "")), _sign(cells.get("amount", "")), mark_of(cells.get("mark", ""))
    edges.negative_debits |= debit < 0
    edges.positive_debits |= debit > 0
    edges.negative_outs |= mark < 0 and amount < 0
    edges.against_marks |= mark * amount < 0


def _sign(cell: Any) -> int:
    """-1 for an amount below nothing as it is written, 1 for one above, 0 for none."""
    text = str(cell).strip()
    if any(character in text for character in "-−("):
        return -1
    return int(any(character in text for character in "123456789"))


def _key(row: Row, columns: list[Column], currency: str) -> _Key:
    named = {column.key: str(row.cells[column.index]).strip() for column in columns if column.key in ("account", "currency")}
    return "".join(named.get("account", "").split()), named.get("currency", "").upper() or currency


def _tell(notes: dict[str, list[int]], warn: Warn) -> None:
    texts = {
        NOTE: _("Lines that hold no booking and are left out: %(lines)s."),
        WAITING: _("Lines that are not booked yet, or never were, and are left out: %(lines)s."),
    }
    for sort, lines in notes.items():
        if lines:
            shown = ", ".join(map(str, lines[:10])) + (" ..." if len(lines) > 10 else "")
            warn(texts[sort] % {"lines": shown})
