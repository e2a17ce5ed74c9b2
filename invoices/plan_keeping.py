"""Writes what was paid of running plans and what follows: every night, and at once when money is booked (domain.md 6.4)."""

import datetime
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.money import format_plain
from customers.alike import WHOSE, belonging_to, one_of
from customers.desk import close_about
from customers.models import Business
from invoices.agreeing import note
from invoices.agreement_terms import rules_of
from invoices.instalments import NOTHING, Judgement, Running, counted, judged, spread
from invoices.models import Allocation, PaymentPlan, PlanInvoice, WriteOff
from invoices.models.agreement import InstalmentState, PlanState
from invoices.models.money import WriteOffKind
from invoices.offering import left_of
from invoices.plan_moves import RUNNING, move_plan
from invoices.plan_receipts import came_in
from invoices.writing_off import take_back, write_off

KEPT = "-P%s: kept"


@transaction.atomic
def settle_plans(
    *, business: Business, calendar: Calendar, today: datetime.date, customers: Collection[int] | None = None
) -> int:
    """Judges every running plan by its money and by the day (T32, T33, T34); returns how many there were.

    Without one it costs one query. `customers`: ids of those to look at, instead of all.
    """
    plans = _running(business, customers)
    for plan in plans:
        _reopen(plan, today)
    came = came_in(plans)
    rules = business.rules["plan"] if plans else {}
    for plan in plans:
        own, key = rules_of(plan, rules), (one_of(plan.customer), plan.currency)
        running = running_of(plan)
        judgement = judged(
            running,
            spread(running.due, came.receipts[plan.pk], own["extra_reduces"]),
            own,
            calendar,
            today,
            returned=came.returned[plan.pk],
            in_hand=came.in_hand.get(key, NOTHING),
        )
        _write(plan, judgement, today)
    return len(plans)


@transaction.atomic
def recount_plans(*, business: Business, customers: Collection[int], on: datetime.date, unpaid: Collection[int] = ()) -> None:
    """Counts again what these customers paid of their plans, the moment money came in or went back `on` that day.

    What only time brings, a miss, waits for the night. One query where no plan runs. `unpaid`: ids of invoices whose money is
    out of the books, or went back by a day before the plan ended: plans kept by it run again too.
    """
    plans = _running(business, customers, unpaid)
    days = {plan.pk: max(on, plan.business.local_date(plan.signed_at)) for plan in plans}
    for plan in plans:
        _reopen(plan, days[plan.pk])
    came = came_in(plans)
    rules = business.rules["plan"] if plans else {}
    for plan in plans:
        own, running = rules_of(plan, rules), running_of(plan)
        paid = spread(running.due, came.receipts[plan.pk], own["extra_reduces"])
        _write(plan, counted(running, paid, own, came.returned[plan.pk]), days[plan.pk])


def running_of(plan: PaymentPlan) -> Running:
    """The plan as the pure rules take it."""
    rows = list(plan.instalments.all())
    return Running(
        state=PlanState(plan.state),
        schedule=tuple((row.due_on, row.amount) for row in rows),
        states=tuple(InstalmentState(row.state) for row in rows),
        signed_on=plan.business.local_date(plan.signed_at),
        active=plan.active_from is not None,
        cure_by=plan.cure_by,
    )


def _running(business: Business, customers: Collection[int] | None, unpaid: Collection[int] = ()) -> list[PaymentPlan]:
    """The plans that run, and those kept whose money came back since, or is out of the books of the invoices `unpaid`; locked,
    with all that is needed to judge them. Where nothing was signed, as of most who pay, that is one short question."""
    signed = PaymentPlan.objects.filter(business=business, signed_at__isnull=False)
    if customers is not None:
        signed = signed.filter(belonging_to(customers))
    if not signed.exists():
        return []
    back = Allocation.objects.filter(
        invoice__plan_lines__plan=OuterRef("pk"),
        created_at__gt=OuterRef("created_at"),
        reversed_on__gte=OuterRef("ended_on"),
        payment__returned_on__isnull=False,
    )
    running = PaymentPlan.objects.filter(currency=OuterRef("currency"), state__in=RUNNING)
    another = running.annotate(whose=WHOSE).filter(whose=OuterRef("whose"))
    gone = PlanInvoice.objects.filter(plan=OuterRef("pk"), invoice__in=list(unpaid))
    undone = Q(Exists(back) | Exists(gone), ~Exists(another), state=PlanState.COMPLETED)
    rows = (
        signed.annotate(whose=WHOSE)
        .filter(Q(state__in=RUNNING) | undone)
        .select_for_update(of=("self",))
        .select_related("business", "customer")
        .order_by("pk")
    )
    return list(rows.prefetch_related("instalments", "covered"))


def _reopen(plan: PaymentPlan, on: datetime.date) -> None:
    """A kept plan whose money came back runs again, and what was granted for keeping it is owed again (T22)."""
    if plan.state != PlanState.COMPLETED:
        return
    invoices = [line.invoice_id for line in plan.covered.all()]
    granted = WriteOff.objects.filter(invoice__in=invoices, kind=WriteOffKind.GOODWILL, reversed_on=None)
    granted = granted.filter(reason__endswith=KEPT % plan.pk)
    for row in granted.select_related("business", "invoice__customer"):
        take_back(row=row, on=on)
    move_plan(plan=plan, state=PlanState.ACTIVE, on=on)


def _write(plan: PaymentPlan, judgement: Judgement, on: datetime.date) -> None:
    """Stores what changed; of a plan where nothing did, nothing."""
    rows = list(plan.instalments.all())
    before = sum((row.paid for row in rows), NOTHING)
    for row, paid, state in zip(rows, judgement.paid, judgement.states, strict=True):
        if (row.paid, row.state) == (paid, state):
            continue
        row.paid, row.state = paid, state
        row.save(update_fields=["paid", "state"])
        if state == InstalmentState.PAID:
            close_about(business=plan.business, subject=f"instalment:{row.pk}", outcome=_("Paid"), on=on, by=None)
    moved = sum(judgement.paid, NOTHING) - before
    if moved:
        amount = format_plain(abs(moved), plan.currency)
        note(plan, "plan.paid" if moved > 0 else "plan.paid_back", None, received=amount, on=on.isoformat())
    if judgement.state != plan.state:
        _move(plan, judgement, on)


def _move(plan: PaymentPlan, judgement: Judgement, on: datetime.date) -> None:
    if judgement.state == PlanState.COMPLETED:
        _grant_discount(plan, on)
    move_plan(plan=plan, state=judgement.state, on=on, cure_by=judgement.cure_by, end_rule=judgement.rule or "")


def _grant_discount(plan: PaymentPlan, on: datetime.date) -> None:
    """The plan is kept: its discount, theirs from now on, comes off what is left of its invoices, oldest first."""
    give = plan.discount
    for invoice_id, part in left_of(plan):
        amount = min(give, part)
        if amount > 0:
            invoice = plan.covered.select_related("invoice__business", "invoice__customer").get(invoice=invoice_id).invoice
            write_off(invoice=invoice, amount=amount, kind=WriteOffKind.GOODWILL, on=on, reason=_kept(plan))
            give -= amount


def _kept(plan: PaymentPlan) -> str:
    """The reason of what was granted, in one language, whoever reads it: by its end it is found again, whatever number the
    customer has by then."""
    return plan.customer.reference + KEPT % plan.pk
