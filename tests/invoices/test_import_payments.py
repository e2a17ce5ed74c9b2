"""Payment rows are booked once: on the invoice they name, else on the oldest; what is left stays unapplied cash."""

from decimal import Decimal

import pytest

from invoices.imports.layouts import PAYMENTS
from invoices.models import Dispute, Invoice, Payment
from tests import make
from tests.invoices.importing import HEAD, bring_in, counts, reasons

pytestmark = pytest.mark.django_db
PAID = "customer_reference,customer_name,received_on,amount,currency,method,reference,invoice_number\n"


@pytest.fixture
def acme(business):
    return make.customer(business, "Acme")


def pay(business, *rows, **options):
    return bring_in(business, PAID + "\n".join(rows) + "\n", PAYMENTS, **options)


def balances():
    return dict(Invoice.objects.values_list("number", "balance"))


def test_a_payment_goes_to_the_invoice_it_names_also_in_part(business, acme):
    make.invoice(acme, "A", due="2026-01-01", total="50")
    make.invoice(acme, "B", due="2026-02-01", total="50")
    tally, batch = pay(business, "ACME,,2026-03-01,30,USD,bank,REF 7,B")
    assert counts(tally) == (1, 0, 0, 0)
    assert balances() == {"A": 50, "B": 20}
    payment = Payment.objects.get()
    assert (payment.method, payment.reference, payment.import_batch) == ("bank", "REF 7", batch)


def test_without_a_number_the_oldest_is_paid_first_and_the_surplus_waits(business, acme):
    make.invoice(acme, "B", due="2026-02-01", total="50")
    make.invoice(acme, "A", due="2026-01-01", total="50")
    tally, _batch = pay(business, "ACME,,2026-03-01,70,USD,,,", "ACME,,2026-03-02,70,USD,,,")
    assert balances() == {"A": 0, "B": 0}
    assert sorted(Payment.objects.values_list("allocated", flat=True)) == [30, 70]
    assert str(tally.warnings[0]) == "amount: 40.00 of 70.00 fits no open invoice and stays unapplied"


def test_disputed_amounts_are_skipped_unless_the_payer_names_the_invoice(business, acme):
    invoice = make.invoice(acme, "A", due="2026-01-01", total="50")
    make.invoice(acme, "B", due="2026-02-01", total="50")
    Dispute.objects.create(
        business=business, customer=acme, invoice=invoice, code="PRICE", amount=Decimal(50), opened_on=make.day("2026-02-01")
    )
    pay(business, "ACME,,2026-03-01,20,USD,,,")
    assert balances() == {"A": 50, "B": 30}
    pay(business, "ACME,,2026-03-01,20,USD,,,A")
    assert balances() == {"A": 30, "B": 30}


def test_equal_lines_are_different_payments_and_the_same_file_again_is_not(business, acme):
    make.invoice(acme, "A", total="100")
    line = "ACME,,2026-03-01,10,USD,,,A"
    assert counts(pay(business, line, line)[0]) == (2, 0, 0, 0)
    assert counts(pay(business, line, line)[0]) == (0, 0, 2, 0)
    assert counts(pay(business, line, line, line)[0]) == (1, 0, 2, 0)
    assert balances() == {"A": 70}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("NOBODY,,2026-03-01,10,USD,,,", "customer_reference: there is no customer NOBODY"),
        ("ACME,,2026-03-01,10,USD,,,Z-9", "invoice_number: there is no invoice Z-9"),
        ("BETA,,2026-03-01,10,USD,,,A", "invoice_number: invoice A is another customer's"),
        ("ACME,,2026-03-01,10,EUR,,,A", "currency: invoice A is in USD, the payment in EUR"),
    ],
)
def test_a_payment_that_fits_nowhere_is_refused(business, acme, line, reason):
    make.customer(business, "Beta")
    make.invoice(acme, "A")
    tally, _batch = pay(business, line)
    assert reasons(tally) == {2: reason}
    assert not Payment.objects.exists()


def test_the_invoice_alone_says_whose_payment_it_is(business, acme):
    make.invoice(acme, "A", total="100")
    pay(business, ",,2026-03-01,10,USD,,,a")
    assert Payment.objects.get().customer == acme


def test_currencies_never_mix(business, acme):
    make.invoice(acme, "A", total="100", currency="EUR")
    pay(business, "ACME,,2026-03-01,10,USD,,,")
    assert balances() == {"A": 100}
    assert Payment.objects.get().allocated == 0


def test_real_payments_take_the_place_of_what_the_invoice_file_knew(business):
    bring_in(business, HEAD + "C1,,A,2026-01-02,2026-02-01,100,USD,,,40\nC1,,B,2026-01-02,2026-02-01,100,USD,,2026-02-09,\n")
    tally, _batch = pay(business, "C1,,2026-01-20,30,USD,,,A", "C1,,2026-02-08,100,USD,,,B")
    assert balances() == {"A": 60, "B": 0}
    assert sorted(Payment.objects.values_list("amount", "method")) == [(10, "ledger"), (30, ""), (100, "")]
    assert tally.replaced == 2
    pay(business, "C1,,2026-01-21,10,USD,,,A", "C1,,2026-03-01,5,USD,,,A")
    assert balances() == {"A": 55, "B": 0}
    assert not Payment.objects.filter(method="ledger").exists()


def test_money_for_the_oldest_never_takes_what_a_stand_in_covers(business):
    bring_in(business, HEAD + "C1,,A,2026-01-02,2026-02-01,100,USD,,,40\nC1,,B,2026-01-02,2026-03-01,100,USD,,,\n")
    pay(business, "C1,,2026-01-20,70,USD,,,", "C1,,2026-01-20,30,USD,,,A")
    assert balances() == {"A": 0, "B": 90}
    assert sum(Payment.objects.values_list("allocated", flat=True)) == 110
