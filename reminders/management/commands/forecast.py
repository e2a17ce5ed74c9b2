"""Forecasts the invoices issued after a day, having learned from what was known on it."""

import csv
import datetime
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from customers.models import Business
from invoices.forecast import train
from invoices.forecast_facts import ledger
from invoices.forecast_history import walk
from invoices.models import Invoice
from reminders.management.commanding import BusinessCommand, iso_date

HEADS = ["number", "probability_late", "expected_days_after_due", "low", "high"]


class Command(BusinessCommand):
    help = (
        "Prints a forecast of each invoice issued after a day: the probability that it is paid late, and how many days after it "
        "is due it is paid (early: below nothing), with the range of 8 in 10. The rules are learned from what was known at the "
        "end of that day; each invoice is forecast by what was known before it was issued."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--train-until", type=iso_date, required=True, metavar="DATE", help="Learn from nothing later.")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the rows there.")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(forecasts(self.business(options), options["train_until"]))
        if options["csv"]:
            self._write(options["csv"], rows)
        if options["format"] == "json":
            self.print_json({"forecasts": [dict(zip(HEADS, row, strict=True)) for row in rows]})
        elif options["csv"]:
            self.stdout.write(f"{len(rows)} invoices issued after {options['train_until']} forecast.")
        else:
            csv.writer(self.stdout, lineterminator="\n").writerows([HEADS, *rows])

    def _write(self, path: Path, rows: list[list[Any]]) -> None:
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([HEADS, *rows])
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


def forecasts(business: Business, until: datetime.date) -> Iterator[list[Any]]:
    """A row an invoice issued after `until`, in the order they were issued; progress on standard error."""
    known = ledger(business)
    model = train(known, until)
    later = {row.id for row in known if row.issued_on > until}
    numbers = dict(Invoice.objects.filter(business=business, issued_on__gt=until).values_list("pk", "number"))
    with tqdm(total=len(later), unit=" invoices", file=sys.stderr, disable=None) as bar:
        for row, seen in walk(known, wanted=later):
            found = model.forecast(seen)
            bar.update()
            yield [numbers[row.id], f"{found.probability_late:.4f}", found.expected, found.low, found.high]
