"""What became of promises: the worked figures of domain.md 2.8 and the order in which money keeps them."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.defaults import DEFAULTS
from invoices.models.agreement import PromiseState
from invoices.promises import Given, Receipt, settled, tolerance
from tests.make import day

RULES = DEFAULTS["promise"]
MADE, DUE, THROUGH = day("2026-06-01"), day("2026-06-10"), day("2026-06-12")


def promised(amount: str, pk: int = 1, **fields) -> Given:
    return Given(
        pk, Decimal(amount), **({"made_on": MADE, "due_on": DUE, "through": THROUGH, "invoices": frozenset({7})} | fields)
    )


def paid(amount: str, on: str = "2026-06-10", invoice: int | None = 7) -> Receipt:
    return Receipt(day(on), Decimal(amount), invoice)


def outcome(promises, receipts, on: str = "2026-06-13") -> dict[int, tuple[PromiseState, Decimal]]:
    return {one.promise: (one.state, one.received) for one in settled(promises, receipts, RULES, day(on))}


@pytest.mark.proves("T36")
@pytest.mark.parametrize(
    ("amount", "received", "state"),
    [
        ("500", "500", PromiseState.KEPT),
        ("1000", "990", PromiseState.KEPT),
        ("1000", "989.99", PromiseState.PARTIAL),
        ("1000", "400", PromiseState.PARTIAL),
        ("800", "0", PromiseState.BROKEN),
        ("50", "49", PromiseState.KEPT),
        ("50", "48.99", PromiseState.PARTIAL),
    ],
)
def test_worked_figures(amount, received, state):
    assert outcome([promised(amount)], [paid(received)]) == {1: (state, Decimal(received))}


def test_a_promise_is_kept_as_soon_as_the_money_is_in():
    assert outcome([promised("500")], [paid("500", "2026-06-03")], on="2026-06-03") == {1: (PromiseState.KEPT, Decimal(500))}


@pytest.mark.proves("T35")
def test_a_promise_stays_open_through_its_grace():
    assert outcome([promised("500")], [], on="2026-06-12") == {}


def test_money_of_the_last_day_of_grace_keeps_it():
    assert outcome([promised("500")], [paid("500", "2026-06-12")])[1][0] == PromiseState.KEPT


@pytest.mark.parametrize("on", ["2026-05-31", "2026-06-13"])
def test_money_from_before_it_was_made_or_after_its_grace_does_not(on):
    assert outcome([promised("500")], [paid("500", on)]) == {1: (PromiseState.BROKEN, Decimal(0))}


def test_money_for_another_invoice_does_not():
    assert outcome([promised("500")], [paid("500", invoice=8)])[1][0] == PromiseState.BROKEN


def test_cash_not_booked_yet_does():
    assert outcome([promised("500")], [paid("500", invoice=None)])[1][0] == PromiseState.KEPT


def test_what_was_settled_before_keeps_what_it_had_though_it_fell_due_later():
    before = promised("500", 2, due_on=day("2026-06-12"), settled=True)
    assert outcome([promised("500"), before], [paid("700")]) == {1: (PromiseState.PARTIAL, Decimal(200))}


def test_one_of_which_nothing_is_left_to_pay_is_cancelled_before_its_day():
    assert outcome([promised("0")], [], on="2026-06-02") == {1: (PromiseState.CANCELLED, Decimal(0))}


@pytest.mark.parametrize(("known_at", "untouched", "kept"), [(2, (), True), (0, (), False), (2, (7,), False)])
def test_money_from_before_keeps_it_where_we_knew_of_it_only_later_and_it_paid_for_it(known_at, untouched, kept):
    """What we knew of then, and what is entered anew while all that was promised is still open, does not."""
    moments = [datetime.datetime(2026, 6, 1 + days, tzinfo=datetime.UTC) for days in range(3)]
    receipt = Receipt(day("2026-05-28"), Decimal(500), 7, moments[known_at])
    promise = promised("500", made_at=moments[1], untouched=frozenset(untouched))
    assert (outcome([promise], [receipt])[1][0] == PromiseState.KEPT) == kept


def test_the_same_money_does_not_keep_two():
    later = promised("500", 2, due_on=day("2026-06-11"))
    kept = outcome([later, promised("500")], [paid("500", invoice=None)])
    assert {pk: state for pk, (state, _) in kept.items()} == {1: PromiseState.KEPT, 2: PromiseState.BROKEN}


@given(st.lists(st.integers(1, 2000), max_size=6), st.lists(st.integers(1, 2000), max_size=6))
def test_no_more_is_counted_than_came_in_or_was_promised(amounts, receipts):
    promises = [promised(str(amount), pk) for pk, amount in enumerate(amounts)]
    verdicts = settled(promises, [paid(str(amount)) for amount in receipts], RULES, day("2026-06-13"))
    assert len(verdicts) == len(promises)
    assert sum(one.received for one in verdicts) <= min(sum(amounts), sum(receipts))
    for one in verdicts:
        amount = promises[one.promise].amount
        assert (one.state == PromiseState.KEPT) == (one.received >= amount - tolerance(amount, RULES))
