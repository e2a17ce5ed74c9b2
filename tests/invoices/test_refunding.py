"""Money paid back: it leaves what is unapplied, can be taken back, and is asked for where nothing is owed."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Event, Task
from invoices.balances import BookingError
from invoices.booking import return_payment, unbook_many
from invoices.history import open_credits
from invoices.models import Payment
from invoices.refunding import pay_back, take_back_refund
from invoices.unmatched import ask_again, ask_to_pay_back, leave_on_account
from tests import make
from tests.make import day

TODAY = day("2026-03-20")


@pytest.fixture
def cash(acme) -> Payment:
    return make.payment(acme, "350", on="2026-03-01")


def test_what_is_paid_back_is_not_unapplied_any_more(cash, owner):
    task = make.task(cash.customer, kind="refund", subject=f"payment:{cash.pk}")
    row = pay_back(source=cash, amount=Decimal(350), on=TODAY, reference="R-1", actor=owner)
    cash.refresh_from_db()
    task.refresh_from_db()
    assert (cash.unapplied, cash.allocated, row.currency, row.by) == (0, 350, "USD", owner)
    assert (task.state, str(task.outcome_words)) == ("done", "Paid back")
    assert Event.objects.get(kind="payment.refunded").data["amount"] == "350.00"


def test_a_part_leaves_the_rest_waiting(cash):
    task = make.task(cash.customer, kind="refund", subject=f"payment:{cash.pk}")
    pay_back(source=cash, amount=Decimal(100), on=TODAY)
    cash.refresh_from_db()
    task.refresh_from_db()
    assert (cash.unapplied, task.state) == (250, "open")


def test_a_credit_note_is_paid_out_too(acme):
    note = make.credit_note(acme, "60", on="2026-03-11")
    pay_back(source=note, amount=Decimal(60), on=TODAY)
    note.refresh_from_db()
    assert note.unapplied == 0


def test_it_is_taken_back_once(cash):
    row = pay_back(source=cash, amount=Decimal(350), on=TODAY)
    take_back_refund(row=row, on=TODAY)
    cash.refresh_from_db()
    assert cash.unapplied == 350
    with pytest.raises(BookingError, match="already"):
        take_back_refund(row=row, on=TODAY)


@pytest.mark.parametrize(
    ("amount", "on", "reason"),
    [
        ("350.01", "2026-03-20", "Only 350.00 USD is left"),
        ("0", "2026-03-20", "not an amount"),
        ("1.005", "2026-03-20", "not an amount"),
        ("10", "2026-02-28", "cannot go back before"),
    ],
)
def test_what_cannot_be_paid_back(cash, amount, on, reason):
    with pytest.raises(BookingError, match=reason):
        pay_back(source=cash, amount=Decimal(amount), on=day(on))


def test_money_that_went_back_did_not_bounce(cash):
    pay_back(source=cash, amount=Decimal(10), on=TODAY)
    cash.refresh_from_db()
    for undo in (lambda: return_payment(payment=cash, on=TODAY), lambda: unbook_many(business=cash.business, payments=[cash])):
        with pytest.raises(BookingError, match="paid back on 2026-03-20"):
            undo()


def test_the_past_knows_it_from_its_day_on(cash):
    pay_back(source=cash, amount=Decimal(350), on=TODAY)
    assert [row.amount for row in open_credits(cash.business, day("2026-03-19"))] == [350]
    assert list(open_credits(cash.business, TODAY)) == []


def asked(business, on: str = "2026-03-20") -> list[tuple[str, int]]:
    ask_to_pay_back(business=business, calendar=Calendar(), today=day(on))
    return list(Task.objects.filter(kind="refund", state="open").values_list("subject", "amount"))


def test_who_owes_nothing_for_a_fortnight_gets_it_back(business, cash):
    make.task(cash.customer, kind="match_cash", subject=f"payment:{cash.pk}")
    assert asked(business, "2026-03-14") == []
    assert asked(business, "2026-03-15") == [(f"payment:{cash.pk}", 350)]
    assert Task.objects.get(kind="match_cash").outcome == "REFUND_DUE"


def test_who_owes_something_does_not(business, cash):
    make.invoice(cash.customer, "INV-1")
    assert asked(business) == []


def test_nor_who_owed_something_until_lately(business, cash):
    make.payment(cash.customer, "1000", on="2026-03-10", split={make.invoice(cash.customer, "INV-1"): "1000"})
    assert asked(business, "2026-03-23") == []
    assert len(asked(business, "2026-03-24")) == 1


def test_another_currency_owed_is_no_reason_to_keep_it(business, cash):
    make.invoice(cash.customer, "INV-1", currency="EUR")
    assert len(asked(business)) == 1


def test_it_is_asked_once(business, cash, owner):
    asked(business)
    Task.objects.update(state="cancelled")
    assert asked(business) == []


def test_what_stays_for_a_reason_is_not_asked_for(business, cash, owner):
    leave_on_account(source=cash, reason="Deposit.", on=TODAY, by=owner)
    assert asked(business) == []
    ask_again(source=cash, on=TODAY, by=owner)
    assert Task.objects.filter(kind="match_cash", state="open").count() == 1
