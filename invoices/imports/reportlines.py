"""Reports that are made to be read: the name of a customer heads its lines, sums follow them, a footer ends the page."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from invoices.imports.problems import LeftOut
from invoices.imports.tabular import Row

SUMS = ("total", "subtotal", "gesamt", "summe", "suma")


def unfolded(rows: Iterable[Row]) -> Iterator[Row | LeftOut]:
    """The lines of several cells, each with the heading above it as one more cell; headings and sums as left out."""
    heading = ""
    for row in rows:
        filled = [str(cell).strip() for cell in row.cells if str(cell).strip()]
        word = filled[0].casefold() if filled else ""
        if word in SUMS or len(filled) > 1 and word.startswith(SUMS):
            yield LeftOut(row.line, _("total line"))
        elif len(filled) == 1:
            heading = filled[0]
            yield LeftOut(row.line, _("heading"))
        else:
            yield row if row.problem else Row(row.line, (*row.cells, heading))
