"""Writes the bank statement of the last days: some lines are booked by themselves, some wait with a suggestion, some without."""

import csv
import datetime
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from arcollect.money import format_plain, quantize
from customers.models import ImportBatch
from invoices.models import BankLine, Invoice
from invoices.standing import claims
from invoices.statement_uploads import read, receive
from reminders.demo.ledger import DAY
from reminders.demo.stage import Stage

OPENING = Decimal(12480)
HEAD = ("Booking date", "Amount", "Currency", "Payer", "Description", "Balance")
# Newer invoices than this: older ones have been written about, and their stories are told elsewhere.
RECENT = 45
EXACT, PART, SLIP = 4, 3, 1


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the statement as the bank tells it."""

    amount: Decimal
    payer: str
    text: str


def write_bank(stage: Stage, day: datetime.date) -> None:
    """Brings the statement in as a bookkeeper would, with the lines the open invoices suggest."""
    invoices = _payable(stage, day)
    if not invoices:
        return
    told = [*_from_customers(invoices), *_from_others(invoices[0].currency)]
    name = f"statement-{day.isoformat()}.csv"
    batch = receive(business=stage.business, content=_table(stage, told, day), name=name, actor=stage.bookkeeper)
    read(batch=batch, today=day)
    at = stage.moment(day)
    ImportBatch.objects.filter(pk=batch.pk).update(at=at)
    lines = BankLine.objects.filter(statement__batch=batch)
    lines.exclude(settled_at=None).update(settled_at=at)
    lines.update(created_at=at)


def _payable(stage: Stage, day: datetime.date) -> list[Invoice]:
    """One recent open invoice a customer, with nothing agreed or contested about it; of no customer we are calling about
    older ones, for money that may be theirs would stop the calls."""
    late = Invoice.objects.filter(business=stage.business, balance__gt=0, due_on__lt=day - RECENT * DAY)
    rows = Invoice.objects.filter(
        business=stage.business, currency=stage.business.currency, balance__gt=100, issued_on__gt=day - RECENT * DAY
    )
    rows = list(rows.exclude(customer__in=late.values("customer")).select_related("customer").order_by("due_on", "number"))
    against = claims({row.customer_id for row in rows})
    taken = {*against.disputed, *against.planned, *against.promised, *against.offered, *against.settling}
    busy = {row.customer_id for row in rows if row.pk in taken}
    free = {row.customer_id: row for row in reversed(rows) if row.customer_id not in busy}
    return sorted(free.values(), key=lambda row: (row.due_on, row.number))[: EXACT + PART + SLIP]


def _from_customers(invoices: list[Invoice]) -> Iterator[Told]:
    """Paid with the number, in part and without a word, and with two digits in the wrong place."""
    for row in invoices[:EXACT]:
        yield Told(row.balance, row.customer.name, f"Invoice {row.number}")
    for row in invoices[EXACT : EXACT + PART]:
        yield Told(quantize(row.balance * Decimal("0.6"), row.currency), row.customer.name.upper(), "on account, rest to follow")
    for row in invoices[EXACT + PART :]:
        yield Told(
            row.balance, "Faster payment", f"inv {row.number[:-3]}{row.number[-2]}{row.number[-3]}{row.number[-1]} thank you"
        )


def _from_others(currency: str) -> Iterator[Told]:
    """What no customer of ours has to do with, or nobody knows of."""
    yield Told(Decimal("318.40"), "M Okafor", "Monthly standing order")
    yield Told(quantize(Decimal("-24.50"), currency), "The bank", "Account fee")
    yield Told(quantize(Decimal("-1150.00"), currency), "Redcliff Estates", "Rent")


def _table(stage: Stage, told: list[Told], day: datetime.date) -> bytes:
    """The statement as the bank's own table, with the balance after each line."""
    text, balance, currency = io.StringIO(), OPENING, stage.business.currency
    table = csv.writer(text)
    table.writerow(["Account", stage.business.iban, "", "", "", ""])
    table.writerow(HEAD)
    for line in told:
        balance += line.amount
        table.writerow(
            [day, format_plain(line.amount, currency), currency, line.payer, line.text, format_plain(balance, currency)]
        )
    return text.getvalue().encode()
