"""Ageing by the worked figures of domain.md 2.1 (oracle ledger O1), and what must hold whatever the ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.metrics import Credit, Credits, OpenInvoice, age_ledger, bucket_of, total_by_currency
from tests.invoices.o1 import ACME, AS_OF, INVOICES, UNAPPLIED


def buckets(**choices):
    ageing = total_by_currency(age_ledger(INVOICES, UNAPPLIED, AS_OF, **choices))["USD"]
    return [int(value) for value in ageing.buckets.values()], int(ageing.unapplied), int(ageing.net)


@pytest.mark.proves("T18")
def test_o1_by_due_date_keeps_credits_in_a_column_of_their_own():
    assert buckets() == ([1500, 1450, 1500, 1000, 400], -450, 5400)


def test_o1_by_invoice_date():
    assert buckets(basis="INVOICE") == ([1500, 1450, 1500, 1400], -450, 5400)


def test_o1_with_credits_taken_from_the_oldest():
    assert buckets(mode=Credits.OLDEST_FIRST) == ([1500, 1350, 1500, 1000, 50], 0, 5400)


def test_o1_with_credits_by_their_own_date():
    """Acme's credit note is 15 days old, Cedar's cash 10."""
    assert buckets(mode=Credits.BY_DATE) == ([1500, 1000, 1500, 1000, 400], 0, 5400)


def test_a_surplus_of_credit_makes_current_negative():
    ledger = age_ledger(INVOICES[:1], [Credit(ACME, "USD", AS_OF, Decimal(1250))], AS_OF, mode=Credits.OLDEST_FIRST)
    assert ledger[ACME, "USD"].buckets["current"] == Decimal(-250)


@pytest.mark.proves("T18")
@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-10, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_the_edges_of_the_buckets(days, bucket):
    assert bucket_of(days) == bucket


@pytest.mark.proves("T25")
def test_currencies_are_never_added():
    euros = OpenInvoice(ACME, "EUR", AS_OF, AS_OF, Decimal(70))
    totals = total_by_currency(age_ledger([*INVOICES, euros], UNAPPLIED, AS_OF))
    assert {currency: int(one.net) for currency, one in totals.items()} == {"EUR": 70, "USD": 5400}


DAYS = st.integers(-400, 400).map(lambda days: AS_OF + timedelta(days=days))
SUMS = st.decimals("0.01", "99999", places=2)
CURRENCIES = st.sampled_from(["USD", "EUR"])
SOME_INVOICES = st.lists(st.builds(OpenInvoice, st.integers(1, 3), CURRENCIES, DAYS, DAYS, SUMS), max_size=20)
SOME_CREDITS = st.lists(st.builds(Credit, st.integers(1, 3), CURRENCIES, DAYS, SUMS), max_size=8)


@given(SOME_INVOICES, SOME_CREDITS, st.sampled_from(list(Credits)), st.sampled_from(["DUE", "INVOICE"]))
def test_nothing_is_lost_whatever_the_mode(invoices, credits, mode, basis):
    ledger = age_ledger(invoices, credits, AS_OF, mode=mode, basis=basis)
    for customer in (1, 2, 3):
        for currency in ("USD", "EUR"):
            owed = sum(row.amount for row in invoices if (row.customer_id, row.currency) == (customer, currency))
            credit = sum(row.amount for row in credits if (row.customer_id, row.currency) == (customer, currency))
            one = ledger.get((customer, currency))
            assert (one.net if one else 0) == owed - credit


@given(SOME_INVOICES, SOME_CREDITS)
def test_taking_credits_from_the_oldest_changes_no_net(invoices, credits):
    apart, taken = (age_ledger(invoices, credits, AS_OF, mode=mode) for mode in (Credits.SEPARATE, Credits.OLDEST_FIRST))
    assert {account: one.net for account, one in apart.items()} == {account: one.net for account, one in taken.items()}
