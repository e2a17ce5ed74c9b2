"""Statutory interest on letters: a claim beside the amount due, from the 60-day letter on, never in a sum (domain.md 7.8)."""

from decimal import Decimal

import pytest

from customers.models import Letter
from invoices.rates import waive_interest
from reminders.correspondence import facts_of
from reminders.letter_facts import ClaimLine
from reminders.letter_page import page_context
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.reminders.letter_samples import TODAY, cedar

ON = day("2026-06-30")


@pytest.fixture
def letter(business):
    """The listening letter about 5000.00, 91 days late by the date on it, of a business that claims interest by UK law."""
    business.settings = {"statutory_interest": "UK", "interest_contracts_silent": True}
    business.currency = "GBP"
    business.save()
    acme = make.customer(business, "Acme")
    make.contact(acme)
    make.invoice(acme, "INV-7", issued="2026-03-01", due="2026-03-31", total="5000", currency="GBP")
    escalate(business, ON)
    return Letter.objects.get(code="L60")


def claimed(letter):
    return [(claim.kind, claim.amount) for claim in facts_of(letter).claims]


def test_the_sixty_day_letter_claims_beside_what_it_asks_for(letter):
    facts = facts_of(letter)
    assert claimed(letter) == [("interest", Decimal("146.47")), ("compensation", Decimal(70))]
    assert facts.amount_due == facts.total == 5000
    table = page_context(facts)["claims"]
    assert table["rows"] == [
        ["Statutory interest to June 30, 2026", "146.47"],
        ["Compensation for the costs of late payment", "70.00"],
    ]


def test_friendlier_letters_say_nothing_of_it(letter):
    for code in ("L1", "L30", "LBP", "LRES"):
        letter.code = code
        assert claimed(letter) == []


def test_a_waiver_counts_for_a_letter_that_is_not_gone_yet(letter, owner):
    invoice = letter.customer.invoices.get()
    waive_interest(invoice=invoice, on=ON, reason="A friend", actor=owner)
    assert claimed(letter) == []


def test_nothing_is_claimed_while_money_of_theirs_is_not_matched(letter):
    letter.facts["unapplied"] = "12.00"
    assert claimed(letter) == []


def test_what_is_in_dispute_bears_no_interest(letter):
    letter.facts["lines"][0]["disputed"] = "5000.00"
    assert claimed(letter) == []


def test_the_engine_s_figures_do_not_know_of_it(letter):
    reminder = letter.reminders.get()
    assert reminder.total == Decimal(letter.facts["total"]) == 5000
    assert letter.customer.invoices.get().balance == 5000


def test_the_words_are_the_customers():
    facts = cedar(
        claims=(ClaimLine("interest", Decimal("17.18"), "EUR", TODAY), ClaimLine("compensation", Decimal(40), "EUR", TODAY))
    )
    table = page_context(facts)["claims"]
    assert table["rows"] == [["Gesetzliche Verzugszinsen bis 30. Juni 2026", "17,18"], ["Pauschale für Verzugskosten", "40,00"]]
    assert facts.amount_due == cedar().amount_due


def test_no_claim_no_table():
    assert page_context(cedar())["claims"] is None


def test_a_claim_in_another_currency_is_refused():
    with pytest.raises(ValueError, match="cannot hold GBP"):
        cedar(claims=(ClaimLine("interest", Decimal(1), "GBP", TODAY),))


@pytest.mark.parametrize(("kind", "amount"), [("fee", "1"), ("interest", "0"), ("interest", "-1")])
def test_what_is_no_claim_is_refused(kind, amount):
    with pytest.raises(ValueError, match="No such claim"):
        ClaimLine(kind, Decimal(amount), "EUR", TODAY)
