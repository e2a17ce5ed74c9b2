"""A customer's counter-proposal: beside ours, what speaks for and against it, and the owner's three answers (P20)."""

import datetime
from decimal import Decimal

import pytest

from customers.models import Claim, Task
from invoices import planning
from invoices.agreeing import make_promise
from invoices.models import PaymentPlan, Promise
from invoices.weighing import Facts, Says, weigh
from tests import make
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def late(acme):
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


@pytest.fixture
def ours(acme, late) -> PaymentPlan:
    return make.plan(acme, {late: "1000"}, {"2026-03-23": "500", "2026-04-20": "500"}, offered="2026-03-20")


@pytest.fixture
def theirs(acme, ours) -> PaymentPlan:
    rows = tuple((day("2026-05-01") + datetime.timedelta(days=30 * n), Decimal(50)) for n in range(20))
    return planning.propose_plan(
        customer=acme, currency="USD", instalments=rows, words="Only from May on.", on=TODAY, answers=ours
    )


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


@pytest.mark.proves("P20")
def test_theirs_stands_beside_ours_with_what_it_breaks(boss, business, theirs):
    page = read(boss, business, "plan-answer", theirs.pk)
    assert "“Only from May on.”" in page
    assert page.index("May 1, 2026 50.00") < page.index("You had offered") < page.index("Mar 23, 2026 500.00")
    assert "At most 12 instalments." in page
    assert "The first payment is below $200.00." in page


@pytest.mark.proves("P20")
def test_what_to_verify_comes_before_the_decision(boss, business, acme, theirs):
    Claim.objects.create(business=business, customer=acme, what="The bank is slow.", how="bank", check_by=TODAY)
    page = read(boss, business, "plan-answer", theirs.pk)
    assert page.index("Before you decide") < page.index("Your answer")
    assert "Something they said is not checked yet." in page
    assert "They start with 5 %, you ask for 20 %" in page
    assert "Do you go on supplying them?" in page


@pytest.mark.proves("P20")
@pytest.mark.parametrize(
    ("facts", "says", "told"),
    [
        ({"first_share": Decimal("0.5")}, Says.FOR, "They start with 50 %"),
        ({"first_share": Decimal("0.5"), "soon": False}, Says.AGAINST, "Their first payment comes later than you ask for"),
        ({}, Says.ASK, "They never promised anything yet"),
        ({"kept": 3, "settled": 4}, Says.FOR, "They kept 3 of 4 promises."),
        ({"kept": 1, "settled": 2}, Says.AGAINST, "They kept 1 of 2 promises."),
        ({"defaulted": 1}, Says.AGAINST, "1 plan of theirs ended unpaid."),
        ({"completed": 2}, Says.FOR, "2 plans of theirs were paid in full."),
        ({"untrue": 1}, Says.AGAINST, "1 thing they said turned out not to be true."),
        ({"true": 1}, Says.FOR, "What they said was checked, and it was true."),
        ({}, Says.ASK, "Why can they not pay more?"),
        ({"on_hold": True}, Says.FOR, "They are on credit hold"),
    ],
)
def test_each_fact_speaks_for_or_against(facts, says, told):
    checks = weigh(Facts(**{"first_share": Decimal("0.05"), "wanted": Decimal("0.20")} | facts))
    assert [check.says for check in checks if check.words.startswith(told)] == [says]


def test_what_we_know_of_them_is_counted(boss, business, acme, ours, theirs):
    make_promise(customer=acme, currency="USD", amount=Decimal(10), made_on=TODAY, due_on=TODAY)
    Promise.objects.update(state="kept", evaluated_on=TODAY)
    assert "They kept 1 of 1 promise." in read(boss, business, "plan-answer", theirs.pk)


@pytest.mark.proves("P20")
def test_the_owner_accepts(boss, business, theirs):
    boss.post(address(business, "plan-accept", theirs.pk))
    theirs.refresh_from_db()
    assert (theirs.state, Task.objects.filter(kind="plan_counter", state="open").exists()) == ("offered", False)


@pytest.mark.proves("P20")
def test_the_owner_answers_with_another(boss, business, ours, theirs):
    form = {"choice": "own", "count": "4", "every": "month", "first_on": "2026-03-23"}
    answer = boss.post(address(business, "plan-answer", theirs.pk), form, follow=True)
    theirs.refresh_from_db()
    counter = PaymentPlan.objects.latest("pk")
    assert (theirs.state, counter.state, counter.replaces) == ("countered", "offered", theirs)
    assert "Your answer is on offer." in words(answer)


def test_the_owner_declines_with_words_they_will_read(boss, business, theirs):
    boss.post(address(business, "plan-refuse", theirs.pk), {"words": "Please ring us."})
    theirs.refresh_from_db()
    assert theirs.state == "declined"
    assert "Please ring us." in Task.objects.get(kind="plan_counter").outcome


def test_an_answer_beyond_the_limits_needs_a_reason(boss, business, theirs):
    form = {"choice": "own", "count": "20", "every": "week", "first_on": "2026-03-23"}
    answer = boss.post(address(business, "plan-answer", theirs.pk), form)
    assert (answer.status_code, "Say why" in answer.content.decode()) == (422, True)
    boss.post(address(business, "plan-answer", theirs.pk), form | {"reason": "A good customer."})
    assert PaymentPlan.objects.latest("pk").proposal == "A good customer."


@pytest.mark.proves("P20")
def test_a_bookkeeper_finds_out_and_the_owner_decides(books, business, theirs):
    page = read(books, business, "plan-answer", theirs.pk)
    assert "Its owner decides." in page
    assert "Accept their plan" not in page
    form = {"choice": "own", "count": "4", "every": "month", "first_on": "2026-03-23"}
    assert books.post(address(business, "plan-answer", theirs.pk), form).status_code == 403
    for name in ("plan-accept", "plan-refuse"):
        assert books.post(address(business, name, theirs.pk)).status_code == 403
    theirs.refresh_from_db()
    assert theirs.state == "draft"


def test_what_was_answered_is_not_answered_again(boss, business, theirs):
    boss.post(address(business, "plan-refuse", theirs.pk))
    assert boss.get(address(business, "plan-answer", theirs.pk)).status_code == 302
    page = boss.post(address(business, "plan-accept", theirs.pk), follow=True).content.decode()
    assert "answered already" in page
