"""Hands over the approved letters: by SMTP, or into a folder for a person to send."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from tqdm import tqdm

from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.management.commanding import BusinessCommand, shown_on
from reminders.smtp import MailServer


class Command(BusinessCommand):
    help = "Hands over approved letters. Run twice, it sends nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--outbox", type=Path, metavar="DIR", help="Write PDF and .eml files here instead of sending mail.")
        parser.add_argument("--approve-all", action="store_true", help="Approve every draft and answer every confirmation.")

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        hand = Folder(options["outbox"]) if options["outbox"] else MailServer()
        with tqdm(unit=" letters", file=sys.stderr, disable=None) as bar:
            delivered = deliver(
                business,
                hand,
                today=self.day(business, options),
                now=timezone.now(),
                approve_all=options["approve_all"],
                progress=shown_on(bar),
            )
        if options["format"] == "json":
            self.print_json({"sent": delivered.sent, "failed": delivered.failed, "skipped": delivered.skipped})
            return
        for row in delivered.failed:
            self.stdout.write(f"letter {row['letter']:<8} failed   {row['reason']}")
        for row in delivered.skipped:
            self.stdout.write(f"letter {row['letter']:<8} skipped  {row['reason']}")
        to_print = f", {delivered.to_print} to print" if delivered.to_print else ""
        self.stdout.write(f"{delivered.sent} sent, {len(delivered.failed)} failed, {len(delivered.skipped)} skipped{to_print}.")
