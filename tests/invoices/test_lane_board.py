"""The lanes added up in the database are those of `invoices.lanes`, whatever stands against a debt (P11)."""

import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arcollect.dates import Calendar
from customers.models import Customer
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from invoices.lane_board import hard_owing, lane_board
from invoices.lane_facts import lane_sums, lanes
from invoices.lanes import Lane
from invoices.models import Invoice, SegmentOverride
from reminders.models import HandOff
from tests import make
from tests.invoices.o1 import AS_OF, write_o1
from tests.make import day

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P11")]
DUES = ("2026-01-31", "2026-03-31", "2026-04-01", "2026-05-20", "2026-06-29", "2026-06-30", "2026-07-20")
FLAGS = ("insolvent", "deceased", "cease_contact", "vulnerable")


@pytest.fixture
def mixed(business) -> list[Customer]:
    """Forty customers with whatever may be known of one, and what may stand against a debt, in every mixture chance gives."""
    dice = random.Random(7)
    customers = []
    for number in range(40):
        flags = {name: dice.random() < 0.06 for name in FLAGS}
        one = make.customer(business, f"C{number}", approach=dice.choice(["", "", "CANT", "WONT"]), **flags)
        make.score(one, dice.choice(["STRETCHER", "PROMISE_BREAKER", "PROMPT", "FORGETFUL"]))
        rows = [make.invoice(one, issued="2026-01-01", due=due, total=str(dice.randint(50, 900))) for due in dice.sample(DUES, 4)]
        _against(one, rows, dice)
        customers.append(one)
    Customer.objects.filter(pk=customers[0].pk).update(moratorium_until=AS_OF)
    common = {"business": business, "reason": "x", "set_on": "2026-06-01", "expires_on": "2026-07-30"}
    SegmentOverride.objects.create(customer=customers[1], segment="PROMPT", **common)
    SegmentOverride.objects.create(customer=customers[2], segment="STRETCHER", **common)
    return customers


def _against(one: Customer, rows: list[Invoice], dice: random.Random) -> None:
    if dice.random() < 0.3:
        open_dispute(invoice=rows[0], code="OTHER", amount=Decimal(10), on=AS_OF, calendar=Calendar())
    if dice.random() < 0.3:
        words = {"made_on": AS_OF, "due_on": day("2026-07-05"), "split": [(rows[1].pk, Decimal(20))]}
        make_promise(customer=one, currency="USD", amount=Decimal(20), **words)
    if dice.random() < 0.2:
        make.plan(one, {rows[2]: str(rows[2].balance)}, {"2026-07-10": str(rows[2].balance)}, offered="2026-06-29")
    if dice.random() < 0.2:
        make.payment(one, "300", on="2026-06-20")
    if dice.random() < 0.1:
        HandOff.objects.create(
            business=one.business, customer=one, currency="USD", amount=1, agency="Fair", handed_on=AS_OF
        )  # fmt: skip


def agree(business, most=3):
    """The board, after every figure and row of it was compared with the debts placed one by one."""
    placed, board = lanes(business, AS_OF, "USD"), lane_board(business, AS_OF, "USD", most)
    told = {lane.value: (Decimal(one["amount"]), one["count"]) for lane, one in (
        (Lane(name), found) for name, found in lane_sums(placed)["USD"].items()
    )}  # fmt: skip
    assert {lane.value: (filled.amount, filled.count) for lane, filled in board.lanes.items()} == told
    for lane, filled in board.lanes.items():
        first = [one for one in placed if one.lane == lane][:most]
        assert [(one.debt.invoice_id, one.days, one.breached) for one in filled.first] == [
            (one.debt.invoice_id, one.days, one.breached) for one in first
        ]
    owing = sorted(hard_owing(placed).items(), key=lambda pair: (-pair[1].amount, pair[0]))[:most]
    assert list(board.hard.items()) == owing
    return board


@pytest.mark.parametrize("acting", [True, False])
def test_a_mixed_ledger_is_placed_alike_by_the_database(business, mixed, acting):
    business.settings["segments"] = {"act": acting}
    business.released_on = day("2026-01-01")
    board = agree(business)
    assert all(filled.count for filled in board.lanes.values())


def test_the_oracle_ledger_is_placed_alike(business):
    write_o1(business, history=False)
    assert agree(business).lanes[Lane.ADMIN].amount == 2700


def test_other_currencies_stay_out(business, acme):
    for currency in ("EUR", "USD"):
        make.invoice(acme, issued="2026-04-01", due="2026-05-31", total="70", currency=currency)
    assert [one.amount for one in lane_board(business, AS_OF, "EUR", 5).lanes.values() if one.count] == [70]


def test_more_debts_cost_no_more_queries(business, mixed, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        lane_board(business, AS_OF, "USD", 3)
    for number in range(40):
        make.invoice(make.customer(business, f"D{number}"), issued="2026-01-01", due="2026-05-31")
    with django_assert_num_queries(len(few)):
        lane_board(business, AS_OF, "USD", 3)
    assert len(few) <= 25
