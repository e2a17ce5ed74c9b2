"""Run by `manage.py shell` on a test's own database: businesses full of late customers, live since long ago.

Every hour of every day is a time to send, so that these tests do not depend on the hour they run at.
"""

import datetime
import json
import sys
from dataclasses import asdict

from django.utils import timezone

from customers.models import Business, Contact, Customer
from invoices.models import Invoice
from reminders.nightly import escalate
from reminders.policies import seed_standard
from reminders.verifying import verify

ANYTIME = {
    "weekend": [],
    "morning_hour": 0,
    "sending_window": ["00:00", "23:59"],
    "contact": {"hard": ["00:00", "23:59"], "soft": ["00:00", "23:59"], "weekdays_only": False},
}


def stage(businesses: int, customers: int, zone: str, days_late: int) -> None:
    """So many businesses b1, b2 ... with so many customers each, each with one invoice that many days late."""
    for number in range(1, businesses + 1):
        business = Business.objects.create(
            name=f"Business {number}", slug=f"b{number}", country="", time_zone=zone, released_on=datetime.date(2020, 1, 1)
        )
        Business.objects.filter(pk=business.pk).update(settings=ANYTIME)
        seed_standard(business)
        _customers(business, customers, business.local_date(timezone.now()) - datetime.timedelta(days=days_late))


def _customers(business: Business, count: int, due_on: datetime.date) -> None:
    rows = Customer.objects.bulk_create(
        Customer(business=business, reference=f"C{number}", name=f"Customer {number}") for number in range(count)
    )
    Contact.objects.bulk_create(Contact(business=business, customer=row, email=f"{row.pk}@example.com") for row in rows)
    Invoice.objects.bulk_create(
        Invoice(
            business=business,
            customer=row,
            number=f"INV-{row.pk}",
            number_key=f"INV{row.pk}",
            issued_on=due_on - datetime.timedelta(days=30),
            due_on=due_on,
            currency="USD",
            total=100,
            balance=100,
            first_seen_on=due_on,
        )
        for row in rows
    )


def end_the_night(businesses: int) -> None:
    """Escalates businesses b1, b2 ... once more, and prints as JSON what does not add up in which."""
    wrong = {}
    for number in range(1, businesses + 1):
        business = Business.objects.get(slug=f"b{number}")
        outcome = escalate(business, business.local_date(timezone.now()))
        if complaints := [*outcome.failed, *map(asdict, verify(business).differences)]:
            wrong[business.slug] = complaints
    sys.stdout.write(json.dumps(wrong))
