"""The weighted cash forecast: worked figures of domain.md 2.12, and its rules."""

from decimal import Decimal

import pytest

from arcollect.defaults import DEFAULTS
from invoices.cash_forecast import (
    UNDATED,
    WEEKS,
    Coming,
    Item,
    Kept,
    Rates,
    Settled,
    Source,
    expect,
    outlooks,
    own_buckets,
    week_of,
)
from tests.make import day

AS_OF = day("2026-06-30")
ACME, BIRCH, CEDAR = 1, 2, 3
USUAL = {name: Decimal(value) for name, value in DEFAULTS["forecast_p"].items()}


def rates(**fields) -> Rates:
    return Rates(buckets=USUAL, lags=DEFAULTS["bucket_lag"], prior=DEFAULTS["kept_prior"], **fields)


def item(due: str, balance: str, customer: int = ACME, **fields) -> Item:
    return Item(1, customer, "USD", day(due), Decimal(balance), **fields)


def only(one: Item, found: Rates | None = None):
    slices = list(expect([one], [], found or rates(), AS_OF))
    assert len(slices) == 1
    return slices[0]


def test_the_worked_figure():
    items = [
        item("2026-06-30", "500"),
        item("2026-05-31", "1200", BIRCH, promised=[(day("2026-07-10"), Decimal(1200))]),
        item("2026-03-31", "400", CEDAR, disputed=Decimal(150)),
    ]
    coming = [Coming(7, ACME, "USD", day("2026-07-15"), Decimal(300))]
    kept = rates(promises={BIRCH: Kept(2, 4)}, instalments={ACME: Kept(1, 1)})
    slices = list(expect(items, coming, kept, AS_OF))
    assert sorted(one.worth for one in slices) == [Decimal(text) for text in ("50.00", "225.00", "485.00", "733.33")]
    outlook = outlooks(slices, AS_OF)["USD"]
    assert sum(week.total for week in outlook.weeks[:4]) == Decimal("1443.33")
    assert (outlook.undated, outlook.later) == (Decimal("50.00"), 0)
    assert (outlook.weeks[0].since, outlook.weeks[0].until) == (day("2026-07-01"), day("2026-07-07"))
    assert outlook.weeks[0].by[Source.AGEING] == Decimal("485.00")
    assert outlook.weeks[1].by[Source.PROMISE] == Decimal("733.33")
    assert outlook.weeks[2].by[Source.INSTALMENT] == Decimal("225.00")


@pytest.mark.parametrize(
    ("due", "on", "share"),
    [
        ("2026-07-10", "2026-07-15", ".97"),
        ("2026-06-30", "2026-07-05", ".97"),
        ("2026-06-29", "2026-07-15", ".90"),
        ("2026-05-30", "2026-07-25", ".70"),
        ("2026-04-30", "2026-08-04", ".40"),
        ("2026-03-31", None, ".20"),
    ],
)
def test_without_a_history_the_age_says_when_and_how_surely(due, on, share):
    found = only(item(due, "100"))
    assert (found.on, found.share, found.source) == (on and day(on), Decimal(share), Source.AGEING)


def test_what_the_customer_usually_does_comes_before_the_age():
    found = only(item("2026-06-20", "100", usual_late=15))
    assert (found.on, found.source, found.share) == (day("2026-07-05"), Source.HISTORY, Decimal(".90"))


def test_the_forecast_of_the_invoice_comes_before_both():
    found = only(item("2026-03-01", "100", usual_late=15, forecast_on=day("2026-08-01")))
    assert (found.on, found.source, found.share) == (day("2026-08-01"), Source.HISTORY, Decimal(".20"))


def test_a_forecast_of_somebody_unknown_rests_on_the_ledger():
    found = only(item("2026-06-20", "100", forecast_on=day("2026-08-01"), by_others=True))
    assert (found.on, found.source) == (day("2026-08-01"), Source.AGEING)


@pytest.mark.parametrize(
    "fields", [{"usual_late": -40}, {"forecast_on": day("2026-06-01")}, {"promised": [(day("2026-06-01"), Decimal(100))]}]
)
def test_nothing_is_expected_before_tomorrow(fields):
    assert only(item("2026-06-20", "100", **fields)).on == day("2026-07-01")


def test_a_promise_of_a_part_leaves_the_rest_to_the_age():
    slices = list(expect([item("2026-06-30", "100", promised=[(day("2026-07-02"), Decimal(30))])], [], rates(), AS_OF))
    assert [(one.amount, one.source) for one in slices] == [(30, Source.PROMISE), (70, Source.AGEING)]


def test_what_is_planned_or_disputed_is_not_expected_twice_or_at_all():
    assert only(item("2026-06-30", "100", planned=Decimal(30), disputed=Decimal(20))).amount == 50
    assert list(expect([item("2026-06-30", "100", disputed=Decimal(100))], [], rates(), AS_OF)) == []


def test_weeks_roll_from_tomorrow_on():
    days = ["2026-07-01", "2026-07-07", "2026-07-08", "2026-08-25", "2026-08-26"]
    assert [week_of(day(text), AS_OF) for text in days] == [0, 0, 1, 7, WEEKS]
    assert week_of(None, AS_OF) == UNDATED


def test_currencies_stay_apart():
    other = Item(2, ACME, "EUR", AS_OF, Decimal(10))
    assert {
        code: found.weeks[0].total
        for code, found in outlooks(expect([item("2026-06-30", "100"), other], [], rates(), AS_OF), AS_OF).items()
    } == {"EUR": Decimal("9.70"), "USD": Decimal("97.00")}


def test_fifty_settled_items_replace_the_usual_values():
    """60 paid: 30 in time, 30 by day 40; 10 given up at day 120. Five more items weigh as usual."""
    settled = [Settled(0, True)] * 30 + [Settled(40, True)] * 30 + [Settled(120, False)] * 10
    found = own_buckets(settled, USUAL, 50)
    assert found["current"] == (60 + 5 * Decimal(".97")) / 75
    assert found["1-30"] == (30 + 5 * Decimal(".90")) / 45
    assert found["61-90"] == (5 * Decimal(".40")) / 15
    assert own_buckets(settled[:49], USUAL, 50) == USUAL
