"""A look at a file before it is booked: its first rows, its sums, and exactly what booking it would do."""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from customers.models import Business
from invoices.imports.importing import import_ledger
from invoices.imports.ledgerfile import LedgerFile, PlainRow
from invoices.imports.problems import LeftOut, LineProblem
from invoices.imports.rows import CustomerRow, InvoiceRow
from invoices.imports.tally import Tally

# A look at more would keep a person waiting; what is beyond is checked when it is booked.
LOOKED_AT = 1000
SHOWN_ROWS = 8
SHOWN_PROBLEMS = 20


@dataclass(slots=True)
class Preview:
    """What of the file was looked at: its `usable` rows, and in `tally` what booking the first LOOKED_AT lines would do.

    `remarks`: what a person should know of exports of this program.
    """

    lines: int
    profile: str
    remarks: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    usable: list[PlainRow] = field(default_factory=list)

    @property
    def accepted(self) -> list[PlainRow]:
        """The rows that would be booked, or are booked already: booking them in turn refuses some that read well."""
        refused = {problem.line for problem in self.tally.refused}
        return [row for row in self.usable if row.line not in refused]

    @property
    def rows(self) -> list[PlainRow]:
        """The first few of them, to be shown."""
        return self.accepted[:SHOWN_ROWS]

    @property
    def sums(self) -> dict[str, Decimal]:
        """What they come to, by currency; a list of customers comes to nothing."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.accepted:
            if not isinstance(row, CustomerRow):
                sums[row.currency] += row.total if isinstance(row, InvoiceRow) else row.amount
        return dict(sums)

    @property
    def partial(self) -> bool:
        """Whether the file goes on beyond what was looked at."""
        return self.lines > LOOKED_AT

    @property
    def problems(self) -> list[LineProblem]:
        """The first lines that would be refused."""
        return self.tally.refused[:SHOWN_PROBLEMS]


def preview(ledger: LedgerFile, business: Business, today: datetime.date, *, full: bool = False) -> Preview:
    """Books the first rows of a file and takes them back: only so is it known which are new, known or contradict each other."""
    profile = ledger.profile
    found = Preview(
        lines=ledger.conventions.lines, profile=profile.title if profile else "", remarks=profile.remarks() if profile else []
    )
    rows = _noted(islice(ledger.rows(today), LOOKED_AT), found)
    found.tally, _batch = import_ledger(
        business=business, kind=ledger.kind, rows=rows, file_name="", sha256="", layout={"full": full}, today=today, dry_run=True
    )
    return found


def _noted(rows: Iterator[PlainRow | LineProblem | LeftOut], found: Preview) -> Iterator[PlainRow | LineProblem | LeftOut]:
    for row in rows:
        if not isinstance(row, LineProblem | LeftOut):
            found.usable.append(row)
        yield row
