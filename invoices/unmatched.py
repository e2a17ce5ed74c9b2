"""Money nobody matched yet is something to do, before any letter to that customer (domain.md 1)."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers.desk import open_task
from customers.models import Business, Task
from customers.models.desk import TaskKind
from invoices.models import Payment


@transaction.atomic
def ask_to_match(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Opens the task of matching each payment with money left on it, once; returns how many. A few cents are left alone."""
    subject = Concat(Value("payment:"), Cast(OuterRef("pk"), CharField()))
    asked = Task.objects.filter(business=business, kind=TaskKind.MATCH_CASH, subject=subject)
    least = Decimal(business.rules["unapplied_wait_from"])
    rows = Payment.objects.filter(~Exists(asked), business=business, returned_on=None, amount__gte=F("allocated") + least)
    found = list(rows.select_related("customer"))
    for payment in found:
        open_task(
            business=business,
            customer=payment.customer,
            kind=TaskKind.MATCH_CASH,
            subject=f"payment:{payment.pk}",
            opens_on=today,
            due_on=calendar.add(payment.received_on, business.rules["unapplied_wait_bd"]),
            currency=payment.currency,
            amount=payment.unapplied,
            reason=_("Came in without an invoice to book it on."),
        )
    return len(found)
