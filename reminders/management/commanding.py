"""What every command shares: the business it is for, the day it is for, and one way to print."""

import argparse
import datetime
import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from customers.models import Business


def iso_date(text: str) -> datetime.date:
    """A date of the command line: 2026-06-30."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-06-30.") from None


class BusinessCommand(BaseCommand):
    """A command for one business: `--business`, `--format`, and `--on` (or what `day_option` names it)."""

    day_option = "--on"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--business", metavar="SLUG", help="Which business; may be left out where there is only one.")
        parser.add_argument("--format", choices=["table", "json"], default="table")
        parser.add_argument(
            self.day_option, dest="on", type=iso_date, metavar="DATE", help="Default: today where the business is."
        )

    def business(self, options: dict[str, Any]) -> Business:
        """The business named, or the only one."""
        slug = options["business"]
        if slug:
            row = Business.objects.filter(slug=slug).first()
            if row is None:
                raise CommandError(f"There is no business {slug!r}.")
            return row
        rows = list(Business.objects.all()[:2])
        if len(rows) != 1:
            slugs = ", ".join(Business.objects.values_list("slug", flat=True))
            raise CommandError(
                f"Say which business with --business: {slugs}." if rows else "There is no business yet: create_business."
            )
        return rows[0]

    def day(self, business: Business, options: dict[str, Any]) -> datetime.date:
        """The day asked for, else today in the business's zone (T39)."""
        return options["on"] or business.local_date(timezone.now())

    def print_json(self, result: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(result, ensure_ascii=False))


def shown_on(bar: tqdm) -> Callable[[int, int], None]:
    """Moves a progress bar on standard error to (done, of)."""

    def show(done: int, of: int) -> None:
        bar.total = of
        bar.update(done - bar.n)

    return show
