"""Decides what a person does next about one payment plan. Pure: the plan, how far it is and a day in, one act out."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arcollect.filters import day, money, say_date
from invoices.models import PaymentPlan
from invoices.models.agreement import BLOCKING_PLAN_STATES, PlanEnd, PlanState, Proposer
from invoices.plan_progress import Progress


@dataclass(frozen=True, slots=True)
class NextAct:
    """What to do next. `door` is the name of the address that does it, "" where there is nothing to do but wait.

    `posts`: the address is written to at once, not opened.
    """

    words: str
    why: str = ""
    door: str = ""
    pk: int = 0
    button: str = ""
    posts: bool = False


def next_act(plan: PaymentPlan, progress: Progress, *, today: datetime.date, owner: bool, waits_for_us: bool) -> NextAct:
    """The one thing to do now, by the state of the plan (domain.md 6.4). `waits_for_us`: it starts once the owner signs it."""
    if plan.state == PlanState.DRAFT:
        return _of_proposal(plan, owner)
    if plan.state in (PlanState.OFFERED, PlanState.VIEWED):
        return _of_offer(plan)
    if plan.state in BLOCKING_PLAN_STATES:
        return _of_running(plan, progress, today, owner=owner, waits_for_us=waits_for_us)
    if plan.state == PlanState.COMPLETED:
        return NextAct(_("Nothing: it is paid in full."))
    return _of_ended(plan)


def _of_proposal(plan: PaymentPlan, owner: bool) -> NextAct:
    if plan.proposed_by != Proposer.CUSTOMER:
        return NextAct(_("Nothing: it was never offered."))
    words = _("They propose to pay like this.")
    if owner:
        return NextAct(words, _("Accept, counter or decline it."), "plan-answer", plan.pk, _("Answer their proposal"))
    return NextAct(words, _("Its owner decides: it is outside your limits."), "plan-answer", plan.pk, _("See it beside ours"))


def _of_offer(plan: PaymentPlan) -> NextAct:
    seen = _("They have seen it.") if plan.state == PlanState.VIEWED else _("They have not opened it yet.")
    until = _("Wait for their signature until %(day)s.") % {"day": day(plan.accept_by)} if plan.accept_by else ""
    return NextAct(until or _("Wait for their signature."), seen, "customer-call", plan.customer_id, _("Call them"))


def _of_running(plan: PaymentPlan, progress: Progress, today: datetime.date, *, owner: bool, waits_for_us: bool) -> NextAct:
    row = progress.next
    if waits_for_us:
        why = _("It starts once both have signed.")
        if owner:
            return NextAct(
                _("They have signed: now it is your turn."), why, "plan-countersign", plan.pk, _("Sign it"), posts=True
            )
        return NextAct(_("They have signed: now it is the owner's turn."), why)
    if row is None:
        return NextAct(_("Nothing: every instalment is paid."))
    facts = {"sum": money(progress.next_amount, plan.currency), "day": say_date(progress.next_on, today)}
    if plan.state == PlanState.AT_RISK:
        words = _("An instalment was missed: call them.")
        cure = _("Made good by %(day)s it goes on.") % {"day": day(plan.cure_by)} if plan.cure_by else ""
        return NextAct(words, cure, "customer-call", plan.customer_id, _("Call them"))
    if progress.days_late:
        words = _("%(sum)s was due %(day)s: call them.") % facts
        return NextAct(words, "", "customer-call", plan.customer_id, _("Call them"))
    return NextAct(_("%(sum)s is due %(day)s.") % facts, "", "payment-add", plan.customer_id, _("Enter a payment"))


def _of_ended(plan: PaymentPlan) -> NextAct:
    if plan.state == PlanState.DEFAULTED:
        why = str(PlanEnd(plan.end_rule).label) if plan.end_rule else ""
        words = _("It ended unpaid: all that is open is asked for again.")
        return NextAct(words, why, "customer-detail", plan.customer_id, _("See the customer"))
    return NextAct(_("It is over. Is another one possible?"), "", "plan-offer", plan.customer_id, _("Offer another plan"))
