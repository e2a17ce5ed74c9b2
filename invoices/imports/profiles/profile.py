"""What another program's export is: which columns it has, how it is recognised, and how its lines become plain rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem
from invoices.imports.reading import Column
from invoices.imports.tabular import name_key
from invoices.imports.workbooks import Cell

Line = Mapping[str, Any]
Values = dict[str, Any]
# The lines of a file above its header.
Preamble = Sequence[Sequence[Cell]]

# What a program calls an invoice that was never sent, or is none any more.
NOT_ISSUED = frozenset({
    "draft", "void", "voided", "deleted", "cancelled", "canceled", "reversed", "declined", "rejected", "quote", "submitted",
    "awaiting approval", "pending approval", "pendingapproval", "vendor", "supplier", "saved", "unapproved",
})  # fmt: skip
# Of these, what an invoice is that was sent and is none any more.
GONE = frozenset({"void", "voided", "deleted", "cancelled", "canceled", "reversed"})
# What `prepare` calls a line that is no debt, and where it says so.
LEFT_OUT = "left out"
# Where the name stands that heads the lines of one customer in a report.
HEADING = "heading"
TITLES = {
    "akaunting": "Akaunting", "datev": "DATEV", "freshbooks": "FreshBooks", "invoiceninja": "Invoice Ninja",
    "quickbooks": "QuickBooks", "sage": "Sage", "wave": "Wave", "xero": "Xero", "zoho": "Zoho",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """Another sheet of the same workbook, whose lines belong to the row that has the same value in `key`."""

    sheet: str
    key: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export of one program.

    `columns`: what kind of value each column holds, by its name without case. `recognised_by`: names that together are
    unmistakable. `convert`: the lines of one row of the plain layout -> its values, or several rows of values; raises NoDebt
    for lines that together are none.
    `key`: lines equal in these are one invoice, a line an item; `agree`: what must be the same in all of them.
    `status`: the column that may say NOT_ISSUED; `number`: the one that holds the document's number.
    `prepare`: a line and the lines above the header -> the line with what follows from both, or with LEFT_OUT.
    `report`: made to be read: customers head their lines, sums follow them; no line without a date is a row.
    `beside`: other sheets, whose lines `convert` finds under the sheet's name in the first line.
    `seen`: made from real files; else from what the vendor publishes. `lacks`: what the file cannot say, `unusable`: why it
    can be recognised and yet not be brought in.
    """

    name: str
    kind: str
    columns: Mapping[str, str]
    recognised_by: frozenset[str]
    convert: Callable[[Sequence[Line]], Values | list[Values]]
    key: tuple[str, ...] = ()
    agree: tuple[str, ...] = ()
    status: str = ""
    number: str = ""
    prepare: Callable[[Line, Preamble], Line] | None = None
    report: bool = False
    beside: tuple[Beside, ...] = ()
    seen: bool = True
    lacks: str | Promise = ""
    unusable: str | Promise = ""

    @property
    def title(self) -> str:
        """The program's name as it writes it itself."""
        return TITLES[self.name]

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is such an export."""
        return not self.missing(header)

    def missing(self, header: Sequence[str]) -> set[str]:
        """The columns that would mark it as such an export and are not there."""
        return set(self.recognised_by - {name_key(title) for title in header})

    def read_columns(self, header: Sequence[str]) -> list[Column]:
        """The columns of this profile that the file has; in a report the customer's heading is one more."""
        heading = [Column(HEADING, "text", len(header), "")] if self.report else []
        return [*columns_of(self.columns, header), *heading]

    def state(self, values: Line) -> str:
        """Why a line is no debt, in small letters; "" for one that is."""
        if values.get(LEFT_OUT):
            return str(values[LEFT_OUT])
        word = str(values.get(self.status) or "").casefold() if self.status else ""
        return word if word in NOT_ISSUED else ""

    def remarks(self) -> list[str]:
        """What a person should know who brings in such a file."""
        unseen = _("This way of reading %(program)s is made from its published layout: look at the rows closely.")
        words = [] if self.seen else [unseen % {"program": self.title}]
        return words + ([str(self.lacks)] if self.lacks else [])


def columns_of(kinds: Mapping[str, str], header: Sequence[str]) -> list[Column]:
    """Those of the named columns that the header has, the first of each name."""
    positions = {name_key(title): index for index, title in reversed(list(enumerate(header)))}
    return [Column(name, kind, positions[name], header[positions[name]]) for name, kind in kinds.items() if name in positions]


def joined(separator: str, line: Line, *names: str) -> str:
    """The texts of these columns that say something, in one."""
    return separator.join(line[name] for name in names if line.get(name))


def first_of(line: Line, *names: str) -> Any:
    """The first of these columns that says something, else None."""
    return next((line[name] for name in names if line.get(name) not in (None, "")), None)


def refuse_blank(line: Line, *names: str) -> None:
    """Raises CellProblem where one of these columns says nothing."""
    for name in names:
        if line.get(name) is None:
            raise CellProblem(_("is missing"), name)


def texts(*names: str) -> dict[str, str]:
    """Columns of these names that hold text."""
    return dict.fromkeys(names, "text")


def kinds(**names: str) -> dict[str, str]:
    """Columns by what they hold: amount="total|balance" are two of amounts."""
    return {name: kind for kind, several in names.items() for name in several.split("|")}
