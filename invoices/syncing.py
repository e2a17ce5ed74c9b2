"""Looks into the sync folders: takes what is ready, books it, puts it away, and tells what happened."""

import datetime
import logging
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from invoices.models import SyncSource
from invoices.sync_folders import FolderProblem, claim, folder_of, links_in, make_folder, put_away, read_bytes, ready_files, shown
from invoices.sync_reading import FileReport, book_file
from invoices.sync_sources import note_run

logger = logging.getLogger(__name__)


def run_source(source: SyncSource, now: datetime.datetime, *, on: datetime.date | None = None) -> list[FileReport]:
    """One look into one folder, booked as of `on`, else today where the business is.

    A folder that cannot be read is said in the source's report, and stops nothing.
    """
    trouble, reports = "", []
    today = on or source.business.local_date(now)
    try:
        folder = folder_of(source.business, source.folder)
        waiting = ready_files(folder, now)
        if waiting:
            make_folder(source.business, source.folder)
        reports = [report for path in waiting if (report := _take(source, path, today))]
        links = links_in(folder)
        if links:
            trouble = _("Links are not followed: %(names)s.") % {"names": ", ".join(links)}
    except FolderProblem as problem:
        trouble = str(problem)
    note_run(source=source, now=now, today=today, reports=reports, trouble=trouble)
    return reports


def _take(source: SyncSource, path: Path, today: datetime.date) -> FileReport | None:
    """Reads, books and puts away one file; None where somebody else has it. A crash on the way leaves it to be taken again."""
    try:
        taken = claim(path)
    except OSError as error:
        raise FolderProblem(_("Files cannot be moved in the folder: %(why)s.") % {"why": error.strerror}) from error
    if taken is None:
        return None
    name = shown(path.name)
    try:
        report = book_file(source, name, read_bytes(taken, settings.UPLOAD_LIMIT_BYTES), today)
    except FolderProblem as problem:
        report = FileReport(name, good=False, reason=str(problem))
    except Exception:
        logger.exception("A file of sync source %s could not be booked", source.pk)
        report = FileReport(name, good=False, reason=_("Something went wrong on our side. Nothing of it was booked."))
    put_away(taken, good=report.good, report=report.text())
    return report
