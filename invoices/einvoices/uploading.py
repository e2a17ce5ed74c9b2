"""Electronic invoices that come in through the browser: kept together, looked at, booked at once or by the job cluster."""

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.documents import store
from customers.models import Business, Document, ImportBatch, User
from invoices.einvoices.deciding import Choices
from invoices.einvoices.importing import KIND, book_einvoices, import_einvoices
from invoices.einvoices.opening import Refused
from invoices.einvoices.outcomes import Report
from invoices.einvoices.packing import Files, is_zip, unpacked
from invoices.imports.problems import ImportProblem

# So many invoices a request can book; the job cluster books more.
AT_ONCE = 60
MOST_AT_ONCE = 500
# The first day a zip archive can name: the same files make the same archive, whenever they are packed.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def receive(*, business: Business, files: Sequence[tuple[str, bytes]]) -> Document:
    """Keeps what was uploaded together as one document, zips unpacked. ImportProblem where one of them cannot be."""
    held = [one for name, content in files for one in unpacked(name, content)]
    for name, content in held:
        if isinstance(content, Refused):
            raise ImportProblem(f"{name}: {content.reason}")
    if len(held) > MOST_AT_ONCE:
        words = _("%(count)d files are too many for one upload, which takes %(most)d: bring them in in parts.")
        raise ImportProblem(words % {"count": len(held), "most": MOST_AT_ONCE})
    if len(held) == 1 and not is_zip(files[0][1]):
        name, content = held[0]
        return store(business=business, content=content, content_type="application/octet-stream", name=name[:200])
    title = files[0][0] if len(files) == 1 else _("%(count)d files") % {"count": len(files)}
    return store(business=business, content=_packed(held), content_type="application/zip", name=title[:200])


def files_of(document: Document) -> Files:
    """What was uploaded, for `read_items`."""
    content = bytes(document.bytes)
    return [("" if is_zip(content) else document.name, content)]


def look(*, document: Document, choices: Choices, today: datetime.date) -> Report:
    """What booking it would do, by doing it and taking it back."""
    business = document.business
    return import_einvoices(business=business, files=files_of(document), today=today, choices=choices, dry_run=True)


@transaction.atomic
def accept(*, document: Document, choices: Choices, actor: User) -> ImportBatch:
    """Notes that an upload is to be booked, and what was said of it."""
    business = document.business
    batch = ImportBatch.objects.create(
        business=business, kind=KIND, file_name=document.name, sha256=document.sha256, layout=_plain(choices), by=actor
    )
    log.record(business, "import.accepted", f"import:{batch.pk}", actor=actor, rows=KIND, sha256=document.sha256)
    return batch


def book(*, batch: ImportBatch, today: datetime.date) -> Report | None:
    """Books an accepted upload; None, with the reason in the batch, where it is not kept any more."""
    document = Document.objects.filter(business=batch.business, sha256=batch.sha256).first()
    if document is None:
        batch.counts = {"failed": _("The file is not kept any more.")}
        batch.save(update_fields=["counts"])
        return None
    try:
        return book_einvoices(batch=batch, files=files_of(document), choices=_choices(batch.layout), today=today)
    except Exception:
        batch.counts = {"failed": _("Something went wrong on our side.")}
        batch.save(update_fields=["counts"])
        raise


def _packed(held: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive of these files, each under a name of its own."""
    out, taken = io.BytesIO(), set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held:
            called, count = name, 1
            while called in taken:
                count += 1
                called = f"{count}/{name}"
            taken.add(called)
            archive.writestr(zipfile.ZipInfo(called, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _plain(choices: Choices) -> dict[str, Any]:
    return {
        "due_dates": {key: str(day) for key, day in choices.due_dates.items()},
        "usual_terms": sorted(choices.usual_terms),
        "customers": dict(choices.customers),
        "any_seller": choices.any_seller,
    }


def _choices(layout: dict[str, Any]) -> Choices:
    return Choices(
        due_dates={key: datetime.date.fromisoformat(day) for key, day in layout["due_dates"].items()},
        usual_terms=frozenset(layout["usual_terms"]),
        customers=layout["customers"],
        any_seller=layout["any_seller"],
    )
