"""Writes two customers into one, and apart again: everything that hangs on a customer, and only what may move, moves."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from customers import log
from customers.models import (
    Attachment,
    Claim,
    Contact,
    Conversation,
    Customer,
    CustomerMerge,
    ReceivedMail,
    Task,
    User,
)
from customers.models.desk import TaskState
from customers.models.letter import LetterState
from invoices.models import (
    Allocation,
    BankLine,
    CreditNote,
    Dispute,
    DraftInvoice,
    Invoice,
    KnownPayer,
    Payment,
    PlanInvoice,
    PortalLink,
    Promise,
    PromiseLine,
    Refund,
    RemittanceAdvice,
    Satisfaction,
    SegmentOverride,
    SettlementInvoice,
)
from invoices.models.agreement import LIVE_PLAN_STATES
from invoices.models.insight import AdviceState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from reminders.models import FollowUp, HandOffState, LastDecision, Reminder, ReminderLine, Watch
from reminders.outbox import OPEN, withdraw

# Sent letters, signed plans, settlements and events stay where they are: they are evidence, and name whom they were for.
MOVING: tuple[type[Model], ...] = (
    Contact, Conversation, ReceivedMail, Claim, Attachment, Invoice, CreditNote, Payment, Dispute, Promise, PortalLink,
    Satisfaction, BankLine, RemittanceAdvice, Refund, DraftInvoice, Reminder, FollowUp,
)  # fmt: skip
# A flag on either of the two holds for the one: nobody who asked not to be contacted is, because of a merge.
FLAGS = ("on_hold", "no_reminders", "cease_contact", "vulnerable", "insolvent", "deceased")
# Of these the kept one's own is taken where there is one.
OWN_FIRST = (("hold_reason",), ("represented_by",), ("quiet_from", "quiet_until"))
MERGED = "MERGED"


class MergeError(ValueError):
    """The two cannot become one, or not be parted again; the message says why."""


def obstacle(kept: Customer, gone: Customer) -> str:
    """Why `gone` cannot be merged into `kept`, in words; "" where nothing stands against it."""
    if kept.pk == gone.pk or kept.business_id != gone.business_id:
        return _("A customer can only be merged with another one of the same business.")
    if kept.merged_into_id or gone.merged_into_id:
        return _("One of them was merged already.")
    if gone.plans.filter(state__in=LIVE_PLAN_STATES).exists():
        return _("%(name)s has a payment plan that runs or is on offer: keep that one, or end the plan first.") % {"name": gone}
    if gone.settlements.filter(state__in=LIVE_SETTLEMENT_STATES).exists():
        return _("%(name)s has a settlement on offer: keep that one, or let it end first.") % {"name": gone}
    if gone.hand_offs.filter(state=HandOffState.HANDED).exists():
        return _("An agency collects from %(name)s: keep that one, or take it back first.") % {"name": gone}
    if gone.letters.filter(state__in=[LetterState.SENDING, LetterState.UNCONFIRMED]).exists():
        return _("A letter to %(name)s is on its way, or nobody knows whether it arrived: wait for it.") % {"name": gone}
    return ""


@transaction.atomic
def merge(*, kept: Customer, gone: Customer, on: datetime.date, actor: User) -> CustomerMerge:
    """Moves everything of `gone` to `kept` but what is evidence; letters not yet out are withdrawn, the engine decides anew.

    Raises MergeError (see `obstacle`), and then nothing has moved.
    """
    locked = Customer.objects.select_for_update().in_bulk([kept.pk, gone.pk])
    kept, gone = locked[kept.pk], locked[gone.pk]
    problem = obstacle(kept, gone)
    if problem:
        raise MergeError(problem)
    for letter in gone.letters.filter(state__in=OPEN).select_related("business", "customer"):
        withdraw(letter=letter, reason=_("Two customers became one."), on=on)
    moved: dict[str, Any] = {model._meta.label: _move(model.objects.filter(customer=gone), kept) for model in MOVING}
    moved["tasks"], moved["closed"] = _move_tasks(kept, gone, on, actor)
    moved["payers"] = _move(KnownPayer.objects.filter(customer=gone).exclude(pk__in=_known_already(kept, gone)), kept)
    moved["merged"] = list(gone.merged.values_list("pk", flat=True))
    Customer.objects.filter(merged_into=gone).update(merged_into=kept)
    moved["flags"] = _join_flags(kept, gone)
    moved["overrides"], moved["overrides_ended"] = _move_override(kept, gone, on)
    gone.credit_advices.filter(state=AdviceState.OPEN).update(state=AdviceState.LAPSED, answered_on=on)
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    _look_anew(kept, gone, moved)
    row = CustomerMerge.objects.create(business=kept.business, kept=kept, gone=gone, moved=moved, by=actor)
    _record(row, "customer.merged", actor)
    return row


@transaction.atomic
def part(*, row: CustomerMerge, now: datetime.datetime, actor: User) -> None:
    """Takes a merge back: what moved goes home, what came since stays with the one that was kept.

    Raises MergeError where money or an agreement was since made over both of them.
    """
    row = CustomerMerge.objects.select_for_update().select_related("kept", "gone", "business").get(pk=row.pk)
    if row.undone_at or row.gone.merged_into_id != row.kept_id:
        raise MergeError(_("They were parted already, or became part of yet another customer."))
    moved = row.moved
    if _grown_together(moved):
        raise MergeError(_("Money was booked, or something agreed, over invoices of both: they stay one."))
    for model in MOVING:
        model.objects.filter(pk__in=moved[model._meta.label], customer=row.kept).update(customer=row.gone)
    Task.objects.filter(pk__in=moved["tasks"], customer=row.kept).update(customer=row.gone)
    Task.objects.filter(pk__in=moved["closed"], outcome=MERGED).update(
        state=TaskState.OPEN, outcome="", closed_on=None, closed_by=None
    )
    KnownPayer.objects.filter(pk__in=moved["payers"], customer=row.kept).update(customer=row.gone)
    Customer.objects.filter(pk__in=moved["merged"], merged_into=row.kept).update(merged_into=row.gone)
    Customer.objects.filter(pk=row.kept_id).update(**_flags_before(moved["flags"]))
    _bring_home(row)
    SegmentOverride.objects.filter(pk__in=moved.get("overrides", []), customer=row.kept).update(customer=row.gone)
    SegmentOverride.objects.filter(pk__in=moved.get("overrides_ended", [])).update(ended_on=None)
    Customer.objects.filter(pk=row.gone_id).update(merged_into=None)
    _look_anew(row.kept, row.gone, moved)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    _record(row, "customer.parted", actor)


def _move(rows: QuerySet[Any], kept: Customer) -> list[int]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(customer=kept)
    return ids


def _move_tasks(kept: Customer, gone: Customer, on: datetime.date, actor: User) -> tuple[list[int], list[int]]:
    """(ids moved, ids closed): what `kept` has a task about already needs no second one."""
    there = set(Task.objects.filter(customer=kept, state=TaskState.OPEN).values_list("kind", "subject"))
    twice = [row.pk for row in gone.tasks.filter(state=TaskState.OPEN) if (row.kind, row.subject) in there]
    Task.objects.filter(pk__in=twice).update(state=TaskState.CANCELLED, outcome=MERGED, closed_on=on, closed_by=actor)
    return _move(Task.objects.filter(customer=gone), kept), twice


def _known_already(kept: Customer, gone: Customer) -> list[int]:
    """The payers of `gone` that are known as payers of `kept` too."""
    there = set(KnownPayer.objects.filter(customer=kept).values_list("kind", "key"))
    return [row.pk for row in KnownPayer.objects.filter(customer=gone) if (row.kind, row.key) in there]


def _join_flags(kept: Customer, gone: Customer) -> dict[str, Any]:
    """Gives `kept` what stops, delays or redirects contact with either; what it said of these before, by field."""
    new = {name: value for name, value in _joined(kept, gone).items() if value != getattr(kept, name)}
    if new:
        Customer.objects.filter(pk=kept.pk).update(**new)
    before = {name: getattr(kept, name) for name in new}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in before.items()}


def _joined(kept: Customer, gone: Customer) -> dict[str, Any]:
    """The stricter of what the two say: the later end of a moratorium and of a pause, no end before any (domain.md 7.4)."""
    both = (kept, gone)
    joined: dict[str, Any] = {name: any(getattr(one, name) for one in both) for name in FLAGS}
    for name in ("moratorium_until", "no_reminders_until"):
        joined[name] = max((getattr(one, name) for one in both if getattr(one, name)), default=None)
    if any(one.no_reminders and one.no_reminders_until is None for one in both):
        joined["no_reminders_until"] = None
    for names in OWN_FIRST:
        source = gone if not getattr(kept, names[0]) else kept
        joined |= {name: getattr(source, name) for name in names}
    return joined


def _flags_before(flags: dict[str, Any] | list[str]) -> dict[str, Any]:
    """What `kept` said before a merge; merges of earlier versions tell only which flags were new."""
    return flags if isinstance(flags, dict) else dict.fromkeys(flags, False)


def _bring_home(row: CustomerMerge) -> None:
    """What came since and hangs on an invoice, or money, that goes home goes with it: a query above all, which stops letters."""
    invoices, payments, notes = (row.moved[model._meta.label] for model in (Invoice, Payment, CreditNote))
    queries = Dispute.objects.filter(invoice__in=invoices, customer=row.kept)
    subjects = [f"dispute:{pk}" for pk in queries.values_list("pk", flat=True)]
    Task.objects.filter(business=row.business, subject__in=subjects, customer=row.kept).update(customer=row.gone)
    queries.update(customer=row.gone)
    repaid = Q(payment__in=payments) | Q(credit_note__in=notes)
    Refund.objects.filter(repaid, customer=row.kept).update(customer=row.gone)
    theirs = ReminderLine.objects.filter(reminder__customer=row.kept, invoice__in=invoices).values("reminder")
    others = ReminderLine.objects.filter(reminder=OuterRef("pk")).exclude(invoice__in=invoices)
    Reminder.objects.filter(~Exists(others), pk__in=theirs).update(customer=row.gone)


def _move_override(kept: Customer, gone: Customer, on: datetime.date) -> tuple[list[int], list[int]]:
    """(ids moved, ids ended): what the owner set for `gone` holds for the one, unless they set something for `kept` itself."""
    standing = gone.segment_overrides.filter(ended_on=None)
    if not kept.segment_overrides.filter(ended_on=None).exists():
        return _move(standing, kept), []
    ids = list(standing.values_list("pk", flat=True))
    standing.update(ended_on=on)
    return [], ids


def _look_anew(kept: Customer, gone: Customer, moved: dict[str, Any]) -> None:
    """The engine's index and last words about either are no longer true."""
    Watch.objects.filter(Q(invoice__in=moved[Invoice._meta.label]) | Q(invoice__customer=kept)).delete()
    LastDecision.objects.filter(customer__in=[kept.pk, gone.pk]).delete()


def _grown_together(moved: dict[str, Any]) -> bool:
    """Whether anything made since the merge joins an invoice, or money, that came with one of the two to one of the other's."""
    invoices, payments, notes = (moved[model._meta.label] for model in (Invoice, Payment, CreditNote))
    ours = Q(invoice__in=invoices)
    paid = Q(payment__in=payments) | Q(credit_note__in=notes)
    if Allocation.objects.filter((ours & ~paid) | (paid & ~ours)).exists():
        return True
    promises = PromiseLine.objects.filter(ours).exclude(promise__in=moved[Promise._meta.label])
    plans = PlanInvoice.objects.filter(ours, plan__state__in=LIVE_PLAN_STATES)
    settled = SettlementInvoice.objects.filter(ours, settlement__state__in=LIVE_SETTLEMENT_STATES)
    return promises.exists() or plans.exists() or settled.exists()


def _record(row: CustomerMerge, done: str, actor: User) -> None:
    """One Event for each of the two, so that both stories tell it and the engine looks at both."""
    counts = {"invoices": len(row.moved[Invoice._meta.label]), "payments": len(row.moved[Payment._meta.label])}
    for customer, other, kind in ((row.kept, row.gone, done), (row.gone, row.kept, f"{done}_away")):
        log.record(row.business, kind, f"customer:{customer.pk}", customer=customer, actor=actor, other=other.pk, **counts)
