"""manage.py report ageing: the ledger by age, as it stood on a day."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from arcollect.money import format_plain
from arcollect.sheets import write_csv
from customers.models import Business, Customer
from invoices.history import open_credits, open_invoices
from invoices.metrics import Ageing, age_ledger, total_by_currency
from reminders.management.commanding import BusinessCommand

REPORTS = ["ageing"]
LATER = ["dso", "cei", "ledger-ratio", "promises", "disputes", "forecast", "segments", "worklist"]


class Command(BusinessCommand):
    help = "Prints a report. ageing: what is owed by days past due, by customer and currency (domain.md 2.1)."
    day_option = "--as-of"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("report", choices=[*REPORTS, *LATER])
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the rows of all customers there as well.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["report"] not in REPORTS:
            raise CommandError(f"There is no report {options['report']} yet; there is: {', '.join(REPORTS)}.")
        business = self.business(options)
        as_of = self.day(business, options)
        ageing = business.rules["ageing"]
        ledger = age_ledger(
            open_invoices(business, as_of),
            open_credits(business, as_of),
            as_of,
            basis=ageing["basis"],
            edges=ageing["edges"],
            mode=ageing["credits"],
        )
        totals = {currency: _figures(one, currency) for currency, one in total_by_currency(ledger).items()}
        customers = _customer_rows(business, ledger)
        if options["csv"]:
            self.write_file(options["csv"], customers)
        if options["format"] == "json":
            self.print_json({"as_of": as_of.isoformat(), "currencies": totals, "customers": customers})
        else:
            self.print_table(f"Ageing as of {as_of}", totals)

    def write_file(self, path: Path, customers: list[dict[str, str]]) -> None:
        """One row a customer and currency."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                write_csv(file, customers[0] if customers else [], (row.values() for row in customers))
        except OSError as error:
            raise CommandError(f"Cannot write {path}: {error.strerror}.") from error

    def print_table(self, title: str, totals: dict[str, dict[str, str]]) -> None:
        """One line a currency, figures to the right."""
        if not totals:
            self.stdout.write(f"{title}: nothing is owed.")
            return
        self.stdout.write(title)
        heads = ["", *next(iter(totals.values()))]
        self.stdout.write("".join(f"{head:>16}" for head in heads))
        for currency, figures in totals.items():
            self.stdout.write("".join(f"{cell:>16}" for cell in [currency, *figures.values()]))


def _figures(one: Ageing, currency: str) -> dict[str, str]:
    """The buckets, "unapplied" (nothing or below) and "net" as the currency writes them."""
    figures = {**one.buckets, "unapplied": one.unapplied, "net": one.net}
    return {name: format_plain(value, currency) for name, value in figures.items()}


def _customer_rows(business: Business, ledger: dict[tuple[int, str], Ageing]) -> list[dict[str, str]]:
    """The ledger by customer reference, then currency."""
    customers = Customer.objects.filter(business=business).order_by().values_list("pk", "reference", "name")
    known = {pk: (reference, name) for pk, reference, name in customers}
    found = [
        {"customer": known[pk][0], "name": known[pk][1], "currency": currency, **_figures(one, currency)}
        for (pk, currency), one in ledger.items()
    ]
    return sorted(found, key=lambda row: (row["customer"], row["currency"]))
