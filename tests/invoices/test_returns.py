"""Money that goes out again takes its payment back, and the invoice is open at its old due date (domain.md 3.4)."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from customers.models import Task
from invoices.balances import BookingError
from invoices.certain_lines import book_certain
from invoices.line_booking import LineTaken
from invoices.line_unbooking import take_back_line
from invoices.models import BankLine, Payment, Promise
from invoices.returns import Return, return_line
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = pytest.mark.django_db
ON = day("2026-03-20")


@pytest.fixture
def inv(acme):
    return make.invoice(acme, "INV-20260001", total="119.50", due="2026-02-14")


def settle(business, *lines, **told):
    _stored, batch = store(business, *lines, **told)
    return book_certain(business=business, on=ON, batch=batch)


PAID = line("119.50", on="2026-03-10", text="INV-20260001", reference="E2E-000017")


def out(amount="-119.50", *, on="2026-03-13", **fields):
    return line(amount, on=on, **{"payer": "Acme"} | fields)


@pytest.mark.proves("T22")
@pytest.mark.parametrize(
    "told",
    [
        {"reversal": True, "reference": "E2E-000017"},
        {"reason_code": "AC04", "text": "RETURN E2E-000017"},
        {"reversal": True},
        {"text": "Rücklastschrift E2E-000017"},
        {"text": "UNPAID CHEQUE"},
    ],
)
def test_the_invoice_is_open_again_at_its_old_due_date(business, inv, told):
    settled = settle(business, PAID, out(**told))
    assert (settled.matched, settled.returned) == (1, 1)
    inv.refresh_from_db()
    assert (inv.balance, inv.due_on, inv.cycle) == (Decimal("119.50"), day("2026-02-14"), 2)
    payment = Payment.objects.get()
    row = BankLine.objects.get(amount__lt=0)
    assert (payment.returned_on, row.state, row.takes_back) == (day("2026-03-13"), "returned", payment)
    assert row.sure >= 95 and Return.from_json(row.suggestions[0]).payment_id == payment.pk
    assert verify(business).differences == []


def test_a_payment_of_an_earlier_statement_comes_back(business, inv):
    settle(business, PAID)
    assert settle(business, out(reversal=True)).returned == 1


def test_what_came_back_may_be_paid_again(business, inv):
    again = line("119.50", on="2026-03-16", text="INV-20260001", reference="E2E-000018")
    settle(business, PAID)
    settled = settle(business, out(reversal=True), again)
    assert (settled.returned, settled.matched) == (1, 1)
    inv.refresh_from_db()
    assert inv.balance == 0


def test_what_the_bank_charged_for_it_is_not_the_customer_s(business, inv):
    settled = settle(business, PAID, out("-122.50", charges=Decimal(3), reversal=True, reference="E2E-000017"))
    assert settled.returned == 1
    assert verify(business).differences == []


def test_of_two_alike_nobody_but_a_person_knows_which(business, acme, inv):
    make.invoice(acme, "INV-20260002", total="119.50")
    second = line("119.50", on="2026-03-11", text="INV-20260002", reference="E2E-000099")
    settled = settle(business, PAID, second, out(reversal=True))
    assert (settled.matched, settled.returned, settled.suggested) == (2, 0, 1)
    assert len(BankLine.objects.get(amount__lt=0).suggestions) == 2


@pytest.mark.parametrize("format", ["MT940", "camt.053"])
def test_a_return_told_of_in_two_formats_takes_one_payment_back(business, acme, inv, format):
    make.invoice(acme, "INV-20260002", total="119.50")
    settle(business, PAID, line("119.50", on="2026-03-09", text="INV-20260002", reference="E2E-000099"))
    assert settle(business, out(reversal=True, text="Return E2E-000017"), format="camt.054").returned == 1
    settled = settle(business, out(reversal=True, text="RUECKLASTSCHRIFT"), format=format)
    assert (settled.returned, settled.suggested) == (0, 1)
    assert Payment.objects.get(returned_on=None).bank_line.reference == "E2E-000099"
    assert "is it the same money?" in BankLine.objects.get(state="open").reason


def test_a_refund_of_ours_is_not_taken_for_a_return(business, inv):
    settled = settle(business, PAID, out(text="Refund, sorry"))
    assert (settled.returned, settled.suggested) == (0, 1)
    assert Payment.objects.get().returned_on is None


def test_a_return_of_what_nobody_knows_waits(business):
    settled = settle(business, out(reversal=True))
    assert settled.unmatched == 1
    row = BankLine.objects.get()
    assert (row.state, row.reason) == ("open", "The bank took money back, but no payment of that sum is known.")


def test_what_we_pay_is_left(business, inv):
    settled = settle(business, PAID, out(payer="Landlord", text="Rent March"), out("-30", payer="Telecom"))
    assert settled.left == 2
    assert set(BankLine.objects.filter(amount__lt=0).values_list("state", "reason")) == {("left", "Money that went out.")}


def test_our_own_money_that_came_back_waits_for_a_person(business, inv):
    settled = settle(business, line("119.50", text="INV-20260001", reversal=True))
    assert (settled.matched, settled.suggested) == (0, 1)


@pytest.mark.parametrize("fields", [{"on": "2026-03-09"}, {"account": "FR7630006000011234567890189"}])
def test_before_it_came_or_from_another_account_nothing_comes_back(business, inv, fields):
    settle(business, PAID)
    account = {"account": fields.pop("account")} if "account" in fields else {}
    assert settle(business, out(reversal=True, **fields), **account).returned == 0


def test_a_promise_is_broken_by_it_the_same_night(business, acme, inv):
    """The night judges what the statement brought: nothing else is needed than the payment's return."""
    terms = {"amount": Decimal("119.50"), "due_on": day("2026-03-12"), "made_on": day("2026-03-09")}
    promise = Promise.objects.create(business=business, customer=acme, currency="USD", **terms)
    promise.lines.create(invoice=inv, amount=Decimal("119.50"))
    settle(business, PAID)
    _night(business, "2026-03-11")
    promise.refresh_from_db()
    assert promise.state == "kept"
    settle(business, out(reversal=True))
    _night(business, "2026-03-13")
    promise.refresh_from_db()
    assert promise.state == "broken"


def _night(business, on):
    call_command("escalate", "--business", business.slug, "--on", on, "--format", "json")


def test_by_hand_a_suggested_return_is_confirmed_once(business, inv, bookkeeper):
    settle(business, PAID, out(text="as agreed"))
    row, payment = BankLine.objects.get(amount__lt=0), Payment.objects.get()
    assert return_line(line=row, payment=payment, actor=bookkeeper, on=ON) == ((inv.pk, Decimal("119.50")),)
    assert (row.state, row.settled_by, row.takes_back) == ("returned", bookkeeper, payment)
    with pytest.raises(LineTaken):
        return_line(line=row, payment=payment, actor=bookkeeper, on=ON)


def test_a_payment_of_another_sum_or_business_is_not_taken_back(business, acme, inv, bookkeeper):
    settle(business, out("-30"))
    row = BankLine.objects.get()
    BankLine.objects.update(state="open")
    with pytest.raises(BookingError, match="30.00 went out, but the payment is 5.00"):
        return_line(line=row, payment=make.payment(acme, "5", on="2026-03-01"), actor=bookkeeper, on=ON)
    elsewhere = make.customer(make.business("Elsewhere Ltd"))
    with pytest.raises(BookingError, match="cannot take that payment back"):
        return_line(line=row, payment=make.payment(elsewhere, "30", on="2026-03-01"), actor=bookkeeper, on=ON)


def test_taken_back_the_payment_counts_again(business, inv, bookkeeper):
    settle(business, PAID, out(reversal=True))
    row = BankLine.objects.get(amount__lt=0)
    take_back_line(line=row, actor=bookkeeper, on=ON)
    inv.refresh_from_db()
    assert (inv.balance, inv.paid_on) == (0, day("2026-03-10"))
    assert (row.state, row.takes_back, Payment.objects.get().returned_on) == ("open", None, None)
    assert verify(business).differences == []
    assert book_certain(business=business, on=ON).returned == 0


def test_what_was_paid_otherwise_meanwhile_stays_unapplied(business, acme, inv, bookkeeper):
    settle(business, PAID, out(reversal=True))
    make.payment(acme, "119.50", on="2026-03-15", split={inv: "119.50"})
    take_back_line(line=BankLine.objects.get(amount__lt=0), actor=bookkeeper, on=ON)
    assert Payment.objects.get(bank_line__isnull=False).unapplied == Decimal("119.50")
    assert verify(business).differences == []


def test_the_line_of_a_returned_payment_cannot_be_taken_back(business, inv, bookkeeper):
    settle(business, PAID, out(reversal=True))
    with pytest.raises(BookingError, match="was returned on 2026-03-13"):
        take_back_line(line=BankLine.objects.get(amount__gt=0), actor=bookkeeper, on=ON)
    assert not Task.objects.filter(outcome="UNBOOKED").exists()
