"""verify_ledger re-checks every signature; and so can anybody who has only the stored bytes (domain.md 6.7, T53)."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO, StringIO

import pikepdf
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from customers import log
from invoices.models import PaymentPlan, Signature
from invoices.signing import countersign
from reminders.verifying import verify
from tests import agreements, make

PLAN, SIGNATURE = ("signed_plan_stays", "invoices_paymentplan"), ("signature_stays", "invoices_signature")
LATER = agreements.SIGNED_AT + datetime.timedelta(hours=4)


@pytest.fixture
def signature(acme) -> Signature:
    make.contact(acme)
    plan = agreements.offered(acme, "250.00", "50.01", instalments={"2026-03-25": "100.01", "2026-04-25": "200.00"})
    return agreements.signed(plan)


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unguarded(name: str, table: str, change: str = "update") -> None:
    """Somebody with access to the database takes a guard down first."""
    sql(f"DROP TRIGGER {name}_{change}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found(business) -> set[str]:
    """The fields of every difference, as the command reports them."""
    out = StringIO()
    with suppress(SystemExit):
        call_command("verify_ledger", "--business", business.slug, "--format", "json", stdout=out)
    return {row["field"] for row in json.loads(out.getvalue())["differences"]}


def test_the_command_leaves_with_one(business, signature):
    unguarded(*SIGNATURE)
    sql("UPDATE invoices_signature SET name = 'Mallory'")
    with pytest.raises(SystemExit) as left:
        call_command("verify_ledger", stdout=StringIO())
    assert left.value.code == 1


def test_a_signature_that_stands(business, owner, signature):
    log.seal(business)
    countersign(plan=signature.plan, by=owner, at=LATER)
    log.seal(business)
    assert found(business) == set()
    assert verify(business).checked["signatures"] == 2


@pytest.mark.proves("T53")
def test_each_changed_column(business, signature):
    unguarded(*SIGNATURE)
    changes = {
        "name": "Mallory",
        "role": "",
        "email": "m@evil.example",
        "signed_at": "2026-03-20 09:30:15+00:00",
        "record_sha256": "0" * 64,
        "link_id": None,
        "party": "creditor",
    }
    for column, value in changes.items():
        with undone():
            sql(f"UPDATE invoices_signature SET {column} = %s", value)
            assert column.removesuffix("_id") in found(business), column


@pytest.mark.proves("T53")
def test_each_changed_part_of_a_record_whose_hash_was_made_to_fit(business, signature):
    """Whoever forges the record and its hash has not forged the log."""
    unguarded(*SIGNATURE)
    for part in signature.record:
        record = signature.record | {part: {"forged": True}}
        forged = hashlib.sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        with undone():
            Signature.objects.update(record=record, record_sha256=forged)
            assert "event record_sha256" in found(business), part


@pytest.mark.proves("T53")
def test_changed_terms_whose_hash_was_made_to_fit(business, signature):
    terms = signature.plan.terms | {"total": "1.00"}
    forged = hashlib.sha256(json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    unguarded(*PLAN)
    PaymentPlan.objects.update(terms=terms, terms_sha256=forged)
    assert {"terms_sha256", "event terms_sha256", "total"} <= found(business)


@pytest.mark.proves("T28", "T53")
def test_changed_bytes_of_the_agreement(business, signature):
    sql("UPDATE customers_document SET bytes = %s WHERE id = %s", b"%PDF-1.7 less", signature.document_id)
    assert "sha256" in found(business)


@pytest.mark.proves("T28", "T53")
def test_changed_bytes_whose_hash_was_made_to_fit(business, signature):
    other = b"%PDF-1.7 less"
    sql(
        "UPDATE customers_document SET bytes = %s, sha256 = %s, size = %s WHERE id = %s",
        other,
        hashlib.sha256(other).hexdigest(),
        len(other),
        signature.document_id,
    )
    assert {"document_sha256", "event document_sha256"} <= found(business)


@pytest.mark.proves("T28", "T53")
def test_changed_or_lost_evidence(business, signature):
    with undone():
        unguarded(*SIGNATURE)
        sql("UPDATE invoices_signature SET evidence_id = NULL")
        assert found(business) == {"event evidence_sha256"}
    sql("UPDATE customers_document SET sha256 = %s WHERE id = %s", "0" * 64, signature.evidence_id)
    assert {"sha256", "event evidence_sha256"} <= found(business)


def test_another_document_than_was_signed(business, signature):
    unguarded(*PLAN)
    PaymentPlan.objects.update(document=signature.evidence)
    assert "document" in found(business)


def test_a_signature_that_is_gone(business, signature):
    unguarded(*SIGNATURE, change="delete")
    Signature.objects.all().delete()
    assert {"signature", "signatures"} <= found(business)


def test_a_plan_nobody_signed(business, acme):
    plan = agreements.offered(acme, "300")
    PaymentPlan.objects.filter(pk=plan.pk).update(state="signed", signed_at=agreements.SIGNED_AT)
    assert "signatures" in found(business)


def test_a_date_moved_in_the_schedule(business, signature):
    unguarded("signed_instalment_stays", "invoices_instalment")
    sql("UPDATE invoices_instalment SET due_on = '2026-03-26' WHERE position = 1")
    assert found(business) == {"schedule"}


def test_a_changed_event(business, signature):
    unguarded("event_stays", "customers_event")
    sql("UPDATE customers_event SET kind = 'plan.unsigned' WHERE kind = 'plan.signed'")
    assert "event record_sha256" in found(business)


@pytest.mark.proves("T53")
def test_a_signature_is_verified_from_the_stored_bytes_alone(signature, owner):
    """Written without a line of ours: what a court's expert would do with the file, and with an extract of the log."""
    second = countersign(plan=signature.plan, by=owner, at=LATER)
    with pikepdf.open(BytesIO(bytes(second.evidence.bytes))) as pdf:
        files = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    terms, first, other = (
        json.loads(files[name]) for name in ("terms.json", "signature-customer.json", "signature-creditor.json")
    )
    assert first["document_sha256"] == digests["agreement.pdf"] and first["terms_sha256"] == digests["terms.json"]
    assert other["customer_record_sha256"] == digests["signature-customer.json"]
    assert (terms["total"], [row["amount"] for row in terms["schedule"]]) == ("300.01", ["100.01", "200.00"])
    assert (first["signer"]["name"], first["times"]["signed"]) == ("Ana López", "2026-03-21T09:30:15+00:00")
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM customers_event WHERE kind IN ('plan.signed', 'plan.countersigned') ORDER BY id")
        rows = [row if isinstance(row, dict) else json.loads(row) for (row,) in cursor.fetchall()]
    assert [row["record_sha256"] for row in rows] == [digests["signature-customer.json"], digests["signature-creditor.json"]]
