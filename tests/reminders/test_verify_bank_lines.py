"""verify_ledger: a bank line is worth its payments, and what was paid back counts in what a payment has spent."""

import pytest

from invoices.certain_lines import book_certain
from invoices.models import BankLine, Payment
from invoices.refunding import pay_back
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

ON = day("2026-03-20")


@pytest.fixture
def settled(business, acme):
    make.invoice(acme, "INV-20260001", total="5.10")
    paid = line("5.10", text="INV-20260001", reference="E2E-000017")
    _stored, batch = store(business, paid, line("7", payer="Nobody"), line("-5.10", reversal=True, reference="E2E-000017"))
    assert book_certain(business=business, on=ON, batch=batch).returned == 1


def differences(business):
    return [(one.field, one.stored, one.computed) for one in verify(business).differences]


def test_settled_lines_are_sound(business, settled):
    assert differences(business) == []
    assert verify(business).checked["bank_lines"] == 3


@pytest.mark.parametrize(
    ("lines", "change", "found"),
    [
        ({"state": "booked"}, {"amount": "5.11"}, ("payments", "5.11", "5.10")),
        ({"state": "booked"}, {"state": "open"}, ("payments", "5.10", "5.10")),
        ({"state": "open"}, {"state": "booked"}, ("payments", "7.00", "0.00")),
        ({"state": "returned"}, {"amount": "-5.11"}, ("takes back", "-5.11", "5.10")),
        ({"state": "returned"}, {"takes_back": None}, ("takes back", "-5.10", "nothing")),
        ({"state": "returned"}, {"state": "left"}, ("takes back", "-5.10", "5.10")),
    ],
)
def test_what_was_changed_behind_our_back_is_found(business, settled, lines, change, found):
    BankLine.objects.filter(**lines).update(**change)
    assert differences(business) == [found]


def test_a_payment_that_stands_was_taken_back_by_no_line(business, settled):
    Payment.objects.update(returned_on=None)
    assert ("takes back", "-5.10", "5.10") in differences(business)


def test_money_paid_back_is_spent(business, acme):
    payment = make.payment(acme, "9", on="2026-03-01")
    pay_back(source=payment, amount=payment.amount, on=ON)
    assert differences(business) == []
    Payment.objects.update(allocated=0)
    assert differences(business) == [("allocated", "0", "9")]
