"""verify_ledger: broken by SQL behind every writer's back, each stored figure is found out (architecture.md, Invariants)."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from customers import log
from customers.documents import store
from customers.models import Document, Letter
from customers.models.letter import LetterState
from invoices.agreements import prepare_agreement
from invoices.booking import apply_credit_note, return_payment
from invoices.models import Allocation, Instalment, Invoice, Payment, PaymentPlan
from invoices.writing_off import write_off
from reminders.verifying import Difference, verify
from tests import agreements, make
from tests.make import day


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def paid(customer) -> Invoice:
    """Paid in two parts, the second on 20 February."""
    invoice = make.invoice(customer, "INV-1", total="0.30")
    make.payment(customer, "0.10", on="2026-02-18", split={invoice: "0.10"})
    make.payment(customer, "0.20", on="2026-02-20", split={invoice: "0.20"})
    invoice.refresh_from_db()
    return invoice


@pytest.fixture
def signed(customer) -> PaymentPlan:
    invoice = make.invoice(customer, "INV-9", total="300")
    plan = make.plan(customer, {invoice: "300"}, {"2026-03-10": "100", "2026-04-10": "200"}, offered="2026-03-20")
    prepare_agreement(plan=plan)
    agreements.signed(plan)
    return plan


@pytest.fixture
def sent(business, customer) -> Letter:
    return Letter.objects.create(
        business=business,
        customer=customer,
        code="L1",
        state=LetterState.SENT,
        channel="email",
        currency="USD",
        language="en",
        written_on=day("2026-02-16"),
        sent_on=day("2026-02-16"),
        document=store(business=business, content=b"%PDF-", content_type="application/pdf", name="L1.pdf"),
    )


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def without_guard(name: str, table: str) -> None:
    """Somebody with access to the database takes a guard down first."""
    sql(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


def only_difference(business) -> Difference:
    (difference,) = verify(business).differences
    return difference


def test_a_sound_ledger_has_no_difference(business, customer, paid, signed, sent):
    other = make.invoice(customer, "INV-2", total="100")
    apply_credit_note(
        credit_note=make.credit_note(customer, "30", on="2026-02-20"), split=[(other.pk, Decimal(30))], on=day("2026-02-21")
    )
    write_off(invoice=Invoice.objects.get(pk=other.pk), amount=Decimal(70), kind="small", on=day("2026-03-01"), reason="x")
    returned = make.payment(customer, "5", on="2026-02-21", split={make.invoice(customer, "INV-3", total="5"): "5"})
    return_payment(payment=returned, on=day("2026-02-24"))
    log.seal(business)
    verified = verify(business)
    assert verified.differences == []
    assert verified.checked == {
        "invoices": 4,
        "payments": 3,
        "credit_notes": 1,
        "allocations": 4,
        "bank_lines": 0,
        "plans": 1,
        "signatures": 1,
        "settlements": 0,
        "hand_offs": 0,
        "documents": 3,
        "letters": 1,
        "seals": 1,
    }


def test_a_changed_balance(business, paid):
    sql("UPDATE invoices_invoice SET balance = 0.05 WHERE id = %s", paid.pk)
    differences = {(row.field, row.stored, row.computed) for row in verify(business).differences}
    assert ("balance", "0.05", "0") in differences


def test_a_changed_allocation_shows_on_both_sides(business, paid):
    sql("UPDATE invoices_allocation SET amount = 0.15 WHERE amount = 0.10")
    found = {(row.row.partition(":")[0], row.field) for row in verify(business).differences}
    assert found == {("invoice", "balance"), ("payment", "allocated")}


def test_a_lost_allocation(business, paid):
    lost = Allocation.objects.get(amount=Decimal("0.20"))
    sql("DELETE FROM invoices_allocation WHERE id = %s", lost.pk)
    found = {(row.row, row.field) for row in verify(business).differences}
    assert found >= {(f"invoice:{paid.pk}", "balance"), (f"payment:{lost.payment_id}", "allocated")}


def test_a_wrong_day_of_payment(business, paid):
    sql("UPDATE invoices_invoice SET paid_on = '2026-02-18' WHERE id = %s", paid.pk)
    assert only_difference(business) == Difference(f"invoice:{paid.pk}", "INV-1", "paid_on", "2026-02-18", "2026-02-20")


def test_a_missing_day_of_payment(business, paid):
    sql("UPDATE invoices_invoice SET paid_on = NULL WHERE id = %s", paid.pk)
    assert only_difference(business).field == "paid_on"


def test_a_day_of_payment_on_an_open_invoice(business, customer):
    invoice = make.invoice(customer)
    sql("UPDATE invoices_invoice SET paid_on = '2026-02-18' WHERE id = %s", invoice.pk)
    assert only_difference(business).computed == "None"


def test_a_changed_allocated_sum(business, paid):
    payment = Payment.objects.get(amount=Decimal("0.20"))
    sql("UPDATE invoices_payment SET allocated = 0 WHERE id = %s", payment.pk)
    assert only_difference(business).row == f"payment:{payment.pk}"


def test_a_changed_credit_note(business, customer):
    note = make.credit_note(customer, "30", on="2026-02-20")
    sql("UPDATE invoices_creditnote SET allocated = 1 WHERE id = %s", note.pk)
    assert only_difference(business).row == f"credit_note:{note.pk}"


def test_a_changed_currency_copy(business, paid):
    sql("UPDATE invoices_allocation SET invoice_currency = 'EUR', source_currency = 'EUR' WHERE amount = 0.10")
    assert [row.field for row in verify(business).differences] == ["invoice_currency", "source_currency"]


def test_a_payment_moved_to_another_customer(business, paid):
    stranger = make.customer(business, "Birch")
    sql("UPDATE invoices_payment SET customer_id = %s WHERE amount = 0.10", stranger.pk)
    assert only_difference(business).field == "customer"


def test_an_instalment_that_grew(business, signed):
    without_guard("signed_instalment_stays_update", "invoices_instalment")
    sql("UPDATE invoices_instalment SET amount = 250 WHERE amount = 200")
    summed, signed_for = verify(business).differences
    assert (summed.field, summed.stored, summed.computed) == ("instalments", "350", "300")
    assert signed_for.field == "schedule"


def test_a_lost_instalment_of_a_draft(business, signed):
    drafted = PaymentPlan.objects.create(business=business, customer=signed.customer, currency="EUR", total=Decimal(50))
    Instalment.objects.create(plan=drafted, position=1, due_on=day("2026-03-10"), amount=Decimal(40))
    assert {row.field for row in verify(business).differences} == {"instalments", "covered"}


def test_changed_terms(business, signed):
    without_guard("signed_plan_stays_update", "invoices_paymentplan")
    sql("""UPDATE invoices_paymentplan SET terms = '{"total": "200.00"}'""")
    assert verify(business).differences[0].field == "terms_sha256"


def test_changed_bytes(business, sent):
    sql("UPDATE customers_document SET bytes = %s", b"%PDF-2")
    assert only_difference(business).row == f"document:{sent.document_id}"


def test_the_copy_of_another_business(business, sent, outsider):
    elsewhere = outsider.memberships.get().business
    sql("UPDATE customers_document SET business_id = %s", elsewhere.pk)
    assert only_difference(business).row == f"letter:{sent.pk}"


def test_a_changed_event(business):
    event = log.record(business, "test.happened", "business:1")
    log.seal(business)
    without_guard("event_stays_update", "customers_event")
    sql("UPDATE customers_event SET kind = 'test.other' WHERE id = %s", event.pk)
    assert only_difference(business).row.startswith("seal:")


def test_another_business_is_not_looked_at(business, paid, outsider):
    sql("UPDATE invoices_invoice SET paid_on = NULL WHERE id = %s", paid.pk)
    assert verify(outsider.memberships.get().business).differences == []


def test_the_number_of_queries_does_not_grow(business, customer, paid, django_assert_max_num_queries):
    for _ in range(5):
        invoice = make.invoice(customer, total="7")
        make.payment(customer, "7", on="2026-02-18", split={invoice: "7"})
    with django_assert_max_num_queries(36):
        assert verify(business).differences == []


def test_the_command_says_that_all_is_well(business, paid):
    out = StringIO()
    call_command("verify_ledger", "--format", "json", stdout=out)
    assert json.loads(out.getvalue())["differences"] == []


def test_the_command_exits_with_one_and_the_difference(business, paid):
    sql("UPDATE invoices_invoice SET paid_on = NULL WHERE id = %s", paid.pk)
    out = StringIO()
    with pytest.raises(SystemExit) as exit_code:
        call_command("verify_ledger", "--format", "json", stdout=out)
    assert exit_code.value.code == 1
    (difference,) = json.loads(out.getvalue())["differences"]
    assert difference["name"] == "INV-1" and difference["computed"] == "2026-02-20"


def test_the_command_shows_differences_to_people(business, paid):
    sql("UPDATE invoices_invoice SET paid_on = '2026-02-18' WHERE id = %s", paid.pk)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_ledger", stdout=out)
    assert f"invoice:{paid.pk} INV-1: paid_on is 2026-02-18, should be 2026-02-20" in out.getvalue()


def test_the_command_refuses_an_unknown_business(db):
    with pytest.raises(CommandError, match="There is no business 'nobody'"):
        call_command("verify_ledger", "--business", "nobody")
    assert not Document.objects.exists()
