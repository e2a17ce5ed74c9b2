"""manage.py report NAME: figures of the ledger and the desk, as of a day."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from arcollect.sheets import write_csv
from reminders.management.commanding import BusinessCommand
from reminders.reports import REPORTS, Report

# Figures that say why another is not known stand below the table.
WHY = "_why"


class Command(BusinessCommand):
    help = "Prints a report of the ledger or the desk: its figures by currency, and in JSON and CSV the rows they are made of."
    day_option = "--as-of"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("report", choices=list(REPORTS))
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the rows the figures are made of there as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        as_of = self.day(business, options)
        kind = REPORTS[options["report"]]
        if not kind.past and as_of < business.local_date(timezone.now()):
            self.stderr.write("This report cannot be told of a day gone by: it shows what is open now, counted as of that day.")
        report = (kind.by_hand or kind.read)(business, as_of)
        if options["csv"]:
            self.write_file(options["csv"], report)
        if options["format"] == "json":
            known = {"as_of": as_of.isoformat(), "currencies": report.figures, **report.whole}
            self.print_json({**known, report.rows_name: report.rows})
        else:
            self.print_table(f"{report.title} as of {as_of}", report)

    def write_file(self, path: Path, report: Report) -> None:
        """One line a row."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(file, report.columns, (row.values() for row in report.rows))
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error

    def print_table(self, title: str, report: Report) -> None:
        """One line a figure, one column a currency; below it why some are not known, then what is of no currency."""
        self.stdout.write(title if report.figures or report.rows else f"{title}: nothing.")
        currencies = list(report.figures)
        names = dict.fromkeys(name for figures in report.figures.values() for name in figures if not name.endswith(WHY))
        if currencies:
            self.stdout.write(f"{'':<28}" + "".join(f"{currency:>16}" for currency in currencies))
        for name in names:
            cells = "".join(f"{plain(report.figures[currency].get(name)):>16}" for currency in currencies)
            self.stdout.write(f"{name:<28}{cells}")
        for currency, figures in report.figures.items():
            for name in (name for name in figures if name.endswith(WHY)):
                self.stdout.write(f"{currency} {name.removesuffix(WHY)}: {figures[name]}")
        for name, value in report.whole.items():
            self.stdout.write(f"{name}: {plain(value)}")


def plain(value: object) -> str:
    """A figure for people at a terminal."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "n/a" if value is None else str(value)
