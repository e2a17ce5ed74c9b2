"""The nightly run, by hand: fires the steps that are due and says who waits and why."""

import datetime
import sys
from contextlib import nullcontext
from itertools import groupby
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from customers.models import Business, Customer
from reminders.management.commanding import BusinessCommand, shown_on
from reminders.nightly import Outcome, escalate, explain, release


class Command(BusinessCommand):
    help = "Fires the steps that are due: call tasks, letters. Run twice, it does nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Decide and print, write nothing.")
        parser.add_argument("--release-imported", action="store_true", help="Let an imported ledger start.")
        parser.add_argument("--calls-per-day", type=int, metavar="N", help="New calls from a released ledger; 0 for no limit.")
        parser.add_argument("--explain", metavar="CUSTOMER", help="Only say what is decided for this customer, and why.")

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        today = self.day(business, options)
        if options["explain"]:
            return self._explain(business, today, options)
        outcome = self._run(business, today, options)
        if options["format"] == "json":
            self.print_json({"fired": outcome.fired, "waiting": outcome.waiting, "failed": outcome.failed})
        else:
            self._print_table(outcome)
        if outcome.failed:
            raise CommandError(f"{len(outcome.failed)} customers could not be decided.")

    def _run(self, business: Business, today: datetime.date, options: dict[str, Any]) -> Outcome:
        """Releases and escalates; a dry run does both in a transaction that is taken back."""
        calls, dry_run = options["calls_per_day"], options["dry_run"]
        with transaction.atomic() if dry_run else nullcontext():
            if options["release_imported"]:
                release(business=business, today=today)
            with tqdm(unit=" customers", file=sys.stderr, disable=None) as bar:
                outcome = escalate(business, today, calls_per_day=calls, dry_run=dry_run, progress=shown_on(bar))
            if dry_run:
                transaction.set_rollback(True)
        return outcome

    def _explain(self, business: Business, today: datetime.date, options: dict[str, Any]) -> None:
        """Prints what is decided for one customer in each currency, and why."""
        customer = Customer.objects.filter(business=business, reference=options["explain"]).first()
        if customer is None:
            raise CommandError(f"There is no customer {options['explain']!r}.")
        rows = explain(business, customer, today)
        if options["format"] == "json":
            return self.print_json({"customer": customer.reference, "on": today.isoformat(), "decisions": rows})
        for currency, found in groupby(rows, key=lambda row: row["currency"]):
            self._print_why(currency, list(found))
        if not rows:
            self.stdout.write("Nothing is open.")

    def _print_why(self, currency: str, rows: list[dict[str, Any]]) -> None:
        """The verdicts in one currency, the facts they rest on, and where each invoice stands."""
        for row in rows:
            self.stdout.write(f"{currency} {row['what']}: {row['verdict']} {row['step']}".rstrip() + f" {row['reason']}")
            following = f"  Next: {row['next_on']}." if row["next_on"] else ""
            self.stdout.write(f"  Rule {row['rule']}: {row['rule_words']}{following}")
        for fact in rows[0]["facts"]:
            self.stdout.write(f"  {fact['label']}: {fact['value']}")
        for line in rows[0]["invoices"]:
            past = f"  took {line['fired_words']} on {line['fired_on']}" if line["fired"] else ""
            coming = f"  next {line['next_words']} on {line['next_on']}" if line["next_on"] else ""
            self.stdout.write(
                f"  {line['number']:<16} due {line['due_on']} {line['days_past_due']:>5} days past due "
                f"{line['balance']:>12} open {line['collectable']:>12} to ask for{past}{coming}"
            )

    def _print_table(self, outcome: Outcome) -> None:
        for row in outcome.fired:
            letter = f"letter {row['letter']}" if row["letter"] else ""
            task = f"task {row['task']}" if row["task"] else ""
            self.stdout.write(
                f"{row['customer']:<20} {row['step']:<10} {row['total']:>14} {row['currency']} "
                f"{len(row['invoices']):>4} invoices  {letter:<14} {task}".rstrip()
            )
        for row in outcome.waiting:
            self.stdout.write(f"{row['customer']:<20} waits      {row['reason']}")
        self.stdout.write(f"{len(outcome.fired)} fired, {len(outcome.waiting)} waiting.")
