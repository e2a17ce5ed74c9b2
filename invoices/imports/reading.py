"""Two passes over a table: the first finds how its columns write dates and amounts, the second gives typed values."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from arcollect.money import precision
from invoices.imports import amounts, cells, dates
from invoices.imports.amounts import MARKS, AmountSurvey, parse_amount, word_fits
from invoices.imports.dates import DMY, ORDERS, DateSurvey, parse_date
from invoices.imports.problems import CellProblem, ImportProblem, LineProblem
from invoices.imports.tabular import Row
from invoices.imports.workbooks import Cell

AUTO = "auto"
PARSERS: Mapping[str, Callable[[Cell], Any]] = {
    "text": cells.parse_text,
    "id": cells.parse_id,
    "flag": cells.parse_flag,
    "days": cells.parse_whole,
    "percent": cells.parse_percent,
    "currency": cells.parse_currency,
    "country": cells.parse_country,
    "language": cells.parse_language,
    "time_zone": cells.parse_time_zone,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: `key` is what its value is called from here on, `kind` one of PARSERS, "date" or "amount"."""

    key: str
    kind: str
    index: int
    title: str


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the file writes dates and amounts, by column key; `currency` is that of rows which name none."""

    orders: Mapping[str, str]
    marks: Mapping[str, str]
    currency: str
    lines: int


@dataclass(frozen=True, slots=True)
class TypedRow:
    """The values of one line by column key: dates, Decimals as written, texts; `problems` for the cells that have none."""

    line: int
    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()


def survey(
    rows: Iterable[Row], columns: list[Column], *, currency: str, date_order: str = AUTO, decimal: str = AUTO
) -> Conventions:
    """Reads every cell of the date and amount columns once.

    A column that alone could be read in two ways follows the others of its kind where these agree; else ImportProblem,
    unless `date_order` (dmy, mdy, ymd) or `decimal` (comma, point) settles it.
    """
    date_surveys = {column: DateSurvey() for column in columns if column.kind == "date"}
    amount_surveys = {column: AmountSurvey() for column in columns if column.kind == "amount"}
    surveys = [*date_surveys.items(), *amount_surveys.items()]
    currencies, currency_index = {currency}, next((c.index for c in columns if c.kind == "currency"), None)
    lines = 0
    for row in rows:
        lines += 1
        if row.problem:
            continue
        for column, found in surveys:
            found.see(row.cells[column.index], row.line)
        if currency_index is not None:
            currencies.add(str(row.cells[currency_index]).strip().upper())
    known = currencies & amounts.CURRENCY_CODES
    if currency_index is None:
        _refuse_foreign_signs(amount_surveys, currency)
    return Conventions(
        orders=_orders(date_surveys, date_order),
        marks=_marks(amount_surveys, decimal, max(map(precision, known), default=2)),
        currency=currency,
        lines=lines,
    )


def _orders(surveys: dict[Column, DateSurvey], asked: str) -> dict[str, str]:
    if asked != AUTO:
        if asked not in ORDERS:
            raise ImportProblem(_("The date order is dmy, mdy or ymd, not %(asked)s.") % {"asked": asked})
        return {column.key: asked for column in surveys}
    proven = {column: found.proven(column.title) for column, found in surveys.items()}
    common = _unanimous(proven.values())
    for column, found in surveys.items():
        if found.unclear and not (proven[column] or common):
            raise dates.undecided(column.title, found)
    # Where nothing is unclear any order reads the column: 5/5/2013, 2013-05-05, 5 May 2013.
    return {column.key: order or common or DMY for column, order in proven.items()}


def _marks(surveys: dict[Column, AmountSurvey], asked: str, digits: int) -> dict[str, str]:
    if asked != AUTO:
        if asked not in MARKS:
            raise ImportProblem(_("The decimal mark is comma or point, not %(asked)s.") % {"asked": asked})
        return {column.key: MARKS[asked] for column in surveys}
    proven = {column: found.proven(column.title) for column, found in surveys.items()}
    common = _unanimous(proven.values())
    marks = {column: mark or common or surveys[column].implied(digits) for column, mark in proven.items()}
    for column, mark in marks.items():
        if not mark:
            raise amounts.undecided(column.title, surveys[column])
    return {column.key: mark for column, mark in marks.items()}


def _unanimous(proven: Iterable[str]) -> str:
    """What all columns that prove something prove, "" where they differ or none does."""
    found = set(proven) - {""}
    return found.pop() if len(found) == 1 else ""


def _refuse_foreign_signs(surveys: dict[Column, AmountSurvey], currency: str) -> None:
    for column, found in surveys.items():
        for word, line in found.words.items():
            known = word.rstrip(".").upper() in amounts.SIGNS or word.upper() in amounts.CURRENCY_CODES
            if known and not word_fits(word, currency):
                text = _('column "%(column)s", line %(line)d carries %(word)s, the amounts would be read as %(currency)s')
                values = {"column": column.title, "line": line, "word": word, "currency": currency}
                raise ImportProblem(text % values, option="currency")


def typed_rows(rows: Iterable[Row], columns: list[Column], conventions: Conventions) -> Iterator[TypedRow | LineProblem]:
    """Every line in turn, its cells as values; a line that cannot be split into cells as the problem it has."""
    for row in rows:
        if row.problem:
            yield LineProblem(row.line, "", row.problem)
        else:
            yield typed_row(row, columns, conventions)


def typed_row(row: Row, columns: list[Column], conventions: Conventions) -> TypedRow:
    """The values of a line whose cells fit the header, and what is wrong with those that have none."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    words: dict[str, str] = {}
    for column in columns:
        try:
            values[column.key] = _value(row.cells[column.index], column, conventions, words)
        except CellProblem as problem:
            problems[column.key] = problem.reason
    currency = next((values.get(c.key) for c in columns if c.kind == "currency"), "") or conventions.currency
    for key, word in words.items():
        if not word_fits(word, currency):
            problems[key] = _("the amount carries %(word)s, the row is in %(currency)s") % {
                "word": word,
                "currency": currency,
            }
    return TypedRow(row.line, values, problems, row.cells)


def _value(cell: Cell, column: Column, conventions: Conventions, words: dict[str, str]) -> Any:
    if column.kind == "date":
        return parse_date(cell, conventions.orders[column.key])
    if column.kind != "amount":
        return PARSERS[column.kind](cell)
    found = parse_amount(cell, conventions.marks[column.key])
    if found and found[1]:
        words[column.key] = found[1]
    return found[0] if found else None
