"""How the import tests bring a file in: as the commands do, without the command."""

from datetime import date

from customers.models import ImportBatch
from invoices.imports.importing import book_rows, import_ledger
from invoices.imports.layouts import INVOICES
from invoices.imports.ledgerfile import Options, open_ledger

TODAY = date(2026, 6, 1)
HEAD = "customer_reference,customer_name,number,issued_on,due_on,total,currency,disputed,settled_on,paid\n"


def bring_in(business, text, kind=INVOICES, *, today=TODAY, dry_run=False, actor=None, **options):
    """(Tally, ImportBatch or None) of importing this CSV text."""
    ledger = open_ledger(text.encode(), kind, Options(**{"currency": business.currency} | options))
    if actor:
        batch = ImportBatch.objects.create(business=business, kind=kind, file_name="ledger.csv", by=actor)
        return book_rows(batch=batch, rows=ledger.rows(today), today=today), batch
    return import_ledger(
        business=business,
        kind=kind,
        rows=ledger.rows(today),
        file_name="ledger.csv",
        sha256="0" * 64,
        today=today,
        dry_run=dry_run,
    )


def counts(tally):
    return tally.created, tally.updated, tally.unchanged, len(tally.refused)


def reasons(tally):
    return {problem.line: str(problem) for problem in tally.refused}
