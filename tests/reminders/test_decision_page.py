"""The owner's decision on one page: what may be done, what may not yet and why, and what became of it (P20, P22)."""

import datetime

import pytest

from customers.claims import open_claim
from customers.models import Conversation
from invoices.models import Invoice, WriteOff
from reminders.models import HandOff
from tests import make
from tests.make import day
from tests.pages import address, read, words
from tests.reminders.test_settlement_pages import fire

pytestmark = [pytest.mark.usefixtures("in_march"), pytest.mark.proves("P22")]
TODAY = day("2026-03-20")


@pytest.fixture
def acme(business):
    customer = make.customer(business, "Acme", street="High Street 1", city="Leeds")
    make.contact(customer)
    return customer


@pytest.fixture
def invoice(acme):
    invoice = make.invoice(acme, "INV-7", issued="2025-10-31", due="2025-11-30", total="2000")
    fire(invoice, "90", "2026-03-02")
    return invoice


@pytest.fixture
def task(acme):
    fields = {"subject": "USD", "currency": "USD", "amount": 2000, "role": "owner"}
    return make.task(acme, "decide", opens="2026-03-16", due="2026-03-18", **fields)


@pytest.fixture
def page(client_of, owner):
    return client_of(owner)


def test_the_task_leads_to_every_option(page, business, acme, invoice, task):
    door = page.get(address(business, "task-detail", task.pk)).content.decode()
    assert f"{address(business, 'decision', acme.pk)}?currency=USD&amp;task={task.pk}" in door

    said = read(page, business, "decision", acme.pk, task=task.pk)
    assert "$2,000.00 is late, the oldest part by 110 days." in said
    for option in ("Take less, now", "Write the final letter", "Hand it to an agency", "Write it off", "Wait"):
        assert option in said
    assert "From $1,400.00 on" in said
    assert "They get 14 days to answer." in said


def test_it_says_when_they_were_last_spoken_to(page, business, acme, invoice):
    at = datetime.datetime(2026, 3, 18, 15, tzinfo=datetime.UTC)
    Conversation.objects.create(business=business, customer=acme, at=at, outcome="REACHED")
    assert "Last spoken to 2 days ago" in read(page, business, "decision", acme.pk)


def test_a_final_letter_taken_back_says_why_in_words(page, business, acme, invoice):
    page.post(address(business, "decision-final", acme.pk), {"currency": "USD"})
    page.post(address(business, "decision-hand-off", acme.pk), {"currency": "USD", "agency": "Meridian"})
    said = read(page, business, "letter-detail", acme.letters.get(code="FINAL").pk)
    assert "With Meridian since Mar 20, 2026: they collect it, we do not." in said


@pytest.mark.proves("P20")
def test_what_is_to_be_checked_first_and_whether_to_go_on_supplying(page, business, acme, invoice):
    open_claim(customer=acme, what="The bank stopped their line.", how="document", check_by=day("2026-03-25"), on=TODAY)
    said = read(page, business, "decision", acme.pk)
    assert "The bank stopped their line." in said
    assert "Look into the public register" in said
    assert "Do we go on supplying?" in said


@pytest.mark.proves("T16")
def test_what_may_not_be_done_yet_says_why(page, business, acme, invoice):
    acme.disputes.create(business=business, invoice=invoice, code="PRICE", amount=2000, opened_on=TODAY)
    said = read(page, business, "decision", acme.pk)
    assert "Not yet: INV-7 is in dispute." in said
    assert "Nothing overdue and undisputed is left to settle." in said


def test_the_final_letter_is_one_click_and_an_approval(page, business, acme, invoice, task):
    said = words(page.post(address(business, "decision-final", acme.pk) + f"?task={task.pk}", follow=True))
    assert "Drafted. It goes out once you have approved it." in said
    assert acme.letters.get().code == "FINAL"
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "The final letter was written.")


def test_handed_off_with_its_pack(page, business, acme, invoice, task):
    said = words(
        page.post(address(business, "decision-hand-off", acme.pk) + f"?task={task.pk}", {"agency": "Meridian"}, follow=True)
    )
    assert "$2,000.00 with Meridian" in said
    row = HandOff.objects.get()
    pack = page.get(address(business, "handoff-file", row.pk))
    assert pack["Content-Type"] == "application/zip"
    assert pack.content.startswith(b"PK")
    assert "An agency collects it. With Meridian since" in read(page, business, "customer-detail", acme.pk)

    said = words(page.post(address(business, "handoff-take-back", row.pk), follow=True))
    assert "Taken back. The steps go on." in said


def test_an_agency_needs_a_name(page, business, acme, invoice):
    assert page.post(address(business, "decision-hand-off", acme.pk), {"agency": ""}).status_code == 422


def test_a_barred_hand_off_changes_nothing(page, business, acme, invoice):
    acme.insolvent = True
    acme.save()
    said = words(page.post(address(business, "decision-hand-off", acme.pk), {"agency": "Meridian"}, follow=True))
    assert "Insolvent: the owner decides." in said
    assert not HandOff.objects.exists()


def test_what_is_written_off_is_not_called_for_any_more(page, business, acme, invoice):
    call = make.task(acme, "call_60", subject="USD", currency="USD", amount=2000)
    data = {"invoices": [invoice.pk], "reason": "Gone away", "sure": "on"}
    page.post(address(business, "decision-write-off", acme.pk), data)
    call.refresh_from_db()
    assert (call.state, WriteOff.objects.count()) == ("cancelled", 1)


def test_the_message_after_it_takes_it_back_with_the_desk(page, business, acme, invoice, task):
    call = make.task(acme, "call_60", subject="USD", currency="USD", amount=2000)
    data = {"invoices": [invoice.pk], "reason": "Gone away", "sure": "on"}
    where = f"{address(business, 'decision-write-off', acme.pk)}?task={task.pk}"
    said = page.post(where, data, follow=True).content.decode()
    undo = address(business, "write-off-take-out", WriteOff.objects.get().pk)
    assert f'action="{undo}"' in said
    page.post(undo)
    for row in (call, task, invoice):
        row.refresh_from_db()
    assert (call.state, task.state, invoice.balance, invoice.cycle) == ("open", "open", 2000, 1)


def test_of_several_written_off_each_is_taken_back_on_its_own_page(page, business, acme, invoice):
    other = make.invoice(acme, "INV-8", due="2025-11-30", total="100")
    data = {"invoices": [invoice.pk, other.pk], "reason": "Gone away", "sure": "on"}
    assert "on the page of its invoice" in words(page.post(address(business, "decision-write-off", acme.pk), data, follow=True))


def test_nothing_is_written_off_where_the_settings_say_so(page, business, acme, invoice):
    business.settings = {"final": {"write_off": False}}
    business.save()
    data = {"invoices": [invoice.pk], "reason": "Gone away", "sure": "on"}
    page.post(address(business, "decision-write-off", acme.pk), data)
    assert not WriteOff.objects.exists()
    assert "debts are not written off" in read(page, business, "decision", acme.pk)


def test_written_off_with_a_reason_and_only_when_meant(page, business, acme, invoice, task):
    where, data = address(business, "decision-write-off", acme.pk), {"invoices": [invoice.pk], "reason": "Gone away"}
    assert page.post(where, data).status_code == 422
    assert not WriteOff.objects.exists()

    page.post(f"{where}?task={task.pk}", data | {"sure": "on"})

    assert Invoice.objects.get().balance == 0
    task.refresh_from_db()
    assert task.state == "done"
    assert "written off" in read(page, business, "customer-detail", acme.pk)
