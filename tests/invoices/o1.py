"""The oracle ledger O1 of domain.md 2, as of 2026-06-30, all net 30: as plain rows, and written to a database."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from arcollect.dates import Calendar
from customers.models import Business, Customer
from invoices.disputing import open_dispute
from invoices.metrics import Credit, OpenInvoice
from invoices.models import Invoice
from tests import make

AS_OF = date(2026, 6, 30)
ACME, BIRCH, CEDAR = 1, 2, 3
NAMES = {ACME: "Acme", BIRCH: "Birch", CEDAR: "Cedar"}
# Number, customer, issued, due, open.
OPEN = [
    ("INV-1", ACME, "2026-06-10", "2026-07-10", "1000"),
    ("INV-2", ACME, "2026-05-31", "2026-06-30", "500"),
    ("INV-3", ACME, "2026-05-30", "2026-06-29", "250"),
    ("INV-4", BIRCH, "2026-05-01", "2026-05-31", "1200"),
    ("INV-5", BIRCH, "2026-04-30", "2026-05-30", "900"),
    ("INV-6", BIRCH, "2026-04-01", "2026-05-01", "600"),
    ("INV-7", CEDAR, "2026-03-31", "2026-04-30", "700"),
    ("INV-8", CEDAR, "2026-03-02", "2026-04-01", "300"),
    ("INV-9", CEDAR, "2026-03-01", "2026-03-31", "400"),
]
CREDITS = [(ACME, "2026-06-15", "100"), (CEDAR, "2026-06-20", "350")]
# What was paid in full: issued, total, paid. Sales of a year come to 37,200, the ledger of 31 May to 6000.
PAID = [
    *((f"{month}-10", "3000", f"{month}-25") for month in ("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12")),
    ("2026-01-10", "3000", "2026-02-05"),
    ("2026-02-10", "3000", "2026-03-05"),
    ("2026-03-10", "2800", "2026-04-05"),
    ("2026-04-10", "1400", "2026-05-08"),
    ("2026-04-20", "1100", "2026-06-05"),
    ("2026-06-02", "2000", "2026-06-25"),
]
INVOICES = [
    OpenInvoice(customer, "USD", date.fromisoformat(issued), date.fromisoformat(due), Decimal(amount))
    for _number, customer, issued, due, amount in OPEN
]
UNAPPLIED = [Credit(customer, "USD", date.fromisoformat(on), Decimal(amount)) for customer, on, amount in CREDITS]


@dataclass(frozen=True)
class O1:
    """The rows of the oracle ledger: customers by name, open invoices by number."""

    business: Business
    customers: dict[str, Customer]
    invoices: dict[str, Invoice]


def write_o1(business: Business, *, history: bool = True) -> O1:
    """O1 in the books of a business that keeps them in dollars; `history`: with the year of paid invoices."""
    customers = {pk: make.customer(business, name) for pk, name in NAMES.items()}
    invoices = {}
    for number, customer, issued, due, amount in OPEN:
        total = "1250" if number == "INV-4" else amount
        invoices[number] = make.invoice(customers[customer], number, issued=issued, due=due, total=total)
    make.payment(customers[BIRCH], "50", on="2026-06-12", split={invoices["INV-4"]: "50"})
    make.credit_note(customers[ACME], "100", on="2026-06-15")
    make.payment(customers[CEDAR], "350", on="2026-06-20", split={})
    open_dispute(invoice=invoices["INV-9"], code="PRICE", amount=Decimal(150), on=date(2026, 6, 1), calendar=Calendar())
    for place, (issued, total, paid) in enumerate(PAID if history else ()):
        due = date.fromisoformat(issued) + timedelta(days=30)
        row = make.invoice(customers[BIRCH], f"PAID-{place}", issued=issued, due=due.isoformat(), total=total)
        make.payment(customers[BIRCH], total, on=paid, split={row: total})
    return O1(business, {name: customers[pk] for pk, name in NAMES.items()}, invoices)
