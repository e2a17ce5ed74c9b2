"""The one-click answers of the dashboard, clicked twice, clicked on a page that is old, and clicked by somebody else."""

import datetime
from decimal import Decimal

import pytest

from customers.desk import snooze_task
from customers.editing import set_flags
from customers.models import Customer, Event, Letter, Task
from invoices import planning
from invoices.models import CreditAdvice, PaymentPlan, Settlement
from reminders.final_letters import write_final
from reminders.owner_decisions import decisions
from tests import make
from tests.make import day
from tests.pages import address, words
from tests.reminders.test_settlement_pages import fire, offer

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


@pytest.fixture
def late(acme):
    make.contact(acme)
    row = make.invoice(acme, "INV-7", issued="2025-10-31", due="2025-11-30", total="2000")
    fire(row, "90", "2026-03-02")
    return row


@pytest.fixture
def final(acme, owner, late) -> Letter:
    return write_final(customer=acme, currency="USD", today=TODAY, actor=owner)


@pytest.fixture
def theirs(acme, late) -> PaymentPlan:
    rows = tuple((day("2026-05-01") + datetime.timedelta(days=30 * n), Decimal(100)) for n in range(20))
    ours = make.plan(acme, {late: "2000"}, {"2026-03-23": "1000", "2026-04-20": "1000"}, offered="2026-03-20")
    return planning.propose_plan(customer=acme, currency="USD", instalments=rows, words="From May.", on=TODAY, answers=ours)


@pytest.fixture
def missed(boss, business, acme, late) -> Settlement:
    offer(boss, business, acme, letter="", accept_by="2026-03-27")
    make.payment(acme, "1800", on="2026-03-20", split={late: "1800"})
    Settlement.objects.update(state="missed", received=1800)
    row = Settlement.objects.get()
    make.task(acme, "decide", role="owner", subject=f"settlement:{row.pk}", currency="USD")
    return row


def advise(customer: Customer, kind: str, **fields) -> CreditAdvice:
    return CreditAdvice.objects.create(business=customer.business, customer=customer, kind=kind, made_on=TODAY, **fields)


def button(business, label: str) -> tuple[str, dict[str, str]]:
    """(address, fields) of the first button of this name among what waits for the owner."""
    act = next(act for row in decisions(business, TODAY).rows for act in row.acts if act.label == label)
    return act.address, {**act.fields, "next": address(business, "dashboard")}


@pytest.fixture(params=["final", "theirs", "missed", "hold", "limit", "later"])
def answer(request, business, acme, late) -> tuple[str, dict[str, str], str]:
    """A button with what its second click is answered."""
    if request.param in ("final", "theirs", "missed"):
        request.getfixturevalue(request.param)
    elif request.param == "later":
        make.task(acme, "decide", role="owner", currency="USD", reason="Why.")
    else:
        advise(acme, request.param, currency="USD", amount=2650, reasons=[{"code": "overdue", "days": 61}])
    label, again = {
        "final": ("Approve", "Only a letter that waits for approval can be approved."),
        "theirs": ("Accept it", "This proposal was answered already."),
        "missed": ("Let it count", "Only a settlement that was missed can be let count."),
        "later": ("In two weeks", "It is put off until that day already."),
    }.get(request.param, ("Do it", "It was answered already, or is no longer needed."))
    return *button(business, label), again


def test_a_second_click_is_told_and_does_nothing(answer, boss, business):
    there, fields, again = answer
    before = Event.objects.count()
    assert again not in words(boss.post(there, fields, follow=True))
    done = Event.objects.count()
    assert done > before
    assert decisions(business, TODAY).count == 0
    said = boss.post(there, fields, follow=True)
    assert (said.status_code, again in words(said)) == (200, True)
    assert Event.objects.count() == done


def test_nobody_but_the_owner_answers(answer, books, client_of, outsider):
    there, fields, _again = answer
    before = Event.objects.count()
    assert books.post(there, fields).status_code == 403
    assert client_of(outsider).post(there, fields).status_code == 404
    assert Event.objects.count() == before


def test_a_final_letter_waits_once(business, final):
    found = decisions(business, TODAY)
    assert ([row.what for row in found.rows], found.count) == (["Final letter"], 1)
    assert Task.objects.get(kind="review_letter").state == "open"


def test_a_letter_to_look_at_that_is_no_final_one_still_waits(business, acme, final):
    make.task(acme, "review_letter", role="owner", subject=f"letter:{final.pk}1")
    assert decisions(business, TODAY).count == 2


def test_a_hold_set_by_hand_meanwhile_keeps_its_reason(boss, business, acme, owner):
    advise(acme, "hold", reasons=[{"code": "overdue", "days": 61}])
    there, fields = button(business, "Do it")
    set_flags(customer=acme, values={"on_hold": True, "hold_reason": "They told us so."}, actor=owner)
    assert "They are on hold already." in words(boss.post(there, fields, follow=True))
    acme.refresh_from_db()
    assert acme.hold_reason == "They told us so."


def test_a_task_done_meanwhile_is_not_put_off(boss, business, acme, late):
    task = make.task(acme, "decide", role="owner", currency="USD", reason="Why.")
    there, fields = button(business, "In two weeks")
    Task.objects.filter(pk=task.pk).update(state="done", closed_on=TODAY)
    assert "This task is closed already." in words(boss.post(there, fields, follow=True))
    del fields["next"]
    said = boss.post(there, fields)
    assert (said.status_code, "This task is closed already." in said.content.decode()) == (422, True)
    task.refresh_from_db()
    assert (task.snoozed_until, task.reason) == (None, "Why.")


@pytest.fixture
def put_off(boss, business, acme, late) -> Task:
    """Put off by a click on the dashboard."""
    make.task(acme, "decide", role="owner", currency="USD", reason="Why.")
    boss.post(*button(business, "In two weeks"))
    return Task.objects.get(kind="decide")


def test_what_was_put_off_is_taken_back_from_the_message_once(boss, business, put_off):
    there, home = address(business, "task-snooze-back", put_off.pk), address(business, "dashboard")
    page = boss.get(home).content.decode()
    assert f'action="{there}"' in page.partition('id="messages"')[2].partition("</form>")[0]
    assert "Taken back: it is where it was." in words(boss.post(there, {"next": home}, follow=True))
    put_off.refresh_from_db()
    assert (put_off.snoozed_until, put_off.reason) == (None, "Why.")
    assert decisions(business, TODAY).count == 1
    done = Event.objects.count()
    assert "It is not put off any more" in words(boss.post(there, {"next": home}, follow=True))
    assert Event.objects.count() == done


def test_the_page_of_what_was_put_off_has_the_way_back(boss, business, put_off):
    page = boss.get(address(business, "task-detail", put_off.pk)).content.decode()
    assert f'action="{address(business, "task-snooze-back", put_off.pk)}"' in page
    boss.post(address(business, "task-snooze-back", put_off.pk))
    assert "Take that back" not in boss.get(address(business, "task-detail", put_off.pk)).content.decode()


def test_taken_back_it_waits_until_the_day_it_waited_for_before(boss, business, put_off, owner):
    first = put_off.snoozed_until
    snooze_task(task=put_off, until=day("2026-05-01"), reason="On holiday.", on=TODAY, by=owner)
    boss.post(address(business, "task-snooze-back", put_off.pk))
    put_off.refresh_from_db()
    assert (put_off.snoozed_until, put_off.reason) == (first, f"Why.\n{first}: Put off on the dashboard.")


def test_what_was_closed_since_is_not_taken_back(boss, business, put_off):
    Task.objects.update(state="done", closed_on=TODAY)
    said = boss.post(address(business, "task-snooze-back", put_off.pk), follow=True)
    assert "This task is closed already." in words(said)


def test_only_the_owner_takes_it_back(books, business, put_off, client_of, outsider):
    there = address(business, "task-snooze-back", put_off.pk)
    assert books.post(there).status_code == 403
    assert client_of(outsider).post(there).status_code == 404
    put_off.refresh_from_db()
    assert put_off.snoozed_until is not None
