"""Makes the job cluster's schedules what `SCHEDULES` says, and removes all others."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule

from reminders.tasks import SCHEDULES


class Command(BaseCommand):
    help = "Writes the job schedules: after every update of the program."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        Schedule.objects.exclude(name__in=[row["name"] for row in SCHEDULES]).delete()
        for row in SCHEDULES:
            Schedule.objects.update_or_create(
                name=row["name"],
                defaults={
                    "func": row["func"],
                    "schedule_type": Schedule.MINUTES,
                    "minutes": row["minutes"],
                    "repeats": -1,
                    "next_run": timezone.now(),
                },
            )
        self.stdout.write(f"{len(SCHEDULES)} schedules in place.")
