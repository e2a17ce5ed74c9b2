"""Promises kept and queries answered, by the worked figures of domain.md 2.8 and 2.9."""

from decimal import Decimal

import pytest

from invoices.agreement_metrics import cycle_time, kept_rate

D = Decimal


@pytest.mark.proves("T36")
def test_the_worked_promises():
    given = [
        ("kept", D(500), D(500)),
        ("kept", D(1000), D(990)),
        ("partial", D(1000), D(400)),
        ("broken", D(800), D(0)),
        ("cancelled", D(300), D(0)),
        ("superseded", D(100), D(0)),
        ("open", D(200), D(0)),
    ]
    rate = kept_rate(given)
    assert (rate.count, rate.by_count, round(rate.by_amount, 3)) == (4, D("0.5"), D("0.573"))


def test_more_than_promised_counts_as_promised():
    assert kept_rate([("kept", D(100), D(250))]).by_amount == 1


def test_without_a_settled_promise_there_is_no_rate():
    assert kept_rate([("open", D(200), D(0))]) is None


@pytest.mark.proves("P14")
def test_the_worked_queries():
    found = cycle_time([(2, "upheld"), (4, "partly"), (9, "rejected")])
    assert (found.mean, found.median, round(found.upheld, 2)) == (5, 4, D("0.67"))


def test_without_a_closed_query_there_is_no_time():
    assert cycle_time([]) is None
