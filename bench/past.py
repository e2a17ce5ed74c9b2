"""Adds two years of paid invoices to the ledger of `bench.ledger`, and a statement nobody looked at: `python -m bench.past N`."""

import datetime
import random
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from django.db import connection, transaction

from bench.ledger import BATCH, FIRST_NIGHT, SLUG
from bench.measuring import measured, say_json
from customers.models import Business
from invoices.models import Allocation, Invoice, Payment
from tests.invoices import bank

DAYS = 730
BANK_LINES_AT_MOST = 500


def build(count: int) -> None:
    """So many invoices, paid in full between ten days early and forty late, and a bank line for every thousand."""
    business, chance = Business.objects.get(slug=SLUG), random.Random(11)
    rows = _invoices(business, count, chance)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            Invoice.objects.bulk_create(batch, batch_size=1000)
            _pay(business, batch)
    lines = min(BANK_LINES_AT_MOST, 5 + count // 1000)
    told = [bank.line(f"{100 + n}.00", payer=f"Kundschaft {n} GmbH", currency="EUR", number=n + 1) for n in range(lines)]
    bank.store(business, *told, currency="EUR")


def _invoices(business: Business, count: int, chance: random.Random) -> Iterator[Invoice]:
    customers = list(business.customers.order_by("pk").values_list("pk", flat=True))
    for n in range(count):
        due_on = FIRST_NIGHT - datetime.timedelta(days=chance.randint(41, DAYS))
        total = Decimal(chance.randint(5_000, 500_000)) / 100
        yield Invoice(
            business=business,
            customer_id=customers[n % len(customers)],
            number=f"OLD-{n:07}",
            number_key=f"OLD{n:07}",
            issued_on=due_on - datetime.timedelta(days=30),
            due_on=due_on,
            currency=business.currency,
            total=total,
            balance=Decimal(0),
            paid_on=due_on + datetime.timedelta(days=chance.randint(-10, 40)),
            first_seen_on=due_on - datetime.timedelta(days=30),
        )


def _pay(business: Business, invoices: list[Invoice]) -> None:
    payments = Payment.objects.bulk_create(
        [
            Payment(
                business=business,
                customer_id=row.customer_id,
                received_on=row.paid_on,
                currency=row.currency,
                amount=row.total,
                allocated=row.total,
                fingerprint=f"bench-old-{row.pk}",
            )
            for row in invoices
        ],
        batch_size=1000,
    )
    allocations = [
        Allocation(
            business=business,
            invoice=row,
            payment=payment,
            amount=row.total,
            on=row.paid_on,
            invoice_currency=row.currency,
            source_currency=row.currency,
        )
        for row, payment in zip(invoices, payments, strict=True)
    ]
    Allocation.objects.bulk_create(allocations, batch_size=1000)


def main() -> None:
    with measured() as spent:
        build(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say_json({"seconds": round(spent.wall, 2)})


if __name__ == "__main__":
    main()
