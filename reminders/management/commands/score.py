"""The scoring night, by hand: forecasts, scores, accounts and the figures of a day."""

from typing import Any

from django.core.management.base import CommandError

from reminders.management.commanding import BusinessCommand
from reminders.scoring import score_night


class Command(BusinessCommand):
    help = "Counts and keeps the figures of a day, as the jobs do after midnight. Run twice, it counts anew."

    def handle(self, *args: Any, **options: Any) -> None:
        business = self.business(options)
        today = self.day(business, options)
        scored = score_night(business, today)
        result = {"on": today.isoformat(), "currencies": scored.currencies, "failed": scored.failed}
        if options["format"] == "json":
            self.print_json(result)
        else:
            self.stdout.write(f"{today}: {', '.join(scored.currencies)}")
        if scored.failed:
            raise CommandError(f"Failed: {', '.join(scored.failed)}; the log says why.")
