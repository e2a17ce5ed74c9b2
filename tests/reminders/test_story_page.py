"""The story of a customer: filtered, dated, printed."""

from decimal import Decimal

import pytest

from customers import log
from invoices.booking import apply_credit_note
from invoices.linking import issue_link
from invoices.portal.tokens import new_token
from reminders.nightly import escalate
from reminders.timeline import of_customer
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def told(business, acme):
    invoice = make.invoice(acme, "INV-1")
    make.payment(acme, "40", on="2026-03-02", split={invoice: "40"})
    log.record(business, "contact.added", f"customer:{acme.pk}", customer=acme, contact=0)
    for _time in range(60):
        log.record(business, "customer.edited", f"customer:{acme.pk}", customer=acme, fields=["city"])
    return acme


def test_one_part_alone(books, business, told):
    page = read(books, business, "customer-timeline", told.pk, show="money")
    assert "$40.00 received" in page
    assert "Contact" not in page.partition("Show")[2].partition("received")[2]


def test_since_a_day(books, business, told):
    assert "received" in read(books, business, "customer-timeline", told.pk, show="money", since="2026-03-20")
    assert "Nothing has happened" in read(books, business, "customer-timeline", told.pk, show="money", since="2027-01-01")


def test_a_day_that_is_none_is_left_aside(books, business, told):
    assert "received" in read(books, business, "customer-timeline", told.pk, show="money", since="2026-02-31")


def test_all_of_it_to_print(books, business, told):
    whole = read(books, business, "customer-timeline", told.pk, print="1")
    assert "Show older" not in whole
    assert "$40.00 received" in whole
    assert "Show older" in read(books, business, "customer-timeline", told.pk)


def doors(acme) -> dict[str, str]:
    """The door of each kind of event in the story of a customer."""
    kinds = [event.kind for event in acme.events.order_by("-id")]
    entries, _older = of_customer(acme, limit=None)
    assert len(kinds) == len(entries)
    return dict(zip(kinds, ((one.door, one.subject_id) for one in entries), strict=True))


def test_money_links_and_steps_lead_to_a_page(books, business, acme):
    invoice = make.invoice(acme, "INV-1", issued="2026-01-20", due="2026-02-19", total="500")
    payment = make.payment(acme, "40", on="2026-03-02", split={invoice: "40"})
    note = make.credit_note(acme, "10", on="2026-03-02")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(10))], on=day("2026-03-02"))
    what = {"purpose": "letter", "currency": "USD", "invoices": [invoice.pk], "token": new_token()}
    issue_link(customer=acme, **what, today=day("2026-03-02"))
    escalate(business, day("2026-03-20"))
    found = doors(acme)
    letter = acme.letters.get()
    assert found["payment.booked"] == ("payment-detail", payment.pk)
    assert found["credit_note.applied"] == ("credit-detail", note.pk)
    assert found["portal.issued"] == ("link-list", acme.pk)
    assert found["step.fired"] == ("letter-detail", letter.pk)
    for door, pk in found.values():
        assert not door or books.get(address(business, door, pk)).status_code == 200


def test_what_was_taken_out_again_leads_nowhere(business, acme):
    log.record(business, "payment.unbooked", "payment:999", customer=acme)
    assert doors(acme) == {"payment.unbooked": ("", 0)}


def test_a_payment_shows_what_it_paid_and_what_is_left(books, business, acme):
    invoice = make.invoice(acme, "INV-1", total="500")
    payment = make.payment(acme, "700", on="2026-03-02", split={invoice: "500"})
    page = read(books, business, "payment-detail", payment.pk)
    assert "$700.00 received Mar 2, 2026" in page
    assert "No invoice has $200.00 of it yet." in page
    assert "INV-1 Mar 2, 2026 $500.00" in page


def test_a_credit_note_shows_what_it_was_taken_off(books, business, acme):
    invoice = make.invoice(acme, "INV-1", total="500")
    note = make.credit_note(acme, "10", on="2026-03-02")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(10))], on=day("2026-03-02"))
    page = read(books, business, "credit-detail", note.pk)
    assert "All of it went to invoices." in page
    assert "INV-1 Mar 2, 2026 $10.00" in page
