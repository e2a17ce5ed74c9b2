"""Payment plans: how they are proposed, offered, answered and ended, and every refusal (domain.md 6.2 to 6.4)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from customers.models import Event, Task
from customers.models.business import Role
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError
from invoices.disputing import open_dispute
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanEnd, PlanState, Proposer
from invoices.offering import limits_of, plannable
from invoices.plan_moves import MOVES, draft_plan, move_plan
from invoices.planning import (
    accept_proposal,
    activate,
    cancel_plan,
    counter_proposal,
    decline_offer,
    decline_proposal,
    end_plan,
    expire_offers,
    mark_signed,
    mark_viewed,
    offer_plan,
    propose_plan,
    reschedule,
    schedule_of,
    void_offers,
)
from invoices.standing import claims
from tests import make
from tests.make import day

MONDAY = day("2026-03-02")
HALVES = ((MONDAY, Decimal(150)), (day("2026-04-02"), Decimal(150)))
# The first payment is less than a fifth: beyond the limits.
SMALL_FIRST = ((MONDAY, Decimal(50)), (day("2026-04-02"), Decimal(250)))


@pytest.fixture
def customer(business):
    return make.customer(business)


@pytest.fixture
def invoice(customer):
    return make.invoice(customer, "INV-1", total="300")


@pytest.fixture
def draft(customer, invoice) -> PaymentPlan:
    return make.plan(customer, {invoice: "300"}, {"2026-03-10": "100", "2026-04-10": "200"})


@pytest.fixture
def offered(customer, invoice) -> PaymentPlan:
    return make.plan(customer, {invoice: "300"}, {"2026-03-10": "100", "2026-04-10": "200"}, offered="2026-03-02")


@pytest.fixture
def signed(customer, invoice) -> PaymentPlan:
    return make.plan(customer, {invoice: "300"}, {"2026-03-10": "100", "2026-04-10": "200"}, signed="2026-03-02")


def offer(customer, schedule=HALVES, **fields) -> PaymentPlan:
    return offer_plan(customer=customer, currency="USD", instalments=schedule, limits=limits_of(customer), on=MONDAY, **fields)


def propose(customer, schedule, **fields) -> PaymentPlan:
    return propose_plan(customer=customer, currency="USD", instalments=schedule, words="Half is too much.", on=MONDAY, **fields)


def open_tasks(kind: TaskKind) -> list[Task]:
    return list(Task.objects.filter(kind=kind, state="open"))


@pytest.mark.proves("P19", "P03")
def test_an_offer_covers_what_is_owed_and_waits_a_week_with_its_agreement(customer, invoice, owner):
    plan = offer(customer, actor=owner)
    assert (plan.state, plan.offered_on, plan.accept_by, plan.total) == (PlanState.OFFERED, MONDAY, day("2026-03-09"), 300)
    assert schedule_of(plan) == HALVES
    assert plan.document is not None and plan.terms["to_pay"] == "300.00"
    assert [task.due_on for task in open_tasks(TaskKind.PLAN_PROPOSAL)] == [day("2026-03-09")]
    assert list(Event.objects.filter(subject=f"paymentplan:{plan.pk}").values_list("kind", flat=True)) == [
        "plan.offered",
        "plan.drafted",
    ]


@pytest.mark.proves("T31")
def test_a_plan_is_built_on_what_is_open_not_on_what_was_invoiced(customer, invoice):
    make.payment(customer, "100", on="2026-02-20", split={invoice: "100"})
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(30), on=MONDAY, calendar=customer.calendar)
    assert plannable(customer, "USD", MONDAY) == [(invoice.pk, Decimal(170))]
    with pytest.raises(AgreementError, match=r"come to 300\.00, what they are for to 170\.00"):
        offer(customer, beyond_limits=True)


def test_a_plan_may_cover_some_of_the_invoices(customer, invoice):
    other = make.invoice(customer, "INV-2", total="900")
    plan = draft_plan(customer=customer, currency="USD", covered=[(other.pk, Decimal(900))], instalments=[(MONDAY, Decimal(900))])
    move_plan(plan=plan, state=PlanState.CANCELLED, on=MONDAY)
    assert [line.invoice_id for line in offer(customer, only=[invoice.pk]).covered.all()] == [invoice.pk]


def test_what_is_too_old_is_in_no_plan(customer, invoice):
    old = make.invoice(customer, "INV-0", issued="2020-02-01", due="2020-03-01", total="500")
    new = make.invoice(customer, "INV-00", issued="2020-02-01", due="2020-03-02", total="500")
    assert [pk for pk, _part in plannable(customer, "USD", MONDAY)] == [new.pk, invoice.pk]
    assert old.pk not in dict(plannable(customer, "USD", MONDAY))


@pytest.mark.proves("T29")
def test_instalments_that_miss_the_total_by_a_cent_are_refused(customer, invoice):
    thirds = [(day("2026-03-10"), Decimal("99.99")), (day("2026-04-10"), Decimal(200))]
    with pytest.raises(AgreementError, match=r"come to 299\.99, what they are for to 300\.00"):
        draft_plan(customer=customer, currency="USD", covered=[(invoice.pk, Decimal(300))], instalments=thirds)
    assert not PaymentPlan.objects.exists()


def test_a_discount_is_taken_off_the_instalments_and_never_all_of_it(customer, invoice):
    plan = make.plan(customer, {invoice: "300"}, {"2026-03-10": "270"}, discount=Decimal(30))
    assert (plan.total, plan.discount) == (300, 30)
    with pytest.raises(AgreementError, match="nothing overdue"):
        make.plan(customer, {invoice: "300"}, {}, discount=Decimal(300))


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ((), "more than nothing"),
        (((MONDAY, Decimal(300)), (day("2026-04-02"), Decimal(0))), "more than nothing"),
        (((MONDAY, Decimal("150.005")), (day("2026-04-02"), Decimal("149.995"))), "coin"),
        (((day("2026-03-01"), Decimal(150)), (day("2026-04-02"), Decimal(150))), "before today"),
        (((MONDAY, Decimal(150)), (MONDAY, Decimal(150))), "follow each other"),
        (SMALL_FIRST, "first payment is below .60.00"),
    ],
    ids=["none", "nothing", "half a cent", "past", "twice a day", "limits"],
)
def test_what_is_no_schedule_or_beyond_the_limits_is_not_offered(customer, invoice, schedule, message):
    with pytest.raises(AgreementError, match=message):
        offer(customer, schedule)


def test_an_owner_may_go_beyond_their_own_limits(customer, invoice):
    assert offer(customer, SMALL_FIRST, beyond_limits=True).state == PlanState.OFFERED


def test_nobody_may_go_beyond_the_law(business, customer, invoice):
    business.country = "GB"
    business.save()
    customer.kind = "sole_trader"
    long = tuple((MONDAY + timedelta(days=28 * place), Decimal(20)) for place in range(15))
    with pytest.raises(AgreementError, match="At most 12 instalments"):
        offer(customer, long, beyond_limits=True)
    with pytest.raises(AgreementError, match="within 12 months"):
        offer(customer, ((MONDAY, Decimal(150)), (day("2027-03-02"), Decimal(150))), beyond_limits=True)


def test_one_plan_at_a_time(customer, offered):
    with pytest.raises(AgreementError, match="on offer or running"):
        offer(customer)


def test_a_second_live_plan_is_refused_by_the_database(customer, offered):
    other = make.plan(customer, {make.invoice(customer, "INV-2", total="50"): "50"}, {"2026-03-10": "50"})
    with pytest.raises(IntegrityError), transaction.atomic():
        move_plan(plan=other, state=PlanState.OFFERED, on=MONDAY)


def test_after_a_default_there_is_no_plan_for_six_months(customer, signed, owner):
    end_plan(plan=signed, on=day("2026-03-03"), actor=owner)
    fields = {"customer": customer, "currency": "USD", "limits": limits_of(customer), "beyond_limits": True}
    with pytest.raises(AgreementError, match="less than 6 months ago"):
        offer_plan(**fields, instalments=((day("2026-09-02"), Decimal(300)),), on=day("2026-09-02"))
    assert offer_plan(**fields, instalments=((day("2026-09-03"), Decimal(300)),), on=day("2026-09-03")).pk


@pytest.mark.parametrize("state", PlanState.values)
def test_a_plan_moves_along_the_table_and_no_other_way(customer, draft, state):
    for target in PlanState.values:
        PaymentPlan.objects.filter(pk=draft.pk).update(state=state)
        if target in MOVES[state]:
            move_plan(plan=draft, state=target, on=MONDAY)
            assert draft.state == target
        else:
            with pytest.raises(AgreementError, match="cannot become"):
                move_plan(plan=draft, state=target, on=MONDAY)


def test_only_a_signed_plan_sets_its_invoices_aside(customer, offered, invoice):
    assert claims([customer.pk]).planned == {}
    make.sign(offered, "2026-03-03")
    assert claims([customer.pk]).planned == {invoice.pk: 300}
    assert open_tasks(TaskKind.PLAN_PROPOSAL) == []


def test_looking_is_noted_once(offered):
    at = datetime(2026, 3, 3, tzinfo=UTC)
    mark_viewed(plan=offered, at=at)
    mark_viewed(plan=offered, at=at)
    assert offered.state == PlanState.VIEWED
    assert Event.objects.filter(kind="plan.viewed").count() == 1
    assert len(open_tasks(TaskKind.PLAN_PROPOSAL)) == 1


def test_a_draft_cannot_be_signed(draft):
    with pytest.raises(AgreementError, match="Only a plan on offer"):
        make.sign(draft, "2026-03-03")


def test_an_offer_that_ended_cannot_be_signed(offered):
    with pytest.raises(AgreementError, match="2026-03-09"):
        make.sign(offered, "2026-03-10")


@pytest.mark.proves("T29", "T31")
def test_a_plan_over_more_than_is_owed_by_now_cannot_be_signed_and_is_taken_back(customer, offered, invoice):
    make.payment(customer, "1", on="2026-03-03", split={invoice: "1"})
    with pytest.raises(AgreementError, match="Less is owed"):
        make.sign(offered, "2026-03-03")
    assert void_offers(business=customer.business, calendar=customer.calendar, today=day("2026-03-04")) == 1
    offered.refresh_from_db()
    assert offered.state == PlanState.CANCELLED
    assert len(open_tasks(TaskKind.CALLBACK)) == 1


def test_where_the_owner_signs_too_it_is_on_their_desk(business, customer, offered, owner):
    business.settings = {"plan": {"active_from": "countersign"}}
    business.save()
    plan = PaymentPlan.objects.get(pk=offered.pk)
    make.sign(plan, "2026-03-03")
    (task,) = open_tasks(TaskKind.PLAN_COUNTERSIGN)
    assert (plan.state, task.role, task.due_on) == (PlanState.SIGNED, Role.OWNER, day("2026-03-04"))
    activate(plan=plan, on=day("2026-03-04"), actor=owner)
    assert (plan.state, plan.active_from, open_tasks(TaskKind.PLAN_COUNTERSIGN)) == (PlanState.ACTIVE, day("2026-03-04"), [])


def test_an_offer_nobody_took_ends_with_a_call(customer, offered):
    assert expire_offers(business=customer.business, calendar=customer.calendar, today=day("2026-03-09")) == 0
    assert expire_offers(business=customer.business, calendar=customer.calendar, today=day("2026-03-10")) == 1
    assert [task.due_on for task in open_tasks(TaskKind.CALLBACK)] == [day("2026-03-10")]


def test_who_declines_is_asked_what_is_possible(offered, owner):
    decline_offer(plan=offered, on=MONDAY)
    assert (offered.state, offered.ended_on) == (PlanState.DECLINED, MONDAY)
    assert len(open_tasks(TaskKind.CALLBACK)) == 1
    with pytest.raises(AgreementError, match="not on offer"):
        decline_offer(plan=offered, on=MONDAY, actor=owner)


@pytest.mark.proves("P20")
def test_a_proposal_within_the_limits_is_theirs_to_sign_until_the_offer_it_answers_ends(customer, offered):
    plan = propose(customer, HALVES, answers=offered)
    assert (plan.state, plan.proposed_by, plan.version) == (PlanState.OFFERED, Proposer.CUSTOMER, 2)
    assert (plan.accept_by, plan.proposal, plan.replaces) == (day("2026-03-09"), "Half is too much.", offered)
    offered.refresh_from_db()
    assert offered.state == PlanState.COUNTERED


@pytest.mark.proves("P20")
def test_a_proposal_beyond_the_limits_is_the_owner_s_to_answer_within_two_days(customer, invoice):
    plan = propose(customer, SMALL_FIRST)
    (task,) = open_tasks(TaskKind.PLAN_COUNTER)
    assert (plan.state, plan.document) == (PlanState.DRAFT, None)
    assert (task.role, task.due_on, task.subject) == (Role.OWNER, day("2026-03-04"), f"paymentplan:{plan.pk}")
    assert claims([customer.pk]).offered[invoice.pk][0].accept_by == day("2026-03-04")


def test_a_proposal_gives_way_to_the_next(customer, invoice):
    first = propose(customer, SMALL_FIRST)
    second = propose(customer, SMALL_FIRST)
    first.refresh_from_db()
    assert (first.state, second.state, len(open_tasks(TaskKind.PLAN_COUNTER))) == (PlanState.CANCELLED, PlanState.DRAFT, 1)


@pytest.mark.proves("T29")
def test_a_customer_cannot_propose_to_pay_less(customer, invoice):
    with pytest.raises(AgreementError, match=r"what they are for to 300\.00"):
        propose(customer, ((MONDAY, Decimal(299)),))


@pytest.mark.proves("P20")
def test_the_owner_accepts_a_proposal(customer, invoice, owner):
    plan = propose(customer, SMALL_FIRST)
    accept_proposal(plan=plan, on=MONDAY, actor=owner)
    assert (plan.state, plan.accept_by, open_tasks(TaskKind.PLAN_COUNTER)) == (PlanState.OFFERED, day("2026-03-09"), [])
    with pytest.raises(AgreementError, match="answered already"):
        accept_proposal(plan=plan, on=MONDAY, actor=owner)


def test_a_proposal_whose_first_day_is_gone_cannot_be_accepted_as_it_is(customer, invoice, owner):
    plan = propose(customer, SMALL_FIRST)
    with pytest.raises(AgreementError, match="before today"):
        accept_proposal(plan=plan, on=day("2026-03-03"), actor=owner)


def test_a_proposal_over_what_is_paid_by_now_cannot_be_accepted(customer, invoice, owner):
    plan = propose(customer, SMALL_FIRST)
    make.payment(customer, "10", on="2026-03-02", split={invoice: "10"})
    with pytest.raises(AgreementError, match="Less is owed"):
        accept_proposal(plan=plan, on=MONDAY, actor=owner)


def test_the_owner_declines_a_proposal_and_says_why(customer, invoice, owner):
    plan = propose(customer, SMALL_FIRST)
    (task,) = open_tasks(TaskKind.PLAN_COUNTER)
    decline_proposal(plan=plan, words="Too long for us.", on=MONDAY, actor=owner)
    task.refresh_from_db()
    assert (plan.state, task.outcome) == (PlanState.DECLINED, "Too long for us.")


@pytest.mark.proves("P20")
def test_the_owner_answers_a_proposal_with_another(customer, invoice, owner):
    plan = propose(customer, SMALL_FIRST)
    answer = counter_proposal(plan=plan, instalments=HALVES, on=MONDAY, actor=owner)
    assert (plan.state, answer.state, answer.proposed_by) == (PlanState.COUNTERED, PlanState.OFFERED, Proposer.CREDITOR)
    assert (answer.version, answer.replaces) == (2, plan)


def test_a_plan_is_changed_once_and_the_old_one_runs_until_the_new_is_signed(customer, signed, invoice, owner):
    make.payment(customer, "100", on="2026-03-10", split={invoice: "100"})
    later = ((day("2026-03-12"), Decimal(100)), (day("2026-05-12"), Decimal(100)))
    signed.refresh_from_db()
    changed = reschedule(plan=signed, instalments=later, on=day("2026-03-11"), actor=owner)
    signed.refresh_from_db()
    assert (signed.state, changed.state, changed.version, changed.total) == (PlanState.ACTIVE, PlanState.OFFERED, 2, 200)
    make.sign(changed, "2026-03-12")
    signed.refresh_from_db()
    assert (signed.state, changed.state) == (PlanState.CANCELLED, PlanState.SIGNED)
    with pytest.raises(AgreementError, match="changed before"):
        reschedule(plan=changed, instalments=later, on=day("2026-03-12"), actor=owner)


def test_only_a_plan_that_runs_can_be_changed(offered, owner):
    with pytest.raises(AgreementError, match="that runs"):
        reschedule(plan=offered, instalments=HALVES, on=MONDAY, actor=owner)


def test_a_change_on_offer_goes_with_the_plan_it_was_for(customer, signed, owner):
    changed = reschedule(plan=signed, instalments=HALVES, on=MONDAY, actor=owner)
    cancel_plan(plan=signed, on=MONDAY, actor=owner, signed=True)
    changed.refresh_from_db()
    assert (signed.state, changed.state) == (PlanState.CANCELLED, PlanState.CANCELLED)
    with pytest.raises(AgreementError, match="Only a plan on offer"):
        mark_signed(plan=changed, at=signed.signed_at, on=MONDAY)


def test_the_owner_ends_a_plan(customer, signed, invoice, owner):
    end_plan(plan=signed, on=day("2026-03-20"), actor=owner)
    assert (signed.state, signed.end_rule, signed.ended_on) == (PlanState.DEFAULTED, PlanEnd.OWNER, day("2026-03-20"))
    assert claims([customer.pk]).defaulted == {invoice.pk}
    assert Event.objects.get(kind="plan.defaulted").data["rule"] == "owner"


def test_who_takes_an_offer_back_does_not_cancel_what_was_signed_this_moment(offered, owner):
    as_read = PaymentPlan.objects.get(pk=offered.pk)
    make.sign(offered, "2026-03-03")
    with pytest.raises(AgreementError, match="cannot become"):
        cancel_plan(plan=as_read, on=day("2026-03-03"), actor=owner)
    offered.refresh_from_db()
    assert offered.state == PlanState.SIGNED


def test_looking_at_an_offer_that_was_taken_back_this_moment_changes_nothing(offered, owner):
    as_read = PaymentPlan.objects.get(pk=offered.pk)
    cancel_plan(plan=offered, on=MONDAY, actor=owner)
    mark_viewed(plan=as_read, at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert as_read.state == PlanState.CANCELLED
