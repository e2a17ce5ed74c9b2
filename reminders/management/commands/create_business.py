"""Opens a business with its default policy."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reminders.opening import OpeningError, open_business


class Command(BaseCommand):
    help = "Opens a business with the default policy STANDARD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--currency", required=True, metavar="CODE", help="ISO 4217, such as USD.")
        parser.add_argument("--country", required=True, metavar="CODE", help="ISO 3166, such as US.")
        parser.add_argument("--time-zone", default="UTC", metavar="ZONE", help="Such as America/New_York. Default: UTC.")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        fields = {key: options[key] for key in ("name", "currency", "country", "time_zone")}
        try:
            business = open_business(**fields)
        except OpeningError as error:
            raise CommandError(str(error)) from None
        if options["format"] == "json":
            self.stdout.write(json.dumps({"slug": business.slug}))
        else:
            self.stdout.write(f"{business.name} is open: --business {business.slug}")
