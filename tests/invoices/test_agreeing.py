"""Disputes, promises and plans: first how they are agreed, then every refusal."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from arcollect.dates import Calendar
from arcollect.defaults import DEFAULTS
from customers.models import Event
from invoices.agreeing import (
    AgreementError,
    close_promise,
    make_promise,
)
from invoices.disputing import CLOSE_WITHIN, open_dispute, resolve_dispute
from invoices.models import Dispute, Invoice, Promise
from invoices.models.agreement import DisputeCode, PromiseState
from invoices.standing import claims, open_items
from tests import make
from tests.make import day

FRIDAY = day("2026-03-06")
AT = datetime.datetime(2026, 3, 6, 10, tzinfo=datetime.UTC)
# domain.md 1, glossary: business days to the first answer and to the target close.
CLOCKS = {
    "PRICE": (1, 3),
    "QTY_SHORT": (1, 3),
    "DAMAGED": (1, 5),
    "QUALITY": (1, 7),
    "WRONG_ITEM": (1, 5),
    "NOT_DELIVERED": (1, 3),
    "DUPLICATE": (1, 1),
    "TERMS": (1, 2),
    "DISCOUNT": (1, 2),
    "FREIGHT": (1, 3),
    "TAX": (1, 3),
    "PO_MISSING": (1, 1),
    "DOC_MISSING": (1, 1),
    "WRONG_PARTY": (1, 2),
    "SERVICE_INCOMPLETE": (1, 7),
    "OFFSET": (1, 5),
    "OTHER": (1, 5),
}


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def invoice(customer):
    return make.invoice(customer, "INV-1", total="300")


def dispute(invoice, amount="100", code="PRICE") -> Dispute:
    return open_dispute(invoice=invoice, code=code, amount=Decimal(amount), on=FRIDAY, calendar=Calendar())


def promise(customer, amount="100", **fields) -> Promise:
    fields = {"made_on": FRIDAY, "due_on": day("2026-03-13")} | fields
    return make_promise(customer=customer, currency="USD", amount=Decimal(amount), **fields)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


@pytest.mark.proves("T37")
def test_a_promise_reaches_thirty_days(customer, invoice):
    promise(customer, due_on=FRIDAY + datetime.timedelta(days=30))
    with pytest.raises(AgreementError, match="at most"):
        promise(customer, due_on=FRIDAY + datetime.timedelta(days=31))


@pytest.mark.proves("T37")
def test_a_promise_is_moved_on_twice(customer, invoice):
    for _again in range(3):
        close_promise(promise=promise(customer), state=PromiseState.SUPERSEDED, received=Decimal(0), on=FRIDAY)
    with pytest.raises(AgreementError, match="too often"):
        promise(customer)


def test_every_code_has_its_clock():
    assert {code: (DEFAULTS["dispute"]["first_answer_bd"], days) for code, days in CLOSE_WITHIN.items()} == CLOCKS
    assert set(CLOSE_WITHIN) == set(DisputeCode.values)


def test_a_dispute_runs_in_business_days(invoice):
    row = dispute(invoice, code="PRICE")
    assert (row.answer_by, row.close_by) == (day("2026-03-09"), day("2026-03-11"))


def test_the_owner_says_how_long_the_first_answer_may_take(business, invoice):
    """It moves the close with it where that is nearer: nothing is due to be closed before it is answered."""
    business.settings = {"dispute": {"first_answer_bd": 4}}
    business.save()
    row = dispute(Invoice.objects.get(pk=invoice.pk), code="PRICE")
    assert (row.answer_by, row.close_by) == (day("2026-03-12"), day("2026-03-12"))


@pytest.mark.proves("T16")
def test_a_disputed_part_is_set_aside_until_it_is_resolved(customer, invoice):
    row = dispute(invoice, "100")
    assert claims([customer.pk]).disputed == {invoice.pk: 100}
    assert open_items(customer.pk, "USD")[0].payable == 200
    resolve_dispute(dispute=row, outcome="rejected", on=day("2026-03-09"))
    assert claims([customer.pk]).disputed == {}


@pytest.mark.parametrize("amount", ["0", "-1", "300.01"])
def test_an_amount_that_is_not_open_cannot_be_disputed(invoice, amount):
    with pytest.raises(AgreementError, match="cannot be in dispute on invoice INV-1: 300.00 is"):
        dispute(invoice, amount)
    assert not Dispute.objects.exists() and not Event.objects.filter(kind="dispute.opened").exists()


def test_a_dispute_is_resolved_once(invoice):
    row = dispute(invoice)
    resolve_dispute(dispute=row, outcome="upheld", on=day("2026-03-09"))
    with pytest.raises(AgreementError, match="closed already"):
        resolve_dispute(dispute=row, outcome="rejected", on=day("2026-03-10"))
    assert fresh(row).outcome == "upheld"


def test_a_resolution_without_an_outcome_is_refused_by_the_database(invoice):
    with pytest.raises(IntegrityError), transaction.atomic():
        resolve_dispute(dispute=dispute(invoice), outcome="", on=day("2026-03-09"))


def test_a_promise_is_for_the_oldest_invoices(customer, invoice):
    older = make.invoice(customer, "INV-0", total="40", due="2026-01-31")
    row = promise(customer, "100")
    assert dict(row.lines.values_list("invoice", "amount")) == {older.pk: 40, invoice.pk: 60}


def test_a_promise_is_for_the_invoices_named(customer, invoice):
    make.invoice(customer, "INV-0", total="40", due="2026-01-31")
    row = promise(customer, "100", split=[(invoice.pk, Decimal(100))])
    assert claims([customer.pk]).promised == {invoice.pk: [(row.due_on, 100)]}


def test_a_settled_promise_holds_nothing_back(customer, invoice):
    row = promise(customer)
    close_promise(promise=row, state=PromiseState.KEPT, received=Decimal(100), on=day("2026-03-17"))
    assert claims([customer.pk]).promised == {}
    assert (fresh(row).state, fresh(row).received) == (PromiseState.KEPT, 100)


def test_a_promise_is_settled_once(customer, invoice):
    row = promise(customer)
    close_promise(promise=row, state=PromiseState.BROKEN, received=Decimal(0), on=day("2026-03-17"))
    with pytest.raises(AgreementError, match="settled already"):
        close_promise(promise=row, state=PromiseState.KEPT, received=Decimal(100), on=day("2026-03-18"))
    assert fresh(row).state == PromiseState.BROKEN


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_nothing_cannot_be_promised(customer, amount):
    with pytest.raises(AgreementError, match="an amount"):
        promise(customer, amount)


@pytest.mark.proves("T36")
def test_a_second_promise_does_not_erase_the_first(customer, invoice):
    first, second = promise(customer, "100"), promise(customer, "200", due_on=day("2026-03-20"))
    assert fresh(first).state == fresh(second).state == PromiseState.OPEN


def test_everything_agreed_is_logged(customer, invoice, owner):
    row = open_dispute(invoice=invoice, code="PRICE", amount=Decimal(9), on=FRIDAY, calendar=Calendar(), actor=owner)
    event = Event.objects.get(kind="dispute.opened")
    assert (event.subject, event.customer, event.actor) == (f"dispute:{row.pk}", customer, owner)


def paid(invoice, amount: str, on: str) -> None:
    make.payment(invoice.customer, amount, on=on, split={invoice: amount})


@pytest.mark.proves("T36")
def test_a_promise_whose_money_is_in_is_kept_though_the_next_one_comes_before_the_night(customer, invoice):
    first = promise(customer, "200")
    paid(invoice, "200", on="2026-03-13")
    promise(customer, "100", made_on=day("2026-03-16"), due_on=day("2026-03-20"))
    assert (fresh(first).state, fresh(first).received) == (PromiseState.KEPT, 200)


@pytest.mark.parametrize(
    ("made", "state"), [("2026-03-13", PromiseState.SUPERSEDED), ("2026-03-16", PromiseState.BROKEN)], ids=["in time", "too late"]
)
def test_what_came_in_for_a_promise_that_gives_way_is_kept_with_it(customer, invoice, made, state):
    """domain.md 2.8: one that is replaced after its day was broken."""
    first = promise(customer, "300")
    paid(invoice, "100", on="2026-03-10")
    promise(customer, "200", made_on=day(made), due_on=day("2026-03-27"))
    assert (fresh(first).state, fresh(first).received) == (state, 100)


@pytest.mark.proves("T35", "T38")
def test_a_promise_no_night_settled_counts_as_broken_before_the_next(customer, invoice):
    for place in range(2):
        other = make.invoice(customer, f"OLD-{place}", total="50", due="2026-01-31")
        promise(customer, "50", split=[(other.pk, Decimal(50))])
    with pytest.raises(AgreementError, match="2 promises were broken in 90 days"):
        promise(customer, made_on=day("2026-03-18"), due_on=day("2026-03-27"))
    promise(customer, made_on=day("2026-03-18"), due_on=day("2026-03-18"))


def test_no_more_is_promised_than_is_open_and_not_in_query(customer, invoice):
    dispute(invoice, "100")
    with pytest.raises(AgreementError, match=r"Only 200\.00 is open and not in query: 200\.01 cannot be promised"):
        promise(customer, "200.01")
    assert promise(customer, "200").lines.get().amount == 200
