"""What import_customers, import_invoices and import_payments have in common: arguments, progress, what they print."""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from babel.numbers import list_currencies
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from customers.models import Business
from invoices.imports.dates import ORDERS
from invoices.imports.importing import import_ledger
from invoices.imports.layouts import INVOICES, LAYOUTS, parse_map
from invoices.imports.ledgerfile import LedgerFile, Options, open_ledger
from invoices.imports.problems import ImportProblem, LineProblem
from invoices.imports.profiles import PROFILES
from invoices.imports.reading import AUTO
from invoices.imports.tally import Tally
from reminders.management.commanding import BusinessCommand

SHOWN = 20
WAYS_OUT = {
    "date_order": "say --date-order dmy or --date-order mdy",
    "decimal": "say --decimal comma or --decimal point",
    "currency": "say --currency",
}
EXIT_CODES = (
    "Exits 0 where at least one row was usable, also if others were refused: those are listed. "
    "Exits 1, with one line on standard error, where the file cannot be read or every row of it was refused."
)


class ImportCommand(BusinessCommand):
    """Reads a ledger file of one kind and books it in one transaction. A second run of the same file changes nothing."""

    kind: str

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        fields = ",".join(field.name for field in LAYOUTS[self.kind])
        profiles = sorted({profile.name for profile in PROFILES if profile.kind == self.kind and not profile.unusable})
        parser.epilog = EXIT_CODES
        parser.add_argument("file", type=Path, help="CSV or spreadsheet; encoding and delimiter are found from its content.")
        parser.add_argument(
            "--map", default="", metavar="FIELD=COLUMN,…", help=f"Which column holds which field. Fields: {fields}."
        )
        parser.add_argument("--profile", default="", choices=profiles, help="The program the file comes from; else found out.")
        parser.add_argument("--currency", default="", metavar="CODE", help="Of rows that name none; else the business's own.")
        parser.add_argument("--date-order", default=AUTO, choices=[AUTO, *ORDERS], help="Where 3/4/2026 stands in the file.")
        parser.add_argument("--decimal", default=AUTO, choices=[AUTO, "comma", "point"], help="Where 1,234 stands in the file.")
        parser.add_argument("--include-drafts", action="store_true", help="Bring in invoices that were never sent, too.")
        if self.kind == INVOICES:
            parser.add_argument("--full", action="store_true", help="It holds every open invoice: say which it does not name.")
        parser.add_argument("--dry-run", action="store_true", help="Do everything, print it, and take it back.")

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        try:
            ledger = open_ledger(options["file"], self.kind, self._options(business, options))
            tally = self._book(business, ledger, options)
            remarks = ledger.profile.remarks() if ledger.profile else []
        except ImportProblem as problem:
            raise CommandError(f"{options['file']}: {_with_way_out(problem)}") from problem
        self.report(tally, options, remarks)

    def report(self, tally: Tally, options: dict[str, Any], remarks: Sequence[str] = ()) -> None:
        """Prints what became of the rows. CommandError where every one of them was refused."""
        if options["format"] == "json":
            self.print_json(_as_json(tally) | {"remarks": list(remarks)})
        else:
            self._print_table(tally, remarks, dry_run=options["dry_run"])
        if tally.nothing_usable:
            first = tally.refused[0]
            raise CommandError(f"{options['file']}: every row was refused, the first in line {first.line}: {first}")

    def _options(self, business: Business, options: dict[str, Any]) -> Options:
        currency = (options["currency"] or business.currency).upper()
        if currency not in list_currencies():
            raise CommandError(f"{currency} is not a currency code such as EUR.")
        return Options(
            currency=currency,
            mapping=parse_map(options["map"], self.kind) if options["map"] else {},
            profile=options["profile"],
            date_order=options["date_order"],
            decimal=options["decimal"],
            drafts=options["include_drafts"],
        )

    def _book(self, business: Business, ledger: LedgerFile, options: dict[str, Any]) -> Tally:
        today, path = self.day(business, options), options["file"]
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        tally, _batch = import_ledger(
            business=business,
            kind=self.kind,
            rows=_shown(ledger.rows(today), ledger.conventions.lines),
            file_name=path.name,
            sha256=sha256,
            layout={
                "profile": ledger.profile.name if ledger.profile else "",
                "map": options["map"],
                "full": options.get("full", False),
            },
            today=today,
            dry_run=options["dry_run"],
        )
        return tally

    def _print_table(self, tally: Tally, remarks: Sequence[str], *, dry_run: bool) -> None:
        for remark in remarks:
            self.stdout.write(f"note: {remark}")
        for problem in tally.refused[:SHOWN]:
            self.stdout.write(f"line {problem.line:>6}  refused  {problem}")
        if len(tally.refused) > SHOWN:
            self.stdout.write(f"… and {len(tally.refused) - SHOWN} more refused: --format json lists them all.")
        for problem in tally.warnings[:SHOWN]:
            self.stdout.write(f"line {problem.line:>6}  warning  {problem}")
        if len(tally.warnings) > SHOWN:
            self.stdout.write(f"… and {len(tally.warnings) - SHOWN} more warnings.")
        for state, count in sorted(tally.left_out.items()):
            self.stdout.write(f"{count} left out: {state}")
        if tally.conflicts:
            self.stdout.write(f"{tally.conflicts} left as they are: the customer heard something else, settle them on the page.")
        if tally.missing:
            self.stdout.write(f"{len(tally.missing)} open here and not in the file: look at them.")
        done = "would be created" if dry_run else "created"
        brought = f" (and {tally.customers} customers)" if tally.customers else ""
        kept = f"{tally.updated} updated, {tally.unchanged} unchanged, {len(tally.refused)} refused"
        self.stdout.write(f"{tally.created} {done}{brought}, {kept}.")


def _with_way_out(problem: ImportProblem) -> str:
    way = f'try --map "{problem.hint}"' if problem.option == "map" and problem.hint else WAYS_OUT.get(problem.option, "")
    return f"{problem}: {way}" if way else str(problem)


def _shown(rows: Iterable[Any], lines: int) -> Iterable[Any]:
    """The rows, with a progress bar on standard error where a person is watching."""
    return tqdm(rows, total=lines, unit=" rows", file=sys.stderr, disable=None)


def _as_json(tally: Tally) -> dict[str, Any]:
    return {
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "refused": [_plain(problem) for problem in tally.refused],
        "customers_created": tally.customers,
        "left_out": tally.left_out,
        "conflicts": tally.conflicts,
        "missing": tally.missing,
        "warnings": [_plain(problem) for problem in tally.warnings],
    }


def _plain(problem: LineProblem) -> dict[str, Any]:
    return {"line": problem.line, "reason": str(problem)}
