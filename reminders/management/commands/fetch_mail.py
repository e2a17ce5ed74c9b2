"""Reads replies and bounces from the mailbox of MAILBOX_URL, for every business."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reminders.mailbox import MailboxError, fetch_mail


class Command(BaseCommand):
    help = "Takes in replies and bounces. Run twice, it takes nothing in twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            fetched = fetch_mail(settings.MAILBOX_URL, now=timezone.now())
        except MailboxError as error:
            raise CommandError(str(error)) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps({**fetched.counts, "failed": fetched.failed}, ensure_ascii=False))
            return
        for line in fetched.failed:
            self.stdout.write(f"message {line}")
        counts = ", ".join(f"{count} {name}" for name, count in fetched.counts.items())
        self.stdout.write(f"{counts}, {len(fetched.failed)} failed.")
