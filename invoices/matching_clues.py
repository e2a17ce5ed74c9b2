"""Reads a bank line for matching: whose it may be, and what it names. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from customers.names import plain_name
from invoices.matches import LineFacts
from invoices.matching_names import SAME, WITHIN, plain_account
from invoices.matching_near import Word, is_near
from invoices.matching_text import (
    FAIR,
    STRONG,
    WEAK,
    Hit,
    Typed,
    dates_and_amounts,
    find_numbers,
    is_within,
    plain_reference,
    shape_of,
    typed,
    words_of,
)
from invoices.open_ledger import Ledger, OpenInvoice

# How sure a customer is known: by the account that paid for them alone, by the very name, by their own number with us, by
# a name that is longer or cut off. From KNOWN on we know who it is, if nobody else is known as well.
BY_ACCOUNT, BY_NAME, BY_REFERENCE, BY_PART_OF_NAME, SHARED = 100, 98, 90, 85, 60
KNOWN, WELL_KNOWN = 85, 95
# An account is no name or number of an invoice, however its digits fall.
ACCOUNTS = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
IN_FULL = re.compile(
    r"(?i)payment\s+in\s+full|paid\s+in\s+full|full\s+(and|&)\s+final|(in|as)\s+full\s+(settlement|satisfaction|discharge)"
    r"|zur?\s+(vollst\w+\s+)?(abgeltung|erledigung)\s+aller|solde\s+de\s+tout\s+compte|saldo\s+y\s+finiquito|a\s+saldo\s+e\s+stralcio"
)


@dataclass(slots=True)
class Known:
    """A customer the payer may be: how sure, and what says so."""

    sure: int
    because: str


class Clues:
    """What a line tells, each worked out when it is first asked for."""

    def __init__(self, line: LineFacts, ledger: Ledger) -> None:
        self.line = line
        self.ledger = ledger
        self.text: Typed = typed(ACCOUNTS.sub(" ", f"{plain_reference(line.reference)}\n{line.text}".upper()))

    @cached_property
    def hits(self) -> list[Hit]:
        """The open invoices it names; digits of an amount or of a customer's number with us are none."""
        return [hit for hit in self.named if any(self._open(pk) for pk in hit.ids)]

    @cached_property
    def named(self) -> list[Hit]:
        """The invoices it names, with those that were paid since the ledger was read."""
        taken = dates_and_amounts(self.text) + [(hit.start, hit.end) for hit in self.references]
        hits = find_numbers(self.text, self.ledger.numbers)
        return [hit for hit in hits if not any(is_within(hit, *place) for place in taken)]

    @cached_property
    def named_rows(self) -> dict[int, list[OpenInvoice]]:
        """The open invoices it names, by customer, in the order of the text. Of a number that may be several, the payer's own.

        Beside a number that can be nothing else, digits that may be anything are not one.
        """
        found: dict[int, list[OpenInvoice]] = {}
        strong = any(hit.strength == STRONG for hit in self.hits)
        for hit in self.hits:
            if strong and hit.strength == WEAK:
                continue
            rows = [self.ledger.invoices[pk] for pk in hit.ids if self._open(pk)]
            own = [row for row in rows if row.customer_id == self.payer] or rows
            if len(own) == 1 and own[0] not in found.setdefault(own[0].customer_id, []):
                found[own[0].customer_id].append(own[0])
        return {customer_id: rows for customer_id, rows in found.items() if rows}

    @cached_property
    def references(self) -> list[Hit]:
        """The customer numbers it names. A name, or a short word, is none."""
        hits = find_numbers(self.text, self.ledger.references)
        return [hit for hit in hits if hit.whole and any(map(str.isdigit, self.text.letters[hit.start : hit.end]))]

    @cached_property
    def paid_hits(self) -> list[tuple[Hit, frozenset[int]]]:
        """The paid invoices it names, and whose they are."""
        found = [(hit, frozenset(hit.ids)) for hit in find_numbers(self.text, self.ledger.paid_numbers)]
        rows = self.ledger.invoices
        for hit in self.named:
            if all(rows[pk].balance <= 0 for pk in hit.ids):
                found.append((hit, frozenset(rows[pk].customer_id for pk in hit.ids)))
        return [(hit, customers) for hit, customers in found if hit.strength >= FAIR]

    @cached_property
    def paid(self) -> frozenset[int]:
        """The customers whose paid invoices it names."""
        return frozenset(pk for _hit, customers in self.paid_hits for pk in customers)

    @cached_property
    def credits(self) -> frozenset[int]:
        """The credit notes it names."""
        return frozenset(pk for hit in find_numbers(self.text, self.ledger.credit_numbers) for pk in hit.ids)

    @cached_property
    def who(self) -> Mapping[int, Known]:
        """The customers it may come from."""
        found: dict[int, Known] = {}
        line, known = self.line, self.ledger.known
        self._add(found, known.get(("account", plain_account(line.payer_account)), {}), BY_ACCOUNT, "account")
        self._add(found, known.get(("name", plain_name(line.payer)), {}), BY_NAME, "name")
        scores = self.ledger.names.who(line.payer)
        self._add(found, [pk for pk, score in scores.items() if score == SAME], BY_NAME, "name")
        self._add(found, [pk for pk, score in scores.items() if score == WITHIN], BY_PART_OF_NAME, "name")
        for pk, score in scores.items():
            found.setdefault(pk, Known(score // 2, "name"))
        for hit in self.references:
            if hit.strength >= FAIR:
                self._add(found, hit.ids, BY_REFERENCE, "reference")
        return found

    @cached_property
    def payer(self) -> int | None:
        """The one customer it comes from, where that is known and nobody else is as likely."""
        likely = [pk for pk, known in self.who.items() if known.sure >= KNOWN]
        return likely[0] if len(likely) == 1 else None

    @cached_property
    def names_strange_number(self) -> bool:
        """Whether it names a number just like those of our invoices that no open one bears."""
        shapes, taken = self.ledger.numbers.shapes, self.hits
        for word, start in self.words:
            if len(word) >= len("12345") and shape_of(word) in shapes and not any(hit.start <= start < hit.end for hit in taken):
                return True
        return bool(self.paid)

    @cached_property
    def words(self) -> list[tuple[str, int]]:
        """What stands between spaces and line ends, but no dates and amounts."""
        taken = dates_and_amounts(self.text)
        return [(word, at) for word, at in words_of(self.text) if not any(start <= at < end for start, end in taken)]

    @cached_property
    def _held(self) -> list[tuple[Word, int]]:
        """The words that may be numbers, ready to be held against ours."""
        return [(Word.of(word), at) for word, at in self.words if any(map(str.isdigit, word))]

    @cached_property
    def in_full(self) -> bool:
        """Whether it is marked as payment in full (domain.md 6.6)."""
        return IN_FULL.search(f"{self.line.reference} {self.line.text}") is not None

    def sure_of(self, customer_id: int) -> int:
        """How sure it comes from this customer, 0 to 100."""
        known = self.who.get(customer_id)
        return known.sure if known else 0

    def speaks_against(self, customer_id: int) -> bool:
        """Whether it comes from another customer of ours."""
        return self.payer is not None and self.payer != customer_id

    def near(self, invoice: OpenInvoice) -> bool:
        """Whether it names something very like this invoice's number: a typing error, a misread letter, a number cut off.

        What is the number of another invoice of the same customer is no slip; of another customer's it may be one.
        """
        owner, rows = invoice.customer_id, self.ledger.invoices
        own = [hit for hit in self.hits if any(rows[pk].customer_id == owner for pk in hit.ids)]
        own += [hit for hit, customers in self.paid_hits if owner in customers]
        free = [word for word, start in self._held if not any(hit.start <= start < hit.end for hit in own)]
        return bool(free) and is_near(free, invoice.number)

    def names_others(self, rows: Sequence[OpenInvoice], *, near: bool) -> bool:
        """Whether it names an invoice that is none of `rows`: open, paid, or one we have never seen.

        A number that is nearly that of one of the rows, `near`, excuses one of another customer's.
        """
        ids, owner = {row.id for row in rows}, rows[0].customer_id
        strange = [pk for hit in self.hits if hit.strength >= FAIR for pk in hit.ids if pk not in ids]
        if any(self.ledger.invoices[pk].customer_id == owner for pk in strange):
            return True
        return not near and (bool(strange) or self.names_strange_number)

    def strength_of(self, pk: int) -> int:
        """How well it names an open invoice, 0 for not at all."""
        return max((hit.strength for hit in self.hits if pk in hit.ids), default=0)

    def strong(self, ids: list[int]) -> bool:
        return all(self.strength_of(pk) == STRONG for pk in ids)

    def _open(self, pk: int) -> bool:
        row = self.ledger.invoices[pk]
        return row.balance > 0 and row.currency == self.line.currency

    @staticmethod
    def _add(found: dict[int, Known], customers: Collection[int], sure: int, because: str) -> None:
        """Whoever shares an account or a name with others is not known by it."""
        for pk in customers:
            score = sure if len(customers) == 1 else SHARED
            if pk not in found or found[pk].sure < score:
                found[pk] = Known(score, because)
