"""Brings in a file of invoices: a table, or electronic invoices, told by the content."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from invoices.einvoices.deciding import Choices
from invoices.einvoices.importing import import_einvoices
from invoices.einvoices.opening import is_einvoice
from invoices.einvoices.packing import holds_einvoices
from invoices.imports.layouts import INVOICES
from reminders.management.importcommand import ImportCommand

EVERY = frozenset("*")


class Command(ImportCommand):
    help = (
        "Brings in invoices and credit notes, with the customers they name: a table, or an electronic invoice "
        "(UBL, CII, Factur-X or ZUGFeRD, FatturaPA), or a zip file of them."
    )
    kind = INVOICES

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--usual-terms", action="store_true", help="Electronic invoices without a due date are due by the usual terms."
        )
        parser.add_argument(
            "--any-seller", action="store_true", help="Electronic invoices are ours, whatever their seller is called."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        content = _electronic(options["file"])
        if content is None:
            super().handle(*args, **options)
            return
        business, path = self.business(options), options["file"]
        choices = Choices(usual_terms=EVERY if options["usual_terms"] else frozenset(), any_seller=options["any_seller"])
        report = import_einvoices(
            business=business,
            files=[(path.name, content)],
            today=self.day(business, options),
            choices=choices,
            dry_run=options["dry_run"],
        )
        self.report(report.tally, options)


def _electronic(path: Path) -> bytes | None:
    """The bytes of a file that holds electronic invoices; None for a table, or where there is no file to read."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if is_einvoice(content) or holds_einvoices(content) else None
