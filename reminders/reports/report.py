"""What a report is: figures by currency and the rows they are made of, the same for the command and for the page."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.models import Business, Customer

Figures = dict[str, dict[str, Any]]
Rows = list[dict[str, Any]]


class Unit(StrEnum):
    """What a figure, or a cell of a row, is measured in: how a page writes it. The command writes all of them plainly."""

    MONEY = "money"
    DAYS = "days"
    LATENESS = "lateness"
    PERCENT = "percent"
    SHARE = "share"
    RATIO = "ratio"
    COUNT = "count"
    DATE = "date"
    MONTH = "month"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """A figure or a column: what people call it, and its unit."""

    label: object
    unit: Unit = Unit.TEXT


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` by currency, `rows` called `rows_name` in JSON, `whole`: figures of no currency. Amounts and dates are text.

    `columns`: the names every row has, in its order, so that a file of no rows still has its head.

    A figure that is not known is None, and one called "<name>_why" says why. `opens`: the page of each row, as the name of its
    address and the id it takes; empty where rows have none.
    """

    title: str
    figures: Figures
    rows_name: str
    columns: Sequence[str]
    rows: Rows
    whole: Mapping[str, Any] = field(default_factory=dict)
    opens: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A report there is. `meaning`: what its figure says, in one plain sentence.

    `first`: its figures that a page shows large, in order. `headline`: where the nights keep the first of them (names below
    each other in LedgerDay.figures); empty where they do not. `fields`: figures and columns reminders.reports.words lacks.
    `past`: it can be told as of any day; else only of today. `unseen`: columns of the files that a page has no room for.
    `by_hand`: how the command reads it, where that may take longer than anybody waits for a page.
    `page`: the address of a page of its own, where it has one. `note`: how a column is to be read. `if_any`: figures a page
    leaves out where they are nothing. `empty`: what a page says where there is nothing.
    """

    read: Callable[[Business, datetime.date], Report]
    title: object
    meaning: object
    first: tuple[str, ...]
    headline: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    past: bool = True
    unseen: frozenset[str] = frozenset()
    page: str = ""
    note: object = ""
    if_any: frozenset[str] = frozenset()
    by_hand: Callable[[Business, datetime.date], Report] | None = None
    empty: object = _("Nothing to report for that day.")


def names_of(business: Business, ids: Collection[int] | None = None) -> dict[int, tuple[str, str]]:
    """Reference and name of every customer, or of those with these ids, by id. One query."""
    rows = Customer.objects.filter(business=business) if ids is None else Customer.objects.filter(business=business, pk__in=ids)
    rows = rows.order_by().values_list("pk", "reference", "name")
    return {pk: (reference, name) for pk, reference, name in rows}
