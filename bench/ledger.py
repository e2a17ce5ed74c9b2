"""Fills an empty database with a ledger of open invoices, in bulk: `python -m bench.ledger INVOICES [CUSTOMERS]`."""

import datetime
import random
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction

from bench.measuring import measured, say_json
from customers.models import Business, Contact, Customer
from invoices.models import Allocation, Dispute, Invoice, Payment, Promise, PromiseLine
from reminders.opening import open_business

FIRST_NIGHT = datetime.date(2026, 3, 2)
RELEASED_ON = FIRST_NIGHT - datetime.timedelta(days=1)
SLUG = "nordlicht-werkstatt"
BATCH = 5000
CUSTOMERS_AT_LEAST = 100
INVOICES_A_CUSTOMER = 50
# Of all open invoices: part paid; with an open query; promised.
PART_PAID, DISPUTED, PROMISED = 0.08, 0.01, 0.02


def build(invoices: int, customer_count: int = 0) -> None:
    """A released business with customers, contacts and open invoices: a third not due, the rest 1 to 200 days late."""
    chance = random.Random(7)
    business = _business()
    customers = _customers(business, customer_count or max(CUSTOMERS_AT_LEAST, invoices // INVOICES_A_CUSTOMER))
    rows = _invoices(business, customers, invoices, chance)
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            Invoice.objects.bulk_create(batch, batch_size=1000)
            _part_payments(business, [row for row in batch if row.balance < row.total])
            _agreements(business, batch, chance)


def _business() -> Business:
    """One whose letters hold all a letter can: a letterhead, an account, the code of a bank transfer."""
    business = open_business(name="Nordlicht Werkstatt", currency="EUR", country="DE", time_zone="Europe/Berlin", slug=SLUG)
    business.street, business.postal_code, business.city = "Hafenstraße 12", "20457", "Hamburg"
    business.phone, business.email, business.website = "+49405550100", "konto@nordlicht.example", "https://nordlicht.example"
    business.tax_id, business.registration = "DE123456788", "Amtsgericht Hamburg, HRB 12345"
    business.bank_name, business.iban, business.bic = "Elbbank", "DE89370400440532013000", "COBADEFFXXX"
    business.signatory, business.signatory_role, business.signatory_phone = "Maria Okafor", "Buchhaltung", "+49405550123"
    business.released_on = RELEASED_ON
    business.save()
    return business


def _customers(business: Business, count: int) -> list[Customer]:
    address = {"street": "Lindengasse 7", "postal_code": "50667", "city": "Köln", "country": "DE"}
    rows = [Customer(business=business, reference=f"C{n:06}", name=f"Kundschaft {n} GmbH", **address) for n in range(count)]
    with transaction.atomic():
        customers = Customer.objects.bulk_create(rows, batch_size=1000)
        contacts = [
            Contact(
                business=business, customer=customer, name="Anna Müller", email=f"{customer.reference}@customer.example".lower()
            )
            for customer in customers
        ]
        Contact.objects.bulk_create(contacts, batch_size=1000)
    return customers


def _invoices(business: Business, customers: list[Customer], count: int, chance: random.Random) -> Iterator[Invoice]:
    for n in range(count):
        late = chance.randint(1, 200) if chance.random() > 1 / 3 else -chance.randint(0, 40)
        due_on = FIRST_NIGHT - datetime.timedelta(days=late)
        issued_on = due_on - datetime.timedelta(days=30)
        total = Decimal(chance.randint(5_000, 500_000)) / 100
        paid = (total / 4).quantize(Decimal("0.01")) if chance.random() < PART_PAID and late > 0 else Decimal(0)
        yield Invoice(
            business=business,
            customer=customers[n % len(customers)],
            number=f"INV-{n:07}",
            number_key=f"INV{n:07}",
            issued_on=issued_on,
            due_on=due_on,
            currency=business.currency,
            total=total,
            balance=total - paid,
            first_seen_on=issued_on,
            released_on=RELEASED_ON,
        )


def _part_payments(business: Business, invoices: list[Invoice]) -> None:
    """What was paid of them so far, some weeks ago: it pauses nothing any more."""
    received_on = FIRST_NIGHT - datetime.timedelta(days=30)
    payments = [
        Payment(
            business=business,
            customer_id=row.customer_id,
            received_on=received_on,
            currency=row.currency,
            amount=row.total - row.balance,
            allocated=row.total - row.balance,
            fingerprint=f"bench-{row.pk}",
        )
        for row in invoices
    ]
    Payment.objects.bulk_create(payments, batch_size=1000)
    allocations = [
        Allocation(
            business=business,
            invoice=row,
            payment=payment,
            amount=payment.amount,
            on=received_on,
            invoice_currency=row.currency,
            source_currency=row.currency,
        )
        for row, payment in zip(invoices, payments, strict=True)
    ]
    Allocation.objects.bulk_create(allocations, batch_size=1000)


def _agreements(business: Business, invoices: list[Invoice], chance: random.Random) -> None:
    """Queries and promises, both open over the nights that are measured."""
    until = FIRST_NIGHT + datetime.timedelta(days=60)
    late = [row for row in invoices if row.due_on < FIRST_NIGHT]
    drawn = {row.pk: chance.random() for row in late}
    disputed = [row for row in late if drawn[row.pk] < DISPUTED]
    promised = [row for row in late if DISPUTED <= drawn[row.pk] < DISPUTED + PROMISED]
    common: dict[str, Any] = {"business": business}
    disputes = [
        Dispute(**common, customer_id=row.customer_id, invoice=row, code="PRICE", amount=row.balance, opened_on=RELEASED_ON)
        for row in disputed
    ]
    Dispute.objects.bulk_create(disputes, batch_size=1000)
    promises = [
        Promise(
            **common, customer_id=row.customer_id, currency=row.currency, amount=row.balance, made_on=RELEASED_ON, due_on=until
        )
        for row in promised
    ]
    Promise.objects.bulk_create(promises, batch_size=1000)
    lines = [
        PromiseLine(promise=promise, invoice=row, amount=row.balance) for promise, row in zip(promises, promised, strict=True)
    ]
    PromiseLine.objects.bulk_create(lines, batch_size=1000)


def main() -> None:
    with measured() as spent:
        build(*map(int, sys.argv[1:]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say_json({"seconds": round(spent.wall, 2)})


if __name__ == "__main__":
    main()
