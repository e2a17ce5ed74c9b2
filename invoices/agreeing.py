"""Writes what was agreed: disputes, promises and plans change state here only."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.dates import Calendar
from arcollect.money import format_plain
from customers import log
from customers.desk import close_about
from customers.models import Business, Contact, Customer, Event, User
from invoices.matching import oldest_first
from invoices.models import Dispute, Instalment, Invoice, PaymentPlan, PlanInvoice, Promise, PromiseLine
from invoices.models.agreement import InstalmentState, PlanState, PromiseState
from invoices.standing import open_items

# Business days to the first answer and to the target close, by code (domain.md 1, glossary).
DISPUTE_CLOCK = {
    "PRICE": (1, 3),
    "QTY_SHORT": (1, 3),
    "DAMAGED": (1, 5),
    "QUALITY": (1, 7),
    "WRONG_ITEM": (1, 5),
    "NOT_DELIVERED": (1, 3),
    "DUPLICATE": (1, 1),
    "TERMS": (1, 2),
    "DISCOUNT": (1, 2),
    "FREIGHT": (1, 3),
    "TAX": (1, 3),
    "PO_MISSING": (1, 1),
    "DOC_MISSING": (1, 1),
    "WRONG_PARTY": (1, 2),
    "SERVICE_INCOMPLETE": (1, 7),
    "OFFSET": (1, 5),
    "OTHER": (1, 5),
}
# A promise that still stands, or gave way to a later one, when the next is made: that one moves it on.
MOVED_ON = [PromiseState.OPEN, PromiseState.SUPERSEDED]


class AgreementError(ValueError):
    """What was to be agreed cannot be; the message says why."""


@transaction.atomic
def open_dispute(
    *,
    invoice: Invoice,
    code: str,
    amount: Decimal,
    on: datetime.date,
    calendar: Calendar,
    summary: str = "",
    actor: User | None = None,
) -> Dispute:
    """Opens a dispute over `amount` of an invoice; its clock runs in business days (domain.md 1)."""
    if not 0 < amount <= invoice.balance:
        balance = format_plain(invoice.balance, invoice.currency)
        raise AgreementError(f"{amount} cannot be in dispute on invoice {invoice.number}: {balance} is open.")
    answer, close = DISPUTE_CLOCK[code]
    dispute = Dispute.objects.create(
        business=invoice.business,
        customer=invoice.customer,
        invoice=invoice,
        code=code,
        amount=amount,
        opened_on=on,
        answer_by=calendar.add(on, answer),
        close_by=calendar.add(on, close),
        summary=summary,
    )
    _log(dispute, "dispute.opened", actor, code=code, amount=format_plain(amount, invoice.currency), invoice=invoice.pk)
    return dispute


@transaction.atomic
def record_disputes(*, business: Business, disputes: Sequence[Dispute], actor: User | None = None) -> None:
    """Takes over disputes, open or closed, that another program knew of: no clock of ours ran for them."""
    Dispute.objects.bulk_create(disputes, batch_size=1000)
    events = [
        Event(
            business=business,
            customer_id=dispute.customer_id,
            actor=actor,
            kind="dispute.resolved" if dispute.resolved_on else "dispute.opened",
            subject=f"dispute:{dispute.pk}",
            data={"code": dispute.code, "amount": f"{dispute.amount:f}", "invoice": dispute.invoice_id, "imported": True},
        )
        for dispute in disputes
    ]
    log.record_many(business, events)


@transaction.atomic
def resolve_dispute(
    *, dispute: Dispute, outcome: str, on: datetime.date, resolution: str = "", actor: User | None = None
) -> None:
    """Closes a dispute; its invoice is asked for again. Refuses one that is closed already."""
    closed = Dispute.objects.filter(pk=dispute.pk, resolved_on=None).update(
        outcome=outcome, resolved_on=on, resolution=resolution
    )
    if not closed:
        raise AgreementError("This query is closed already.")
    close_about(business=dispute.business, subject=f"dispute:{dispute.pk}", outcome=resolution, on=on, by=actor)
    _log(dispute, "dispute.resolved", actor, outcome=outcome, invoice=dispute.invoice_id)


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
    actor: User | None = None,
) -> Promise:
    """Records a promise of a date and an amount, for the invoices `split` names or for the oldest ones.

    Raises AgreementError for a day further off than a promise reaches, and where it would only move earlier ones on and on:
    neither may stop the reminders for ever (domain.md 3.4, T37).
    """
    rules = customer.business.rules["promise"]
    reach = rules["max_horizon_days"]
    if due_on > made_on + datetime.timedelta(days=reach):
        raise AgreementError(_("A promise reaches %(days)s days at most: agree a payment plan.") % {"days": reach})
    if split is None:
        split = oldest_first(amount, open_items(customer.pk, currency))
    moved_on = Promise.objects.filter(lines__invoice__in=[pk for pk, _part in split], state__in=MOVED_ON)
    if moved_on.distinct().count() > rules["max_rollovers"]:
        raise AgreementError(_("These invoices were promised too often already: take money today or agree a payment plan."))
    promise = Promise.objects.create(
        business=customer.business,
        customer=customer,
        contact=contact,
        currency=currency,
        amount=amount,
        made_on=made_on,
        due_on=due_on,
        source=source,
        by=actor,
    )
    PromiseLine.objects.bulk_create(PromiseLine(promise=promise, invoice_id=pk, amount=part) for pk, part in split)
    _log(promise, "promise.made", actor, amount=format_plain(amount, currency), due_on=due_on.isoformat())
    return promise


@transaction.atomic
def close_promise(
    *, promise: Promise, state: PromiseState, received: Decimal, on: datetime.date, actor: User | None = None
) -> None:
    """Settles an open promise as kept, partly kept, broken, cancelled or superseded (domain.md 2.8)."""
    closed = Promise.objects.filter(pk=promise.pk, state=PromiseState.OPEN).update(
        state=state, received=received, evaluated_on=on
    )
    if not closed:
        raise AgreementError("This promise is settled already.")
    _log(promise, f"promise.{state}", actor, received=format_plain(received, promise.currency))


@transaction.atomic
def break_promise(*, promise: Promise, received: Decimal, on: datetime.date, actor: User | None = None) -> None:
    """Takes back that a promise was kept: its payment was returned (domain.md 3.4)."""
    kept = [PromiseState.KEPT, PromiseState.PARTIAL]
    if not Promise.objects.filter(pk=promise.pk, state__in=kept).update(
        state=PromiseState.BROKEN, received=received, evaluated_on=on
    ):
        raise AgreementError("Only a promise that was kept can turn out to be broken after all.")
    _log(promise, "promise.broken", actor, received=format_plain(received, promise.currency))


@transaction.atomic
def draft_plan(
    *,
    customer: Customer,
    currency: str,
    covered: Sequence[tuple[int, Decimal]],
    instalments: Sequence[tuple[datetime.date, Decimal]],
    actor: User | None = None,
) -> PaymentPlan:
    """Drafts a plan over (invoice id, amount) pairs with (due date, amount) instalments; both must come to the same total."""
    total = sum((part for _, part in covered), Decimal(0))
    scheduled = sum((part for _, part in instalments), Decimal(0))
    if total != scheduled:
        raise AgreementError(f"The instalments come to {scheduled}, what they are for to {total}.")
    plan = PaymentPlan.objects.create(business=customer.business, customer=customer, currency=currency, total=total, by=actor)
    PlanInvoice.objects.bulk_create(PlanInvoice(plan=plan, invoice_id=pk, amount=part) for pk, part in covered)
    Instalment.objects.bulk_create(
        Instalment(plan=plan, position=position, due_on=due_on, amount=amount)
        for position, (due_on, amount) in enumerate(instalments, start=1)
    )
    _log(plan, "plan.drafted", actor, total=format_plain(total, currency))
    return plan


@transaction.atomic
def move_plan(
    *,
    plan: PaymentPlan,
    state: PlanState,
    on: datetime.date,
    accept_by: datetime.date | None = None,
    actor: User | None = None,
) -> None:
    """Moves a plan to another state and logs it; dates of offer, activity and end follow the state. `accept_by`: of an offer."""
    dates = {PlanState.OFFERED: "offered_on", PlanState.ACTIVE: "active_from"}
    ends = {PlanState.COMPLETED, PlanState.DEFAULTED, PlanState.CANCELLED, PlanState.EXPIRED, PlanState.DECLINED}
    changed = {"state": state}
    if state in dates:
        changed[dates[state]] = on
    if state in ends:
        changed["ended_on"] = on
    if accept_by is not None:
        changed["accept_by"] = accept_by
    PaymentPlan.objects.filter(pk=plan.pk).update(**changed)
    _log(plan, f"plan.{state}", actor, on=on.isoformat())


@transaction.atomic
def sign_plan(*, plan: PaymentPlan, terms: Mapping[str, Any], at: datetime.datetime, actor: User | None = None) -> None:
    """Freezes the terms the customer signed, with their hash (domain.md 6.7). Refuses a plan that is not on offer."""
    signed = PaymentPlan.objects.filter(pk=plan.pk, state__in=[PlanState.OFFERED, PlanState.VIEWED]).update(
        state=PlanState.SIGNED, terms=terms, terms_sha256=terms_hash(terms), signed_at=at
    )
    if not signed:
        raise AgreementError("Only a plan on offer can be signed.")
    _log(plan, "plan.signed", actor, terms_sha256=terms_hash(terms))


def terms_hash(terms: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a plan's terms: what the signature stands for."""
    text = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def pay_instalments(*, plan: PaymentPlan, amount: Decimal, on: datetime.date, actor: User | None = None) -> None:
    """Counts money received against the oldest unpaid instalments (domain.md 6.5). Refuses more than is left of the plan."""
    left = amount
    for row in plan.instalments.select_for_update().exclude(state=InstalmentState.PAID).order_by("position"):
        part = min(left, row.amount - row.paid)
        if part <= 0:
            break
        row.paid += part
        row.state = InstalmentState.PAID if row.paid == row.amount else InstalmentState.PART
        row.save(update_fields=["paid", "state"])
        left -= part
    if left:
        raise AgreementError(f"{amount} is more than is left of the plan by {left}.")
    _log(plan, "plan.paid", actor, received=format_plain(amount, plan.currency), on=on.isoformat())


def _log(row: Dispute | Promise | PaymentPlan, kind: str, actor: User | None, **data: object) -> None:
    log.record(row.business, kind, f"{row._meta.model_name}:{row.pk}", customer=row.customer, actor=actor, **data)
