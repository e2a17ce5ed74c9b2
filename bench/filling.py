"""Fills a database with the demo or with one of the real ledgers: `python -m bench.filling demo|FILE`."""

import csv
import io
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from bench.measuring import say_json
from customers.models import Business
from invoices.models import Invoice

LEDGERS = settings.BASE_DIR.parent / "shared" / "data" / "ar"
MAPS = {
    "ibm_asof_2013-06-01.csv": "customer_reference=customerID,number=invoiceNumber,issued_on=InvoiceDate,due_on=DueDate,"
    "total=InvoiceAmount,settled_on=SettledDate,disputed=Disputed",
    "highradius_open_9700.csv": "customer_reference=cust_number,customer_name=name_customer,number=invoice_id,"
    "issued_on=document_create_date.1,due_on=due_in_date,currency=invoice_currency,total=total_open_amount",
}
CASSANDRA = "cassandra_asof_2015-01-01.csv"
DEMO_DAY = "2026-06-30"


def fill(ledger: str) -> None:
    """The demo as of a fixed day, or the file as `import_invoices` reads it."""
    quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    if ledger == "demo":
        call_command("demo", "--on", DEMO_DAY, **quiet)
        return
    call_command("create_business", "Real", "--currency", "USD", "--country", "US", **quiet)
    path, columns = LEDGERS / ledger, MAPS.get(ledger, "")
    if ledger == CASSANDRA:
        path, columns = _numbered(path), ""
    words = ["import_invoices", str(path), "--currency", "USD", *(["--map", columns] if columns else [])]
    call_command(*words, **quiet)


def _numbered(path: Path) -> Path:
    """That file has no numbers and no references of customers: its rows get them here, in their order."""
    folder = Path(tempfile.mkdtemp(prefix="arcollect-bench-"))
    heads = ["customer_reference", "customer_name", "number", "issued_on", "due_on", "total", "settled_on"]
    with path.open(newline="", encoding="utf-8-sig") as source, (folder / "rows.csv").open("w", newline="") as target:
        writer, names = csv.writer(target), {}
        writer.writerow(heads)
        for place, row in enumerate(csv.DictReader(source), start=1):
            reference = names.setdefault(row["Vendor_Name"], f"V{len(names) + 1:04}")
            settled = row["Due_Date"] if not float(row["Outstanding"] or 0) else ""
            writer.writerow(
                [reference, row["Vendor_Name"], f"C-{place:05}", row["Invoice_Date"], row["Due_Date"], row["Amount"], settled]
            )
    return folder / "rows.csv"


def main() -> None:
    fill(sys.argv[1])
    say_json({"businesses": Business.objects.count(), "open": Invoice.objects.filter(balance__gt=0).count()})


if __name__ == "__main__":
    main()
