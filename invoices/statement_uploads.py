"""Bank statements that come in through the browser: kept, read at once or by the job cluster; refused lines are agreed to."""

import datetime
from dataclasses import asdict
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from customers import log
from customers.documents import store
from customers.models import Business, ImportBatch, User
from invoices.bank_files import open_bank_file
from invoices.bank_lines import STATEMENT, LinesRefused, store_statement
from invoices.certain_lines import book_certain
from invoices.imports.problems import ImportProblem
from invoices.imports.uploads import upload_named
from invoices.models import ColumnLayout
from invoices.statements.layouts import header_key
from invoices.statements.opening import StatementFile

# Above this a request would take too long: the job cluster reads the file.
AT_ONCE_BYTES = 500_000
JOB = "invoices.tasks.read_bank_file"
# What of the refused lines is kept while nobody agreed.
REFUSED_KEPT = 1000


@transaction.atomic
def receive(*, business: Business, content: bytes, name: str, actor: User) -> ImportBatch:
    """Keeps an uploaded file and notes that it is to be read."""
    document = store(business=business, content=content, content_type="application/octet-stream", name=name[:200])
    batch = ImportBatch.objects.create(business=business, kind=STATEMENT, file_name=name[:200], sha256=document.sha256, by=actor)
    log.record(business, "import.accepted", f"import:{batch.pk}", actor=actor, rows=STATEMENT, sha256=document.sha256)
    return batch


def read_now_or_later(batch: ImportBatch, today: datetime.date) -> None:
    """Reads a short file now, hands a long one to the job cluster once this transaction is through."""
    document = upload_named(batch.business, batch.sha256)
    if document is not None and document.size > AT_ONCE_BYTES:
        transaction.on_commit(partial(async_task, JOB, batch.pk))
    else:
        read(batch=batch, today=today)


def read(*, batch: ImportBatch, today: datetime.date) -> None:
    """Stores what a kept file says and books what is certain; the batch says what became of it, also where it cannot be read.

    A batch that was read already is left alone, so that a repeat does no harm.
    """
    if batch.counts:
        return
    try:
        store_statement(batch=batch, file=opened(batch), keep_rest=bool(batch.layout.get("keep_rest")))
    except LinesRefused as refused:
        batch.refused = [asdict(problem) for problem in refused.problems[:REFUSED_KEPT]]
        _end(batch, {"asks": len(refused.problems)})
    except ImportProblem as problem:
        _end(batch, {"failed": str(problem), "option": problem.option})
    except Exception:
        _end(batch, {"failed": _("Something went wrong on our side.")})
        raise
    else:
        book_certain(business=batch.business, on=today, batch=batch)


def opened(batch: ImportBatch) -> StatementFile:
    """The file of a batch, as it was said to be read. Raises ImportProblem."""
    return open_bank_file(batch.business, content_of(batch), batch.file_name, batch.layout.get("columns"))


def content_of(batch: ImportBatch) -> bytes:
    """The bytes of the file. Raises ImportProblem where they are gone."""
    document = upload_named(batch.business, batch.sha256)
    if document is None:
        raise ImportProblem(_("The file is not kept any more."))
    return bytes(document.bytes)


@transaction.atomic
def agree_to_rest(*, batch: ImportBatch, actor: User) -> bool:
    """Notes that the lines which can be read are to be kept without the others; whether that was still to be said."""
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if "asks" not in row.counts:
        return False
    return _again(row, row.layout | {"keep_rest": True}, actor)


@transaction.atomic
def read_by(*, batch: ImportBatch, header: list[str], columns: dict[str, Any], actor: User) -> bool:
    """Notes which column is which, for this file and for all with such a head; whether it was still to be said."""
    row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if "failed" not in row.counts and "asks" not in row.counts:
        return False
    values = {"name": row.file_name[:100], "options": columns}
    ColumnLayout.objects.update_or_create(business=row.business, header_key=header_key(header), defaults=values)
    return _again(row, row.layout | {"columns": columns}, actor)


def _again(batch: ImportBatch, layout: dict[str, Any], actor: User) -> bool:
    batch.layout, batch.counts, batch.refused = layout, {}, []
    batch.save(update_fields=["layout", "counts", "refused"])
    log.record(batch.business, "import.accepted", f"import:{batch.pk}", actor=actor, rows=STATEMENT, sha256=batch.sha256)
    return True


def _end(batch: ImportBatch, counts: dict[str, Any]) -> None:
    batch.counts = counts
    batch.save(update_fields=["counts", "refused"])
