"""Money for what was agreed or announced: plans, settlements, promises, advices."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from invoices.allocation import AwaitedPlan
from invoices.matches import Match
from invoices.matching import match
from invoices.open_ledger import AwaitedPromise, AwaitedSettlement, Ledger, WaitingAdvice
from tests.invoices.matching import ACME, TODAY, first, ledger, line, split_of

PAYER = "Acme Tools GmbH"
PLAN = AwaitedPlan(12, "C0001-P12", {1: Decimal(600), 2: Decimal(300)}, (Decimal(300), Decimal(300), Decimal(300)))


@pytest.fixture
def books() -> Ledger:
    return ledger((ACME, "INV-20417", "600"), (ACME, "INV-20418", "300.50"), (ACME, "INV-20419", "450"))


def test_an_instalment_goes_to_the_plan_s_invoices_alone(books):
    books.plans[ACME, "EUR"] = PLAN
    found = first(line("300", "", PAYER), books)
    assert (found.rule, found.certain, found.plan_id, split_of(found)) == ("plan", True, 12, {1: "300"})
    books.less(found)
    assert books.plans[ACME, "EUR"].left == (Decimal(300), Decimal(300))


def test_a_plan_that_is_named_gets_whatever_comes(books):
    books.plans[ACME, "EUR"] = PLAN
    found = first(line("650", "Rate C0001-P12", "Ottokar"), books)
    assert (found.certain, split_of(found)) == (True, {1: "600", 2: "50"})


def test_who_names_an_invoice_does_not_mean_the_plan(books):
    books.plans[ACME, "EUR"] = PLAN
    found = first(line("300", "INV-20419", PAYER), books)
    assert (found.rule, split_of(found)) == ("part", {3: "300"})


def test_what_is_left_of_a_settlement_is_for_it(books):
    books.settlements[ACME, "EUR"] = AwaitedSettlement(Decimal(700), TODAY, {1: Decimal(600), 2: Decimal("300.50")})
    found = first(line("700", "", PAYER), books)
    assert (found.rule, found.certain, split_of(found)) == ("settlement", True, {1: "600", 2: "100"})


def test_a_settlement_paid_too_late_is_asked_about(books):
    late = TODAY - datetime.timedelta(days=1)
    books.settlements[ACME, "EUR"] = AwaitedSettlement(Decimal(700), late, {1: Decimal(600), 2: Decimal("300.50")})
    assert not first(line("700", "", PAYER), books).certain


def test_what_was_promised_for_an_invoice_is_for_it(books):
    books.promises[ACME, "EUR"] = (AwaitedPromise(Decimal(200), {3: Decimal(200)}),)
    found = first(line("200", "", PAYER), books)
    assert (found.rule, found.certain, split_of(found)) == ("promise", True, {3: "200"})


def test_a_promise_is_kept_by_one_line_of_two(books):
    books.promises[ACME, "EUR"] = (AwaitedPromise(Decimal(200), {3: Decimal(200)}),)
    books.less(first(line("200", "", PAYER), books))
    assert not books.promises[ACME, "EUR"]
    assert first(line("200", "", PAYER), books).rule != "promise"


def test_what_comes_in_for_a_promise_otherwise_is_less_to_come(books):
    """Named, or waiting for an invoice: the earliest promise takes it first, and of each invoice what was booked on that."""
    early, late = (
        AwaitedPromise(Decimal(150), {3: Decimal(150)}),
        AwaitedPromise(Decimal(300), {1: Decimal(100), 2: Decimal(200)}),
    )
    books.promises[ACME, "EUR"] = (early, late)
    books.less(first(line("450", "INV-20419", PAYER), books))
    assert books.promises[ACME, "EUR"] == (late,)
    books.less(Match(ACME, ((1, Decimal(80)),), 99, "part", "", unapplied=Decimal(20)))
    assert books.promises[ACME, "EUR"] == (AwaitedPromise(Decimal(200), {1: Decimal(20), 2: Decimal(200)}),)


def test_a_promise_that_names_no_invoice_takes_what_comes():
    left = AwaitedPromise(Decimal(100), {}).less({1: Decimal(30), 2: Decimal(30)})
    assert left == AwaitedPromise(Decimal(40), {})


def test_a_settlement_is_paid_by_one_line_of_two(books):
    books.settlements[ACME, "EUR"] = AwaitedSettlement(Decimal(300), TODAY, {1: Decimal(600)})
    books.less(first(line("300", "", PAYER), books))
    assert first(line("300", "", PAYER), books).rule != "settlement"


def test_a_part_of_a_settlement_leaves_the_rest(books):
    books.settlements[ACME, "EUR"] = AwaitedSettlement(Decimal(700), TODAY, {1: Decimal(600), 2: Decimal("300.50")})
    books.less(first(line("400", "INV-20417", PAYER), books))
    found = first(line("300", "", PAYER), books)
    assert (found.rule, split_of(found)) == ("settlement", {1: "200", 2: "100"})


ADVICE = WaitingAdvice(5, ACME, "EUR", Decimal(940), TODAY, ((1, Decimal(590), Decimal(0)), (3, Decimal(350), Decimal(0))))


def test_an_advice_says_what_its_money_is_for(books):
    books.advices[5] = ADVICE
    found = first(line("940", "", PAYER), books)
    assert (found.rule, found.certain, found.advice_id, split_of(found)) == ("advice", True, 5, {1: "590", 3: "350"})
    books.less(found)
    assert not books.advices


def test_an_advice_that_gives_itself_a_discount_is_asked_about(books):
    rows = ((1, Decimal(590), Decimal(10)), (3, Decimal(350), Decimal(0)))
    books.advices[5] = replace(ADVICE, rows=rows)
    found = first(line("940", "", PAYER), books)
    assert (found.certain, found.write_offs) == (False, ((1, Decimal(10), "discount"),))


def test_an_advice_of_somebody_else_is_asked_about(books):
    books.advices[5] = ADVICE
    assert not first(line("940", "", "Birch & Söhne"), books).certain


def test_an_old_advice_is_no_longer_waited_for(books):
    books.advices[5] = replace(ADVICE, told_on=TODAY - datetime.timedelta(days=31))
    assert all(found.rule != "advice" for found in match(line("940", "", PAYER), books))


def test_an_advice_and_a_number_that_say_different_things_are_asked_about():
    books = ledger((ACME, "INV-20417", "600"), (ACME, "INV-20418", "940"), (ACME, "INV-20419", "450"))
    books.advices[5] = ADVICE
    found = match(line("940", "INV-20418", PAYER), books)
    assert {one.rule for one in found[:2]} == {"advice", "number"} and not any(one.certain for one in found)
    assert all("Another explanation" in one.reason for one in found[:2])
