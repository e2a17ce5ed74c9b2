"""Reads the invoices of a business as the forecast learns from them, and what the nights forecast of them."""

import datetime
from collections.abc import Collection, Iterator
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, QuerySet, Sum

from customers.models import Business
from invoices.forecast_evidence import Issued
from invoices.models import Allocation, Invoice, InvoiceForecast, WriteOff
from invoices.models.money import WriteOffKind

# What is older than so many invoices says little of the next and would cost memory.
LOOKED_AT = 200_000
GIVEN_UP = [WriteOffKind.BAD_DEBT, WriteOffKind.SETTLEMENT, WriteOffKind.GOODWILL]


def ledger(business: Business, newest: int = LOOKED_AT) -> list[Issued]:
    """The newest invoices with when they were closed, and whether by money alone (domain.md 5: a settled item)."""
    rows = Invoice.objects.filter(business=business).order_by("-issued_on", "-pk")[:newest]
    return list(_issued(rows, not_by_money(business)))


def still_open(business: Business, after: int = 0) -> Iterator[Issued]:
    """Every invoice something is open of, by id, those `after` an id. One query."""
    return _issued(Invoice.objects.filter(business=business, balance__gt=0, pk__gt=after).order_by("pk"), frozenset())


def late_shares(business: Business, customer_ids: Collection[int], today: datetime.date) -> dict[tuple[int, str], Decimal]:
    """By customer and currency, of what is open and not overdue the share that is likely to be late, by the last night's
    forecasts; whom none speaks of is left out. One query, none without customers."""
    if not customer_ids:
        return {}
    rows = InvoiceForecast.objects.filter(business=business, invoice__customer__in=customer_ids, invoice__balance__gt=0)
    late = ExpressionWrapper(F("invoice__balance") * F("probability_late"), DecimalField(max_digits=24, decimal_places=7))
    sums = rows.filter(invoice__due_on__gte=today).order_by().values("invoice__customer_id", "invoice__currency")
    found = sums.annotate(late=Sum(late), owed=Sum("invoice__balance"))
    return {
        (customer_id, currency): part / owed
        for customer_id, currency, part, owed in found.values_list("invoice__customer_id", "invoice__currency", "late", "owed")
    }


def not_by_money(business: Business) -> frozenset[int]:
    """The invoices that were closed, or made smaller, by a credit note or by giving up. Two queries."""
    credited = Allocation.objects.filter(business=business, reversed_on=None, payment=None)
    given_up = WriteOff.objects.filter(business=business, reversed_on=None, kind__in=GIVEN_UP)
    return frozenset(pk for rows in (credited, given_up) for pk in rows.order_by().values_list("invoice_id", flat=True))


def _issued(rows: QuerySet[Invoice], other: frozenset[int]) -> Iterator[Issued]:
    fields = rows.values_list("pk", "customer_id", "issued_on", "due_on", "total", "paid_on")
    for pk, customer_id, issued_on, due_on, total, paid_on in fields.iterator(chunk_size=5000):
        yield Issued(pk, customer_id, issued_on, due_on, float(total), paid_on, pk not in other)
