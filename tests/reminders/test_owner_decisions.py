"""What waits for the owner, and the answers that are one click away from the dashboard."""

from datetime import date, timedelta

import pytest

from customers.models import Letter, Task
from customers.models.desk import TaskState
from invoices.models import CreditAdvice, Settlement
from reminders.owner_decisions import decisions
from tests import make
from tests.pages import address

TODAY = date(2026, 3, 20)


def decide(customer, **fields) -> Task:
    fields = {"kind": "decide", "role": "owner", "currency": "USD", "opens": "2026-03-01", "due": "2026-03-19"} | fields
    return make.task(customer, **fields)


def final(customer) -> Letter:
    return Letter.objects.create(
        business=customer.business,
        customer=customer,
        code="FINAL",
        state="draft",
        channel="post",
        currency="USD",
        language="en",
        written_on=TODAY,
    )


def labels(row) -> list[str]:
    return [act.label for act in row.acts]


def test_the_earliest_due_comes_first(business, acme):
    decide(acme, subject="USD", amount=900, reason="Two weeks after the negotiation.")
    final(acme)
    make.task(acme, "call_60", currency="USD")
    found = decisions(business, TODAY)
    assert [(row.what, row.amount) for row in found.rows] == [("Owner's decision", 900), ("Final letter", 0)]
    assert (found.count, found.more) == (2, 0)
    assert [labels(row) for row in found.rows] == [["Decide", "In two weeks"], ["Approve", "Read it"]]


@pytest.mark.parametrize("fields", [{"opens": "2026-03-21"}, {"snoozed_until": TODAY + timedelta(days=1)}, {"state": "done"}])
def test_what_does_not_wait_yet_is_not_shown(business, acme, fields):
    decide(acme, **fields)
    assert decisions(business, TODAY).rows == []


def test_a_missed_settlement_can_count_where_enough_came_in(business, acme):
    terms = {"currency": "USD", "total": 1000, "amount": 800, "offered_on": TODAY, "accept_by": TODAY, "pay_by": TODAY}
    ids = []
    for received in (750, 100):
        row = Settlement.objects.create(business=business, customer=acme, state="missed", received=received, **terms)
        decide(acme, subject=f"settlement:{row.pk}")
        ids.append(row.pk)
    assert [labels(row)[0] for row in decisions(business, TODAY).rows] == ["Let it count", "Decide"]


def test_what_is_not_taken_back_is_asked_first(business, acme):
    decide(acme, kind="plan_counter", subject="paymentplan:7")
    (row,) = decisions(business, TODAY).rows
    assert labels(row) == ["Accept it", "Answer their proposal", "In two weeks"]
    assert "They are told by e-mail" in row.acts[0].confirm
    assert row.acts[2].confirm == ""


def test_many_decisions_cost_no_query_more_than_few(business, acme, django_assert_num_queries):
    for number in range(30):
        decide(acme, subject=f"settlement:{number + 1}")
    with django_assert_num_queries(4):
        found = decisions(business, TODAY)
    assert (len(found.rows), found.more) == (12, 18)


@pytest.mark.usefixtures("in_march")
def test_a_click_puts_it_off_and_comes_back_to_the_dashboard(business, acme, client_of, owner):
    make.invoice(acme)
    task = decide(acme)
    home = address(business, "dashboard") + "?currency=USD"
    act = decisions(business, TODAY).rows[0].acts[-1]
    answer = client_of(owner).post(act.address, {**act.fields, "next": home})
    assert (answer.status_code, answer.url) == (302, home)
    task.refresh_from_db()
    assert (task.state, task.snoozed_until) == (TaskState.OPEN, TODAY + timedelta(days=14))


@pytest.mark.usefixtures("in_march")
def test_a_click_approves_the_final_letter(business, acme, client_of, owner):
    make.invoice(acme)
    letter = final(acme)
    home = address(business, "dashboard")
    page = client_of(owner).get(home).content.decode()
    assert f'action="{address(business, "letter-approve", letter.pk)}"' in page
    assert client_of(owner).post(address(business, "letter-approve", letter.pk), {"next": home}).url == home
    letter.refresh_from_db()
    assert letter.state == "approved"


@pytest.mark.usefixtures("in_march")
def test_a_bookkeeper_sees_no_decision_and_another_owner_neither(business, acme, client_of, bookkeeper, outsider):
    make.invoice(acme)
    decide(acme, reason="Only for the owner.")
    page = client_of(bookkeeper).get(address(business, "dashboard")).content.decode()
    assert "Only you can decide" not in page
    assert "Only for the owner." not in page
    assert client_of(outsider).get(address(business, "dashboard")).status_code == 404
    assert decisions(outsider.memberships.get().business, TODAY).count == 0


def test_a_way_back_out_of_the_house_is_not_taken(business, acme, client_of, owner):
    task = decide(acme)
    fields = {"snooze-until": "2099-01-01", "snooze-reason": "later", "next": "https://elsewhere.example/"}
    answer = client_of(owner).post(address(business, "task-snooze", task.pk), fields)
    assert answer.url == address(business, "task-list")


def advise(customer, kind: str, **fields) -> CreditAdvice:
    return CreditAdvice.objects.create(business=customer.business, customer=customer, kind=kind, made_on=TODAY, **fields)


def test_advice_on_credit_comes_last_a_hold_before_a_limit(business, acme):
    advise(acme, "limit", currency="USD", amount=2650)
    advise(acme, "hold", reasons=[])
    decide(acme)
    found = [row.what for row in decisions(business, TODAY).rows]
    assert found == ["Owner's decision", "Stop supplying on credit", "Credit limit $2,650.00"]


@pytest.mark.usefixtures("in_march")
def test_a_click_does_what_is_advised_and_can_be_taken_back(business, acme, client_of, owner):
    make.invoice(acme)
    advice, home = advise(acme, "limit", currency="USD", amount=2650), address(business, "dashboard")
    (row,) = decisions(business, TODAY).rows
    browser = client_of(owner)
    assert browser.post(row.acts[0].address, {"next": home}).url == home
    acme.refresh_from_db()
    assert acme.credit_limit == 2650
    browser.post(address(business, "credit-advice-reopen", advice.pk))
    acme.refresh_from_db()
    assert acme.credit_limit is None


def test_many_limits_are_one_thing_to_look_at(business):
    for number in range(3):
        advise(make.customer(business, f"C{number}"), "limit", currency="USD", amount=100)
    found = decisions(business, TODAY)
    assert [row.what for row in found.rows] == ["3 credit limits to change"]
    assert found.count == 1


def test_many_holds_are_one_thing_to_look_at(business, acme, client_of, owner):
    make.invoice(acme)
    for number in range(3):
        advise(make.customer(business, f"C{number}"), "hold", reasons=[])
    advise(acme, "release")
    found = decisions(business, TODAY)
    assert [row.what for row in found.rows] == ["Stop supplying 3 customers on credit", "Supply on credit again"]
    assert found.count == 2
    assert client_of(owner).get(found.rows[0].address).content.decode().count("C0") >= 1


def test_many_of_one_kind_hide_no_other(business, acme):
    for number in range(20):
        decide(acme, subject=f"USD {number}")
    decide(acme, kind="plan_counter", subject="paymentplan:7", due="2026-03-28")
    decide(acme, subject="settlement:9", due="2026-03-29")
    final(acme)
    for number in range(3):
        advise(make.customer(business, f"C{number}"), "hold", reasons=[])
    found = decisions(business, TODAY)
    assert (len(found.rows), found.count) == (12, 24)
    assert [row.what for row in found.rows[7:]] == [
        "Owner's decision",
        "Final letter",
        "Answer a proposed plan",
        "Owner's decision",
        "Stop supplying 3 customers on credit",
    ]
