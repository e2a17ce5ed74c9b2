"""One night of the engine in a process of its own: `python -m bench.night --on 2026-03-02 [--payments N]`."""

import argparse
import datetime

from django.db.models import F

from bench.ledger import SLUG
from bench.measuring import measured, peak_mib, say_json
from customers.models import Business
from invoices import booking
from invoices.models import Invoice
from reminders.models import LastDecision, Reminder, ReminderLine
from reminders.nightly import escalate


def pay(business: Business, count: int, on: datetime.date) -> None:
    """Books full payments of `count` overdue invoices, spread over the customers."""
    overdue = Invoice.objects.filter(business=business, balance__gt=0, due_on__lt=on, disputes=None, promise_lines=None)
    for row in overdue.annotate(spread=F("id") % 997).order_by("spread", "id")[:count].select_related("customer"):
        booking.book_payment(
            customer=row.customer,
            received_on=on,
            amount=row.balance,
            currency=row.currency,
            fingerprint=f"bench-full-{row.pk}",
            split=[(row.pk, row.balance)],
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--payments", type=int, default=0)
    asked = parser.parse_args()
    business = Business.objects.get(slug=SLUG)
    pay(business, asked.payments, asked.on)
    before = peak_mib()
    with measured() as spent:
        outcome = escalate(business, asked.on, calls_per_day=0, brief=True)
    say_json(
        {
            "seconds": round(spent.wall, 3),
            "cpu_seconds": round(spent.cpu, 3),
            "idle_mib": round(before),
            "peak_mib": round(peak_mib()),
            "fired": len(outcome.fired),
            "failed": len(outcome.failed),
            "reminders": Reminder.objects.count(),
            "lines": ReminderLine.objects.count(),
            "decisions": LastDecision.objects.count(),
        }
    )


if __name__ == "__main__":
    main()
