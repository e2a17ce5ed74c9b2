"""What the cash forecast reads: the worked ledger of domain.md 2.12 in the database."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices.agreeing import make_promise
from invoices.booking import apply_unapplied
from invoices.cash_facts import expected, rates, section
from invoices.disputing import open_dispute
from invoices.models import Invoice, InvoiceForecast, Promise
from invoices.models.agreement import PromiseState
from tests import make

pytestmark = pytest.mark.django_db
AS_OF = make.day("2026-06-30")


@pytest.fixture
def oracle(business) -> dict[str, Invoice]:
    acme, birch, cedar = (make.customer(business, name) for name in ("Acme", "Birch", "Cedar"))
    rows = {
        "INV-2": make.invoice(acme, "INV-2", issued="2026-05-31", due="2026-06-30", total="500"),
        "INV-4": make.invoice(birch, "INV-4", issued="2026-05-01", due="2026-05-31", total="1200"),
        "INV-9": make.invoice(cedar, "INV-9", issued="2026-03-01", due="2026-03-31", total="400"),
    }
    for state, count in ((PromiseState.KEPT, 2), (PromiseState.BROKEN, 2)):
        for _turn in range(count):
            Promise.objects.create(
                business=business, customer=birch, currency="USD", amount=10, state=state,
                made_on="2026-03-01", due_on="2026-03-05", evaluated_on="2026-03-10",
            )  # fmt: skip
    make_promise(
        customer=birch, currency="USD", amount=Decimal(1200), made_on=AS_OF, due_on=make.day("2026-07-10"), allowed=True,
        split=[(rows["INV-4"].pk, Decimal(1200))],
    )  # fmt: skip
    open_dispute(invoice=rows["INV-9"], code="OTHER", amount=Decimal(150), on=AS_OF, calendar=Calendar())
    covered = make.invoice(acme, "PLAN-1", issued="2026-04-01", due="2026-05-01", total="600")
    make.plan(acme, {covered: "600"}, {"2026-06-20": "300", "2026-07-15": "300"}, signed="2026-06-10")
    make.payment(acme, "300", on="2026-06-20", split={covered: "300"})
    return rows


def test_the_worked_ledger(business, oracle):
    acme = oracle["INV-2"].customer
    acme.plans.get().instalments.filter(position=1).update(state="paid", paid=300)
    found = section(business, AS_OF)["USD"]["forecast"]
    assert [week["amount"] for week in found["weeks"]] == ["485.00", "733.33", "225.00", *["0.00"] * 5]
    assert sum(Decimal(week["amount"]) for week in found["weeks"][:4]) == Decimal("1443.33")
    assert (found["weeks"][0]["from"], found["weeks"][0]["until"]) == ("2026-07-01", "2026-07-07")
    assert found["weeks"][1]["by"] == {"instalment": "0.00", "promise": "733.33", "history": "0.00", "ageing": "0.00"}
    assert (found["undated"], found["later"]) == ("50.00", "0.00")


def test_the_forecast_of_an_invoice_says_its_day(business, oracle):
    InvoiceForecast.objects.create(
        business=business, invoice=oracle["INV-9"], probability_late=1, made_on=AS_OF,
        expected_on="2026-07-20", low_on="2026-07-05", high_on="2026-09-01",
    )  # fmt: skip
    slices = {one.invoice_id: one for one in expected(business, AS_OF)}
    assert slices[oracle["INV-9"].pk].on == make.day("2026-07-20")
    assert slices[oracle["INV-9"].pk].worth == Decimal("50.00")


def test_three_payments_say_when_a_customer_pays(business):
    acme = make.customer(business)
    for number, amount, on in (("1", "1000", "2026-02-10"), ("2", "1000", "2026-02-20"), ("3", "2000", "2026-03-02")):
        invoice = make.invoice(acme, number, issued="2026-01-01", due="2026-01-31", total=amount)
        make.payment(acme, amount, on=on, split={invoice: amount})
    make.invoice(acme, "4", issued="2026-06-20", due="2026-07-20")
    one = next(expected(business, AS_OF))
    # (10 x 1000 + 20 x 1000 + 30 x 2000) / 4000 = 22.5 days.
    assert one.on == make.day("2026-08-11")


def test_money_that_lay_unmatched_came_when_it_came(business):
    acme = make.customer(business)
    for number in ("1", "2", "3"):
        invoice = make.invoice(acme, number, issued="2026-01-01", due="2026-01-31")
        payment = make.payment(acme, "1000", on="2026-02-10")
        apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(1000))], on=make.day("2026-05-31"))
    make.invoice(acme, "4", issued="2026-06-20", due="2026-07-20")
    assert next(expected(business, AS_OF)).on == make.day("2026-07-30")


def test_fifty_settled_invoices_speak_for_the_ledger(business, acme):
    for number in range(50):
        invoice = make.invoice(acme, str(number), issued="2026-01-01", due="2026-01-31", total="10")
        make.payment(acme, "10", on="2026-02-10", split={invoice: "10"})
    assert rates(business, AS_OF).buckets["1-30"] == (50 + 5 * Decimal(".90")) / 55
    assert rates(business, AS_OF).buckets["31-60"] == Decimal(".70")
    make.invoice(acme, "OLD", issued="2025-01-01", due="2025-01-31", total="10")
    assert rates(business, AS_OF).buckets["1-30"] == (50 + 5 * Decimal(".90")) / 56
