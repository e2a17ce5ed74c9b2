"""Books a ledger file in one transaction, or none of it; and takes a whole import back while nothing was built on it."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import reset_queries, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Customer, ImportBatch, User
from invoices import booking
from invoices.bank_lines import STATEMENT
from invoices.imports.importing_customers import CustomerImporter
from invoices.imports.importing_invoices import InvoiceImporter
from invoices.imports.importing_payments import PaymentImporter
from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.ledgerfile import PlainRow
from invoices.imports.problems import ImportProblem, LeftOut, LineProblem
from invoices.imports.tally import Tally, chunks
from invoices.line_unbooking import take_out_statement
from invoices.models import CreditNote, Dispute, Invoice, Payment
from invoices.preflighting import check_open
from invoices.unbooking import undo_tasks

IMPORTERS = {CUSTOMERS: CustomerImporter, INVOICES: InvoiceImporter, PAYMENTS: PaymentImporter}

# Numbers of invoices a full file does not name that a batch keeps for its page; the report beside a file has them all.
SHOWN_MISSING = 100


def import_ledger(
    *,
    business: Business,
    kind: str,
    rows: Iterable[PlainRow | LineProblem | LeftOut],
    file_name: str,
    sha256: str,
    today: datetime.date,
    layout: dict[str, Any] | None = None,
    dry_run: bool = False,
) -> tuple[Tally, ImportBatch | None]:
    """Books every row of a ledger file (`LedgerFile.rows`) or, after an exception, none. For a script: nobody did it.

    Returns what became of the rows, and the batch they came with: None where nothing changed, or for a dry run, which
    does everything and takes it back.
    """
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            business=business, kind=kind, file_name=file_name[:200], sha256=sha256, layout=layout or {}
        )
        tally = book_rows(batch=batch, rows=rows, today=today)
        if dry_run:
            transaction.set_rollback(True)
        elif not tally.changed_anything:
            batch.delete()
    return tally, batch if tally.changed_anything and not dry_run else None


@transaction.atomic
def book_rows(*, batch: ImportBatch, rows: Iterable[PlainRow | LineProblem | LeftOut], today: datetime.date) -> Tally:
    """Books every row into a batch that waits for them, in the name of who uploaded it, and closes it with its counts."""
    # One import of a business at a time: what a second one would call new may just have come in.
    Business.objects.select_for_update(no_key=True).get(pk=batch.business_id)
    tally = Tally()
    writer = IMPORTERS[batch.kind](batch.business, batch, tally, today, batch.by)
    gone: dict[str, str] = {}
    for chunk in chunks(_usable(rows, tally, gone)):
        writer.write(chunk)
        # With DEBUG on, Django keeps the text of the last 9000 queries, and these are long ones.
        reset_queries()
    if batch.kind == INVOICES:
        check_open(business=batch.business, on=today, batch=batch)
    if isinstance(writer, InvoiceImporter):
        writer.finish(gone, full=bool(batch.layout.get("full")))
    tally.refused.sort(key=lambda problem: problem.line)
    close_batch(batch, tally)
    return tally


def _usable(rows: Iterable[PlainRow | LineProblem | LeftOut], tally: Tally, gone: dict[str, str]) -> Iterable[PlainRow]:
    for row in rows:
        if isinstance(row, LineProblem):
            tally.refused.append(row)
        elif isinstance(row, LeftOut):
            tally.leave_out(row.state)
            if row.gone and row.number:
                gone[row.number] = row.state
        else:
            yield row


def close_batch(batch: ImportBatch, tally: Tally) -> None:
    """Keeps in the batch, and in the log, what became of its rows."""
    batch.counts = {
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "customers": tally.customers,
        "replaced": tally.replaced,
        "refused": len(tally.refused),
        "warnings": len(tally.warnings),
        "left_out": tally.left_out,
        "conflicts": tally.conflicts,
        "missing": len(tally.missing),
        "missing_numbers": tally.missing[:SHOWN_MISSING],
    }
    batch.refused = [asdict(problem) for problem in tally.refused]
    batch.refused += [asdict(problem) | {"warning": True} for problem in tally.warnings]
    batch.save(update_fields=["counts", "refused"])
    if tally.changed_anything:
        log.record(batch.business, "import.booked", f"import:{batch.pk}", actor=batch.by, rows=batch.kind, **batch.counts)


@transaction.atomic
def undo_import(*, batch: ImportBatch, now: datetime.datetime, actor: User | None = None) -> None:
    """Takes out every row an import created. Raises ImportProblem, and takes out nothing, where something was built on one
    of them, or where the import also changed rows that existed before.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at:
        raise ImportProblem(_("This import was undone already."))
    if batch.counts.get("updated") or batch.counts.get("replaced"):
        raise ImportProblem(_("This import also changed rows that were there before: those changes cannot be taken back."))
    try:
        if batch.kind == STATEMENT:
            take_out_statement(batch=batch, actor=actor, on=batch.business.local_date(now))
        else:
            _take_out(batch, actor, batch.business.local_date(now))
    except (ProtectedError, booking.BookingError) as error:
        reason = _("Something was built on this import (a payment, a letter, a call, a promise): it stays.")
        # What booking says names the payment; the words of the database are for nobody.
        what = f" {error}" if isinstance(error, booking.BookingError) else ""
        raise ImportProblem(reason + what) from error
    batch.undone_at = now
    batch.save(update_fields=["undone_at"])
    log.record(batch.business, "import.undone", f"import:{batch.pk}", actor=actor)


def _take_out(batch: ImportBatch, actor: User | None, on: datetime.date) -> None:
    for payments in chunks(Payment.objects.filter(import_batch=batch)):
        booking.unbook_many(business=batch.business, payments=payments, actor=actor)
        undo_tasks(business=batch.business, payments=payments, on=on, actor=actor)
    invoices = Invoice.objects.filter(import_batch=batch)
    # What the import itself said of them; a dispute that a person recorded has words, an answer or an owner.
    Dispute.objects.filter(invoice__in=invoices, code="OTHER", summary="", owner=None, answer_by=None).delete()
    for rows in (invoices, CreditNote.objects.filter(import_batch=batch), Customer.objects.filter(import_batch=batch)):
        for chunk in chunks(rows.values_list("pk", flat=True)):
            rows.model.objects.filter(pk__in=chunk).delete()
