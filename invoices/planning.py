"""Writes payment plans: proposed, offered, answered, signed, ended. The single writer of what state a plan is in (domain.md 6).

What is paid of a plan, and what follows from it, is `invoices.plan_keeping`'s.
"""

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from customers.desk import close_about
from customers.models import Business, Conversation, Customer, User
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError, alone_with, note
from invoices.agreement_terms import rules_of
from invoices.agreements import prepare_agreement
from invoices.instalments import COUNTERSIGN
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanEnd, PlanState, Proposer
from invoices.offering import barred, chosen, left_of, limits_of, outgrown, plannable, reschedule_barred
from invoices.plan_moves import ON_OFFER, RUNNING, ask_owner, ask_to_ring, draft_plan, move_plan, subject_of
from invoices.plans import Limits, Schedule, broken_law, broken_limits, malformed


@transaction.atomic
def offer_plan(
    *,
    customer: Customer,
    currency: str,
    instalments: Schedule,
    limits: Limits,
    on: datetime.date,
    only: Iterable[int] | None = None,
    discount: Decimal = Decimal(0),
    conversation: Conversation | None = None,
    replaces: PaymentPlan | None = None,
    proposed_by: Proposer = Proposer.CREDITOR,
    actor: User | None = None,
    beyond_limits: bool = False,
    why: str = "",
) -> PaymentPlan:
    """Offers a plan over everything overdue and undisputed, or over the invoices `only`; it is on the desk until it is signed.

    `replaces`: the version it takes the place of. `beyond_limits`: an owner lets it pass the creditor's own limits, never the
    law's, and says `why`, for us alone. Raises AgreementError where one is barred, the instalments do not come to what is
    owed, or a limit is broken.
    """
    alone_with(customer)
    if problem := barred(customer, currency, on, replaces):
        raise AgreementError(problem)
    covered = chosen(plannable(customer, currency, on), only)
    if replaces is not None and replaces.state in RUNNING:
        covered = left_of(replaces)
    _refuse(instalments, currency, limits, on, beyond_limits=beyond_limits)
    plan = draft_plan(
        customer=customer,
        currency=currency,
        covered=covered,
        instalments=instalments,
        discount=discount,
        conversation=conversation,
        replaces=replaces,
        proposed_by=proposed_by,
        proposal=why,
        actor=actor,
    )
    _put_on_offer(plan, on, _accept_by(plan, on), actor)
    return plan


@transaction.atomic
def propose_plan(
    *,
    customer: Customer,
    currency: str,
    instalments: Schedule,
    words: str,
    on: datetime.date,
    only: Iterable[int] | None = None,
    answers: PaymentPlan | None = None,
) -> PaymentPlan:
    """What a customer would rather pay. Within the limits it is theirs to sign at once; beyond them a draft the owner answers.

    `answers`: the plan on offer it takes the place of; its discount was for that schedule and goes with it. An earlier draft of
    theirs gives way. Raises AgreementError where it is no schedule, does not come to what is owed, or no plan can be had.
    """
    alone_with(customer)
    if answers is not None and answers.state not in ON_OFFER:
        raise AgreementError(_("This plan is not on offer any more."))
    if answers is not None and only is None:
        only = answers.covered.values_list("invoice_id", flat=True)
    if problem := barred(customer, currency, on, answers) or malformed(instalments, currency, on):
        raise AgreementError(problem)
    for earlier in customer.plans.filter(currency=currency, state=PlanState.DRAFT, proposed_by=Proposer.CUSTOMER):
        move_plan(plan=earlier, state=PlanState.CANCELLED, on=on)
    limits = limits_of(customer)
    fits = not broken_limits(instalments, currency, limits, on)
    plan = draft_plan(
        customer=customer,
        currency=currency,
        covered=chosen(plannable(customer, currency, on), only),
        instalments=instalments,
        replaces=answers,
        proposed_by=Proposer.CUSTOMER,
        proposal=words,
    )
    accept_by = _accept_by(plan, on)
    if answers is not None:
        accept_by = min(accept_by, answers.accept_by or accept_by)
        move_plan(plan=answers, state=PlanState.COUNTERED, on=on)
    if fits:
        _put_on_offer(plan, on, accept_by, None)
    else:
        _ask_owner(plan, on)
    return plan


@transaction.atomic
def accept_proposal(*, plan: PaymentPlan, on: datetime.date, actor: User) -> None:
    """The owner agrees to what a customer proposed, beyond the limits too: it is on offer, for them to sign."""
    _proposal(plan)
    schedule = schedule_of(plan)
    problem = (
        barred(plan.customer, plan.currency, on, plan.replaces)
        or malformed(schedule, plan.currency, on)
        or " ".join(broken_law(schedule, limits_of(plan.customer), on))
    )
    if problem:
        raise AgreementError(problem)
    if outgrown(plan):
        raise AgreementError(_("Less is owed than when they proposed it: answer with a plan of your own."))
    close_about(business=plan.business, subject=subject_of(plan), outcome=_("Accepted"), on=on, by=actor)
    _put_on_offer(plan, on, _accept_by(plan, on), actor)


@transaction.atomic
def decline_proposal(*, plan: PaymentPlan, words: str, on: datetime.date, actor: User) -> None:
    """The owner turns a customer's proposal down; `words`, why, are kept with the task it was, and read behind their link.

    The log names that task: what somebody wrote to close an earlier one was for us alone.
    """
    _proposal(plan)
    if words:
        task = ask_owner(plan, TaskKind.PLAN_COUNTER, on, on, _("They propose a plan beyond our limits."))
        note(plan, "plan.answered", actor, task=task.pk)
    close_about(business=plan.business, subject=subject_of(plan), outcome=words, on=on, by=actor)
    move_plan(plan=plan, state=PlanState.DECLINED, on=on, actor=actor)


@transaction.atomic
def counter_proposal(
    *, plan: PaymentPlan, instalments: Schedule, on: datetime.date, actor: User, beyond_limits: bool = False, why: str = ""
) -> PaymentPlan:
    """The owner answers a customer's proposal with another schedule for the same invoices, on offer at once."""
    _proposal(plan)
    move_plan(plan=plan, state=PlanState.COUNTERED, on=on, actor=actor)
    return offer_plan(
        customer=plan.customer,
        currency=plan.currency,
        instalments=instalments,
        limits=limits_of(plan.customer),
        on=on,
        only=plan.covered.values_list("invoice_id", flat=True),
        replaces=plan,
        actor=actor,
        beyond_limits=beyond_limits,
        why=why,
    )


@transaction.atomic
def decline_offer(*, plan: PaymentPlan, on: datetime.date, actor: User | None = None) -> None:
    """A plan on offer is not taken. Where the customer said so themselves they are rung about what is possible instead."""
    if plan.state not in ON_OFFER:
        raise AgreementError(_("This plan is not on offer any more."))
    move_plan(plan=plan, state=PlanState.DECLINED, on=on, actor=actor)
    if actor is None:
        ask_to_ring(plan, on, plan.customer.calendar, _("They declined the plan on offer: ask what is possible instead."))


@transaction.atomic
def reschedule(
    *, plan: PaymentPlan, instalments: Schedule, on: datetime.date, actor: User, beyond_limits: bool = False, why: str = ""
) -> PaymentPlan:
    """Offers another schedule for what is left of a running plan: a new version, which takes its place once it is signed.

    Once for each plan (domain.md 6.2). Until then the old one runs on; a discount stays theirs to earn.
    """
    alone_with(plan.customer)
    if problem := reschedule_barred(plan):
        raise AgreementError(problem)
    for earlier in plan.replaced_by.filter(state__in=ON_OFFER):
        move_plan(plan=earlier, state=PlanState.CANCELLED, on=on, actor=actor)
    return offer_plan(
        customer=plan.customer,
        currency=plan.currency,
        instalments=instalments,
        limits=limits_of(plan.customer),
        on=on,
        discount=plan.discount,
        replaces=plan,
        actor=actor,
        beyond_limits=beyond_limits,
        why=why,
    )


@transaction.atomic
def cancel_plan(*, plan: PaymentPlan, on: datetime.date, actor: User | None = None, signed: bool = False) -> None:
    """Takes a plan away without saying that it was broken: its invoices are asked for as before.

    One that was signed only where `signed` says so: whoever takes an offer back does not cancel what was signed this moment.
    """
    standing = RUNNING if signed else [PlanState.DRAFT, *ON_OFFER]
    move_plan(plan=plan, state=PlanState.CANCELLED, on=on, actor=actor, only_from=standing)


@transaction.atomic
def end_plan(*, plan: PaymentPlan, on: datetime.date, actor: User) -> None:
    """The owner ends a running plan: the whole remainder is due, the discount lost (domain.md 6.4)."""
    move_plan(plan=plan, state=PlanState.DEFAULTED, on=on, actor=actor, end_rule=PlanEnd.OWNER)


@transaction.atomic
def mark_viewed(*, plan: PaymentPlan, at: datetime.datetime) -> None:
    """The customer, known by their code, looked at the offer; looking again changes nothing."""
    row = PaymentPlan.objects.select_for_update(of=("self",)).select_related("business", "customer").get(pk=plan.pk)
    if row.state == PlanState.OFFERED:
        move_plan(plan=row, state=PlanState.VIEWED, on=row.business.local_date(at))
    plan.refresh_from_db(fields=["state"])


@transaction.atomic
def mark_signed(*, plan: PaymentPlan, at: datetime.datetime, on: datetime.date) -> None:
    """The customer signed: from now on the plan holds. The version it replaces ends here.

    It runs from the first payment on, or once the owner has signed too ("active_from" of its agreement). Raises AgreementError
    where it is not on offer any more, or less is owed than it says (T29, T31). The signature's own Event is its writer's.
    """
    if plan.state not in ON_OFFER:
        raise AgreementError(_("Only a plan on offer can be signed."))
    if plan.accept_by is not None and plan.accept_by < on:
        raise AgreementError(_("This offer ended on %(day)s.") % {"day": plan.accept_by.isoformat()})
    if outgrown(plan):
        raise AgreementError(_("Less is owed than when this plan was written: ask for a new one."))
    if plan.replaces is not None and plan.replaces.state in RUNNING:
        move_plan(plan=plan.replaces, state=PlanState.CANCELLED, on=on, keep=plan)
    move_plan(plan=plan, state=PlanState.SIGNED, on=on, signed_at=at)
    if rules_of(plan)["active_from"] == COUNTERSIGN:
        words = _("They signed: sign it too, then it runs.")
        ask_owner(plan, TaskKind.PLAN_COUNTERSIGN, on, plan.business.calendar.add(on, 1), words)


@transaction.atomic
def activate(*, plan: PaymentPlan, on: datetime.date, actor: User | None = None) -> None:
    """A signed plan runs: the first payment came in, or the owner signed too."""
    move_plan(plan=plan, state=PlanState.ACTIVE, on=on, actor=actor)


@transaction.atomic
def expire_offers(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Ends the offers nobody accepted in time, and has the customers rung about it; returns how many."""
    late = PaymentPlan.objects.filter(business=business, state__in=ON_OFFER, accept_by__lt=today)
    rows = list(late.select_for_update(of=("self",)).select_related("business", "customer"))
    for plan in rows:
        move_plan(plan=plan, state=PlanState.EXPIRED, on=today)
        ask_to_ring(plan, today, calendar, _("They did not take the plan on offer: ask what is possible instead."))
    return len(rows)


@transaction.atomic
def void_offers(*, business: Business, calendar: Calendar, today: datetime.date) -> int:
    """Takes back the offers that say more than is owed by now, and has them made anew; returns how many (T29, T31)."""
    rows = PaymentPlan.objects.filter(business=business, state__in=ON_OFFER).select_for_update(of=("self",))
    void = [plan for plan in rows.select_related("business", "customer") if outgrown(plan)]
    for plan in void:
        move_plan(plan=plan, state=PlanState.CANCELLED, on=today)
        ask_to_ring(
            plan, today, calendar, _("Less is owed than the plan on offer says: thank them, and offer one over the rest.")
        )
    return len(void)


def schedule_of(plan: PaymentPlan) -> Schedule:
    """(day, amount) of each instalment, in their order."""
    return tuple(plan.instalments.order_by("position").values_list("due_on", "amount"))


def _refuse(instalments: Schedule, currency: str, limits: Limits, on: datetime.date, *, beyond_limits: bool) -> None:
    """Raises AgreementError where the schedule is none, or breaks the limits that hold for whoever offers it."""
    problem = malformed(instalments, currency, on)
    if not problem:
        broken = broken_law(instalments, limits, on) if beyond_limits else broken_limits(instalments, currency, limits, on)
        problem = " ".join(broken)
    if problem:
        raise AgreementError(problem)


def _put_on_offer(plan: PaymentPlan, on: datetime.date, accept_by: datetime.date, actor: User | None) -> None:
    """From here on the customer may sign it: the agreement as it stands is written out for them."""
    move_plan(plan=plan, state=PlanState.OFFERED, on=on, actor=actor, accept_by=accept_by)
    prepare_agreement(plan=plan)


def _accept_by(plan: PaymentPlan, on: datetime.date) -> datetime.date:
    return on + datetime.timedelta(days=plan.business.rules["plan"]["offer_accept_days"])


def _proposal(plan: PaymentPlan) -> None:
    """Raises AgreementError where this is no proposal of a customer that waits for its answer; one answer at a time."""
    alone_with(plan.customer)
    if plan.state != PlanState.DRAFT or plan.proposed_by != Proposer.CUSTOMER:
        raise AgreementError(_("This proposal was answered already."))


def _ask_owner(plan: PaymentPlan, on: datetime.date) -> None:
    """A proposal beyond the limits is the owner's to answer; until the day they should, nothing is asked for (domain.md 6.2)."""
    answer_by = plan.business.calendar.add(on, plan.business.rules["plan"]["counter_answer_bd"])
    PaymentPlan.objects.filter(pk=plan.pk).update(offered_on=on, accept_by=answer_by)
    plan.refresh_from_db()
    words = _("They propose a plan beyond our limits: accept it, answer with another, or decline.")
    ask_owner(plan, TaskKind.PLAN_COUNTER, on, answer_by, words)
