"""Signing an agreement: what is recorded, what is refused, and that nothing of it changes afterwards (domain.md 6.7)."""

import dataclasses
import datetime
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from customers import log
from customers.models import Event, Task
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError
from invoices.agreement_terms import rules_of
from invoices.agreements import prepare_agreement, ticks
from invoices.evidence import signed_copy
from invoices.models import Dispute, Instalment, PaymentPlan, PlanInvoice, Signature
from invoices.models.agreement import PlanState
from invoices.planning import reschedule
from invoices.signing import Signer, countersign
from tests import agreements, make
from tests.agreements import ANA, SIGNED_AT, link_to, proof_for, signed
from tests.make import day

LATER = SIGNED_AT + datetime.timedelta(hours=4)


@pytest.fixture
def plan(acme) -> PaymentPlan:
    return agreements.offered(acme, "250.00", "50.01", instalments={"2026-03-25": "100.01", "2026-04-25": "200.00"})


@pytest.fixture
def countersigned_first(business):
    business.settings = {"plan": {"active_from": "countersign"}}
    business.save()


def refused(match: str, plan: PaymentPlan, **fields) -> None:
    with pytest.raises(AgreementError, match=match):
        signed(plan, **fields)
    assert not Signature.objects.exists()
    assert PaymentPlan.objects.get(pk=plan.pk).signed_at is None


@pytest.mark.proves("P19", "T53")
def test_everything_a_signature_rests_on_is_recorded(business, plan):
    log.record(business, "test.happened", "business:1")
    seal = log.seal(business)
    proof = proof_for(plan)
    signature = signed(plan, proof=proof)
    assert signature.record == {
        "format": "signature-record/1",
        "party": "customer",
        "plan": plan.pk,
        "version": 1,
        "reference": f"ACME-P{plan.pk}",
        "terms_sha256": plan.terms_sha256,
        "document_sha256": plan.document.sha256,
        "signer": {"name": "Ana López", "role": "Managing director", "email": "ana@acme.example"},
        "ticks": [dataclasses.asdict(tick) for tick in ticks(plan)],
        "times": {
            "opened": "2026-03-21T09:20:15+00:00",
            "code_sent": "2026-03-21T09:25:15+00:00",
            "code_confirmed": "2026-03-21T09:28:15+00:00",
            "signed": "2026-03-21T09:30:15+00:00",
        },
        "address": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (iPhone)",
        "locale": "es-ES",
        "link": {"id": proof.link.pk, "token_sha256": proof.link.token_hash},
        "code": {"method": "email", "sent_to": "ap@acme.example", "outcome": "confirmed"},
        "previous_seal": {"id": seal.pk, "last_event": seal.last_event_id, "hash": seal.hash},
    }
    plan.refresh_from_db()
    assert (plan.state, plan.signed_at) == (PlanState.SIGNED, SIGNED_AT)


def test_the_log_is_told_the_hashes_and_nobody_s_name(plan):
    signature = signed(plan)
    event = Event.objects.get(kind="plan.signed")
    assert event.subject == f"paymentplan:{plan.pk}" and event.customer == plan.customer
    assert event.data == {
        "signature": signature.pk,
        "terms_sha256": plan.terms_sha256,
        "document_sha256": plan.document.sha256,
        "record_sha256": signature.record_sha256,
        "evidence_sha256": signature.evidence.sha256,
    }


@pytest.mark.proves("T28")
def test_the_signed_copy_is_the_agreement_and_a_page_about_it(plan):
    with pikepdf.open(BytesIO(bytes(plan.document.bytes))) as before:
        drawn = [page.Contents.read_raw_bytes() for page in before.pages]
    signature = signed(plan)
    with pikepdf.open(BytesIO(bytes(signature.evidence.bytes))) as copy:
        assert [page.Contents.read_raw_bytes() for page in copy.pages][: len(drawn)] == drawn
        assert len(copy.pages) == len(drawn) + 1
        assert copy.attachments["agreement.pdf"].get_file().read_bytes() == bytes(plan.document.bytes)
    text = " ".join(PdfReader(BytesIO(bytes(signature.evidence.bytes))).pages[-1].extract_text().split())
    for words in ("Ana López", "2026-03-21 09:30:15 UTC", "203.0.113.7", signature.record_sha256, plan.document.sha256):
        assert words in text
    assert signature.record["ticks"][3]["text"] in text


def test_the_signed_copy_can_be_read_aloud_to_its_last_page(plan):
    """Each page's marks lead to elements of the one tree that stand on that page."""
    with pikepdf.open(BytesIO(bytes(signed(plan).evidence.bytes))) as copy:
        tree = copy.Root.StructTreeRoot
        numbers = tree.ParentTree.Nums
        parents = {int(numbers[place]): numbers[place + 1] for place in range(0, len(numbers), 2)}
        assert [str(element.S) for element in tree.K] == ["/Document", "/Document"]
        for page in copy.pages:
            elements = [element for element in parents[int(page.obj.StructParents)] if "/Pg" in element]
            assert elements and all(element.Pg.objgen == page.obj.objgen for element in elements)


def test_equal_signatures_give_equal_copies(plan):
    record = signed(plan).record
    agreement = bytes(plan.document.bytes)
    assert signed_copy(agreement, plan.terms, [record]) == signed_copy(agreement, plan.terms, [record])


def test_a_signer_known_by_an_invoice_number_and_the_postcode(plan):
    signature = signed(plan, proof=proof_for(plan, method="knowledge", sent_to="", code_sent_at=None))
    assert (signature.record["code"]["method"], signature.record["times"]["code_sent"]) == ("knowledge", "")


def test_a_link_to_all_its_invoices_opens_it_too(plan):
    link = link_to(plan)
    link.plan = None
    link.invoices.set([row.invoice_id for row in plan.covered.all()])
    assert signed(plan, proof=proof_for(plan, link=link)).link == link


def test_a_link_to_other_invoices_does_not(plan):
    link = link_to(plan)
    link.plan = None
    link.invoices.set([plan.covered.first().invoice_id])
    refused("not for this agreement", plan, proof=proof_for(plan, link=link))


def test_another_customer_s_link_does_not(business, plan):
    link = link_to(plan)
    link.customer = make.customer(business, "Birch")
    refused("not for this agreement", plan, proof=proof_for(plan, link=link))


@pytest.mark.parametrize("missing", ["agree", "electronic", "authority", "debt"])
def test_a_tick_that_is_missing(plan, missing):
    refused("confirm each", plan, ticked={tick.key for tick in ticks(plan)} - {missing})


def test_no_name(plan):
    refused("full name", plan, signer=Signer("  ", "Owner", "ana@acme.example"))


@pytest.mark.proves("T53")
def test_another_document_than_was_shown(plan):
    refused("changed while you were reading", plan, shown_sha256="0" * 64)


@pytest.mark.proves("T53")
def test_a_plan_changed_after_it_was_shown_is_shown_again(business, plan):
    shown = plan.document.sha256
    plan.business.legal_name = "Hollis Tools and Sons Inc."
    prepare_agreement(plan=plan)
    refused("changed while you were reading", plan, shown_sha256=shown)
    assert signed(plan).record["document_sha256"] != shown


def test_after_the_day_it_was_open_until(plan):
    refused("ended on 2026-03-27", plan, at=SIGNED_AT + datetime.timedelta(days=7))


def test_on_its_last_day_where_the_business_is(business, plan):
    """Six in the evening of the 27th in Portland is the 28th in UTC (T39)."""
    plan.business.time_zone = "America/Los_Angeles"
    plan.business.save()
    assert signed(plan, at=datetime.datetime(2026, 3, 28, 1, tzinfo=datetime.UTC)).plan.state == PlanState.SIGNED


@pytest.mark.proves("P19")
def test_what_is_in_dispute_by_now_cannot_be_acknowledged(plan):
    invoice = plan.covered.first().invoice
    Dispute.objects.create(
        business=plan.business,
        customer=plan.customer,
        invoice=invoice,
        code="PRICE",
        amount=Decimal(1),
        opened_on=day("2026-03-21"),
    )
    refused("Less is owed", plan)


@pytest.mark.proves("T29")
def test_what_was_paid_by_now_cannot_be_acknowledged(plan):
    make.payment(plan.customer, "10", on="2026-03-21", split={plan.covered.first().invoice: "10"})
    refused("Less is owed", plan)


def test_nobody_signs_twice(plan):
    signed(plan)
    with pytest.raises(AgreementError, match="Only a plan on offer"):
        signed(plan)
    assert Signature.objects.count() == 1


@pytest.mark.proves("T53")
def test_what_was_signed_is_not_prepared_again(plan):
    signed(plan)
    with pytest.raises(AgreementError, match="new version and a new signature"):
        prepare_agreement(plan=plan)


CHANGES = {
    PaymentPlan: {
        "total": Decimal(1),
        "terms": {},
        "terms_sha256": "0" * 64,
        "document": None,
        "version": 2,
        "signed_at": None,
    },
    Instalment: {"amount": Decimal(1), "due_on": day("2027-01-01")},
    PlanInvoice: {"amount": Decimal(1)},
    Signature: {"name": "Mallory", "record": {}, "record_sha256": "0" * 64, "evidence": None, "signed_at": LATER},
    Event: {"data": {}},
}


@pytest.mark.proves("T53", "T28")
def test_nothing_of_it_can_be_changed_not_even_by_sql(plan):
    signed(plan)
    for model, changes in CHANGES.items():
        for column, value in changes.items():
            with pytest.raises(DatabaseError, match="cannot be changed or deleted"), transaction.atomic():
                model.objects.update(**{column: value})
                pytest.fail(f"{model.__name__}.{column} was changed")


@pytest.mark.proves("T53")
def test_nothing_of_it_can_be_deleted(plan):
    signature = signed(plan)
    for rows in (PlanInvoice.objects.filter(plan=plan), Instalment.objects.filter(plan=plan), Signature.objects.all()):
        with pytest.raises(DatabaseError, match="cannot be changed or deleted"), transaction.atomic():
            rows._raw_delete(rows.db)
    assert Signature.objects.get() == signature


@pytest.mark.proves("T53")
def test_it_is_kept_by_the_rules_it_was_signed_with(plan):
    signed(plan)
    plan.business.settings = {"plan": {"grace_bd": 1, "first_pct": "0.50"}}
    assert (rules_of(plan)["grace_bd"], rules_of(plan)["first_pct"]) == (5, "0.50")


@pytest.mark.proves("T53")
def test_a_change_is_a_new_version_and_a_new_signature(plan, owner):
    signed(plan)
    plan.refresh_from_db()
    anew = reschedule(plan=plan, instalments=((day("2026-04-01"), Decimal("300.01")),), on=day("2026-03-25"), actor=owner)
    assert (anew.version, anew.terms["replaces"], anew.signed_at) == (2, plan.terms["reference"], None)
    changes = next(row["text"] for row in anew.terms["clauses"] if row["key"] == "changes")
    assert f"takes the place of agreement {plan.terms['reference']}" in changes
    signature = signed(anew, at=datetime.datetime(2026, 3, 26, 9, tzinfo=datetime.UTC))
    plan.refresh_from_db()
    assert (plan.state, signature.record["version"], Signature.objects.count()) == (PlanState.CANCELLED, 2, 2)


def test_the_owner_signs_too_and_the_plan_runs(countersigned_first, acme, owner):
    plan = agreements.offered(acme, "300")
    first = signed(plan)
    assert Task.objects.get(kind=TaskKind.PLAN_COUNTERSIGN, state="open").role == "owner"
    second = countersign(plan=plan, by=owner, at=LATER)
    plan.refresh_from_db()
    assert (plan.state, plan.active_from) == (PlanState.ACTIVE, day("2026-03-21"))
    assert second.record["customer_record_sha256"] == first.record_sha256
    assert (second.record["user"], second.record["signer"]["email"], second.by) == (owner.pk, "owner@example.com", owner)
    text = PdfReader(BytesIO(bytes(second.evidence.bytes))).pages[-1].extract_text()
    assert "Ana López" in text and "owner@example.com" in text and second.record_sha256 in text
    assert not Task.objects.filter(kind=TaskKind.PLAN_COUNTERSIGN, state="open").exists()


def test_a_countersignature_does_not_start_what_the_first_payment_starts(plan, owner):
    signed(plan)
    countersign(plan=plan, by=owner, at=LATER)
    plan.refresh_from_db()
    assert plan.state == PlanState.SIGNED


def test_a_bookkeeper_does_not_sign_for_the_business(plan, bookkeeper):
    signed(plan)
    with pytest.raises(AgreementError, match="Only an owner"):
        countersign(plan=plan, by=bookkeeper, at=LATER)


def test_the_owner_of_another_business_does_not(plan, outsider):
    signed(plan)
    with pytest.raises(AgreementError, match="Only an owner"):
        countersign(plan=plan, by=outsider, at=LATER)


def test_the_customer_signs_first(plan, owner):
    with pytest.raises(AgreementError, match="customer signs first"):
        countersign(plan=plan, by=owner, at=LATER)


def test_the_owner_signs_once(plan, owner):
    signed(plan)
    countersign(plan=plan, by=owner, at=LATER)
    with pytest.raises(AgreementError, match="countersigned already"):
        countersign(plan=plan, by=owner, at=LATER)


def test_what_is_typed_is_trimmed(plan):
    signature = signed(plan, signer=dataclasses.replace(ANA, name="  Ana López "))
    assert signature.name == signature.record["signer"]["name"] == "Ana López"
