"""A look at a file before it is booked: its first rows, its sums, and what would be refused."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from invoices.imports.ledgerfile import LedgerFile, LeftOut, PlainRow
from invoices.imports.problems import LineProblem
from invoices.imports.rows import CustomerRow, InvoiceRow

# A look at more would keep a person waiting; what is beyond is checked when it is booked.
LOOKED_AT = 3000
SHOWN_ROWS = 8
SHOWN_PROBLEMS = 12


@dataclass(slots=True)
class Preview:
    """`rows` and `problems` are the first few, the counts are over the first LOOKED_AT rows; `sums` by currency."""

    lines: int
    profile: str
    rows: list[PlainRow] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)
    usable: int = 0
    refused: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        """Whether the file goes on beyond what was looked at."""
        return self.lines > LOOKED_AT


def preview(ledger: LedgerFile, today: datetime.date) -> Preview:
    """Reads the first rows of a file as they would be booked, and books nothing."""
    found = Preview(lines=ledger.conventions.lines, profile=ledger.profile.title if ledger.profile else "")
    for row in islice(ledger.rows(today), LOOKED_AT):
        if isinstance(row, LineProblem):
            found.refused += 1
            found.problems += [row] * (len(found.problems) < SHOWN_PROBLEMS)
        elif isinstance(row, LeftOut):
            found.left_out[row.state] = found.left_out.get(row.state, 0) + 1
        else:
            found.usable += 1
            found.rows += [row] * (len(found.rows) < SHOWN_ROWS)
            _add(found, row)
    return found


def _add(found: Preview, row: PlainRow) -> None:
    if not isinstance(row, CustomerRow):
        amount = row.total if isinstance(row, InvoiceRow) else row.amount
        found.sums[row.currency] = found.sums.get(row.currency, Decimal(0)) + amount
