"""Reads how the ledger stood on a day: what is dated later does not count (domain.md 2.1)."""

import datetime
from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, Sum
from django.db.models.query import QuerySet

from customers.models import Business
from invoices.metrics import Credit, OpenInvoice
from invoices.models import Allocation, CreditNote, Invoice, Payment, Refund, WriteOff

NOTHING = Decimal(0)


def open_invoices(business: Business, as_of: datetime.date) -> Iterator[OpenInvoice]:
    """Every invoice issued by `as_of` with what was open of it at the end of that day, in three queries."""
    settled_later = Allocation.objects.filter(business=business, on__gt=as_of).values("invoice")
    unpaid = Q(paid_on=None) | Q(paid_on__gt=as_of) | Q(pk__in=settled_later)
    rows = Invoice.objects.filter(unpaid, business=business, issued_on__lte=as_of).order_by()
    settled = _sums(Allocation.objects.filter(_standing(as_of), invoice__in=rows.values("pk")), "invoice")
    given_up = _sums(WriteOff.objects.filter(_standing(as_of), invoice__in=rows.values("pk")), "invoice")
    fields = rows.values_list("pk", "customer_id", "currency", "issued_on", "due_on", "total")
    for pk, customer_id, currency, issued_on, due_on, total in fields.iterator(chunk_size=5000):
        amount = total - settled.get(pk, NOTHING) - given_up.get(pk, NOTHING)
        if amount > 0:
            yield OpenInvoice(customer_id, currency, issued_on, due_on, amount)


def open_credits(business: Business, as_of: datetime.date) -> Iterator[Credit]:
    """Cash and credit notes with what no invoice had of them, nor was paid back, at the end of `as_of`, in six queries."""
    returned_later = Q(returned_on__gt=as_of)
    payments = Payment.objects.filter(Q(returned_on=None) | returned_later, business=business, received_on__lte=as_of)
    yield from _unapplied(payments, "payment", "received_on", "amount", as_of, returned_later)
    notes = CreditNote.objects.filter(business=business, issued_on__lte=as_of)
    yield from _unapplied(notes, "credit_note", "issued_on", "total", as_of)


def _unapplied(
    rows: QuerySet, source: str, dated: str, worth: str, as_of: datetime.date, changed_later: Q | None = None
) -> Iterator[Credit]:
    """What is left of the rows; only those are looked at that are not used up, or were not on that day."""
    later = Q(on__gt=as_of) | Q(reversed_on__gt=as_of)
    booked_later = Exists(Allocation.objects.filter(later, **{source: OuterRef("pk")}))
    repaid_later = Exists(Refund.objects.filter(later, **{source: OuterRef("pk")}))
    rows = rows.filter(Q(allocated__lt=F(worth)) | Q(booked_later) | Q(repaid_later) | (changed_later or Q()))
    used = _sums(Allocation.objects.filter(_standing(as_of), **{f"{source}__in": rows.values("pk")}), source)
    repaid = _sums(Refund.objects.filter(_standing(as_of), **{f"{source}__in": rows.values("pk")}), source)
    for pk, customer_id, currency, on, amount in rows.order_by().values_list("pk", "customer_id", "currency", dated, worth):
        left = amount - used.get(pk, NOTHING) - repaid.get(pk, NOTHING)
        if left > 0:
            yield Credit(customer_id, currency, on, left)


def _standing(as_of: datetime.date) -> Q:
    """Booked by that day, and not taken back by then."""
    return Q(on__lte=as_of) & (Q(reversed_on=None) | Q(reversed_on__gt=as_of))


def _sums(rows: QuerySet, key: str) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list(key).annotate(sum=Sum("amount")).values_list(key, "sum"))
