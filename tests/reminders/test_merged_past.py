"""What was agreed with a customer, or sent to them, before they were merged still counts for the one they became."""

import datetime
from decimal import Decimal

import pytest

from invoices.booking import return_payment
from invoices.models.settlement import SettlementState
from invoices.settlement_money import awaited_settlement, came_in
from invoices.settling import accept_settlement, barred, offer_settlement
from reminders.merging import merge
from tests import make
from tests.make import day

TODAY = day("2026-06-30")
NOON = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)


@pytest.fixture
def kept(business):
    return make.customer(business, "Acme Ltd", reference="A1")


@pytest.fixture
def gone(business):
    return make.customer(business, "ACME Limited", reference="A2", kind="individual")


@pytest.fixture
def invoice(gone):
    return make.invoice(gone, "INV-1", issued="2026-02-01", due="2026-03-01", total="600")


@pytest.fixture
def merged(owner, kept, gone):
    """Called once all that is of before is there."""
    return lambda: merge(kept=kept, gone=gone, on=TODAY, actor=owner)


@pytest.fixture
def settled(owner, gone, invoice):
    """540 of the 600 are taken instead, accepted, to be paid by 8 July."""
    terms = {"accept_by": day("2026-06-27"), "pay_by": day("2026-07-08"), "on": day("2026-06-20"), "reached_90": True}
    row = offer_settlement(customer=gone, currency="USD", amount=Decimal(540), actor=owner, **terms)
    accept_settlement(settlement=row, name="Ana López", at=NOON - datetime.timedelta(days=9))
    return row


def now(row):
    row.refresh_from_db()
    return row


@pytest.mark.proves("P05")
def test_a_settlement_is_owed_in_full_again_when_its_payment_comes_back_after_the_merge(kept, gone, invoice, settled, merged):
    payment = make.payment(gone, "540", on="2026-06-25", split={invoice: "540"})
    assert now(invoice).balance == 0
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    assert (now(invoice).balance, now(settled).state) == (600, SettlementState.ACCEPTED)
    assert "already" in barred(kept, "USD")


def test_what_is_left_of_it_is_known_when_it_comes_once_more(kept, gone, invoice, settled, merged):
    payment = make.payment(gone, "540", on="2026-06-25", split={invoice: "540"})
    merged()
    return_payment(payment=payment, on=day("2026-07-02"))
    assert [item.invoice_id for item in awaited_settlement(kept.pk, "USD", Decimal(540))] == [invoice.pk]
    make.payment(kept, "540", on="2026-07-06")
    assert came_in(now(settled)).waiting == 540
