"""Finds lines that may tell of money another file told of already: in other words, as a sum, or on another day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers.models import Business
from invoices.line_identity import squeezed
from invoices.models import BankLine

# References that banks give to everything, and such as are too short to name one line.
NO_REFERENCE = frozenset({"nonref", "notprovided"})
SHORTEST_REFERENCE = 6
# One format gives the day of the booking, another that of the value, and a weekend may lie between; so far apart are the
# bookings of what is looked at.
APART, LOOKED_AT = datetime.timedelta(days=3), datetime.timedelta(days=7)
DAY = datetime.timedelta(days=1)
NAMES = (
    "id", "statement_id", "account_id", "booked_on", "valued_on", "currency", "amount", "payer", "reference", "text",
    "bank_reference", "statement__format", "account__identifier",
)  # fmt: skip


class _Line(NamedTuple):
    """A stored line, and what is compared of it. `told`: the hash of payer, reference and text; that two of them are the same by
    accident only asks a person once too often."""

    pk: int
    statement_id: int
    account_id: int
    booked_on: datetime.date
    valued_on: datetime.date
    currency: str
    amount: Decimal
    payer: str
    told: int
    bank_reference: str
    format: str
    numbered: bool


# Of lines that are alike in what they are looked up by, the first of each statement and value date.
Firsts = dict[tuple[int, datetime.date], _Line]


def _keep(firsts: Firsts, line: _Line) -> None:
    key = (line.statement_id, line.valued_on)
    if key not in firsts or line.pk < firsts[key].pk:
        firsts[key] = line


@dataclass(slots=True)
class _Payers:
    """The lines of one sum on one day, by who paid. Found in a time that hardly grows with their number."""

    of: dict[str, Firsts] = field(default_factory=lambda: defaultdict(dict))
    anybody: Firsts = field(default_factory=dict)
    _joined: str = ""

    def add(self, line: _Line) -> None:
        if line.payer not in self.of:
            self._joined = ""
        _keep(self.of[line.payer], line)
        _keep(self.anybody, line)

    def alike(self, payer: str) -> Iterator[_Line]:
        """The lines of payers whose name holds this one or is within it; a payer who is not named may be anybody."""
        if not payer:
            yield from self.anybody.values()
            return
        for name in {"", *self._within(payer), *self._holding(payer)} & self.of.keys():
            yield from self.of[name].values()

    def _within(self, payer: str) -> Iterator[str]:
        return (payer[start:end] for start in range(len(payer)) for end in range(start + 1, len(payer) + 1))

    def _holding(self, payer: str) -> Iterator[str]:
        self._joined = self._joined or "\n".join(["", *self.of, ""])
        at = self._joined.find(payer)
        while at >= 0:
            end = self._joined.index("\n", at)
            yield self._joined[self._joined.rindex("\n", 0, at + 1) + 1 : end]
            at = self._joined.find(payer, end)


@dataclass(slots=True)
class _Day:
    """The lines booked on one day, by all that a double has in common with them."""

    equal: dict[tuple[object, ...], Firsts] = field(default_factory=lambda: defaultdict(dict))
    sums: dict[tuple[str, Decimal], _Payers] = field(default_factory=lambda: defaultdict(_Payers))
    references: dict[str, Firsts] = field(default_factory=lambda: defaultdict(dict))

    def add(self, line: _Line) -> None:
        _keep(self.equal[_all_of(line)], line)
        self.sums[line.currency, line.amount].add(line)
        if line.bank_reference:
            _keep(self.references[line.bank_reference], line)


class Doubles:
    """Looks through the lines of a run, some hundred at a time, the earliest days first. `skip`: the statement all of them are
    of, whose own lines are no doubles: in one statement all may be of the same sum."""

    def __init__(self, business: Business, skip: int | None = None) -> None:
        self._lines = BankLine.objects.filter(business=business)
        self._before = self._lines.exclude(statement=skip) if skip else self._lines
        self._days: dict[datetime.date, _Day] = {}
        # Up to which day the lines of a sum, or with a reference of the bank's, were read.
        self._read_to: dict[Decimal | str, datetime.date] = {}

    def among(self, rows: Sequence[BankLine]) -> dict[int, str]:
        """Why some of these stored lines may be doubles of earlier ones, by their ids. Two queries.

        Such a line is kept, and a person decides: formats say the same in other words and give another of its days, or the sum
        of what another gives in parts, and some banks number their lines anew in every file.
        """
        if not rows:
            return {}
        lines = list(_read(self._lines.filter(pk__in=[row.pk for row in rows])))
        self._look(lines)
        return {line.pk: why for line in lines if (why := next(self._reasons(line), ""))}

    def _look(self, lines: Sequence[_Line]) -> None:
        """Reads what may be doubles of these lines, as far as it is not known yet; what is too old for them is forgotten."""
        first, last = min(line.booked_on for line in lines) - LOOKED_AT, max(line.booked_on for line in lines) + LOOKED_AT
        self._days = {day: told for day, told in self._days.items() if day >= first}
        traits = {line.amount for line in lines} | {line.bank_reference for line in lines if line.bank_reference}
        fresh = {trait for trait in traits if self._read_to.get(trait, first) <= first}
        behind = {trait for trait in traits - fresh if self._read_to[trait] < last}
        since = min((self._read_to[trait] for trait in behind), default=last)
        wanted = _with(fresh, first) | _with(behind, since)
        if fresh or behind:
            for line in _read(self._before.filter(wanted, booked_on__lte=last).order_by("pk")):
                self._days.setdefault(line.booked_on, _Day()).add(line)
        self._read_to |= dict.fromkeys(fresh | behind, last)

    def _reasons(self, line: _Line) -> Iterator[str]:
        for other in self._of(line.booked_on).equal.get(_all_of(line), {}).values():
            if _elsewhere(line, other):
                yield _("An equal line came in with another statement: was it paid twice?")
        near = [self._of(line.booked_on + DAY * off) for off in range(-LOOKED_AT.days, LOOKED_AT.days + 1)]
        for payers in (day.sums.get((line.currency, line.amount)) for day in near):
            for other in payers.alike(line.payer) if payers else ():
                if _told_otherwise(line, other):
                    words = _("A file of another format has the same sum on %(day)s: is it the same money?")
                    yield words % {"day": other.booked_on.isoformat()}
        for other in (one for day in near for one in day.references.get(line.bank_reference, {}).values()):
            if _told_otherwise(line, other) and line.currency == other.currency:
                yield _("A file of another format has a line with the same reference of the bank: is it the same money?")

    def _of(self, day: datetime.date) -> _Day:
        return self._days.get(day, NOTHING)


NOTHING = _Day()


def _with(traits: Iterable[Decimal | str], since: datetime.date) -> Q:
    references = [trait for trait in traits if isinstance(trait, str)]
    amounts = [trait for trait in traits if not isinstance(trait, str)]
    return Q(booked_on__gte=since) & (Q(amount__in=amounts) | Q(bank_reference__in=references))


def _read(rows: QuerySet[BankLine]) -> Iterator[_Line]:
    for *said, payer, reference, text, bank_reference, form, number in rows.values_list(*NAMES):
        plain = squeezed(payer)
        told = hash((plain, squeezed(reference), squeezed(text)))
        yield _Line(*said, plain, told, bank_reference if _names_one(bank_reference) else "", form, bool(number))


def _names_one(reference: str) -> bool:
    plain = squeezed(reference)
    return len(plain) >= SHORTEST_REFERENCE and plain not in NO_REFERENCE


def _all_of(line: _Line) -> tuple[object, ...]:
    return line.account_id, line.currency, line.amount, line.told


def _elsewhere(line: _Line, other: _Line) -> bool:
    """Whether the other one came in before, with another statement."""
    return other.pk < line.pk and other.statement_id != line.statement_id


def _told_otherwise(line: _Line, other: _Line) -> bool:
    """Whether another format may tell of the same account, and of the same day: of booking, or of value, or nearly."""
    if not _elsewhere(line, other) or line.format == other.format:
        return False
    if line.account_id != other.account_id and line.numbered and other.numbered:
        return False
    days = ((one, two) for one in (line.booked_on, line.valued_on) for two in (other.booked_on, other.valued_on))
    return any(abs(one - two) <= APART for one, two in days)
