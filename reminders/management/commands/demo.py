"""Fills the database with an invented business, its past of two years, and work for today."""

import json
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from customers.models import User
from reminders.demo.cast import FULL_CAST
from reminders.demo.staging import BOOKKEEPER, OTHER_OWNER, OWNER, SLUG, count_demo, stage_demo
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
        parser.add_argument("--second", action="store_true", help="Add a second business of another owner, same bookkeeper.")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        if not SMALLEST_CAST <= options["customers"] <= FULL_CAST:
            raise CommandError(f"--customers must be from {SMALLEST_CAST} to {FULL_CAST}.")
        password = _password()
        today = options["on"] or timezone.now().date()
        cast = {"size": options["customers"], "second": options["second"]}
        created = stage_demo(seed=options["seed"], today=today, password=password, **cast)
        if created:
            count_demo(today)
        else:
            self.stderr.write("The demo is there already: nothing changed.")
        if options["format"] == "json":
            logins = [{"email": email, "password": password} for email, _ in _people()]
            self.stdout.write(json.dumps({"slug": SLUG, "logins": logins}))
            return
        for email, who in _people():
            self.stdout.write(f"{email:<22} {password}   {who}")


def _people() -> list[tuple[str, str]]:
    """(e-mail, what they are) of the invented people there are."""
    there = set(User.objects.filter(email__in=[OWNER, BOOKKEEPER, OTHER_OWNER]).values_list("email", flat=True))
    people = [(OWNER, "owner"), (BOOKKEEPER, "bookkeeper"), (OTHER_OWNER, "owner of the second business")]
    return [(email, who) for email, who in people if email in there]


def _password() -> str:
    """The password of the environment, if it is one the log-in accepts."""
    password = os.environ.get("DEMO_PASSWORD", PASSWORD)
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(f"DEMO_PASSWORD: {' '.join(error.messages)}") from None
    return password
