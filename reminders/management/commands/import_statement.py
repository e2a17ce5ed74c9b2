"""Brings in a bank statement of any supported format, books what is certain, and says what became of its lines."""

import sys
from pathlib import Path
from typing import Any

from babel.numbers import list_currencies
from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from customers.models import Business
from invoices.bank_files import BroughtIn, bring_in, digest, layout_named, open_bank_file, parse_layout
from invoices.imports.dates import ORDERS
from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.headings import KINDS
from reminders.management.commanding import BusinessCommand, shown_on

SHOWN = 20
WAYS_OUT = {
    "layout": 'say --map "booked_on=Date,amount=Amount" with the names in the file, or --layout NAME',
    "date_order": "say --date-order dmy or --date-order mdy",
    "decimal": "say --decimal comma or --decimal point",
    "currency": "say --currency",
    "keep_rest": "say --keep-rest to bring in the others",
}
EXIT_CODES = (
    "Exits 0 where the file is in, also if it was in before. Exits 1, with one line on standard error, where it cannot be read, "
    "where a line of it cannot be read and --keep-rest was not said, or where no line of it can."
)


class Command(BusinessCommand):
    help = "Brings in a bank statement (camt, MT940, OFX, QIF, CSV, spreadsheet, or these zipped) and books what is certain."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.epilog = EXIT_CODES
        parser.add_argument("file", type=Path, help="The format is found from its content.")
        fields = f"How a table is read. Fields: {', '.join(KINDS)}; text more than once."
        reading = parser.add_mutually_exclusive_group()
        reading.add_argument("--map", default="", metavar="FIELD=COLUMN,…", help=fields)
        reading.add_argument("--layout", default="", metavar="NAME", help="How a table is read: a saved layout, by its name.")
        parser.add_argument("--date-order", default="", choices=ORDERS, help="Where 3/4/2026 stands in the file.")
        parser.add_argument("--decimal", default="", choices=["comma", "point"], help="Where 1,234 stands in the file.")
        parser.add_argument("--currency", default="", metavar="CODE", help="Of lines that name none; else the business's own.")
        parser.add_argument("--keep-rest", action="store_true", help="Bring in the rest where lines cannot be read.")
        parser.add_argument("--dry-run", action="store_true", help="Do everything, print it, and take it back.")

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        try:
            found = self._bring_in(business, options)
        except (ImportProblem, OSError) as problem:
            raise CommandError(f"{options['file']}: {_with_way_out(problem)}") from problem
        if options["format"] == "json":
            self.print_json(_as_json(found))
        else:
            self._print_table(found, dry_run=options["dry_run"])
        if found.stored.refused and len(found.stored.refused) == found.stored.lines:
            first = found.stored.refused[0]
            raise CommandError(f"{options['file']}: every line was refused, the first in line {first.line}: {first}")

    def _bring_in(self, business: Business, options: dict[str, Any]) -> BroughtIn:
        layout = _layout(business, options)
        content = options["file"].read_bytes()
        file = open_bank_file(business, content, options["file"].name, layout, _currency(options))
        with tqdm(unit=" lines", file=sys.stderr, disable=None) as bar:
            return bring_in(
                business=business,
                file=file,
                name=options["file"].name,
                sha256=digest(content),
                on=self.day(business, options),
                layout=layout,
                keep_rest=options["keep_rest"],
                dry_run=options["dry_run"],
                show=shown_on(bar),
            )

    def _print_table(self, found: BroughtIn, *, dry_run: bool) -> None:
        stored, settled = found.stored, found.settled
        for word, problems in (("refused", stored.refused), ("warning", stored.warnings)):
            for problem in problems[:SHOWN]:
                where = f"line {problem.line:>6}" if problem.line else "the file   "
                self.stdout.write(f"{where}  {word}  {problem}")
            if len(problems) > SHOWN:
                self.stdout.write(f"… and {len(problems) - SHOWN} more: --format json lists them all.")
        would = "would be " if dry_run else ""
        self.stdout.write(f"{stored.lines} lines: {stored.new} new, {stored.known} known, {len(stored.refused)} refused.")
        self.stdout.write(
            f"{settled.matched} {would}booked, {settled.returned} {would}taken back, {settled.suggested} with a suggestion, "
            f"{settled.unmatched} without, {settled.left} left (money out)."
        )


def _layout(business: Business, options: dict[str, Any]) -> dict[str, Any]:
    """What was said of how a table is read; nothing where nothing was."""
    named = layout_named(business, options["layout"]) if options["layout"] else parse_layout(options["map"])
    return named | {name: options[name] for name in ("date_order", "decimal") if options[name]}


def _currency(options: dict[str, Any]) -> str:
    """The currency said, checked, or ""."""
    currency = options["currency"].upper()
    if currency and currency not in list_currencies():
        raise CommandError(f"{currency} is not a currency code such as EUR.")
    return currency


def _with_way_out(problem: Exception) -> str:
    """The problem as one line, with what would settle it."""
    if isinstance(problem, OSError):
        return problem.strerror or "it cannot be read"
    way = WAYS_OUT.get(problem.option, "")
    return f"{problem}: {way}" if way else str(problem)


def _as_json(found: BroughtIn) -> dict[str, Any]:
    stored, settled = found.stored, found.settled
    return {
        "lines": stored.lines,
        "new": stored.new,
        "matched": settled.matched,
        "suggested": settled.suggested,
        "unmatched": settled.unmatched,
        "refused": [_plain(problem) for problem in stored.refused],
        "known": stored.known,
        "returned": settled.returned,
        "left": settled.left,
        "warnings": [_plain(problem) for problem in stored.warnings],
    }


def _plain(problem: LineProblem) -> dict[str, Any]:
    return {"line": problem.line, "reason": str(problem)}
