"""Keeps papers that show something: of a query, a claim, an invoice."""

from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.documents import store
from customers.models import Attachment, Customer, User

LARGEST = 10 * 1024 * 1024
# What people send as proof; by its ending, because what a browser says of a file is what its sender wants it to say.
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".heic": "image/heic",
    ".txt": "text/plain",
    ".eml": "message/rfc822",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class AttachmentError(ValueError):
    """The file cannot be kept; the message says why."""


@transaction.atomic
def attach(*, customer: Customer, subject: str, upload: UploadedFile, by: User | None) -> Attachment:
    """Keeps an uploaded file with what it is about ("dispute:12"); the same file twice is one.

    Raises AttachmentError for one that is empty, larger than 10 MB or of a kind we do not take.
    """
    name = PurePath(upload.name or "").name[-200:]
    kind = TYPES.get(PurePath(name).suffix.lower())
    if kind is None:
        raise AttachmentError(_("“%(name)s” cannot be kept: send a PDF, a picture, a text or an e-mail.") % {"name": name})
    if not upload.size or upload.size > LARGEST:
        raise AttachmentError(_("“%(name)s” is empty or larger than 10 MB.") % {"name": name})
    document = store(business=customer.business, content=upload.read(), content_type=kind, name=name)
    row, created = Attachment.objects.get_or_create(
        business=customer.business, subject=subject, document=document, defaults={"customer": customer, "name": name, "by": by}
    )
    if created:
        log.record(customer.business, "paper.added", subject, customer=customer, actor=by, attachment=row.pk)
    return row


@transaction.atomic
def detach(*, attachment: Attachment, by: User) -> None:
    """Takes a paper away from what it was about; its bytes stay for whatever else they show."""
    subject, customer, pk = attachment.subject, attachment.customer, attachment.pk
    attachment.delete()
    log.record(customer.business, "paper.removed", subject, customer=customer, actor=by, attachment=pk)
