"""The forecast of an invoice: what it learns, what it must not know, and what it says of what is not paid yet."""

import datetime
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoices.forecast import Model, train
from invoices.forecast_evidence import Issued
from invoices.forecast_history import Seen, walk

START = datetime.date(2025, 1, 1)
HABITS = {"prompt": -4, "slow": 12, "late": 35}


def day(number: int) -> datetime.date:
    return START + datetime.timedelta(days=number)


def invoice(pk: int, customer: str, issued: int, late: int | None = None, terms: int = 30, amount: float = 100.0) -> Issued:
    """Issued so many days after the start; paid `late` days after it was due, or not at all."""
    closed = None if late is None else day(issued + terms + late)
    return Issued(pk, customer, day(issued), day(issued + terms), amount, closed)


def ledger(count: int = 240, seed: int = 1) -> list[Issued]:
    """Three customers with habits of their own, taking turns, each within three days of its habit."""
    dice, names = random.Random(seed), list(HABITS)
    return [
        invoice(pk, names[pk % 3], pk, HABITS[names[pk % 3]] + dice.randint(-3, 3), amount=dice.randint(50, 900))
        for pk in range(count)
    ]


def seen_of(rows: list[Issued], pk: int) -> Seen:
    return next(seen for row, seen in walk(rows) if row.id == pk)


@pytest.fixture(scope="module")
def model() -> Model:
    return train(ledger(), day(240))


@pytest.mark.parametrize(("customer", "late"), HABITS.items())
def test_a_customer_is_expected_to_pay_as_always(model, customer, late):
    asked = invoice(999, customer, 241)
    found = model.forecast(seen_of([*ledger(), asked], 999))
    assert abs(found.expected - late) <= 2
    assert found.low <= found.expected <= found.high
    assert found.probability_late > 0.9 if late > 3 else found.probability_late < 0.1


def test_few_payments_earn_little_trust():
    """One late payment moves the chance away from the ledger's, ten of them further."""
    others = [invoice(pk, f"c{pk}", pk, -2) for pk in range(60)]
    late = [invoice(100 + turn, "new", 60 + turn, 10) for turn in range(10)]
    chances = [seen_of([*others, *late[:count], invoice(999, "new", 200)], 999).chance for count in (0, 1, 10)]
    assert chances == sorted(chances)
    assert chances[0] < 0.1 < chances[1] < 0.8 < chances[2]


def test_recent_payments_count_more_than_old_ones():
    better = [invoice(pk, "acme", 40 * pk, 30 - 3 * pk) for pk in range(20)]
    worse = [invoice(pk, "acme", 40 * pk, 3 * pk - 27) for pk in range(20)]
    asked = invoice(999, "acme", 900)
    assert seen_of([*better, asked], 999).features[3] < seen_of([*worse, asked], 999).features[3]


def test_what_is_overdue_counts_as_late_before_it_is_paid():
    paid = [invoice(pk, "acme", pk, -1) for pk in range(5)]
    unpaid = [invoice(10 + pk, "acme", 40 + pk) for pk in range(5)]
    asked = invoice(999, "acme", 120)
    assert seen_of([*paid, *unpaid, asked], 999).chance > seen_of([*paid, asked], 999).chance + 0.3


def test_an_unpaid_invoice_is_not_forgotten_when_learning():
    """Who never pays leaves no payment to learn from; left out, everybody would look prompt."""
    rows = [invoice(pk, f"c{pk}", pk, -1 if pk % 2 else None) for pk in range(200)]
    asked = invoice(999, "somebody", 260)
    found = train(rows, day(260)).forecast(seen_of([*rows, asked], 999))
    assert 0.35 < found.probability_late < 0.65


def test_without_any_past_nothing_is_known(model):
    found = train([], day(0)).forecast(seen_of([invoice(1, "acme", 0)], 1))
    assert (found.probability_late, found.expected) == (0.5, 0)
    assert found.low < -14
    assert found.high > 14


def test_a_day_past_due_it_is_late_and_expected_later(model):
    seen = seen_of([*ledger(), invoice(999, "prompt", 241)], 999)
    before, after, long_after = (model.forecast(seen, days) for days in (-10, 1, 200))
    assert before.probability_late < 0.5
    assert (after.probability_late, long_after.probability_late) == (1, 1)
    assert after.expected > 1
    assert long_after.low > 200
    assert all(found.low <= found.expected <= found.high for found in (before, after, long_after))


def test_the_range_holds_at_least_most(model):
    later = ledger(400, seed=2)
    held = [model.forecast(seen).low <= row.days_late <= model.forecast(seen).high for row, seen in walk(later) if row.id >= 240]
    assert sum(held) / len(held) >= 0.75


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.integers(0, 120), st.one_of(st.none(), st.integers(-40, 90)), st.integers(0, 45)
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS, st.integers(0, 120))
def test_nothing_from_the_day_of_issue_on_changes_a_forecast(rows, others, asked_on):
    """Whatever is paid, issued or changed from that day on: the same is seen of the invoice."""
    made = [invoice(pk, *row[:2], late=row[2], terms=row[3]) for pk, row in enumerate(rows)]
    past = [row for row in made if row.issued_on < day(asked_on)]
    hidden = [
        row
        if row.closed_on and row.closed_on < day(asked_on)
        else Issued(row.id, row.customer, row.issued_on, row.due_on, row.amount)
        for row in past
    ]
    future = [invoice(500 + pk, row[0], asked_on + row[1], row[2], row[3]) for pk, row in enumerate(others)]
    asked = [invoice(999, "a", asked_on, late) for late in (None, -20, 60)]
    first, second, third = (
        seen_of([*made, asked[0]], 999),
        seen_of([*hidden, asked[1]], 999),
        seen_of([*past, *future, asked[2]], 999),
    )
    assert first == second == third


def test_nothing_after_the_day_changes_what_is_learned():
    rows = ledger()
    later = [
        row if row.closed_on <= day(120) else Issued(row.id, row.customer, row.issued_on, row.due_on, row.amount) for row in rows
    ]
    assert train(rows, day(120)) == train([row for row in later if row.issued_on <= day(120)], day(120))
