"""Writes settlements: offered, accepted, kept, missed (domain.md 6.6). Nobody else changes one."""

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.alike import one_and_merged
from customers.desk import close_about, open_task
from customers.models import Business, Conversation, Customer, User
from customers.models.business import Role
from customers.models.desk import TaskKind
from invoices.agreeing import AgreementError, alone_with
from invoices.balances import lock_invoices
from invoices.linking import outlive
from invoices.models import PaymentPlan, Settlement, SettlementInvoice, WriteOff
from invoices.models.agreement import LIVE_PLAN_STATES
from invoices.models.money import WriteOffKind
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState
from invoices.settlement_money import Came, came_in, settleable
from invoices.settlements import NOTHING, Terms, floor_of, objections
from invoices.standing import with_agency
from invoices.writing_off import take_back, unbook_write_offs, write_off

# What money may still change: one that was missed is kept after all where the money was there in time, but entered late.
TOO_LATE = [SettlementState.MISSED, SettlementState.EXPIRED]
CHANGEABLE = [*LIVE_SETTLEMENT_STATES, *TOO_LATE, SettlementState.KEPT]


def barred(customer: Customer, currency: str) -> str:
    """Why no settlement can be offered now, or ""."""
    ours = {"customer__in": one_and_merged(customer), "currency": currency}
    if Settlement.objects.filter(**ours, state__in=LIVE_SETTLEMENT_STATES).exists():
        return _("A settlement is on offer or accepted already.")
    if PaymentPlan.objects.filter(**ours, state__in=LIVE_PLAN_STATES).exists():
        return _("A payment plan is on offer or running.")
    return with_agency(customer, currency)


@transaction.atomic
def offer_settlement(
    *,
    customer: Customer,
    currency: str,
    amount: Decimal,
    accept_by: datetime.date,
    pay_by: datetime.date,
    on: datetime.date,
    reached_90: bool,
    reason: str = "",
    only: Iterable[int] | None = None,
    conversation: Conversation | None = None,
    actor: User,
) -> Settlement:
    """Offers to take `amount` for what is overdue and undisputed, of the invoices `only` names or of all.

    Raises AgreementError before step 90, from anybody but an owner, below the floor, or where another agreement stands.
    """
    alone_with(customer)
    rules = customer.business.rules
    covered = settleable(customer.pk, currency, on, only)
    total = sum((part for _pk, part in covered), NOTHING)
    _refuse_actor(customer.business, actor)
    if not reached_90:
        raise AgreementError(_("Less is taken only once the 90-day step was reached."))
    if not covered:
        raise AgreementError(_("Nothing overdue and undisputed is left to settle."))
    terms = Terms(total, amount, currency, on, accept_by, pay_by)
    problems = [barred(customer, currency)] if barred(customer, currency) else objections(terms, rules)
    if problems:
        raise AgreementError(" ".join(problems))
    settlement = Settlement.objects.create(
        business=customer.business,
        customer=customer,
        currency=currency,
        total=total,
        amount=amount,
        offered_on=on,
        accept_by=accept_by,
        pay_by=pay_by,
        reason=reason,
        conversation=conversation,
        by=actor,
    )
    SettlementInvoice.objects.bulk_create(
        SettlementInvoice(settlement=settlement, invoice_id=pk, amount=part) for pk, part in covered
    )
    _note(settlement, "offered", actor, amount=_plain(settlement, amount), total=_plain(settlement, total))
    settlement.refresh_from_db()
    return settlement


def _refuse_actor(business: Business, actor: User) -> None:
    """Only an owner gives anything away: a bookkeeper's limit is nothing (domain.md 6.6)."""
    if not business.memberships.filter(user=actor, role=Role.OWNER).exists():
        raise AgreementError(_("Only an owner can offer a settlement."))


@transaction.atomic
def accept_settlement(*, settlement: Settlement, name: str, at: datetime.datetime, actor: User | None = None) -> None:
    """Notes that the customer accepts, who for them and when. Raises AgreementError where it is not on offer any more."""
    row = _locked(settlement)
    today = row.business.local_date(at)
    if row.state != SettlementState.OFFERED or today > row.accept_by:
        raise AgreementError(_("This settlement is not on offer any more."))
    if not name.strip():
        raise AgreementError(_("Say who accepts it."))
    _move(row, SettlementState.ACCEPTED, accepted_at=at, accepted_by=name.strip()[:200])
    _note(row, "accepted", actor, pay_by=row.pay_by.isoformat())
    outlive(settlement=row)
    _recheck(row, None)
    settlement.refresh_from_db()


@transaction.atomic
def decline_settlement(*, settlement: Settlement, at: datetime.datetime, actor: User | None = None) -> None:
    """Notes that the customer declines: the owner decides what comes next."""
    row = _locked(settlement)
    if row.state != SettlementState.OFFERED:
        raise AgreementError(_("This settlement is not on offer any more."))
    _end(row, SettlementState.DECLINED, row.business.local_date(at), actor)
    _ask_owner(row, _("They declined the settlement: decide what comes next."), row.ended_on)
    settlement.refresh_from_db()


@transaction.atomic
def cancel_settlement(*, settlement: Settlement, on: datetime.date, actor: User) -> None:
    """Takes an offer back; one that was accepted stands."""
    row = _locked(settlement)
    _refuse_actor(row.business, actor)
    if row.state != SettlementState.OFFERED:
        raise AgreementError(_("Only an offer nobody accepted yet can be taken back."))
    _end(row, SettlementState.CANCELLED, on, actor)
    settlement.refresh_from_db()


@transaction.atomic
def waive_miss(*, settlement: Settlement, on: datetime.date, actor: User) -> None:
    """The owner lets a late or short payment count: what is left is credited after all.

    Refused where less came in than the least the owner takes: then it is no settlement, but a write-off.
    """
    row = _locked(settlement)
    _refuse_actor(row.business, actor)
    if row.state != SettlementState.MISSED:
        raise AgreementError(_("Only a settlement that was missed can be let count."))
    came = came_in(row)
    if came.total < min(row.amount, floor_of(row.total, row.currency, row.business.rules)):
        raise AgreementError(_("Too little came in for it: only %(sum)s.") % {"sum": _plain(row, came.total)})
    _credit(row, came, max(on, row.offered_on), actor)
    _end(row, SettlementState.KEPT, on, actor, kind="waived", received=came.total, waived=True)
    settlement.refresh_from_db()


def settle_settlements(*, business: Business, today: datetime.date, customers: Collection[int] | None = None) -> list[Settlement]:
    """Ends, every night, what was paid, was not paid by its day, or was not accepted in time; returns these.

    `customers`: ids of those to look at, instead of all.
    """
    live = Settlement.objects.filter(business=business, state__in=LIVE_SETTLEMENT_STATES).order_by("pk")
    if customers is not None:
        live = live.filter(customer__in=customers)
    return [row for row in live if _settle_tonight(row, today)]


@transaction.atomic
def _settle_tonight(settlement: Settlement, today: datetime.date) -> bool:
    row = _locked(settlement)
    if row.state not in LIVE_SETTLEMENT_STATES or _recheck(row, None):
        return row.state == SettlementState.KEPT
    if row.state == SettlementState.OFFERED and today > row.accept_by:
        _end(row, SettlementState.EXPIRED, today, None)
        _ask_owner(row, _("They did not take the settlement on offer: decide what comes next."), today)
        return True
    # Money that is there but waits to be matched may be just this: whoever matches it settles the matter.
    if row.state == SettlementState.ACCEPTED and today > row.pay_by and not came_in(row).may_be_met(row):
        _end(row, SettlementState.MISSED, today, None)
        return True
    return False


@transaction.atomic
def recheck_settlements(*, business: Business, customer_ids: Iterable[int], on: datetime.date | None = None) -> None:
    """At once after money was booked, or taken back `on` a day: what is met is credited, what was met no longer is revives.

    Without `on` the money is out of the books as if it had never been in them, and the credit with it.
    """
    ids = list(customer_ids)
    # By what it covers too: a settlement names whom it was made with, its invoices go where that customer was merged into.
    covering = SettlementInvoice.objects.filter(invoice__customer__in=ids).values("settlement")
    found = Settlement.objects.filter(Q(customer__in=ids) | Q(pk__in=covering), business=business, state__in=CHANGEABLE)
    for settlement in found.order_by("pk"):
        _recheck(_locked(settlement), on)


def _recheck(row: Settlement, on: datetime.date | None) -> bool:
    """Whether the money in decides: met, so that the rest is credited; or not met any more, so that all of it is owed again."""
    came = came_in(row)
    met = came.met_on(row)
    if row.state == SettlementState.KEPT:
        short = not came.total if row.waived else met is None
        return short and not _nothing_left(row) and _revive(row, came, on)
    if row.state == SettlementState.ACCEPTED and met is None and _nothing_left(row):
        # We credited the rest ourselves, or they paid all of it: there is nothing to pay late.
        days = [day for day, _invoice_id, _amount in came.rows] + ([on] if on else [])
        met = max(days, default=row.business.local_date(row.accepted_at))
    if met is None or (row.state in TOO_LATE and _another_stands(row)):
        if came.total != row.received:
            Settlement.objects.filter(pk=row.pk).update(received=came.total)
        return False
    _credit(row, came, met, None)
    _end(row, SettlementState.KEPT, met, None, received=came.total)
    return True


def _nothing_left(row: Settlement) -> bool:
    """Whether no invoice it covers is open any more."""
    return not row.covered.filter(invoice__balance__gt=0).exists()


def _credit(row: Settlement, came: Came, on: datetime.date, actor: User | None) -> None:
    """Writes off what is left of the invoices covered, valued the day it was paid."""
    lines = list(row.covered.select_related("invoice__business", "invoice__customer"))
    for line in lines:
        left = min(line.invoice.balance, line.amount - came.of(line.invoice_id))
        if left > 0:
            words = _("Settled: %(amount)s accepted for %(total)s.")
            reason = words % {"amount": _plain(row, row.amount), "total": _plain(row, row.total)}
            write_off(invoice=line.invoice, amount=left, kind=WriteOffKind.SETTLEMENT, on=on, reason=reason, actor=actor)


def _revive(row: Settlement, came: Came, on: datetime.date | None) -> bool:
    """Takes the credit back: the money did not stay. Until its day has passed it may be paid again."""
    credited = WriteOff.objects.filter(
        invoice__settlement_lines__settlement=row,
        kind=WriteOffKind.SETTLEMENT,
        on__gte=row.offered_on,
        reversed_on=None,
    )
    if on is None:
        # As if it had never been given: a credit that is reversed lets the steps of what it had closed fire again.
        unbook_write_offs(business=row.business, ids=credited.values_list("pk", flat=True))
    else:
        for given in credited.select_related("business", "invoice__customer"):
            take_back(row=given, on=max(on, given.on))
    again = row.accepted_at is not None and not row.waived and not _another_stands(row)
    state = SettlementState.ACCEPTED if again else SettlementState.MISSED
    _move(row, state, received=came.total, waived=False, ended_on=None if again else on or row.ended_on)
    _note(row, "revived", None, total=_plain(row, row.total))
    return True


def _another_stands(row: Settlement) -> bool:
    ours = one_and_merged(row.customer.merged_into or row.customer)
    others = Settlement.objects.filter(customer__in=ours, currency=row.currency).exclude(pk=row.pk)
    return others.filter(Q(state__in=LIVE_SETTLEMENT_STATES) | Q(pk__gt=row.pk, state=SettlementState.KEPT)).exists()


def _end(
    row: Settlement, state: SettlementState, on: datetime.date, actor: User | None, *, kind: str = "", **fields: object
) -> None:
    _move(row, state, ended_on=on, **fields)
    outcome = str(SettlementState(state).label)
    close_about(business=row.business, subject=f"settlement:{row.pk}", outcome=outcome, on=on, by=actor)
    _note(row, kind or str(state), actor, on=on.isoformat())


def _move(row: Settlement, state: SettlementState, **fields: object) -> None:
    Settlement.objects.filter(pk=row.pk).update(state=state, **fields)
    row.refresh_from_db()


def _ask_owner(row: Settlement, words: str, on: datetime.date) -> None:
    open_task(
        business=row.business,
        customer=row.customer,
        kind=TaskKind.DECIDE,
        subject=f"settlement:{row.pk}",
        role=Role.OWNER,
        opens_on=on,
        due_on=row.customer.calendar.add(on, 1),
        currency=row.currency,
        amount=row.total,
        reason=words,
    )


def _locked(settlement: Settlement) -> Settlement:
    """The row as it is now. Its invoices are locked first, as every booking does, so that the two never wait for each other."""
    covered = SettlementInvoice.objects.filter(settlement=settlement.pk).values_list("invoice_id", flat=True)
    lock_invoices(settlement.business, covered)
    rows = Settlement.objects.select_for_update(of=("self",)).select_related("business", "customer__business")
    return rows.get(pk=settlement.pk)


def _note(row: Settlement, kind: str, actor: User | None, **data: object) -> None:
    log.record(row.business, f"settlement.{kind}", f"settlement:{row.pk}", customer=row.customer, actor=actor, **data)


def _plain(row: Settlement, amount: Decimal) -> str:
    return format_plain(amount, row.currency)
