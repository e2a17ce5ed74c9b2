"""A report as a page shows it: figures with their reasons, heads, and rows searched and sorted. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from arcollect.listing import Column, Head
from reminders.reports.report import Kind, Report, Unit
from reminders.reports.words import NUMERIC, field_of, written

WHY = "_why"


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure or a cell: its label, its words, why there are none, and its class: a number, a day, or long words."""

    label: object
    words: str
    why: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """The figures of one currency, or ("") of none: `first` large, `rest` small."""

    currency: str
    first: list[Shown]
    rest: list[Shown]


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its cells, as it is in files, and the page it opens."""

    plain: Mapping[str, Any]
    cells: list[Shown]
    opens: tuple[str, int] | None


def in_currency(report: Report, currency: str) -> Report:
    """The report with the figures and rows of one currency alone; whole where it has none of it."""
    if currency not in report.figures:
        return report
    opens = report.opens or [None] * len(report.rows)
    kept = [pair for pair in zip(report.rows, opens, strict=True) if pair[0].get("currency", currency) == currency]
    pages = [page for _row, page in kept if page is not None]
    return replace(report, figures={currency: report.figures[currency]}, rows=[row for row, _page in kept], opens=pages)


def figures_of(report: Report, kind: Kind, home: str) -> list[Account]:
    """What a page shows of the figures, currency by currency, that of the business (`home`) first; then what is of none."""
    accounts = [
        Account(
            currency,
            [_shown(figures, name, kind, currency) for name in kind.first if name in figures],
            [_shown(figures, name, kind, currency) for name in figures if _small(name, kind, figures[name])],
        )
        for currency, figures in sorted(report.figures.items(), key=lambda pair: (pair[0] != home, pair[0]))
    ]
    whole = [_shown(report.whole, name, kind, "") for name in report.whole if not name.endswith(WHY)]
    return [*accounts, Account("", [], whole)] if whole else accounts


def shown_figure(kind: Kind, figures: Mapping[str, Any], currency: str) -> Shown | None:
    """The headline of a report out of the figures of a night; None where that night has none."""
    place: Any = figures
    for name in kind.headline[:-1]:
        place = place.get(name, {})
    if not kind.headline or kind.headline[-1] not in place:
        return None
    return _shown(place, kind.headline[-1], kind, currency)


def heads_of(report: Report, kind: Kind, sort: str) -> list[Head]:
    """The heads of the table; each sorts by its column, a second click downwards."""
    wanted, order = sort.removeprefix("-"), "descending" if sort.startswith("-") else "ascending"
    heads = []
    for name in seen(report.rows[0], kind) if report.rows else ():
        field = field_of(name, kind.fields)
        label = _("%(label)s, days") % {"label": field.label} if field.unit == Unit.DAYS else field.label
        column = Column(name, label, sort=(name,), numeric=field.unit in NUMERIC)
        heads.append(Head(column, order if name == wanted else "", f"-{name}" if sort == name else name))
    return heads


def rows_of(report: Report, kind: Kind, *, words: str, sort: str) -> Sequence[Row]:
    """The rows in which every word is found, in the order asked for, else that of the report."""
    opens: Sequence[tuple[str, int] | None] = report.opens or [None] * len(report.rows)
    pairs = [pair for pair in zip(report.rows, opens, strict=True) if _found(pair[0], words)]
    name = sort.removeprefix("-")
    if report.rows and name in report.rows[0]:
        numeric = field_of(name, kind.fields).unit in NUMERIC
        pairs.sort(key=lambda pair: _rank(pair[0][name], numeric), reverse=sort.startswith("-"))
    return Rows([pair[0] for pair in pairs], [pair[1] for pair in pairs], kind)


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """Rows whose cells are written only when they are shown."""

    plain: Sequence[Mapping[str, Any]]
    opens: Sequence[tuple[str, int] | None]
    kind: Kind

    def __len__(self) -> int:
        return len(self.plain)

    def __getitem__(self, part: Any) -> Any:
        if isinstance(part, slice):
            return [self._row(place) for place in range(*part.indices(len(self)))]
        return self._row(part)

    def _row(self, place: int) -> Row:
        plain, currency = self.plain[place], str(self.plain[place].get("currency", ""))
        cells = [_shown(plain, name, self.kind, currency, head=True) for name in seen(plain, self.kind)]
        return Row(plain, cells, self.opens[place])


def seen(row: Mapping[str, Any], kind: Kind) -> list[str]:
    """The columns of a page: reasons stand in the cell of what they explain, a currency before its amounts."""
    money = any(field_of(name, kind.fields).unit == Unit.MONEY for name in row)
    hidden = kind.unseen | ({"currency"} if money else set())
    return [name for name in row if not name.endswith(WHY) and name not in hidden]


def _small(name: str, kind: Kind, value: Any) -> bool:
    if name in kind.first or name.endswith(WHY) or value is False:
        return False
    return name not in kind.if_any or bool(Decimal(value))


def _shown(figures: Mapping[str, Any], name: str, kind: Kind, currency: str, *, head: bool = False) -> Shown:
    """`head`: the unit stands in the head of the column."""
    field, value = field_of(name, kind.fields), figures.get(name)
    days_in_head = head and field.unit == Unit.DAYS
    words = str(value) if days_in_head and value is not None else written(value, field, name, currency)
    return Shown(field.label, words, figures.get(f"{name}{WHY}") or "", _look(name, field.unit))


def _look(name: str, unit: Unit) -> str:
    if unit in NUMERIC:
        return "num"
    return "day" if unit in (Unit.DATE, Unit.MONTH) else "wide" if name == "reason" else ""


def _found(row: Mapping[str, Any], words: str) -> bool:
    if not words:
        return True
    text = " ".join(str(value) for value in row.values()).casefold()
    return all(word in text for word in words.casefold().split())


def _rank(value: Any, numeric: bool) -> tuple[int, Any]:
    """What is not known comes first upwards, then numbers by size, words by letter."""
    if value is None or value == "":
        return (0, 0)
    if not numeric:
        return (1, str(value).casefold())
    try:
        return (1, Decimal(str(value)))
    except InvalidOperation:
        return (0, 0)
