"""The debt-reduction plan: begun from the target the ledger gives, planned against actual, its lanes, its paper (P11)."""

from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from invoices.lane_board import lane_board
from invoices.models import LedgerDay, ReductionPlan
from invoices.reducing import start_plan
from invoices.reduction import Decision
from reminders.reduction import hard_cases, reduction
from reminders.scoring import score_night
from reminders.standing import sums_now
from tests import make
from tests.invoices.o1 import AS_OF, write_o1
from tests.make import day
from tests.pages import address, lines, read
from tests.reminders.test_report_ageing import report

pytestmark = pytest.mark.usefixtures("in_june")


@pytest.fixture
def o1(business):
    return write_o1(business)


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


@pytest.mark.proves("P11")
def test_a_plan_is_offered_from_one_months_sales(boss, business, o1):
    page = read(boss, business, "reduction-plan")
    assert "Owed, net $5,400.00 Should be owed at most $3,100.00" in page
    assert "$191.67 less each week brings you there in 12 weeks." in page
    assert boss.get(address(business, "reduction-plan")).context["form"].initial == {"weeks": 12, "target": "3100.00"}


@pytest.mark.proves("P11")
def test_the_owner_begins_a_plan_and_ends_it(boss, business, o1):
    sent = boss.post(address(business, "reduction-start"), {"currency": "USD", "target": "3000", "weeks": "12"})
    assert sent.url == address(business, "reduction-plan") + "?currency=USD"
    plan = ReductionPlan.objects.get()
    assert (plan.start_amount, plan.target, plan.weeks, plan.started_on) == (5400, 3000, 12, AS_OF)
    assert "Planned after week 0 of 12 $5,400.00 on the way" in read(boss, business, "reduction-plan")
    boss.post(address(business, "reduction-end", plan.pk))
    plan.refresh_from_db()
    assert plan.ended_on == AS_OF


@pytest.mark.proves("P11")
def test_planned_against_actual_week_by_week_and_by_lane(books, business, o1):
    terms = {"start_amount": Decimal(6000), "target": Decimal(3600), "weeks": 12}
    start_plan(business=business, currency="USD", on=day("2026-06-16"), actor=None, **terms)
    sums = {"match": {"amount": "1250.00", "count": 3}}
    figures = {"net": "5700.00", "lanes": sums}
    LedgerDay.objects.create(business=business, currency="USD", on=day("2026-06-22"), figures=figures)
    view = reduction(business, sums_now(business, AS_OF), "USD", AS_OF)
    assert [(row.week.planned, row.week.actual) for row in view.weeks[:4]] == [
        (6000, 6000),
        (5800, 5700),
        (5600, 5400),
        (5400, None),
    ]
    assert view.weeks[1].cells[0] == ("Match", Decimal("1250.00"))
    page = read(books, business, "reduction-plan")
    assert "Planned after week 2 of 12 $5,600.00 $200.00 ahead" in page
    assert "Start today" not in page
    assert "End this plan" not in page


def test_who_is_behind_is_told(books, business, o1):
    terms = {"start_amount": Decimal(5400), "target": Decimal(0), "weeks": 2}
    start_plan(business=business, currency="USD", on=day("2026-06-16"), actor=None, **terms)
    assert "$5,400.00 behind" in read(books, business, "reduction-plan")


def test_a_plan_that_leads_nowhere_is_refused_beside_its_form(boss, business, o1):
    answer = boss.post(address(business, "reduction-start"), {"currency": "USD", "target": "9000", "weeks": "12"})
    assert answer.status_code == 422
    assert "The target must be less than what is owed today, and not below nothing." in answer.content.decode()
    assert not ReductionPlan.objects.exists()


def test_a_ledger_at_its_target_needs_none(boss, business, acme):
    for month in ("2026-03", "2026-04", "2026-05", "2026-06"):
        row = make.invoice(acme, issued=f"{month}-01", due=f"{month}-28", total="100")
        make.payment(acme, "90", on=f"{month}-28", split={row: "90"})
    page = read(boss, business, "reduction-plan")
    assert "there is nothing to bring down" in page
    assert "Start today" not in page


def test_where_nothing_is_owed_no_plan_is_offered(boss, business):
    page = read(boss, business, "reduction-plan")
    assert "Nothing is owed: there is nothing to bring down." in page
    assert "Start the plan" not in page
    assert "Start the plan" not in read(boss, business, "dashboard")


def test_a_young_ledger_says_that_its_target_is_not_known(boss, business, acme):
    make.invoice(acme, issued="2026-06-01", due="2026-06-15", total="100")
    page = read(boss, business, "reduction-plan")
    assert "Not known Less than three months of sales." in page
    assert "Start today" in page


@pytest.mark.proves("P11")
def test_the_lanes_in_the_order_of_the_work(books, business, o1):
    page = read(books, business, "reduction-plan")
    assert "1. Match money that is here $1,250.00, 3 invoices" in page
    assert "2. Quick wins: papers and approvals $2,700.00, 3 invoices" in page
    assert "3. Answer open queries $400.00, 1 invoice" in page
    assert page.index("INV-6") < page.index("INV-4")


@pytest.mark.proves("P11")
def test_in_the_lane_of_plans_it_is_said_whose_plan_is_under_way(books, business):
    agreed, wanted = make.customer(business, "Dove"), make.customer(business, "Elm", approach="CANT")
    owed = [make.invoice(one, one.name, due="2026-06-01", total="600") for one in (agreed, wanted)]
    make.plan(agreed, {owed[0]: "600"}, {"2026-07-31": "600"}, signed="2026-06-20")
    page = read(books, business, "reduction-plan")
    assert "Payment plans: to agree, or running $1,200.00, 2 invoices" in page
    assert page.count("plan under way") == 1
    paper = books.get(address(business, "reduction-file"), {"currency": "USD"})
    assert said_on_paper(paper).count("plan under way") == 1


@pytest.fixture
def hard(business):
    """1000 of two invoices, the older 150 days late."""
    dove = make.customer(business, "Dove")
    for due, total in (("2026-01-31", "600"), ("2026-03-20", "400")):
        make.invoice(dove, issued="2026-01-01", due=due, total=total)
    return dove


@pytest.mark.proves("P11")
def test_each_hard_decision_with_its_expected_value(boss, business, hard):
    [case] = hard_cases(business, lane_board(business, AS_OF, "USD", 5).hard)
    assert (case.amount, case.invoices, case.days, case.best.decision) == (1000, 2, 150, Decision.SETTLE)
    page = read(boss, business, "reduction-plan")
    assert "Dove 1,000.00 150 560.00 300.00 switched off 325.00 switched off 0.00 Settle for less" in page


def test_the_owner_says_how_likely_and_what_it_costs(boss, business, hard):
    form = boss.get(address(business, "reduction-odds")).context["form"]
    assert form.initial["settle_p"] == "70"
    boss.post(address(business, "reduction-odds"), {**form.initial, "settle_p": "10", "court_cost": "20"})
    business.refresh_from_db()
    assert business.settings["hard_decisions"]["settle"]["p"] == "0.1"
    [case] = hard_cases(business, lane_board(business, AS_OF, "USD", 5).hard)
    values = {one.decision: one.value for one in case.worths}
    assert (values["settle"], values["court"]) == (80, 455)


def test_what_is_not_changed_stays_the_default(boss, business):
    form = boss.get(address(business, "reduction-odds")).context["form"]
    boss.post(address(business, "reduction-odds"), form.initial)
    business.refresh_from_db()
    assert "hard_decisions" not in business.settings


def test_lanes_and_hard_decisions_are_reports_too(books, business, hard):
    found = report("hard-decisions", on=AS_OF)
    assert found["currencies"]["USD"] == {"cases": 1, "amount": "1000.00", "best_value": "560.00"}
    assert (found["cases"][0]["court"], found["cases"][0]["best"]) == ("325.00", "settle")
    assert report("lanes", on=AS_OF)["currencies"]["USD"]["hard"] == "1000.00"
    answer = books.get(address(business, "report-detail", "lanes"), {"format": "csv", "currency": "USD", "q": "hard"})
    assert len(lines(answer)) == 3


def test_without_hard_decisions_the_report_says_when_they_begin(books, business, acme):
    """91 days late is one, 90 is none."""
    make.invoice(acme, issued="2026-01-01", due="2026-04-01")
    assert "An invoice does once it is more than 90 days late" in read(books, business, "report-detail", "hard-decisions")
    make.invoice(acme, issued="2026-01-01", due="2026-03-31")
    assert "Nothing needs a hard decision" not in read(books, business, "report-detail", "hard-decisions")


@pytest.mark.proves("P11")
def test_the_paper_for_the_team(books, business, o1, hard):
    terms = {"start_amount": Decimal(9000), "target": Decimal(3000), "weeks": 12}
    start_plan(business=business, currency="USD", on=AS_OF, actor=None, **terms)
    answer = books.get(address(business, "reduction-file"), {"currency": "USD"})
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.content)) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("Debt-reduction plan, USD")
        assert len(pdf.pages) >= 1
        told = [str(one.Alt) for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
    assert told == ["Lines: planned from $9,000.00 down to $3,000.00 in 12 weeks; today $6,400.00 is owed."]


def said_on_paper(answer) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())


@pytest.mark.proves("P11")
def test_the_paper_lists_what_is_to_be_shared_out_and_says_what_it_leaves_out(books, business, acme, hard, monkeypatch):
    """The 13 debts of a lane are all there; what a limit cuts off is said with its sum, hard decisions too."""
    for number in range(1, 14):
        make.invoice(acme, f"Q-{number:02}", issued="2026-05-01", due="2026-06-01", total=str(100 + number))
    make.invoice(make.customer(business, "Eagle"), issued="2026-01-01", due="2026-03-01", total="90")
    whole = said_on_paper(books.get(address(business, "reduction-file")))
    assert all(f"Q-{number:02}" in whole for number in range(1, 14))
    assert "more invoice" not in whole
    monkeypatch.setattr("reminders.views.reduction.PAPER_ROWS", 1)
    cut = said_on_paper(books.get(address(business, "reduction-file")))
    assert "and 12 more invoices, $1,278.00" in cut
    assert "and 1 more invoice, $90.00" in cut


def test_a_currency_nobody_knows_is_the_own_one(books, business, o1):
    assert books.get(address(business, "reduction-plan"), {"currency": "XXX"}).context["view"].currency == "USD"


@pytest.mark.proves("P09")
def test_more_customers_cost_the_page_no_more_queries(boss, business, hard, django_assert_num_queries):
    score_night(business, AS_OF)
    make.payment(hard, "1", on="2026-06-30")
    read(boss, business, "reduction-plan")
    with CaptureQueriesContext(connection) as few:
        read(boss, business, "reduction-plan")
    for number in range(30):
        make.invoice(make.customer(business, f"C{number}"), issued="2026-01-01", due="2026-03-31")
    score_night(business, AS_OF)
    for customer in list(business.customers.all()):
        make.payment(customer, "1", on="2026-06-30")
    with django_assert_num_queries(len(few)):
        read(boss, business, "reduction-plan")


@pytest.mark.proves("P11")
def test_after_the_night_the_page_says_what_it_said_before_and_what_was_paid_since(books, business, o1, hard):
    before = read(books, business, "reduction-plan")
    score_night(business, AS_OF)
    assert read(books, business, "reduction-plan") == before
    row = hard.invoices.get(total=600)
    make.payment(hard, "600", on="2026-06-30", split={row: "600"})
    after = read(books, business, "reduction-plan")
    assert "Owed, net $6,400.00" in before
    assert "Owed, net $5,800.00" in after
