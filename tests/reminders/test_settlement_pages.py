"""Settling for less, from the owner's page to the last day: offered in writing, not asked for, kept or missed (domain.md 6.6)."""

import datetime
from decimal import Decimal

import pytest
import time_machine

from customers.models import Letter, Task
from invoices.models import Invoice, Payment, Settlement
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.levels import reached_90
from reminders.models import Policy, Reminder, ReminderLine
from reminders.nightly import escalate
from reminders.rendering import composed, letter_pdf
from tests import make
from tests.make import day
from tests.pages import address, lines, read, words

pytestmark = [pytest.mark.usefixtures("in_march"), pytest.mark.proves("P05")]
TODAY, MONDAY = day("2026-03-20"), day("2026-03-23")
NOON = datetime.datetime(2026, 3, 23, 12, tzinfo=datetime.UTC)


def fire(invoice, step: str, on: str) -> Reminder:
    policy = Policy.objects.get(business=invoice.business)
    common = {"customer": invoice.customer, "currency": invoice.currency, "policy": policy, "completed_on": day(on)}
    reminder = Reminder.objects.create(business=invoice.business, step=step, fired_on=day(on), total=invoice.balance, **common)
    row = {"step": step, "cycle": invoice.cycle, "amount": invoice.balance, "days_past_due": 90}
    ReminderLine.objects.create(reminder=reminder, invoice=invoice, **row)
    return reminder


@pytest.fixture
def acme(business):
    customer = make.customer(business, "Acme", street="High Street 1", city="Leeds")
    make.contact(customer)
    return customer


@pytest.fixture
def invoice(acme):
    """2000, due last November; the 90-day step was taken on 2 March."""
    invoice = make.invoice(acme, "INV-7", issued="2025-10-31", due="2025-11-30", total="2000")
    fire(invoice, "90", "2026-03-02")
    return invoice


@pytest.fixture
def page(client_of, owner):
    return client_of(owner)


def offer(page, business, acme, query: str = "", **fields):
    rows = list(Invoice.objects.filter(customer=acme).values_list("pk", flat=True))
    data = {"amount": "1800", "accept_by": "2026-03-27", "pay_by": "2026-04-03", "invoices": rows, "letter": "on"} | fields
    return page.post(address(business, "settlement-add", acme.pk) + query, data, follow=True)


def test_the_owner_offers_it_and_the_letter_names_it(page, business, acme, invoice):
    said = words(offer(page, business, acme, reason="Half their trade is gone."))
    assert "$1,800.00 instead of $2,000.00" in said

    letter = Letter.objects.get()
    assert (letter.code, letter.state, letter.total) == ("L90", "draft", 2000)
    text = composed(letter)[1].plain_text
    assert "We take $1,800.00 in full settlement" in text
    assert "you accept by March 27, 2026, and the money has reached our account by April 3, 2026" in text
    assert "Then we credit the remaining $200.00" in text
    assert Task.objects.filter(kind="review_letter", subject=f"letter:{letter.pk}").exists()


@pytest.mark.parametrize(("language", "sum_and_day"), [("de", "1.800,00"), ("es", "1.800,00")])
def test_in_their_language(page, business, acme, invoice, language, sum_and_day):
    acme.language = language
    acme.save()
    offer(page, business, acme)

    facts, content = composed(Letter.objects.get())

    assert sum_and_day in content.plain_text.replace("\xa0", " ").replace("1800,00", "1.800,00")
    assert (facts.amount_due, facts.pay_by) == (1800, day("2026-04-03"))


def test_it_goes_out_and_nothing_else_is_asked_for(page, business, acme, invoice, owner, tmp_path):
    offer(page, business, acme)
    outcome = escalate(business, TODAY)
    assert [row["reason"] for row in outcome.waiting] == ["a settlement stands until 2026-03-27"]

    done = deliver(business, Folder(tmp_path), today=MONDAY, now=NOON, approve_all=True)

    assert done.sent == 1
    assert Letter.objects.get().state == "sent"


def test_its_letter_is_not_called_outdated_because_of_the_offer_itself(page, business, acme, invoice):
    offer(page, business, acme, letter="on")
    letter = acme.letters.get(code="L90")
    said = read(page, business, "letter-detail", letter.pk)
    assert "What they owe changed" not in said
    assert "nothing now" not in said


def test_a_link_names_the_settlement_as_people_write_it(page, business, acme, invoice):
    offer(page, business, acme)
    assert "Settlement: $1,800.00 instead of $2,000.00" in read(page, business, "link-add", acme.pk)


def test_a_letter_about_an_offer_that_is_over_does_not_go(page, business, acme, invoice, owner, tmp_path):
    offer(page, business, acme)
    Letter.objects.update(state="approved")
    page.post(address(business, "settlement-decline", Settlement.objects.get().pk))

    deliver(business, Folder(tmp_path), today=MONDAY, now=NOON)

    assert Letter.objects.get().state == "cancelled"


def test_money_that_came_in_takes_the_letter_back(page, business, acme, invoice):
    offer(page, business, acme)
    make.payment(acme, "100", on="2026-03-21", split={invoice: "100"})

    escalate(business, MONDAY)

    assert Letter.objects.get().state == "cancelled"


def test_it_takes_the_place_of_the_letter_that_was_to_go(page, business, acme, invoice):
    Reminder.objects.all().delete()
    fire(invoice, "60", "2026-02-01")
    escalate(business, TODAY)  # the 90-day call, and the letter that waits for it
    waiting = Letter.objects.get(code="L90")

    offer(page, business, acme)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.facts["settlement"]["amount"]) == ("draft", "1800.000")
    assert Letter.objects.count() == 1


def test_kept_it_is_credited_and_everything_ends(page, business, acme, invoice):
    offer(page, business, acme)
    settlement = Settlement.objects.get()
    page.post(address(business, "settlement-accept", settlement.pk), {"name": "Ana López"})

    make.payment(acme, "1800", on="2026-04-03", split={invoice: "1800"})
    escalate(business, day("2026-04-06"))

    said = read(page, business, "settlement-detail", settlement.pk)
    assert "Paid as agreed" in said
    assert "accepted by Ana López" in said
    assert not Task.objects.filter(customer=acme, state="open", kind="decide").exists()
    story = read(page, business, "customer-detail", acme.pk)
    assert "Settlement paid as agreed: the rest is credited" in story
    assert "Settlement accepted: to be paid by Apr 3, 2026" in story


def test_missed_by_a_day_it_is_all_owed_and_the_owner_lets_it_count(page, business, acme, invoice, client_of, owner):
    offer(page, business, acme)
    settlement = Settlement.objects.get()
    page.post(address(business, "settlement-accept", settlement.pk), {"name": "Ana López"})
    make.payment(acme, "1800", on="2026-04-04", split={invoice: "1800"})

    with time_machine.travel("2026-04-06 07:00Z", tick=False):
        escalate(business, day("2026-04-06"))
        task = Task.objects.get(kind="decide", state="open")
        assert (task.role, task.subject, task.amount) == ("owner", f"settlement:{settlement.pk}", 200)
        assert "200.00 USD is owed again" in task.reason
        assert Invoice.objects.get().balance == 200

        said = words(client_of(owner).post(address(business, "settlement-waive", settlement.pk), follow=True))
        assert "It counts: the rest is credited." in said

    assert Invoice.objects.get().balance == 0
    task.refresh_from_db()
    assert task.state == "done"


def test_the_decision_it_answers_is_done(page, business, acme, invoice):
    task = make.task(acme, "decide", subject="USD", role="owner", opens="2026-03-18", due="2026-03-23")

    offer(page, business, acme, query=f"?task={task.pk}")

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "A settlement was offered.")


def test_before_step_90_the_page_says_why_not(page, business, acme):
    make.invoice(acme, "INV-8", due="2026-02-14")
    assert "only once the 90-day step was reached" in read(page, business, "settlement-add", acme.pk)
    assert not reached_90(acme, "USD")


@pytest.mark.parametrize("flag", [{"insolvent": True}, {"deceased": True}, {"moratorium_until": day("2026-04-30")}])
def test_nobody_settles_with_who_is_insolvent_dead_or_in_a_moratorium(page, business, acme, invoice, flag):
    type(acme).objects.filter(pk=acme.pk).update(**flag)
    offer(page, business, acme)
    assert not Settlement.objects.exists()


def test_a_step_of_an_earlier_cycle_does_not_count(acme, invoice):
    Invoice.objects.update(cycle=2)
    assert not reached_90(acme, "USD")


def test_below_the_floor_the_form_says_so(page, business, acme, invoice):
    said = words(offer(page, business, acme, amount="1399.99"))
    assert "take no less than $1,400.00 of $2,000.00" in said
    assert not Settlement.objects.exists()


def test_a_bookkeeper_sees_it_and_notes_the_answer_but_gives_nothing(page, books, business, acme, invoice):
    assert books.get(address(business, "settlement-add", acme.pk)).status_code == 403
    offer(page, business, acme)
    settlement = Settlement.objects.get()

    assert "Take the offer back" not in read(books, business, "settlement-detail", settlement.pk)
    said = words(books.post(address(business, "settlement-accept", settlement.pk), {"name": " "}, follow=True))
    assert "Say who accepts it." in said


def test_the_list_and_its_csv(page, business, acme, invoice):
    offer(page, business, acme)
    assert "Acme" in read(page, business, "settlement-list")
    head, row = lines(page.get(address(business, "settlement-list"), {"format": "csv"}))
    assert row.startswith("2026-04-03,Acme,2026-03-20,USD,2000.00,1800.00")


def test_the_call_sheet_at_90_says_what_could_be_taken(page, books, business, acme, invoice):
    task = make.task(acme, "call_90", subject="USD", currency="USD", amount=Decimal(2000), opens="2026-03-18", due="2026-03-20")
    sheet = read(page, business, "call-log", task.pk)
    assert "The owner may take $1,400.00 or more instead" in sheet
    assert "Offer a settlement" in sheet
    assert "tell the owner" in read(books, business, "call-log", task.pk)


@pytest.mark.proves("P18")
def test_what_confirms_the_call_names_it(page, business, acme, invoice):
    task = make.task(acme, "call_90", subject="USD", currency="USD", amount=Decimal(2000), opens="2026-03-18", due="2026-03-20")
    offer(page, business, acme, letter="")
    data = {"outcome": "REACHED", "reason": "R01", "next_on": "2026-03-27", "paraphrase": "Money is short."}

    page.post(address(business, "call-log", task.pk), data)

    text = composed(Letter.objects.get(code="LCALL"))[1].plain_text
    assert "We have offered to take $1,800.00 in full settlement of $2,000.00" in text
    assert letter_pdf(Letter.objects.get(code="LCALL")).startswith(b"%PDF")


def test_money_marked_as_payment_in_full_is_held_for_the_owner(books, business, acme, invoice):
    data = {"amount": "900", "currency": "USD", "received_on": "2026-03-20", "full_and_final": "on", "token": "t1"}
    for _twice in range(2):
        said = words(books.post(address(business, "payment-add", acme.pk), data, follow=True))
    assert "Do not bank it" in said

    assert not Payment.objects.exists()
    task = Task.objects.get(kind="decide")
    assert (task.role, task.amount) == ("owner", 900)
    assert "UCC 3-311" in task.reason
    escalate(business, TODAY)
    task.refresh_from_db()
    assert task.state == "open"
