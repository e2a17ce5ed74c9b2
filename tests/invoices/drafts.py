"""Invoices being made: a business that has all an invoice needs, a customer, a draft that only needs its ticks."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from customers.models import Business, Customer, User
from invoices.drafting import DraftValues, LineValues, start_draft
from invoices.invoicing import issue_draft
from invoices.models import DraftInvoice, Invoice
from invoices.preflighting import check_draft, tick, unticked
from tests import make
from tests.make import day

MONDAY = day("2026-03-02")
IDENTITY = {
    "legal_name": "Hollis Werkzeuge GmbH",
    "street": "Torstraße 12",
    "city": "Berlin",
    "postal_code": "10119",
    "country": "DE",
    "currency": "EUR",
    "language": "en",
    "email": "rechnung@hollis.example",
    "tax_id": "DE123456788",
    "registration": "HRB 98765",
    "account_holder": "Hollis Werkzeuge GmbH",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "terms_days": 30,
}
DRILLS = LineValues("Cordless drill, 18 V, with case", Decimal(3), unit_price=Decimal("19.99"), tax_rate=Decimal(20))
DELIVERY = LineValues("Delivery to the site", unit_price=Decimal("45.50"), tax_rate=Decimal(20))


def seller(business: Business) -> Business:
    """The business with all that stands on an invoice."""
    for name, value in IDENTITY.items():
        setattr(business, name, value)
    business.save()
    return business


def buyer(business: Business, name: str = "Birke", **fields: Any) -> Customer:
    """A customer invoices can go to: an address, a verified contact."""
    where = {"street": "Hauptstraße 5", "city": "Graz", "postal_code": "8010", "country": "AT", "tax_id": "ATU12345675"}
    customer = make.customer(business, name, legal_name=f"{name} Bau AG", **where | fields)
    make.contact(customer, "ap@birke.example", name="Frau Huber", verified_on=MONDAY)
    return customer


def values(**fields: Any) -> DraftValues:
    plain = DraftValues(currency="EUR", issue_on=MONDAY, terms_days=30, delivered_on=day("2026-02-27"))
    return replace(plain, **fields)


def draft(customer: Customer, actor: User, *lines: LineValues, **fields: Any) -> DraftInvoice:
    """The worked figure, 126.56, or these lines."""
    return start_draft(customer=customer, values=values(**fields), lines=lines or (DRILLS, DELIVERY), actor=actor)


def tick_all(row: DraftInvoice, actor: User, today: datetime.date = MONDAY) -> None:
    """Every warning may stay."""
    for check in unticked(check_draft(draft=row, on=today)):
        tick(check=check, actor=actor, on=today)


def plain_pdf(paper: object, xml: bytes) -> bytes:
    """A drawing that costs nothing, where the page is not what is looked at."""
    return b"%PDF-1.7 " + xml


def issued(customer: Customer, actor: User, *lines: LineValues, today: datetime.date = MONDAY, **fields: Any) -> Invoice:
    """An invoice made here and issued."""
    row = draft(customer, actor, *lines, **fields)
    tick_all(row, actor, today)
    return issue_draft(draft=row, actor=actor, today=today, draw=plain_pdf)
