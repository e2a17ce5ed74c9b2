"""Real ledgers come in whole, once, and sum up as an independent sum of the file does."""

import csv
import io
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.management import call_command

from invoices.forecast_quality import area_under_curve
from invoices.models import Dispute, Invoice, Payment
from tests.invoices.test_forecast_command import said
from tests.invoices.test_import_commands import run

pytestmark = pytest.mark.django_db
# Without what only the end tells: whether it was disputed.
KNOWN_THEN = (
    "customer_reference=customerID,number=invoiceNumber,issued_on=InvoiceDate,due_on=DueDate,"
    "total=InvoiceAmount,settled_on=SettledDate"
)
IBM = f"{KNOWN_THEN},disputed=Disputed"
HIGHRADIUS = (
    "customer_reference=cust_number,customer_name=name_customer,number=invoice_id,issued_on=document_create_date.1,"
    "due_on=due_in_date,currency=invoice_currency,total=total_open_amount"
)


def test_a_mapped_real_ledger_comes_in_whole_and_once(business, ledgers):
    path = str(ledgers / "ibm_asof_2013-06-01.csv")
    first = run("import_invoices", path, "--map", IBM, "--currency", "USD")
    assert (first["created"], first["customers_created"], first["refused"]) == (1831, 100, [])
    assert Invoice.objects.filter(balance__gt=0).count() == 112
    assert Dispute.objects.count() == 418
    assert Invoice.objects.filter(number="0000611365").exists()
    again = run("import_invoices", path, "--map", IBM, "--currency", "USD")
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1831)
    assert (Payment.objects.count(), Dispute.objects.count()) == (1719, 418)


def test_two_currencies_and_spreadsheet_ids_sum_up_customer_by_customer(business, ledgers):
    path = ledgers / "highradius_open_9700.csv"
    result = run("import_invoices", str(path), "--map", HIGHRADIUS)
    assert (result["created"], result["refused"], len(result["warnings"])) == (9700, [], 32)
    assert _sums_of(path) == _sums_booked()
    assert Invoice.objects.filter(number="1930571429").exists()


def test_a_real_ledger_is_forecast_better_than_by_its_customers_habits(business, ledgers):
    path = ledgers / "ibm_asof_2013-06-01.csv"
    words = [str(path), "--map", KNOWN_THEN, "--currency", "USD", "--on", "2013-06-01"]
    call_command("import_invoices", *words, stdout=io.StringIO(), stderr=io.StringIO())
    rows = list(csv.DictReader(io.StringIO(said("--train-until", "2013-02-01"))))
    invoices = {row.number: row for row in Invoice.objects.filter(due_on__lt="2013-05-31")}
    pairs = [(row, invoices[row["number"]]) for row in rows if row["number"] in invoices]
    late = [one.paid_on is None or one.paid_on > one.due_on for _row, one in pairs]
    assert area_under_curve([float(row["probability_late"]) for row, _one in pairs], late) > 0.86
    off = [abs(int(row["expected_days_after_due"]) - (one.paid_on - one.due_on).days) for row, one in pairs if one.paid_on]
    assert sum(off) / len(off) < 6.3


def _sums_of(path):
    """An independent sum: plain splitting, columns by position."""
    sums = defaultdict(Decimal)
    for line in path.read_text().splitlines()[1:]:
        cells = line.split(",")
        sums[cells[2], cells[10]] += Decimal(cells[13])
    return dict(sums)


def _sums_booked():
    sums = defaultdict(Decimal)
    for reference, currency, balance in Invoice.objects.values_list("customer__reference", "currency", "balance"):
        sums[reference, currency] += balance
    return dict(sums)
