"""Computes again what settlements say: what they cover, what came in, what was credited for it (domain.md 6.6)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from arcollect.money import format_plain
from customers.models import Business
from invoices.models import Allocation, Settlement, WriteOff
from invoices.models.money import WriteOffKind
from invoices.models.settlement import SettlementState
from invoices.settlements import NOTHING, Receipt, counted
from invoices.settling import CHANGEABLE
from invoices.signature_check import Broken

Credits = dict[tuple[int, datetime.date], Decimal]
# As it is read: the day the money came, the amount, when we knew of it.
_Money = tuple[datetime.date, Decimal, datetime.datetime]


def broken_settlements(business: Business) -> Iterator[Broken]:
    """Every difference, in a fixed number of queries: sums, and credits given without a settlement that was kept."""
    rows = list(Settlement.objects.filter(business=business).order_by("pk").prefetch_related("covered__invoice"))
    money = _money({line.invoice_id for row in rows for line in row.covered.all()})
    credits = _credits(business)
    for row in rows:
        yield from _sums(row, money)
        if row.state == SettlementState.KEPT:
            yield from _credited(row, money, credits)
    for (invoice, on), amount in credits.items():
        yield Broken(f"invoice:{invoice}", on.isoformat(), "settlement credit", f"{amount:f}", "0")


def _money(invoices: Iterable[int]) -> Mapping[int, list[_Money]]:
    found: dict[int, list[_Money]] = defaultdict(list)
    booked = Allocation.objects.filter(invoice__in=invoices, reversed_on=None, payment__isnull=False)
    for invoice, *row in booked.values_list("invoice", "payment__received_on", "amount", "created_at"):
        found[invoice].append(tuple(row))
    return found


def _credits(business: Business) -> Credits:
    """What stands credited for settlements, by invoice and day."""
    found: Credits = defaultdict(Decimal)
    given = WriteOff.objects.filter(business=business, kind=WriteOffKind.SETTLEMENT, reversed_on=None)
    for invoice, on, amount in given.values_list("invoice", "on", "amount"):
        found[invoice, on] += amount
    return found


def _received(row: Settlement, money: Mapping[int, list[_Money]]) -> Mapping[int, Decimal]:
    """What came in since the offer, by invoice; of each no more than is covered."""
    covered = {line.invoice_id: line.amount for line in row.covered.all()}
    since = [
        Receipt(on, invoice, amount)
        for invoice in covered
        for on, amount, known_at in money.get(invoice, ())
        if on > row.offered_on or (on == row.offered_on and known_at >= row.created_at)
    ]
    found: dict[int, Decimal] = defaultdict(Decimal)
    for _on, invoice, part in counted(since, covered):
        found[invoice] += part
    return found


def _sums(row: Settlement, money: Mapping[int, list[_Money]]) -> Iterator[Broken]:
    covered = sum((line.amount for line in row.covered.all()), NOTHING)
    if covered != row.total:
        yield _broken(row, "covered", covered, row.total)
    received = sum(_received(row, money).values(), NOTHING)
    if row.state in CHANGEABLE and received != row.received:
        yield _broken(row, "received", row.received, received)


def _credited(row: Settlement, money: Mapping[int, list[_Money]], credits: Credits) -> Iterator[Broken]:
    """Kept, all that did not come in is credited, on the day it was kept; less only where nothing more was open."""
    came = _received(row, money)
    for line in row.covered.all():
        given = credits.pop((line.invoice_id, row.ended_on), NOTHING)
        left = line.amount - came.get(line.invoice_id, NOTHING)
        if given > left or (given < left and line.invoice.balance):
            yield _broken(row, "credit", given, left)


def _broken(row: Settlement, field: str, stored: Decimal, computed: Decimal) -> Broken:
    plain = (format_plain(amount, row.currency) for amount in (stored, computed))
    return Broken(f"settlement:{row.pk}", "", field, *plain)
