"""Reads what happened lately and asks for an answer: promises not kept, queries closed, instalments missed, payments returned."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from customers.models import Business, Conversation, Letter
from customers.models.desk import Outcome
from invoices.models import Allocation, Dispute, Instalment, Invoice, Payment, PaymentPlan, Promise, Settlement
from invoices.models.agreement import InstalmentState, PlanState, PromiseState
from invoices.models.settlement import SettlementState
from reminders.cases import NOTHING
from reminders.following import Happened, together
from reminders.models import FollowUp, Occasion
from reminders.timetable import DAYS

# What is older had its answer, or never will: an import may bring years of a past that was not ours.
LATELY = DAYS(days=14)


def happenings(business: Business, today: datetime.date, only: Iterable[int] | None = None) -> list[Happened]:
    """What happened in the last fortnight and nothing followed from yet, or whose letter is to be written anew.

    `only`: ids of customers to look at, instead of all.
    """
    mine = Q(business=business) if only is None else Q(business=business, customer__in=list(only))
    found = [
        *_promises(mine, today),
        *_disputes(mine, today),
        *_plans(mine, business, today),
        *_payments(mine, today),
        *_settlements(mine, today),
    ]
    return _with_conversations(business, together(found))


def _unanswered(rows: QuerySet[Any], occasion: Occasion, area: str) -> QuerySet[Any]:
    """Those without a FollowUp, by the subject it would have."""
    subject = Concat(Value(f"{area}:"), Cast(OuterRef("pk"), CharField()))
    return rows.filter(~Exists(FollowUp.objects.filter(occasion=occasion, subject=subject, redraft=False)))


def _promises(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Promises not kept; of one that broke because another took its place the talk was had."""
    anew = Promise.objects.filter(
        customer=OuterRef("customer"), currency=OuterRef("currency"), made_on=OuterRef("evaluated_on"), pk__gt=OuterRef("pk")
    )
    rows = Promise.objects.filter(
        mine, state__in=[PromiseState.BROKEN, PromiseState.PARTIAL], evaluated_on__gt=today - LATELY, evaluated_on__lte=today
    )
    for row in _unanswered(rows.exclude(Exists(anew)), Occasion.PROMISE_BROKEN, "promise").prefetch_related("lines"):
        yield Happened(
            Occasion.PROMISE_BROKEN,
            f"promise:{row.pk}",
            row.customer_id,
            row.currency,
            row.evaluated_on,
            row.amount - row.received,
            frozenset(line.invoice_id for line in row.lines.all()),
            {"promise": {"amount": str(row.amount), "due_on": str(row.due_on), "made_on": str(row.made_on)}},
        )


def _disputes(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Queries closed here: one without a clock was taken over, closed, from another program."""
    rows = Dispute.objects.filter(mine, resolved_on__gt=today - LATELY, resolved_on__lte=today, answer_by__isnull=False)
    for row in _unanswered(rows, Occasion.QUERY_CLOSED, "dispute").select_related("invoice"):
        yield Happened(
            Occasion.QUERY_CLOSED,
            f"dispute:{row.pk}",
            row.customer_id,
            row.invoice.currency,
            row.resolved_on,
            row.invoice.balance,
            frozenset({row.invoice_id}),
            {"resolution": {"invoice": row.invoice.number, "query": row.code, "outcome": row.outcome, "words": row.resolution}},
        )


def _plans(mine: Q, business: Business, today: datetime.date) -> Iterator[Happened]:
    at_risk = PaymentPlan.objects.filter(mine, state=PlanState.AT_RISK)
    for row in at_risk.prefetch_related("covered", "instalments"):
        yield from _missed(row, business, today)
    ended = PaymentPlan.objects.filter(mine, state=PlanState.DEFAULTED, ended_on__gt=today - LATELY, ended_on__lte=today)
    for row in _unanswered(ended, Occasion.PLAN_DEFAULTED, "plan").prefetch_related("covered", "instalments"):
        yield _about_plan(row, Occasion.PLAN_DEFAULTED, f"plan:{row.pk}", row.ended_on, _unpaid(row.instalments.all()), {})


def _missed(plan: PaymentPlan, business: Business, today: datetime.date) -> Iterator[Happened]:
    """The first missed instalment of a plan at risk; each is followed up once."""
    row = next((one for one in plan.instalments.all() if one.state == InstalmentState.MISSED), None)
    if row is None:
        return
    subject = f"instalment:{row.pk}"
    if FollowUp.objects.filter(occasion=Occasion.INSTALMENT_MISSED, subject=subject, redraft=False).exists():
        return
    missing = row.amount - row.paid
    facts = {
        "id": row.pk,
        "number": row.position,
        "amount": str(missing),
        "due_on": str(row.due_on),
        "cure_by": str(today + DAYS(days=business.rules["plan"]["cure_days"])),
        "remaining": str(_unpaid(plan.instalments.all())),
    }
    yield _about_plan(plan, Occasion.INSTALMENT_MISSED, subject, row.due_on, missing, {"instalment": facts})


def _about_plan(
    plan: PaymentPlan, occasion: Occasion, subject: str, on: datetime.date, amount: Decimal, facts: dict[str, Any]
) -> Happened:
    covered = frozenset(line.invoice_id for line in plan.covered.all())
    return Happened(occasion, subject, plan.customer_id, plan.currency, on, amount, covered, facts)


def _unpaid(instalments: Iterable[Instalment]) -> Decimal:
    return sum((row.amount - row.paid for row in instalments), NOTHING)


def _payments(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Payments that came back, with the invoices they had paid (domain.md 3.4)."""
    rows = Payment.objects.filter(mine, returned_on__gt=today - LATELY, returned_on__lte=today)
    for row in _unanswered(rows, Occasion.PAYMENT_RETURNED, "payment"):
        paid = Invoice.objects.filter(allocations__in=Allocation.objects.filter(payment=row), balance__gt=0)
        about = frozenset(paid.values_list("pk", flat=True))
        subject = f"payment:{row.pk}"
        yield Happened(Occasion.PAYMENT_RETURNED, subject, row.customer_id, row.currency, row.returned_on, row.amount, about, {})


def _settlements(mine: Q, today: datetime.date) -> Iterator[Happened]:
    """Settlements not paid as agreed: what is left of the full sum is owed again, the owner decides (domain.md 6.6)."""
    rows = Settlement.objects.filter(mine, state=SettlementState.MISSED, ended_on__gt=today - LATELY, ended_on__lte=today)
    for row in _unanswered(rows, Occasion.SETTLEMENT_MISSED, "settlement").prefetch_related("covered"):
        about = frozenset(line.invoice_id for line in row.covered.all())
        left, subject = row.total - row.received, f"settlement:{row.pk}"
        yield Happened(Occasion.SETTLEMENT_MISSED, subject, row.customer_id, row.currency, row.ended_on, left, about, {})


def instalment_open(letter: Letter) -> bool:
    """Whether the instalment a letter is about is still missing from a plan at risk."""
    missing = Instalment.objects.filter(pk=letter.facts["instalment"]["id"], plan__state=PlanState.AT_RISK, paid__lt=F("amount"))
    return missing.exists()


def _with_conversations(business: Business, found: list[Happened]) -> list[Happened]:
    """Each with the day its customer was last spoken to, and when they agreed to be called back (domain.md 7.2); a mail of
    theirs is no conversation."""
    latest: dict[int, Conversation] = {}
    ids = {one.customer_id for one in found}
    spoken = Conversation.objects.filter(customer__in=ids, outcome=Outcome.REACHED, channel="call").order_by("at")
    for row in spoken.only("customer_id", "at", "next_on", "callback_consent_until"):
        latest[row.customer_id] = row
    return [_after(one, latest.get(one.customer_id), business) for one in found]


def _after(one: Happened, said: Conversation | None, business: Business) -> Happened:
    if said is None:
        return one
    consent = said.callback_consent_until
    on = business.local_date(said.at)
    return replace(one, spoken_on=on, consent_from=said.next_on if consent else None, consent_until=consent)
