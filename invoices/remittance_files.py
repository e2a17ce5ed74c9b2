"""The text of an uploaded remittance advice: of a PDF, a spreadsheet, a table or a mail as it is."""

import io

from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from invoices.imports.problems import ImportProblem
from invoices.imports.tabular import open_table
from invoices.imports.textfiles import detect_delimiter, detect_encoding, read_records
from invoices.imports.workbooks import is_workbook
from invoices.statements.texts import whole_text

MOST_PAGES = 20
MOST_LETTERS = 100_000


def advice_text(content: bytes) -> str:
    """What stands in the file, a line a row, cells apart by tabs. Raises ImportProblem where nothing can be read in it."""
    if not content.strip():
        raise ImportProblem(_("The file is empty."))
    if content.startswith(b"%PDF"):
        text = _of_pdf(content)
    elif is_workbook(content[:8]):
        table = open_table(content)
        rows = [list(table.header), *([_cell(cell) for cell in row.cells] for row in table.rows())]
        text = "\n".join("\t".join(row) for row in rows)
    else:
        text = _of_table(content) or whole_text(content)
    if not text.strip():
        raise ImportProblem(_("No text can be read in this file. If it is a scan, type what it says."))
    return text[:MOST_LETTERS]


def _of_pdf(content: bytes) -> str:
    try:
        pages = PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]
        return "\n".join(page.extract_text(extraction_mode="layout") for page in pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, NotImplementedError) as error:
        raise ImportProblem(_("This PDF cannot be read.")) from error


def _of_table(content: bytes) -> str:
    """The rows of delimited text with tabs between; "" where it is plain text."""
    encoding = detect_encoding(lambda: io.BytesIO(content))
    delimiter = detect_delimiter(lambda: io.BytesIO(content), encoding)
    records = [cells for _line, cells, _problem in read_records(lambda: io.BytesIO(content), encoding, delimiter) if cells]
    widths = [len(cells) for cells in records]
    even = max(widths, default=0) > 1 and widths.count(max(widths)) * 2 > len(widths)
    return "\n".join("\t".join(cell.strip() for cell in cells) for cells in records) if even else ""


def _cell(cell: object) -> str:
    """Amounts of a spreadsheet with their decimals, so that they are told from numbers."""
    text = str(cell)
    return f"{cell:.2f}" if type(cell).__name__ == "Decimal" and "." in text else text
