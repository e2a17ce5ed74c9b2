"""What the job cluster does for this app when a person asked for it."""

from django.utils import timezone

from customers.models import ImportBatch
from invoices.einvoices import uploading
from invoices.einvoices.importing import KIND
from invoices.imports import uploads
from invoices.statement_uploads import read


def import_file(batch_id: int) -> None:
    """Books an uploaded file; one that is booked already is left alone, so that a repeat does no harm."""
    batch = ImportBatch.objects.select_related("business", "by").get(pk=batch_id)
    if not batch.counts:
        book = uploading.book if batch.kind == KIND else uploads.book
        book(batch=batch, today=batch.business.local_date(timezone.now()))


def read_bank_file(batch_id: int) -> None:
    """Reads an uploaded bank statement; one that was read already is left alone."""
    batch = ImportBatch.objects.select_related("business", "by").get(pk=batch_id)
    read(batch=batch, today=batch.business.local_date(timezone.now()))
