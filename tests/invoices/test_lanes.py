"""The lanes of work: every overdue debt in exactly one, in the order of domain.md 5.4 (P11)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models.customer import Approach
from invoices.lanes import Debt, Lane, place
from invoices.models.insight import Segment

D = Decimal
TODAY = date(2026, 6, 30)


def debt(pk: int = 1, days: int = 40, amount: str = "100", customer: int = 1, **known) -> Debt:
    return Debt(pk, customer, "USD", TODAY - timedelta(days=days), D(amount), **known)


def lane(**known) -> str:
    return place([debt(**known)], {}, TODAY)[0].lane


@pytest.mark.proves("P11")
@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({}, Lane.ADMIN),
        ({"approach": Approach.ADMIN}, Lane.ADMIN),
        ({"approach": Approach.NOT_YET}, Lane.ADMIN),
        ({"promised": True, "days": 120}, Lane.ADMIN),
        ({"contested": True, "days": 120}, Lane.DISPUTES),
        ({"approach": Approach.CANT}, Lane.PLANS),
        ({"planned": True, "days": 120}, Lane.PLANS),
        ({"approach": Approach.WONT}, Lane.FIRM),
        ({"segment": Segment.STRETCHER}, Lane.FIRM),
        ({"approach": Approach.WONT, "gentle": True}, Lane.ADMIN),
        ({"days": 91}, Lane.HARD),
        ({"days": 90}, Lane.ADMIN),
        ({"approach": Approach.WONT, "days": 91}, Lane.HARD),
        ({"barred": True, "days": 5}, Lane.HARD),
    ],
)
def test_each_kind_of_debt_has_its_lane(known, wanted):
    assert lane(**known) == wanted


def test_money_on_account_is_matched_first_with_the_oldest_debts():
    """350 on account: meant for the 300 and part of the 700; nothing for what is in query, nor for somebody else."""
    debts = [
        debt(1, 91, "400", contested=True),
        debt(2, 90, "300"),
        debt(3, 61, "700"),
        debt(4, 10, "50"),
        debt(5, 95, customer=2),
    ]
    found = {one.debt.invoice_id: one.lane for one in place(debts, {(1, "USD"): D(350)}, TODAY)}
    assert found == {1: Lane.DISPUTES, 2: Lane.MATCH, 3: Lane.MATCH, 4: Lane.ADMIN, 5: Lane.HARD}


def test_oldest_times_largest_comes_first():
    debts = [debt(1, 10, "1000"), debt(2, 60, "200"), debt(3, 80, "100")]
    assert [one.debt.invoice_id for one in place(debts, {}, TODAY)] == [2, 1, 3]


def test_queries_past_their_clock_come_first():
    clocks = [TODAY + timedelta(days=1), TODAY - timedelta(days=1), None, TODAY - timedelta(days=3)]
    debts = [debt(pk, amount="900" if clock is None else "10", contested=True, clock=clock) for pk, clock in enumerate(clocks)]
    found = place(debts, {}, TODAY)
    assert [(one.debt.invoice_id, one.breached) for one in found] == [(3, True), (1, True), (0, False), (2, False)]


BOOLEANS = st.booleans()
DEBTS = st.builds(
    debt,
    pk=st.integers(1, 10**6),
    days=st.integers(1, 200),
    customer=st.integers(1, 3),
    approach=st.sampled_from(Approach.values),
    segment=st.sampled_from(["", *Segment.values]),
    contested=BOOLEANS,
    planned=BOOLEANS,
    promised=BOOLEANS,
    barred=BOOLEANS,
    gentle=BOOLEANS,
)


@pytest.mark.proves("P11")
@given(st.lists(DEBTS, max_size=8, unique_by=lambda one: one.invoice_id), st.integers(0, 500))
def test_every_debt_is_in_exactly_one_lane(debts, on_account):
    found = place(debts, {(1, "USD"): D(on_account)}, TODAY)
    assert sorted(one.debt.invoice_id for one in found) == sorted(one.invoice_id for one in debts)
    assert [one.lane for one in found] == sorted((one.lane for one in found), key=list(Lane).index)
