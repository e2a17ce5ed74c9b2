"""The scoring night, by hand: forecasts, scores, accounts and the figures of a day, and of days before it."""

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from reminders.backfilling import backfill
from reminders.management.commanding import BusinessCommand, shown_on
from reminders.scoring import score_night


class Command(BusinessCommand):
    help = "Counts and keeps the figures of a day, as the jobs do after midnight. Run twice, it counts anew."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--backfill", type=int, default=0, metavar="MONTHS", help="Also of so many month ends before, and of 26 Sundays."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        today = self.day(business, options)
        if options["backfill"] < 0:
            raise CommandError("--backfill is a number of months.")
        scored = score_night(business, today)
        failed = set(scored.failed)
        if options["backfill"]:
            with tqdm(unit=" days", file=sys.stderr, disable=None) as bar:
                failed |= set(backfill(business, today, options["backfill"], progress=shown_on(bar)).failed)
        result = {"on": today.isoformat(), "currencies": scored.currencies, "failed": sorted(failed)}
        if options["format"] == "json":
            self.print_json(result)
        else:
            self.stdout.write(f"{today}: {', '.join(scored.currencies)}")
        if failed:
            raise CommandError(f"Failed: {', '.join(sorted(failed))}; the log says why.")
