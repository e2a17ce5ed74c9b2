"""A small ledger in memory, without a database, and lines to match with it."""

import datetime
from decimal import Decimal
from typing import Any

from invoices.matches import LineFacts, Match
from invoices.matching import match
from invoices.open_ledger import Ledger, OpenCredit, OpenInvoice, Payer

TODAY = datetime.date(2026, 6, 30)
ACME, BIRCH, CEDAR = 1, 2, 3


def ledger(*rows: tuple[int, str, str], credits: tuple[tuple[int, str, str], ...] = (), **more: Any) -> Ledger:
    """(customer, number, amount) of open invoices, whose ids are their places from 1; credit notes alike. The oldest first."""
    made = Ledger(**more)
    made.add_customers(
        [
            Payer(ACME, "C0001", "Acme Tools GmbH", "", Decimal(2), 14),
            Payer(BIRCH, "C0002", "Birch & Söhne"),
            Payer(CEDAR, "C0003", "Cedar Möbelhaus Ltd."),
        ]
    )
    made.add_invoices(opened(place, *row) for place, row in enumerate(rows, start=1))
    made.add_credits(OpenCredit(place, row[0], row[1], "EUR", Decimal(row[2])) for place, row in enumerate(credits, start=1))
    return made


def opened(pk: int, customer_id: int, number: str, amount: str, currency: str = "EUR", disputed: str = "0") -> OpenInvoice:
    issued_on = datetime.date(2026, 5, 1) + datetime.timedelta(days=pk)
    due_on = issued_on + datetime.timedelta(days=30)
    return OpenInvoice(pk, customer_id, number, currency, issued_on, due_on, Decimal(amount), Decimal(disputed))


def line(amount: str, text: str = "", payer: str = "", **more: Any) -> LineFacts:
    on = more.pop("on", TODAY)
    return LineFacts(
        **{"booked_on": on, "valued_on": on, "amount": Decimal(amount), "currency": "EUR"} | more, text=text, payer=payer
    )


def first(told: LineFacts, books: Ledger) -> Match:
    """The best match of a line; fails where there is none."""
    return match(told, books)[0]


def split_of(found: Match) -> dict[int, str]:
    """Invoice id -> part, as plain text."""
    return {pk: f"{part:f}" for pk, part in found.split}
