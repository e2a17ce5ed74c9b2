"""A ledger file ready to be booked: opened, understood, and giving plain rows, refusals and what it leaves out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.layouts import CUSTOMERS, INVOICES, known_headings, plain_columns
from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.imports.profiles import NOT_ISSUED, PROFILES, Profile, find_profile
from invoices.imports.reading import AUTO, Column, Conventions, TypedRow, survey, typed_rows
from invoices.imports.rows import CustomerRow, InvoiceRow, PaymentRow, customer_row, invoice_row, payment_row
from invoices.imports.tabular import Table, open_table


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no debt, and why: the state its program gives it, in small letters ("draft")."""

    line: int
    state: str


PlainRow = CustomerRow | InvoiceRow | PaymentRow


@dataclass(frozen=True, slots=True)
class Options:
    """How a person wants a file read. An empty mapping and profile mean: find out. `currency` where a row names none."""

    currency: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    profile: str = ""
    date_order: str = AUTO
    decimal: str = AUTO
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file of one kind, understood. `rows` may be called as often as needed; it holds one row (or invoice) at a time."""

    kind: str
    table: Table
    profile: Profile | None
    columns: list[Column]
    conventions: Conventions
    scattered: frozenset[tuple[str, ...]]
    drafts: bool

    def rows(self, today: date) -> Iterator[PlainRow | LineProblem | LeftOut]:
        """Every line of the file as a plain row (an invoice of several lines as one), a refusal or a row left out."""
        typed = typed_rows(self.table, self.columns, self.conventions)
        if self.profile is None:
            for item in typed:
                yield item if isinstance(item, LineProblem) else self._plain(item.line, [item], today)
            return
        for group in _groups(typed, self.profile, self.scattered):
            yield from group if isinstance(group[0], LineProblem) else [self._converted(group, self.profile, today)]

    def _plain(self, line: int, group: list[TypedRow], today: date) -> PlainRow | LineProblem:
        if group[0].problems:
            return self._first_problem(group[0])
        return self._checked(line, group[0].values, today)

    def _converted(self, group: list[TypedRow], profile: Profile, today: date) -> PlainRow | LineProblem | LeftOut:
        first = group[0]
        state = str(first.values.get(profile.status) or "").casefold() if profile.status else ""
        if state in NOT_ISSUED and not (self.drafts and state == "draft"):
            return LeftOut(first.line, state)
        for row in group:
            if row.problems:
                return self._first_problem(row)
        try:
            _refuse_disagreement(group, profile)
            values = profile.convert([row.values for row in group])
        except CellProblem as problem:
            return LineProblem(first.line, self._title(problem.field), problem.reason)
        return self._checked(first.line, values, today)

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
    conventions = survey(table.rows(), columns, currency=options.currency, date_order=options.date_order, decimal=options.decimal)
    if not conventions.lines:
        raise ImportProblem(_("The file has a header and no rows below it."))
    scattered = _scattered(table, profile, columns)
    return LedgerFile(kind, table, profile, columns, conventions, scattered, options.drafts)


def headings(kind: str) -> set[str]:
    """Every column name that a file of this kind may have, ours and other programs': they mark its header line."""
    return known_headings(kind) | {name for profile in PROFILES if profile.kind == kind for name in profile.columns}


def _scattered(table: Table, profile: Profile | None, columns: list[Column]) -> frozenset[tuple[str, ...]]:
    """The keys whose lines do not stand together: only these invoices must be held until the whole file is read."""
    if profile is None or not profile.key:
        return frozenset()
    indexes = [column.index for name in profile.key for column in columns if column.key == name]
    seen, scattered, last = set(), set(), None
    for row in table.rows():
        if row.problem:
            continue
        key = tuple(str(row.cells[index]).strip() for index in indexes)
        if key != last and key in seen:
            scattered.add(key)
        seen.add(key)
        last = key
    return frozenset(scattered)


def _groups(
    typed: Iterable[TypedRow | LineProblem], profile: Profile, scattered: frozenset[tuple[str, ...]]
) -> Iterator[list[TypedRow] | list[LineProblem]]:
    """The lines of one invoice together. A line that cannot be read spoils the invoices beside it: it may be one of theirs."""
    held: dict[tuple[str, ...], list[TypedRow]] = {}
    group: list[TypedRow] = []
    unreadable: LineProblem | None = None
    for item in typed:
        if isinstance(item, LineProblem):
            yield [item]
            unreadable = item if profile.key else None
            if group and unreadable:
                group = [_spoilt(group[0], item), *group[1:]]
            continue
        key = _key(item, profile)
        if group and (not profile.key or key != _key(group[0], profile)):
            yield from _closed(group, profile, scattered, held)
            group = []
        group.append(_spoilt(item, unreadable) if unreadable else item)
        unreadable = None
    if group:
        yield from _closed(group, profile, scattered, held)
    yield from held.values()


def _closed(
    group: list[TypedRow],
    profile: Profile,
    scattered: frozenset[tuple[str, ...]],
    held: dict[tuple[str, ...], list[TypedRow]],
) -> list[list[TypedRow]]:
    """The group, complete, unless more of its lines follow elsewhere: then it is held."""
    key = _key(group[0], profile)
    if key not in scattered:
        return [group]
    held.setdefault(key, []).extend(group)
    return []


def _key(row: TypedRow, profile: Profile) -> tuple[str, ...]:
    return tuple(str(row.values.get(name, "")) for name in profile.key)


def _spoilt(row: TypedRow, problem: LineProblem) -> TypedRow:
    reason = _("line %(line)d beside it cannot be read and may belong to the same invoice") % {"line": problem.line}
    return TypedRow(row.line, row.values, row.problems | {"": reason}, row.cells)


def _refuse_disagreement(group: list[TypedRow], profile: Profile) -> None:
    """The lines of one invoice must agree in what belongs to the invoice; a blank one agrees with all."""
    first = group[0].values
    for row in group[1:]:
        for name in profile.agree:
            value = row.values.get(name)
            if value not in (None, "") and value != first.get(name):
                text = _("line %(line)d of the same invoice says %(other)s instead of %(value)s")
                raise CellProblem(text % {"line": row.line, "other": value, "value": first.get(name)}, name)
