"""The main job on the real ledgers that lie beside the project: what is asked for equals the file, customer by customer."""

import csv
import datetime
import json
from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.management import call_command

from arcollect.money import format_money
from customers.models import Business, Letter, Task
from invoices.models import Invoice
from reminders.models import Reminder, ReminderLine

LEDGERS = settings.BASE_DIR.parent / "shared" / "data" / "ar"
IBM = LEDGERS / "ibm_asof_2013-06-01.csv"
IBM_MAP = (
    "customer_reference=customerID,number=invoiceNumber,issued_on=InvoiceDate,due_on=DueDate,"
    "total=InvoiceAmount,settled_on=SettledDate,disputed=Disputed"
)
HIGHRADIUS = LEDGERS / "highradius_open_9700.csv"
HIGHRADIUS_MAP = (
    "customer_reference=cust_number,customer_name=name_customer,number=invoice_id,issued_on=document_create_date.1,"
    "due_on=due_in_date,currency=invoice_currency,total=total_open_amount"
)
WORTH_A_LETTER = Decimal(25)

Key = tuple[str, str]


def said(*words: object) -> dict:
    """What a command prints as JSON."""
    output = StringIO()
    call_command(*map(str, words), "--format", "json", stdout=output, stderr=StringIO())
    return json.loads(output.getvalue())


@pytest.fixture
def company(db) -> Business:
    call_command("create_business", "Real", "--currency", "USD", "--country", "US", stdout=StringIO())
    return Business.objects.get()


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        pytest.skip(f"{path.name} does not lie in ../shared/data/ar")
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def escalated(on: str) -> list[dict]:
    words = ("escalate", "--on", on, "--release-imported", "--calls-per-day", "0")
    fired = said(*words)["fired"]
    assert said(*words)["fired"] == []
    return [row for row in fired if row["step"] != "COURTESY"]


def counted() -> list[int]:
    return [model.objects.count() for model in (Invoice, Reminder, ReminderLine, Letter, Task)]


def words_in(path: Path) -> str:
    """The text of a PDF with ordinary spaces."""
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_young_ledger_gets_notices_and_nothing_twice(company, tmp_path):
    today, expected = datetime.date(2013, 6, 3), defaultdict(Decimal)
    for row in rows_of(IBM):
        due_on = datetime.datetime.strptime(row["DueDate"], "%m/%d/%Y").date()  # noqa: DTZ007
        if not row["SettledDate"] and row["Disputed"] == "No" and due_on < today:
            expected[row["customerID"]] += Decimal(row["InvoiceAmount"])
    said("import_invoices", IBM, "--map", IBM_MAP, "--currency", "USD")
    fired = escalated("2013-06-03")
    assert {row["step"] for row in fired} == {"NOTICE"}
    assert {row["customer"]: Decimal(row["total"]) for row in fired} == worth(expected)
    said("deliver", "--on", "2013-06-03", "--approve-all", "--outbox", tmp_path / "out")
    check_letters(fired, tmp_path / "out")
    before = counted()
    assert said("import_invoices", IBM, "--map", IBM_MAP, "--currency", "USD")["unchanged"] == 1831
    assert escalated("2013-06-03") == []
    said("deliver", "--on", "2013-06-03", "--approve-all", "--outbox", tmp_path / "again")
    assert (counted(), list((tmp_path / "again").iterdir())) == (before, [])
    assert said("verify_ledger")["differences"] == []


@pytest.mark.load
def test_an_old_ledger_in_two_currencies_gets_the_step_its_age_deserves(company, tmp_path):
    today, expected, oldest = datetime.date(2020, 5, 20), defaultdict(Decimal), defaultdict(int)
    for row in rows_of(HIGHRADIUS):
        late = (today - datetime.date.fromisoformat(row["due_in_date"])).days
        if late >= 1:
            key = (row["cust_number"], row["invoice_currency"])
            expected[key] += Decimal(row["total_open_amount"])
            oldest[key] = max(oldest[key], late)
    said("import_invoices", HIGHRADIUS, "--map", HIGHRADIUS_MAP)
    fired = escalated("2020-05-20")
    assert {(row["customer"], row["currency"]): Decimal(row["total"]) for row in fired} == worth(expected)
    steps = {(row["customer"], row["currency"]): row["step"] for row in fired}
    assert steps == {key: "60" if late >= 60 else "30" if late >= 30 else "NOTICE" for key, late in oldest.items()}
    said("deliver", "--on", "2020-05-20", "--approve-all", "--outbox", tmp_path)
    check_letters([row for row in fired if row["step"] != "60"], tmp_path)
    assert said("verify_ledger")["differences"] == []


def worth(sums: dict) -> dict:
    """The customers who owe enough for a letter."""
    return {key: total for key, total in sums.items() if total >= WORTH_A_LETTER}


def check_letters(fired: list[dict], folder: Path) -> None:
    """One PDF for each letter fired, which names the sum and every invoice asked for."""
    files = {int(path.name.split("-")[0]): path for path in folder.glob("*.pdf")}
    assert sorted(files) == sorted(row["letter"] for row in fired)
    for row in fired:
        text = words_in(files[row["letter"]])
        assert format_money(Decimal(row["total"]), row["currency"], "en-US").replace("\N{NO-BREAK SPACE}", " ") in text
        assert all(line["number"] in text for line in row["invoices"])
