"""What the lines of an invoice come to, in worked figures and as rules that hold for all of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arcollect.money import quantize
from invoices.sums import Item, sum_up


def item(quantity: str, price: str, rate: str = "0", category: str = "S", discount: str = "0") -> Item:
    return Item(Decimal(quantity), Decimal(price), Decimal(discount), category, Decimal(rate))


@pytest.mark.proves("P13")
def test_the_worked_figure_of_the_preflight():
    """domain.md PF06: 3 x 19.99 + 45.50 = 105.47; 20 % = 21.09; 126.56."""
    sums = sum_up([item("3", "19.99", "20"), item("1", "45.50", "20")], "EUR")
    assert (sums.net, sums.tax, sums.gross, sums.due) == tuple(map(Decimal, ("105.47", "21.09", "126.56", "126.56")))


def test_each_line_is_rounded_before_they_are_added():
    assert sum_up([item("1", "0.125")] * 3, "USD").net == Decimal("0.39")


def test_tax_is_worked_out_once_over_all_lines_of_a_rate():
    """Line by line it would come to 0.12."""
    sums = sum_up([item("1", "0.20", "19")] * 3, "EUR")
    assert (sums.tax, len(sums.taxes)) == (Decimal("0.11"), 1)


def test_tax_is_grouped_by_category_and_rate():
    lines = [item("1", "100", "7"), item("1", "50", "19"), item("2", "100", "7"), item("1", "10", category="AE")]
    groups = [(group.category, group.rate, group.base, group.tax) for group in sum_up(lines, "EUR").taxes]
    assert groups == [("AE", 0, 10, 0), ("S", 19, 50, Decimal("9.50")), ("S", 7, 300, 21)]


def test_what_is_exempt_has_no_tax_whatever_rate_it_names():
    assert sum_up([item("1", "100", "19", "E")], "EUR").tax == 0


def test_a_discount_is_taken_off_before_rounding():
    assert sum_up([item("3", "9.99", discount="2.5")], "EUR").net == Decimal("29.22")


@pytest.mark.parametrize(("currency", "net"), [("JPY", "1235"), ("USD", "1234.57"), ("KWD", "1234.568")])
def test_amounts_have_the_decimals_of_their_currency(currency, net):
    assert sum_up([item("1", "1234.5678")], currency).net == Decimal(net)


def test_what_was_paid_before_is_not_due():
    assert sum_up([item("1", "100", "20")], "EUR", Decimal("50")).due == Decimal("70")


figures = st.decimals("-999", "9999", places=4)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "5.5", "7", "8.25", "19", "20")])
items = st.builds(
    Item, figures, st.decimals("0", "9999", places=4), st.decimals("0", "100", places=2), st.sampled_from(["S", "E", "Z"]), rates
)


@given(st.lists(items, min_size=1, max_size=8), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_rules_of_the_standard_hold_for_whatever_is_sold(lines, currency):
    """BR-CO-10, 13, 15 and 17, and no figure finer than the currency."""
    sums = sum_up(lines, currency)
    assert sums.net == sum(sums.nets) == sum(group.base for group in sums.taxes)
    assert sums.gross == sums.net + sum(group.tax for group in sums.taxes)
    assert all(group.tax == quantize(group.base * group.rate / 100, currency) for group in sums.taxes)
    assert all(figure == quantize(figure, currency) for figure in (*sums.nets, sums.tax, sums.gross))
