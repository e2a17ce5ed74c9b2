"""Writes promises, the single writer of their states; disputes are `invoices.disputing`'s, plans `invoices.planning`'s."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from arcollect.money import format_plain
from customers import log
from customers.desk import close_about, open_task, reopen_tasks
from customers.models import Contact, Conversation, Customer, Task, User
from customers.models.desk import TaskKind
from invoices.allocation import oldest_first
from invoices.models import Dispute, PaymentPlan, Promise, PromiseLine
from invoices.models.agreement import PromiseState
from invoices.models.insight import Segment
from invoices.promises import Verdict
from invoices.receipts import verdicts_on
from invoices.segments import treated_as
from invoices.standing import NOTHING, claims_on, open_items
from invoices.track_record import broken_lately

# A promise that still stands, or gave way to a later one, when the next is made: that one moves it on.
MOVED_ON = [PromiseState.OPEN, PromiseState.SUPERSEDED]


class AgreementError(ValueError):
    """What was to be agreed cannot be; the message says why."""


class NotBarely(AgreementError):
    """A promise alone is not enough from them; an owner may take it all the same."""


def alone_with(customer: Customer) -> None:
    """Nobody else agrees anything with this customer until the transaction under way ends: of two offers made at the same
    moment the second is told of the first. What is booked goes on meanwhile."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


@transaction.atomic
def make_promise(
    *,
    customer: Customer,
    currency: str,
    amount: Decimal,
    made_on: datetime.date,
    due_on: datetime.date,
    split: Sequence[tuple[int, Decimal]] | None = None,
    contact: Contact | None = None,
    source: str = "call",
    conversation: Conversation | None = None,
    follow_up_on: datetime.date | None = None,
    actor: User | None = None,
    allowed: bool = False,
) -> Promise:
    """Records a promise of a date and an amount, for the invoices `split` names or for the oldest ones, with its task.

    Earlier promises are settled first where they can be; those that no longer fit beside it give way. `follow_up_on`: the day
    to look whether it came, else the business day after. Raises AgreementError where a promise would stop the reminders for
    ever (domain.md 3.4, T37): for a day further off than one reaches, after too many were moved on, or broken; of who is known
    for breaking promises also where an owner has not `allowed` it.
    """
    rules = customer.business.rules["promise"]
    _settle_first(customer, currency, made_on, actor)
    _refuse_promise(customer, amount, made_on, due_on, rules)
    if due_on > made_on and not allowed and breaks_promises(customer, made_on):
        raise NotBarely(_("Too often a promise was not kept: take money today or a signed plan. An owner may allow it."))
    if split is None:
        split = _promised_for(customer, currency, amount)
    moved_on = Promise.objects.filter(lines__invoice__in=[pk for pk, _part in split], state__in=MOVED_ON)
    if moved_on.distinct().count() > rules["max_rollovers"]:
        raise AgreementError(_("These invoices were promised too often already: take money today or agree a payment plan."))
    _give_way(customer, currency, split, made_on, actor)
    promise = Promise.objects.create(
        business=customer.business,
        customer=customer,
        contact=contact,
        currency=currency,
        amount=amount,
        made_on=made_on,
        due_on=due_on,
        source=source,
        conversation=conversation,
        by=actor,
    )
    PromiseLine.objects.bulk_create(PromiseLine(promise=promise, invoice_id=pk, amount=part) for pk, part in split)
    look_on = follow_up_on or customer.calendar.add(due_on, 1)
    words = _("Look whether it came; if not, ring them as agreed.")
    put_on_desk(promise, TaskKind.PROMISE_DUE, due_on, look_on, currency, words, actor)
    note(promise, "promise.made", actor, amount=format_plain(amount, currency), due_on=due_on.isoformat())
    return promise


def _settle_first(customer: Customer, currency: str, on: datetime.date, actor: User | None) -> None:
    """Settles what the night would settle: money that is in keeps a promise before the next one takes its place."""
    for row, verdict in _so_far(customer, currency, on):
        close_promise(promise=row, state=verdict.state, received=verdict.received, on=on, actor=actor)


def _so_far(customer: Customer, currency: str, on: datetime.date) -> list[tuple[Promise, Verdict]]:
    """The open promises in this currency that are settled by `on`, each with its verdict."""
    rows = customer.promises.filter(currency=currency, state=PromiseState.OPEN)
    promises = {row.pk: row for row in rows.select_related("business", "customer").prefetch_related("lines")}
    business = customer.business
    verdicts = verdicts_on(promises.values(), business.calendar, business.rules["promise"], on)
    return [(promises[pk], verdict) for pk, verdict in verdicts.items()]


def _promised_for(customer: Customer, currency: str, amount: Decimal) -> list[tuple[int, Decimal]]:
    """(invoice id, amount): the oldest invoices nobody promised yet; where these do not suffice, the oldest of all."""
    items = open_items(customer.pk, currency)
    promised = claims_on(item.invoice_id for item in items).promised
    taken = {pk: sum((part for _due, part in rows), NOTHING) for pk, rows in promised.items()}
    free = [replace(item, payable=max(NOTHING, item.payable - taken.get(item.invoice_id, NOTHING))) for item in items]
    whole = sum((item.payable for item in items), NOTHING)
    if amount > whole:
        shown = {"amount": format_plain(amount, currency), "open": format_plain(whole, currency)}
        raise AgreementError(_("Only %(open)s is open and not in query: %(amount)s cannot be promised.") % shown)
    enough = sum((item.payable for item in free), NOTHING) >= amount
    return oldest_first(amount, free if enough else items)


def takes_promises(customer: Customer, on: datetime.date) -> bool:
    """Whether a day still to come can be noted for them at all (domain.md 3.4, T37): else only money today or a signed plan."""
    return not broken_lately(customer, on) and not breaks_promises(customer, on)


def breaks_promises(customer: Customer, on: datetime.date) -> bool:
    """Whether they are treated as one who breaks promises (domain.md 5, PROMISE_BREAKER)."""
    treated = treated_as(customer.business, [customer.pk], on).get(customer.pk)
    return treated is not None and treated.segment == Segment.PROMISE_BREAKER


def _refuse_promise(
    customer: Customer, amount: Decimal, made_on: datetime.date, due_on: datetime.date, rules: Mapping[str, Any]
) -> None:
    """Raises AgreementError where nobody may promise this: too late a day, one gone by, or too many broken before."""
    reach = rules["max_horizon_days"]
    if amount <= 0 or due_on < made_on:
        raise AgreementError(_("A promise names an amount and a day still to come."))
    if due_on > made_on + datetime.timedelta(days=reach):
        raise AgreementError(_("A promise reaches %(days)s days at most: agree a payment plan.") % {"days": reach})
    broken = broken_lately(customer, made_on) if due_on > made_on else 0
    if broken:
        words = _("%(count)s promises were broken in %(days)s days: take money today or a signed plan, no further promise.")
        raise AgreementError(words % {"count": broken, "days": rules["broken_window_days"]})


def _give_way(
    customer: Customer, currency: str, split: Sequence[tuple[int, Decimal]], on: datetime.date, actor: User | None
) -> None:
    """Open promises for the same invoices that do not fit beside the new one are replaced: a promise past its day was broken."""
    wanted = dict(split)
    against = claims_on(wanted)
    came = {row.pk: verdict.received for row, verdict in _so_far(customer, currency, datetime.date.max)}
    for line in PromiseLine.objects.filter(invoice__in=wanted, promise__state=PromiseState.OPEN).select_related(
        "promise", "invoice", "promise__business", "promise__customer"
    ):
        promise = line.promise
        promise.refresh_from_db(fields=["state"])
        promised = sum((part for _due, part in against.promised.get(line.invoice_id, ())), NOTHING)
        free = line.invoice.balance - against.disputed.get(line.invoice_id, NOTHING) - promised
        if promise.state == PromiseState.OPEN and wanted[line.invoice_id] > free:
            state = PromiseState.BROKEN if promise.due_on < on else PromiseState.SUPERSEDED
            close_promise(promise=promise, state=state, received=came.get(promise.pk, NOTHING), on=on, actor=actor)


def in_its_place() -> QuerySet[Promise]:
    """For a query of promises: those made later, by the same customer in the same currency, on the day each was settled."""
    return Promise.objects.filter(
        customer=OuterRef("customer"), currency=OuterRef("currency"), made_on=OuterRef("evaluated_on"), pk__gt=OuterRef("pk")
    )


@transaction.atomic
def cancel_promise(*, promise: Promise, on: datetime.date, actor: User) -> None:
    """Takes an open promise away: it was a mistake, or no longer holds. What it covered is asked for again."""
    close_promise(promise=promise, state=PromiseState.CANCELLED, received=promise.received, on=on, actor=actor)


@transaction.atomic
def close_promise(
    *, promise: Promise, state: PromiseState, received: Decimal, on: datetime.date, actor: User | None = None
) -> None:
    """Settles an open promise as kept, partly kept, broken, cancelled or superseded (domain.md 2.8)."""
    closed = Promise.objects.filter(pk=promise.pk, state=PromiseState.OPEN).update(
        state=state, received=received, evaluated_on=on
    )
    if not closed:
        raise AgreementError(_("This promise is settled already."))
    subject, outcome = f"promise:{promise.pk}", str(PromiseState(state).label)
    close_about(business=promise.business, subject=subject, outcome=outcome, on=on, by=actor)
    note(promise, f"promise.{state}", actor, received=format_plain(received, promise.currency))


@transaction.atomic
def break_promise(*, promise: Promise, received: Decimal, on: datetime.date, actor: User | None = None) -> None:
    """Takes back that a promise was kept: its payment was returned (domain.md 3.4)."""
    kept = [PromiseState.KEPT, PromiseState.PARTIAL]
    if not Promise.objects.filter(pk=promise.pk, state__in=kept).update(
        state=PromiseState.BROKEN, received=received, evaluated_on=on
    ):
        raise AgreementError("Only a promise that was kept can turn out to be broken after all.")
    note(promise, "promise.broken", actor, received=format_plain(received, promise.currency))


@transaction.atomic
def mend_promise(*, promise: Promise, state: PromiseState, received: Decimal, on: datetime.date) -> None:
    """A promise said to be broken, or kept in part, was kept better than that: its money had come in in time (domain.md 2.8)."""
    wronged = Promise.objects.filter(pk=promise.pk, state__in=[PromiseState.BROKEN, PromiseState.PARTIAL])
    if not wronged.update(state=state, received=received, evaluated_on=on):
        raise AgreementError(_("Only a promise that was not kept in full can be kept after all."))
    note(promise, f"promise.{state}", None, received=format_plain(received, promise.currency))


@transaction.atomic
def reopen_promise(*, promise: Promise, actor: User | None = None) -> None:
    """A promise that was kept stands again, with its task: the payment that kept it is out of the books, and its day is still
    to come. Raises AgreementError for one that was not kept."""
    kept = Promise.objects.filter(pk=promise.pk, state__in=[PromiseState.KEPT, PromiseState.PARTIAL])
    if not kept.update(state=PromiseState.OPEN, received=0, evaluated_on=None):
        raise AgreementError(_("This promise was not kept: there is nothing to open again."))
    tasks = Task.objects.filter(business=promise.business, subject=f"promise:{promise.pk}", closed_on__gte=promise.evaluated_on)
    reopen_tasks(business=promise.business, ids=tasks.values_list("pk", flat=True), by=actor)
    note(promise, "promise.reopened", actor)


def put_on_desk(
    row: Dispute | Promise | PaymentPlan,
    kind: TaskKind,
    opens_on: datetime.date,
    due_on: datetime.date,
    currency: str,
    reason: str,
    actor: User | None,
) -> None:
    """Opens the task of an agreement, about its sum."""
    open_task(
        business=row.business,
        customer=row.customer,
        kind=kind,
        subject=f"{row._meta.model_name}:{row.pk}",
        opens_on=opens_on,
        due_on=due_on,
        currency=currency,
        amount=row.total if isinstance(row, PaymentPlan) else row.amount,
        reason=reason,
        actor=actor,
    )


def note(row: Dispute | Promise | PaymentPlan, kind: str, actor: User | None, **data: object) -> None:
    """Logs what happened to an agreement; `data` as in `log.record`."""
    log.record(row.business, kind, f"{row._meta.model_name}:{row.pk}", customer=row.customer, actor=actor, **data)
