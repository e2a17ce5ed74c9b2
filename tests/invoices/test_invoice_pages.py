"""The list of invoices and the page of one: what is left, why, and all that happened."""

import re
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Event, Task
from invoices import booking
from invoices.disputing import open_dispute
from invoices.models import Dispute
from invoices.writing_off import give_up, write_off
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def late(acme):
    """1000 due 14 February: 34 days late."""
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


def disputed(invoice, amount: str) -> Dispute:
    on = day("2026-03-18")
    return open_dispute(invoice=invoice, code="PRICE", amount=Decimal(amount), on=on, calendar=Calendar(), summary="Too dear.")


def numbers(books, business, **query: str) -> list[str]:
    found = lines(books.get(address(business, "invoice-list"), {"format": "csv", **query}))
    return [line.split(",")[0] for line in found[1:]]


def test_the_list_shows_what_is_open_oldest_first(books, business, acme, late):
    make.invoice(acme, "INV-2", due="2026-04-30")
    make.payment(acme, "10", on="2026-03-01", split={make.invoice(acme, "INV-3", total="10"): "10"})
    assert numbers(books, business) == ["INV-1", "INV-2"]
    assert numbers(books, business, show="overdue") == ["INV-1"]
    assert numbers(books, business, show="paid") == ["INV-3"]


def test_the_list_by_dispute_age_currency_and_words(books, business, acme, late):
    make.invoice(acme, "INV-2", due="2026-03-19", currency="EUR", purchase_order="PO-77")
    disputed(late, "150")
    assert numbers(books, business, show="disputed") == ["INV-1"]
    assert numbers(books, business, age="31-60") == ["INV-1"]
    assert numbers(books, business, age="1-30") == ["INV-2"]
    assert numbers(books, business, currency="EUR") == ["INV-2"]
    assert numbers(books, business, q="po-77") == ["INV-2"]


@pytest.mark.proves("T25")
def test_totals_stand_side_by_side(books, business, acme, late):
    make.invoice(acme, due="2026-02-14", total="300", currency="EUR")
    page = read(books, business, "invoice-list")
    assert "Open €300.00 $1,000.00" in page


def test_days_late_in_the_file(books, business, late):
    assert lines(books.get(address(business, "invoice-list"), {"format": "csv"}))[1] == (
        "INV-1,Acme,ACME,2026-01-15,2026-02-14,34,USD,1000.00,1000.00,0.00"
    )


@pytest.mark.proves("T24")
def test_a_part_payment_shows_what_is_left_and_the_payment(books, business, acme, late):
    make.payment(acme, "200", on="2026-03-10", split={late: "200"})
    page = read(books, business, "invoice-detail", late.pk)
    assert "Open $800.00 of $1,000.00" in page
    assert "Mar 10, 2026 Payment −200.00" in page
    assert "$200.00 received, booked on INV-1" in page


def test_what_is_closed_says_by_what(books, business, acme, owner):
    paid, credited, lost = (make.invoice(acme, f"INV-{n}", total="100") for n in (1, 2, 3))
    make.payment(acme, "60", on="2026-03-10", split={paid: "60"})
    for invoice, amount in ((paid, 40), (credited, 100)):
        note = make.credit_note(acme, str(amount), on="2026-03-11")
        booking.apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(amount))], on=day("2026-03-11"))
    give_up(customer=acme, invoice_ids=[lost.pk], on=day("2026-03-11"), reason="Wound up.", actor=owner)
    page = read(books, business, "invoice-list", show="paid")
    assert re.findall("paid|credited|written off", page)[-3:] == ["paid", "credited", "written off"]
    assert "Nothing $100.00, credited Mar 11, 2026" in read(books, business, "invoice-detail", credited.pk)


def test_what_was_lost_for_the_most_part_is_not_paid(books, business, acme, owner):
    lost, rest = make.invoice(acme, "INV-1", total="1000"), make.invoice(acme, "INV-2", total="100")
    make.payment(acme, "100", on="2026-03-10", split={lost: "100"})
    give_up(customer=acme, invoice_ids=[lost.pk], on=day("2026-03-11"), reason="Wound up.", actor=owner)
    note = make.credit_note(acme, "99", on="2026-03-11")
    booking.apply_credit_note(credit_note=note, split=[(rest.pk, Decimal(99))], on=day("2026-03-11"))
    write_off(invoice=rest, amount=Decimal(1), kind="small", on=day("2026-03-11"), reason="Cents.")
    assert "written off Mar 11" in read(books, business, "invoice-detail", lost.pk)
    assert "credited Mar 11" in read(books, business, "invoice-detail", rest.pk)


def test_a_search_that_finds_nothing_open_leads_to_all(books, business, acme):
    make.payment(acme, "10", on="2026-03-01", split={make.invoice(acme, "INV-3", total="10"): "10"})
    page = books.get(address(business, "invoice-list"), {"q": "INV-3", "show": "open"}).content.decode()
    assert 'href="?q=INV-3&amp;show=all">Search all of them' in page


def test_a_payment_taken_back_stays_to_be_seen(books, business, acme, late):
    payment = make.payment(acme, "200", on="2026-03-10", split={late: "200"})
    booking.return_payment(payment=payment, on=day("2026-03-15"))
    page = read(books, business, "invoice-detail", late.pk)
    assert "Open $1,000.00 Late 34 days" in page
    assert "taken back Mar 15, 2026" in page


@pytest.mark.proves("T47")
def test_every_step_leaves_its_trace_on_the_invoice(books, business, late):
    escalate(business, day("2026-03-16"))
    page = read(books, business, "invoice-detail", late.pk)
    assert "30 days Mar 16, 2026 $1,000.00 30-day letter Waits for approval" in page
    assert "Step “30 days” reached: $1,000.00 asked for" in page


@pytest.mark.proves("T23")
def test_no_reminders_for_one_invoice_and_again(books, business, bookkeeper, late):
    books.post(address(business, "invoice-reminders", late.pk), {"stopped": "yes"})
    late.refresh_from_db()
    assert late.no_reminders
    assert Event.objects.get(kind="invoice.reminders_stopped").actor == bookkeeper
    books.post(address(business, "invoice-reminders", late.pk), {"stopped": "no"})
    late.refresh_from_db()
    assert not late.no_reminders


def test_stopping_twice_is_logged_once(books, business, late):
    for _ in range(2):
        books.post(address(business, "invoice-reminders", late.pk), {"stopped": "yes"})
    assert Event.objects.filter(kind="invoice.reminders_stopped").count() == 1


@pytest.mark.proves("P14", "T16")
def test_a_query_takes_its_part_out_of_what_is_asked_for(books, business, late):
    form = {"code": "PRICE", "amount": "150", "summary": "The quote said less."}
    books.post(address(business, "dispute-open", late.pk), form)
    dispute = Dispute.objects.get()
    assert (dispute.amount, dispute.answer_by) == (150, day("2026-03-23"))
    page = read(books, business, "invoice-detail", late.pk)
    assert "May be asked for $850.00" in page
    assert "The quote said less." in page


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [("900", "Only $850.00 can be put in dispute."), ("1.005", "USD has 2 decimals."), ("0", "greater than or equal")],
)
def test_a_query_over_a_wrong_amount_is_refused(books, business, late, amount, refusal):
    disputed(late, "150")
    page = books.post(address(business, "dispute-open", late.pk), {"code": "PRICE", "amount": amount})
    assert refusal in page.content.decode()
    assert Dispute.objects.count() == 1


@pytest.mark.proves("P14")
def test_a_query_is_closed_with_what_was_found_and_its_task_done(books, business, acme, late):
    dispute = disputed(late, "150")
    task = Task.objects.get(subject=f"dispute:{dispute.pk}")
    books.post(address(business, "dispute-resolve", dispute.pk), {"outcome": "rejected", "resolution": "The quote was old."})
    dispute.refresh_from_db()
    task.refresh_from_db()
    assert (dispute.outcome, dispute.resolved_on, task.state) == ("rejected", day("2026-03-20"), "done")
    assert "The invoice stands" in read(books, business, "invoice-detail", late.pk)


def test_a_closed_query_is_not_closed_again(books, business, late):
    dispute = disputed(late, "150")
    for outcome in ("rejected", "upheld"):
        books.post(address(business, "dispute-resolve", dispute.pk), {"outcome": outcome, "resolution": "Looked."})
    dispute.refresh_from_db()
    assert dispute.outcome == "rejected"


def test_an_invoice_without_a_copy_has_none_to_show(books, business, late):
    assert books.get(address(business, "invoice-file", late.pk)).status_code == 404
