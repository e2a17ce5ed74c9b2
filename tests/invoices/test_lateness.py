"""Average days late by the worked figures of domain.md 2.7."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.lateness import LateSum, Paid, lateness, snapshot_dbt

D = Decimal
PARTS = st.lists(st.builds(Paid, st.decimals("0.01", 10**6, places=2), st.integers(-400, 400)), max_size=12)


def late(*parts):
    return lateness(Paid(D(amount), days) for amount, days in parts)


def test_the_worked_figures():
    found = late((1000, 5), (4000, 20), (500, -10), (2500, 0))
    assert (found.signed.value, found.floored.value, found.unweighted.value) == (D(10), D("10.625"), D("3.75"))
    assert found.count == 4


def test_one_invoice_paid_in_parts():
    assert late((400, 10), (600, 30)).signed.value == 22


def test_the_published_figure():
    assert late((140, 7), (85, 55), (214, 10)).signed.text(2) == "17.76"


def test_without_a_payment_nothing_is_known():
    found = late()
    assert (found.signed.value, found.floored.value, found.unweighted.value, found.count) == (None, None, None, 0)
    assert found.signed.why == "No payment in this time."


def test_days_beyond_terms_as_a_bureau_reads_them():
    """The oracle ledger O1."""
    buckets = {"current": D(1500), "1-30": D(1450), "31-60": D(1500), "61-90": D(1000), "90+": D(400)}
    assert snapshot_dbt(buckets).text(2) == "35.26"


@pytest.mark.parametrize("buckets", [{}, {"current": D(0), "90+": D(0)}])
def test_where_nothing_is_owed_there_is_no_snapshot(buckets):
    assert snapshot_dbt(buckets).value is None


@given(PARTS)
def test_early_money_never_makes_late_money_later(parts):
    found = lateness(parts)
    if found.signed.value is not None:
        assert found.floored.value >= max(0, found.signed.value)


@given(PARTS, PARTS)
def test_sums_may_be_made_in_pieces(first, second):
    pieces = [LateSum(), LateSum()]
    for sums, parts in zip(pieces, (first, second), strict=True):
        for part in parts:
            sums.add(part.amount, part.days)
    assert pieces[0].plus(pieces[1]).lateness() == lateness([*first, *second])
