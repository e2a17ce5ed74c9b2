"""Tells a bank line that came in before, whatever file brings it again, from another one that only looks the same."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
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
    """A stored line equal to others; `statement_id` and `pk` are 0 for one of the lines that are sifted now."""

    pk: int
    fingerprint: str
    bank_reference: str = ""
    format: str = ""
    statement_id: int = 0
    batch_id: int = 0


class Sieve:
    """Sifts the lines of one file. A stored line stands for one line of the file: equal lines of one file are different ones."""

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self._found: set[int] = set()
        # Statements of this very file that the one being read repeats: reports over a day that begin anew every hour.
        self.repeated: set[int] = set()

    def fresh(self, rows: Sequence[BankLine], format: str) -> list[BankLine]:
        """The unsaved rows that are new, with their fingerprints; all of one statement. One query."""
        stored = self._stored(rows)
        fresh = []
        for row in rows:
            key = key_of(row)
            again = self._again(row, format, stored[key])
            if again is not None:
                self._found.add(again.pk)
                continue
            row.fingerprint = _next_print(key, stored[key])
            stored[key].append(_Stored(0, row.fingerprint))
            fresh.append(row)
        return fresh

    def _stored(self, rows: Sequence[BankLine]) -> defaultdict[Key, list[_Stored]]:
        days = [row.booked_on for row in rows]
        near = BankLine.objects.filter(
            business=self.batch.business_id,
            account__in={row.account_id for row in rows},
            booked_on__gte=min(days),
            booked_on__lte=max(days),
            amount__in={row.amount for row in rows},
        )
        wanted = {key_of(row) for row in rows}
        found: defaultdict[Key, list[_Stored]] = defaultdict(list)
        for row in near.select_related("statement").defer("suggestions").order_by("pk"):
            if (key := key_of(row)) in wanted:
                of = row.statement
                one = _Stored(row.pk, row.fingerprint, row.bank_reference, of.format, of.pk, of.batch_id)
                found[key].append(one)
        return found

    def _again(self, row: BankLine, format: str, stored: Iterable[_Stored]) -> _Stored | None:
        """The stored line that `row` is, one with the bank's own reference first.

        Where one format gives both a reference of their own, and not the same, they are two payments.
        """
        free = [one for one in stored if one.pk and one.pk not in self._found and self._elsewhere(one)]
        for one in free:
            if row.bank_reference and one.bank_reference == row.bank_reference:
                return one
        for one in free:
            if not (row.bank_reference and one.bank_reference and one.format == format):
                return one
        return None

    def _elsewhere(self, one: _Stored) -> bool:
        return one.batch_id != self.batch.pk or one.statement_id in self.repeated


# References that banks give to everything, and such as are too short to name one line.
NO_REFERENCE = frozenset({"nonref", "notprovided"})
SHORTEST_REFERENCE = 6
# Lines by a trait and their statement.
Alike = defaultdict[object, defaultdict[int, list[BankLine]]]


def doubles(rows: Sequence[BankLine]) -> dict[int, str]:
    """Why some of these stored lines may tell of money that another file told of already, by their ids. Two queries.

    Such a line is kept, and a person decides: formats say the same in other words, give the sum of what another gives in parts,
    and some banks number their lines anew in every file.
    """
    if not rows:
        return {}
    full = BankLine.objects.select_related("statement", "account").in_bulk([row.pk for row in rows])
    alike = _alike(rows)
    found = {}
    for row in rows:
        # By statement, as lines of its own are no doubles: in one statement all may be of the same sum.
        others = (some for trait in _traits(row) for pk, some in alike[trait].items() if pk != row.statement_id)
        before = (other for some in others for other in some if other.pk < row.pk)
        if why := next((why for other in before if (why := _why_double(full[row.pk], other))), ""):
            found[row.pk] = why
    return found


def _alike(rows: Sequence[BankLine]) -> Alike:
    """The stored lines that have a trait in common with one of `rows`; not those of a statement that all rows are of."""
    days = [row.booked_on for row in rows]
    references = {row.bank_reference for row in rows if _names_one(row.bank_reference)}
    near = BankLine.objects.filter(
        Q(amount__in={row.amount for row in rows}) | Q(bank_reference__in=references),
        business=rows[0].business_id,
        booked_on__gte=min(days),
        booked_on__lte=max(days),
    )
    statements = {row.statement_id for row in rows}
    if len(statements) == 1:
        near = near.exclude(statement__in=statements)
    found: Alike = defaultdict(lambda: defaultdict(list))
    for other in near.select_related("statement", "account").defer("suggestions", "effects").order_by("pk"):
        for trait in _traits(other):
            found[trait][other.statement_id].append(other)
    return found


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


def _traits(row: BankLine) -> list[tuple[object, ...]]:
    """What two lines that tell of the same money have in common: the day, and the sum or the bank's reference."""
    traits: list[tuple[object, ...]] = [(row.booked_on, row.amount)]
    return [*traits, (row.booked_on, row.bank_reference)] if _names_one(row.bank_reference) else traits


def _why_double(row: BankLine, other: BankLine) -> str:
    if row.statement_id == other.statement_id or row.currency != other.currency:
        return ""
    if row.amount == other.amount and key_of(row)[3:] == key_of(other)[3:] and row.account_id == other.account_id:
        return _("An equal line came in with another statement: was it paid twice?")
    if row.statement.format == other.statement.format or not _same_or_unknown(row, other):
        return ""
    if row.amount == other.amount and _names_alike(row.payer, other.payer):
        return _("A file of another format has the same sum on that day: is it the same money?")
    if _names_one(row.bank_reference) and row.bank_reference == other.bank_reference:
        return _("A file of another format has a line with the same reference of the bank: is it the same money?")
    return ""


def _same_or_unknown(row: BankLine, other: BankLine) -> bool:
    return row.account_id == other.account_id or not (row.account.identifier and other.account.identifier)


def _names_alike(one: str, other: str) -> bool:
    """Whether two banks' spellings may be of one payer; a payer who is not named may be anybody."""
    short, long = sorted((squeezed(one), squeezed(other)), key=len)
    return short in long


def _names_one(reference: str) -> bool:
    plain = squeezed(reference)
    return len(plain) >= SHORTEST_REFERENCE and plain not in NO_REFERENCE


def _next_print(key: Key, stored: Sequence[_Stored]) -> str:
    """The fingerprint of the next of these equal lines."""
    taken = {one.fingerprint for one in stored}
    ordinal = len(stored) + 1
    while (found := fingerprint("bank", *key[:2], f"{key[2].normalize():f}", *key[3:], ordinal)) in taken:
        ordinal += 1
    return found
