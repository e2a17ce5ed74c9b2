"""Reads whether what the night stored of each customer is of today, and whose account changed since."""

import datetime

from django.db.models import Min, Q, Value
from django.db.models.functions import Left, StrIndex

from customers.models import Business, Event
from invoices.models import LedgerDay

# Of more customers than this the ledger is added up whole; the jobs store it anew soon after.
CHANGED_AT_MOST = 500
# What is logged under these names never changes what anybody owes, or may be asked for.
HARMLESS = (
    "letter.",
    "task.",
    "step.",
    "contact.",
    "mail.",
    "preflight.",
    "score.",
    "call.",
    "paper.",
    "draft.",
    "credit_advice.",
    "segment.",
)
# What takes out, or lets go, invoices of customers it does not name.
OF_NOBODY = ("import.undone", "ledger.released")


def changed_since_counted(business: Business, today: datetime.date) -> list[int] | None:
    """The customers whose stored account may no longer be true; None where that is too many, or today's was not stored.

    Two queries.
    """
    through = counted_through(business, today)
    if not through:
        return None
    area = Left("kind", StrIndex("kind", Value(".")))
    later = Event.objects.filter(business=business, pk__gt=through).alias(area=area)
    known = Q(customer__isnull=False) & ~Q(area__in=HARMLESS)
    ids = later.filter(known | Q(kind__in=OF_NOBODY)).order_by().values_list("customer_id", flat=True).distinct()
    changed = list(ids[: CHANGED_AT_MOST + 1])
    return None if None in changed or len(changed) > CHANGED_AT_MOST else changed


def counted_through(business: Business, today: datetime.date) -> int:
    """The last Event today's stored accounts are certain to know; 0 where those stored are of another day. One query."""
    nights = LedgerDay.objects.filter(business=business, backfilled=False, on__gte=today)
    days = dict(nights.values_list("on").annotate(through=Min("through")).order_by())
    return days.get(today, 0) if days.keys() == {today} else 0


def events_since(business: Business, through: int, most: int) -> int:
    """How much happened since; counts no further than `most`."""
    return Event.objects.filter(business=business, pk__gt=through).order_by()[:most].count()
