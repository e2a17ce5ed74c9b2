"""Reads what of the open invoices stood in query, or in a signed plan, at the end of a day: it ages in its bucket all the same,
with a flag (domain.md 2.1)."""

import datetime
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q

from customers.models import Business
from invoices.history import open_of
from invoices.models import Dispute, Invoice, PlanInvoice
from invoices.reopened import pauses

NOTHING = Decimal(0)
# A customer by id, and a currency.
Account = tuple[int, str]


def disputed(business: Business, as_of: datetime.date) -> dict[Account, Decimal]:
    """What was contested, never more of an invoice than was open of it. Six queries."""
    still = Q(resolved_on=None) | Q(resolved_on__gt=as_of)
    rows = list(Dispute.objects.filter(still, business=business, opened_on__lte=as_of))
    closed = pauses(rows)
    contested: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if not any(pause.covers(as_of) for pause in closed.get(row.pk, ())):
            contested[row.invoice_id] += row.amount
    return _by_account(business, contested, as_of)


def planned(business: Business, as_of: datetime.date) -> dict[Account, Decimal]:
    """What was in a plan signed by then and not ended, never more of an invoice than was open of it. Five queries."""
    running = Q(plan__ended_on=None) | Q(plan__ended_on__gt=as_of)
    signed = PlanInvoice.objects.filter(running, plan__business=business, plan__signed_at__isnull=False)
    covered: dict[int, Decimal] = defaultdict(Decimal)
    for pk, amount, at in signed.values_list("invoice_id", "amount", "plan__signed_at"):
        if business.local_date(at) <= as_of:
            covered[pk] += amount
    return _by_account(business, covered, as_of)


def _by_account(business: Business, amounts: Mapping[int, Decimal], as_of: datetime.date) -> dict[Account, Decimal]:
    """The amounts, by invoice id, as far as they were open, added up."""
    left = open_of(business, as_of, amounts)
    found: dict[Account, Decimal] = defaultdict(Decimal)
    accounts = Invoice.objects.filter(pk__in=list(amounts)).order_by().values_list("pk", "customer_id", "currency")
    for pk, customer_id, currency in accounts:
        found[customer_id, currency] += min(amounts[pk], left.get(pk, NOTHING))
    return dict(found)
