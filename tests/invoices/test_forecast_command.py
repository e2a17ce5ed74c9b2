"""manage.py forecast: columns, rows, and what it may not know; a real ledger: tests/load."""

import csv
import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from invoices.models import Invoice
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "customer_reference,number,issued_on,due_on,total,settled_on\n"
START = datetime.date(2026, 1, 1)


def said(*words: object) -> str:
    out = io.StringIO()
    call_command("forecast", *map(str, words), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def sample(business, tmp_path):
    """Writes a ledger of two habits, imports it, and says what the command makes of it."""

    def write() -> str:
        lines = []
        for turn in range(60):
            issued = START + datetime.timedelta(days=2 * turn)
            due = issued + datetime.timedelta(days=14)
            settled = due + datetime.timedelta(days=9 if turn % 2 else -3)
            lines.append(f"C{turn % 2},N-{turn},{issued},{due},{100 + turn},{settled}\n")
        path = tmp_path / "ledger.csv"
        path.write_text(HEAD + "".join(lines))
        call_command("import_invoices", str(path), "--on", "2026-09-01", stdout=io.StringIO(), stderr=io.StringIO())
        return said("--train-until", "2026-03-31")

    return write


def test_a_row_for_each_invoice_issued_after_the_day(sample):
    rows = list(csv.DictReader(io.StringIO(sample())))
    assert list(rows[0]) == ["number", "probability_late", "expected_days_after_due", "low", "high"]
    assert [row["number"] for row in rows] == [f"N-{turn}" for turn in range(45, 60)]
    for row in rows:
        slow = int(row["number"][2:]) % 2
        assert (float(row["probability_late"]) > 0.5) == bool(slow)
        assert abs(int(row["expected_days_after_due"]) - (9 if slow else -3)) <= 2
        assert int(row["low"]) <= int(row["expected_days_after_due"]) <= int(row["high"])


def test_json_and_a_file_say_the_same(sample, tmp_path):
    text = sample()
    assert "15 invoices" in said("--train-until", "2026-03-31", "--csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == text
    found = json.loads(said("--train-until", "2026-03-31", "--format", "json"))["forecasts"]
    assert len(found) == 15


def test_what_was_paid_later_changes_nothing_that_was_learned(sample, business):
    """Of the first invoice after the day nothing but the past can be known."""
    first = sample().splitlines()[1]
    Invoice.objects.filter(business=business, issued_on__gt="2026-03-31").update(paid_on="2026-12-31")
    assert said("--train-until", "2026-03-31").splitlines()[1] == first


def test_the_day_must_be_said_and_be_one(business):
    with pytest.raises(CommandError, match="--train-until"):
        said()
    with pytest.raises(CommandError, match="not a date like"):
        said("--train-until", "soon")


def test_a_file_that_cannot_be_written_is_said_in_one_line(business, tmp_path):
    with pytest.raises(CommandError, match="Cannot write .*: No such file or directory"):
        said("--train-until", "2026-03-31", "--csv", tmp_path / "none" / "out.csv")


def test_nothing_after_the_day_leaves_the_heads(business):
    assert said("--train-until", make.day("2026-03-31")) == "number,probability_late,expected_days_after_due,low,high\n"
