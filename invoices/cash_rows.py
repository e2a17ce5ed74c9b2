"""The slices of expected cash of one week as one sequence, read part by part: those kept by the night and those counted since."""

import datetime
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Collate, Lower

from customers.models import Business, Customer
from invoices.cash_kept import Cash
from invoices.models import ExpectedCash, Invoice

PART = 500
# Words are ordered byte by byte, which Python can do as well; only so can rows of the database and rows of ours be merged.
COLLATIONS = {"postgresql": "C", "sqlite": "BINARY"}
LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
SEARCHED = ("customer__reference", "customer__name", "invoice__number")


@dataclass(frozen=True, slots=True)
class Order:
    """How rows are sorted upwards: by what the database sees, and the same of a row in memory."""

    field: Any
    key: Callable[[ExpectedCash], Any]


def _text(path: str, of: Callable[[ExpectedCash], str]) -> Order:
    words = Coalesce(F(path), Value(""))
    return Order(Lower(Collate(words, COLLATIONS[connection.vendor])), lambda row: of(row).translate(LOWER))


def orders() -> Mapping[str, Order]:
    """By the column of the report."""
    return {
        "customer": _text("customer__reference", lambda row: row.customer.reference),
        "name": _text("customer__name", lambda row: row.customer.name),
        "invoice": _text("invoice__number", lambda row: row.invoice.number if row.invoice else ""),
        "amount": Order(F("amount"), lambda row: row.amount),
        "sure": Order(F("share"), lambda row: row.share),
        "worth": Order(F("worth"), lambda row: row.worth),
        "expected_on": Order(F("on"), lambda row: row.on or datetime.date.max),
        "rests_on": Order(F("source"), lambda row: str(row.source)),
    }


FIRST = "-worth"


@dataclass(frozen=True, slots=True)
class Slices:
    """Both sorted alike; where they are equal, those of the night come first."""

    kept: QuerySet[ExpectedCash]
    fresh: list[ExpectedCash]
    order: Order
    down: bool

    def __len__(self) -> int:
        return self.kept.count() + len(self.fresh)

    def __getitem__(self, part: slice) -> list[ExpectedCash]:
        # Before any place are at least so many kept rows as it counts, less all the fresh ones.
        first = max(0, part.start - len(self.fresh))
        return list(islice(self._merged(self.kept[first : part.stop]), part.start - first, part.stop - first))

    def __iter__(self) -> Iterator[ExpectedCash]:
        return self._merged(self.kept.iterator(PART))

    def _merged(self, kept: Any) -> Iterator[ExpectedCash]:
        return merge(kept, self.fresh, key=self.order.key, reverse=self.down)


def slices_within(cash: Cash, business: Business, currency: str, week: int, words: str, sort: str) -> Slices:
    """The slices of one week in which every word is found, in the order asked for, else the largest first.

    Nothing is read of the kept ones yet; of the fresh ones the customers and invoices, in two queries.
    """
    known = orders()
    sort = sort if sort.removeprefix("-") in known else FIRST
    order, down = known[sort.removeprefix("-")], sort.startswith("-")
    # Not joined: without an order by words a page is read from the index alone.
    kept = cash.rows.filter(business=business, currency=currency, week=week).prefetch_related("customer", "invoice")
    fresh = [one for one in cash.fresh if (one.currency, one.week) == (currency, week)]
    name_all(fresh)
    kept, fresh = kept.filter(_found(words)), [one for one in fresh if _has(one, words)]
    ordered = kept.order_by(order.field.desc() if down else order.field.asc(), "pk")
    return Slices(ordered, sorted(fresh, key=order.key, reverse=down), order, down)


def name_all(rows: list[ExpectedCash]) -> None:
    """Gives rows that were never stored their customers and invoices. Two queries."""
    customers = Customer.objects.in_bulk({row.customer_id for row in rows})
    invoices = Invoice.objects.only("number").in_bulk({row.invoice_id for row in rows if row.invoice_id})
    for row in rows:
        row.customer = customers[row.customer_id]
        row.invoice = invoices[row.invoice_id] if row.invoice_id else None


def _found(words: str) -> Q:
    each = [reduce(or_, (Q(**{f"{path}__icontains": word}) for path in SEARCHED)) for word in words.split()]
    return reduce(and_, each, Q())


def _has(row: ExpectedCash, words: str) -> bool:
    told = (row.customer.reference, row.customer.name, row.invoice.number if row.invoice else "")
    return all(any(word in text.casefold() for text in told) for word in words.casefold().split())
