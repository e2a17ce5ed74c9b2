"""One component for every list: search, filters in the URL, sort by head, 50 a page, totals and CSV of what is filtered.

A view declares a `Listing` and answers with `LISTING.respond(request, rows, template, context)`. The template extends
"includes/list.html", which draws everything but the rows, and finds a `ListPage` as `list`. The address is
`?q=words&<filter>=<option>&sort=<column or -column>&page=2`; `&format=csv` gives the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from arcollect.sheets import csv_response

PAGE_SIZE = 50
CSV_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table, of the CSV, or of both.

    `value(row)` is what the CSV says (amounts by `money.format_plain`, dates as dates); without it the file has no such column.
    `sort` are the fields that order the rows upwards; without them the head is no link. `numeric` puts it to the right.
    `screen=False`: in the file only.
    """

    key: str
    label: object
    value: Callable[[Any], object] | None = None
    sort: tuple[str, ...] = ()
    numeric: bool = False
    screen: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter and the rows it keeps. Across a to-many relation use `Exists` or `pk__in`: a join doubles rows."""

    value: str
    label: object
    where: Q


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice in the URL under `key`; `everything` is the label of no choice, `default` the option where the address is silent.

    `pills`: shown as buttons in a row, else as a select.
    """

    key: str
    label: object
    options: Sequence[Option]
    everything: object = ""
    default: str = ""
    pills: bool = False

    @property
    def no_choice(self) -> str:
        """What the address says to have no choice made."""
        return "all" if self.default else ""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over the filtered rows: (currency, amount) pairs, never added across currencies."""

    label: object
    amounts: list[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Head:
    """What the table's head shows for a column: `sort_by` is what a click asks for, `order` "ascending", "descending" or ""."""

    column: Column
    order: str
    sort_by: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter with what is chosen."""

    filter: Filter
    chosen: str

    @property
    def narrows(self) -> bool:
        """Whether somebody chose to see less than the list shows by itself."""
        return bool(self.chosen) and self.chosen != self.filter.default


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a template shows. `rows` are ready to draw; `narrowed` says whether a search or filter left something out."""

    rows: Sequence[Any]
    page: Page
    words: str
    choices: list[Choice]
    heads: list[Head]
    totals: list[Total]
    narrowed: bool
    searchable: bool
    sort: str
    hint: object


def search_in(*fields: str) -> Callable[[str], Q]:
    """A search by which every word must be found in one of the fields, whatever its case."""

    def search(words: str) -> Q:
        found = [reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields)) for word in words.split()]
        return reduce(and_, found, Q())

    return search


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows in an order given by their ids, read part by part: as much of a sequence as a paginator asks for."""

    rows: QuerySet[Any]
    ids: Sequence[int]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, part: slice) -> list[Any]:
        wanted = list(self.ids[part])
        found = {row.pk: row for row in self.rows.order_by().filter(pk__in=wanted)}
        return [found[pk] for pk in wanted if pk in found]

    def iterator(self, chunk_size: int) -> Iterator[Any]:
        """As a queryset's."""
        for start in range(0, len(self.ids), chunk_size):
            yield from self[start : start + chunk_size]


@dataclass(frozen=True, slots=True)
class Listing:
    """How one list is searched, filtered, sorted, summed and exported.

    `sort`: the key of the column to sort by at first, "-key" downwards. `prepare(rows)` turns a page (or a part of the
    file) of model rows into what template and columns want, in a fixed number of queries. `totals`: label -> field to be
    summed for each value of `currency`. `hint` tells what the search looks in. `rank(rows)` gives the ids of the rows in an order
    no field has: that of the list until somebody sorts it.
    """

    name: str
    columns: Sequence[Column]
    sort: str
    filters: Sequence[Filter] = ()
    search: Callable[[str], Q] | None = None
    hint: object = ""
    rank: Callable[[QuerySet[Any]], Sequence[int]] | None = None
    prepare: Callable[[list[Any]], Sequence[Any]] = list
    totals: Mapping[object, str] = field(default_factory=dict)
    currency: str = "currency"

    def respond(
        self, request: HttpRequest, rows: QuerySet[Any], template: str, context: Mapping[str, Any] | None = None
    ) -> HttpResponseBase:
        """The page with these rows, or their CSV where the address asks for it."""
        found = self.narrow(rows, request.GET)
        if request.GET.get("format") == "csv":
            return self.as_csv(self._ordered(found, request.GET))
        return self.as_page(request, found, template, context or {})

    def narrow(self, rows: QuerySet[Any], query: QueryDict) -> QuerySet[Any]:
        """The rows that search and filters of the address leave, in its order. What it does not know it leaves aside."""
        words = query.get("q", "").strip()
        if self.search and words:
            rows = rows.filter(self.search(words))
        for choice in self._choices(query):
            rows = rows.filter(*[option.where for option in choice.filter.options if option.value == choice.chosen])
        return rows.order_by(*self._order(self._sort(query)))

    def _ordered(self, rows: QuerySet[Any], query: QueryDict) -> "QuerySet[Any] | Ranked":
        """The rows as the address wants them sorted; where it says nothing, by rank."""
        return rows if self.rank is None or query.get("sort") else Ranked(rows, self.rank(rows))

    def as_csv(self, rows: "QuerySet[Any] | Ranked") -> HttpResponseBase:
        """All rows as a file called like the list."""
        columns = [column for column in self.columns if column.value]
        cells = ([column.value(row) for column in columns] for row in self._in_parts(rows))
        return csv_response(self.name, [column.label for column in columns], cells)

    def as_page(self, request: HttpRequest, rows: QuerySet[Any], template: str, context: Mapping[str, Any]) -> HttpResponse:
        """The page the address asks for; a page beyond the last is the last."""
        query = request.GET
        page = Paginator(self._ordered(rows, query), PAGE_SIZE).get_page(query.get("page"))
        choices = self._choices(query)
        shown = ListPage(
            rows=self.prepare(list(page.object_list)),
            page=page,
            words=query.get("q", "").strip(),
            choices=choices,
            heads=self._heads("" if self.rank and not query.get("sort") else self._sort(query)),
            totals=self.sum_up(rows),
            narrowed=bool(query.get("q", "").strip()) or any(choice.narrows for choice in choices),
            searchable=self.search is not None,
            sort=query.get("sort", ""),
            hint=self.hint,
        )
        return render(request, template, {**context, "list": shown})

    def _choices(self, query: QueryDict) -> list[Choice]:
        chosen = [(one, query.get(one.key, one.default)) for one in self.filters]
        return [Choice(one, value if value in {option.value for option in one.options} else "") for one, value in chosen]

    def _sort(self, query: QueryDict) -> str:
        wanted = query.get("sort", self.sort)
        return wanted if wanted.removeprefix("-") in {column.key for column in self.columns if column.sort} else self.sort

    def _order(self, sort: str) -> list[str]:
        fields = next(column.sort for column in self.columns if column.key == sort.removeprefix("-"))
        if not sort.startswith("-"):
            return [*fields, "pk"]
        return [*(name[1:] if name.startswith("-") else f"-{name}" for name in fields), "-pk"]

    def _heads(self, sort: str) -> list[Head]:
        orders = {sort.removeprefix("-"): "descending" if sort.startswith("-") else "ascending"}
        return [
            Head(column, orders.get(column.key, ""), f"-{column.key}" if sort == column.key else column.key)
            for column in self.columns
            if column.screen
        ]

    def sum_up(self, rows: QuerySet[Any]) -> list[Total]:
        """The totals of these rows, in one query."""
        if not self.totals:
            return []
        sums = {f"total_{position}": Sum(name) for position, name in enumerate(self.totals.values())}
        by_currency = list(rows.order_by().values(self.currency).annotate(**sums).order_by(self.currency))
        return [
            Total(label, [(row[self.currency], row[key] or Decimal(0)) for row in by_currency])
            for label, key in zip(self.totals, sums, strict=True)
        ]

    def _in_parts(self, rows: "QuerySet[Any] | Ranked") -> Iterator[Any]:
        part: list[Any] = []
        for row in rows.iterator(chunk_size=CSV_CHUNK):
            part.append(row)
            if len(part) == CSV_CHUNK:
                yield from self.prepare(part)
                part = []
        yield from self.prepare(part)
