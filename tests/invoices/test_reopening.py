"""A query opened again is the same case: one cycle time, clocks anew, and nothing asked for meanwhile (domain.md 2.9, 3.4)."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.documents import store
from customers.models import Event, Letter, Task
from invoices.agreeing import AgreementError
from invoices.disputing import open_dispute, reopen_dispute, resolve_dispute
from invoices.models import Dispute
from invoices.standing import claims
from invoices.track_record import closed_lately
from reminders.nightly import escalate
from reminders.reports.desk import disputes
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, "INV-1", due="2026-03-01", total="1000")


@pytest.fixture
def query(invoice) -> Dispute:
    """Opened on the 2nd, closed on the 6th of March: they were right."""
    fields = {"code": "PRICE", "amount": Decimal(150), "on": day("2026-03-02"), "calendar": Calendar()}
    row = open_dispute(invoice=invoice, summary="Old list.", **fields)
    resolve_dispute(dispute=row, outcome="upheld", on=day("2026-03-06"), resolution="Wrong list.", preflight="PF13")
    return Dispute.objects.get()


def again(query: Dispute, actor, on: str = "2026-03-16") -> Dispute:
    return reopen_dispute(dispute=query, reason="Still the old price.", on=day(on), calendar=Calendar(), actor=actor)


@pytest.mark.proves("P14", "T16")
def test_it_is_opened_again_from_its_page(books, business, acme, invoice, query):
    assert "Open it again" in read(books, business, "dispute-detail", query.pk)
    page = books.post(address(business, "dispute-reopen", query.pk), {"reason": "Still the old price."}, follow=True)
    assert "Open again. Answer them by" in page.content.decode()
    query.refresh_from_db()
    assert (query.opened_on, query.resolved_on, query.outcome, query.preflight) == (day("2026-03-02"), None, "", "")
    assert (query.answered_on, query.answer_by, query.close_by) == (None, day("2026-03-23"), day("2026-03-25"))
    assert query.summary.split("\n\n") == [
        "Old list.",
        "Closed 2026-03-06, The customer was right: Wrong list.",
        "Opened again 2026-03-20: Still the old price.",
    ]
    assert Task.objects.get(kind="dispute", state="open").due_on == day("2026-03-23")
    assert claims([acme.pk]).disputed == {invoice.pk: 150}
    assert Event.objects.get(kind="dispute.reopened").data["closed_on"] == "2026-03-06"
    assert "Query about invoice INV-1 opened again: $150.00 of it in dispute" in read(
        books, business, "customer-timeline", acme.pk
    )


def test_why_must_be_said(books, business, query):
    page = books.post(address(business, "dispute-reopen", query.pk), {"reason": " "})
    assert "This field is required" in page.content.decode()
    assert not Dispute.objects.filter(resolved_on=None).exists()


def test_one_that_is_open_is_not_opened_again(bookkeeper, query):
    again(query, bookkeeper)
    with pytest.raises(AgreementError, match="is open"):
        again(query, bookkeeper)


def test_no_more_than_is_open_now(bookkeeper, invoice, query):
    make.payment(invoice.customer, "900", on="2026-03-12", split={invoice: "900"})
    assert again(query, bookkeeper).amount == 100


def test_of_a_paid_invoice_nothing_is_left_to_query(books, business, invoice, query):
    make.payment(invoice.customer, "1000", on="2026-03-12", split={invoice: "1000"})
    page = books.post(address(business, "dispute-reopen", query.pk), {"reason": "No."}, follow=True).content.decode()
    assert "Nothing of invoice INV-1 is open and in no other query." in page


def test_the_case_lasted_from_its_first_day_to_its_last_close(business, bookkeeper, query):
    resolve_dispute(dispute=again(query, bookkeeper), outcome="rejected", on=day("2026-03-19"))
    cycle = closed_lately(business, TODAY)
    assert (cycle.count, cycle.mean, cycle.upheld) == (1, 17, 0)


@pytest.mark.parametrize(
    ("as_of", "open_days"),
    [("2026-03-04", 2), ("2026-03-06", None), ("2026-03-10", None), ("2026-03-16", 14), ("2026-03-20", 18)],
)
def test_the_report_knows_when_it_stood_closed(business, bookkeeper, query, as_of, open_days):
    again(query, bookkeeper)
    assert [row["open_days"] for row in disputes(business, day(as_of)).rows] == ([] if open_days is None else [open_days])


def test_the_cycle_time_of_a_day_on_which_it_stood_closed_counts_it_so(business, bookkeeper, query):
    again(query, bookkeeper)
    cycle = closed_lately(business, day("2026-03-10"))
    assert (cycle.count, cycle.mean, cycle.upheld) == (1, 4, 1)
    assert closed_lately(business, TODAY) is None


@pytest.fixture
def asked(business, acme, invoice):
    """The friendly notice went out, with an address to write to."""
    type(acme).objects.update(street="High Street 1", city="Leeds")
    make.contact(acme)
    escalate(business, day("2026-03-02"))


@pytest.mark.proves("P14")
@pytest.mark.parametrize("state", ["draft", "sent"])
def test_closed_anew_it_is_spoken_and_written_of_anew(business, bookkeeper, asked, query, state):
    escalate(business, day("2026-03-06"))
    if state == "sent":
        paper = store(business=business, content=b"%PDF", content_type="application/pdf", name="LRES.pdf")
        Letter.objects.filter(code="LRES").update(state=state, sent_on=day("2026-03-06"), document=paper)
    first = Letter.objects.get(code="LRES")
    query = again(query, bookkeeper)
    escalate(business, day("2026-03-16"))
    first.refresh_from_db()
    assert first.state == ("sent" if state == "sent" else "cancelled")
    assert not Task.objects.filter(kind="callback", state="open").exists()
    resolve_dispute(dispute=query, outcome="rejected", on=day("2026-03-19"), resolution="It is the new list.")
    escalate(business, day("2026-03-19"))
    letter = Letter.objects.exclude(pk=first.pk).get(code="LRES")
    assert (letter.state, letter.facts["resolution"]["words"]) == ("draft", "It is the new list.")
    assert Task.objects.get(kind="callback", state="open").subject == f"dispute:{query.pk}"
    escalate(business, day("2026-03-20"))
    assert Letter.objects.filter(code="LRES").count() == 2


@pytest.mark.parametrize(("outcome", "thirty_on"), [("upheld", "2026-04-08"), ("rejected", "2026-04-03")])
def test_only_the_days_it_was_open_shift_the_steps(business, bookkeeper, invoice, query, outcome, thirty_on):
    """Four days and another four: at last right, the 30-day step of 31 March comes eight days later; else once the gap allows."""
    resolve_dispute(dispute=again(query, bookkeeper), outcome=outcome, on=day("2026-03-20"))
    escalate(business, day("2026-03-20"))
    fired = [escalate(business, day(on)).fired for on in ("2026-04-02", thirty_on)]
    assert ([row["step"] for row in fired[0]], [row["step"] for row in fired[1]]) == ([], ["30"])


def test_while_open_again_the_days_it_was_right_before_still_count(business, bookkeeper, invoice, query):
    again(query, bookkeeper)
    escalate(business, day("2026-03-16"))
    assert escalate(business, day("2026-04-03")).fired == []
    (fired,) = escalate(business, day("2026-04-06")).fired
    assert (fired["step"], fired["total"]) == ("30", "850.00")
