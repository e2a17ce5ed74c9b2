"""Proves that every stored figure is what its rows say; exits 1 and names the differences otherwise."""

import sys
from dataclasses import asdict
from typing import Any

from reminders.management.commanding import BusinessCommand
from reminders.verifying import Verified, verify


class Command(BusinessCommand):
    help = "Computes every stored balance, hash and seal again. Exits 1 where one is not what it should be."

    def handle(self, *args: Any, **options: Any) -> None:
        verified = verify(self.business(options))
        if options["format"] == "json":
            differences = [asdict(difference) for difference in verified.differences]
            self.print_json({"checked": verified.checked, "differences": differences})
        else:
            self._print_table(verified)
        if verified.differences:
            sys.exit(1)

    def _print_table(self, verified: Verified) -> None:
        for kind, count in verified.checked.items():
            self.stdout.write(f"{kind.replace('_', ' '):<14}{count:>10}")
        for one in verified.differences:
            name = f" {one.name}" if one.name else ""
            self.stdout.write(f"{one.row}{name}: {one.field} is {one.stored or 'wrong'}, should be {one.computed}")
        if not verified.differences:
            self.stdout.write("Everything is as it should be.")
