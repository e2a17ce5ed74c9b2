"""The staff's pages of payment plans: the list, one plan, and what becomes of it; who may do what."""

import datetime
from decimal import Decimal

import pytest

from customers.documents import store
from customers.models import Task
from invoices import planning
from invoices.agreements import prepare_agreement
from invoices.models import Instalment, PaymentPlan, Signature
from invoices.models.agreement import PlanState
from tests import make
from tests.make import day
from tests.pages import address, lines, read

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")


@pytest.fixture
def late(acme):
    """1000 due 14 February."""
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


@pytest.fixture
def offer(acme, late) -> PaymentPlan:
    """Half on the 23rd, half in April; on offer."""
    return make.plan(acme, {late: "1000"}, {"2026-03-23": "500", "2026-04-20": "500"}, offered="2026-03-20")


@pytest.fixture
def running(acme, late) -> PaymentPlan:
    """Signed in February: 250 was due on 13 March and is a week late, 750 comes in April."""
    return make.plan(acme, {late: "1000"}, {"2026-03-13": "250", "2026-04-20": "750"}, signed="2026-02-20")


@pytest.fixture
def proposal(acme, late) -> PaymentPlan:
    """They would pay in fourteen months from May on: far beyond the limits."""
    rows = tuple((day("2026-05-01") + datetime.timedelta(days=30 * n), Decimal(50)) for n in range(20))
    return planning.propose_plan(customer=acme, currency="USD", instalments=rows, words="Only from May on.", on=TODAY)


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


def test_the_list_says_what_comes_next_and_how_late_it_is(books, business, running):
    page = read(books, business, "plan-list")
    assert "Acme Signed by the customer $1,000.00 $250.00 7 days ago 7" in page
    assert "To be paid $1,000.00" in page


@pytest.mark.usefixtures("running")
def test_totals_of_two_currencies_are_never_added(books, business, acme):
    euro = make.invoice(acme, "INV-2", due="2026-02-14", total="300", currency="EUR")
    make.plan(acme, {euro: "300"}, {"2026-03-23": "300"}, offered="2026-03-20", currency="EUR")
    assert "To be paid €300.00 $1,000.00" in read(books, business, "plan-list")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"show": "running"}, True),
        ({"show": "offered"}, False),
        ({"late": "late"}, True),
        ({"q": "acme"}, True),
        ({"q": "INV-1"}, True),
        ({"q": "INV-9"}, False),
    ],
)
def test_plans_are_searched_and_filtered(books, business, running, query, found):
    assert ("Acme" in read(books, business, "plan-list", **query)) is found


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("sort", ["customer", "-state", "total", "-paid", "instalment", "-next", "late"])
def test_plans_are_sorted_by_every_head(books, business, sort):
    assert "Acme" in read(books, business, "plan-list", sort=sort)


@pytest.mark.usefixtures("running")
def test_plans_leave_as_csv(books, business):
    assert lines(books.get(address(business, "plan-list"), {"format": "csv"})) == [
        "Customer,Reference,State,Offered,Currency,To be paid,Paid,Next instalment,Next date,Days late",
        "Acme,ACME,Signed by the customer,2026-02-20,USD,1000.00,0.00,250.00,2026-03-13,7",
    ]


def test_without_a_plan_the_list_says_where_one_begins(books, business):
    assert "No plan is open. Offer one from a customer's page" in read(books, business, "plan-list")


@pytest.mark.proves("P19")
def test_one_plan_says_where_it_stands_first(books, business, running):
    page = read(books, business, "plan-detail", running.pk)
    assert page.index("$1,000.00 to come") < page.index("Schedule")
    assert "$250.00 was due 7 days ago: call them." in page
    assert "Cash with order while the plan runs" in page
    assert "INV-1 Feb 14, 2026 $1,000.00" in page
    assert "Payment plan over $1,000.00 drafted" in page


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        (PlanState.OFFERED, {"accept_by": day("2026-03-27")}, "Wait for their signature until Mar 27, 2026."),
        (PlanState.SIGNED, {}, "was due 7 days ago: call them."),
        (PlanState.AT_RISK, {"cure_by": day("2026-03-27")}, "Made good by Mar 27, 2026 it goes on."),
        (PlanState.COMPLETED, {}, "Nothing: it is paid in full."),
        (PlanState.DEFAULTED, {"end_rule": "second_missed"}, "A second instalment was missed"),
        (PlanState.DECLINED, {}, "Offer another plan"),
    ],
)
def test_every_state_has_one_next_act(books, business, running, state, fields, words):
    PaymentPlan.objects.filter(pk=running.pk).update(state=state, **fields)
    page = books.get(address(business, "plan-detail", running.pk)).content.decode()
    assert words in page
    assert page.split("next-step")[1].split("</section>")[0].count("btn-primary") <= 1


def test_paid_instalments_are_counted(books, business, running):
    Instalment.objects.filter(position=1).update(paid=250, state="paid")
    page = read(books, business, "plan-detail", running.pk)
    assert "$250.00 $750.00 to come" in page
    assert "$750.00 is due Apr 20, 2026." in page


def test_they_do_not_want_it(books, business, offer):
    books.post(address(business, "plan-decline", offer.pk))
    offer.refresh_from_db()
    assert (offer.state, Task.objects.filter(state="open", kind="plan_proposal").count()) == ("declined", 0)


def test_a_bookkeeper_takes_an_offer_back(books, business, offer):
    books.post(address(business, "plan-cancel", offer.pk))
    offer.refresh_from_db()
    assert offer.state == "cancelled"


def test_only_the_owner_cancels_what_was_signed(books, boss, business, running):
    assert books.post(address(business, "plan-cancel", running.pk), {"sure": "yes"}).status_code == 403
    boss.post(address(business, "plan-cancel", running.pk))
    running.refresh_from_db()
    assert running.state == "signed"
    boss.post(address(business, "plan-cancel", running.pk), {"sure": "yes"})
    running.refresh_from_db()
    assert running.state == "cancelled"


def test_only_the_owner_ends_a_plan_and_only_when_sure(books, boss, business, running):
    assert books.post(address(business, "plan-end", running.pk), {"sure": "yes"}).status_code == 403
    page = boss.post(address(business, "plan-end", running.pk), follow=True).content.decode()
    assert "Tick that they did not keep it." in page
    boss.post(address(business, "plan-end", running.pk), {"sure": "yes"})
    running.refresh_from_db()
    assert (running.state, running.end_rule) == ("defaulted", "owner")


def test_what_cannot_be_done_is_said(books, business, running):
    page = books.post(address(business, "plan-decline", running.pk), follow=True).content.decode()
    assert "not on offer any more" in page


@pytest.mark.proves("P19")
def test_the_agreement_and_its_signature_are_told_in_words(books, business, offer):
    prepare_agreement(plan=offer)
    copy = store(business=business, content=b"%PDF-copy", content_type="application/pdf", name="copy.pdf")
    record = {
        "times": {"opened": "2026-03-19T09:00:00+00:00", "signed": "2026-03-19T09:05:00+00:00"},
        "code": {"method": "email", "sent_to": "jane@acme.example"},
        "address": "192.0.2.7",
    }
    Signature.objects.create(
        business=business,
        plan=offer,
        party="customer",
        name="Jane Doe",
        role="Director",
        record=record,
        record_sha256="f" * 64,
        document=offer.document,
        evidence=copy,
        signed_at=datetime.datetime(2026, 3, 19, 9, 5, tzinfo=datetime.UTC),
    )
    page = read(books, business, "plan-detail", offer.pk)
    assert "Jane Doe , Director" in page
    assert "Known by Code by e-mail" in page
    assert "From the address 192.0.2.7" in page
    assert books.get(address(business, "plan-file", offer.pk))["Content-Type"] == "application/pdf"
    assert books.get(address(business, "plan-signed-file", offer.pk)).content == b"%PDF-copy"


def test_without_a_signature_there_is_no_signed_copy(books, business, offer):
    assert books.get(address(business, "plan-signed-file", offer.pk)).status_code == 404


def test_a_plan_shows_on_its_customer_and_its_invoice(books, business, acme, late, running):
    customer = read(books, business, "customer-detail", acme.pk)
    assert "Payment plan over $1,000.00" in customer
    assert "Cash with order while the plan runs" in customer
    invoice = read(books, business, "invoice-detail", late.pk)
    assert "$1,000.00 in a payment plan Signed by the customer" in invoice
    assert "Cash with order while the plan runs" in invoice
    assert "Cash with order while the plan runs" in read(books, business, "customer-call", acme.pk)


def test_an_offer_does_not_stop_credit_yet(books, business, acme, offer):
    assert "Cash with order" not in read(books, business, "customer-detail", acme.pk)


@pytest.mark.parametrize(("kind", "button"), [("plan_proposal", "See the plan"), ("plan_counter", "Answer their proposal")])
def test_a_task_leads_to_its_plan(boss, business, acme, offer, kind, button):
    Task.objects.all().delete()
    task = make.task(acme, kind, subject=f"paymentplan:{offer.pk}")
    assert button in read(boss, business, "task-detail", task.pk)
    assert "Plans" in read(boss, business, "task-list")


@pytest.mark.parametrize("name", ["plan-detail", "plan-answer", "plan-file"])
def test_an_outsider_and_nobody_see_no_plan(client, client_of, outsider, business, proposal, name):
    assert client_of(outsider).get(address(business, name, proposal.pk)).status_code == 404
    assert client.get(address(business, name, proposal.pk)).status_code == 302


def test_whether_it_waits_for_us_is_as_it_was_signed_whatever_the_settings_became(boss, business, offer):
    offer.terms = {"rules": {"active_from": "countersign"}}
    offer.save()
    make.sign(offer, "2026-03-20")
    assert "now it is your turn" in read(boss, business, "plan-detail", offer.pk)
    assert "1 plan for the owner to sign" in read(boss, business, "dashboard")


def test_the_dashboard_names_what_waits(boss, business, proposal):
    assert "1 proposed plan to answer decide" in read(boss, business, "dashboard")
