"""What the sheet knows of a customer, read from the rows: never another business's, never another promise's figures."""

import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from arcollect.dates import Calendar
from customers.attachments import attach
from customers.claims import check_claim, open_claim
from customers.models import Customer
from invoices.agreeing import close_promise, make_promise
from invoices.booking import apply_unapplied
from invoices.disputing import open_dispute, resolve_dispute
from invoices.models.agreement import InstalmentState, PlanState, PromiseState
from invoices.plan_moves import move_plan
from reminders.call_sheet import Sheet, sheet_of, usual_days_late
from tests import make
from tests.make import day

NOON = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)
TODAY = day("2026-03-20")


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, "INV-1", total="1000")


@pytest.fixture
def sheet(acme, bookkeeper):
    def read(kind: str = "callback", subject: str = "") -> Sheet:
        return sheet_of(acme, make.task(acme, kind, subject=subject), bookkeeper, NOON)

    return read


def test_papers_of_another_business_are_not_on_the_sheet(acme, invoice, sheet, outsider):
    stranger = make.customer(outsider.memberships.get().business, "Birch")
    paper = SimpleUploadedFile("note.pdf", b"%PDF-1.4 theirs")
    attach(customer=stranger, subject=f"invoice:{invoice.pk}", upload=paper, by=outsider)
    assert sheet().proofs == {}
    attach(customer=acme, subject=f"invoice:{invoice.pk}", upload=SimpleUploadedFile("pod.pdf", b"%PDF-1.4 ours"), by=None)
    assert [row.name for row in sheet(subject="again").proofs[invoice.pk]] == ["pod.pdf"]


def test_usual_days_late_by_the_worked_figures(acme):
    """domain.md 2.7: 1000 at +5, 4000 at +20, 500 at -10, 2500 at 0 days: 10.0 days, weighted by amount."""
    for number, (amount, paid_on) in enumerate([("1000", "02-19"), ("4000", "03-06"), ("500", "02-04"), ("2500", "02-14")]):
        row = make.invoice(acme, f"INV-{number}", total=amount)
        make.payment(acme, amount, on=f"2026-{paid_on}", split={row: amount})
    assert usual_days_late(acme, TODAY) == 10


def test_what_was_matched_late_was_not_paid_late(acme, invoice):
    payment = make.payment(acme, "1000", on="2026-02-14")
    apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(1000))], on=day("2026-03-16"))
    assert usual_days_late(acme, TODAY) == 0


@pytest.mark.proves("P07")
def test_two_things_they_said_that_were_not_true_are_a_hint(acme, bookkeeper, sheet):
    for place in range(2):
        assert not sheet(subject=f"before {place}").misled
        said = open_claim(customer=acme, what="It was sent.", how="bank", check_by=TODAY, on=TODAY)
        check_claim(claim=said, result="false", found="No.", on=TODAY, by=bookkeeper)
    assert sheet(subject="after").misled


@pytest.mark.proves("P06")
def test_a_broken_promise_is_named_by_its_own_figures(acme, invoice, sheet):
    rows = []
    for amount in ("300", "400"):
        row = make_promise(
            customer=acme, currency="USD", amount=Decimal(amount), made_on=day("2026-03-02"), due_on=day("2026-03-06")
        )
        rows.append(row)
    for row in rows:
        close_promise(promise=row, state=PromiseState.BROKEN, received=Decimal(0), on=day("2026-03-11"))
    opening = sheet("broken_promise", f"promise:{rows[0].pk}").script.open
    assert opening == "On Mar 2, 2026 we settled on $300.00 by Mar 6, 2026; I cannot see it. What happened?"


@pytest.mark.proves("P06")
def test_of_a_promise_kept_in_part_only_the_rest_is_missing(acme, invoice, sheet):
    row = make_promise(customer=acme, currency="USD", amount=Decimal(300), made_on=day("2026-03-02"), due_on=day("2026-03-06"))
    close_promise(promise=row, state=PromiseState.PARTIAL, received=Decimal(120), on=day("2026-03-11"))
    opening = sheet("broken_promise", f"promise:{row.pk}").script.open
    assert opening == "On Mar 2, 2026 we settled on $300.00 by Mar 6, 2026; $180.00 of it is not here. What happened?"


@pytest.mark.proves("P14")
def test_a_closed_query_is_named_with_how_it_ended_and_what_of_its_invoice_is_open(acme, invoice, sheet):
    other = make.invoice(acme, "INV-2", due="2026-04-30", total="700")
    make.payment(acme, "1000", on="2026-03-10", split={invoice: "1000"})
    query = {"code": "PRICE", "amount": Decimal(700), "on": day("2026-03-12"), "calendar": Calendar()}
    dispute = open_dispute(invoice=other, **query)
    make.invoice(acme, "INV-3", total="50")
    resolve_dispute(dispute=dispute, outcome="upheld", on=day("2026-03-18"))
    script = sheet("callback", f"dispute:{dispute.pk}").script
    assert script.open == "Good news on INV-2: you were right, and we have put it right. Are you happy with that?"
    assert script.close == "Then can $700.00 go in this week's run?"


@pytest.mark.proves("P19")
def test_a_missed_instalment_is_named_with_its_own_sum_not_with_all_that_is_owed(acme, invoice, sheet):
    plan = make.plan(acme, {invoice: "1000"}, {f"2026-0{month}-10": "250" for month in (3, 4, 5, 6)}, signed="2026-03-02")
    move_plan(plan=plan, state=PlanState.AT_RISK, on=day("2026-03-18"))
    first = plan.instalments.first()
    plan.instalments.filter(pk=first.pk).update(state=InstalmentState.MISSED, paid=Decimal(50))
    script = sheet("callback", f"instalment:{first.pk}").script
    assert script.open.startswith("Instalment 1, $200.00, due Mar 10, 2026, is missing;")
    assert "Can you catch up by Mar 27, 2026?" in script.ask
    assert script.close.startswith("If it is not in by Mar 27, 2026, the plan ends and $950.00 is due;")


def test_a_machine_is_told_who_else_may_be_asked_for(acme, sheet, owner):
    owner.first_name, owner.last_name = "Dana", "Whitfield"
    owner.save()
    assert "Please call me or Dana Whitfield" in sheet().script.voicemail


@pytest.mark.proves("P08")
def test_who_breaks_promises_is_reached_through_somebody_who_decides(business, acme, bookkeeper):
    make.contact(acme, "ap@acme.example", name="Ana", phone="+442079460123", role="ap")
    make.contact(acme, "md@acme.example", name="Max", phone="+442079460124", role="decision")
    make.invoice(acme)
    make.score(acme, "PROMISE_BREAKER")
    sheet = sheet_of(acme, None, bookkeeper, NOON)
    assert [number.contact.name for number in sheet.numbers] == ["Max", "Ana"]
    assert "Max" in sheet.script.greeting
    assert "only money today or a signed plan" in sheet.treatment
    assert not sheet.nobody_decides


def test_the_sheet_says_where_nobody_who_decides_is_known(business, acme, bookkeeper):
    make.contact(acme, "ap@acme.example", name="Ana", phone="+442079460123", role="ap")
    make.invoice(acme)
    make.score(acme, "PROMISE_BREAKER")
    assert sheet_of(acme, None, bookkeeper, NOON).nobody_decides


@pytest.mark.proves("P09")
def test_a_stretcher_is_asked_to_confirm_the_payment_run(business, acme, bookkeeper):
    make.invoice(acme)
    make.score(acme, "STRETCHER")
    sheet = sheet_of(acme, make.task(acme, "courtesy_call", currency="USD"), bookkeeper, NOON)
    assert any(question.startswith("Can you confirm that run to me now") for question in sheet.script.ask)
    assert "7 or 14 days" in sheet.treatment


def test_after_a_plan_that_ended_unpaid_the_script_asks_for_no_other(acme, invoice, sheet):
    Customer.objects.update(approach="CANT")
    acme.refresh_from_db()
    assert "a signed plan" in sheet("call_90").script.say
    plan = make.plan(acme, {invoice: "1000"}, {"2026-03-01": "1000"}, signed="2026-02-20")
    move_plan(plan=plan, state=PlanState.DEFAULTED, on=day("2026-03-10"))
    assert sheet("call_90", "again").script.say.startswith("The full amount, or tell me honestly what you can do")
