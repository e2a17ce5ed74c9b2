"""Reads what reminders know of how customers pay: the first reminder of each invoice (domain.md 5, FORGETFUL)."""

import datetime
from collections.abc import Collection, Sequence

from django.db.models import Min

from customers.models import Business, Customer
from invoices.behaviour_facts import Known, read_known
from reminders.models import ReminderLine
from reminders.timetable import DUNNING


def known_of(business: Business, customers: Sequence[Customer], today: datetime.date) -> dict[int, Known]:
    """Everything segments and credit advice look at, by customer id, in 21 queries however many customers there are."""
    return read_known(business, customers, today, first_reminders([customer.pk for customer in customers], today))


def first_reminders(customer_ids: Collection[int], today: datetime.date) -> dict[int, datetime.date]:
    """By invoice id, the day the first step after its due date was done: sent, or said on the telephone. One query."""
    done = ReminderLine.objects.filter(
        invoice__customer__in=customer_ids,
        step__in=DUNNING,
        reminder__completed_on__lte=today,
        reminder__withdrawn_on=None,
        reminder__skipped_reason="",
    )
    rows = done.order_by().values("invoice_id").annotate(first=Min("reminder__completed_on"))
    return {row["invoice_id"]: row["first"] for row in rows}
