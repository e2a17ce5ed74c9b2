"""Tells a bank line that came in before, whatever file brings it again, from another one that only looks the same."""

import datetime
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from customers.models import ImportBatch
from invoices.booking import fingerprint
from invoices.models import BankLine, Payment

Key = tuple[int, datetime.date, Decimal, str, str, str]


def squeezed(text: str) -> str:
    """The text without blanks and case: banks break the same lines anew in every format."""
    return "".join(text.split()).casefold()


def key_of(row: BankLine) -> Key:
    """What makes two lines equal (style.md anti-pattern 6): account, date, amount, payer, reference and text."""
    return row.account_id, row.booked_on, row.amount, squeezed(row.payer), squeezed(row.reference), squeezed(row.text)


@dataclass(slots=True)
class _Stored:
    """A stored line; what is not known before it is stored is 0."""

    pk: int
    fingerprint: str
    bank_reference: str
    format: str
    statement_id: int
    batch_id: int


class _Equals:
    """The stored lines equal to one that is read: which are free to be it, and what fingerprints are taken."""

    def __init__(self, stored: Sequence[_Stored], free: Callable[[_Stored], bool]) -> None:
        self._prints = {one.fingerprint for one in stored}
        self._count = len(stored)
        self._taken: set[int] = set()
        self._by_reference: defaultdict[str, deque[_Stored]] = defaultdict(deque)
        self._by_format: defaultdict[tuple[bool, str], deque[_Stored]] = defaultdict(deque)
        for one in filter(free, stored):
            self._by_reference[one.bank_reference].append(one)
            self._by_format[bool(one.bank_reference), one.format].append(one)

    def take(self, reference: str, format: str) -> _Stored | None:
        """The stored line that a line of this format is, one with the bank's own reference first; it is free no more.

        Where one format gives both a reference of their own, and not the same, they are two payments.
        """
        same = [self._by_reference[reference]] if reference else []
        others = [some for key, some in self._by_format.items() if not reference or key != (True, format)]
        one = self._first(same) or self._first(others)
        if one is not None:
            self._taken.add(one.pk)
        return one

    def next_print(self, key: Key) -> str:
        """The fingerprint of one more of these equal lines."""
        self._count += 1
        ordinal = self._count
        while (found := _print_of(key, ordinal)) in self._prints:
            ordinal += 1
        self._prints.add(found)
        return found

    def _first(self, queues: Iterable[deque[_Stored]]) -> _Stored | None:
        for queue in queues:
            while queue and queue[0].pk in self._taken:
                queue.popleft()
        return min((queue[0] for queue in queues if queue), key=lambda one: one.pk, default=None)


@dataclass(slots=True)
class _Day:
    """The stored lines of one day: of which accounts and sums they were read, and what they are by what they have in common."""

    read: set[tuple[int, Decimal]] = field(default_factory=set)
    lines: defaultdict[str, list[_Stored]] = field(default_factory=lambda: defaultdict(list))


class Sieve:
    """Sifts the lines of one file. A stored line stands for one line of the file: equal lines of one file are different ones."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self._found: set[int] = set()
        # Statements of this very file that the one being read repeats: reports over a day that begin anew every hour.
        self.repeated: set[int] = set()
        # Of the days of the lines sifted last: of many lines of one sum and day, each is read once.
        self._days: dict[datetime.date, _Day] = {}
        self._new: list[tuple[_Stored, BankLine]] = []

    def fresh(self, rows: Sequence[BankLine], format: str) -> list[BankLine]:
        """The unsaved rows that are new, with their fingerprints; all of one statement. The caller stores them. One query."""
        self._note_stored()
        self._read(rows)
        equals: dict[Key, _Equals] = {}
        fresh = []
        for row in rows:
            key = key_of(row)
            if key not in equals:
                equals[key] = _Equals(self._days[row.booked_on].lines[_print_of(key, 0)], self._is_free)
            again = equals[key].take(row.bank_reference, format)
            if again is not None:
                self._found.add(again.pk)
                continue
            row.fingerprint = equals[key].next_print(key)
            self._new.append((_Stored(0, row.fingerprint, row.bank_reference, format, 0, self.batch.pk), row))
            fresh.append(row)
        return fresh

    def _note_stored(self) -> None:
        """The new lines of before have their ids by now."""
        for one, row in self._new:
            one.pk, one.statement_id = row.pk, row.statement_id
            self._days[row.booked_on].lines[_print_of(key_of(row), 0)].append(one)
        self._new = []

    def _read(self, rows: Sequence[BankLine]) -> None:
        """The stored lines of these days, accounts and sums, as far as they are not known yet."""
        self._days = {day: self._days.get(day, _Day()) for day in {row.booked_on for row in rows}}
        unread = {
            (row.booked_on, row.account_id, row.amount)
            for row in rows
            if (row.account_id, row.amount) not in self._days[row.booked_on].read
        }
        if not unread:
            return
        days, accounts, amounts = map(set, zip(*unread, strict=True))
        near = BankLine.objects.filter(
            business=self.batch.business_id, account__in=accounts, booked_on__in=days, amount__in=amounts
        )
        names = ("account_id", "booked_on", "amount", "payer", "reference", "text")
        said = ("id", "fingerprint", "bank_reference", "statement__format", "statement_id", "statement__batch_id")
        for account_id, day, amount, payer, reference, text, *rest in near.order_by("pk").values_list(*names, *said):
            if (day, account_id, amount) in unread:
                key = (account_id, day, amount, squeezed(payer), squeezed(reference), squeezed(text))
                self._days[day].lines[_print_of(key, 0)].append(_Stored(*rest))
        for day, account_id, amount in unread:
            self._days[day].read.add((account_id, amount))

    def _is_free(self, one: _Stored) -> bool:
        """Whether it came with another file, or with a statement that is told again, and no line of this file is it yet."""
        elsewhere = one.batch_id != self.batch.pk or one.statement_id in self.repeated
        return elsewhere and one.pk not in self._found


def _print_of(key: Key, ordinal: int) -> str:
    """The fingerprint of one of these equal lines."""
    return fingerprint("bank", *key[:2], f"{key[2].normalize():f}", *key[3:], ordinal)


# The bank tells of money some days after somebody entered it, or the other way round.
APART = datetime.timedelta(days=7)
Entered = dict[tuple[int, str, Decimal], list[datetime.date]]


def entered_otherwise(rows: Sequence[BankLine]) -> Entered:
    """The days of payments of these sums that no line brought, by customer, currency and sum. One query."""
    found: defaultdict[tuple[int, str, Decimal], list[datetime.date]] = defaultdict(list)
    if rows:
        days = [row.booked_on for row in rows]
        known = Payment.objects.filter(
            business=rows[0].business_id,
            bank_line=None,
            returned_on=None,
            amount__in={row.amount for row in rows},
            received_on__gte=min(days) - APART,
            received_on__lte=max(days) + APART,
        )
        for customer_id, currency, amount, day in known.values_list("customer_id", "currency", "amount", "received_on"):
            found[customer_id, currency, amount].append(day)
    return found


def entered_already(row: BankLine, customer_id: int, entered: Entered) -> str:
    """Why the money of a line may be in the books already, entered by hand or with a file of payments, or ""."""
    for day in entered.get((customer_id, row.currency, row.amount), ()):
        if abs(day - row.booked_on) <= APART:
            words = _("A payment of theirs of the same sum was entered for %(day)s: is it the same money?")
            return words % {"day": day.isoformat()}
    return ""
