"""Stores what a bank statement says: accounts, statements, and every line once, whatever files it comes in.

With `invoices.line_booking`, which books them, the only writer of BankAccount, BankStatement and BankLine.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

from django.db import reset_queries, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arcollect.money import format_plain
from customers import log
from customers.models import Business, ImportBatch
from invoices.bank_accounts import AccountBook
from invoices.imports.problems import ImportProblem, LineProblem
from invoices.imports.tally import CHUNK
from invoices.line_identity import Sieve
from invoices.models import BankAccount, BankLine, BankStatement
from invoices.statements.lines import Foot, Head, StatementLine

STATEMENT = "statement"


class StatementParts(Protocol):
    """What `invoices.statements.opening` makes of a file."""

    format: str
    warnings: list[str]

    def parts(self) -> Iterable[Head | StatementLine | Foot | LineProblem]: ...


class LinesRefused(ImportProblem):
    """Some lines cannot be read, and nobody said that the others are to be kept: nothing was stored."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        words = ngettext(
            "%(count)d line cannot be read, in line %(line)d: %(problem)s",
            "%(count)d lines cannot be read, the first in line %(line)d: %(problem)s",
            len(problems),
        )
        first = problems[0]
        if not first.line:
            words = ngettext(
                "%(problem)s", "%(count)d lines and files in it cannot be read, the first: %(problem)s", len(problems)
            )
        super().__init__(words % {"count": len(problems), "line": first.line, "problem": first}, "keep_rest")
        self.problems = problems


@dataclass(slots=True)
class Stored:
    """What became of the lines of a file; `lines` counts all that were read, refused ones too."""

    lines: int = 0
    new: int = 0
    known: int = 0
    statements: int = 0
    refused: list[LineProblem] = field(default_factory=list)
    warnings: list[LineProblem] = field(default_factory=list)

    def warn(self, reason: str, field: str = "", line: int = 0) -> None:
        """Notes what a person should look at although the file came in."""
        self.warnings.append(LineProblem(line, field, reason))

    @property
    def changed_anything(self) -> bool:
        return bool(self.new or self.statements)


@transaction.atomic
def store_statement(*, batch: ImportBatch, file: StatementParts, keep_rest: bool = False) -> Stored:
    """Stores every statement and every new line of a file into a batch that waits for them, and closes it with its counts.

    Raises LinesRefused, and stores nothing, where a line cannot be read and `keep_rest` is not agreed to. Books nothing:
    `invoices.certain_lines.book_certain` does.
    """
    # One file of a business at a time: what a second one would call new may just have come in.
    Business.objects.select_for_update(no_key=True).get(pk=batch.business_id)
    stored = Stored()
    writer = _Writer(batch, stored)
    for part in file.parts():
        if isinstance(part, LineProblem):
            stored.lines += 1
            stored.refused.append(part)
        elif not stored.refused or keep_rest:
            writer.take(part)
    if stored.refused and not keep_rest:
        raise LinesRefused(sorted(stored.refused, key=lambda problem: problem.line))
    writer.end()
    for words in file.warnings:
        stored.warn(words)
    _warn_of_nothing_new(stored)
    _close(batch, stored)
    return stored


def _warn_of_nothing_new(stored: Stored) -> None:
    if stored.known and not stored.new:
        stored.warn(_("Every line of this file was here already."))
    if not stored.lines:
        stored.warn(_("There is no line in this file."))


def _close(batch: ImportBatch, stored: Stored) -> None:
    batch.counts = {
        "created": stored.new,
        "updated": 0,
        "unchanged": stored.known,
        "refused": len(stored.refused),
        "warnings": len(stored.warnings),
        "lines": stored.lines,
        "statements": stored.statements,
    }
    batch.refused = [asdict(problem) for problem in stored.refused]
    batch.refused += [asdict(problem) | {"warning": True} for problem in stored.warnings]
    batch.save(update_fields=["counts", "refused"])
    if stored.changed_anything:
        log.record(batch.business, "import.booked", f"import:{batch.pk}", actor=batch.by, rows=batch.kind, **batch.counts)


@dataclass(slots=True)
class _Open:
    """The statement that is being read: its row, saved once it has a new line or ends, and what its lines make of it."""

    row: BankStatement
    waiting: list[BankLine] = field(default_factory=list)
    new: int = 0
    known: int = 0
    days: tuple[datetime.date, datetime.date] | None = None
    stored_until: datetime.date | None = None


class _Writer:
    """Takes the parts of one file in their order."""

    def __init__(self, batch: ImportBatch, stored: Stored) -> None:
        self.batch, self.stored = batch, stored
        self.accounts = AccountBook(batch.business)
        self.sieve = Sieve(batch)
        self.open: _Open | None = None
        self._begun: list[BankStatement] = []

    def take(self, part: Head | StatementLine | Foot) -> None:
        if isinstance(part, Head):
            self._begin(part)
        elif isinstance(part, Foot):
            self._finish(part)
        else:
            self._line(part)

    def end(self) -> None:
        """The file is over, with a foot or without."""
        if self.open is not None:
            self._finish(Foot())

    def _begin(self, head: Head) -> None:
        self.end()
        account = self._account(head)
        row = BankStatement(
            business_id=self.batch.business_id,
            account=account,
            batch=self.batch,
            format=head.format[:20],
            number=_clean(head.number, 100),
            from_on=head.from_on,
            to_on=head.to_on,
            opening=head.opening,
        )
        self.open = _Open(row, stored_until=self.accounts.last_day(account))
        self.sieve.repeated = {one.pk for one in self._begun if one.pk and _begins_like(one, row)}
        self._begun.append(row)

    def _account(self, head: Head) -> BankAccount:
        account, is_new = self.accounts.find_or_add(head.account, head.currency, head.account_name)
        if is_new and len(self.accounts) > 1:
            words = _("The account %(account)s was never seen before: is it one of yours?")
            if not (account.name or account.identifier):
                words = _("This file names no account: is it from one of yours?")
            self.stored.warn(words % {"account": account}, "account")
        return account

    def _line(self, line: StatementLine) -> None:
        self.stored.lines += 1
        if self.open is None:
            self._begin(Head(format=""))
        self.open.waiting.append(_row(line, self.open.row))
        if len(self.open.waiting) >= CHUNK:
            self._store()

    def _store(self) -> None:
        """Writes what waits; the rest of it is known."""
        open_, rows = self.open, self.open.waiting
        if not rows:
            return
        fresh = self.sieve.fresh(rows, open_.row.format)
        if fresh and not open_.row.pk:
            self._keep()
        for row in fresh:
            row.statement_id = open_.row.pk
        BankLine.objects.bulk_create(fresh)
        first, last = open_.days or (rows[0].booked_on, rows[0].booked_on)
        days = [row.booked_on for row in rows]
        open_.days = min(first, *days), max(last, *days)
        open_.new += len(fresh)
        open_.known += len(rows) - len(fresh)
        open_.waiting = []
        # With DEBUG on, Django keeps the text of the last 9000 queries, and these are long ones.
        reset_queries()

    def _keep(self) -> None:
        self.open.row.save()
        self.stored.statements += 1

    def _finish(self, foot: Foot) -> None:
        self._store()
        open_, row = self.open, self.open.row
        first, last = open_.days or (None, None)
        row.from_on = row.from_on or first
        row.to_on = foot.to_on or row.to_on or last
        row.closing, row.difference = foot.closing, foot.difference
        if row.pk:
            row.save()
        elif not self.accounts.has_statement(row):
            self._keep()
        self.stored.new += open_.new
        self.stored.known += open_.known
        self._warn_of(open_)
        self.open = None

    def _warn_of(self, open_: _Open) -> None:
        row, until = open_.row, open_.stored_until
        names = {"statement": row, "account": row.account}
        if row.difference:
            names["difference"] = format_plain(row.difference, row.account.currency)
            words = _("Statement %(statement)s does not add up: its closing balance is off by %(difference)s.")
            self.stored.warn(words % names, "closing")
        if until and open_.new and not open_.known and open_.days[0] < until:
            words = _(
                "Statement %(statement)s begins before the last line stored and brings none of those: is it the right account?"
            )
            self.stored.warn(words % names, "account")
        before = self.accounts.closing_before(row)
        if before is not None and row.opening is not None and before != row.opening and open_.new:
            names |= {"closing": format_plain(before, row.account.currency)}
            words = _("Statement %(statement)s does not begin with what the one before ended with, %(closing)s: is one missing?")
            self.stored.warn(words % names, "opening")


def _begins_like(earlier: BankStatement, row: BankStatement) -> bool:
    """Whether a statement starts from the very point an earlier one of its file started from: it tells the same again."""
    known = row.opening is not None and row.from_on is not None
    start = (row.account_id, row.from_on, row.opening)
    return known and start == (earlier.account_id, earlier.from_on, earlier.opening)


def _row(line: StatementLine, statement: BankStatement) -> BankLine:
    """The unsaved row. What the bank gives a reason for sending back is taken back, whether it is marked so or not."""
    currency = line.currency or statement.account.currency
    return BankLine(
        business_id=statement.business_id,
        account_id=statement.account_id,
        booked_on=line.booked_on,
        valued_on=line.valued_on,
        amount=line.amount,
        currency=currency,
        payer=_clean(line.payer, 200),
        payer_account=_clean(line.payer_account, 64),
        reference=_clean(line.reference, 200),
        text=_clean(line.text),
        bank_reference=_clean(line.bank_reference, 200),
        charges=line.charges,
        reversal=line.reversal or bool(line.reason_code),
    )


def _clean(text: str, most: int | None = None) -> str:
    """The text as every database takes it."""
    return text.replace("\x00", "")[:most]
