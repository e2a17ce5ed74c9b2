"""Money situations, one by one: in parts, too much, less a discount or charges, for nobody we know."""

import datetime
from decimal import Decimal

import pytest

from invoices.matching import match, no_match_reason
from tests.invoices.matching import ACME, BIRCH, CEDAR, first, ledger, line, opened, split_of

IN_TIME = datetime.date(2026, 5, 14)


def test_several_numbers_that_add_up():
    books = ledger((ACME, "INV-1001", "100"), (ACME, "INV-1002", "19.50"), (ACME, "INV-1003", "7"))
    found = first(line("119.50", "INV-1001, INV-1002"), books)
    assert found.certain and split_of(found) == {1: "100", 2: "19.50"}


def test_several_numbers_that_do_not_add_up_are_asked_about():
    books = ledger((ACME, "INV-1001", "100"), (ACME, "INV-1002", "50"))
    found = first(line("120", "INV-1001, INV-1002", "Acme Tools GmbH"), books)
    assert not found.certain and split_of(found) == {1: "100", 2: "20"}


def test_the_payer_says_how_much_is_for_each():
    books = ledger((ACME, "INV-1001", "1000"), (ACME, "INV-1002", "1500"))
    found = first(line("1400", "INV-1001 EUR 600,00 INV-1002 EUR 800,00", "Acme Tools GmbH"), books)
    assert (found.rule, found.certain, split_of(found)) == ("stated", True, {1: "600.00", 2: "800.00"})


def test_paid_in_part():
    found = first(line("400", "INV-20417", "ACME TOOLS GMBH"), ledger((ACME, "INV-20417", "1000")))
    assert (found.rule, found.certain, split_of(found)) == ("part", True, {1: "400"})


def test_a_part_payment_from_nobody_known_is_asked_about():
    assert not first(line("400", "INV-20417", "Ottokar"), ledger((ACME, "INV-20417", "1000"))).certain


def test_a_part_payment_that_is_all_of_another_invoice_is_asked_about():
    books = ledger((ACME, "INV-20417", "1000"), (ACME, "INV-20418", "400"))
    assert not first(line("400", "INV-20417", "Acme Tools GmbH"), books).certain


def test_overpaid_leaves_the_rest_unapplied():
    found = first(line("1010", "INV-20417", "Acme Tools GmbH"), ledger((ACME, "INV-20417", "1000")))
    assert (found.certain, split_of(found), found.unapplied) == (True, {1: "1000"}, Decimal(10))


def test_what_is_over_may_be_for_another_invoice():
    books = ledger((ACME, "INV-20417", "1000"), (ACME, "INV-30001", "10"), (ACME, "INV-30002", "10"))
    assert not first(line("1010", "INV-20417", "Acme Tools GmbH"), books).certain


def test_paid_twice_is_for_no_other_invoice():
    books = ledger((ACME, "INV-20418", "1000"))
    books.paid_numbers.add("INV-20417", ACME)
    found = first(line("1000", "INV-20417", "Acme Tools GmbH"), books)
    assert (found.rule, found.certain, found.split, found.unapplied) == ("paid_twice", False, (), Decimal(1000))


def test_a_discount_as_agreed_and_in_time_is_certain():
    found = first(line("980", "INV-20417", "Acme Tools GmbH", on=IN_TIME), ledger((ACME, "INV-20417", "1000")))
    assert (found.rule, found.certain, split_of(found)) == ("discount", True, {1: "980.00"})
    assert found.write_offs == ((1, Decimal("20.00"), "discount"),)


def test_a_discount_taken_late_is_asked_about():
    found = first(line("980", "INV-20417", "Acme Tools GmbH"), ledger((ACME, "INV-20417", "1000")))
    assert (found.rule, found.certain) == ("discount_not_agreed", False)


def test_a_discount_nobody_agreed_to_is_asked_about():
    found = first(line("970", "INV-20417", "Birch & Soehne", on=IN_TIME), ledger((BIRCH, "INV-20417", "1000")))
    assert (found.rule, found.certain, found.write_offs) == ("discount_not_agreed", False, ((1, Decimal("30.00"), "discount"),))


def test_charges_the_bank_reports_are_certain():
    found = first(line("985", "INV-20417", charges=Decimal(15)), ledger((BIRCH, "INV-20417", "1000")))
    assert (found.rule, found.certain, found.write_offs) == ("charges", True, ((1, Decimal(15), "charges"),))


def test_charges_nobody_reports_are_asked_about():
    found = first(line("987.50", "INV-20417", "Birch & Soehne"), ledger((BIRCH, "INV-20417", "1000")))
    assert (found.rule, found.certain, found.write_offs) == ("charges_guessed", False, ((1, Decimal("12.50"), "charges"),))


def test_some_cents_are_a_small_balance():
    found = first(line("999.40", "INV-20417", "Birch & Soehne"), ledger((BIRCH, "INV-20417", "1000")))
    assert (found.rule, found.certain, found.write_offs) == ("small", False, ((1, Decimal("0.60"), "small"),))


def test_a_credit_note_it_names_is_netted():
    books = ledger((ACME, "INV-20417", "100"), credits=((ACME, "CN-4001", "20"),))
    found = first(line("80", "INV-20417 abzgl. CN-4001"), books)
    assert (found.certain, split_of(found), found.credits) == (True, {1: "80"}, ((1, 1, Decimal(20)),))


def test_a_credit_note_it_does_not_name_is_asked_about():
    books = ledger((ACME, "INV-20417", "100"), credits=((ACME, "CN-4001", "20"),))
    found = first(line("80", "INV-20417", "Acme Tools GmbH"), books)
    assert (found.certain, found.credits) == (False, ((1, 1, Decimal(20)),))


def test_no_number_but_the_payer_and_one_invoice_of_that_amount():
    books = ledger((ACME, "INV-20417", "119"), (BIRCH, "INV-20418", "119"))
    found = first(line("119", "Danke", "ACME TOOLS GMBH"), books)
    assert found.certain and found.customer_id == ACME


def test_all_that_is_open_of_the_payer():
    books = ledger((ACME, "INV-20417", "119"), (ACME, "INV-20418", "80.50"), (ACME, "INV-20419", "7.25"))
    found = first(line("206.75", "laut Kontoauszug", "Acme Tools GmbH"), books)
    assert (found.rule, found.certain, len(found.split)) == ("all_open", True, 3)


def test_some_of_what_is_open_of_the_payer():
    books = ledger((ACME, "INV-1001", "119"), (ACME, "INV-1002", "801.50"), (ACME, "INV-1003", "77.25"))
    found = first(line("196.25", "", "Acme Tools GmbH"), books)
    assert (found.rule, split_of(found)) == ("sum", {1: "119", 3: "77.25"})


def test_two_equal_invoices_of_the_payer_are_asked_about():
    books = ledger((ACME, "INV-20417", "500"), (ACME, "INV-20418", "500"))
    found = match(line("500", "Miete", "Acme Tools GmbH"), books)
    assert not found[0].certain and {split_of(one).popitem()[0] for one in found[:2]} == {1, 2}


def test_two_customers_with_one_amount_and_no_name_are_asked_about():
    books = ledger((ACME, "INV-20417", "119"), (BIRCH, "INV-20418", "119"))
    found = match(line("119", "Rechnung"), books)
    assert {one.customer_id for one in found} == {ACME, BIRCH} and not any(one.certain for one in found)


def test_an_amount_alone_is_never_certain():
    assert not first(line("119", "Danke", "Ottokar"), ledger((ACME, "INV-20417", "119"))).certain


def test_another_payer_who_names_the_number_and_pays_it_all():
    found = first(line("119", "INV-20417", "Holding Nord"), ledger((ACME, "INV-20417", "119")))
    assert found.certain and found.customer_id == ACME


def test_digits_alone_from_another_customer_are_asked_about():
    books = ledger((ACME, "INV-20417", "119"), (BIRCH, "INV-30001", "40"))
    assert first(line("119", "20417", "Ottokar"), books).certain
    assert not first(line("119", "20417", "Birch & Söhne"), books).certain


def test_a_known_account_tells_the_customer_without_a_name():
    books = ledger((ACME, "INV-20417", "119"))
    books.known["account", "DE89370400440532013000"] = {ACME: 3}
    found = first(line("119", "", payer_account="DE89 3704 0044 0532 0130 00"), books)
    assert found.certain and "before" in found.reason


def test_an_account_that_pays_for_two_customers_tells_nothing():
    books = ledger((ACME, "INV-20417", "119"))
    books.known["account", "DE89370400440532013000"] = {ACME: 3, BIRCH: 1}
    assert not first(line("119", "", payer_account="DE89370400440532013000"), books).certain


def test_one_line_for_two_customers():
    books = ledger((ACME, "INV-20417", "119"), (CEDAR, "INV-30001", "1"))
    found = first(line("120", "INV-20417 INV-30001"), books)
    assert found.certain and {found.customer_id, *(other.customer_id for other in found.others)} == {ACME, CEDAR}
    assert found.amount == Decimal(120)


@pytest.mark.proves("T25")
def test_another_currency_is_never_mixed_in():
    books = ledger((ACME, "INV-20417", "119"))
    assert match(line("119", "INV-20417", currency="USD"), books) == ()
    assert "USD" in no_match_reason(line("119", "INV-20417", currency="USD"), books)


def test_a_number_a_sum_and_a_mark_that_it_is_all_are_asked_about():
    found = first(line("400", "INV-20417 payment in full", "Acme Tools GmbH"), ledger((ACME, "INV-20417", "1000")))
    assert not found.certain and "payment in full" in found.reason


@pytest.mark.proves("T16")
def test_what_is_in_dispute_gets_nothing_unless_it_is_named():
    books = ledger()
    books.add_invoices([opened(1, ACME, "INV-20417", "100", disputed="30"), opened(2, ACME, "INV-20418", "500")])
    unnamed = first(line("170", "", "Acme Tools GmbH"), books)
    assert split_of(unnamed) == {1: "70", 2: "100"}
    rest = first(line("70", "INV-20417", "Acme Tools GmbH"), books)
    assert rest.certain and split_of(rest) == {1: "70"}
    assert split_of(first(line("100", "INV-20417", "Acme Tools GmbH"), books)) == {1: "100"}


def test_money_out_and_lines_of_nobody_match_nothing():
    books = ledger((ACME, "INV-20417", "119"))
    assert match(line("-119", "INV-20417"), books) == () == match(line("55", "Zinsen", "Elbbank"), books)
    assert no_match_reason(line("-119"), books) != no_match_reason(line("55"), books)


def test_the_ledger_stays_true_while_lines_are_booked():
    books = ledger((ACME, "INV-20417", "119"), credits=((ACME, "CN-4001", "20"),))
    told = line("99", "INV-20417 CN-4001", "Acme Tools GmbH")
    found = first(told, books)
    books.less(found)
    assert not any(one.split for one in match(told, books)) and not books.credits_of(ACME, "EUR")
    books.more(found)
    assert first(told, books) == found
