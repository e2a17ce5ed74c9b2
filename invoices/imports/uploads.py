"""Files that come in through the browser: kept, read as a person chose, booked at once or by the job cluster."""

import datetime
import hashlib
from dataclasses import asdict
from functools import partial
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from customers import log
from customers.documents import store
from customers.models import Business, Document, ImportBatch, User
from invoices.imports.importing import book_rows
from invoices.imports.layouts import KINDS
from invoices.imports.ledgerfile import LedgerFile, Options, headings, open_ledger
from invoices.imports.problems import ImportProblem
from invoices.imports.profiles import find_profile
from invoices.imports.tabular import Row, Table, open_table
from invoices.imports.tally import Tally

# Above this many lines a request would take too long: the job cluster books the file.
AT_ONCE = 3000
JOB = "invoices.tasks.import_file"


def receive(*, business: Business, kind: str, content: bytes, name: str) -> Document:
    """Keeps an uploaded file that is a table; ImportProblem where it is none, or known to hold nothing that could come in."""
    find_profile(kind, open_table(content, headings(kind)).header)
    return store(business=business, content=content, content_type="application/octet-stream", name=name[:200])


def upload_named(business: Business, sha256: str) -> Document | None:
    """The uploaded file with this hash, if this business has it."""
    return Document.objects.filter(business=business, sha256=sha256).first()


def table_of(document: Document, kind: str) -> Table:
    """The table in an uploaded file."""
    return open_table(bytes(document.bytes), headings(kind))


@transaction.atomic
def accept(*, business: Business, kind: str, document: Document, options: Options, actor: User) -> ImportBatch:
    """Notes that this file is to be booked, and how it is to be read."""
    batch = ImportBatch.objects.create(
        business=business, kind=kind, file_name=document.name, sha256=document.sha256, layout=asdict(options), by=actor
    )
    log.record(business, "import.accepted", f"import:{batch.pk}", actor=actor, rows=kind, sha256=document.sha256)
    return batch


def book_later(batch: ImportBatch) -> None:
    """Hands the batch to the job cluster, once this transaction is through."""
    transaction.on_commit(partial(async_task, JOB, batch.pk))


def ledger_of(batch: ImportBatch) -> LedgerFile:
    """The file of a batch, opened as it was accepted."""
    document = upload_named(batch.business, batch.sha256)
    if document is None:
        raise ImportProblem(_("The file is not kept any more."))
    return open_ledger(bytes(document.bytes), batch.kind, Options(**batch.layout))


def book(*, batch: ImportBatch, today: datetime.date) -> Tally | None:
    """Books an accepted file; None, with the reason in the batch, where it cannot be read. Twice does no harm."""
    try:
        return book_rows(batch=batch, rows=ledger_of(batch).rows(today), today=today)
    except Exception as error:
        batch.counts = {"failed": str(error) if isinstance(error, ImportProblem) else _("Something went wrong on our side.")}
        batch.save(update_fields=["counts"])
        if not isinstance(error, ImportProblem):
            raise
        return None


def original_lines(batch: ImportBatch) -> tuple[tuple[str, ...], dict[int, tuple[str, ...]]]:
    """(header, {line: cells as they stand in the file}) of the lines that were refused or came in with a warning."""
    document = upload_named(batch.business, batch.sha256)
    if document is None or batch.kind not in KINDS:
        return (), {}
    table = table_of(document, batch.kind)
    wanted = {problem["line"] for problem in batch.refused}
    found = (row for row in table.rows() if row.line in wanted)
    return table.header, {row.line: _texts(row) for row in islice(found, len(wanted))}


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(str(cell) for cell in row.cells)


def digest(content: bytes) -> str:
    """The hash that names an uploaded file in addresses."""
    return hashlib.sha256(content).hexdigest()
