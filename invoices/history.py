"""Reads how the ledger stood on a day: what is dated later does not count (domain.md 2.1)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.query import QuerySet

from customers.models import Business
from invoices.metrics import EDGES, Ageing, Credit, OpenInvoice, bucket_names, bucket_of
from invoices.models import Allocation, CreditNote, Invoice, Payment, Refund, WriteOff

NOTHING = Decimal(0)


def open_invoices(business: Business, as_of: datetime.date) -> Iterator[OpenInvoice]:
    """Every invoice issued by `as_of` with what was open of it at the end of that day, in three queries."""
    rows = _unpaid(business, as_of)
    settled = _sums(Allocation.objects.filter(standing_on(as_of), invoice__in=rows.values("pk")), "invoice")
    given_up = _sums(WriteOff.objects.filter(standing_on(as_of), invoice__in=rows.values("pk")), "invoice")
    fields = rows.values_list("pk", "customer_id", "currency", "issued_on", "due_on", "total")
    for pk, customer_id, currency, issued_on, due_on, total in fields.iterator(chunk_size=5000):
        amount = total - settled.get(pk, NOTHING) - given_up.get(pk, NOTHING)
        if amount > 0:
            yield OpenInvoice(customer_id, currency, issued_on, due_on, amount)


def open_of(business: Business, as_of: datetime.date, invoice_ids: Iterable[int]) -> dict[int, Decimal]:
    """What was open of each of these invoices at the end of `as_of`, in three queries; of those not issued yet nothing."""
    rows = Invoice.objects.filter(business=business, pk__in=list(invoice_ids), issued_on__lte=as_of).order_by()
    settled = _sums(Allocation.objects.filter(standing_on(as_of), invoice__in=rows.values("pk")), "invoice")
    given_up = _sums(WriteOff.objects.filter(standing_on(as_of), invoice__in=rows.values("pk")), "invoice")
    totals = rows.values_list("pk", "total")
    return {pk: max(NOTHING, total - settled.get(pk, NOTHING) - given_up.get(pk, NOTHING)) for pk, total in totals}


def ageings(business: Business, as_of: datetime.date) -> dict[str, Ageing]:
    """How old what is owed was on that day, by currency, from the due dates and with credits apart, in nine queries.

    The same as `age_ledger` over all open invoices, added up in the database.
    """
    rows = _unpaid(business, as_of)
    by_due: dict[tuple[str, datetime.date], Decimal] = defaultdict(Decimal)
    for currency, due_on, total in rows.values_list("currency", "due_on").annotate(sum=Sum("total")).iterator():
        by_due[currency, due_on] += total
    for (currency, due_on), taken in _taken_off(rows, as_of):
        by_due[currency, due_on] -= taken
    ledger: dict[str, Ageing] = defaultdict(lambda: Ageing(dict.fromkeys(bucket_names(), NOTHING), NOTHING))
    for (currency, due_on), amount in by_due.items():
        ledger[currency].buckets[bucket_of((as_of - due_on).days, EDGES)] += amount
    for credit in open_credits(business, as_of):
        sofar = ledger[credit.currency]
        ledger[credit.currency] = Ageing(sofar.buckets, sofar.unapplied - credit.amount)
    return dict(sorted(ledger.items()))


def _unpaid(business: Business, as_of: datetime.date) -> QuerySet[Invoice]:
    """The invoices issued by that day of which something may have been open on it."""
    settled_later = Allocation.objects.filter(business=business, on__gt=as_of).values("invoice")
    unpaid = Q(paid_on=None) | Q(paid_on__gt=as_of) | Q(pk__in=settled_later)
    return Invoice.objects.filter(unpaid, business=business, issued_on__lte=as_of).order_by()


def _taken_off(rows: QuerySet[Invoice], as_of: datetime.date) -> Iterator[tuple[tuple[str, datetime.date], Decimal]]:
    """What of these invoices was settled or given up by that day, never more than all of one: (currency, due date), amount."""
    known = ("invoice__currency", "invoice__due_on", "invoice__total")
    left: dict[int, Decimal] = {}
    for model in (Allocation, WriteOff):
        sums = model.objects.filter(standing_on(as_of), invoice__in=rows.values("pk")).order_by().values_list("invoice", *known)
        for pk, currency, due_on, total, amount in sums.annotate(sum=Sum("amount")).iterator(chunk_size=5000):
            taken = min(amount, left.get(pk, total))
            left[pk] = left.get(pk, total) - taken
            yield (currency, due_on), taken


def open_credits(business: Business, as_of: datetime.date) -> Iterator[Credit]:
    """Cash and credit notes with what no invoice had of them, nor was paid back, at the end of `as_of`, in six queries.

    What was booked ahead on an invoice not issued by then was still on account.
    """
    returned_later = Q(returned_on__gt=as_of)
    payments = Payment.objects.filter(Q(returned_on=None) | returned_later, business=business, received_on__lte=as_of)
    yield from _unapplied(business, payments, ("payment", "received_on", "amount"), as_of, returned_later)
    notes = CreditNote.objects.filter(business=business, issued_on__lte=as_of)
    yield from _unapplied(business, notes, ("credit_note", "issued_on", "total"), as_of, Q())


def _unapplied(
    business: Business, rows: QuerySet, names: tuple[str, str, str], as_of: datetime.date, changed_later: Q
) -> Iterator[Credit]:
    """What is left of the rows; only those are looked at that are not used up, or were not on that day.

    `names`: of the rows in what used them, of their day and of their worth.
    """
    source, dated, worth = names
    later = Q(on__gt=as_of) | Q(reversed_on__gt=as_of)
    booked = Allocation.objects.filter(business=business, **{f"{source}__isnull": False})
    refunds = Refund.objects.filter(business=business, **{f"{source}__isnull": False})
    booked_later = booked.filter(later | Q(invoice__issued_on__gt=as_of)).values(source)
    rows = rows.filter(
        Q(allocated__lt=F(worth)) | Q(pk__in=booked_later) | Q(pk__in=refunds.filter(later).values(source)) | changed_later
    )
    issued = booked.filter(standing_on(as_of), invoice__issued_on__lte=as_of)
    used = _sums(issued.filter(**{f"{source}__in": rows.values("pk")}), source)
    repaid = _sums(refunds.filter(standing_on(as_of), **{f"{source}__in": rows.values("pk")}), source)
    for pk, customer_id, currency, on, amount in rows.order_by().values_list("pk", "customer_id", "currency", dated, worth):
        left = amount - used.get(pk, NOTHING) - repaid.get(pk, NOTHING)
        if left > 0:
            yield Credit(customer_id, currency, on, left)


def standing_on(as_of: datetime.date) -> Q:
    """Booked by that day, and not taken back by then."""
    return Q(on__lte=as_of) & (Q(reversed_on=None) | Q(reversed_on__gt=as_of))


def _sums(rows: QuerySet, key: str) -> dict[int, Decimal]:
    return dict(rows.order_by().values_list(key).annotate(sum=Sum("amount")).values_list(key, "sum"))
