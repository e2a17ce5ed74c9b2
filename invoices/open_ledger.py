"""All that is open of a business, in memory, the ways matching looks for it. Read by `invoices.candidates`."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from arcollect.defaults import DEFAULTS
from invoices.allocation import AwaitedPlan, OpenItem
from invoices.matches import NOTHING, Match
from invoices.matching_names import PayerNames
from invoices.matching_text import Numbers

Account = tuple[int, str]


@dataclass(slots=True)
class OpenInvoice:
    """An open invoice. `balance` is all that is open of it, `disputed` the part of that in dispute."""

    id: int
    customer_id: int
    number: str
    currency: str
    issued_on: datetime.date
    due_on: datetime.date
    balance: Decimal
    disputed: Decimal = NOTHING

    @property
    def payable(self) -> Decimal:
        """What may be booked on it where nobody names it (domain.md 6.5)."""
        return max(NOTHING, self.balance - self.disputed) if self.disputed else self.balance

    @property
    def item(self) -> OpenItem:
        return OpenItem(self.id, self.number, self.issued_on, self.due_on, self.payable)


@dataclass(slots=True)
class OpenCredit:
    """A credit note and what of it no invoice has yet."""

    id: int
    customer_id: int
    number: str
    currency: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as matching needs it; the discount is what was agreed, None where nothing was."""

    id: int
    reference: str
    name: str
    legal_name: str = ""
    discount_pct: Decimal | None = None
    discount_days: int | None = None


@dataclass(frozen=True, slots=True)
class AwaitedSettlement:
    """A settlement on offer or accepted: what is left to pay of it, until when, and the parts of invoices it covers."""

    left: Decimal
    until: datetime.date
    covered: Mapping[int, Decimal]

    def less(self, parts: Mapping[int, Decimal]) -> "AwaitedSettlement":
        """What is awaited after so much was booked on these invoices: of each no more counts than it covers."""
        taken = {pk: min(part, parts.get(pk, NOTHING)) for pk, part in self.covered.items()}
        left = max(NOTHING, self.left - sum(taken.values(), NOTHING))
        return replace(self, left=left, covered={pk: part - taken[pk] for pk, part in self.covered.items() if part > taken[pk]})


@dataclass(frozen=True, slots=True)
class AwaitedPromise:
    """An open promise: so much, for these parts of invoices; empty where it names none."""

    amount: Decimal
    lines: Mapping[int, Decimal]

    def less(self, purse: dict[int | None, Decimal]) -> "AwaitedPromise":
        """What is awaited after so much was booked on these invoices, or (None) on none; what it takes is gone from the purse."""
        left, lines = self.amount, dict(self.lines)
        for pk in list(purse):
            if self.lines and pk is not None and pk not in self.lines:
                continue
            part = min(left, purse[pk])
            purse[pk] -= part
            left -= part
            lines[pk] = lines.get(pk, NOTHING) - part
        return AwaitedPromise(left, {pk: part for pk, part in lines.items() if part > 0})


@dataclass(frozen=True, slots=True)
class WaitingAdvice:
    """A remittance advice whose money has not come: (invoice id or None, amount, discount) a row."""

    id: int
    customer_id: int | None
    currency: str
    total: Decimal
    told_on: datetime.date
    rows: tuple[tuple[int | None, Decimal, Decimal], ...]


@dataclass(slots=True)
class Ledger:
    """What is open, by id and by what a bank line may say of it. `less` and `more` keep it true while lines are booked.

    `known`: (kind, key) of KnownPayer -> customer id -> how often. `rules`: the settings below "matching".
    """

    rules: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS["matching"])
    invoices: dict[int, OpenInvoice] = field(default_factory=dict)
    customers: dict[int, Payer] = field(default_factory=dict)
    credits: dict[int, OpenCredit] = field(default_factory=dict)
    known: dict[tuple[str, str], dict[int, int]] = field(default_factory=dict)
    plans: dict[Account, AwaitedPlan] = field(default_factory=dict)
    settlements: dict[Account, AwaitedSettlement] = field(default_factory=dict)
    promises: dict[Account, tuple[AwaitedPromise, ...]] = field(default_factory=dict)
    advices: dict[int, WaitingAdvice] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=Numbers)
    paid_numbers: Numbers = field(default_factory=Numbers)
    credit_numbers: Numbers = field(default_factory=Numbers)
    references: Numbers = field(default_factory=Numbers)
    names: PayerNames = field(default_factory=PayerNames)
    of_customer: dict[Account, dict[int, OpenInvoice]] = field(default_factory=lambda: defaultdict(dict))
    credits_by: dict[Account, list[OpenCredit]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[tuple[str, Decimal], set[int]] = field(default_factory=lambda: defaultdict(set))

    def add_customers(self, rows: Iterable[Payer]) -> None:
        for row in rows:
            self.customers[row.id] = row
            self.references.add(row.reference, row.id)
            self.names.add(row.id, row.name, row.legal_name)

    def add_invoices(self, rows: Iterable[OpenInvoice]) -> None:
        for row in rows:
            self.invoices[row.id] = row
            self.numbers.add(row.number, row.id)
            self._show(row)

    def add_credits(self, rows: Iterable[OpenCredit]) -> None:
        for row in rows:
            self.credits[row.id] = row
            self.credit_numbers.add(row.number, row.id)
            self.credits_by[row.customer_id, row.currency].append(row)

    def open_of(self, customer_id: int, currency: str) -> list[OpenInvoice]:
        """The open invoices of a customer in one currency, oldest due first."""
        rows = self.of_customer.get((customer_id, currency), {}).values()
        return sorted(rows, key=lambda row: (row.due_on, row.issued_on, row.number))

    def credits_of(self, customer_id: int, currency: str) -> list[OpenCredit]:
        """The credit notes of a customer in one currency that have something left, oldest first."""
        return [row for row in self.credits_by.get((customer_id, currency), ()) if row.left > 0]

    def advices_of(self, currency: str, total: Decimal) -> list[WaitingAdvice]:
        """The advices that wait for this very sum."""
        return [row for row in self.advices.values() if (row.currency, row.total) == (currency, total)]

    def less(self, match: Match) -> None:
        """Takes off what was booked for `match`: invoices, credit notes, what was agreed or promised, its advice."""
        accounts = [(part, account) for part in (match, *match.others) if (account := self._account_of(part))]
        self._move(match, 1)
        for part, account in accounts:
            self._less_awaited(account, part)
        if match.advice_id is not None:
            self.advices.pop(match.advice_id, None)
        if match.plan_id is not None:
            account = (match.customer_id, self.invoices[match.split[0][0]].currency)
            self.plans[account] = self.plans[account].less(match.amount)

    def _account_of(self, match: Match) -> Account | None:
        return (match.customer_id, self.invoices[match.split[0][0]].currency) if match.split else None

    def _less_awaited(self, account: Account, match: Match) -> None:
        """The earliest promise takes what comes in first, so that no money keeps two (domain.md 2.8)."""
        if account in self.settlements:
            self.settlements[account] = self.settlements[account].less(dict(match.split))
        if account in self.promises:
            purse: dict[int | None, Decimal] = {**dict(match.split), None: match.unapplied}
            left = [promise.less(purse) for promise in self.promises[account]]
            self.promises[account] = tuple(promise for promise in left if promise.amount)

    def more(self, match: Match) -> None:
        """Puts back on invoices and credit notes what was booked for `match`. What else it used up is read anew the next time."""
        self._move(match, -1)

    def _move(self, match: Match, sign: int) -> None:
        for pk, part in [*match.split, *((pk, part) for pk, part, _kind in match.write_offs)]:
            self._lower(pk, sign * part)
        for note, pk, part in match.credits:
            self._lower(pk, sign * part)
            self.credits[note].left -= sign * part
        for other in match.others:
            self._move(other, sign)

    def _lower(self, pk: int, part: Decimal) -> None:
        row = self.invoices[pk]
        self._hide(row)
        row.balance -= part
        self._show(row)

    def _show(self, row: OpenInvoice) -> None:
        if row.balance <= 0:
            return
        self.of_customer[row.customer_id, row.currency][row.id] = row
        for amount in {row.balance, row.payable}:
            self.by_amount[row.currency, amount].add(row.id)

    def _hide(self, row: OpenInvoice) -> None:
        self.of_customer.get((row.customer_id, row.currency), {}).pop(row.id, None)
        for amount in {row.balance, row.payable}:
            self.by_amount[row.currency, amount].discard(row.id)
