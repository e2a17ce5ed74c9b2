"""verify_ledger: settlements and hand-offs that were changed behind every writer's back are found out (domain.md 6.6, P22)."""

import datetime
from decimal import Decimal

import pytest

from customers.documents import store
from invoices.models import Settlement, SettlementInvoice, WriteOff
from invoices.settling import accept_settlement, offer_settlement
from reminders.models import HandOff
from reminders.verifying import verify
from tests import make
from tests.make import day

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P05", "P22")]
NOON = datetime.datetime(2026, 8, 3, 12, tzinfo=datetime.UTC)


@pytest.fixture
def kept(acme, owner) -> Settlement:
    """1800 came in of 2000, 200 were credited."""
    invoice = make.invoice(acme, "INV-7", due="2026-04-30", total="2000")
    days = {"on": day("2026-08-01"), "accept_by": day("2026-08-07"), "pay_by": day("2026-08-14")}
    fields = {"customer": acme, "currency": "USD", "amount": Decimal(1800), "reached_90": True, "actor": owner}
    row = offer_settlement(**fields, **days)
    accept_settlement(settlement=row, name="Ana López", at=NOON)
    make.payment(acme, "1800", on="2026-08-14", split={invoice: "1800"})
    row.refresh_from_db()
    assert row.state == "kept"
    return row


@pytest.fixture
def handed(business, acme) -> HandOff:
    pack = store(business=business, content=b"PK", content_type="application/zip", name="pack.zip")
    fields = {"currency": "USD", "amount": 200, "agency": "Meridian", "handed_on": day("2026-09-01")}
    return HandOff.objects.create(business=business, customer=acme, pack=pack, **fields)


def found(business) -> set[tuple[str, str, str]]:
    return {(row.field, row.stored, row.computed) for row in verify(business).differences}


def test_what_is_sound_has_no_difference(business, kept, handed):
    assert found(business) == set()


def test_a_received_sum_that_grew(business, kept):
    Settlement.objects.update(received=1900)
    assert found(business) == {("received", "1900.00", "1800.00")}


def test_a_covered_part_that_is_lost(business, kept):
    SettlementInvoice.objects.all().delete()
    assert ("covered", "0.00", "2000.00") in found(business)


def test_a_credit_that_is_not_what_did_not_come_in(business, kept):
    WriteOff.objects.update(amount=150)
    assert ("credit", "150.00", "200.00") not in found(business)  # Nothing more is open: a credit note may have paid the rest.
    WriteOff.objects.update(amount=250)
    assert ("credit", "250.00", "200.00") in found(business)


def test_a_credit_that_is_gone_though_it_was_kept(business, kept):
    WriteOff.objects.all().delete()
    kept.covered.get().invoice.__class__.objects.update(balance=200, paid_on=None)
    assert found(business) == {("credit", "0.00", "200.00")}


def test_a_credit_for_nothing_that_was_kept(business, kept):
    Settlement.objects.update(state="missed")
    assert found(business) == {("settlement credit", "200.000", "0")}


def test_a_pack_of_another_business(business, handed, outsider):
    elsewhere = outsider.memberships.get().business
    handed.pack = store(business=elsewhere, content=b"PK2", content_type="application/zip", name="pack.zip")
    handed.save()
    assert {row.field for row in verify(business).differences} == {"pack"}


def test_a_hand_off_that_ended_and_did_not(business, handed):
    HandOff.objects.update(ended_on=day("2026-09-02"))
    assert found(business) == {("state", "handed", "ended on 2026-09-02")}
