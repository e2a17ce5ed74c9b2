"""Money no invoice has yet, matched by a person: to the oldest, or to one."""

import pytest

from invoices.models import CreditNote, Invoice, Payment
from tests import make
from tests.make import day
from tests.pages import address, read

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def cash(acme) -> Payment:
    """350 that came without saying what for; 200 and 500 are open."""
    payment = make.payment(acme, "350", on="2026-03-10", split={})
    make.invoice(acme, "INV-1", due="2026-01-10", total="200")
    make.invoice(acme, "INV-2", due="2026-02-14", total="500")
    return payment


def balances() -> dict[str, int]:
    return dict(Invoice.objects.values_list("number", "balance"))


def test_the_oldest_first_is_shown_and_booked(books, business, acme, cash):
    task = make.task(acme, kind="match_cash", subject=f"payment:{cash.pk}")
    page = read(books, business, "payment-match", cash.pk)
    assert "INV-1 Jan 10, 2026 $200.00 INV-2 Feb 14, 2026 $150.00" in page
    books.post(address(business, "payment-match", cash.pk), {"invoice": ""})
    task.refresh_from_db()
    assert balances() == {"INV-1": 0, "INV-2": 350}
    assert (task.state, Invoice.objects.get(number="INV-1").paid_on) == ("done", day("2026-03-20"))


def test_the_one_the_customer_named(books, business, acme, cash):
    named = Invoice.objects.get(number="INV-2")
    books.post(address(business, "payment-match", cash.pk), {"invoice": named.pk})
    assert balances() == {"INV-1": 200, "INV-2": 150}


def test_a_task_stays_while_something_is_left(books, business, acme, cash):
    task = make.task(acme, kind="match_cash", subject=f"payment:{cash.pk}")
    named = Invoice.objects.get(number="INV-1")
    books.post(address(business, "payment-match", cash.pk), {"invoice": named.pk})
    task.refresh_from_db()
    assert (task.state, Payment.objects.get().unapplied) == ("open", 150)


def test_a_credit_note_is_matched_too(books, business, acme, cash):
    note = make.credit_note(acme, "60", on="2026-03-11")
    books.post(address(business, "credit-match", note.pk), {"invoice": ""})
    assert balances()["INV-1"] == 140
    assert CreditNote.objects.get().unapplied == 0


def test_what_is_matched_is_not_matched_again(books, business, acme, cash):
    for _ in range(2):
        page = books.post(address(business, "payment-match", cash.pk), {"invoice": ""})
    assert "Nothing is left to match" in page.content.decode()
    assert balances() == {"INV-1": 0, "INV-2": 350}


def test_another_currency_is_no_choice(books, business, acme, cash):
    euros = make.invoice(acme, "INV-9", currency="EUR")
    page = books.post(address(business, "payment-match", cash.pk), {"invoice": euros.pk})
    assert "Select a valid choice" in page.content.decode()
