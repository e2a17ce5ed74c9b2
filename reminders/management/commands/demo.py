"""Fills the database with an invented business, its past of two years, and work for today."""

import json
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reminders.demo.cast import FULL_CAST
from reminders.demo.staging import BOOKKEEPER, OTHER_OWNER, OWNER, SLUG, stage_demo
from reminders.management.commanding import iso_date

PASSWORD = "try-the-demo"
SMALLEST_CAST = 10


class Command(BaseCommand):
    help = "A realistic business with two years of history. Run again, it changes nothing. DEMO_PASSWORD sets the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="Another seed, another history.")
        parser.add_argument("--on", type=iso_date, metavar="DATE", help="The day the history ends. Default: today.")
        parser.add_argument(
            "--customers", type=int, default=FULL_CAST, metavar="N", help=f"{SMALLEST_CAST} to {FULL_CAST}, the default."
        )
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        if not SMALLEST_CAST <= options["customers"] <= FULL_CAST:
            raise CommandError(f"--customers must be from {SMALLEST_CAST} to {FULL_CAST}.")
        password = _password()
        today = options["on"] or timezone.now().date()
        created = stage_demo(seed=options["seed"], today=today, password=password, size=options["customers"])
        if not created:
            self.stderr.write("The demo is there already: nothing changed.")
        if options["format"] == "json":
            logins = [{"email": email, "password": password} for email in (OWNER, BOOKKEEPER, OTHER_OWNER)]
            self.stdout.write(json.dumps({"slug": SLUG, "logins": logins}))
        else:
            self._print_logins(password)

    def _print_logins(self, password: str) -> None:
        for email, who in ((OWNER, "owner"), (BOOKKEEPER, "bookkeeper"), (OTHER_OWNER, "owner of the second business")):
            self.stdout.write(f"{email:<22} {password}   {who}")


def _password() -> str:
    """The password of the environment, if it is one the log-in accepts."""
    password = os.environ.get("DEMO_PASSWORD", PASSWORD)
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(f"DEMO_PASSWORD: {' '.join(error.messages)}") from None
    return password
