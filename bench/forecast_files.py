"""Reads ledgers for the forecast's bench from files: as `import_invoices` does, or a known kind by its heads."""

import csv
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from invoices.forecast_evidence import Issued
from invoices.imports.layouts import INVOICES
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.rows import InvoiceRow

# Kinds whose heads say what they are, with the column of each field.
IBM = {
    "customer_reference": "customerID",
    "number": "invoiceNumber",
    "issued_on": "InvoiceDate",
    "due_on": "DueDate",
    "total": "InvoiceAmount",
    "settled_on": "SettledDate",
}
DAYS, VENDOR = "Number_of_Days_until_Payment", "Vendor_Name"
SHORT_DATE = "%d-%b-%y"


@dataclass(frozen=True, slots=True)
class Ledger:
    """`until`: the last day anything in the file happened on; `skipped`: rows that could not be read, or no invoices."""

    name: str
    invoices: list[Issued]
    until: datetime.date
    skipped: int


def read(path: Path, mapping: Mapping[str, str]) -> Ledger:
    """The file as a ledger. Settled, Outstanding and Disputed are not looked at: they are known only afterwards."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        heads = next(csv.reader(file), [])
    if not mapping and {DAYS, VENDOR} <= set(heads):
        found, skipped = _by_days(path)
    else:
        found, skipped = _imported(path, mapping or (IBM if set(IBM.values()) <= set(heads) else {}))
    until = max((row.closed_on or row.issued_on for row in found), default=datetime.date.min)
    return Ledger(path.name, found, until, skipped)


def _imported(path: Path, mapping: Mapping[str, str]) -> tuple[list[Issued], int]:
    ledger = open_ledger(path, INVOICES, Options(currency="USD", mapping=mapping))
    found, skipped = [], 0
    for place, row in enumerate(ledger.rows(datetime.date.max)):
        if not isinstance(row, InvoiceRow) or row.total <= 0 or row.due_on is None:
            skipped += 1
            continue
        customer = row.customer_reference or row.customer_name
        found.append(Issued(place, customer, row.issued_on, row.due_on, float(row.total), row.settled_on))
    return found, skipped


def _by_days(path: Path) -> tuple[list[Issued], int]:
    """Files that have the days from invoice to payment in place of a date."""
    found, skipped = [], 0
    with path.open(newline="", encoding="utf-8-sig") as file:
        for place, row in enumerate(csv.DictReader(file)):
            try:
                issued_on, due_on = _date(row["Invoice_Date"]), _date(row["Due_Date"])
                amount, days = float(row["Amount"]), row[DAYS]
                closed_on = issued_on + datetime.timedelta(days=int(float(days))) if days else None
            except ValueError:
                skipped += 1
                continue
            found.append(Issued(place, row[VENDOR], issued_on, due_on, amount, closed_on))
    return found, skipped


def _date(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, SHORT_DATE).date()  # noqa: DTZ007
