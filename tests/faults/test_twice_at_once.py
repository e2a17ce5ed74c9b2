"""The nightly run started by two machines at the same moment."""

import json

import pytest

pytestmark = pytest.mark.faults
CUSTOMERS = 40
HEAD = "customer_reference,customer_name,number,issued_on,due_on,currency,total"


@pytest.fixture
def ledger(manage, tmp_path):
    """40 customers, each with an invoice 45 days late and one 10 days late."""
    rows = [
        f"C{number},Customer {number},{number}-{due},2026-01-01,{due},USD,100.00"
        for number in range(CUSTOMERS)
        for due in ("2026-02-01", "2026-03-08")
    ]
    path = tmp_path / "invoices.csv"
    path.write_text("\n".join([HEAD, *rows]))
    manage("create_business", "Twice", "--currency", "USD", "--country", "US", "--time-zone", "UTC")
    assert manage("import_invoices", path, "--format", "json")["created"] == 2 * CUSTOMERS
    return path


@pytest.mark.proves("T01", "T03", "T04")
def test_every_step_fires_once(ledger, manage, start):
    words = ("escalate", "--on", "2026-03-18", "--release-imported", "--calls-per-day", "0", "--format", "json")
    runs = [start(*words) for _ in range(3)]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], [errors for _, errors in outputs]
    fired = [row for output, _ in outputs for row in json.loads(output)["fired"]]
    assert sorted(row["customer"] for row in fired) == sorted(f"C{number}" for number in range(CUSTOMERS))
    assert {(row["step"], row["total"]) for row in fired} == {("30", "200.00")}
    assert manage(*words)["fired"] == []


@pytest.mark.proves("T01", "T08")
def test_every_letter_goes_out_once(ledger, manage, start, tmp_path):
    manage("escalate", "--on", "2026-03-18", "--release-imported", "--format", "json")
    words = ("deliver", "--on", "2026-03-18", "--approve-all", "--format", "json", "--outbox")
    runs = [start(*words, tmp_path / name) for name in ("one", "two")]
    outputs = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], [errors for _, errors in outputs]
    written = [path.name for name in ("one", "two") for path in (tmp_path / name).iterdir()]
    assert len(written) == len(set(written)) == CUSTOMERS
