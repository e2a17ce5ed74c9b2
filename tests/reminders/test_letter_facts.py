"""A letter that would be wrong cannot be constructed."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arcollect.addresses import paper_for
from reminders.letter_page import asked_table
from tests.reminders import letter_samples

cents = st.integers(min_value=0, max_value=10**9).map(lambda value: Decimal(value).scaleb(-2))


@pytest.mark.proves("T26", "T45")
def test_worked_case_of_the_domain():
    facts = letter_samples.cedar("L90")
    assert (facts.total, facts.unapplied, facts.net) == (Decimal("1250.00"), Decimal("350.00"), Decimal("900.00"))
    assert facts.queried[0].disputed == Decimal("150.00")


@pytest.mark.proves("T25")
@pytest.mark.parametrize("place", ["lines", "not_due", "queried", "planned"])
def test_two_currencies_never_meet_in_one_letter(place):
    foreign = letter_samples.line("INV-8", currency="GBP")
    own = letter_samples.facts("L30", "de")
    rows = (*getattr(own, place), foreign)
    with pytest.raises(ValueError, match="A letter in EUR cannot hold GBP"):
        dataclasses.replace(own, **{place: rows})


@pytest.mark.proves("T24")
def test_total_must_be_the_sum_of_what_is_asked_for():
    with pytest.raises(ValueError, match="asks for 1000.00, its invoices add up to 800.00"):
        dataclasses.replace(letter_samples.partly_paid(), total=Decimal("1000.00"))


@pytest.mark.proves("T24")
def test_no_line_asks_for_more_than_is_open():
    with pytest.raises(ValueError, match="INV-7: 1000.00 asked for, 800.00 open"):
        letter_samples.line(total="1000.00", paid=Decimal("200.00"), collectable=Decimal("1000.00"))


@pytest.mark.proves("T17")
def test_money_on_account_that_covers_the_debt_leaves_no_letter():
    with pytest.raises(ValueError, match="Nothing to ask"):
        letter_samples.facts("L30", "de", unapplied=Decimal("1250.00"))


def test_unknown_letter_is_refused():
    with pytest.raises(ValueError, match="No such letter: L45"):
        letter_samples.facts("L45")


@pytest.mark.parametrize(("country", "paper"), [("US", "Letter"), ("mx", "Letter"), ("DE", "A4"), ("GB", "A4"), ("", "A4")])
def test_paper_follows_the_country(country, paper):
    assert paper_for(country) == paper


@pytest.mark.parametrize(
    ("code", "pay_by"),
    [("L1", date(2026, 7, 7)), ("L90", date(2026, 7, 7)), ("FINAL", date(2026, 7, 14)), ("LBP", date(2026, 6, 30))],
)
def test_date_to_pay_by(code, pay_by):
    assert letter_samples.facts(code).pay_by == pay_by


@pytest.mark.parametrize("agreed", [{"promise": letter_samples.PROMISE}, {"call": letter_samples.AGREED}])
def test_an_agreement_has_no_second_date_beside_its_own(agreed):
    assert letter_samples.facts("L60", **agreed).pay_by is None
    assert letter_samples.facts("L60", call=letter_samples.REACHED).pay_by == date(2026, 7, 7)


def test_plan_letter_asks_for_the_instalment_by_the_cure_date():
    facts = letter_samples.samples("en")["LPD"]
    assert (facts.amount_due, facts.pay_by) == (Decimal("250.00"), date(2026, 7, 7))


@settings(max_examples=40)
@given(st.lists(st.tuples(cents, cents, cents, cents), min_size=1, max_size=8))
def test_every_row_adds_up_before_the_readers_eyes(parts):
    lines = tuple(
        letter_samples.line(
            f"INV-{n}", total=str(asked + paid + disputed + promised), collectable=asked, paid=paid, disputed=disputed
        )
        for n, (asked, paid, disputed, promised) in enumerate(parts)
    )
    if not sum(line.collectable for line in lines):
        return
    customer = dataclasses.replace(letter_samples.CUSTOMERS["en"], country="GB")
    table = asked_table(letter_samples.facts("L30", "en", currency="EUR", customer=customer, lines=lines))
    names = [column["name"] for column in table["columns"]]
    for row in table["rows"]:
        figures = {name: Decimal(cell.replace(",", "")) for name, cell in zip(names, row, strict=True) if cell[-3:-2] == "."}
        assert figures["total"] - figures["paid"] - figures.get("set_aside", 0) == figures["to_pay"]
    assert table["sums"] == [] or Decimal(table["sums"][0][1].replace(",", "")) == sum(x.collectable for x in lines)
