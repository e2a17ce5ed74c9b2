"""Tells a bank line that came in before, whatever file brings it again, from another one that only looks the same."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from customers.models import ImportBatch
from invoices.booking import fingerprint
from invoices.models import BankLine

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


def _next_print(key: Key, stored: Sequence[_Stored]) -> str:
    """The fingerprint of the next of these equal lines."""
    taken = {one.fingerprint for one in stored}
    ordinal = len(stored) + 1
    while (found := fingerprint("bank", *key[:2], f"{key[2].normalize():f}", *key[3:], ordinal)) in taken:
        ordinal += 1
    return found
