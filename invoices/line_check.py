"""Computes again what settled bank lines are worth."""

from collections.abc import Iterator

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from arcollect.money import format_plain
from customers.models import Business
from invoices.models import BankLine, Payment
from invoices.models.statement import LineState
from invoices.signature_check import Broken

AMOUNT: DecimalField = DecimalField(max_digits=18, decimal_places=3)


def broken_lines(business: Business) -> Iterator[Broken]:
    """Every difference, in two queries: lines not worth their payments, and returns that are none."""
    sums = Payment.objects.filter(bank_line=OuterRef("pk")).order_by().values("bank_line").annotate(sum=Sum("amount"))
    paid = Round(Coalesce(Subquery(sums.values("sum"), output_field=AMOUNT), 0, output_field=AMOUNT), 3, output_field=AMOUNT)
    rows = BankLine.objects.filter(business=business).annotate(paid=paid).order_by("pk")
    wrong = Q(state=LineState.BOOKED) & ~Q(paid=F("amount")) | ~Q(state=LineState.BOOKED) & ~Q(paid=0)
    yield from _told(rows.filter(wrong), "payments", "paid")
    # What the bank charged for sending it back is no part of the payment.
    whole = Q(takes_back__amount=-F("amount")) | Q(takes_back__amount=-F("amount") - F("charges"))
    standing = whole & Q(takes_back__returned_on__isnull=False)
    returns = Q(state=LineState.RETURNED) & ~standing | ~Q(state=LineState.RETURNED) & Q(takes_back__isnull=False)
    taken = BankLine.objects.filter(business=business).annotate(back=F("takes_back__amount")).order_by("pk")
    yield from _told(taken.filter(returns), "takes back", "back")


def _told(rows: QuerySet[BankLine], field: str, amount: str) -> Iterator[Broken]:
    names = ("pk", "booked_on", "currency", "amount", amount)
    for pk, day, currency, stored, computed in rows.values_list(*names).iterator(chunk_size=2000):
        found = format_plain(computed, currency) if computed is not None else "nothing"
        yield Broken(f"bank_line:{pk}", day.isoformat(), field, format_plain(stored, currency), found)
