"""Looks into the sync folders of a business now."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from invoices.models import SyncSource
from invoices.sync_reading import FileReport
from invoices.syncing import run_source
from reminders.management.commanding import BusinessCommand


class Command(BusinessCommand):
    help = "Looks into the folders below MEDIA_ROOT/sync, as the tick does every minute. A second run changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        sources = list(SyncSource.objects.filter(business=business, active=True).select_related("business"))
        if not sources:
            raise CommandError("No folder is looked into: add one under Settings, Folders.")
        found = [(source, run_source(source, timezone.now(), on=options["on"])) for source in sources]
        if options["format"] == "json":
            self.print_json({"sources": [_as_json(source, reports) for source, reports in found]})
            return
        for source, reports in found:
            self._print(source, reports)

    def _print(self, source: SyncSource, reports: list[FileReport]) -> None:
        trouble = source.report["trouble"]
        self.stdout.write(f"{source.folder} ({source.kind}): {trouble or f'{len(reports)} files'}")
        for report in reports:
            self.stdout.write(
                f"  {'done   ' if report.good else 'refused'}  " + report.text().strip().replace("\n", "\n           ")
            )


def _as_json(source: SyncSource, reports: list[FileReport]) -> dict[str, Any]:
    files = [report.stored() for report in reports]
    return {"folder": source.folder, "kind": source.kind, "trouble": source.report["trouble"], "files": files}
