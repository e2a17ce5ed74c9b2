"""A hundred thousand lines of a bank in memory that does not grow with them, and two clerks at one line."""

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings

LINES = 100_000
HEAD = ["Date", "Amount", "Payer", "Description"]
# What may be added in kB: matching keeps what it prepared of the latest payers and texts, the file itself is in memory.
# Measured in November 2026: 170 MB for 2,000 lines, 258 MB for 100,000.
GROWTH = 120_000


@pytest.fixture
def ledger(manage):
    """2,000 customers, each with an invoice over 100 named INV- and its customer's number."""
    manage("shell", "-v0", "-c", "from tests.faults.staging import stage; stage(1, 2000, 'UTC', 10)")


def write(path, lines):
    """So many lines: every tenth names an invoice, every third is money that went out, the rest is nobody's."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        for number in range(lines):
            day = f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
            if number % 10 == 0:
                rows.writerow([day, "100.00", f"Customer {number // 10}", f"Invoice INV-{1 + number // 10}"])
            else:
                rows.writerow([day, f"{-number if number % 3 == 0 else number}.07", f"Payer {number % 977}", f"Note {number}"])
    return path


def brought_in(path, surroundings):
    """(what the command printed, its peak memory in kB)."""
    command = [sys.executable, "manage.py", "import_statement", str(path), "--format", "json"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=surroundings, stdout=subprocess.PIPE, text=True)
    with process.stdout:
        output = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return json.loads(output), usage.ru_maxrss


@pytest.mark.load
def test_memory_does_not_grow_with_the_lines(ledger, surroundings, tmp_path, ask):
    few, little = brought_in(write(tmp_path / "few.csv", 2000), surroundings)
    assert (few["new"], few["refused"]) == (2000, [])
    many, much = brought_in(write(tmp_path / "many.csv", LINES), surroundings)
    assert (many["lines"], many["new"] + many["known"], many["refused"]) == (LINES, LINES, [])
    assert many["matched"] + few["matched"] == 2000
    assert many["matched"] + many["suggested"] + many["unmatched"] + many["left"] == many["new"]
    assert much - little < GROWTH
    assert Decimal(str(ask("SELECT sum(balance) FROM invoices_invoice")[0][0])) == 0


@pytest.mark.faults
def test_two_imports_of_one_file_at_the_same_moment(ledger, start, manage, tmp_path, ask):
    path = write(tmp_path / "bank.csv", 2000)
    runs = [start("import_statement", path, "--format", "json") for _ in range(2)]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], [errors for _, errors in outputs]
    results = [json.loads(output) for output, _ in outputs]
    assert sorted(row["new"] for row in results) == [0, 2000]
    assert ask("SELECT count(*) FROM invoices_bankline") == [(2000,)]
    assert ask("SELECT count(*) FROM invoices_payment") == [(200,)]
    assert manage("verify_ledger", "--format", "json")["differences"] == []


ASK_ALWAYS = """
from customers.models import Business
Business.objects.update(settings={"matching": {"book_certain": False}})
"""
CONFIRM = """
from decimal import Decimal
import datetime
from invoices.line_booking import LineTaken, book_line
from invoices.matches import Match
from invoices.models import BankLine, Invoice
on = datetime.date(2026, 3, 1)
taken = 0
for line in BankLine.objects.filter(amount=100).order_by("pk")[:100]:
    invoice = Invoice.objects.get(number=line.text.split()[-1])
    match = Match(invoice.customer_id, ((invoice.pk, Decimal(100)),), 90, "hand", "By hand.")
    try:
        book_line(line=line, match=match, actor=None, on=on)
    except LineTaken:
        taken += 1
print(taken)
"""


@pytest.mark.faults
def test_two_people_confirm_the_same_lines(ledger, start, manage, tmp_path, ask):
    """Each line is booked by one of them; the other is told, in words and not by a crash."""
    manage("shell", "-v0", "-c", ASK_ALWAYS)
    manage("import_statement", write(tmp_path / "bank.csv", 1000))
    runs = [start("shell", "-v0", "-c", CONFIRM) for _ in range(2)]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], [errors for _, errors in outputs]
    assert sum(int(output) for output, _ in outputs) == 100
    assert ask("SELECT count(*) FROM invoices_payment") == [(100,)]
    assert manage("verify_ledger", "--format", "json")["differences"] == []
