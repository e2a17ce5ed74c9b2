"""Invoices as papers, without a database: what a test names, everything else plain and the same every time."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from invoices.paper import INVOICE, Account, Paper, PaperLine, Party
from invoices.sums import Item, sum_up

HOLLIS = Party(
    name="Hollis Werkzeuge",
    legal_name="Hollis Werkzeuge GmbH",
    street=("Torstraße 12",),
    city="Berlin",
    postal_code="10119",
    region="",
    country="DE",
    lines=("Torstraße 12", "10119 Berlin"),
    tax_id="DE123456788",
    registration="HRB 98765, Amtsgericht Charlottenburg",
    contact_name="Jana Hollis",
    phone="+49301234567",
    email="rechnung@hollis.example",
    website="https://hollis.example",
)
BIRCH = Party(
    name="Birke Bau",
    legal_name="Birke Bau AG",
    street=("Hauptstraße 5",),
    city="Graz",
    postal_code="8010",
    region="",
    country="AT",
    lines=("Hauptstraße 5", "8010 Graz"),
    tax_id="ATU12345675",
    contact_name="Frau Huber",
    email="ap@birke.example",
    reference="C-1044",
)
ACCOUNT = Account("Hollis Werkzeuge GmbH", "Hausbank Berlin", "DE89370400440532013000", "COBADEFFXXX")


def line(what: str, quantity: str, price: str, rate: str = "20", **fields: Any) -> tuple[str, str, Item]:
    """Description, unit, figures."""
    unit = fields.pop("unit", "C62")
    values = {name: Decimal(value) if name == "discount_pct" else value for name, value in fields.items()}
    return what, unit, Item(Decimal(quantity), Decimal(price), rate=Decimal(rate), **values)


THREE = (line("Cordless drill, 18 V, with case", "3", "19.99"), line("Delivery to the site", "1", "45.50"))


def paper(*lines: tuple[str, str, Item], **fields: Any) -> Paper:
    """An invoice of 30 days over the lines of the worked figure, or these."""
    rows, currency = lines or THREE, fields.pop("currency", "EUR")
    sums = sum_up([item for _what, _unit, item in rows], currency, Decimal(fields.pop("prepaid", "0")))
    placed = zip(range(1, len(rows) + 1), rows, sums.nets, strict=True)
    plain = Paper(
        number="2026-0007",
        type_code=INVOICE,
        issued_on=datetime.date(2026, 3, 2),
        due_on=datetime.date(2026, 4, 1),
        currency=currency,
        language="en",
        seller=HOLLIS,
        buyer=BIRCH,
        account=ACCOUNT,
        lines=tuple(PaperLine(place, what, unit, item, net) for place, (what, unit, item), net in placed),
        sums=sums,
        terms_days=30,
        delivered_on=datetime.date(2026, 2, 27),
        purchase_order="PO-4711",
    )
    return replace(plain, **fields)
