"""A night's batches hold a bounded number of invoices, and its job keeps no list of them."""

import gc

import pytest

from arcollect.memory import collected_once
from reminders.models import ReminderLine
from reminders.nightly import BATCH, BATCH_INVOICES, _batches, escalate
from tests import make
from tests.make import day


def test_a_batch_is_full_at_so_many_customers_or_invoices():
    assert list(map(len, _batches(range(BATCH + 1)))) == [BATCH, 1]
    half = dict.fromkeys(range(5), BATCH_INVOICES // 2)
    assert _batches(half, half) == [[0, 1], [2, 3], [4]]
    assert _batches([]) == []


def test_the_collector_is_as_it_was_afterwards():
    with pytest.raises(ZeroDivisionError), collected_once():
        assert not gc.isenabled()
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_brief_outcome_says_what_fired_without_its_invoices(business, acme):
    make.invoice(acme, issued="2026-01-15", due="2026-02-14")
    (row,) = escalate(business, day("2026-03-18"), brief=True).fired
    assert row["step"] == "30"
    assert "invoices" not in row
    assert ReminderLine.objects.get().step == "30"
