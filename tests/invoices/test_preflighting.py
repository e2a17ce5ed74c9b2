"""Checks of invoices and drafts are kept, let pass, run again; what is wrong gets on the desk, a little a day."""

import datetime
from decimal import Decimal

import pytest

from customers.models import Event, Task
from invoices.editing import correct_invoice
from invoices.models import DraftInvoice, DraftLine, Invoice, InvoiceDetail, InvoiceLine, PreflightCheck
from invoices.preflight import preflight
from invoices.preflight_facts import draft_facts, invoice_facts
from invoices.preflight_panel import panel_of
from invoices.preflight_tasks import close_fixed, open_fixes
from invoices.preflighting import (
    TickError,
    blocks,
    check_draft,
    check_invoices,
    check_open,
    hand_on,
    tick,
    to_check,
    untick,
    unticked,
)
from reminders.tasks import nightly
from tests import make
from tests.make import day

TODAY = day("2026-03-20")


@pytest.fixture
def asks(business):
    """A customer in good order, who pays nothing without an order number."""
    business.terms_text, business.iban = "Net 30.", "DE89370400440532013000"
    business.save()
    row = make.customer(
        business, "Birch Ltd", registration="HRB 7", country="DE", po_required=True, terms_accepted_on=day("2026-01-02")
    )
    make.contact(row, "ap@birch.example", verified_on=day("2026-03-01"))
    return row


def new(of, number="INV-1", **fields) -> Invoice:
    return make.invoice(of, number, issued="2026-03-19", due="2026-04-18", **({"delivered_on": day("2026-03-18")} | fields))


def found(invoice: Invoice) -> set[str]:
    check_invoices(business=invoice.business, invoices=to_check([invoice.pk]), on=TODAY)
    return set(PreflightCheck.objects.filter(invoice=invoice).values_list("check_id", flat=True))


def draft(of, **fields) -> DraftInvoice:
    fields = {"currency": "USD", "issue_on": TODAY, "terms_days": 30, "delivered_on": TODAY} | fields
    row = DraftInvoice.objects.create(business=of.business, customer=of, **fields)
    lines = [("Steel brackets, 40 mm", 3, "19.99"), ("Freight to Hull", 1, "45.50")]
    for position, (words, quantity, price) in enumerate(lines, 1):
        DraftLine.objects.create(
            draft=row, position=position, description=words, quantity=quantity, unit_price=Decimal(price), tax_rate=20
        )
    return row


@pytest.mark.proves("P13")
def test_an_order_number_they_ask_for_is_missed_entered_and_in_order(asks, bookkeeper):
    invoice = new(asks)
    assert found(invoice) == {"PF03"}
    values = {"purchase_order": "4500123", "delivered_on": invoice.delivered_on}
    correct_invoice(invoice=invoice, values=values, on=TODAY, actor=bookkeeper)
    assert not PreflightCheck.objects.exists()
    event = Event.objects.get(kind="invoice.corrected")
    assert (event.data["changes"], event.customer) == ({"purchase_order": ["", "4500123"]}, asks)


def test_what_is_wrong_with_an_invoice_that_is_out_may_pass_as_a_warning_does(asks, bookkeeper):
    invoice = new(asks)
    found(invoice)
    row = PreflightCheck.objects.get()
    assert (row.verdict, row.reason) == ("block", "They pay nothing without an order number, and there is none.")
    tick(check=row, actor=bookkeeper, on=TODAY)
    (shown,) = panel_of(invoice, TODAY).findings
    assert (shown.verdict, shown.ticked) == ("warn", row)


def test_an_electronic_invoice_is_held_against_its_content(asks):
    invoice = new(asks, total="126.56", currency="EUR", purchase_order="1")
    InvoiceLine.objects.create(invoice=invoice, position=1, description="Brackets, steel", net=Decimal("105.46"), tax_rate=20)
    InvoiceDetail.objects.create(
        invoice=invoice,
        format="ubl",
        net=Decimal("105.47"),
        tax=Decimal("21.09"),
        buyer="Birch Limited",
        pay_to_account="DE02 1203 0000 0000 2020 51",
        taxes=[{"category": "S", "rate": "20", "base": "105.47", "tax": "21.09"}],
        note="Card 4111 1111 1111 1111",
    )
    assert found(invoice) == {"PF01", "PF06", "PF09", "PF17"}


@pytest.mark.parametrize(("means", "said"), [("59", set()), ("58", {"PF09"})])
def test_only_who_is_to_transfer_must_be_told_where_to(asks, means, said):
    invoice = new(asks, purchase_order="1")
    InvoiceDetail.objects.create(invoice=invoice, format="ubl", payment_means=means)
    assert found(invoice) & {"PF09"} == said


def test_invoices_around_it_count_and_those_of_others_do_not(asks, acme):
    invoice = new(asks, "INV-10", purchase_order="1")
    new(acme, "INV-9")
    assert found(invoice) == set()
    Invoice.objects.filter(number="INV-9").update(number_key="INV-8")
    assert found(invoice) == {"PF02"}
    new(asks, "INV-9", total="1001")
    assert found(invoice) == {"PF10"}


def test_the_limit_is_for_what_they_owe_beside_it_and_with_it(asks):
    asks.credit_limit = Decimal(1500)
    asks.save()
    invoice = new(asks, purchase_order="1")
    assert found(invoice) == set()
    make.invoice(asks, "INV-2", total="501", issued="2026-01-01")
    assert found(invoice) == {"PF15"}


def test_a_ledger_is_read_in_a_fixed_number_of_queries(business, asks, django_assert_num_queries):
    rows = [new(asks, f"INV-{number}") for number in range(1, 30)]
    with django_assert_num_queries(8):
        invoice_facts(business, to_check([row.pk for row in rows]), TODAY)


def test_a_run_that_finds_the_same_writes_nothing(asks, django_assert_num_queries):
    invoice = new(asks)
    found(invoice)
    before = list(PreflightCheck.objects.values_list("pk", flat=True))
    events = Event.objects.count()
    assert found(invoice) == {"PF03"}
    assert list(PreflightCheck.objects.values_list("pk", flat=True)) == before
    assert Event.objects.count() == events


def test_a_warning_let_pass_stays_so_until_it_says_something_else(asks, bookkeeper):
    invoice = new(asks, purchase_order="1", delivered_on=None)
    found(invoice)
    row = PreflightCheck.objects.get()
    tick(check=row, actor=bookkeeper, on=TODAY)
    found(invoice)
    row.refresh_from_db()
    assert (row.ticked_by, row.ticked_on) == (bookkeeper, TODAY)
    assert Event.objects.get(kind="preflight.ticked").data == {"check": "PF11"}
    untick(check=row, actor=bookkeeper)
    row.refresh_from_db()
    assert row.ticked_on is None
    tick(check=row, actor=bookkeeper, on=TODAY)
    Invoice.objects.update(delivered_on=day("2026-03-20"))
    found(invoice)
    assert PreflightCheck.objects.get().ticked_on is None


@pytest.mark.proves("P13")
def test_a_draft_is_stopped_until_it_is_put_right(asks, bookkeeper):
    row = draft(asks)
    checks = check_draft(draft=row, on=TODAY)
    assert len(checks) == 18
    assert [check.check_id for check in blocks(checks)] == ["PF03"]
    assert unticked(checks) == []
    with pytest.raises(TickError):
        tick(check=blocks(checks)[0], actor=bookkeeper, on=TODAY)
    row.purchase_order = "4500123"
    row.save()
    assert blocks(check_draft(draft=row, on=TODAY)) == []


def test_a_draft_s_sums_are_worked_out(asks):
    facts = draft_facts(draft(asks), TODAY)
    assert (facts.net, facts.tax, facts.total) == (Decimal("105.47"), Decimal("21.09"), Decimal("126.56"))
    assert {str(one.check_id) for one in preflight(facts) if str(one.verdict) == "block"} == {"PF03"}


def test_a_warning_of_a_draft_stays_let_pass_and_goes_with_it(asks, bookkeeper):
    row = draft(asks, delivered_on=None, purchase_order="1")
    warning = unticked(check_draft(draft=row, on=TODAY))[0]
    tick(check=warning, actor=bookkeeper, on=TODAY)
    again = check_draft(draft=row, on=TODAY)
    assert unticked(again) == []
    invoice = new(asks, purchase_order="1", delivered_on=None)
    hand_on(draft=row, invoice=invoice)
    found(invoice)
    assert PreflightCheck.objects.get(invoice=invoice).ticked_by == bookkeeper


def test_only_what_is_open_and_not_due_is_looked_at_by_night(business, asks):
    new(asks)
    make.invoice(asks, "INV-2")
    make.invoice(asks, "INV-3", due="2026-04-18", balance=Decimal(0))
    check_open(business=business, on=TODAY)
    assert set(PreflightCheck.objects.values_list("invoice__number", flat=True)) == {"INV-1"}


@pytest.mark.proves("P13")
def test_the_night_puts_it_on_the_desk_and_takes_it_off_again(business, asks):
    invoice = new(asks)
    at = datetime.datetime(2026, 3, 20, 6, tzinfo=datetime.UTC)
    nightly(business, TODAY, at)
    task = Task.objects.get(kind="fix_invoice")
    assert (task.subject, task.customer, task.amount) == (f"invoice:{invoice.pk}", asks, 1000)
    assert "order number" in task.reason
    Invoice.objects.update(purchase_order="77")
    nightly(business, day("2026-03-23"), at + datetime.timedelta(days=3))
    task.refresh_from_db()
    assert task.state == "done"


def test_one_task_a_customer_and_a_few_a_day_the_largest_first(business, asks):
    business.settings = {"preflight": {"fixes_per_day": 2}}
    business.save()
    for name, total in (("Cedar Ltd", "10"), ("Dove Ltd", "30"), ("Elm Ltd", "20")):
        row = make.customer(business, name, po_required=True)
        new(row, f"{name} 1", total=total)
        new(row, f"{name} 2", total="5")
    check_open(business=business, on=TODAY)
    assert [task.customer.name for task in open_fixes(business=business, on=TODAY)] == ["Dove Ltd", "Elm Ltd"]
    assert open_fixes(business=business, on=TODAY) == []
    assert [task.customer.name for task in open_fixes(business=business, on=day("2026-03-21"))] == ["Cedar Ltd"]
    assert close_fixed(business=business, on=TODAY) == 0
