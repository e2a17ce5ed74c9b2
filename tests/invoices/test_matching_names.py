"""Who a payer is by name: capitals, umlauts, legal forms, names cut off."""

import pytest

from invoices.matching import match
from invoices.matching_names import ALIKE, SAME, WITHIN, PayerNames
from tests.invoices.matching import ACME, BIRCH, CEDAR, ledger
from tests.invoices.matching import line as told


@pytest.mark.parametrize(
    ("payer", "customer", "score"),
    [
        ("ACME TOOLS GMBH", ACME, SAME),
        ("Acme Tools", ACME, SAME),
        ("BIRCH + SOEHNE", BIRCH, SAME),
        ("Birch und Sohne", BIRCH, SAME),
        ("CEDAR MOEBELH", CEDAR, WITHIN),
        ("Acme Tools GmbH Niederlassung Nord", ACME, WITHIN),
        ("Cedar Moebelhauss", CEDAR, WITHIN),
    ],
)
def test_however_a_bank_writes_it(payer, customer, score):
    assert ledger().names.who(payer) == {customer: score}


def test_the_legal_form_tells_two_of_one_name_apart():
    names = PayerNames()
    names.add(1, "Werner Software GmbH")
    names.add(2, "Werner Software SARL")
    assert names.who("WERNER SOFTWARE SARL") == {1: ALIKE, 2: SAME}
    assert names.who("Werner Software") == {1: SAME, 2: SAME}


def test_numbers_in_names_tell_branches_apart():
    names = PayerNames()
    names.add(1, "Stadtwerke Filiale 17")
    assert names.who("Stadtwerke Filiale 18").get(1, 0) < WITHIN


def test_two_customers_of_one_name_are_asked_about():
    books = ledger((ACME, "INV-20417", "119"))
    books.names.add(CEDAR, "Acme Tools GmbH")
    assert not match(told("119", "", "Acme Tools GmbH"), books)[0].certain
