"""Writes a payment plan's first draft and its every move: the one table of what state may follow which (domain.md 6.4)."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.money import format_plain
from customers.desk import close_about, open_task
from customers.models import Conversation, Customer, Task, User
from customers.models.business import Role
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError, note, put_on_desk
from invoices.models import Instalment, PaymentPlan, PlanInvoice
from invoices.models.agreement import BLOCKING_PLAN_STATES, PlanState, Proposer

ON_OFFER = [PlanState.OFFERED, PlanState.VIEWED]
RUNNING = BLOCKING_PLAN_STATES

# Every move a plan may make; whatever is not here is refused (domain.md 6.4). A kept plan runs again where its money came back.
MOVES: dict[str, frozenset[str]] = {
    PlanState.DRAFT: frozenset({PlanState.OFFERED, PlanState.COUNTERED, PlanState.DECLINED, PlanState.CANCELLED}),
    PlanState.OFFERED: frozenset(
        {
            PlanState.VIEWED,
            PlanState.SIGNED,
            PlanState.COUNTERED,
            PlanState.DECLINED,
            PlanState.EXPIRED,
            PlanState.CANCELLED,
        }
    ),
    PlanState.VIEWED: frozenset(
        {PlanState.SIGNED, PlanState.COUNTERED, PlanState.DECLINED, PlanState.EXPIRED, PlanState.CANCELLED}
    ),
    PlanState.SIGNED: frozenset(
        {PlanState.ACTIVE, PlanState.AT_RISK, PlanState.COMPLETED, PlanState.DEFAULTED, PlanState.CANCELLED}
    ),
    PlanState.ACTIVE: frozenset({PlanState.AT_RISK, PlanState.COMPLETED, PlanState.DEFAULTED, PlanState.CANCELLED}),
    PlanState.AT_RISK: frozenset(
        {PlanState.SIGNED, PlanState.ACTIVE, PlanState.COMPLETED, PlanState.DEFAULTED, PlanState.CANCELLED}
    ),
    PlanState.COMPLETED: frozenset({PlanState.ACTIVE}),
    PlanState.DEFAULTED: frozenset(),
    PlanState.CANCELLED: frozenset(),
    PlanState.EXPIRED: frozenset(),
    PlanState.DECLINED: frozenset(),
    PlanState.COUNTERED: frozenset(),
}
ENDS = frozenset(
    {PlanState.COMPLETED, PlanState.DEFAULTED, PlanState.CANCELLED, PlanState.EXPIRED, PlanState.DECLINED, PlanState.COUNTERED}
)
# After these moves what stood on the desk about the plan is still to be done.
STILL_TO_DO = frozenset({PlanState.VIEWED, PlanState.AT_RISK})


@transaction.atomic
def draft_plan(
    *,
    customer: Customer,
    currency: str,
    covered: Sequence[tuple[int, Decimal]],
    instalments: Sequence[tuple[datetime.date, Decimal]],
    discount: Decimal = Decimal(0),
    conversation: Conversation | None = None,
    replaces: PaymentPlan | None = None,
    proposed_by: Proposer = Proposer.CREDITOR,
    proposal: str = "",
    actor: User | None = None,
) -> PaymentPlan:
    """A plan over (invoice id, amount) pairs with (due date, amount) instalments, not offered yet.

    The instalments come to what it covers less the discount, to the cent (T29): raises AgreementError otherwise.
    """
    total = sum((part for _pk, part in covered), Decimal(0))
    scheduled = sum((part for _day, part in instalments), Decimal(0))
    if not 0 <= discount < total:
        raise AgreementError(_("There is nothing overdue and undisputed to agree a plan about."))
    if total - discount != scheduled:
        figures = {"scheduled": format_plain(scheduled, currency), "total": format_plain(total - discount, currency)}
        raise AgreementError(_("The instalments come to %(scheduled)s, what they are for to %(total)s.") % figures)
    plan = PaymentPlan.objects.create(
        business=customer.business,
        customer=customer,
        currency=currency,
        total=total,
        discount=discount,
        version=replaces.version + 1 if replaces else 1,
        replaces=replaces,
        proposed_by=proposed_by,
        proposal=proposal,
        conversation=conversation,
        by=actor,
    )
    PlanInvoice.objects.bulk_create(PlanInvoice(plan=plan, invoice_id=pk, amount=part) for pk, part in covered)
    Instalment.objects.bulk_create(
        Instalment(plan=plan, position=position, due_on=due_on, amount=amount)
        for position, (due_on, amount) in enumerate(instalments, start=1)
    )
    note(plan, "plan.drafted", actor, total=format_plain(total, currency), proposed_by=str(proposed_by))
    return plan


@transaction.atomic
def move_plan(
    *,
    plan: PaymentPlan,
    state: PlanState,
    on: datetime.date,
    actor: User | None = None,
    keep: PaymentPlan | None = None,
    only_from: Collection[PlanState] = frozenset(PlanState),
    **fields: Any,
) -> None:
    """Moves a plan along MOVES and logs it; its dates follow, and `fields` are written with it.

    Conditional on the state it is in, one of `only_from`, so that of two people moving it one is told. A plan that ends takes
    the versions on offer in its place with it, but for `keep`.
    """
    from_states = [start for start, ends in MOVES.items() if state in ends and start in only_from]
    dates = _dates(plan, state, on)
    if not PaymentPlan.objects.filter(pk=plan.pk, state__in=from_states).update(state=state, **{**dates, **fields}):
        raise AgreementError(_("The plan cannot become “%(state)s” any more.") % {"state": PlanState(state).label})
    plan.refresh_from_db()
    if state not in STILL_TO_DO:
        outcome = str(PlanState(state).label)
        close_about(business=plan.business, subject=subject_of(plan), outcome=outcome, on=on, by=actor)
    if state == PlanState.OFFERED:
        words, due_on = _("Have it signed."), plan.accept_by or on
        put_on_desk(plan, TaskKind.PLAN_PROPOSAL, on, due_on, plan.currency, words, actor)
    if state != PlanState.SIGNED:  # Its event is the signature's, with what was signed (`invoices.signing`).
        note(plan, f"plan.{state}", actor, on=on.isoformat(), **({"rule": plan.end_rule} if plan.end_rule else {}))
    if state in ENDS:
        for later in plan.replaced_by.filter(state__in=ON_OFFER).exclude(pk=keep.pk if keep else None):
            move_plan(plan=later, state=PlanState.CANCELLED, on=on, actor=actor)


def _dates(plan: PaymentPlan, state: PlanState, on: datetime.date) -> Mapping[str, Any]:
    """The dates that follow from the state. A plan runs from its first day on, whatever it went through since."""
    if state == PlanState.OFFERED:
        return {"offered_on": on}
    if state == PlanState.ACTIVE:
        return {"active_from": plan.active_from or on, "ended_on": None, "cure_by": None}
    if state == PlanState.SIGNED:
        return {"cure_by": None}
    return {"ended_on": on} if state in ENDS else {}


def ask_owner(plan: PaymentPlan, kind: TaskKind, on: datetime.date, due_on: datetime.date, words: str) -> Task:
    """Something about a plan that its owner must do."""
    return open_task(
        business=plan.business,
        customer=plan.customer,
        kind=kind,
        subject=subject_of(plan),
        role=Role.OWNER,
        opens_on=on,
        due_on=due_on,
        currency=plan.currency,
        amount=plan.total,
        reason=words,
    )


def ask_to_ring(plan: PaymentPlan, on: datetime.date, calendar: Calendar, words: str) -> None:
    """A call about what became of an offer."""
    opens_on = calendar.roll_forward(on)
    put_on_desk(plan, TaskKind.CALLBACK, opens_on, opens_on, plan.currency, words, None)


def subject_of(plan: PaymentPlan) -> str:
    """What the tasks and the log call the plan."""
    return f"paymentplan:{plan.pk}"
