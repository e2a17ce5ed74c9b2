"""manage.py report NAME: figures of the ledger and the desk, as of a day."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from arcollect.sheets import write_csv
from reminders.management.commanding import BusinessCommand
from reminders.reports import REPORTS, Report

LATER = ["dso", "cei", "ledger-ratio", "forecast", "segments"]


class Command(BusinessCommand):
    help = "Prints a report: ageing (domain.md 2.1), promises (2.8), disputes (2.9) or the worklist of the desk (3.5)."
    day_option = "--as-of"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("report", choices=[*REPORTS, *LATER])
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the rows the figures are made of there as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"] not in REPORTS:
            raise CommandError(f"There is no report {options['report']} yet; there is: {', '.join(REPORTS)}.")
        business = self.business(options)
        as_of = self.day(business, options)
        report = REPORTS[options["report"]](business, as_of)
        if options["csv"]:
            self.write_file(options["csv"], report)
        if options["format"] == "json":
            known = {"as_of": as_of.isoformat(), "currencies": report.figures, **report.whole}
            self.print_json({**known, report.rows_name: report.rows})
        else:
            self.print_table(f"{report.title} as of {as_of}", report)

    def write_file(self, path: Path, report: Report) -> None:
        """One line a row."""
        rows = report.rows
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(file, rows[0] if rows else [], (row.values() for row in rows))
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error

    def print_table(self, title: str, report: Report) -> None:
        """One line a currency, figures to the right; then what is of no currency."""
        if not report.figures:
            self.stdout.write(f"{title}: nothing.")
        else:
            self.stdout.write(title)
            heads = ["", *next(iter(report.figures.values()))]
            self.stdout.write("".join(f"{head:>16}" for head in heads))
        for currency, figures in report.figures.items():
            self.stdout.write("".join(f"{cell:>16}" for cell in [currency, *figures.values()]))
        for name, value in report.whole.items():
            self.stdout.write(f"{name}: {'n/a' if value is None else value}")
