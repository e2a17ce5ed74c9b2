"""A statement is stored whole or not at all, and says what a person should look at."""

from decimal import Decimal

import pytest

from customers.models import Event
from invoices.bank_lines import LinesRefused, store_statement
from invoices.imports.problems import LineProblem
from invoices.models import BankAccount, BankLine, BankStatement
from invoices.statements.lines import Foot, Head
from tests import make
from tests.invoices.bank import IBAN, Told, batch, line, store, warned
from tests.make import day

pytestmark = pytest.mark.django_db
BROKEN = LineProblem(7, "amount", '"x" is not an amount')


def test_every_line_is_stored_as_the_bank_tells_it(business):
    told = line("97.50", on="2026-03-10", payer="Acme Ltd", text="INV-7\nthanks", reference="RF18", charges=Decimal("2.50"))
    stored, of = store(business, told, line("-12"), number="5", opening=Decimal(0), foot=Foot(Decimal("85.5"), Decimal(0)))
    assert (stored.lines, stored.new, stored.known, stored.statements) == (2, 2, 0, 1)
    row = BankLine.objects.get(amount__gt=0)
    assert (row.booked_on, row.amount, row.currency, row.charges) == (day("2026-03-10"), Decimal("97.5"), "USD", Decimal("2.5"))
    assert (row.payer, row.text, row.reference, row.state) == ("Acme Ltd", "INV-7\nthanks", "RF18", "open")
    assert (row.account.identifier, row.statement.number, row.statement.batch) == (IBAN, "5", of)
    assert (row.statement.to_on, row.statement.closing) == (day("2026-03-10"), Decimal("85.5"))
    assert of.counts["created"] == 2 and warned(stored) == []
    assert Event.objects.get(kind="import.booked").data["rows"] == "statement"


def test_a_line_that_cannot_be_read_refuses_the_whole_file(business):
    of = batch(business)
    file = Told([Head("camt.053", IBAN, "USD"), line("5"), BROKEN, line("6"), Foot()])
    with pytest.raises(LinesRefused, match='1 line cannot be read, in line 7: amount: "x" is not an amount') as caught:
        store_statement(batch=of, file=file)
    assert caught.value.option == "keep_rest" and caught.value.problems == [BROKEN]
    assert not BankLine.objects.exists() and not BankAccount.objects.exists()


def test_the_rest_is_kept_where_a_person_agrees(business):
    of = batch(business)
    file = Told([Head("camt.053", IBAN, "USD"), line("5"), BROKEN, line("6"), Foot()])
    stored = store_statement(batch=of, file=file, keep_rest=True)
    assert (stored.lines, stored.new, stored.refused) == (3, 2, [BROKEN])
    assert of.refused == [{"line": 7, "field": "amount", "reason": '"x" is not an amount'}]


def test_what_no_database_takes_is_cut(business):
    store(business, line("5", payer="A" * 300, text="a\x00b", payer_account="1" * 99))
    row = BankLine.objects.get()
    assert (len(row.payer), row.text, len(row.payer_account)) == (200, "ab", 64)


def test_a_statement_that_does_not_add_up_warns(business):
    stored, of = store(business, line("5"), number="9", foot=Foot(Decimal(8), Decimal(3)))
    assert warned(stored) == [f"closing: Statement {IBAN} 9 does not add up: its closing balance is off by 3.00."]
    assert of.refused[0]["warning"] is True


def test_a_gap_between_two_statements_warns(business):
    store(business, line("5", on="2026-03-01"), foot=Foot(Decimal(105)))
    stored, _of = store(business, line("5", on="2026-03-02"), opening=Decimal(110), foot=Foot())
    assert "is one missing?" in warned(stored)[0] and "105.00" in warned(stored)[0]
    stored, _of = store(business, line("5", on="2026-03-03"), opening=Decimal(105), foot=Foot())
    assert warned(stored) == []


def test_an_account_never_seen_before_warns_but_not_the_first_of_all(business):
    stored, _of = store(business, line("5"))
    assert warned(stored) == []
    stored, _of = store(business, line("5"), account="FR7630006000011234567890189")
    assert warned(stored) == ["account: The account FR7630006000011234567890189 was never seen before: is it one of yours?"]
    stored, _of = store(business, line("5"), account="")
    assert warned(stored) == ["account: This file names no account: is it from one of yours?"]


def test_the_number_inside_an_iban_is_the_same_account(business):
    store(business, line("5"))
    store(business, line("6"), account="370400440532013000", format="MT940")
    assert BankAccount.objects.count() == 1
    store(business, line("7"), currency="EUR")
    assert BankAccount.objects.count() == 2


def test_old_days_without_a_line_known_warn_of_another_account(business):
    store(business, line("5", on="2026-03-05"), line("6", on="2026-03-10"))
    stored, _of = store(business, line("7", on="2026-03-06"))
    assert "is it the right account?" in warned(stored)[0]
    stored, _of = store(business, line("7", on="2026-03-06"), line("8", on="2026-03-07"))
    assert warned(stored) == []


def test_what_the_reader_of_the_file_says_is_kept(business):
    stored, _of = store(business, line("5"), warnings=["The days are guessed."])
    assert warned(stored) == ["The days are guessed."]


def test_a_file_without_a_line_says_so(business):
    stored, _of = store(business, opening=Decimal(5), from_on=day("2026-03-01"), to_on=day("2026-03-02"))
    assert warned(stored) == ["There is no line in this file."]
    assert BankStatement.objects.get().to_on == day("2026-03-02")


def test_another_business_s_lines_are_not_ours(business):
    store(make.business("Elsewhere Ltd"), line("5"))
    assert store(business, line("5"))[0].new == 1
