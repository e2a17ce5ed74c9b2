"""A look at a file before it is booked: its first rows, its sums, and exactly what booking it would do."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from customers.models import Business
from invoices.imports.importing import import_ledger
from invoices.imports.ledgerfile import LedgerFile, LeftOut, PlainRow
from invoices.imports.problems import LineProblem
from invoices.imports.rows import CustomerRow, InvoiceRow
from invoices.imports.tally import Tally

# A look at more would keep a person waiting; what is beyond is checked when it is booked.
LOOKED_AT = 1000
SHOWN_ROWS = 8
SHOWN_PROBLEMS = 20


@dataclass(slots=True)
class Preview:
    """`rows` are the first few, `tally` says what booking the first LOOKED_AT would do; `amounts`: (line, currency, amount)."""

    lines: int
    profile: str
    tally: Tally = field(default_factory=Tally)
    rows: list[PlainRow] = field(default_factory=list)
    amounts: list[tuple[int, str, Decimal]] = field(default_factory=list)

    @property
    def sums(self) -> dict[str, Decimal]:
        """What the lines that are not refused come to, by currency."""
        refused = {problem.line for problem in self.tally.refused}
        sums: dict[str, Decimal] = {}
        for line, currency, amount in self.amounts:
            if line not in refused:
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sums

    @property
    def partial(self) -> bool:
        """Whether the file goes on beyond what was looked at."""
        return self.lines > LOOKED_AT

    @property
    def problems(self) -> list[LineProblem]:
        """The first lines that would be refused."""
        return self.tally.refused[:SHOWN_PROBLEMS]


def preview(ledger: LedgerFile, business: Business, today: datetime.date) -> Preview:
    """Books the first rows of a file and takes them back: only so is it known which are new, known or contradict each other."""
    found = Preview(lines=ledger.conventions.lines, profile=ledger.profile.title if ledger.profile else "")
    rows = _noted(islice(ledger.rows(today), LOOKED_AT), found)
    found.tally, _batch = import_ledger(
        business=business, kind=ledger.kind, rows=rows, file_name="", sha256="", today=today, dry_run=True
    )
    return found


def _noted(rows: Iterator[PlainRow | LineProblem | LeftOut], found: Preview) -> Iterator[PlainRow | LineProblem | LeftOut]:
    for row in rows:
        if not isinstance(row, LineProblem | LeftOut):
            found.rows += [row] * (len(found.rows) < SHOWN_ROWS)
            if not isinstance(row, CustomerRow):
                found.amounts.append((row.line, row.currency, row.total if isinstance(row, InvoiceRow) else row.amount))
        yield row
