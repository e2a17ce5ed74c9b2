"""A ledger file ready to be booked: opened, understood, and giving plain rows, refusals and what it leaves out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.grouping import groups, refuse_disagreement, scattered_keys
from invoices.imports.layouts import CUSTOMERS, INVOICES, known_headings, plain_columns
from invoices.imports.problems import CellProblem, ImportProblem, LeftOut, LineProblem, NoDebt
from invoices.imports.profiles import GONE, PROFILES, Profile, find_profile
from invoices.imports.profiles.profile import Beside, Line, Preamble, columns_of
from invoices.imports.reading import AUTO, Column, Conventions, TypedRow, survey, typed_rows
from invoices.imports.reportlines import unfolded
from invoices.imports.rows import CustomerRow, InvoiceRow, PaymentRow, customer_row, invoice_row, payment_row
from invoices.imports.tabular import Row, Table, open_table
from invoices.imports.workbooks import has_sheet

PlainRow = CustomerRow | InvoiceRow | PaymentRow


@dataclass(frozen=True, slots=True)
class Options:
    """How a person wants a file read. An empty mapping and profile mean: find out. `currency` where a row names none.

    `full`: it holds every open invoice, so that those it does not name are missing.
    """

    currency: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    date_order: str = AUTO
    decimal: str = AUTO
    drafts: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file of one kind, understood. `rows` may be called as often as needed; it holds one row (or invoice) at a time."""

    kind: str
    table: Table
    profile: Profile | None
    columns: list[Column]
    conventions: Conventions
    drafts: bool
    scattered: frozenset[tuple[str, ...]] = frozenset()
    beside: Mapping[str, Mapping[str, list[Line]]] = field(default_factory=dict)

    def rows(self, today: date) -> Iterator[PlainRow | LineProblem | LeftOut]:
        """Every line of the file as a plain row (an invoice of several lines as one), a refusal or a row left out."""
        if self.profile is None:
            for item in typed_rows(self.table.rows(), self.columns, self.conventions):
                yield item if isinstance(item, LineProblem) else self._plain(item.line, [item], today)
            return
        aside: list[LeftOut] = []
        for group in groups(self.typed(aside), self.profile, self.scattered):
            yield from group if isinstance(group[0], LineProblem) else self._converted(group, self.profile, today)
        yield from aside

    def typed(self, aside: list[LeftOut]) -> Iterator[TypedRow | LineProblem]:
        """The lines of a profile's file with all that follows for each by itself; what are no lines at all goes `aside`."""
        typed = typed_rows(self._lines(aside), self.columns, self.conventions)
        above = list(self.table.above()) if self.profile.prepare else []
        for item in typed:
            bare = self.profile.prepare is None or isinstance(item, LineProblem) or item.problems
            yield item if bare else self._prepared(item, above)

    def _lines(self, aside: list[LeftOut]) -> Iterator[Row]:
        if not self.profile.report:
            yield from self.table.rows()
            return
        for row in unfolded(self.table.rows()):
            if isinstance(row, LeftOut):
                aside.append(row)
            else:
                yield row

    def _prepared(self, item: TypedRow, above: Preamble) -> TypedRow:
        try:
            return TypedRow(item.line, dict(self.profile.prepare(item.values, above)), item.problems, item.cells)
        except CellProblem as problem:
            return TypedRow(item.line, item.values, {problem.field: problem.reason}, item.cells)

    def _plain(self, line: int, group: list[TypedRow], today: date) -> PlainRow | LineProblem:
        if group[0].problems:
            return self._first_problem(group[0])
        return self._checked(line, group[0].values, today)

    def _converted(self, group: list[TypedRow], profile: Profile, today: date) -> Iterator[PlainRow | LineProblem | LeftOut]:
        first = group[0]
        state = profile.state(first.values)
        number = str(first.values.get(profile.number) or "") if profile.number else ""
        if state and not (self.drafts and state == "draft"):
            yield LeftOut(first.line, state, number, gone=state in GONE)
            return
        spoilt = next((row for row in group if row.problems), None)
        if spoilt:
            yield self._first_problem(spoilt)
            return
        try:
            refuse_disagreement(group, profile)
            found = profile.convert(self._with_beside(group, profile))
        except CellProblem as problem:
            yield LineProblem(first.line, self._title(problem.field), problem.reason)
            return
        except NoDebt as none:
            yield LeftOut(first.line, none.state, number, gone=none.state in GONE)
            return
        for values in found if isinstance(found, list) else [found]:
            yield self._checked(first.line, values, today)

    def _with_beside(self, group: list[TypedRow], profile: Profile) -> list[Line]:
        """The lines' values, the first with what other sheets of the workbook say of the same invoice."""
        lines: list[Line] = [row.values for row in group]
        for sheet in profile.beside:
            key = str(lines[0].get(sheet.key) or "")
            lines[0] = {**lines[0], sheet.sheet: self.beside.get(sheet.sheet, {}).get(key, [])}
        return lines

    def _checked(self, line: int, values: Mapping[str, Any], today: date) -> PlainRow | LineProblem:
        currency = self.conventions.currency
        try:
            if self.kind == CUSTOMERS:
                return customer_row(line, values, currency)
            make = invoice_row if self.kind == INVOICES else payment_row
            return make(line, values, currency, today)
        except CellProblem as problem:
            return LineProblem(line, problem.field, problem.reason)

    def _first_problem(self, row: TypedRow) -> LineProblem:
        """All that is wrong with the line, under the name of the first field that is."""
        (key, reason), *others = row.problems.items()
        more = [f"{self._title(key)}: {why}" for key, why in others]
        return LineProblem(row.line, self._title(key), "; ".join([reason, *more]))

    def _title(self, key: str) -> str:
        """The field's name in the plain layout, the column's own name in another program's export."""
        if self.profile is None:
            return key
        return next((column.title for column in self.columns if column.key == key), key)


def open_ledger(source: Path | bytes, kind: str, options: Options) -> LedgerFile:
    """Opens a file of customers, invoices or payments and reads it once to learn its conventions.

    A mapping wins over a profile, a profile that is asked for over one that the header gives away.
    Raises ImportProblem with one line that says why the file cannot be imported.
    """
    wanted = set(filter(None, options.mapping.values())) or headings(kind)
    table = open_table(source, wanted)
    profile = None if options.mapping and not options.profile else find_profile(kind, table.header, options.profile)
    columns = profile.read_columns(table.header) if profile else plain_columns(kind, table.header, options.mapping)
    conventions = _conventions(table, columns, options)
    if not conventions.lines:
        raise ImportProblem(_("The file has a header and no rows below it."))
    beside = _beside(source, profile, options) if profile else {}
    ledger = LedgerFile(kind, table, profile, columns, conventions, options.drafts, beside=beside)
    if profile is None or not profile.key:
        return ledger
    return replace(ledger, scattered=scattered_keys(ledger.typed([]), profile))


def _conventions(table: Table, columns: list[Column], options: Options) -> Conventions:
    return survey(table.rows(), columns, currency=options.currency, date_order=options.date_order, decimal=options.decimal)


def _beside(source: Path | bytes, profile: Profile, options: Options) -> dict[str, dict[str, list[Line]]]:
    """The lines of the other sheets that the profile wants and the workbook has: by sheet, then by what they belong to."""
    return {beside.sheet: _by_key(source, beside, options) for beside in profile.beside if has_sheet(source, beside.sheet)}


def _by_key(source: Path | bytes, beside: Beside, options: Options) -> dict[str, list[Line]]:
    table = open_table(source, beside.columns, sheet=beside.sheet)
    columns = columns_of(beside.columns, table.header)
    found: dict[str, list[Line]] = defaultdict(list)
    for row in typed_rows(table.rows(), columns, _conventions(table, columns, options)):
        if isinstance(row, LineProblem) or row.problems:
            text = _("Sheet %(sheet)s, line %(line)d cannot be read.")
            raise ImportProblem(text % {"sheet": beside.sheet, "line": row.line})
        found[str(row.values[beside.key])].append(row.values)
    return found


def headings(kind: str) -> set[str]:
    """Every column name that a file of this kind may have, ours and other programs': they mark its header line."""
    return known_headings(kind) | {name for profile in PROFILES if profile.kind == kind for name in profile.columns}
