"""The only writer of SyncSource: which folders are looked into, how their files are read, and what the last look found."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import log
from customers.desk import close_about, open_task
from customers.models import Business, User
from customers.models.desk import TaskKind
from invoices.models import SyncSource
from invoices.models.incoming import SourceKind
from invoices.sync_folders import make_folder
from invoices.sync_reading import FileReport

# Files of earlier runs that the report goes on to show.
KEPT = 50


class SourceError(ValueError):
    """The folder cannot be looked into so; the message says why."""


def add_source(*, business: Business, kind: str, folder: str, layout: dict[str, Any], actor: User) -> SyncSource:
    """Looks into a folder from now on, and makes it. Raises SourceError where another source has it."""
    try:
        with transaction.atomic():
            row = SyncSource.objects.create(business=business, kind=kind, folder=folder, layout=layout)
            _note(row, "sync.source_added", actor)
    except IntegrityError:
        raise SourceError(_("Another source looks into this folder already.")) from None
    try:
        make_folder(business, folder)
    except OSError as error:
        # It may be made by hand: the page says that it is not there.
        row.report = {"trouble": _("The folder could not be made: %(why)s.") % {"why": error.strerror}}
        row.save(update_fields=["report"])
    return row


@transaction.atomic
def change_source(*, source: SyncSource, layout: dict[str, Any], actor: User) -> None:
    """Reads the folder's files in another way from now on."""
    source.layout = layout
    source.save(update_fields=["layout"])
    _note(source, "sync.source_changed", actor)


@transaction.atomic
def switch_source(*, source: SyncSource, active: bool, actor: User) -> None:
    """Looks into the folder, or no longer; what lies in it stays."""
    source.active = active
    source.save(update_fields=["active"])
    _note(source, "sync.source_on" if active else "sync.source_off", actor)


@transaction.atomic
def remove_source(*, source: SyncSource, on: datetime.date, actor: User) -> None:
    """Forgets the folder; its files stay where they are, and what came from them stays in the books."""
    close_about(business=source.business, subject=f"syncsource:{source.pk}", outcome=_("Removed"), on=on, by=actor)
    _note(source, "sync.source_removed", actor)
    source.delete()


@transaction.atomic
def note_run(
    *, source: SyncSource, now: datetime.datetime, today: datetime.date, reports: Sequence[FileReport], trouble: str
) -> None:
    """Keeps what a look found, the newest files first, and opens a task where something needs a person."""
    files = [report.stored() | {"at": now.isoformat()} for report in reversed(reports)]
    report = {"trouble": trouble, "files": (files + source.report.get("files", []))[:KEPT]}
    changed = report != source.report
    source.last_run_at, source.report = now, report
    source.save(update_fields=["last_run_at", "report"] if changed else ["last_run_at"])
    refused = [report.name for report in reports if report.needs_somebody]
    if not refused:
        return
    log.record(source.business, "sync.refused", f"syncsource:{source.pk}", files=len(refused))
    words = ngettext(
        "%(names)s could not be taken as it is.", "%(count)d files could not be taken as they are: %(names)s.", len(refused)
    )
    open_task(
        business=source.business,
        kind=TaskKind.BANK if source.kind == SourceKind.STATEMENTS else TaskKind.OTHER,
        subject=f"syncsource:{source.pk}",
        opens_on=today,
        due_on=source.business.calendar.add(today, 1),
        reason=words % {"count": len(refused), "names": ", ".join(refused[:5])},
    )


def _note(source: SyncSource, kind: str, actor: User) -> None:
    log.record(source.business, kind, f"syncsource:{source.pk}", actor=actor, what=source.kind)
